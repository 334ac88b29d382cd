// The one card everything happens on.
import { fingerprint } from "/assets/door.js";
import { announce, copyField, languageButtons, person, timeWords } from "/assets/shared/components.js";
import { nowMs } from "/assets/shared/clock.js";
import { byId, h, nodes } from "/assets/shared/dom.js";
import { answer, locale, message, say } from "/assets/shared/i18n.js";

/** @typedef {import("/assets/shared/dom.js").Child} Child */
/**
 * What is known about a visit, as far as it has come.
 * @typedef {object} About
 * @property {string} [inviter] the handle of whoever invites
 * @property {string} [server] the server's name
 * @property {string} [place] what the invite leads to: the server, or a network there
 * @property {string} [network] that network's id
 * @property {string} [expires] until when the invite was good
 * @property {boolean} [unasked] whether only this device's clock has spoken yet
 * @property {import("/assets/shared/keystore.js").Keys | null} [keys] who this device is there
 */

const card = byId("card");

/**
 * Shows a view; its heading takes the focus, so that it is read out and the keyboard goes on from there.
 * @param {string} title @param {...Child} content
 */
export function show(title, ...content) {
  showAfter([], title, content);
}

/**
 * Shows a view that is one step of several.
 * @param {number} n @param {number} of @param {string} title @param {...Child} content
 */
export function showStep(n, of, title, ...content) {
  const bars = Array.from({ length: of }, (_, i) => h("i", { class: i < n && "done" }));
  showAfter([h("div", {}, h("p", { class: "step" }, say("step", { n, of })), h("div", { class: "bars", "aria-hidden": "true" }, ...bars))], title, content);
}

/**
 * Shows that all is well.
 * @param {string} title @param {...Child} content
 */
export function showDone(title, ...content) {
  showAfter([h("div", { class: "seal", "aria-hidden": "true" }, "✓")], title, content);
}

/** @param {Child[]} before @param {string} title @param {Child[]} content */
function showAfter(before, title, content) {
  const heading = h("h1", { tabindex: -1 }, title);
  card.replaceChildren(...nodes([...before, heading, ...content]));
  card.removeAttribute("aria-busy");
  delete card.dataset.code;
  byId("foot").hidden = false;
  document.title = `${title} · Doorward`;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

/** While nothing can be shown yet. What stands below the card is away, so that it does not jump. @param {string} text */
export function wait(text) {
  byId("foot").hidden = true;
  card.setAttribute("aria-busy", "true");
  card.replaceChildren(h("p", { class: "wait" }, text));
  announce(text);
}

/**
 * Says what a code means and what to do next.
 * @param {string} code @param {About} about @param {() => void} [again] @param {...Child} further
 */
export function explain(code, about, again, ...further) {
  const { inviter, expires, unasked, keys } = about;
  const [sentence, next, offers] = answer(code, { inviter: inviter ?? say("someone"), server: about.server ?? location.host });
  const repeat = offers.includes("again") ? again : undefined;
  const over = expires && Date.parse(expires) <= nowMs();
  show(
    sentence,
    over && h("p", { class: "soft" }, timeWords(expires, "over")),
    h("p", {}, next),
    over && unasked && h("p", { class: "hint" }, say("ended.clock", { now: new Date(nowMs()).toLocaleString(locale, { dateStyle: "full", timeStyle: "short" }) })),
    offers.includes("who") && whoAmI(keys),
    offers.includes("ask") && letter(code, about, repeat),
    ...further,
    repeat && h("div", { class: "actions" }, h("button", { class: "main", onclick: repeat }, say("try.again"))),
    offers.includes("console") && consoleLink(),
  );
  mark(code);
}

/** Names the code that is being shown, for whoever looks from outside. @param {string} code */
export const mark = (code) => void (card.dataset.code = code);

/** Who this device is there, and what to do if that is somebody else. @param {About["keys"]} keys */
export const whoAmI = (keys) => keys && h("div", { class: "note" }, h("p", {}, say("in.as"), " ", itself(keys)), notMe());

/** @param {NonNullable<About["keys"]>} keys */
export const itself = (keys) => person(keys.handle, fingerprint(keys.signKey));

/** For whoever finds somebody else's keys on this device. */
export const notMe = () => h("details", {}, h("summary", {}, say("in.notMe")), h("p", { class: "hint" }, say("in.notMe.do"), " ", h("a", { href: "/admin" }, say("in.console"))));

/**
 * A message that a guest can send: copying it is the next step, unless there is another one.
 * @param {string} code @param {About} about @param {unknown} [other]
 */
export function letter(code, { inviter, server = location.host, place = server, keys }, other) {
  const hello = inviter ? say("ask.hello", { inviter }) : say("ask.nobody");
  const me = keys ? `${keys.handle} (${fingerprint(keys.signKey)})` : "";
  const text = message(code, { hello, me, key: keys?.signKey ?? "", server, place, host: location.host });
  return labelled(say("ask.label"), text, other ? "" : "letter");
}

/** A text to be copied, under its label. @param {string} label @param {string} text @param {string} face */
export const labelled = (label, text, face) => h("div", {}, h("p", { class: "hint", "aria-hidden": "true" }, label), copyField(label, text, face));

/** The way to the console. */
export const consoleLink = () => h("div", { class: "actions" }, h("a", { class: "button main", href: "/admin" }, say("in.console")));

/** The languages, while changing them loses nothing. @param {(() => void) | null} before */
export function footer(before) {
  byId("foot").replaceChildren(before ? languageButtons(before) : "");
}
