// The console's own texts, beside what both pages share.
import { nodes } from "/assets/shared/dom.js";
import { answer, language, speaker } from "/assets/shared/i18n.js";
import { isServer, session } from "/assets/admin/session.js";

/** @typedef {import("/assets/shared/dom.js").Child} Child */
/** @typedef {import("/assets/admin/lang/en.js").Key} Key */

/** @type {typeof import("./lang/en.js")} */
const file = await import(`/assets/admin/lang/${language}.js`);

/** As `say` of the shared texts. @type {(key: keyof typeof import("./lang/en.js").texts, values?: Record<string, string | number>) => string} */
export const tell = speaker(file.texts);

/** The text of a key as it reads of this space: some read otherwise of a network. @param {Pick<import("/assets/admin/session.js").Space, "space">} space @param {Key} key */
export const there = (space, key) => (!isServer(space) && `there.${key}` in file.texts ? /** @type {Key} */ (`there.${key}`) : key);

/** As {@link tell}, of this space. @param {Pick<import("/assets/admin/session.js").Space, "space">} space @param {Key} key @param {Record<string, string | number>} [values] */
export const tellThere = (space, key, values) => tell(there(space, key), values);

/** What a space is called to whoever may not know the server either. @param {Pick<import("/assets/admin/session.js").Space, "space" | "name">} space */
export const nameOf = (space) => (isServer(space) ? session().server.name : tell("net.at", { network: space.name, server: session().server.name }));

/**
 * A text whose `{names}` are elements.
 * @param {string} text @param {Record<string, Child | Child[]>} values
 */
export const fillWith = (text, values) => nodes(text.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? values[part] : part)));

/** As {@link tell}, with elements. @param {keyof typeof import("./lang/en.js").texts} key @param {Record<string, Child | Child[]>} values */
export const tellOf = (key, values) => fillWith(tell(key), values);

/** What a verb of the decision log did, and what it did not do. @type {Record<string, [yes: string, no: string]>} */
export const verbs = file.verbs;

/**
 * What a code means to somebody at the console.
 * @param {string} code @param {boolean} [ofOther] whether it answers what was to be done to somebody else
 */
export function inWords(code, ofOther = false) {
  /** @type {Record<string, import("/assets/shared/lang/en.js").Answer>} */
  const own = { ...file.answers, ...(ofOther ? file.others : {}) };
  const [sentence, next] = own[code] ?? answer(code, { inviter: tell("an.admin"), server: "" });
  return { sentence, next };
}
