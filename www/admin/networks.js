// Networks: groups beside the server, each with members of its own. Those one is in, those one may find, and new ones.
import { roleName } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { Inbox, inbox } from "/assets/admin/inbox.js";
import { NetworkPage } from "/assets/admin/network.js";
import { Panes } from "/assets/admin/panes.js";
import { askFor, empty, goTo, refusal, rows, searchField } from "/assets/admin/parts.js";
import { fresh, placeFields } from "/assets/admin/placefields.js";
import { ask, governs, list, live } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Space} Space */
/** @typedef {"mine" | "found"} Which */

class NetworksSection extends HTMLElement {
  connectedCallback() {
    const [, id] = /^\/admin\/networks\/([0-9a-f]{32})$/.exec(location.pathname) ?? [];
    this.replaceChildren(id ? new NetworkPage(id) : new NetworkLists());
  }
}

class NetworkLists extends Panes {
  /** @override */
  which = tell("networks.which");

  async connectedCallback() {
    this.heading.textContent = tell("networks");
    this.frame();
    // Whoever is invited sees that first.
    const waiting = await inbox().catch(() => []);
    if (this.isConnected) this.offer(waiting.length ? "inbox" : "mine");
  }

  /** @override */
  choices() {
    const choice = (/** @type {Which} */ which) => ({ name: which, words: tell(`networks.${which}`), make: () => new NetworkList(which) });
    return [choice("mine"), choice("found"), { name: "inbox", words: tell("inbox"), make: () => new Inbox() }];
  }
}

class NetworkList extends HTMLElement {
  lead = tell("networks.lead");
  place = h("ul", { class: "rows" });
  below = h("div", {});
  search = searchField(tell("networks.search"), () => this.show());
  tools = [this.search.box];
  action = governs() ? createButton() : null;
  /** @type {{ items: Space[], more: boolean }} */
  found = { items: [], more: false };

  /** @param {Which} which */
  constructor(which) {
    super();
    this.which = which;
  }

  connectedCallback() {
    this.replaceChildren(this.place, this.below);
    const show = (/** @type {typeof this.found} */ found) => {
      this.found = found;
      this.show();
    };
    void live(this, () => list(`/v1/spaces?show=${this.which}`), show, (error) => this.below.replaceChildren(refusal(error))).look();
  }

  show() {
    const { items, more } = this.found;
    const byName = [...items].sort((a, b) => a.name.localeCompare(b.name));
    const found = byName.filter(({ name, description }) => this.search.finds(name, description));
    rows(this.place, found, ({ space }) => space, row);
    this.below.replaceChildren(...nodes([!found.length && this.nothing(items.length > 0), more && h("p", { class: "hint" }, tell("list.cut", { n: items.length }))]));
  }

  /** @param {boolean} isSought */
  nothing(isSought) {
    if (isSought) return empty(tell("search.none"), tell("search.none.lead"));
    const lead = tell(governs() ? "networks.none.make" : this.which === "mine" ? "networks.none.ask" : "networks.none.wait");
    return empty(tell(`networks.none.${this.which}`), lead, governs() && createButton());
  }
}
customElements.define("networks-section", NetworksSection);
customElements.define("network-lists", NetworkLists);
customElements.define("network-list", NetworkList);

/** @param {Space} space */
const row = ({ space, name, description, members, join_rule, paused, listed, you }) =>
  h(
    "li",
    { class: "sheet row" },
    h(
      "div",
      { class: "top" },
      h("h2", {}, h("a", { href: `/admin/networks/${space}` }, name)),
      you.role && h("span", { class: `chip ${you.role === "member" ? "good" : "warn"}` }, roleName(you.role)),
      paused && h("span", { class: "chip warn" }, tell("net.paused")),
      !listed && h("span", { class: "chip" }, tell("net.unlisted")),
    ),
    description && h("p", { class: "soft", dir: "auto" }, description),
    h("p", { class: "hint" }, [members === null ? "" : tell("net.members", { n: members }), tell("net.join", { rule: tell(`rule.${join_rule}`) })].filter(Boolean).join(" · ")),
  );

const createButton = () => h("button", { class: "main", onclick: create }, tell("networks.create"));

function create() {
  const fields = placeFields(fresh);
  const work = async () => {
    const wanted = fields.read();
    if (!wanted) return false;
    const { space } = await ask("POST", "/v1/spaces", wanted);
    goTo(`/admin/networks/${space.space}`);
  };
  askFor(tell("networks.create"), tell("networks.create.lead"), tell("networks.create.do"), fields.boxes, work);
}
