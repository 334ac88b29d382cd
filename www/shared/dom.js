/** @typedef {string | number | Node | false | null | undefined} Child */

/**
 * Makes an element. Functions become listeners (`onclick`), `true` an empty attribute; false, null and undefined nothing.
 * Text is always text: there is no way to pass markup.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/**
 * What of these is shown.
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
export function nodes(children) {
  return children.flat().flatMap((child) => (child === false || child === null || child === undefined ? [] : [child instanceof Node ? child : String(child)]));
}

/**
 * The element with this id, which the page promises to have.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(id);
  return element;
}

let serial = 0;

/** An id for a label to point to. */
export const freshId = () => `e${++serial}`;
