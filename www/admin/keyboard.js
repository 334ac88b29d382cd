// The keyboard's ways through the console: `/` to the search, arrows along a list. Escape is the browser's: it closes
// dialogs and empties a search.

const steps = { ArrowDown: 1, ArrowUp: -1 };

/** @param {KeyboardEvent} event */
function pressed(event) {
  const { key, target } = event;
  if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const search = document.querySelector("main input[type=search]");
  const writing = target.matches("input, textarea, select");
  if (key === "/" && !writing && search instanceof HTMLElement) {
    event.preventDefault();
    return search.focus();
  }
  const rows = [...document.querySelectorAll("main .rows > li")];
  const row = target.closest("main .rows > li");
  // Arrows scroll the page for everybody who is not in a list.
  if (!(key in steps || key === "Home" || key === "End") || !(row ? !writing : target === search && key === "ArrowDown")) return;
  const at = row ? rows.indexOf(row) : -1;
  const next = key === "Home" ? 0 : key === "End" ? rows.length - 1 : at + steps[/** @type {keyof typeof steps} */ (key)];
  const there = next < 0 ? search : rows[Math.min(next, rows.length - 1)];
  if (!(there instanceof HTMLElement)) return;
  event.preventDefault();
  there.focus();
}

/** Listens from now on. */
export const useKeyboard = () => document.addEventListener("keydown", pressed);
