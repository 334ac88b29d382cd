// Keys are made here, and kept only after their backup was: sealed, saved, and for whom much hangs on it, read back.
// Loaded only when an invitation is there to be accepted: sealing is a quarter of the whole page.
import initKeep, { decrypt, encrypt } from "/assets/keep.js";
import { announce, backupName, busy, copyField, download, field, form, note } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { say } from "/assets/shared/i18n.js";
import { toHex } from "/assets/shared/bytes.js";
import { createKeys } from "/assets/shared/keystore.js";
import { join } from "/assets/invite/join.js";
import { showStep } from "/assets/invite/stage.js";

/** @typedef {import("/assets/invite/invite.js").Visit} Visit */
/**
 * @typedef {object} Making keys on their way into this device
 * @property {Visit} visit
 * @property {string} handle
 * @property {import("/assets/shared/keystore.js").NewKeys} made
 * @property {string} file the backup's name
 * @property {string} [sealed] the backup
 * @property {string} [digest] of what is sealed in it
 */

const leastCharacters = 10;

/** @type {Promise<unknown> | null} */
let loading = null;

/** Fetches what seals backups, once; what failed may be tried again. */
export const ready = () => (loading ??= initKeep({ module_or_path: "/assets/keep_bg.wasm" }).catch((error) => ((loading = null), Promise.reject(error))));

/** What follows the yes. @param {Visit} visit @param {string} handle */
export async function accept(visit, handle) {
  const { keys } = visit;
  if (!keys) return backUp(visit, handle);
  return mayGoWithout(visit) ? join(visit, handle, keys) : proveBackup(visit, handle, keys);
}

/** A plain member may go without a backup; on any other role more hangs than one account. @param {Visit} visit */
const mayGoWithout = (visit) => visit.claims.role === "member";

/**
 * For keys that this device has already: shows that there is a backup of them.
 * @param {Visit} visit @param {string} handle @param {import("/assets/shared/keystore.js").Keys} keys
 */
function proveBackup(visit, handle, keys) {
  const isTheirs = (/** @type {Uint8Array} */ opened) => JSON.parse(new TextDecoder().decode(opened)).sign_key === keys.signKey;
  openFile(h("p", {}, say("check.lead.own")), isTheirs, backupName(visit.server.name, handle), () => join(visit, handle, keys));
}

/** @param {Visit} visit @param {string} handle */
async function backUp(visit, handle) {
  const made = await createKeys(visit.server.server_key);
  choosePassphrase({ visit, handle, made, file: backupName(visit.server.name, handle) });
}

/** @param {Making} making */
function choosePassphrase(making) {
  const options = { type: "password", autocomplete: "new-password", spellcheck: "false", autocapitalize: "off" };
  const first = field(say("backup.first"), h("input", options), say("backup.hint"));
  const second = field(say("backup.second"), h("input", options));
  const suggestion = h("div", { "aria-live": "polite" });
  const suggest = () => {
    const phrase = freshPassphrase();
    first.input.value = second.input.value = phrase;
    first.complain("");
    second.complain("");
    suggestion.replaceChildren(h("p", { class: "hint" }, say("backup.suggested")), copyField(say("backup.first"), phrase, "mono"));
  };
  const save = async () => {
    const passphrase = first.input.value;
    if (passphrase.length < leastCharacters) return first.complain(say("backup.short"));
    if (passphrase !== second.input.value) return second.complain(say("backup.differ"));
    const bytes = plaintext(making);
    try {
      making.sealed = encrypt(passphrase, bytes);
      making.digest = await sha256(bytes);
    } finally {
      bytes.fill(0);
    }
    download(making.file, making.sealed);
    mayGoWithout(making.visit) ? saved(making) : readBack(making);
  };
  const skip = mayGoWithout(making.visit) && h("button", { type: "button", class: "quiet", onclick: () => warn(making) }, say("backup.skip"));
  // The name is in the form so that a password manager files the passphrase under it.
  const name = h("input", { class: "out-of-sight", autocomplete: "username", tabindex: -1, "aria-hidden": "true", readonly: true, value: `${making.handle} (${making.file})` });
  showStep(2, 3, say("backup.title"), h("p", {}, say("backup.lead")), form(say("backup.save"), save, [
    name,
    first.box,
    h("button", { type: "button", class: "small", onclick: suggest }, say("backup.suggest")),
    suggestion,
    second.box,
  ], [skip]));
}

