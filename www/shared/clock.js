// What time it is: by the server's clock as well as it is known, because that is the clock that decides.

/** How far the server's clock is ahead of this device's, in seconds. */
let ahead = 0;

/** Milliseconds since 1970. */
export const nowMs = () => Date.now() + ahead * 1000;

/** Seconds since 1970. */
export const now = () => Math.floor(nowMs() / 1000);

/** Takes the server's time over. @param {string | undefined} time RFC 3339 */
export function adopt(time) {
  const seconds = Date.parse(time ?? "") / 1000;
  if (Number.isFinite(seconds)) ahead = Math.round(seconds - Date.now() / 1000);
}
