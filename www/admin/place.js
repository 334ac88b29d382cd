// A space itself: what it is called, who may join, how many fit, and whether joining is paused.
import { Refusal } from "/assets/shared/api.js";
import { facts, note, person, timeWords } from "/assets/shared/components.js";
import { nowMs } from "/assets/shared/clock.js";
import { when } from "/assets/shared/dates.js";
import { h, nodes } from "/assets/shared/dom.js";
import { fingerprint } from "/assets/door.js";
import { askFor, atWork, card } from "/assets/admin/parts.js";
import { placeFields } from "/assets/admin/placefields.js";
import { ask, isServer, may, pathOf } from "/assets/admin/session.js";
import { tell, tellThere, there } from "/assets/admin/texts.js";
import { span, untilField } from "/assets/admin/until.js";

/** @typedef {import("/assets/admin/session.js").Space} Space */

/**
 * It and its forms, as a part of a page, and what shows it as it is later.
 * @param {Space} first @param {(space: Space) => unknown} changed told what the reader has changed
 */
export async function placeCard(first, changed) {
  const told = h("div", { class: "stack" });
  const actions = h("div", { class: "actions" });
  const show = async (/** @type {Space} */ space) => {
    const update = async (/** @type {object} */ body) => {
      const answer = await ask("PATCH", pathOf(space), body);
      await show(answer.space);
      changed(answer.space);
    };
    told.replaceChildren(...nodes([facts(await lines(space)), pausedNote(space)]));
    actions.replaceChildren(...(may("manage-space", space) ? buttons(space, update) : []));
  };
  await show(first);
  return { element: card(there(first, "place"), told, actions), show };
}

/** What is to be read of it. @param {Space} space @returns {Promise<[string, import("/assets/shared/dom.js").Child][]>} */
const lines = async (space) => [
  [tell("place.name"), h("bdi", {}, space.name)],
  [tell("place.about"), space.description && h("span", { dir: "auto" }, space.description)],
  [tell("place.owner"), space.owner ? await owner(space.owner) : tell(space.governed ? "place.owner.none" : "net.ungoverned")],
  [tell("place.members"), space.members !== null && (space.max_members ? tell("place.members.of", { n: space.members, most: space.max_members }) : String(space.members))],
  [tell("place.join"), h("span", {}, h("strong", {}, tell(`rule.${space.join_rule}`)), h("br"), h("span", { class: "hint" }, tellThere(space, `rule.${space.join_rule}.what`)))],
  [tell("net.seen"), !isServer(space) && tell(space.listed ? "net.listed.what" : "net.unlisted.what")],
];

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

/** @param {Space} space @param {(body: object) => Promise<void>} update */
function buttons(space, update) {
  const change = h("button", { class: "small", onclick: () => edit(space, update) }, tell("place.change"));
  const pausing = space.paused
    ? h("button", { class: "small", onclick: atWork(() => update({ pause: "no" })) }, tell("resume"))
    : h("button", { class: "small", onclick: () => pause(update) }, tell("pause"));
  return [change, pausing];
}

/** @param {Space} space @param {(body: object) => Promise<void>} update */
function edit(space, update) {
  const fields = placeFields(space);
  const work = async () => {
    const wanted = fields.read();
    if (!wanted) return false;
    // What stays is left out, so that nobody undoes what somebody else changes meanwhile.
    await update(Object.fromEntries(Object.entries(wanted).filter(([what, value]) => value !== space[/** @type {keyof Space} */ (what)])));
  };
  askFor(tellThere(space, "place.title"), "", tell("place.do"), fields.boxes, work);
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