/** @param {Making} making */
function warn(making) {
  const go = h("button", { type: "button", onclick: () => void busy(go, () => enter(making, "skipped")) }, say("skip.go"));
  showStep(2, 3, say("skip.title"), note("warn", h("p", {}, say("skip.lead"))), form(say("skip.back"), async () => choosePassphrase(making), [], [go]));
}

/** @param {Making} making */
function saved(making) {
  const test = h("button", { type: "button", onclick: () => readBack(making) }, say("saved.test"));
  showStep(3, 3, say("saved.title"), fileLine("saved.lead", making), form(say("join.go", { server: making.visit.server.name }), () => enter(making), [], [test]), again(making));
}

/** @param {Making} making */
function readBack(making) {
  const isIt = async (/** @type {Uint8Array} */ opened) => (await sha256(opened)) === making.digest;
  openFile(fileLine(mayGoWithout(making.visit) ? "check.lead.member" : "check.lead", making), isIt, making.file, () => enter(making), again(making));
}

/**
 * A backup is chosen and opened as it would be on the day it is needed.
 * @param {HTMLElement} lead @param {(opened: Uint8Array) => boolean | Promise<boolean>} isIt @param {string} name
 * @param {() => Promise<void>} go @param {import("/assets/shared/dom.js").Child} [further]
 */
function openFile(lead, isIt, name, go, further) {
  const file = field(say("check.file"), h("input", { type: "file", accept: ".age" }));
  const passphrase = field(say("check.passphrase"), h("input", { type: "password", autocomplete: "current-password" }));
  const open = async () => {
    const chosen = file.input.files?.[0];
    if (!chosen) return file.complain(say("check.noFile"));
    let opened;
    try {
      opened = decrypt(passphrase.input.value, (await chosen.text()).slice(0, 65_536));
    } catch (error) {
      if (error instanceof Error && error.message === "wrong-passphrase") return passphrase.complain(say("check.wrongPassphrase"));
      return file.complain(say("check.damaged"));
    }
    let good;
    try {
      good = await isIt(opened);
    } finally {
      opened.fill(0);
    }
    return good ? go() : file.complain(say("check.other", { file: name }));
  };
  showStep(3, 3, say("check.title"), lead, form(say("check.go"), open, [file.box, passphrase.box]), further);
}

/** @param {Making} making */
const again = (making) => {
  const onclick = () => {
    download(making.file, making.sealed ?? "");
    announce(say("saved.title"));
  };
  const other = () => choosePassphrase(making);
  return h("p", { class: "asides" }, h("button", { type: "button", class: "quiet small", onclick }, say("saved.lost")), h("button", { type: "button", class: "quiet small", onclick: other }, say("saved.other")));
};

/** @param {"saved.lead" | "check.lead" | "check.lead.member"} key @param {Making} making */
function fileLine(key, making) {
  const [before, after] = say(key, { file: "\n" }).split("\n");
  return h("p", {}, before, h("strong", { class: "mono file" }, making.file), after);
}

/** Only now do the keys come to stay. @param {Making} making */
async function enter({ visit, handle, made }, backup = /** @type {"saved" | "skipped"} */ ("saved")) {
  const keys = await made.commit(handle, backup);
  await join(visit, handle, keys);
}

/** @param {Uint8Array} bytes */
const sha256 = async (bytes) => toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes))));

/** The seeds: whoever asks for them wipes them. @param {Making} making */
const plaintext = ({ visit, handle, made }) => new TextEncoder().encode(made.seedsJson({ server_name: visit.server.name, public_url: visit.server.public_url, handle }));

/** Six groups of four out of 32 signs: 120 bits, easy to write down and to read out. */
function freshPassphrase() {
  const signs = "abcdefghjkmnpqrstvwxyz0123456789";
  const drawn = crypto.getRandomValues(new Uint8Array(24));
  return Array.from(drawn, (byte, i) => (i % 4 || !i ? "" : "-") + signs[byte % 32]).join("");
}
