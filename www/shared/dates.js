// Times in words. Only for showing: what has expired is decided elsewhere.
import { nowMs } from "/assets/shared/clock.js";
import { locale, numbers, one, say } from "/assets/shared/i18n.js";

const hour = { hour: "numeric", minute: "2-digit" };
const relative = new Intl.RelativeTimeFormat(locale);

/** @param {Record<string, string>} options */
const format = (options) => new Intl.DateTimeFormat(locale, options);
/** Midnight of the day `ms` is in, on the reader's clock. @param {number} ms */
const day = (ms) => new Date(ms).setHours(0, 0, 0, 0);
/** How many midnights lie between. @param {number} from @param {number} to */
const daysBetween = (from, to) => Math.round((day(to) - day(from)) / 86_400_000);

/**
 * "today, 18:00", "Tuesday, 18:00", "3 March, 18:00".
 * @param {number} at milliseconds @param {number} [now]
 */
export function when(at, now = nowMs()) {
  const days = daysBetween(now, at);
  const time = format(hour).format(at);
  if (days >= -1 && days <= 1) return say(days === 0 ? "time.today" : days > 0 ? "time.tomorrow" : "time.yesterday", { time });
  if (days > 1 && days < 7) return say("time.day", { day: format({ weekday: "long" }).format(at), time });
  const near = new Date(at).getFullYear() === new Date(now).getFullYear();
  const date = format({ day: "numeric", month: "long", ...(near ? {} : { year: "numeric" }) }).format(at);
  return Math.abs(days) < 60 ? say("time.day", { day: date, time }) : date;
}

/**
 * "in three days", "two hours ago".
 * @param {number} at milliseconds @param {number} [now]
 */
export function distance(at, now = nowMs()) {
  const seconds = Math.round((at - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return say(seconds <= 0 ? "time.justNow" : "time.soon");
  if (size < 3600) return inWords(Math.trunc(seconds / 60), "minute");
  if (size < 172_800) return inWords(Math.trunc(seconds / 3600), "hour");
  const days = daysBetween(now, at);
  return Math.abs(days) < 60 ? inWords(days, "day") : inWords(Math.trunc(days / 30.44), "month");
}

/**
 * "until Tuesday, 18:00, in three days". For what is over: "until yesterday, 18:00, two hours ago".
 * @param {string} expires RFC 3339, "never", or what cannot be read
 * @param {number} [now]
 */
export function until(expires, now = nowMs()) {
  if (expires === "never") return say("time.never");
  const at = Date.parse(expires);
  return Number.isNaN(at) ? say("time.unreadable") : say("time.until", { when: when(at, now), distance: distance(at, now) });
}

/** @param {number} amount @param {"minute" | "hour" | "day" | "month"} unit */
function inWords(amount, unit) {
  const size = Math.abs(amount);
  const word = size === 1 ? one[unit] : numbers[size];
  return relative
    .formatToParts(amount, unit)
    .map((part) => (part.type === "integer" ? word ?? part.value : part.value))
    .join("");
}
