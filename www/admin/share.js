// Handing an invite on: link, picture, code, command, paper.
import { Claims, Invitation, tokenInfo } from "/assets/door.js";
import { Refusal } from "/assets/shared/api.js";
import { fromBase64url } from "/assets/shared/bytes.js";
import { copyField, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { locale } from "/assets/shared/i18n.js";
import { qrPicture } from "/assets/shared/qr.js";
import { openDialog, refusal } from "/assets/admin/parts.js";
import { ask, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

/** @param {string} text hexadecimal */
export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/**
 * Shows the link of an invite made on this device before. The token is derived again, and nothing is shown unless
 * the claims of the server bear both signatures for exactly that key: a server cannot swap one invite for another.
 * @param {import("/assets/admin/session.js").Invite} invite
 */
export async function showLink(invite) {
  const { keys, server, me } = session();
  const { show, close } = openDialog(tell("share.title"));
  const done = h("div", { class: "actions not-print" }, h("button", { onclick: close }, tell("done")));
  try {
    const token = await keys.deriveToken(fromHex(invite.salt ?? ""), tokenInfo(server.server_key));
    const shown = await ask("GET", `/v1/invites/${invite.id}?limit=1`);
    const invitation = Invitation.fromToken(token, invite.expires, server.server_key);
    const claims = Claims.verify(fromBase64url(shown.claims), shown.issuer_signature, shown.invite_signature, invitation, server.server_key);
    if (claims.expires !== invite.expires || claims.issuer !== me.key) throw new Error("damaged-invite");
    show(tell("share.title"), sharePanel(invitation, claims, invite.label), done);
  } catch (error) {
    // The door package throws the code as message.
    const code = error instanceof Refusal ? error.code : error instanceof Error ? error.message : "undecidable";
    show(tell("share.title"), refusal({ code }), done);
  }
}

/** On paper words like "tomorrow" would not stay true. @param {string} expires */
function untilOnPaper(expires) {
  const at = Date.parse(expires);
  return Number.isNaN(at) ? "" : tell("share.print.until", { when: new Date(at).toLocaleString(locale, { dateStyle: "full", timeStyle: "short" }) });
}

/** @param {Invitation} invitation @param {Claims} claims @param {string} label */
export function sharePanel(invitation, claims, label) {
  const { server } = session();
  const link = invitation.link(server.public_url);
  const words = tell("share.message", { server: server.name, link });
  const send = "share" in navigator && h("button", { onclick: () => void navigator.share({ text: words }).catch(() => {}) }, tell("share.send"));
  const part = (/** @type {string} */ title, /** @type {HTMLElement} */ content, face = "") => h("div", { class: face }, h("h3", {}, title), content);
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "only-print" }, h("h1", {}, tell("share.print.title", { server: server.name })), h("p", { dir: "auto" }, claims.greeting), h("p", {}, tell("share.print.lead"))),
    h("p", { class: "not-print soft" }, label && `${label} · `, tell("share.lead", { role: roleName(claims.role) }), " ", timeWords(claims.expires, "until"), "."),
    h(
      "div",
      { class: "share" },
      qrPicture(link, tell("share.qr")),
      h(
        "div",
        { class: "share-rest" },
        part(tell("share.link"), copyField(tell("share.link"), link, "mono")),
        part(tell("share.code"), copyField(tell("share.code"), invitation.typedCode, "mono")),
        part(tell("share.command"), copyField(tell("share.command"), `doorward redeem '${link}' --handle NAME`, "mono"), "not-print"),
        h("p", { class: "only-print" }, untilOnPaper(claims.expires)),
        h("div", { class: "actions not-print" }, send, h("button", { onclick: () => print() }, tell("share.print"))),
      ),
    ),
    h("p", { class: "hint not-print" }, tell("share.hint")),
  );
}
