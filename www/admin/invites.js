// Invites: what is out there, who came through, and closing the door again.
import { Refusal } from "/assets/shared/api.js";
import { person, roleName, timeWords } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { createInvite } from "/assets/admin/create.js";
import { remember } from "/assets/admin/memory.js";
import { atWork, confirm, empty, refusal, rows, searchField, switchOf } from "/assets/admin/parts.js";
import { ask, list, live, session } from "/assets/admin/session.js";
import { showLink } from "/assets/admin/share.js";
import { firstSteps } from "/assets/admin/steps.js";
import { inWords, tell, tellThere } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Invite} Invite */
/** @typedef {import("/assets/admin/session.js").Space} Space */
/** @typedef {import("/assets/admin/session.js").Use} Use */

/** The server's own invites, and the first steps of whoever it belongs to. */
class InvitesSection extends HTMLElement {
  steps = h("div", {});

  async connectedCallback() {
    const invites = new InviteList(session().home, () => (remember("invited"), void this.step(invites)));
    this.replaceChildren(h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("invites")), invites.action), h("p", { class: "lead" }, invites.lead));
    // What comes above the list comes first, so that the list does not jump.
    await this.step(invites);
    this.append(this.steps, h("div", { class: "tools" }, ...invites.tools), invites);
  }

  /** @param {InviteList} invites */
  async step(invites) {
    this.steps.replaceChildren(...nodes([await firstSteps(() => invites.create())]));
  }
}

/** The invites into a space. */
export class InviteList extends HTMLElement {
  state = "live";
  place = h("ul", { class: "rows" });
  below = h("div", {});
  search = searchField(tell("invites.search"), () => this.show());
  /** @type {{ items: Invite[], more: boolean }} */
  found = { items: [], more: false };
  /** @type {{ look: () => Promise<void>, anew: () => Promise<void> }} */
  list = { look: async () => {}, anew: async () => {} };

  /** @param {Space} space @param {() => unknown} [made] called after something was made */
  constructor(space, made = () => {}) {
    super();
    this.space = space;
    this.made = made;
    this.lead = tellThere(space, "invites.lead");
    this.action = h("button", { class: "main", onclick: () => this.create() }, tell("invites.create"));
    const choices = /** @type {[string, string][]} */ ([["live", tell("invites.live")], ["expired", tell("invites.expired")], ["closed", tell("invites.closed")]]);
    const pick = (/** @type {string} */ state) => {
      this.state = state;
      void this.list.anew();
    };
    this.tools = [switchOf(tell("invites.which"), choices, this.state, pick), this.search.box];
  }

  connectedCallback() {
    const show = (/** @type {typeof this.found} */ found) => {
      this.found = found;
      this.show();
    };
    this.replaceChildren(this.place, this.below);
    this.list = live(this, () => list(`/v1/invites?state=${this.state}&space=${this.space.space}`), show, (error) => this.below.replaceChildren(refusal(error)));
    void this.list.look();
  }

  create() {
    createInvite(this.space, () => {
      this.made();
      void this.list.anew();
    });
  }

  show() {
    const { items, more } = this.found;
    const byAge = [...items].sort((a, b) => b.minted_at.localeCompare(a.minted_at) || a.label.localeCompare(b.label, undefined, { numeric: true }));
    const found = byAge.filter(({ label, greeting, issuer_handle, id, role }) => this.search.finds(label, greeting, issuer_handle, id, roleName(role)));
    rows(this.place, found, (item) => item.id, (item) => this.row(item));
    this.below.replaceChildren(...nodes([!found.length && this.nothing(items.length > 0), more && h("p", { class: "hint" }, tell("list.cut", { n: items.length }))]));
  }

  /** @param {boolean} isSought */
  nothing(isSought) {
    if (isSought) return empty(tell("search.none"), tell("search.none.lead"));
    if (this.state !== "live") return empty(tell("invites.none.such"), tell("invites.none.such.lead"));
    return empty(tell("invites.none"), tell("invites.none.lead"), h("button", { class: "main", onclick: () => this.create() }, tell("invites.create")));
  }

  /** @param {Invite} invite */
  row(invite) {
    const { me } = session();
    const isLive = invite.state === "live";
    const mine = invite.issuer === me.key;
    const title = invite.label || invite.greeting || tell("invites.plain", { role: roleName(invite.role) });
    const cancel = () => confirm(tell("cancel.title", { title }), tell("cancel.meaning"), tell("cancel.do"), async () => (await ask("DELETE", `/v1/invites/${invite.id}`), this.list.anew()));
    return h(
      "li",
      { class: `sheet row ${isLive ? "" : "faded"}` },
      h(
        "div",
        { class: "top" },
        h("h2", { dir: "auto" }, title),
        invite.role !== "member" && h("span", { class: "chip warn" }, roleName(invite.role)),
        h("span", { class: `chip ${isLive ? "good" : ""}` }, tell(`state.${invite.state}`)),
        h(
          "div",
          { class: "actions" },
          isLive && h("button", { class: mine ? "small" : "small quiet", onclick: atWork(() => showLink(this.space, invite)), "aria-label": tell("invites.show.label", { title }) }, tell("invites.show")),
          isLive && h("button", { class: "small quiet", onclick: cancel, "aria-label": tell("cancel.label", { title }) }, tell("cancel")),
        ),
      ),
      h("p", { class: "soft" }, usage(invite), " · ", timeWords(invite.expires, Date.parse(invite.expires) <= Date.now() ? "over" : "until")),
      h("p", { class: "hint" }, tell("invites.from"), " ", person(invite.issuer_handle, invite.issuer_fingerprint), ", ", timeWords(invite.minted_at, "when")),
      invite.uses > 0 && through(invite),
    );
  }
}
customElements.define("invites-section", InvitesSection);
customElements.define("invite-list", InviteList);

/** @param {Invite} invite */
function usage(invite) {
  if (invite.max_uses === 0) return tell("uses.unlimited", { n: invite.uses });
  const bar = h("span", { class: "uses", "aria-hidden": "true" });
  bar.style.setProperty("--part", String(Math.round((100 * invite.uses) / invite.max_uses)));
  return h("span", {}, bar, tell("uses", { n: invite.uses, most: invite.max_uses }));
}

/** Who came through; asked for when somebody wants to know. @param {Invite} invite */
function through(invite) {
  const place = h("ul", { class: "people", "aria-live": "polite" });
  const open = async () => {
    if (!details.open || place.childElementCount) return;
    try {
      place.replaceChildren(...(await usesOf(invite.id)).map(useRow));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      place.replaceChildren(h("li", {}, refusal(error)));
    }
  };
  const details = h("details", { ontoggle: open }, h("summary", {}, tell("through", { n: invite.uses })), place);
  return details;
}

/** @param {string} id @returns {Promise<Use[]>} */
async function usesOf(id) {
  const uses = [];
  let after = "";
  do {
    const page = await ask("GET", `/v1/invites/${id}?limit=200${after && `&after=${encodeURIComponent(after)}`}`);
    uses.push(...page.uses);
    after = page.next ?? "";
  } while (after);
  return uses;
}

/** @param {Use} use */
const useRow = (use) =>
  h("li", {}, person(use.handle, use.fingerprint), h("span", { class: "soft" }, timeWords(use.at, "when")), use.code !== "allowed" && h("span", { class: "chip bad" }, tell("through.refused", { why: inWords(use.code).sentence })));
