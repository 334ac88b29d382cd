// For somebody whose keys are not on this device: the two ways in.
import initKeep, { decrypt } from "/assets/keep.js";
import { field, form } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { restore } from "/assets/shared/keystore.js";
import { tell } from "/assets/admin/texts.js";

/** @param {import("/assets/shared/api.js").WellKnown} server */
export function entry(server) {
  const file = field(tell("entry.file"), h("input", { type: "file", accept: ".age" }));
  const passphrase = field(tell("entry.passphrase"), h("input", { type: "password", autocomplete: "current-password" }));
  const work = async () => {
    const chosen = file.input.files?.[0];
    if (!chosen) return file.complain(tell("entry.noFile"));
    await initKeep({ module_or_path: "/assets/keep_bg.wasm" });
    let json;
    try {
      const opened = decrypt(passphrase.input.value, (await chosen.text()).slice(0, 65_536));
      json = new TextDecoder().decode(opened);
      opened.fill(0);
    } catch (error) {
      if (error instanceof Error && error.message === "wrong-passphrase") return passphrase.complain(tell("entry.wrongPassphrase"));
      return file.complain(tell("entry.damaged"));
    }
    if (serverOf(json) !== server.server_key) return file.complain(tell("entry.other"));
    await restore(json);
    location.reload();
  };
  return h(
    "div",
    { class: "narrow" },
    h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("entry"))),
    h("p", { class: "lead" }, tell("entry.lead", { server: server.name })),
    h("div", { class: "stack" },
      h("section", { class: "sheet stack" }, h("h2", {}, tell("entry.invited")), h("p", {}, tell("entry.invited.lead")), h("div", { class: "actions" }, h("a", { class: "button main", href: "/i" }, tell("entry.invited.go")))),
      h("section", { class: "sheet stack" }, h("h2", {}, tell("entry.backup")), h("p", {}, tell("entry.backup.lead")), form(tell("entry.backup.go"), work, [file.box, passphrase.box])),
      h("p", { class: "hint" }, tell("entry.owner"))),
  );
}

/** @param {string} json */
function serverOf(json) {
  try {
    return JSON.parse(json).server_key;
  } catch {
    return undefined;
  }
}
