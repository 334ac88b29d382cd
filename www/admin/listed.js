// The keys that a space keeps beside its members: those that are banned, and those that may join.
import { copyField, person, timeWords } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { allow, ban, disallow, liftBan } from "/assets/admin/govern.js";
import { mark, Names } from "/assets/admin/names.js";
import { empty, refusal, rows, searchField } from "/assets/admin/parts.js";
import { list, live, may, pathOf, spaceNow } from "/assets/admin/session.js";
import { tell, tellThere } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Known} Known */
/** @typedef {import("/assets/admin/session.js").Space} Space */
/**
 * What tells one list from the other.
 * @typedef {object} Kind
 * @property {"banned" | "allowed"} name what its words begin with
 * @property {string} path
 * @property {[words: string, form: (space: Space, changed: () => unknown) => void]} add
 * @property {[words: string, form: (space: Space, whom: { key: string, name: string }, changed: () => unknown) => void]} undo
 * @property {(known: Known, names: Names) => import("/assets/shared/dom.js").Child[]} lines what is to be read of a key
 * @property {() => Promise<string>} [above] what is to be read above the list
 */

/** How many keys are fetched at first, and more at a time. */
const size = 100;

class KeyList extends HTMLElement {
  most = size;
  /** @type {{ items: Known[], more: boolean, above: string }} */
  found = { items: [], more: false, above: "" };
  names = new Names();
  above = h("p", { class: "hint above" });
  place = h("ul", { class: "rows" });
  below = h("div", { class: "stack" });
  /** @type {{ look: () => Promise<void>, anew: () => Promise<void> }} */
  list = { look: async () => {}, anew: async () => {} };
  changed = () => this.list.anew();

  /** @param {Space} space @param {Kind} kind */
  constructor(space, kind) {
    super();
    this.space = space;
    this.kind = kind;
    this.lead = tell(`${kind.name}.lead`);
    this.search = searchField(tell(`${kind.name}.search`), () => this.show());
    this.tools = [this.search.box];
    this.action = h("button", { onclick: () => kind.add[1](space, this.changed) }, kind.add[0]);
  }

  connectedCallback() {
    this.replaceChildren(this.above, this.place, this.below);
    const show = (/** @type {typeof this.found} */ found) => {
      this.found = found;
      this.show();
    };
    this.list = live(this, () => this.load(), show, (error) => this.below.replaceChildren(refusal(error)));
    void this.list.look();
  }

  async load() {
    const [{ items, more }, above] = await Promise.all([list(`${pathOf(this.space)}/${this.kind.path}`, this.most), this.kind.above?.() ?? ""]);
    await this.names.meet(items.flatMap(({ ban, allowlisted_by }) => [ban?.by, allowlisted_by]));
    return { items, more, above };
  }

  show() {
    const { items, more, above } = this.found;
    const found = items.filter(({ key, fingerprint, account, ban }) => this.search.finds(key, fingerprint, account?.handle ?? "", ban?.reason ?? ""));
    rows(this.place, found, ({ key }) => key, (item) => this.row(item));
    const { name } = this.kind;
    const none = !found.length && (items.length ? empty(tell("search.none"), tell("search.none.lead")) : empty(tell(`${name}.none`), tell(`${name}.none.lead`)));
    const further = () => {
      this.most += size;
      void this.list.anew();
    };
    const rest = more && h("div", { class: "actions" }, h("button", { onclick: further }, tell("list.more")), h("p", { class: "hint" }, tell("list.cut", { n: items.length })));
    this.above.textContent = above;
    this.below.replaceChildren(...nodes([none, rest]));
  }

  /** @param {Known} item */
  row(item) {
    const { key, fingerprint, account } = item;
    const [words, undo] = this.kind.undo;
    const name = account ? `${account.handle} ${fingerprint}` : fingerprint;
    return h(
      "li",
      { class: "sheet row" },
      h(
        "div",
        { class: "top" },
        h("h2", {}, account ? person(account.handle, fingerprint) : mark(fingerprint)),
        !account && h("span", { class: "chip" }, tell("stranger")),
        h("div", { class: "actions" }, h("button", { class: "small quiet", onclick: () => undo(this.space, { key, name }, this.changed), "aria-label": `${words}: ${name}` }, words)),
      ),
      ...this.kind.lines(item, this.names),
      h("details", {}, h("summary", {}, tell("key.field")), copyField(tell("key.field"), key, "mono")),
    );
  }
}

class BannedList extends KeyList {
  /** @param {Space} space */
  constructor(space) {
    super(space, {
      name: "banned",
      path: "bans",
      add: [tell("ban.key.title"), (space, changed) => ban(space, null, changed)],
      undo: [tell("unban"), liftBan],
      lines: ({ ban: its }, names) =>
        its
          ? [
              h("p", its.reason ? { dir: "auto" } : { class: "soft" }, its.reason || tell("banned.unreasoned")),
              h("p", { class: "hint" }, timeWords(its.until, "until"), " · ", tell("banned.by"), " ", names.named(its.by), ", ", timeWords(its.since, "when")),
            ]
          : [],
    });
  }
}
customElements.define("banned-list", BannedList);

class AllowedList extends KeyList {
  /** @param {Space} space */
  constructor(space) {
    super(space, {
      name: "allowed",
      path: "allowlist",
      add: [tell("allow"), allow],
      undo: [tell("disallow"), disallow],
      lines: ({ allowlisted_by: by }, names) => [by && h("p", { class: "hint" }, tell("allowed.by"), " ", names.named(by))],
      above: async () => tell("allowed.now", { rule: tellThere(space, `rule.${(await spaceNow(space)).join_rule}`) }),
    });
  }
}
customElements.define("allowed-list", AllowedList);

/** Those of these lists that the reader may see of a space, to choose from. @param {Space} space @returns {import("/assets/admin/panes.js").Choice[]} */
export const keyLists = (space) => [
  ...(may("ban", space) ? [{ name: "banned", words: tell("people.barred"), make: () => new BannedList(space) }] : []),
  ...(may("manage-space", space) ? [{ name: "allowed", words: tell("people.listed"), make: () => new AllowedList(space) }] : []),
];
