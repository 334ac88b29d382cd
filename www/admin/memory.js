// What this browser remembers of somebody's first days with a server. Nothing hangs on it.
import { session } from "/assets/admin/session.js";

/** @typedef {"invited" | "why" | "backup" | "hidden"} Step */

const place = () => `doorward.steps.${session().server.server_key.slice(0, 16)}`;

/** @returns {string[]} */
function steps() {
  try {
    return (localStorage.getItem(place()) ?? "").split(" ");
  } catch {
    return [];
  }
}

/** @param {Step} step */
export const remembers = (step) => steps().includes(step);

/** @param {Step} step */
export function remember(step) {
  try {
    if (!remembers(step)) localStorage.setItem(place(), [...steps(), step].join(" ").trim());
  } catch {}
}
