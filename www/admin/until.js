// For how long something holds: one of some spans, or until a moment of one's own.
import { field, rfc3339 } from "/assets/shared/components.js";
import { now } from "/assets/shared/clock.js";
import { h } from "/assets/shared/dom.js";
import { tell } from "/assets/admin/texts.js";

/** Seconds from now, `own` for the moment in the field beside, or anything else as it is sent. @typedef {[value: string, words: string]} Span */

const day = 86_400;
/** @type {(value: string | number, words: import("/assets/admin/lang/en.js").Key) => Span} */
const spanOf = (value, words) => [String(value), tell(words)];

export const span = {
  hour: spanOf(3600, "for.hour"),
  day: spanOf(day, "for.day"),
  week: spanOf(7 * day, "for.week"),
  month: spanOf(30 * day, "for.month"),
  year: spanOf(365 * day, "for.year"),
  ever: spanOf("never", "for.ever"),
  own: spanOf("own", "for.own"),
};

/**
 * A field for it, and below it one for a moment of one's own, which shows when that was chosen.
 * @param {string} label @param {Span[]} spans @param {Span} chosen
 */
export function untilField(label, spans, [chosen]) {
  const own = field(tell("create.until"), h("input", { type: "datetime-local" }));
  own.box.hidden = true;
  const choice = field(label, h("select", { onchange: () => (own.box.hidden = choice.input.value !== "own") }, ...spans.map(([value, words]) => h("option", { value, selected: value === chosen }, words))));
  /** As it is sent; nothing if the field does not say what it should, which it then says itself. */
  const read = () => {
    const { value } = choice.input;
    const at = value === "own" ? Date.parse(own.input.value) / 1000 : now() + Number(value);
    if (!Number.isNaN(at)) return rfc3339(Math.floor(at));
    return value === "own" ? void own.complain(tell("create.until.wrong")) : value;
  };
  return { box: choice.box, own: own.box, inputs: [choice.input, own.input], read };
}
