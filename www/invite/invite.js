// The invite page: reads the link once, says what it is, and never does more than the person has asked for.
import initDoor, { Claims, Invitation, verdict } from "/assets/door.js";
import { Refusal, post, wellKnown } from "/assets/shared/api.js";
import { field, form, rfc3339, note } from "/assets/shared/components.js";
import { fromBase64url } from "/assets/shared/bytes.js";
import { now } from "/assets/shared/clock.js";
import { h } from "/assets/shared/dom.js";
import { answer, say } from "/assets/shared/i18n.js";
import { KeystoreError, loadKeys, receiptOf } from "/assets/shared/keystore.js";
import { address, wasSent } from "/assets/invite/arrival.js";
import { offer } from "/assets/invite/offer.js";
import { explain, footer, labelled, letter, show, wait } from "/assets/invite/stage.js";

/**
 * A visit, once everything about the invite is known.
 * @typedef {object} Visit
 * @property {Invitation} invitation
 * @property {Claims} claims
 * @property {import("/assets/shared/api.js").WellKnown} server
 * @property {import("/assets/shared/api.js").Preview} preview
 * @property {import("/assets/shared/keystore.js").Keys | null} keys what this device has for this server
 * @property {import("/assets/invite/stage.js").About} about
 * @property {boolean} serversWord whether the verdict is the server's, because this page cannot reach it by itself
 * @property {string} network the name of the network it leads to; nothing if it leads to the server itself
 * @property {boolean} isKeyless whether only a key is missing, which somebody then has to put on a list
 */

/** What the daemon has put into the page: its key, and the digest of the policy that this page decides by. @param {"server" | "policy"} name */
const inPage = (name) => document.querySelector(`meta[name="doorward-${name}"]`)?.getAttribute("content") ?? "";

/** What stays of an invite on this device after it was looked at: who made it, to be named when it is gone. @param {string} id */
const inviterOf = (id) => `doorward.inviter.${id}`;

