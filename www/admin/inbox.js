// Invites by name: those that wait for an answer of the reader's, and the form that makes one.
import { Refusal } from "/assets/shared/api.js";
import { announce, field, person, roleName, timeWords } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { askFor, atWork, confirm, empty, goTo, openDialog, refusal, rows } from "/assets/admin/parts.js";
import { ask, list, live, pathOf } from "/assets/admin/session.js";
import { inWords, tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Account} Account */
/** @typedef {import("/assets/admin/session.js").Space} Space */
/**
 * @typedef {object} Waiting
 * @property {string} id
 * @property {string} space
 * @property {string} space_name
 * @property {string} role
 * @property {string} issuer_handle
 * @property {string} issuer_fingerprint
 * @property {string} expires
 * @property {string} code what a yes would be answered now
 */

/** What waits, all of it. @returns {Promise<Waiting[]>} */
export const inbox = async () => (await ask("GET", "/v1/inbox")).items;

export class Inbox extends HTMLElement {
  lead = tell("inbox.lead");
  /** @type {HTMLElement[]} */
  tools = [];
  action = null;
  place = h("ul", { class: "rows" });
  below = h("div", {});
  /** @type {{ look: () => Promise<void>, anew: () => Promise<void> }} */
  list = { look: async () => {}, anew: async () => {} };

  connectedCallback() {
    this.replaceChildren(this.place, this.below);
    const show = (/** @type {Waiting[]} */ items) => {
      rows(this.place, items, ({ id }) => id, (item) => this.row(item));
      this.below.replaceChildren(...nodes([!items.length && empty(tell("inbox.none"), tell("inbox.none.lead"))]));
    };
    this.list = live(this, inbox, show, (error) => this.below.replaceChildren(refusal(error)));
    void this.list.look();
  }

  /** @param {Waiting} waiting */
  row({ id, space, space_name: network, role, issuer_handle, issuer_fingerprint, expires, code }) {
    const yes = async () => {
      await ask("POST", `/v1/inbox/${id}/accept`);
      goTo(`/admin/networks/${space}`);
    };
    const no = async () => (await ask("POST", `/v1/inbox/${id}/decline`), this.list.anew());
    const refuse = () => confirm(tell("inbox.no.title", { network }), tell("inbox.no.meaning"), tell("inbox.no"), no);
    const { sentence, next } = inWords(code);
    return h(
      "li",
      { class: "sheet row" },
      h(
        "div",
        { class: "top" },
        h("h2", {}, h("bdi", {}, network)),
        h("span", { class: `chip ${role === "member" ? "" : "warn"}` }, roleName(role)),
        h(
          "div",
          { class: "actions" },
          code === "allowed" && h("button", { class: "small", onclick: atWork(yes), "aria-label": `${tell("inbox.yes")}: ${network}` }, tell("inbox.yes")),
          h("button", { class: "small quiet", onclick: refuse, "aria-label": `${tell("inbox.no")}: ${network}` }, tell("inbox.no")),
        ),
      ),
      h("p", { class: "hint" }, tell("invites.from"), " ", person(issuer_handle, issuer_fingerprint), ", ", timeWords(expires, "until")),
      code !== "allowed" && h("p", {}, h("strong", {}, sentence), " ", next),
    );
  }
}
customElements.define("inbox-list", Inbox);

/** Invites somebody of the server into a network. @param {Space} space @param {string[]} members the keys of those who are in it */
export async function inviteByName(space, members) {
  const { items } = await list("/v1/accounts");
  const others = /** @type {Account[]} */ (items).filter(({ key, role }) => role !== null && !members.includes(key)).sort((a, b) => a.handle.localeCompare(b.handle));
  const whom = field(tell("byname.whom"), h("select", {}, ...others.map(({ key, handle, fingerprint }) => h("option", { value: key }, `${handle} ${fingerprint}`))));
  const role = field(tell("create.role"), h("select", {}, ...[...new Set(["member", space.you.grants ?? "member"])].map((name) => h("option", { value: name }, roleName(name)))));
  const work = async () => {
    const { code } = await ask("POST", `${pathOf(space)}/members/${whom.input.value}/invite`, { role: role.input.value });
    // A yes, but one that changed nothing.
    if (code !== "allowed") throw new Refusal({ code }, 200);
    announce(tell("byname.done"));
  };
  if (others.length) return askFor(tell("byname"), tell("byname.lead"), tell("byname.do"), [whom.box, role.box], work, { ofOther: true });
  const { show, done } = openDialog(tell("byname"), "narrow");
  show(tell("byname"), h("p", {}, tell("byname.nobody")), done());
}
