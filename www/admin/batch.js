// Many of a kind, one after the other, a few at a time. What was made stays made, whatever becomes of the rest.
import { Refusal } from "/assets/shared/api.js";

/**
 * @template T
 * @typedef {object} Row
 * @property {string} label
 * @property {"waiting" | "made" | "refused"} state
 * @property {string} code why it was refused
 * @property {T | undefined} drawn kept from the first try on, so that a second one makes nothing twice
 */

/** @template T @param {string[]} labels @returns {Row<T>[]} */
export const rowsOf = (labels) => labels.map((label) => ({ label, state: "waiting", code: "", drawn: undefined }));

/** How many are on their way at a time: the server commits what arrives together in one batch. */
const lanes = 6;

/** A refusal that is about this row alone. After any other the rest would fare alike, so it is left for another time. */
export const isOfTheRow = (/** @type {string} */ code) => code === "bad-text";

/**
 * Makes every row that is not made yet, until `signal` or a refusal that is not about one row alone stops it.
 * @template T
 * @param {Row<T>[]} rows
 * @param {(row: Row<T>) => Promise<T>} make
 * @param {() => void} changed called after every row
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the code that stopped it, if one did
 */
export async function makeAll(rows, make, changed, signal) {
  const next = rows.filter((row) => row.state !== "made").values();
  let stopped = "";
  const lane = async () => {
    for (const row of next) {
      if (signal.aborted || stopped) return;
      try {
        row.drawn = await make(row);
        row.state = "made";
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        row.state = "refused";
        row.code = error.code;
        if (!isOfTheRow(error.code)) stopped = error.code;
      }
      changed();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return stopped;
}
