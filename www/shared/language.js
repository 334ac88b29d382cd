// Which language is spoken here. A script of its own, so that the one file of it is on its way before the pages are.

export const languages = { en: "English", de: "Deutsch" };
const kept = "doorward.language";

/** The language in use: chosen here before, else the browser's first that there is a file for. */
export const language = pick();
document.documentElement.lang = language;

/** Its texts. @type {Promise<typeof import("./lang/en.js")>} */
export const texts = import(`/assets/shared/lang/${language}.js`);

/** Chooses another language, for good. @param {string} chosen */
export function choose(chosen) {
  try {
    localStorage.setItem(kept, chosen);
  } catch {}
}

function pick() {
  let wanted = [...navigator.languages];
  try {
    wanted.unshift(localStorage.getItem(kept) ?? "");
  } catch {}
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in languages) ?? "en";
}
