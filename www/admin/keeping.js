// The backup of somebody's keys, tried and renewed. The keys on this device cannot be read out, so a new backup is made
// from the one there is.
import initKeep, { decrypt, encrypt } from "/assets/keep.js";
import { backupName, download, field, form, note } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { openDialog } from "/assets/admin/parts.js";
import { session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

const leastCharacters = 10;

/**
 * Fields for a backup file and its passphrase, and what opens them: the plaintext, which whoever asked wipes, or nothing
 * if the fields now say what is wrong.
 * @param {(backup: any) => boolean} isIt whether it is the backup that is wanted @param {string} otherwise what to say if not
 */
export function backupFields(isIt, otherwise) {
  const file = field(tell("entry.file"), h("input", { type: "file", accept: ".age" }));
  const passphrase = field(tell("entry.passphrase"), h("input", { type: "password", autocomplete: "current-password" }));
  /** @returns {Promise<Uint8Array | undefined>} */
  const open = async () => {
    const chosen = file.input.files?.[0];
    if (!chosen) return void file.complain(tell("entry.noFile"));
    await initKeep({ module_or_path: "/assets/keep_bg.wasm" });
    /** @type {Uint8Array} */
    let opened;
    try {
      opened = decrypt(passphrase.input.value, (await chosen.text()).slice(0, 65_536));
    } catch (error) {
      if (error instanceof Error && error.message === "wrong-passphrase") return void passphrase.complain(tell("entry.wrongPassphrase"));
      return void file.complain(tell("entry.damaged"));
    }
    let good = false;
    try {
      good = isIt(JSON.parse(new TextDecoder().decode(opened)));
    } catch {}
    if (good) return opened;
    opened.fill(0);
    return void file.complain(otherwise);
  };
  return { boxes: [file.box, passphrase.box], open, complain: file.complain };
}

/** Opens a backup as on the day it is needed, and offers to lock it anew. */
export function tryBackup() {
  const { keys, me, server } = session();
  const opened = openDialog(tell("keys.backup"), "narrow");
  const fields = backupFields((backup) => backup.sign_key === keys.signKey && backup.server_key === keys.serverKey, tell("keys.other"));
  const work = async () => {
    const plain = await fields.open();
    if (!plain) return;
    opened.dialog.addEventListener("close", () => plain.fill(0));
    renew(opened, plain, backupName(server.name, me.handle));
  };
  opened.show(tell("keys.backup"), h("p", {}, tell("keys.backup.lead")), form(tell("keys.open"), work, fields.boxes, [h("button", { type: "button", onclick: opened.close }, tell("keep"))]));
}

/** @param {import("/assets/admin/parts.js").Opened} opened @param {Uint8Array} plain @param {string} name */
function renew(opened, plain, name) {
  const options = { type: "password", autocomplete: "new-password", spellcheck: "false", autocapitalize: "off" };
  // For the password manager, which files the passphrase under it.
  const account = h("input", { class: "out-of-sight", autocomplete: "username", tabindex: -1, "aria-hidden": "true", readonly: true, value: `${session().me.handle} (${name})` });
  const first = field(tell("keys.first"), h("input", options), tell("keys.first.hint"));
  const second = field(tell("keys.second"), h("input", options));
  const work = async () => {
    const passphrase = first.input.value;
    if (passphrase.length < leastCharacters) return first.complain(tell("keys.short"));
    if (passphrase !== second.input.value) return second.complain(tell("keys.differ"));
    download(name, encrypt(passphrase, plain));
    opened.show(tell("keys.saved"), note("good", h("p", {}, tell("keys.saved.lead", { file: name }))), opened.done());
    opened.heading.focus();
  };
  opened.show(tell("keys.good"), note("good", h("p", {}, tell("keys.good.lead"))), h("details", {}, h("summary", {}, tell("keys.renew")), h("p", { class: "hint" }, tell("keys.renew.lead")), form(tell("keys.save"), work, [account, first.box, second.box])), opened.done());
  opened.heading.focus();
}
