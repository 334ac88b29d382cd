// Handing an invite on: link, picture, code, command, paper.
import { Claims, Invitation, tokenInfo } from "/assets/door.js";
import { fromBase64url } from "/assets/shared/bytes.js";
import { copyField, person, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { qrPicture } from "/assets/shared/qr.js";
import { invitationSheet, usePaper } from "/assets/admin/paper.js";
import { codeOf, openDialog, refusal } from "/assets/admin/parts.js";
import { ask, session } from "/assets/admin/session.js";
import { nameOf, tell, tellOf } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Space} Space */

/** @param {string} text hexadecimal */
export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/**
 * Shows the link of an invite made with these keys before. The token is derived again, and nothing is shown unless the
 * claims of the server bear both signatures for exactly that key: a server cannot swap one invite for another. Nobody
 * else can derive it, which is then said.
 * @param {Space} space where it leads @param {import("/assets/admin/session.js").Invite} invite
 */
export async function showLink(space, invite) {
  const issuer = person(invite.issuer_handle, invite.issuer_fingerprint);
  if (invite.issuer !== session().me.key) return cannot(...tellOf("share.elsewhere.why", { issuer }));
  if (!invite.salt) return cannot(tell("share.unsalted.why"));
  const derived = await derive(invite, invite.salt).catch((error) => codeOf(error));
  const { dialog, show, done } = openDialog(tell("share.title"));
  show(tell("share.title"), typeof derived === "string" ? refusal({ code: derived }) : sharePanel(dialog, space, derived.invitation, derived.claims, invite.label), done());
}

/** @param {...(Node | string)} why */
function cannot(...why) {
  const { show, done } = openDialog(tell("share.elsewhere"), "narrow");
  show(tell("share.elsewhere"), h("p", {}, ...why), h("p", { class: "soft" }, tell("share.elsewhere.next")), done());
}

/** @param {import("/assets/admin/session.js").Invite} invite @param {string} salt */
async function derive(invite, salt) {
  const { keys, server, me } = session();
  const token = await keys.deriveToken(fromHex(salt), tokenInfo(server.server_key));
  const shown = await ask("GET", `/v1/invites/${invite.id}?limit=1`);
  const invitation = Invitation.fromToken(token, invite.expires, server.server_key);
  const claims = Claims.verify(fromBase64url(shown.claims), shown.issuer_signature, shown.invite_signature, invitation, server.server_key);
  if (claims.expires !== invite.expires || claims.issuer !== me.key || claims.space !== invite.space) throw new Error("damaged-invite");
  return { invitation, claims };
}

/** @param {HTMLDialogElement} dialog @param {Space} space @param {Invitation} invitation @param {Claims} claims @param {string} label */
export function sharePanel(dialog, space, invitation, claims, label) {
  const { server } = session();
  const link = invitation.link(server.public_url);
  usePaper(dialog).put(invitationSheet(space, invitation, claims));
  const words = tell("share.message", { server: nameOf(space), link });
  const send = "share" in navigator && h("button", { class: "main", onclick: () => void navigator.share({ text: words }).catch(() => {}) }, tell("share.send"));
  const part = (/** @type {string} */ title, /** @type {HTMLElement} */ content, face = "") => h("div", { class: face }, h("h3", {}, title), content);
  return h(
    "div",
    { class: "stack" },
    h("p", { class: "soft" }, label && `${label} · `, tell("share.lead", { role: roleName(claims.role) }), " ", timeWords(claims.expires, "until"), "."),
    h(
      "div",
      { class: "share" },
      h("div", { class: "share-picture" }, qrPicture(link, tell("share.qr")), h("p", { class: "hint" }, tell("share.scan"))),
      h(
        "div",
        { class: "share-rest" },
        part(tell("share.link"), copyField(tell("share.link"), link, "mono")),
        part(tell("share.code"), copyField(tell("share.code"), invitation.typedCode, "mono"), "typed"),
        part(tell("share.command"), copyField(tell("share.command"), `doorward redeem '${link}' --handle NAME`, "mono")),
        h("div", { class: "actions" }, send, h("button", { onclick: () => print() }, tell("share.print"))),
      ),
    ),
    h("p", { class: "hint" }, tell("share.hint")),
  );
}