function arrive() {
  footer(comeBack);
  return !wasSent && /^[^#]*#?$/.test(address) ? askForLink() : read(address, wasSent);
}

/** Anything unforeseen ends in a sentence, not in silence. @param {unknown} error */
function trouble(error) {
  const code = error instanceof KeystoreError ? error.code : "";
  const what = code === "no-storage" ? "no.storage" : code === "old-browser" ? "old.browser" : "went.wrong";
  const anew = h("button", { class: "main", onclick: () => (comeBack(), location.reload()) }, say("try.again"));
  const said = h("details", {}, h("summary", {}, say("went.wrong.what")), h("p", { class: "mono hint" }, String(error)));
  show(say(what), h("p", {}, say(`${what}.lead`)), h("div", { class: "actions" }, anew), said);
}

/** So that the page can be loaded anew with the link it was opened with. */
const comeBack = () => history.replaceState(null, "", address);

/** @param {string} text @param {boolean} sent */
function read(text, sent) {
  const invitation = attempt(Invitation.fromLink, text);
  return invitation ? consider(invitation, sent || invitation.exposed) : explain("damaged-link", {}, undefined, linkForm());
}

/** What a way of reading makes of a text; null if it throws that it cannot. @param {(text: string) => Invitation} way @param {string} text */
function attempt(way, text) {
  try {
    return way(text);
  } catch {
    return null;
  }
}

function askForLink() {
  show(say("paste.title"), h("p", {}, say("paste.lead")), linkForm());
}

/** The field for a link that did not come through, or for a code from paper. */
function linkForm() {
  const entry = field(say("paste.field"), h("textarea", { autocomplete: "off", autocapitalize: "off", spellcheck: "false", rows: 3, class: "mono" }), say("paste.hint"));
  return form(say("paste.go"), async () => {
    const invitation = attempt(Invitation.fromLink, entry.input.value) ?? attempt(Invitation.fromTypedCode, entry.input.value);
    if (invitation) return consider(invitation, invitation.exposed);
    entry.complain(say("paste.wrong"));
  }, [entry.box]);
}

/**
 * What can be said without asking the server.
 * @param {Invitation} invitation @param {boolean} exposed
 */
function consider(invitation, exposed) {
  const about = { inviter: remembered(invitation.inviteId), expires: invitation.expires, unasked: true };
  if (!invitation.isFor(inPage("server"))) return explain("other-server", about);
  if (invitation.hasExpired(now())) return explain("expired", about);
  if (!crypto.subtle) return insecure(about);
  if (!exposed) return meet(invitation);
  const go = h("button", { onclick: () => void meet(invitation) }, say("exposed.go"));
  show(say("exposed.title"), note("warn", h("p", {}, say("exposed.lead"))), letter("exposed", about), h("div", { class: "actions" }, go));
}

/** @param {import("/assets/invite/stage.js").About} about */
function insecure(about) {
  explain("insecure-origin", about, undefined, labelled(say("insecure.command"), "doorward redeem LINK --handle NAME", "mono"));
}

/** Asks the server, and believes only what is signed. @param {Invitation} invitation */
async function meet(invitation) {
  wait(say("looking"));
  /** @type {import("/assets/invite/stage.js").About} */
  const about = { inviter: remembered(invitation.inviteId) };
  const again = () => void meet(invitation);
  const serverKey = inPage("server");
  let server = null;
  try {
    const [asked, found] = await Promise.all([wellKnown(), loadKeys(serverKey)]);
    server = asked;
    // The key is in the page and in what the server says of itself: the link names the one, so it must be the other.
    if (serverKey !== server.server_key) return explain("other-server", about);
    about.server = server.name;
    about.keys = found;
    /** @param {any} told */
    const checked = (told) => Claims.verify(fromBase64url(told.claims), told.issuer_signature, told.invite_signature, invitation, serverKey);
    let preview = await ask(invitation, serverKey, about.keys);
    let claims = checked(preview);
    if (about.keys && claims.rebind === about.keys.signKey) {
      // Its holder takes the place of these very keys, which are revoked: new ones are made beside them and replace them.
      about.keys = null;
      preview = await ask(invitation, serverKey, null);
      claims = checked(preview);
    }
    about.inviter = claims.isServerIssued ? undefined : claims.issuerHandle;
    about.expires = claims.expires;
    const network = /^0+$/.test(claims.space) ? "" : preview.space_name;
    if (network) Object.assign(about, { network: claims.space, place: say("offer.place", { network, server: server.name }) });
    remember(invitation.inviteId, about.inviter);
    const own = verdict(fromBase64url(preview.live));
    const serversWord = server.guards.length > 0 || server.policy_digest !== inPage("policy") || own.code !== preview.code;
    const code = serversWord ? preview.code : own.code;
    // Nobody's key is on a list before there is a key: it is made first, then asked about.
    const isKeyless = code === "not-allowlisted" && !about.keys;
    if (code === "allowed" || isKeyless) return offer({ invitation, claims, server, preview, keys: about.keys, about, serversWord, network, isKeyless });
    await refuse(code, server, about, again, serversWord && note("", say("offer.serverSays")));
  } catch (error) {
    // Errors of the door package carry their code as message.
    if (error instanceof Error && error.message === "damaged-invite") return explain("damaged-invite", about);
    if (!(error instanceof Refusal)) throw error;
    await refuse(error.code, server, { ...about, expires: error.expires }, again);
  }
}

/**
 * Somebody who is in already sees the receipt of the day; everybody else what the code means.
 * @param {string} code @param {import("/assets/shared/api.js").WellKnown | null} server
 * @param {import("/assets/invite/stage.js").About} about @param {() => void} again @param {...import("/assets/shared/dom.js").Child} further
 */
async function refuse(code, server, about, again, ...further) {
  const isIn = answer(code, {})[2].includes("console");
  const kept = receiptOf(about.keys, about.network);
  if (!isIn || !server || !about.keys || !kept) return explain(code, about, again, ...further);
  const { alreadyIn } = await import("/assets/invite/join.js");
  alreadyIn(code, server, about, about.keys, kept);
}

/** @param {Invitation} invitation @param {string} serverKey @param {import("/assets/shared/keystore.js").Keys | null} keys */
async function ask(invitation, serverKey, keys) {
  const created = now();
  const bytes = invitation.previewBytes(serverKey, created);
  const proof = { invite_key: invitation.inviteKey, created: rfc3339(created), signature: invitation.sign(bytes) };
  const account = keys ? { account: { key: keys.signKey, signature: await keys.sign(bytes) } } : {};
  return post(`/v1/invites/${invitation.inviteId}/preview`, { ...proof, ...account });
}

/** @param {string} id */
function remembered(id) {
  try {
    return localStorage.getItem(inviterOf(id)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} id @param {string | undefined} inviter */
function remember(id, inviter) {
  try {
    if (inviter) localStorage.setItem(inviterOf(id), inviter);
  } catch {}
}

addEventListener("unhandledrejection", (event) => trouble(event.reason));
addEventListener("hashchange", () => location.reload());
void initDoor({ module_or_path: "/assets/door_bg.wasm" }).then(arrive);
