// Making an invite: the token is made here, the server gets only what is signed.
import { Claims, Invitation, mayGrant, tokenInfo } from "/assets/door.js";
import { Refusal } from "/assets/shared/api.js";
import { randomHex, toBase64url } from "/assets/shared/bytes.js";
import { field, form, rfc3339, roleName } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { openDialog, refusal } from "/assets/admin/parts.js";
import { ask, session } from "/assets/admin/session.js";
import { fromHex, sharePanel } from "/assets/admin/share.js";
import { tell } from "/assets/admin/texts.js";

const hour = 3600;
const day = 24 * hour;
/** @type {[string, import("/assets/admin/lang/en.js").Key][]} */
const presets = [[String(hour), "for.hour"], [String(day), "for.day"], [String(7 * day), "for.week"], [String(30 * day), "for.month"], [String(365 * day), "for.year"], ["never", "for.ever"], ["own", "for.own"]];

/** @param {() => unknown} made called when there is one more */
export function createInvite(made) {
  const { me } = session();
  const { heading, show, close } = openDialog(tell("create.title"));
  const grantable = ["member", "admin", "owner"].filter((role) => mayGrant(me.role ?? "", role));
  const role = field(tell("create.role"), h("select", {}, ...grantable.map((name) => h("option", { value: name }, roleName(name)))));
  const uses = field(tell("create.uses"), h("input", { type: "number", min: 1, max: 4294967295, value: 1, inputmode: "numeric", required: true }));
  const unlimited = h("input", { type: "checkbox", id: "unlimited", onchange: () => (uses.input.disabled = unlimited.checked) });
  const own = field(tell("create.until"), h("input", { type: "datetime-local" }));
  own.box.hidden = true;
  const expiry = field(tell("create.expiry"), h("select", { onchange: () => (own.box.hidden = expiry.input.value !== "own") }, ...presets.map(([value, words]) => h("option", { value, selected: value === String(7 * day) }, tell(words)))));
  const greeting = field(tell("create.greeting"), h("textarea", { maxlength: 280, rows: 2 }), tell("create.greeting.hint"));
  const label = field(tell("create.label"), h("input", { maxlength: 120, autocomplete: "off" }), tell("create.label.hint"));
  const place = h("div", { "aria-live": "assertive" });

  const work = async () => {
    const maxUses = unlimited.checked ? 0 : Number(uses.input.value);
    if (!Number.isInteger(maxUses) || maxUses < 0 || (maxUses === 0 && !unlimited.checked)) return uses.complain(tell("create.uses.wrong"));
    const expires = expiryOf(expiry.input.value, own.input.value);
    if (!expires) return own.complain(tell("create.until.wrong"));
    const text = (/** @type {string} */ value) => value.trim().normalize("NFC");
    try {
      const minted = await mint({ role: role.input.value, maxUses, expires, greeting: text(greeting.input.value), label: text(label.input.value) });
      made();
      show(tell("share.title"), sharePanel(minted.invitation, minted.claims, minted.label), h("div", { class: "actions not-print" }, h("button", { onclick: close }, tell("done"))));
      heading.focus();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      place.replaceChildren(refusal(error));
    }
  };
  show(tell("create.title"), form(tell("create.go"), work, [
    h("div", { class: "pair" }, role.box, expiry.box),
    own.box,
    h("div", { class: "pair" }, uses.box, h("label", { class: "choice beside" }, unlimited, h("span", {}, tell("create.unlimited")))),
    greeting.box,
    label.box,
    place,
  ], [h("button", { type: "button", onclick: close }, tell("keep"))]));
  role.input.focus();
}

/** RFC 3339, `never`, or nothing if no time was chosen. @param {string} preset @param {string} own */
function expiryOf(preset, own) {
  if (preset === "never") return "never";
  const at = preset === "own" ? Date.parse(own) / 1000 : Math.floor(Date.now() / 1000) + Number(preset);
  return Number.isNaN(at) ? "" : rfc3339(Math.floor(at));
}

/** @param {{ role: string, maxUses: number, expires: string, greeting: string, label: string }} wanted */
async function mint({ role, maxUses, expires, greeting, label }) {
  const { keys, server, me } = session();
  const salt = randomHex(16);
  const token = await keys.deriveToken(fromHex(salt), tokenInfo(server.server_key));
  const invitation = Invitation.fromToken(token, expires, server.server_key);
  const claims = Claims.create({
    serverKey: server.server_key,
    inviteId: invitation.inviteId,
    inviteKey: invitation.inviteKey,
    role: /** @type {never} */ (role),
    maxUses,
    expires,
    greeting,
    tags: [],
    issuer: me.key,
    issuerIncarnation: me.details?.incarnation ?? "",
    issuerEpoch: me.details?.epoch ?? 0,
    issuerHandle: me.handle,
  });
  const body = { claims: toBase64url(claims.payload), issuer_signature: await keys.sign(claims.signedBytes), invite_signature: invitation.sign(claims.signedBytes), label, salt };
  await ask("POST", "/v1/invites", body);
  return { invitation, claims, label };
}
