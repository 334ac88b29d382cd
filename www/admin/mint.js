// An invite, drawn and sent: the token is made here, the server gets only what is signed.
import { Claims, Invitation, tokenInfo } from "/assets/door.js";
import { Refusal } from "/assets/shared/api.js";
import { randomHex, toBase64url } from "/assets/shared/bytes.js";
import { fromHex } from "/assets/admin/share.js";
import { ask, session } from "/assets/admin/session.js";

/** What an invite grants. @typedef {{ role: string, maxUses: number, expires: string, greeting: string }} Terms */
/**
 * An invite that is signed, whether or not the server has it yet.
 * @typedef {object} Drawn
 * @property {Invitation} invitation **secret**
 * @property {import("/assets/door.js").Claims} claims
 * @property {string} label
 * @property {object} body
 * @property {boolean} sent whether the server may have it
 */

/**
 * Draws an invite into a space. Throws an error whose message is a code if no server would take it for its form alone.
 * @param {import("/assets/admin/session.js").Space} space as it is now @param {Terms} terms @param {string} label
 * @returns {Promise<Drawn>}
 */
export async function draw({ space, you }, { role, maxUses, expires, greeting }, label) {
  const { keys, server, me } = session();
  const salt = randomHex(16);
  const token = await keys.deriveToken(fromHex(salt), tokenInfo(server.server_key));
  const invitation = Invitation.fromToken(token, expires, server.server_key);
  const claims = Claims.create({
    serverKey: server.server_key,
    inviteId: invitation.inviteId,
    inviteKey: invitation.inviteKey,
    space,
    role: /** @type {never} */ (role),
    maxUses,
    expires,
    greeting,
    tags: [],
    issuer: me.key,
    issuerIncarnation: me.details?.incarnation ?? "",
    issuerEpoch: you.epoch,
    issuerHandle: me.handle,
  });
  const body = { claims: toBase64url(claims.payload), issuer_signature: await keys.sign(claims.signedBytes), invite_signature: invitation.sign(claims.signedBytes), label, salt };
  return { invitation, claims, label, body, sent: false };
}

/**
 * Hands it to the server. Sending it again is safe: only this device can have made an invite of this key, so if it is
 * there already, an earlier sending had arrived.
 * @param {Drawn} drawn
 */
export async function send(drawn) {
  const again = drawn.sent;
  drawn.sent = true;
  try {
    await ask("POST", "/v1/invites", drawn.body);
  } catch (error) {
    if (!(again && error instanceof Refusal && error.code === "invite-exists")) throw error;
  }
  return drawn;
}
