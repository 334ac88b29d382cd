// What somebody may do here, by which rule, and what the rule looked at.
import { Refusal } from "/assets/shared/api.js";
import { facts, person, roleName } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { permissions } from "/assets/shared/i18n.js";
import { remember } from "/assets/admin/memory.js";
import { openDialog, refusal } from "/assets/admin/parts.js";
import { ask } from "/assets/admin/session.js";
import { inWords, tell } from "/assets/admin/texts.js";

/**
 * An answer to "may this account …?".
 * @typedef {object} Answer
 * @property {boolean} allow
 * @property {string} code
 * @property {string} rule
 * @property {string} text what the rule says
 * @property {{ role: string | null, server_role: string | null, standing: "active" | "revoked" | null, banned: boolean }} [facts]
 */

/** The id of the server's own space. */
const serverSpace = "0".repeat(32);

/** @param {import("/assets/admin/session.js").Account} account */
export async function explainWhy(account) {
  const { show, done } = openDialog(tell("why.title", { handle: account.handle }));
  const title = tell("why.title", { handle: account.handle });
  const whom = h("p", { class: "soft" }, person(account.handle, account.fingerprint));
  show(title, whom, h("p", { class: "soft", role: "status" }, tell("why.asking")), done());
  const names = Object.keys(permissions);
  try {
    /** @type {Answer[]} */
    const answers = await Promise.all(names.map((permission) => ask("GET", `/v1/can?account=${account.key}&permission=${permission}&space=${serverSpace}`)));
    const may = answers.filter(({ allow }) => allow).length;
    show(title, whom, seen(answers[0]), h("p", { role: "status" }, tell("why.sum", { n: may, of: answers.length })), h("ul", { class: "verdicts" }, ...answers.map((answer, i) => line(permissions[names[i]], answer))), h("p", { class: "hint" }, tell("why.hint")), done());
    remember("why");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    show(title, whom, refusal(error), done());
  }
}

/** What every answer looked at: it is about one account in one place. @param {Answer} answer */
function seen({ facts: read }) {
  if (!read) return null;
  return facts([
    [tell("why.role"), read.server_role ? roleName(read.server_role) : tell("people.guest")],
    [tell("why.standing"), read.standing && tell(`standing.${read.standing}`)],
    [tell("why.banned"), read.banned ? tell("yes") : tell("no")],
  ]);
}

/** @param {string} words @param {Answer} answer */
function line(words, { allow, code, rule, text }) {
  const verdict = h("span", { class: `chip ${allow ? "good" : "bad"}` }, tell(allow ? "yes" : "no"));
  return h("li", {}, h("details", {}, h("summary", {}, h("span", { class: "what" }, words), verdict), !allow && h("p", {}, inWords(code).sentence), h("p", { class: "soft" }, h("span", { lang: "en" }, text), " ", h("span", { class: "key mono" }, rule))));
}
