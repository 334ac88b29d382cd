// The redeem, and the receipt that comes of it.
import { fingerprint, permits, Receipt, RedeemStatement } from "/assets/door.js";
import { post, Refusal } from "/assets/shared/api.js";
import { fromBase64url, randomHex, toBase64url } from "/assets/shared/bytes.js";
import { now } from "/assets/shared/clock.js";
import { when } from "/assets/shared/dates.js";
import { facts, note, rfc3339, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { answer, say } from "/assets/shared/i18n.js";
import { persist, saveReceipt } from "/assets/shared/keystore.js";
import { consoleLink, explain, footer, mark, notMe, show, showDone, wait } from "/assets/invite/stage.js";

/** @typedef {import("/assets/invite/invite.js").Visit} Visit */
/** @typedef {import("/assets/invite/stage.js").About} About */
/** @typedef {import("/assets/shared/keystore.js").Keys} Keys */
/** @typedef {import("/assets/shared/keystore.js").KeptReceipt} Kept */

/** @param {Visit} visit @param {string} handle @param {Keys} keys */
export async function join(visit, handle, keys) {
  const { invitation, claims, server } = visit;
  wait(say("join.title"));
  footer(null);
  const statement = RedeemStatement.create(server.server_key, claims, keys.signKey, keys.kexKey, handle, randomHex(16), now());
  const [accountSignature, binding] = await Promise.all([keys.sign(statement.signedBytes), keys.sign(statement.bindingBytes)]);
  await send(visit, handle, keys, {
    invite_key: invitation.inviteKey,
    statement: toBase64url(statement.payload),
    invite_signature: invitation.sign(statement.signedBytes),
    account_signature: accountSignature,
    binding,
  });
}

/**
 * Sends the one request; trying again sends the same one, so that it counts once.
 * @param {Visit} visit @param {string} handle @param {Keys} keys @param {object} body
 */
async function send(visit, handle, keys, body) {
  const { invitation, server, about } = visit;
  try {
    const reply = await post(`/v1/invites/${invitation.inviteId}/redeem`, body);
    let receipt;
    try {
      receipt = Receipt.verify(fromBase64url(reply.receipt), reply.signature, server.server_key);
    } catch {}
    if (!receipt || receipt.account !== keys.signKey || receipt.inviteId !== invitation.inviteId) {
      return show(say("went.wrong"), note("bad", say("receipt.bad", { inviter: about.inviter ?? say("someone") })));
    }
    const kept = { receipt: reply.receipt, signature: reply.signature, handle: reply.handle };
    await saveReceipt(server.server_key, kept, about.network);
    const persisted = await persist();
    const last = about.network || permits(receipt.role, "invite") ? consoleLink() : h("p", { class: "soft" }, say("in.done"));
    const isNew = about.network && !about.keys && h("p", {}, say("in.both", { server: server.name }));
    letIn(say("in.title"), "in.lead", kept, receipt, server, about, [isNew, !persisted && note("", h("p", { class: "hint" }, say("in.noStore")))], last);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // A refusal that tells the time: signed anew by the server's clock, it is another request, and the first was none.
    explain(error.code, { ...about, keys }, () => void (error.time ? join(visit, handle, keys) : send(visit, handle, keys, body)));
  }
}

/**
 * Somebody who is in already sees the receipt of the day.
 * @param {string} code @param {import("/assets/shared/api.js").WellKnown} server @param {About} about @param {Keys} keys @param {Kept} kept
 */
export function alreadyIn(code, server, about, keys, kept) {
  const receipt = Receipt.verify(fromBase64url(kept.receipt), kept.signature, server.server_key);
  const [sentence, next] = answer(code, {});
  letIn(sentence, "in.are", kept, receipt, server, about, [h("p", {}, next), notMe()], consoleLink());
  mark(code);
}

/**
 * @param {string} title @param {"in.lead" | "in.are"} lead @param {Kept} kept @param {Receipt} receipt
 * @param {import("/assets/shared/api.js").WellKnown} server @param {About} about @param {import("/assets/shared/dom.js").Child[]} further
 * @param {HTMLElement} last what to do now
 */
function letIn(title, lead, kept, receipt, server, { place = server.name }, further, last) {
  const [role, at] = [roleName(receipt.role), rfc3339(receipt.at)];
  const mono = (/** @type {string | number} */ text) => h("span", { class: "mono" }, text);
  showDone(
    title,
    h("p", {}, say(lead, { server: place, handle: kept.handle, role, when: when(receipt.at * 1000) })),
    ...further,
    h("details", {}, h("summary", {}, say("receipt.title")), h("p", { class: "hint" }, say("in.check")), facts([
      [say("receipt.handle"), h("bdi", {}, kept.handle)],
      [say("receipt.role"), role],
      [say("receipt.at"), timeWords(at, "when")],
      [say("receipt.key"), mono(fingerprint(receipt.account))],
      [say("receipt.server"), mono(fingerprint(server.server_key))],
      [say("receipt.invite"), mono(receipt.inviteId)],
      [say("receipt.number"), mono(receipt.sequence)],
      [say("receipt.decision"), mono(receipt.decision)],
    ])),
    last,
  );
}
