// The package as a page gets it. That other age programs open its files is tested natively, in the crate.
import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliSize, load } from "../../web/test/packages.mjs";

const keep = await load("keep");
const passphrase = "korrekt pferd batterie — heftklammer";
const plaintext = new TextEncoder().encode('{"doorward-backup":1}');
const refuses = (/** @type {string} */ code, /** @type {() => unknown} */ work) => assert.throws(work, (error) => error instanceof Error && error.message === code);

test("a backup opens again, and only with its passphrase", () => {
  const began = performance.now();
  const armored = keep.encrypt(passphrase, plaintext);
  console.log(`scrypt 2^16: ${Math.round(performance.now() - began)} ms`);
  assert.match(armored, /^-----BEGIN AGE ENCRYPTED FILE-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END AGE ENCRYPTED FILE-----\n$/);
  assert.match(Buffer.from(armored.split("\n").slice(1, -2).join(""), "base64").toString("latin1"), /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} 16\n/);
  assert.deepEqual(keep.decrypt(passphrase, armored), plaintext);
  assert.deepEqual(keep.decrypt(passphrase, armored.replaceAll("\n", "\r\n")), plaintext);
  refuses("wrong-passphrase", () => keep.decrypt("korrekt", armored));
  const lines = armored.split("\n");
  refuses("damaged-backup", () => keep.decrypt(passphrase, lines.toSpliced?.(2, 1).join("\n") ?? lines.filter((_, at) => at !== 2).join("\n")));
  refuses("damaged-backup", () => keep.decrypt(passphrase, ""));
  assert.notEqual(keep.encrypt(passphrase, plaintext), armored, "every file has fresh randomness");
});

test("memory is used again", () => {
  const { memory } = keep.initSync();
  const before = memory.buffer.byteLength;
  assert.ok(before < 100 * 2 ** 20);
  for (let i = 0; i < 3; i++) keep.decrypt(passphrase, keep.encrypt(passphrase, new Uint8Array(60_000)));
  assert.ok(memory.buffer.byteLength - before < 2 ** 21, `${memory.buffer.byteLength} after ${before}`);
});

test("the package is small", () => {
  const size = brotliSize("keep");
  console.log(`keep: ${size} bytes`);
  assert.ok(size <= 16_000, `${size}`);
});
