// Parts of the console that several sections use.
import { Refusal } from "/assets/shared/api.js";
import { busy, form, note } from "/assets/shared/components.js";
import { h, nodes } from "/assets/shared/dom.js";
import { inWords, tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/shared/dom.js").Child} Child */
/** @typedef {ReturnType<typeof openDialog>} Opened */

/** A part of a page, under its title. @param {import("/assets/admin/lang/en.js").Key} title @param {...Child} content */
export const card = (title, ...content) => h("section", { class: "sheet stack", "aria-label": tell(title) }, h("h2", {}, tell(title)), ...content);

/** Somebody's tags. @param {string[]} tags */
export const tagChips = (tags) => tags.map((tag) => h("span", { class: "chip tag" }, tag));

/** A text as it is sent. @param {string} text */
export const tidy = (text) => text.trim().normalize("NFC");

/** Says why not and what to do. @param {{ code: string }} refusal @param {boolean} [ofOther] see `inWords` */
export function refusal({ code }, ofOther) {
  const { sentence, next } = inWords(code, ofOther);
  return note("bad", h("p", {}, h("strong", {}, sentence)), h("p", {}, next));
}

/**
 * A dialog with this content; gone when closed, and the focus returns to where it was, or to the row that it was in.
 * @param {string} title @param {string} face
 */
export function openDialog(title, face = "") {
  const opener = document.activeElement;
  const row = opener?.closest("[data-id]")?.getAttribute("data-id") ?? "";
  const heading = h("h2", { tabindex: -1, id: "dialog-title" }, title);
  const body = h("div", { class: "stack" });
  const dialog = h("dialog", { class: face, "aria-labelledby": "dialog-title" }, h("div", { class: "stack" }, heading, body));
  dialog.addEventListener("close", () => {
    dialog.remove();
    const place = document.querySelector(`.rows > [data-id="${CSS.escape(row)}"]`) ?? document.querySelector("main h1");
    if (!opener?.isConnected && place instanceof HTMLElement) place.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  /** @param {string} words @param {...Child} content */
  const show = (words, ...content) => {
    heading.textContent = words;
    body.replaceChildren(...nodes(content));
  };
  const close = () => dialog.close();
  const done = () => h("div", { class: "actions" }, h("button", { onclick: close }, tell("done")));
  return { dialog, heading, show, close, done };
}

/** The code an error stands for; the door package throws the code as message. Anything else is thrown on. @param {unknown} error */
export function codeOf(error) {
  if (error instanceof Refusal) return error.code;
  if (error instanceof Error && /^[a-z]+(-[a-z]+)*$/.test(error.message)) return error.message;
  throw error;
}

/**
 * A dialog that does something: closes when it is done, and stays and says why if it is refused.
 * @param {string} title what is about to happen @param {string} meaning what that means
 * @param {string} action what the button says
 * @param {Child[]} fields @param {() => Promise<unknown>} work gives `false` where a field says what is wrong with it
 * @param {{ face?: string, ofOther?: boolean }} [how] the button's face; whether it is done to somebody else
 */
export function askFor(title, meaning, action, fields, work, { face, ofOther } = {}) {
  const { dialog, show, close } = openDialog(title, "narrow");
  const place = h("div", { "aria-live": "assertive" });
  const go = async () => {
    place.replaceChildren();
    try {
      if ((await work()) !== false) close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      place.replaceChildren(refusal(error, ofOther));
    }
  };
  const back = h("button", { type: "button", onclick: close }, tell("keep"));
  show(title, meaning && h("p", {}, meaning), form(action, go, [...fields, place], [back], face));
  const field = dialog.querySelector("input, select, textarea");
  (field instanceof HTMLElement ? field : back).focus();
}

/**
 * Asks before something is done that cannot simply be taken back.
 * @param {string} title @param {string} meaning @param {string} action @param {() => Promise<unknown>} work
 * @param {{ face?: string, ofOther?: boolean }} [how]
 */
export const confirm = (title, meaning, action, work, how) => askFor(title, meaning, action, [], work, { face: "danger", ...how });

/** Goes to another page of the console. @param {string} path */
export function goTo(path) {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
  scrollTo(0, 0);
}

/** What a rule says, in the policy's own words, with the way to its table. @param {string} text @param {string} rule */
export const ruleLine = (text, rule) => h("span", {}, h("span", { lang: "en" }, text), " ", h("a", { class: "key mono", href: `/policy#rule-${rule}` }, rule));

/** What a button does while it shows that it is at it. @param {() => Promise<unknown>} work */
export const atWork = (work) => (/** @type {Event} */ { currentTarget }) => void busy(/** @type {HTMLButtonElement} */ (currentTarget), work);

/** The first thing to read in a list that has nothing in it yet. @param {string} title @param {string} text @param {Child} [action] */
export const empty = (title, text, action) =>
  h("div", { class: "sheet empty stack" }, h("img", { src: "/assets/shared/mark.svg", alt: "", width: 64, height: 64 }), h("h2", {}, title), h("p", { class: "soft" }, text), action ? h("div", { class: "actions" }, action) : null);

/**
 * Buttons of which one is pressed.
 * @param {string} label @param {[value: string, words: string][]} choices @param {string} chosen @param {(value: string) => void} pick
 */
export function switchOf(label, choices, chosen, pick) {
  const buttons = choices.map(([value, words]) => {
    const onclick = () => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === value));
      pick(value);
    };
    return h("button", { type: "button", value, "aria-pressed": String(value === chosen), onclick }, words);
  });
  return h("div", { class: "switch", role: "group", "aria-label": label }, ...buttons);
}

/**
 * A field that narrows a list down to what holds its words; `/` leads to it from everywhere.
 * @param {string} label @param {() => void} changed
 */
export function searchField(label, changed) {
  const input = h("input", { type: "search", "aria-label": label, placeholder: label, autocomplete: "off", spellcheck: "false", oninput: changed });
  const plain = (/** @type {string} */ text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  /** Whether these texts hold every word. @param {...string} texts */
  const finds = (...texts) => plain(input.value).split(/\s+/).every((word) => plain(texts.join(" ")).includes(word));
  return { box: h("div", { class: "search" }, input), finds, isEmpty: () => input.value.trim() === "" };
}

/** What in a row can have the focus. */
const reachable = "button, summary, a";

/**
 * Shows items as rows. A row whose item is as before stays the very element; one that is drawn anew keeps what was open
 * in it and the focus, so that nobody is thrown out of a list by what others do.
 * @template T
 * @param {HTMLElement} place @param {T[]} items @param {(item: T) => string} id @param {(item: T) => HTMLElement} draw
 */
export function rows(place, items, id, draw) {
  const old = new Map([...place.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.id, /** @type {HTMLElement} */ (row)]));
  items.forEach((item, i) => {
    const text = JSON.stringify(item);
    const before = old.get(id(item));
    const row = before?.dataset.json === text ? before : draw(item);
    row.dataset.id = id(item);
    row.dataset.json = text;
    row.tabIndex = -1;
    if (row !== place.children[i]) place.insertBefore(row, place.children[i] ?? null);
    if (!before || row === before) return;
    const hadFocus = before === document.activeElement;
    const focused = [...before.querySelectorAll(reachable)].findIndex((element) => element === document.activeElement);
    if (before.querySelector("details")?.open) row.querySelector("details")?.setAttribute("open", "");
    before.remove();
    const next = hadFocus ? row : row.querySelectorAll(reachable)[focused];
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  });
  while (place.children.length > items.length) place.lastElementChild?.remove();
}
