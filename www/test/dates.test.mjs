// Times in words, around the boundaries where words change. Run with TZ=Europe/Berlin, set by the test itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asReader } from "./assets.mjs";

process.env.TZ = "Europe/Berlin";
const now = Date.parse("2026-11-20T09:30:00Z"); // a Friday, 10:30 in Berlin
const minutes = (/** @type {number} */ n) => new Date(now + n * 60_000).toISOString();
const { until, when, distance } = await asReader("shared/dates.js", "en-GB");

for (const [expires, words] of [
  [minutes(0.5), "until today, 10:30, in a moment"],
  [minutes(0), "until today, 10:30, just now"],
  [minutes(1), "until today, 10:31, in one minute"],
  [minutes(59.9), "until today, 11:29, in 59 minutes"],
  [minutes(60), "until today, 11:30, in one hour"],
  [minutes(12 * 60), "until today, 22:30, in twelve hours"],
  [minutes(24 * 60), "until tomorrow, 10:30, in 24 hours"],
  ["2026-11-23T17:00:00Z", "until Monday, 18:00, in three days"],
  ["2026-11-26T17:00:00Z", "until Thursday, 18:00, in six days"],
  ["2026-11-27T17:00:00Z", "until 27 November, 18:00, in seven days"],
  ["2027-01-02T17:00:00Z", "until 2 January 2027, 18:00, in 43 days"],
  ["2027-11-20T09:30:00Z", "until 20 November 2027, in eleven months"],
  [minutes(-0.5), "until today, 10:29, just now"],
  [minutes(-120), "until today, 8:30, two hours ago"],
  ["2026-11-19T09:00:00Z", "until yesterday, 10:00, 24 hours ago"],
  ["never", "without an end"],
  ["unreadable", "until nobody knows when"],
  ["", "until nobody knows when"],
]) {
  test(`${expires} is ${words}`, () => assert.equal(until(expires, now), words));
}

test("a clock change in between does not miscount days", () => {
  const before = Date.parse("2026-10-23T10:00:00Z");
  assert.equal(distance(Date.parse("2026-10-26T11:00:00Z"), before), "in three days");
  assert.equal(when(Date.parse("2026-10-24T10:00:00Z"), before), "tomorrow, 12:00");
});
