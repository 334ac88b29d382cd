// For somebody whose keys are not on this device: the two ways in.
import { form } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { KeystoreError, restore } from "/assets/shared/keystore.js";
import { backupFields } from "/assets/admin/keeping.js";
import { tell } from "/assets/admin/texts.js";

/** @param {import("/assets/shared/api.js").WellKnown} server */
export function entry(server) {
  const fields = backupFields((backup) => backup.server_key === server.server_key, tell("entry.other"));
  const work = async () => {
    const opened = await fields.open();
    if (!opened) return;
    try {
      await restore(new TextDecoder().decode(opened));
    } catch (error) {
      if (error instanceof KeystoreError && error.code === "damaged-backup") return fields.complain(tell("entry.damaged"));
      throw error;
    } finally {
      opened.fill(0);
    }
    location.reload();
  };
  return h(
    "div",
    { class: "narrow" },
    h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("entry"))),
    h("p", { class: "lead" }, tell("entry.lead", { server: server.name })),
    h("div", { class: "stack" },
      h("section", { class: "sheet stack" }, h("h2", {}, tell("entry.invited")), h("p", {}, tell("entry.invited.lead")), h("div", { class: "actions" }, h("a", { class: "button main", href: "/i" }, tell("entry.invited.go")))),
      h("section", { class: "sheet stack" }, h("h2", {}, tell("entry.backup")), h("p", {}, tell("entry.backup.lead")), form(tell("entry.backup.go"), work, fields.boxes)),
      h("p", { class: "hint" }, tell("entry.owner"))),
  );
}
