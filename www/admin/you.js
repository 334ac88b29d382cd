// Who I am here: my keys on this device, their backup, the receipt, and the way out.
import { fingerprint, Receipt } from "/assets/door.js";
import { fromBase64url } from "/assets/shared/bytes.js";
import { copyField, download, facts, person, rfc3339, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { forget } from "/assets/shared/keystore.js";
import { tryBackup } from "/assets/admin/keeping.js";
import { Names } from "/assets/admin/names.js";
import { card, confirm, tagChips } from "/assets/admin/parts.js";
import { ask, pathOf, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

class YouSection extends HTMLElement {
  async connectedCallback() {
    const { server } = session();
    const leave = () => confirm(tell("leave.title", { server: server.name }), tell("leave.meaning"), tell("leave.do"), async () => (await ask("POST", `${pathOf(session().home)}/leave`), location.reload()));
    const drop = () => confirm(tell("forget.title"), tell("forget.meaning"), tell("forget.do"), async () => (await forget(server.server_key), location.reload()));
    const head = h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("you")));
    this.replaceChildren(head);
    const proofs = await receipts();
    this.append(
      h(
        "div",
        { class: "columns" },
        account(),
        card("keys", h("p", {}, tell("keys.lead")), h("div", { class: "actions" }, h("button", { onclick: () => void tryBackup() }, tell("keys.backup"))), h("p", { class: "hint" }, tell("keys.hint"))),
        proofs,
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

/** What the server signed when it let this account in, there and into networks; checked here each time. */
async function receipts() {
  const { keys } = session();
  const kept = [keys.receipt, ...Object.values(keys.networks)].flatMap((receipt) => receipt ?? []);
  const names = new Names();
  // Without their names the receipts are as good.
  await names.meetNetworks(Object.keys(keys.networks)).catch(() => {});
  const what = h("p", { class: "hint" }, tell("you.receipt.what"));
  return card("you.receipt", ...(kept.length ? kept.flatMap((one) => receipt(one, names)) : [h("p", {}, tell("you.receipt.none"))]), what);
}

/** @param {import("/assets/shared/keystore.js").KeptReceipt} kept @param {Names} names @returns {HTMLElement[]} */
function receipt(kept, names) {
  const { server, home } = session();
  let proved;
  try {
    proved = Receipt.verify(fromBase64url(kept.receipt), kept.signature, server.server_key);
  } catch {
    return [h("p", {}, h("span", { class: "chip bad" }, tell("you.receipt.bad")))];
  }
  const mono = (/** @type {string} */ text) => h("span", { class: "mono" }, text);
  const save = () => download(`doorward-receipt-${proved.sequence}.json`, JSON.stringify({ server_key: server.server_key, receipt: kept.receipt, signature: kept.signature }, null, 2));
  const network = proved.space !== home.space && (names.networks.get(proved.space) || mono(proved.space));
  return [
    h("p", {}, h("span", { class: "chip good" }, tell("you.receipt.good"))),
    facts([
      [tell("net.network"), network],
      [tell("receipt.at"), timeWords(rfc3339(proved.at), "when")],
      [tell("receipt.role"), roleName(proved.role)],
      [tell("receipt.key"), mono(fingerprint(proved.account))],
      [tell("receipt.number"), String(proved.sequence)],
      [tell("receipt.decision"), mono(proved.decision)],
    ]),
    h("div", { class: "actions" }, h("button", { class: "small", onclick: save }, tell("you.receipt.save"))),
  ];
}
