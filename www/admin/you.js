// Who I am here, and what server this is.
import { fingerprint, Receipt } from "/assets/door.js";
import { fromBase64url } from "/assets/shared/bytes.js";
import { copyField, facts, note, person, rfc3339, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { forget } from "/assets/shared/keystore.js";
import { confirm } from "/assets/admin/parts.js";
import { session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

class YouSection extends HTMLElement {
  connectedCallback() {
    const { me, server, keys } = session();
    const drop = () => confirm(tell("forget.title"), tell("forget.meaning"), tell("forget.do"), async () => (await forget(server.server_key), location.reload()));
    const secure = server.public_url === location.origin;
    this.replaceChildren(
      h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("you"))),
      h(
        "div",
        { class: "columns" },
        h(
          "section",
          { class: "sheet stack", "aria-label": tell("you") },
          h("h2", {}, person(me.handle, me.fingerprint)),
          facts([
            [tell("you.role"), me.role && roleName(me.role)],
            [tell("you.since"), me.details && timeWords(me.details.created_at, "when")],
            [tell("you.receipt"), receiptLine(keys, server.server_key)],
          ]),
          h("details", {}, h("summary", {}, tell("you.key")), copyField(tell("you.key"), me.key, "mono")),
          h("p", { class: "hint" }, tell("you.backup")),
          h("div", { class: "actions" }, h("button", { class: "small danger", onclick: drop }, tell("forget"))),
        ),
        h(
          "section",
          { class: "sheet stack", "aria-label": tell("server") },
          h("h2", {}, server.name),
          facts([
            [tell("server.address"), h("span", { class: "mono" }, server.public_url)],
            [tell("server.fingerprint"), h("span", { class: "mono" }, fingerprint(server.server_key))],
            [tell("server.policy"), h("span", { class: "mono" }, server.policy_digest.slice(0, 16), "…")],
            [tell("server.version"), server.versions.doorward],
          ]),
          !secure && note("warn", h("p", {}, tell("server.elsewhere", { here: location.origin }))),
        ),
      ),
    );
  }
}
customElements.define("you-section", YouSection);

/** @param {import("/assets/shared/keystore.js").Keys} keys @param {string} serverKey */
function receiptLine(keys, serverKey) {
  const kept = keys.receipt;
  if (!kept) return tell("you.receipt.none");
  try {
    const receipt = Receipt.verify(fromBase64url(kept.receipt), kept.signature, serverKey);
    return h("span", {}, tell("you.receipt.good", { number: receipt.sequence }), ", ", timeWords(rfc3339(receipt.at), "when"));
  } catch {
    return h("span", { class: "chip bad" }, tell("you.receipt.bad"));
  }
}
