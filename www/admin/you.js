// Who I am here: my keys on this device, their backup, the receipt, and the way out.
import { fingerprint, Receipt } from "/assets/door.js";
import { fromBase64url } from "/assets/shared/bytes.js";
import { copyField, download, facts, person, rfc3339, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { forget } from "/assets/shared/keystore.js";
import { tryBackup } from "/assets/admin/keeping.js";
import { card, confirm, tagChips } from "/assets/admin/parts.js";
import { ask, pathOf, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

class YouSection extends HTMLElement {
  connectedCallback() {
    const { server } = session();
    const leave = () => confirm(tell("leave.title", { server: server.name }), tell("leave.meaning"), tell("leave.do"), async () => (await ask("POST", `${pathOf(session().home)}/leave`), location.reload()));
    const drop = () => confirm(tell("forget.title"), tell("forget.meaning"), tell("forget.do"), async () => (await forget(server.server_key), location.reload()));
    this.replaceChildren(
      h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("you"))),
      h(
        "div",
        { class: "columns" },
        account(),
        card("keys", h("p", {}, tell("keys.lead")), h("div", { class: "actions" }, h("button", { onclick: () => void tryBackup() }, tell("keys.backup"))), h("p", { class: "hint" }, tell("keys.hint"))),
        receipt(),
        card("leave", h("p", {}, tell("leave.meaning")), h("div", { class: "actions" }, h("button", { class: "small danger", onclick: leave }, tell("leave.go")))),
        card("forget", h("p", {}, tell("forget.meaning")), h("div", { class: "actions" }, h("button", { class: "small danger", onclick: drop }, tell("forget.go")))),
      ),
    );
  }
}
customElements.define("you-section", YouSection);

function account() {
  const { me, server } = session();
  return card(
    "you.account",
    facts([
      [tell("you.name"), person(me.handle, me.fingerprint)],
      [tell("you.role"), me.role ? roleName(me.role) : tell("people.guest")],
      [tell("manage.tags"), me.tags.length > 0 && h("span", { class: "chips" }, ...tagChips(me.tags))],
      [tell("you.at"), h("bdi", {}, server.name)],
      [tell("you.since"), me.details && timeWords(me.details.created_at, "when")],
    ]),
    h("details", {}, h("summary", {}, tell("you.key")), copyField(tell("you.key"), me.key, "mono")),
  );
}

/** What the server signed when it let this account in; checked here each time. */
function receipt() {
  const { keys, server } = session();
  const kept = keys.receipt;
  if (!kept) return card("you.receipt", h("p", {}, tell("you.receipt.none")), h("p", { class: "hint" }, tell("you.receipt.what")));
  let proved;
  try {
    proved = Receipt.verify(fromBase64url(kept.receipt), kept.signature, server.server_key);
  } catch {
    return card("you.receipt", h("p", {}, h("span", { class: "chip bad" }, tell("you.receipt.bad"))), h("p", { class: "hint" }, tell("you.receipt.what")));
  }
  const mono = (/** @type {string} */ text) => h("span", { class: "mono" }, text);
  const save = () => download(`doorward-receipt-${proved.sequence}.json`, JSON.stringify({ server_key: server.server_key, receipt: kept.receipt, signature: kept.signature }, null, 2));
  return card(
    "you.receipt",
    h("p", {}, h("span", { class: "chip good" }, tell("you.receipt.good"))),
    facts([
      [tell("receipt.at"), timeWords(rfc3339(proved.at), "when")],
      [tell("receipt.role"), roleName(proved.role)],
      [tell("receipt.key"), mono(fingerprint(proved.account))],
      [tell("receipt.number"), String(proved.sequence)],
      [tell("receipt.decision"), mono(proved.decision)],
    ]),
    h("p", { class: "hint" }, tell("you.receipt.what")),
    h("div", { class: "actions" }, h("button", { class: "small", onclick: save }, tell("you.receipt.save"))),
  );
}
