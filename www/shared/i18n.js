// Texts in the reader's language. One file a language, under lang/; English is what the others are checked against.

import { language, texts } from "/assets/shared/language.js";

/** @typedef {import("./lang/en.js").Answer} Answer */

export { choose, language, languages } from "/assets/shared/language.js";
/** The same with the reader's own region, which dates are written for. */
export const locale = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
const file = await texts;

/** The numbers that are written as words, from nought. */
export const numbers = file.numbers;
/** "one" as it stands before a unit of time. @type {Record<string, string>} */
export const one = file.one;
/** What permissions let people do. @type {Record<string, string>} */
export const permissions = file.permissions;
const plural = new Intl.PluralRules(language);

/**
 * A way to say the texts of a file: with their `{names}` filled in, and of several forms the one that fits `n`.
 * @template {Record<string, string | Record<string, string>>} T
 * @param {T} texts
 * @returns {(key: keyof T, values?: Record<string, string | number>) => string}
 */
export const speaker = (texts) => (key, values = {}) => fill(texts[key], values);
/** The texts both pages share. */
export const say = speaker(file.texts);

/**
 * What a code means to a reader, what to do next, and what the page offers for it.
 * @param {string} code
 * @param {Record<string, string | number>} values
 * @returns {Answer}
 */
export function answer(code, values) {
  /** @type {Record<string, Answer>} */
  const answers = file.answers;
  const [sentence, next, offer] = answers[code] ?? answers.undecidable;
  return [fill(sentence, values), fill(next, values), offer];
}

/**
 * What a guest who met this code can send to somebody who can help.
 * @param {string} code one that has a message of its own, or any other: then it asks for a fresh link
 * @param {Record<string, string | number>} values
 */
export function message(code, values) {
  /** @type {Record<string, string>} */
  const messages = file.messages;
  return fill(messages[code] ?? messages.expired, values);
}

/**
 * Of several forms the one for `n`; `{count}` is `n` as a text writes it.
 * @param {string | Record<string, string>} text
 * @param {Record<string, string | number>} values
 */
function fill(text, values) {
  const form = typeof text === "string" ? text : text[plural.select(Number(values.n))] ?? text.other;
  /** @type {Record<string, string | number | undefined>} */
  const all = { count: numbers[Number(values.n)] ?? values.n, ...values };
  return form.replace(/\{(\w+)\}/g, (whole, name) => String(all[name] ?? whole));
}
