// What somebody may do here, by which rule, and what the rule looked at.
import { facts, person, roleName } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { permissions } from "/assets/shared/i18n.js";
import { remember } from "/assets/admin/memory.js";
import { codeOf, openDialog, refusal, ruleLine } from "/assets/admin/parts.js";
import { ask, isServer, session } from "/assets/admin/session.js";
import { inWords, tell, tellThere } from "/assets/admin/texts.js";

/**
 * An answer to "may this account …?".
 * @typedef {object} Answer
 * @property {boolean} allow
 * @property {string} code
 * @property {string} rule
 * @property {string} text what the rule says
 * @property {{ role: string | null, server_role: string | null, standing: "active" | "revoked" | null, banned: boolean }} [facts]
 */

/** @param {import("/assets/admin/session.js").Space} space @param {import("/assets/admin/session.js").Account} account */
export async function explainWhy(space, account) {
  const names = Object.keys(permissions);
  const content = await Promise.all(names.map((permission) => ask("GET", `/v1/can?account=${account.key}&permission=${permission}&space=${space.space}`))).then(
    (/** @type {Answer[]} */ answers) => verdicts(space, names, answers, account.key !== session().me.key),
    (error) => [refusal({ code: codeOf(error) })],
  );
  const title = tellThere(space, "why.title", { handle: account.handle, network: space.name });
  const { show, done } = openDialog(title);
  show(title, h("p", { class: "soft" }, person(account.handle, account.fingerprint)), ...content, done());
}

/** @param {import("/assets/admin/session.js").Space} space @param {string[]} names @param {Answer[]} answers @param {boolean} ofOther whether they are about somebody else */
function verdicts(space, names, answers, ofOther) {
  remember("why");
  const may = answers.filter(({ allow }) => allow).length;
  return [
    seen(space, answers[0]),
    h("p", {}, tell("why.sum", { n: may, of: answers.length })),
    h("ul", { class: "verdicts" }, ...answers.map((answer, i) => line(permissions[names[i]], answer, ofOther))),
    h("p", { class: "hint" }, tell("why.hint")),
  ];
}

/** What every answer looked at: it is about one account in one place. @param {import("/assets/admin/session.js").Space} space @param {Answer} answer */
function seen(space, { facts: read }) {
  if (!read) return null;
  return facts([
    [tell("why.role"), read.role ? roleName(read.role) : tell("people.guest")],
    [tell("net.why.server"), !isServer(space) && (read.server_role ? roleName(read.server_role) : tell("people.guest"))],
    [tell("why.standing"), read.standing && tell(`standing.${read.standing}`)],
    [tell("why.banned"), read.banned ? tell("yes") : tell("no")],
  ]);
}

/** @param {string} words @param {Answer} answer @param {boolean} ofOther */
function line(words, { allow, code, rule, text }, ofOther) {
  const verdict = h("span", { class: `chip ${allow ? "good" : "bad"}` }, tell(allow ? "yes" : "no"));
  return h("li", {}, h("details", {}, h("summary", {}, h("span", { class: "what" }, words), verdict), !allow && h("p", {}, inWords(code, ofOther).sentence), h("p", { class: "soft" }, ruleLine(text, rule))));
}
