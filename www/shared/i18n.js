// Texts in the reader's language. One file a language, under lang/; English is what the others are checked against.

/** @typedef {import("./lang/en.js").Answer} Answer */

export const languages = { en: "English", de: "Deutsch" };
const kept = "doorward.language";

/** The language in use: chosen here before, else the browser's first that there is a file for. */
export const language = pick();
/** The same with the reader's own region, which dates are written for. */
export const locale = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
/** @type {typeof import("./lang/en.js")} */
const file = await import(`/assets/shared/lang/${language}.js`);
document.documentElement.lang = language;

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

/** Chooses another language, for good. @param {string} chosen */
export function choose(chosen) {
  try {
    localStorage.setItem(kept, chosen);
  } catch {}
}

/**
 * @param {string | Record<string, string>} text
 * @param {Record<string, string | number>} values
 */
function fill(text, values) {
  const form = typeof text === "string" ? text : text[plural.select(Number(values.n))] ?? text.other;
  return form.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

function pick() {
  let wanted = [...navigator.languages];
  try {
    wanted.unshift(localStorage.getItem(kept) ?? "");
  } catch {}
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in languages) ?? "en";
}
