// The same in the second language; a file of its own, because a page has one language for its whole life.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asReader } from "./assets.mjs";

process.env.TZ = "Europe/Berlin";
const now = Date.parse("2026-11-20T09:30:00Z");
const { until } = await asReader("shared/dates.js", "de-AT");
const { say } = await asReader("shared/i18n.js", "de-AT");

for (const [expires, words] of [
  ["2026-11-23T17:00:00Z", "bis Montag, 18:00 Uhr, in drei Tagen"],
  ["2026-11-20T10:30:00Z", "bis heute, 11:30 Uhr, in einer Stunde"],
  ["2026-11-20T07:30:00Z", "bis heute, 8:30 Uhr, vor zwei Stunden"],
]) {
  test(`${expires} ist ${words}`, () => assert.equal(until(expires, now), words));
}

test("plural forms", () => {
  assert.equal(say("offer.left", { n: 1 }), "für eine Person");
  assert.equal(say("offer.left", { n: 4 }), "für noch vier Personen");
});
