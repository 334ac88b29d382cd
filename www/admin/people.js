// People: who is here, through which door they came, and showing them out.
import { fingerprint, permits } from "/assets/door.js";
import { Refusal } from "/assets/shared/api.js";
import { facts, field, note, person, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { permissions } from "/assets/shared/i18n.js";
import { confirm, empty, openDialog, refusal, rows } from "/assets/admin/parts.js";
import { ask, list, live, session } from "/assets/admin/session.js";
import { inWords, tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Account} Account */

/** The id of the server's own space. */
const serverSpace = "0".repeat(32);

class PeopleSection extends HTMLElement {
  place = h("ul", { class: "rows" });
  around = h("div", {});
  /** @type {Map<string, Account>} */
  known = new Map();
  /** @type {{ look: () => Promise<void>, anew: () => Promise<void> }} */
  list = { look: async () => {}, anew: async () => {} };

  connectedCallback() {
    this.replaceChildren(h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("people"))), h("p", { class: "lead" }, tell("people.lead")), this.around);
    this.list = live(this, () => list("/v1/accounts"), (items) => this.show(items), (error) => this.around.replaceChildren(refusal(error)));
    void this.list.look();
  }

  /** @param {Account[]} items */
  show(items) {
    this.known = new Map(items.map((account) => [account.key, account]));
    const byAge = [...items].sort((a, b) => (b.details?.created_at ?? "").localeCompare(a.details?.created_at ?? "") || a.handle.localeCompare(b.handle));
    const alone = items.length <= 1 && empty(tell("people.none"), tell("people.none.lead"), h("a", { class: "button main", href: "/admin/invites" }, tell("invites.create")));
    rows(this.place, byAge, (account) => account.key, (account) => this.row(account));
    this.around.replaceChildren(this.place, ...(alone ? [alone] : []));
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
    const why = (isMe || may("read-audit")) && h("button", { class: "small quiet", onclick: () => explainWhy(account), "aria-label": `${tell("why")} ${name}` }, tell("why"));
    if (isMe || !may("manage-accounts") || !account.details) return [why];
    return revoked ? [why, change("restore", ""), change("delete")] : [why, change("revoke")];
  }
}
customElements.define("people-section", PeopleSection);

/** What somebody may do, and by which rule. @param {Account} account */
function explainWhy(account) {
  const { show, close } = openDialog(tell("why.title", { handle: account.handle }), "narrow");
  const choice = field(tell("why.what"), h("select", { onchange: () => void look() }, ...Object.entries(permissions).map(([permission, words]) => h("option", { value: permission }, words))));
  const answer = h("div", { "aria-live": "polite", class: "stack" });
  const look = async () => {
    try {
      const reply = await ask("GET", `/v1/can?account=${account.key}&permission=${choice.input.value}&space=${serverSpace}`);
      answer.replaceChildren(
        note(reply.allow ? "good" : "bad", h("p", {}, h("strong", {}, reply.allow ? tell("why.yes") : tell("why.no"))), !reply.allow && h("p", {}, inWords(reply.code).sentence)),
        facts([
          [tell("why.rule"), h("span", {}, reply.text, " ", h("span", { class: "key mono" }, reply.rule))],
          [tell("why.role"), reply.facts && (reply.facts.server_role ? roleName(reply.facts.server_role) : tell("people.guest"))],
          [tell("why.standing"), reply.facts?.standing && tell(`standing.${/** @type {"active" | "revoked"} */ (reply.facts.standing)}`)],
          [tell("why.banned"), reply.facts && (reply.facts.banned ? tell("yes") : tell("no"))],
        ]),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer.replaceChildren(refusal(error));
    }
  };
  show(tell("why.title", { handle: account.handle }), h("p", { class: "soft" }, person(account.handle, account.fingerprint)), choice.box, answer, h("div", { class: "actions" }, h("button", { onclick: close }, tell("done"))));
  void look();
}
