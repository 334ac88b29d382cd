// The languages say the same things, and no code of the core leaves anybody without a sentence and a next step.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { door } from "./assets.mjs";

/** Codes that a guest cannot meet on the invite page, and why. The console says them. */
const consoleOnly = {
  allowed: "is a yes",
  "malformed-key": "the page makes the keys, from 32 random bytes",
  "non-canonical-key": "the page makes the keys, from 32 random bytes",
  "weak-key": "the page makes the keys, from 32 random bytes",
  "request-id-reused": "the page draws a fresh id for every statement",
  "too-large": "nothing on the page makes a request of 1 MiB",
  "bad-tag": "guests set no tags",
  "not-a-member": "only members ask signed questions",
  "missing-permission": "guests ask for nothing that needs one",
  "rank-too-low": "guests act on nobody",
  "unknown-account": "guests ask about nobody",
  "grant-too-high": "is a mint's",
  "expiry-too-far": "is a mint's",
  "expiry-in-past": "is a mint's",
  "unlimited-needs-expiry": "is a mint's",
  "too-many-uses": "is a mint's",
  "too-many-invites": "is a mint's",
  "last-owner": "is a revoke's or delete's",
  "owns-spaces": "is a delete's",
  "invite-exists": "is a mint's",
  unproved: "is about accounts that were added without an invite",
  "is-owner": "guests change no roles",
  "already-owner": "guests hand nothing over",
  "already-admin": "guests change no roles",
  "already-member-role": "guests change no roles",
  "join-needs-invite": "is a direct join's, and whoever is here has an invite",
  "bad-name": "guests name no networks",
  "name-taken": "guests name no networks",
  "not-governed": "guests change no roles",
  "not-by-invite": "guests invite nobody by name",
  "self-invite": "guests invite nobody by name",
  "already-invited": "guests invite nobody by name",
  "inbox-full": "guests invite nobody by name",
  "no-such-invite": "guests have no inbox",
};

/** Verbs that leave no decision record, and why. The log has words for all others. */
const unrecorded = Object.fromEntries(["describe", "preview", "list-invites", "show-invite", "show-account", "list-accounts", "is-authorized", "has-admin", "can", "audit", "show-space", "list-bans", "list-allowed", "list-spaces", "list-members", "inbox", "watch", "sees"].map((verb) => [verb, "only reads"]));

const languages = ["en", "de"];
const shared = Object.fromEntries(await Promise.all(languages.map(async (tag) => [tag, await import(`../shared/lang/${tag}.js`)])));
const console_ = Object.fromEntries(await Promise.all(languages.map(async (tag) => [tag, await import(`../admin/lang/${tag}.js`)])));
const names = (await door()).codes().map((/** @type {{ code: string }} */ entry) => entry.code);

// Golden vectors have a file for every verb, which a test of the core sees to; `hostile` holds what nobody should send.
const verbs = readdirSync(new URL("../../bindings/vectors/step/", import.meta.url)).map((file) => file.replace(/\.txt$/, "")).filter((verb) => verb !== "hostile");

const holes = (/** @type {unknown} */ text) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort();

test("the core has codes", () => assert.ok(names.length > 40 && names.includes("used-up")));

test("what a guest cannot meet is a code, with its reason", () => {
  assert.deepEqual(Object.keys(consoleOnly).filter((code) => !names.includes(code)), []);
});

