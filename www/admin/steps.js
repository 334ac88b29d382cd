// The first steps of whoever a server belongs to: a short list that goes away when it is done.
import { Refusal } from "/assets/shared/api.js";
import { h } from "/assets/shared/dom.js";
import { remember, remembers } from "/assets/admin/memory.js";
import { ask, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

/** @typedef {{ title: import("/assets/admin/lang/en.js").Key, lead: import("/assets/admin/lang/en.js").Key, done: boolean, go: HTMLElement | null }} Task */

/** The list, or nothing for whom it is not, or who is done with it. @param {() => void} invite opens the form that makes an invite */
export async function firstSteps(invite) {
  if (session().me.role !== "owner" || remembers("hidden")) return null;
  const invited = await isAnybodyInvited();
  const link = (/** @type {string} */ href, /** @type {import("/assets/admin/lang/en.js").Key} */ words) => h("a", { class: "button small", href }, tell(words));
  /** @type {Task[]} */
  const tasks = [
    // Nobody becomes an owner without a backup that was read back.
    { title: "steps.keys", lead: "steps.keys.lead", done: true, go: null },
    { title: "steps.invite", lead: "steps.invite.lead", done: invited, go: h("button", { class: "small main", onclick: invite }, tell("invites.create")) },
    { title: "steps.why", lead: "steps.why.lead", done: remembers("why"), go: link("/admin/people", "steps.why.go") },
    { title: "steps.backup", lead: "steps.backup.lead", done: remembers("backup"), go: link("/admin/settings", "steps.backup.go") },
  ];
  if (tasks.every(({ done }) => done)) return null;
  const box = h("section", { class: "sheet steps stack", "aria-labelledby": "steps-title" });
  const hide = () => {
    remember("hidden");
    box.remove();
    /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
  };
  box.append(
    h("div", { class: "head" }, h("h2", { id: "steps-title" }, tell("steps")), h("button", { class: "small quiet", onclick: hide }, tell("steps.hide"))),
    h("ol", {}, ...tasks.map(line)),
  );
  return box;
}

/** @param {Task} task */
const line = ({ title, lead, done, go }) =>
  h("li", { class: done ? "done" : "" }, h("span", { class: "tick", "aria-hidden": "true" }, done ? "✓" : ""), h("div", {}, h("h3", {}, tell(title), done && h("span", { class: "out-of-sight" }, ` (${tell("steps.done")})`)), h("p", { class: "hint" }, tell(lead))), !done && go);

async function isAnybodyInvited() {
  if (remembers("invited")) return true;
  try {
    const [people, invites] = await Promise.all([ask("GET", "/v1/accounts?limit=2"), ask("GET", "/v1/invites?limit=1")]);
    return people.items.length > 1 || invites.items.length > 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}
