// The place: what it is called, who may join, how many fit, and whether joining is paused.
import { Refusal } from "/assets/shared/api.js";
import { facts, field, note, person, timeWords } from "/assets/shared/components.js";
import { nowMs } from "/assets/shared/clock.js";
import { when } from "/assets/shared/dates.js";
import { byId, h, nodes } from "/assets/shared/dom.js";
import { fingerprint } from "/assets/door.js";
import { askFor, atWork, card, refusal, tidy } from "/assets/admin/parts.js";
import { ask, may, place, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";
import { span, untilField } from "/assets/admin/until.js";

/** @typedef {import("/assets/admin/session.js").Space} Space */

/** The rules that can be chosen. @type {Space["join_rule"][]} */
const rules = ["invite", "open", "allowlist", "closed"];

/** It and its forms, as a part of a page. */
export async function placeCard() {
  const told = h("div", { class: "stack" });
  const actions = h("div", { class: "actions" });
  /** @param {Space} space */
  const show = async (space) => {
    const { server } = session();
    server.name = byId("place").textContent = space.name;
    told.replaceChildren(...nodes([facts([
      [tell("place.name"), h("bdi", {}, space.name)],
      [tell("place.about"), space.description && h("span", { dir: "auto" }, space.description)],
      [tell("place.owner"), space.owner ? await owner(space.owner) : tell("place.owner.none")],
      [tell("place.members"), space.max_members ? tell("place.members.of", { n: space.members, most: space.max_members }) : String(space.members)],
      [tell("place.join"), h("span", {}, h("strong", {}, tell(`rule.${space.join_rule}`)), h("br"), h("span", { class: "hint" }, tell(`rule.${space.join_rule}.what`)))],
    ]), pausedNote(space)]));
    if (may("manage-space")) actions.replaceChildren(...buttons(space, show));
  };
  try {
    await show((await ask("GET", place)).space);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    told.replaceChildren(refusal(error));
  }
  return card("place", told, actions);
}

/** Whose it is. @param {string} key */
async function owner(key) {
  try {
    const { account } = await ask("GET", `/v1/accounts/${key}`);
    return person(account.handle, account.fingerprint);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return h("span", { class: "mono" }, fingerprint(key));
  }
}

/** @param {Space} space */
const pausedNote = (space) =>
  space.paused && note("warn", h("p", {}, h("strong", {}, tell("paused"))), h("p", {}, space.pause === "until-lifted" ? tell("pause.lifted") : timeWords(space.pause, "until")));

/** @param {Space} space @param {(space: Space) => Promise<void>} show */
function buttons(space, show) {
  const update = async (/** @type {object} */ body) => show((await ask("PATCH", place, body)).space);
  const change = h("button", { class: "small", onclick: () => edit(space, update) }, tell("place.change"));
  const pausing = space.paused
    ? h("button", { class: "small", onclick: atWork(() => update({ pause: "no" })) }, tell("resume"))
    : h("button", { class: "small", onclick: () => pause(update) }, tell("pause"));
  return [change, pausing];
}

/** @param {Space} space @param {(body: object) => Promise<void>} update */
function edit(space, update) {
  const name = field(tell("place.name"), h("input", { value: space.name, maxlength: 64, autocomplete: "off" }));
  const about = field(tell("place.about"), h("textarea", { maxlength: 280, rows: 2 }, space.description), tell("place.about.hint"));
  const limit = field(tell("place.limit"), h("input", { type: "number", min: 1, max: 4294967295, value: space.max_members || "", disabled: !space.max_members, inputmode: "numeric" }), tell("place.limit.hint"));
  const unlimited = h("input", { type: "checkbox", checked: !space.max_members, onchange: () => (limit.input.disabled = unlimited.checked) });
  const choices = rules.map((rule) => ({ rule, input: h("input", { type: "radio", name: "join-rule", value: rule, checked: rule === space.join_rule }) }));
  const work = async () => {
    const most = unlimited.checked ? 0 : Number(limit.input.value);
    if (!Number.isInteger(most) || most < 0 || (most === 0 && !unlimited.checked)) return limit.complain(tell("place.limit.wrong")), false;
    const wanted = { name: tidy(name.input.value), description: tidy(about.input.value), join_rule: choices.find(({ input }) => input.checked)?.rule, max_members: most };
    // What stays is left out, so that nobody undoes what somebody else changes meanwhile.
    const changes = Object.entries(wanted).filter(([what, value]) => value !== undefined && value !== space[/** @type {keyof Space} */ (what)]);
    await update(Object.fromEntries(changes));
  };
  askFor(tell("place.title"), "", tell("place.do"), [
    name.box,
    about.box,
    h("fieldset", { class: "choices" }, h("legend", {}, tell("place.join")), ...choices.map(({ rule, input }) => h("label", { class: "choice" }, input, h("span", {}, tell(`rule.${rule}`), " ", h("span", { class: "hint" }, tell(`rule.${rule}.what`)))))),
    h("p", { class: "hint" }, tell("place.direct")),
    h("div", { class: "pair" }, limit.box, h("label", { class: "choice beside" }, unlimited, h("span", {}, tell("place.unlimited")))),
  ], work);
}

/** @param {(body: object) => Promise<void>} update */
function pause(update) {
  const tomorrow = new Date(nowMs());
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(8, 0, 0, 0);
  /** @type {import("/assets/admin/until.js").Span[]} */
  const spans = [["until-lifted", tell("pause.lifted")], [span.hour[0], tell("pause.hour")], [tomorrow.toISOString(), tell("pause.until", { when: when(tomorrow.getTime()) })]];
  const end = untilField(tell("pause.for"), spans, spans[0]);
  askFor(tell("pause.title"), tell("pause.lead"), tell("pause.do"), [end.box], () => update({ pause: end.read() }));
}
