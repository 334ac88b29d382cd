// People: who is here, through which door they came, who may not come in, and what may be done about it.
import { fingerprint } from "/assets/door.js";
import { person, roleName, timeWords } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { manage } from "/assets/admin/govern.js";
import { keyLists } from "/assets/admin/listed.js";
import { Panes } from "/assets/admin/panes.js";
import { atWork, empty, refusal, rows, searchField, tagChips } from "/assets/admin/parts.js";
import { contact, iAm, list, live, may, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";
import { explainWhy } from "/assets/admin/why.js";

/** @typedef {import("/assets/admin/session.js").Account} Account */

class PeopleSection extends Panes {
  /** @override */
  which = tell("people.which");

  connectedCallback() {
    this.heading.textContent = tell("people");
    this.frame();
    this.offer();
    contact.addEventListener("role", this.again);
  }

  disconnectedCallback() {
    contact.removeEventListener("role", this.again);
  }

  again = () => this.offer();

  /** @override */
  choices() {
    const { home } = session();
    return [
      { name: "people", words: tell("people.here"), make: () => new PeopleList() },
      ...keyLists(home),
    ];
  }
}
customElements.define("people-section", PeopleSection);

class PeopleList extends HTMLElement {
  lead = tell("people.lead");
  action = null;
  place = h("ul", { class: "rows" });
  below = h("div", {});
  search = searchField(tell("people.search"), () => this.show());
  tools = [this.search.box];
  /** @type {Map<string, Account>} */
  known = new Map();
  isCut = false;
  you = session().home.you;
  /** @type {{ look: () => Promise<void>, anew: () => Promise<void> }} */
  list = { look: async () => {}, anew: async () => {} };

  connectedCallback() {
    this.replaceChildren(this.place, this.below);
    this.list = live(this, () => this.load(), (people) => this.take(people), (error) => this.below.replaceChildren(refusal(error)));
    void this.list.look();
  }

  /** What may be done to the others hangs on what the reader is, so it is loaded with them. */
  async load() {
    const people = await list("/v1/accounts");
    const me = people.items.find(({ key }) => key === session().me.key);
    if (me) await iAm(me);
    return { ...people, you: session().home.you };
  }

  /** @param {{ items: Account[], more: boolean, you: import("/assets/admin/session.js").Standpoint }} people */
  take({ items, more, you }) {
    this.known = new Map(items.map((account) => [account.key, account]));
    this.isCut = more;
    // As somebody else, the reader gets every row drawn anew.
    if (you !== this.you) this.place.replaceChildren();
    this.you = you;
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
    const { details } = account;
    const isMe = account.key === session().me.key;
    const revoked = details?.standing === "revoked";
    const why = tell("why");
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
        ...tagChips(account.tags),
        (isMe || may("read-audit")) && h("div", { class: "actions" }, h("button", { class: "small quiet", onclick: atWork(() => explainWhy(session().home, account)), "aria-label": `${why} ${account.handle} ${account.fingerprint}` }, why)),
      ),
      details && h("p", { class: "hint" }, this.origin(account), " · ", timeWords(details.created_at, "when")),
      manage(session().home, account, () => this.list.anew()),
    );
  }

  /** How somebody came in. @param {Account} account */
  origin({ key, details }) {
    if (!details) return "";
    if (details.invited_by === key) return tell("via.self");
    const by = this.known.get(details.invited_by);
    const whom = details.invited_by === session().server.server_key ? tell("via.server") : by ? person(by.handle, by.fingerprint) : h("span", { class: "mono" }, fingerprint(details.invited_by));
    const way = details.via === "direct" ? tell("via.direct") : tell("via.invite", { invite: details.via.slice(0, 8) });
    return h("span", {}, way, " ", whom);
  }
}
customElements.define("people-list", PeopleList);
