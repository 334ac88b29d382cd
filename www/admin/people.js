// People: who is here, through which door they came, and showing them out.
import { fingerprint, permits } from "/assets/door.js";
import { person, roleName, timeWords } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { atWork, confirm, empty, refusal, rows, searchField } from "/assets/admin/parts.js";
import { ask, list, live, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";
import { explainWhy } from "/assets/admin/why.js";

/** @typedef {import("/assets/admin/session.js").Account} Account */

class PeopleSection extends HTMLElement {
  place = h("ul", { class: "rows" });
  below = h("div", {});
  search = searchField(tell("people.search"), () => this.show());
  /** @type {Map<string, Account>} */
  known = new Map();
  isCut = false;
  /** @type {{ look: () => Promise<void>, anew: () => Promise<void> }} */
  list = { look: async () => {}, anew: async () => {} };

  connectedCallback() {
    this.replaceChildren(h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("people"))), h("p", { class: "lead" }, tell("people.lead")), h("div", { class: "tools" }, this.search.box), this.place, this.below);
    this.list = live(this, () => list("/v1/accounts"), (people) => this.take(people), (error) => this.below.replaceChildren(refusal(error)));
    void this.list.look();
  }

  /** @param {{ items: Account[], more: boolean }} people */
  take({ items, more }) {
    this.known = new Map(items.map((account) => [account.key, account]));
    this.isCut = more;
    this.show();
  }

  show() {
    const all = [...this.known.values()];
    const byAge = all.sort((a, b) => (b.details?.created_at ?? "").localeCompare(a.details?.created_at ?? "") || a.handle.localeCompare(b.handle));
    const found = byAge.filter(({ handle, fingerprint: mark, key, role, tags }) => this.search.finds(handle, mark, key, roleName(role ?? ""), ...tags));
    rows(this.place, found, (account) => account.key, (account) => this.row(account));
    const alone = all.length === 1 && empty(tell("people.none"), tell("people.none.lead"), h("a", { class: "button main", href: "/admin/invites" }, tell("invites.create")));
    const nobody = all.length > 0 && !found.length && empty(tell("search.none"), tell("search.none.lead"));
    this.below.replaceChildren(...nodes([alone || nobody, this.isCut && h("p", { class: "hint" }, tell("list.cut", { n: all.length }))]));
  }

  /** @param {Account} account */
  row(account) {
    const { me } = session();
    const { details } = account;
    const isMe = account.key === me.key;
    const revoked = details?.standing === "revoked";
    return h(
      "li",
      { class: `sheet row ${revoked ? "faded" : ""}` },
      h(
        "div",
        { class: "top" },
        h("h2", {}, person(account.handle, account.fingerprint)),
        isMe && h("span", { class: "chip" }, tell("people.you")),
        account.role ? h("span", { class: `chip ${account.role === "member" ? "" : "warn"}` }, roleName(account.role)) : h("span", { class: "chip" }, tell("people.guest")),
        revoked && h("span", { class: "chip bad" }, tell("people.revoked")),
        details?.banned && h("span", { class: "chip bad" }, tell("people.banned")),
        ...account.tags.map((tag) => h("span", { class: "chip" }, tag)),
        h("div", { class: "actions" }, ...this.actions(account, isMe, revoked)),
      ),
      details && h("p", { class: "hint" }, this.origin(account), " · ", timeWords(details.created_at, "when")),
    );
  }

  /** How somebody came in. @param {Account} account */
  origin({ details }) {
    if (!details) return "";
    const by = this.known.get(details.invited_by);
    const whom = details.invited_by === session().server.server_key ? tell("via.server") : by ? person(by.handle, by.fingerprint) : h("span", { class: "mono" }, fingerprint(details.invited_by));
    const way = details.via === "direct" ? tell("via.direct") : tell("via.invite", { invite: details.via.slice(0, 8) });
    return h("span", {}, way, " ", whom);
  }

  /** @param {Account} account @param {boolean} isMe @param {boolean} revoked */
  actions(account, isMe, revoked) {
    const { me } = session();
    const may = (/** @type {string} */ permission) => me.role !== null && permits(me.role, permission);
    const name = `${account.handle} ${account.fingerprint}`;
    const change = (/** @type {"revoke" | "restore" | "delete"} */ what, face = "quiet") => {
      const [method, end] = what === "delete" ? ["DELETE", ""] : ["POST", `/${what}`];
      const work = async () => (await ask(method, `/v1/accounts/${account.key}${end}`), this.list.anew());
      const onclick = () => confirm(tell(`${what}.title`, { name }), tell(`${what}.meaning`, { name: account.handle }), tell(what), work);
      return h("button", { class: `small ${face}`, onclick, "aria-label": `${tell(what)}: ${name}` }, tell(what));
    };
    const why = (isMe || may("read-audit")) && h("button", { class: "small quiet", onclick: atWork(() => explainWhy(account)), "aria-label": `${tell("why")} ${name}` }, tell("why"));
    if (isMe || !may("manage-accounts") || !account.details) return [why];
    return revoked ? [why, change("restore", ""), change("delete")] : [why, change("revoke")];
  }
}
customElements.define("people-section", PeopleSection);
