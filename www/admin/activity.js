// What was decided here: the latest decision records, in words.
import { busy, copyField, facts, field, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { locale } from "/assets/shared/i18n.js";
import { empty, refusal, rows, ruleLine, switchOf } from "/assets/admin/parts.js";
import { Names } from "/assets/admin/names.js";
import { ask, live, session } from "/assets/admin/session.js";
import { fillWith, inWords, tell, verbs } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Decision} Decision */

const size = 50;
/** How many pages are looked through for what is asked for, before the reader is asked whether to go on. */
const patience = 8;

class ActivitySection extends HTMLElement {
  place = h("ul", { class: "rows tight" });
  nothing = h("div", {});
  below = h("div", { class: "actions", "aria-live": "polite" });
  /** Newest first. @type {Decision[]} */
  decisions = [];
  /** Where the older ones begin; nothing if there are none. */
  older = "";
  names = new Names();
  refusedOnly = false;
  whom = field(tell("activity.whom"), h("select", { onchange: () => void this.choose() }, h("option", { value: "" }, tell("activity.all"))));

  connectedCallback() {
    const choices = /** @type {[string, string][]} */ ([["all", tell("activity.every")], ["refused", tell("activity.refused")]]);
    const pick = (/** @type {string} */ value) => {
      this.refusedOnly = value === "refused";
      void this.choose();
    };
    this.replaceChildren(
      h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("activity"))),
      h("p", { class: "lead" }, tell("activity.lead")),
      h("div", { class: "tools" }, switchOf(tell("activity.which"), choices, "all", pick), this.whom.box),
      this.place,
      this.nothing,
      this.below,
    );
    const looking = live(this, () => this.load(), () => this.show(), (error) => this.nothing.replaceChildren(refusal(error)));
    void looking.look();
  }

  /** The newest ones, joined to those that are known. */
  async load() {
    const page = await this.page("");
    await this.meet(page.decisions);
    const known = this.decisions[0]?.sequence ?? Infinity;
    const fresh = page.decisions;
    const last = fresh.at(-1)?.sequence ?? 0;
    // More came than a page holds: what lies between is fetched when somebody asks for older ones.
    if (!this.decisions.length || (page.after && last > known)) [this.decisions, this.older] = [fresh, page.after];
    else this.decisions = [...fresh, ...this.decisions.filter(({ sequence }) => sequence < last)];
    return [this.decisions[0]?.sequence, this.decisions.length];
  }

  /** @param {string} after @returns {Promise<{ decisions: Decision[], after: string }>} */
  async page(after) {
    const { items, next } = await ask("GET", `/v1/audit?limit=${size}${after && `&after=${encodeURIComponent(after)}`}`);
    return { decisions: items, after: next ?? "" };
  }

  /** Learns whom and what these name. @param {Decision[]} decisions */
  async meet(decisions) {
    await Promise.all([this.names.meet(keysOf(decisions)), this.names.meetNetworks(decisions.map(({ asked }) => asked?.space))]);
    // One that is gone still has the name it was made with.
    for (const { asked, allow } of decisions) if (allow && asked?.space && asked.name && !this.names.networks.get(asked.space)) this.names.networks.set(asked.space, asked.name);
  }

  /** @param {Decision} decision */
  isAsked({ allow, asked }) {
    const whom = this.whom.input.value;
    return !(this.refusedOnly && allow) && (!whom || asked?.key === whom || asked?.account === whom);
  }

  /** After another choice: shows what is known of it, and looks further back if that is little. */
  async choose() {
    this.show();
    if (this.decisions.filter((decision) => this.isAsked(decision)).length < size / 2) await this.further();
  }

  async further() {
    const enough = this.decisions.filter((decision) => this.isAsked(decision)).length + size / 2;
    for (let pages = 0; this.older && pages < patience; pages++) {
      const from = this.older;
      const page = await this.page(from);
      // The list began anew meanwhile.
      if (this.older !== from) return;
      await this.meet(page.decisions);
      this.older = page.after;
      this.decisions.push(...page.decisions);
      if (this.decisions.filter((decision) => this.isAsked(decision)).length >= enough) break;
    }
    this.show();
  }

  show() {
    this.fillPeople();
    const asked = this.decisions.filter((decision) => this.isAsked(decision));
    const items = asked.map((decision) => ({ ...decision, names: [decision.asked?.key, decision.asked?.account].map((key) => (key && this.names.people.get(key)?.handle) ?? "").concat(this.network(decision) || "") }));
    rows(this.place, items, ({ decision }) => decision, (item) => this.row(item));
    this.nothing.replaceChildren(...(asked.length ? [] : [empty(tell("activity.none"), tell("activity.none.lead", { n: this.decisions.length }))]));
    const button = h("button", {}, tell("activity.older"));
    button.addEventListener("click", () => busy(button, () => this.further()));
    this.below.replaceChildren(this.older ? button : h("p", { class: "hint" }, tell("activity.end")));
  }

  /** The people to choose from; the choice stays. */
  fillPeople() {
    const { input } = this.whom;
    const known = new Set([...input.options].map(({ value }) => value));
    for (const { key, handle, fingerprint: mark } of [...this.names.people.values()].sort((a, b) => a.handle.localeCompare(b.handle))) {
      if (!known.has(key)) input.append(h("option", { value: key }, `${handle} ${mark}`));
    }
  }

  /** Who asked. @param {import("/assets/admin/session.js").Asked} asked */
  by({ by, key, account, handle }) {
    // A name in a request is that of the account it makes.
    return by === "account" && key ? this.names.named(key, account ? undefined : handle) : tell(by === "account" ? "by.unknown" : `by.${by}`);
  }

  /** Whom it is about: whoever asked, if it names nobody else. @param {import("/assets/admin/session.js").Asked} asked */
  who(asked) {
    return asked.account ? this.names.named(asked.account, asked.handle) : this.by(asked);
  }

  /** What happened, as a sentence. @param {Decision} decision */
  sentence({ asked, allow }) {
    if (!asked) return [tell(allow ? "activity.erased" : "activity.erased.no")];
    const words = verbs[asked.verb] ?? [asked.verb, asked.verb];
    const [first, ...rest] = fillWith(words[allow ? 0 : 1], { by: this.by(asked), who: this.who(asked) }).filter((part) => part !== "");
    return [typeof first === "string" ? first.charAt(0).toLocaleUpperCase(locale) + first.slice(1) : first, ...rest];
  }

  /** The network it was about, if it was about one. @param {Decision} decision */
  network({ asked }) {
    if (!asked?.space && !asked?.name) return "";
    return asked.name || this.names.networks.get(asked.space ?? "") || tell("net.gone.name");
  }

  /** @param {Decision} decision */
  row(decision) {
    const network = this.network(decision);
    const where = network && h("span", { class: "chip tag" }, h("bdi", {}, network));
    const chip = !decision.allow && h("span", { class: "chip bad" }, tell("activity.no"));
    return h(
      "li",
      { class: "sheet row" },
      h("details", {}, h("summary", {}, h("span", { class: "what" }, ...this.sentence(decision), where && " ", where), chip, h("span", { class: "soft when" }, timeWords(decision.at, "distance"))), this.more(decision)),
      !decision.allow && h("p", { class: "hint" }, why(decision)),
    );
  }

  /** @param {Decision} decision */
  more(decision) {
    const { server } = session();
    const { asked } = decision;
    const mono = (/** @type {string} */ text) => h("span", { class: "mono" }, text);
    return h(
      "div",
      { class: "stack" },
      facts([
        [tell("activity.when"), new Date(decision.at).toLocaleString(locale, { dateStyle: "full", timeStyle: "medium" })],
        [tell("activity.by"), asked && h("span", {}, this.by(asked))],
        [tell("activity.rule"), ruleLine(decision.text, decision.rule)],
        [tell("activity.code"), h("span", {}, !decision.allow && `${why(decision)} `, mono(decision.code))],
        [tell("activity.handle"), asked?.handle && h("bdi", {}, asked.handle)],
        [tell("net.network"), asked?.space && h("span", {}, this.network(decision), " ", mono(asked.space))],
        [tell("activity.invite"), asked?.invite && mono(asked.invite)],
        [tell("activity.sequence"), String(decision.sequence)],
        [tell("activity.decision"), mono(decision.decision)],
        [tell("activity.policy"), h("span", {}, mono(`${decision.policy.slice(0, 16)}…`), " ", tell(decision.policy === server.policy_digest ? "activity.policy.now" : "activity.policy.then"))],
      ]),
      asked && (asked.account ?? asked.key) && h("div", {}, h("p", { class: "soft" }, tell("activity.key")), copyField(tell("activity.key"), asked.account ?? asked.key ?? "", "mono")),
    );
  }
}
customElements.define("activity-section", ActivitySection);

/** What a refusal said, to whoever asked. @param {Decision} decision */
const why = ({ code, asked }) => inWords(code, asked?.key !== session().me.key).sentence;

/** Whom these name. @param {Decision[]} decisions */
const keysOf = (decisions) => decisions.flatMap(({ asked }) => [asked?.key, asked?.account]);
