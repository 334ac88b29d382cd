// Small parts of both pages.
import { distance, until, when } from "/assets/shared/dates.js";
import { freshId, h } from "/assets/shared/dom.js";
import { choose, language, languages, locale, say } from "/assets/shared/i18n.js";

/** `<copy-field label="…">text</copy-field>`: the text and a button that copies it and says so. */
class CopyField extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button")) return;
    const text = this.textContent ?? "";
    const output = h("output", { class: this.getAttribute("face"), "aria-label": this.getAttribute("label") }, text);
    const button = h("button", { type: "button", onclick: () => copy() }, say("copy"));
    const copy = async () => {
      const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
      if (!done) getSelection()?.selectAllChildren(output);
      button.textContent = done ? say("copied") : say("copy.byHand");
      announce(button.textContent);
      setTimeout(() => (button.textContent = say("copy")), 2500);
    };
    this.replaceChildren(output, button);
  }
}

/** `<time-words at="RFC 3339" as="until|over|when|distance">`: a time in words that stays right while the page is open. */
class TimeWords extends HTMLElement {
  connectedCallback() {
    this.tell();
    this.timer = setInterval(() => this.tell(), 20_000);
  }
  disconnectedCallback() {
    clearInterval(this.timer);
  }
  tell() {
    const text = this.getAttribute("at") ?? "";
    const as = this.getAttribute("as");
    const at = Date.parse(text);
    const words = as === "until" ? until(text) : as === "over" ? say("ended", { until: until(text) }) : Number.isNaN(at) ? text : as === "when" ? when(at) : distance(at);
    if (this.textContent !== words) this.textContent = words;
    if (!Number.isNaN(at)) this.title = new Date(at).toLocaleString(locale, { dateStyle: "full", timeStyle: "long" });
  }
}
customElements.define("copy-field", CopyField);
customElements.define("time-words", TimeWords);

/** @param {string} label @param {string} text @param {string} [face] */
export const copyField = (label, text, face) => custom("copy-field", { label, face }, text);

/** @param {string} at @param {"until" | "over" | "when" | "distance"} as */
export const timeWords = (at, as) => custom("time-words", { at, as });

/** @param {string} name @param {Record<string, unknown>} attributes @param {...import("/assets/shared/dom.js").Child} children */
const custom = (name, attributes, ...children) => h(/** @type {"span"} */ (name), attributes, ...children);

/** Seconds since 1970 as RFC 3339. @param {number} seconds */
export const rfc3339 = (seconds) => new Date(seconds * 1000).toISOString();

/**
 * A labelled field with a hint; what is wrong takes the place of the hint, so that nothing jumps.
 * @template {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} T
 * @param {string} label @param {T} input @param {string} [hint]
 */
export function field(label, input, hint = "") {
  const id = (input.id ||= freshId());
  const below = h("p", { class: "hint", id: `${id}-hint`, "aria-live": "polite" }, hint);
  input.setAttribute("aria-describedby", below.id);
  const box = h("div", { class: "field" }, h("label", { for: id }, label), input, hint || !(input instanceof HTMLSelectElement) ? below : null);
  /** Says what is wrong, or that nothing is. @param {string} text */
  const complain = (text) => {
    below.textContent = text || hint;
    if (text) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    } else input.removeAttribute("aria-invalid");
  };
  input.addEventListener("input", () => complain(""));
  return { box, input, complain };
}

/**
 * Runs `work` once per press; the button shows that it is at it and keeps its size.
 * @param {HTMLButtonElement} button @param {() => Promise<unknown>} work
 */
export async function busy(button, work) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    // The browser draws the button first: sealing a backup holds the page for a moment.
    await new Promise((done) => setTimeout(done, 40));
    await work();
  } finally {
    button.ariaBusy = null;
  }
}

/**
 * A form whose button is busy while `work` runs.
 * @param {string} action what the button says
 * @param {() => Promise<unknown>} work
 * @param {import("/assets/shared/dom.js").Child[]} content
 * @param {import("/assets/shared/dom.js").Child[]} [further] other buttons
 * @param {string} [face] of the button
 */
export function form(action, work, content, further = [], face = "main") {
  const button = h("button", { class: face }, action);
  /** @param {Event} event */
  const onsubmit = (event) => {
    event.preventDefault();
    void busy(button, work);
  };
  return h("form", { class: "stack", novalidate: true, onsubmit }, ...content, h("div", { class: "actions" }, button, ...further));
}

/** @param {"" | "warn" | "bad" | "good"} kind @param {...import("/assets/shared/dom.js").Child} content */
export const note = (kind, ...content) => h("div", { class: `note ${kind}` }, ...content);

/** A list of name and value; values that are missing are left out. @param {[string, import("/assets/shared/dom.js").Child][]} rows */
export const facts = (rows) => h("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => (value || value === 0 ? [h("div", {}, h("dt", {}, name), h("dd", {}, value))] : [])));

/** A handle with its key's fingerprint, never one without the other. @param {string} handle @param {string} fingerprint */
export const person = (handle, fingerprint) => h("span", {}, h("bdi", {}, handle), " ", h("span", { class: "key mono", title: say("fingerprint") }, fingerprint));

/** What a role is called; one of a later release by its own name. @param {string} role */
export const roleName = (role) => (role === "owner" || role === "admin" || role === "member" ? say(role) : role);

/** Reads this out to whoever does not see it. @param {string} text */
export function announce(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}

/** Buttons that change the language. The page starts anew; `before` may keep what it needs. @param {() => void} [before] */
export function languageButtons(before) {
  const buttons = Object.entries(languages).map(([tag, name]) => {
    const onclick = () => (choose(tag), before?.(), location.reload());
    return h("button", { type: "button", class: "quiet", lang: tag, "aria-pressed": String(tag === language), onclick }, name);
  });
  return h("div", { class: "languages", role: "group", "aria-label": say("language") }, ...buttons);
}

/** Hands a text file to the reader. @param {string} name @param {string} text */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What a file of a backup is called. @param {string} server @param {string} handle */
export const backupName = (server, handle) => `doorward-${plain(server)}-${plain(handle)}.age`;
/** @param {string} text */
const plain = (text) => text.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 40) || "x";
