// The one card everything happens on.
import { announce, copyField, languageButtons, timeWords } from "/assets/shared/components.js";
import { byId, h, nodes } from "/assets/shared/dom.js";
import { answer, say } from "/assets/shared/i18n.js";

/** @typedef {import("/assets/shared/dom.js").Child} Child */
/**
 * What is known about a visit, as far as it has come.
 * @typedef {object} About
 * @property {string} [inviter] the handle of whoever invites
 * @property {string} [server] the server's name
 * @property {string} [expires] until when the invite was good
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
  document.title = `${title} · Doorward`;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

/** While nothing can be shown yet. @param {string} text */
export function wait(text) {
  card.setAttribute("aria-busy", "true");
  card.replaceChildren(h("p", { class: "wait" }, text));
  announce(text);
}

/**
 * Says what a code means and what to do next.
 * @param {string} code @param {About} about @param {() => void} [again] @param {...Child} further
 */
export function explain(code, about, again, ...further) {
  const server = about.server ?? location.host;
  const [sentence, next, offer] = answer(code, { inviter: about.inviter ?? say("someone"), server });
  show(
    sentence,
    about.expires && Date.parse(about.expires) <= Date.now() && h("p", { class: "soft" }, timeWords(about.expires, "over")),
    h("p", {}, next),
    offer === "ask" ? message(about) : null,
    ...further,
    offer === "again" && again ? h("div", { class: "actions" }, h("button", { class: "main", onclick: again }, say("try.again"))) : null,
    offer === "console" ? consoleLink() : null,
  );
  card.dataset.code = code;
}

/** "Please send me a fresh link", to be copied. @param {About} about @param {"ask.message" | "ask.nobody" | "ask.exposed" | "ask.https"} [key] */
export function message({ inviter, server }, key = inviter ? "ask.message" : "ask.nobody") {
  const text = say(key, { inviter: inviter ?? "", server: server ?? location.host });
  return h("div", {}, h("p", { class: "hint", "aria-hidden": "true" }, say("ask.label")), copyField(say("ask.label"), text));
}

/** The way to the console. */
export const consoleLink = () => h("div", { class: "actions" }, h("a", { class: "button main", href: "/admin" }, say("in.console")));

/** The languages, while changing them loses nothing. @param {(() => void) | null} before */
export function footer(before) {
  byId("foot").replaceChildren(before ? languageButtons(before) : "");
}
