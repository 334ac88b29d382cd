// One network: its members, its invites, the keys it keeps, and the network itself; for everybody what he may see of it.
import { field, person, roleName } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { createInvite } from "/assets/admin/create.js";
import { manage } from "/assets/admin/govern.js";
import { inviteByName } from "/assets/admin/inbox.js";
import { InviteList } from "/assets/admin/invites.js";
import { keyLists } from "/assets/admin/listed.js";
import { Panes } from "/assets/admin/panes.js";
import { askFor, atWork, card, confirm, empty, goTo, refusal, rows, searchField, tagChips, tidy } from "/assets/admin/parts.js";
import { placeCard } from "/assets/admin/place.js";
import { ask, list, live, may, pathOf, session, spaceNow } from "/assets/admin/session.js";
import { tell, tellThere } from "/assets/admin/texts.js";
import { explainWhy } from "/assets/admin/why.js";

/** @typedef {import("/assets/admin/session.js").Known} Known */
/** @typedef {import("/assets/admin/session.js").Space} Space */

const all = "/admin/networks";

export class NetworkPage extends Panes {
  /** @override */
  which = tell("net.which");
  /** @type {Space | null} */
  space = null;

  /** @param {string} id */
  constructor(id) {
    super();
    this.id = id;
    this.chips = h("span", { class: "chips" });
  }

  connectedCallback() {
    this.heading.textContent = tell("net.network");
    this.heading.after(this.chips);
    this.frame();
    this.prepend(h("p", { class: "back" }, h("a", { href: all }, tell("net.back"))));
    void live(this, () => spaceNow({ space: this.id }), (space) => this.take(space), (error) => this.lost(error)).look();
  }

  /** What the network is now, and as what the reader is there. @param {Space} space */
  take(space) {
    const before = this.space;
    this.space = space;
    document.title = `${space.name} · Doorward`;
    this.heading.replaceChildren(h("bdi", {}, space.name));
    const { role } = space.you;
    this.chips.replaceChildren(...nodes([
      role ? h("span", { class: `chip ${role === "member" ? "good" : "warn"}` }, roleName(role)) : h("span", { class: "chip" }, tell("people.guest")),
      space.paused && h("span", { class: "chip warn" }, tell("net.paused")),
      !space.listed && h("span", { class: "chip" }, tell("net.unlisted")),
      !space.governed && h("span", { class: "chip" }, tell("net.ungoverned")),
    ]));
    const [pane, name] = [this.slotted.firstElementChild, this.opened];
    // What may be done hangs on these, so what is open is opened anew.
    if (JSON.stringify(standing(before)) !== JSON.stringify(standing(space))) this.opened = "";
    else if (pane instanceof NetworkItself) void pane.show(space);
    this.offer(name);
  }

  /** @param {{ code: string }} error */
  lost(error) {
    this.chips.replaceChildren();
    this.tools.replaceChildren();
    this.lead.textContent = "";
    this.head.querySelector("button")?.remove();
    this.opened = "";
    this.space = null;
    const isGone = error.code === "not-found";
    // Another element, for what was here would jump up.
    this.slotted.replaceWith((this.slotted = h("div", {}, isGone ? empty(tell("net.gone"), tell("net.gone.lead"), h("a", { class: "button main", href: all }, tell("net.back"))) : refusal(error))));
  }

  /** @override */
  choices() {
    const { space } = this;
    if (!space) return [];
    return [
      ...(may("read", space) ? [{ name: "members", words: tell("place.members"), make: () => new MemberList(space) }] : []),
      ...(may("invite", space) ? [{ name: "invites", words: tell("invites"), make: () => new InviteList(space) }] : []),
      ...keyLists(space),
      { name: "itself", words: tell("net.itself"), make: () => new NetworkItself(space, (changed) => this.take(changed)) },
    ];
  }
}
customElements.define("network-page", NetworkPage);

/** What decides on what may be done there. @param {Space | null} space */
const standing = (space) => space && [space.you, space.governed, space.owner];

/** Its members, in order of joining. */
class MemberList extends HTMLElement {
  place = h("ul", { class: "rows" });
  below = h("div", {});
  search = searchField(tell("people.search"), () => this.show());
  /** @type {{ items: Known[], more: boolean }} */
  found = { items: [], more: false };
  /** @type {{ look: () => Promise<void>, anew: () => Promise<void> }} */
  list = { look: async () => {}, anew: async () => {} };

  /** @param {Space} space */
  constructor(space) {
    super();
    this.space = space;
    this.lead = space.description || tell("net.members.lead");
    this.action = this.inviteButton();
    const byName = () => inviteByName(space, this.found.items.map(({ key }) => key));
    this.tools = [this.search.box, ...(may("invite", space) ? [h("button", { onclick: atWork(byName) }, tell("byname.go"))] : [])];
  }

