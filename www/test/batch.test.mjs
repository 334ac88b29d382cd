// A batch that is refused, stopped and gone on with: nothing is made twice, and nothing that was made is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { door } from "./assets.mjs";

await door();
const { Refusal } = await import("/assets/shared/api.js");
const { makeAll, rowsOf } = await import("/assets/admin/batch.js");

const labels = Array.from({ length: 40 }, (_, i) => `Guest ${i}`);
const soon = () => new Promise((done) => setTimeout(done, 1));
const states = (/** @type {any[]} */ rows, /** @type {string} */ state) => rows.filter((row) => row.state === state).map(({ label }) => label);

test("every row is made once, a few at a time", async () => {
  const rows = rowsOf(labels);
  let [at, most, changes] = [0, 0, 0];
  /** @type {string[]} */
  const made = [];
  const stopped = await makeAll(rows, async ({ label }) => {
    most = Math.max(most, ++at);
    await soon();
    at--;
    made.push(label);
    return label;
  }, () => changes++, new AbortController().signal);
  assert.equal(stopped, "");
  assert.deepEqual(made.sort(), [...labels].sort());
  assert.deepEqual([changes, rows.every(({ label, drawn }) => label === drawn)], [40, true]);
  assert.ok(most > 1 && most <= 6, `${most} at a time`);
});

test("a label that cannot be used holds up nobody else", async () => {
  const rows = rowsOf(labels);
  const stopped = await makeAll(rows, async ({ label }) => {
    await soon();
    if (label.endsWith("3")) throw new Refusal({ code: "bad-text" }, 422);
    return label;
  }, () => {}, new AbortController().signal);
  assert.equal(stopped, "");
  assert.deepEqual(states(rows, "refused"), ["Guest 3", "Guest 13", "Guest 23", "Guest 33"]);
  assert.equal(states(rows, "made").length, 36);
});

test("any other refusal stops it, and going on makes only what is missing", async () => {
  const rows = rowsOf(labels);
  /** @type {string[]} */
  const made = [];
  let room = 10;
  const make = async (/** @type {{ label: string }} */ { label }) => {
    await soon();
    if (room-- <= 0) throw new Refusal({ code: "too-many-invites" }, 422);
    made.push(label);
    return label;
  };
  assert.equal(await makeAll(rows, make, () => {}, new AbortController().signal), "too-many-invites");
  assert.equal(made.length, 10);
  assert.ok(states(rows, "refused").length <= 6 && states(rows, "waiting").length >= 24);
  room = 100;
  assert.equal(await makeAll(rows, make, () => {}, new AbortController().signal), "");
  assert.deepEqual(made.sort(), [...labels].sort());
});

test("it stops when it is told to", async () => {
  const rows = rowsOf(labels);
  const stop = new AbortController();
  let done = 0;
  await makeAll(rows, async ({ label }) => (await soon(), label), () => ++done === 5 && stop.abort(), stop.signal);
  assert.ok(states(rows, "made").length >= 5 && states(rows, "made").length <= 11);
  assert.equal(states(rows, "refused").length, 0);
});

test("what was drawn is kept for the next try", async () => {
  const rows = rowsOf(["Ada"]);
  /** @type {unknown[]} */
  const sent = [];
  let lost = true;
  const make = async (/** @type {any} */ row) => {
    row.drawn ??= {};
    sent.push(row.drawn);
    if (lost) throw new Refusal({ code: "outcome-unknown" }, 0);
    return row.drawn;
  };
  assert.equal(await makeAll(rows, make, () => {}, new AbortController().signal), "outcome-unknown");
  lost = false;
  await makeAll(rows, make, () => {}, new AbortController().signal);
  assert.deepEqual([sent.length, sent[0] === sent[1], rows[0].state], [2, true, "made"]);
});

test("a fault of the page itself is not taken for a refusal", async () => {
  await assert.rejects(makeAll(rowsOf(labels), async () => { throw new TypeError("oops"); }, () => {}, new AbortController().signal), TypeError);
});
