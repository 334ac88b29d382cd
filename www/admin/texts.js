// The console's own texts, beside what both pages share.
import { answer, language, speaker } from "/assets/shared/i18n.js";

/** @type {typeof import("./lang/en.js")} */
const file = await import(`/assets/admin/lang/${language}.js`);

/** As `say` of the shared texts. @type {(key: keyof typeof import("./lang/en.js").texts, values?: Record<string, string | number>) => string} */
export const tell = speaker(file.texts);

/**
 * What a code means to somebody at the console.
 * @param {string} code
 */
export function inWords(code) {
  /** @type {Record<string, import("/assets/shared/lang/en.js").Answer>} */
  const own = file.answers;
  const [sentence, next] = own[code] ?? answer(code, { inviter: tell("an.admin"), server: "" });
  return { sentence, next };
}