for (const tag of languages) {
  test(`${tag}: every code a guest can meet has its own sentence and next step`, () => {
    const wanted = names.filter((/** @type {string} */ code) => !(code in consoleOnly)).sort();
    assert.deepEqual(Object.keys(shared[tag].answers).sort(), wanted);
    const sentences = Object.values(shared[tag].answers).map(([sentence]) => sentence);
    assert.equal(new Set(sentences).size, sentences.length, "two codes share a sentence");
    for (const [code, [sentence, next, offers]] of Object.entries(shared[tag].answers)) {
      assert.ok(sentence.length > 8 && next.length > 8, code);
      assert.deepEqual(offers.split(" ").filter((/** @type {string} */ offer) => !["", "who", "ask", "again", "paste", "console"].includes(offer)), [], code);
      assert.ok(offers || code === "bad-text", `${code} leaves nothing to do`);
      assert.deepEqual(holes([sentence, next]).filter((hole) => hole !== "{inviter}" && hole !== "{server}"), [], code);
    }
  });

  test(`${tag}: the console has a sentence for every code`, () => {
    const both = { ...shared[tag].answers, ...console_[tag].answers };
    assert.deepEqual(names.filter((/** @type {string} */ code) => code !== "allowed" && !(code in both)), []);
    assert.deepEqual(Object.keys(both).filter((code) => !names.includes(code)), []);
    assert.deepEqual(Object.keys(console_[tag].others), Object.keys(console_.en.others));
    assert.deepEqual(Object.keys(console_[tag].others).filter((code) => !(code in both)), []);
  });

  for (const [which, files] of /** @type {const} */ ([["both pages", shared], ["the console", console_]])) {
    test(`${tag}: the texts of ${which} have the keys and the holes of the English ones`, () => {
      assert.deepEqual(Object.keys(files[tag].texts), Object.keys(files.en.texts));
      assert.deepEqual(Object.keys(files[tag].answers), Object.keys(files.en.answers));
      for (const key of Object.keys(files.en.texts)) {
        assert.equal(typeof files[tag].texts[key], typeof files.en.texts[key], key);
        assert.deepEqual(holes(files[tag].texts[key]), holes(files.en.texts[key]), key);
      }
      for (const [code, [, , offers]] of Object.entries(files[tag].answers)) assert.equal(offers, files.en.answers[code][2], code);
    });
  }

  test(`${tag}: what reads otherwise of a network names what the plain text names`, () => {
    const { texts } = console_[tag];
    for (const key of Object.keys(texts).filter((key) => key.startsWith("there."))) {
      const plain = texts[key.slice("there.".length)];
      assert.ok(plain, `${key} reads otherwise than nothing`);
      assert.deepEqual(holes(plain).filter((hole) => !holes(texts[key]).includes(hole)), [], key);
    }
  });

  test(`${tag}: the log has words for every verb that is recorded, done and refused`, () => {
    assert.deepEqual(Object.keys(unrecorded).filter((verb) => !verbs.includes(verb)), []);
    assert.deepEqual(Object.keys(console_[tag].verbs).sort(), verbs.filter((verb) => !(verb in unrecorded)).sort());
    const sentences = Object.values(console_[tag].verbs).flat();
    assert.equal(new Set(sentences).size, sentences.length, "two verbs share a sentence");
    for (const [verb, [yes, no]] of Object.entries(console_[tag].verbs)) {
      assert.deepEqual(holes([yes]), holes([console_.en.verbs[verb][0]]), verb);
      for (const words of [yes, no]) assert.deepEqual(holes([words]).filter((hole) => hole !== "{by}" && hole !== "{who}"), [], verb);
    }
  });

  test(`${tag}: messages to send are for codes that offer one, and name nothing else than the page knows`, () => {
    const { messages, answers } = shared[tag];
    assert.deepEqual(Object.keys(messages), Object.keys(shared.en.messages));
    assert.deepEqual(Object.keys(messages).filter((code) => code !== "exposed" && !answers[code]?.[2].includes("ask")), []);
    for (const [code, message] of Object.entries(messages)) {
      assert.deepEqual(holes(message), holes(shared.en.messages[code]), code);
      assert.deepEqual(holes(message).filter((hole) => !["{hello}", "{server}", "{place}", "{host}", "{me}", "{key}"].includes(hole)), [], code);
      if (holes(message).includes("{me}")) assert.ok(answers[code][2].includes("who"), `${code} is about somebody with keys`);
    }
  });

  test(`${tag}: numbers, units and permissions`, () => {
    assert.equal(shared[tag].numbers.length, shared.en.numbers.length);
    assert.deepEqual(Object.keys(shared[tag].one), Object.keys(shared.en.one));
    assert.deepEqual(Object.keys(shared[tag].permissions), Object.keys(shared.en.permissions));
  });
}