  connectedCallback() {
    this.replaceChildren(this.place, this.below);
    const show = (/** @type {typeof this.found} */ found) => {
      this.found = found;
      this.show();
    };
    this.list = live(this, () => list(`${pathOf(this.space)}/members`), show, (error) => this.below.replaceChildren(refusal(error)));
    void this.list.look();
  }

  inviteButton() {
    return may("invite", this.space) ? h("button", { class: "main", onclick: () => void createInvite(this.space, () => this.list.anew()) }, tell("invites.create")) : null;
  }

  show() {
    const { items, more } = this.found;
    const found = items.filter(({ key, fingerprint, account }) => this.search.finds(key, fingerprint, account?.handle ?? "", roleName(account?.role ?? ""), ...(account?.tags ?? [])));
    rows(this.place, found, ({ key }) => key, (item) => this.row(item));
    const nobody = !found.length && (items.length ? empty(tell("search.none"), tell("search.none.lead")) : empty(tell("net.nobody"), tell("net.nobody.lead")));
    const alone = items.length === 1 && items[0].key === session().me.key && empty(tell("people.none"), tell("people.none.lead"), this.inviteButton());
    this.below.replaceChildren(...nodes([nobody || alone, more && h("p", { class: "hint" }, tell("list.cut", { n: items.length }))]));
  }

  /** @param {Known} member */
  row({ account }) {
    // A page of members has nobody on it who has no account.
    if (!account) return h("li", {});
    const { space } = this;
    const isMe = account.key === session().me.key;
    const why = tell("why");
    const role = space.governed ? account.role : "member";
    return h(
      "li",
      { class: "sheet row" },
      h(
        "div",
        { class: "top" },
        h("h2", {}, person(account.handle, account.fingerprint)),
        isMe && h("span", { class: "chip" }, tell("people.you")),
        h("span", { class: `chip ${role === "member" ? "" : "warn"}` }, roleName(role ?? "")),
        account.details?.standing === "revoked" && h("span", { class: "chip bad" }, tell("people.revoked")),
        ...tagChips(account.tags),
        (isMe || may("read-audit")) && h("div", { class: "actions" }, h("button", { class: "small quiet", onclick: atWork(() => explainWhy(space, account)), "aria-label": `${why} ${account.handle} ${account.fingerprint}` }, why)),
      ),
      manage(space, account, () => this.list.anew()),
    );
  }
}
customElements.define("network-members", MemberList);

/** The network itself: what it is like, coming and going, and its end. */
class NetworkItself extends HTMLElement {
  lead = tell("net.itself.lead");
  /** @type {HTMLElement[]} */
  tools = [];
  action = null;
  /** Shows it as it is later. @type {(space: Space) => Promise<void>} */
  show = async () => {};

  /** @param {Space} space @param {(space: Space) => unknown} changed */
  constructor(space, changed) {
    super();
    this.space = space;
    this.changed = changed;
  }

  async connectedCallback() {
    const { space } = this;
    const place = await placeCard(space, this.changed);
    this.show = place.show;
    this.replaceChildren(h("div", { class: "columns" }, place.element, ...nodes([space.you.role ? leaving(space) : entering(space, this.changed), may("delete-space", space) && ending(space)])));
  }
}
customElements.define("network-itself", NetworkItself);

/** @param {Space} space @param {(space: Space) => unknown} changed */
function entering(space, changed) {
  const work = async () => {
    await ask("POST", `${pathOf(space)}/enter`);
    changed(await spaceNow(space));
  };
  const go = () => confirm(tell("net.enter.title", { network: space.name }), tell("net.enter.meaning"), tell("net.enter"), work, { face: "main" });
  return card("net.enter.card", h("p", {}, tellThere(space, `rule.${space.join_rule}.what`)), h("div", { class: "actions" }, h("button", { class: "main", onclick: go }, tell("net.enter.go"))));
}

/** @param {Space} space */
function leaving(space) {
  const work = async () => {
    await ask("POST", `${pathOf(space)}/leave`);
    goTo(all);
  };
  const go = () => confirm(tell("leave.title", { server: space.name }), tell("net.leave.meaning"), tell("leave.do"), work);
  return card("net.leave", h("p", {}, tell("net.leave.meaning")), h("div", { class: "actions" }, h("button", { class: "small danger", onclick: go }, tell("leave.go"))));
}

/** @param {Space} space */
function ending(space) {
  const go = () => {
    const name = field(tell("transfer.type", { handle: space.name }), h("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false" }));
    const work = async () => {
      if (tidy(name.input.value) !== space.name) return name.complain(tell("transfer.wrong")), false;
      await ask("DELETE", pathOf(space));
      goTo(all);
    };
    askFor(tell("net.delete.title", { network: space.name }), tell("net.delete.meaning"), tell("net.delete.do"), [name.box], work, { face: "danger" });
  };
  return card("net.delete", h("p", {}, tell("net.delete.meaning")), h("div", { class: "actions" }, h("button", { class: "small danger", onclick: go }, tell("net.delete.go"))));
}
