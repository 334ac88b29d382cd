// The key store in a real browser, its keys against node's own cryptography.
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, hkdfSync, verify } from "node:crypto";
import { after, test } from "node:test";
import { start } from "./driver.mjs";

const page = await start(() => ({ status: 404 }));
after(() => page.stop());
const [server, another] = ["aa".repeat(32), "bb".repeat(32)];
const notes = { server_name: "Home", public_url: "https://door.example", handle: "Ada" };
/** Runs a script that has the key store as `k`, and `code` to tell what a call throws. @param {string} script */
const run = (script) => page.run(`const k = await import("/assets/shared/keystore.js"); const notes = ${JSON.stringify(notes)}; const server = "${server}"; const another = "${another}";
  const code = async (work) => { try { await work(); return "none"; } catch (error) { return error.code ?? String(error); } }; ${script}`);
/** @param {string} oid @param {string} seed */
const secret = (oid, seed) => createPrivateKey({ key: Buffer.from(`302e020100300506032b65${oid}04220420${seed}`, "hex"), format: "der", type: "pkcs8" });
/** @param {import("node:crypto").KeyObject} key */
const publicHex = (key) => createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32).toString("hex");

/** @type {Record<string, any>} */
let backup;

test("keys are made, backed up first, and sign only statements", async () => {
  const made = await run(`
    const fresh = await k.createKeys(server);
    const tooEarly = await code(() => fresh.commit("Ada"));
    const json = fresh.seedsJson(notes);
    const same = json === fresh.seedsJson(notes);
    const keys = await fresh.commit("Ada");
    return {
      tooEarly, json, same, sign: keys.signKey, kex: keys.kexKey, handle: keys.handle,
      signature: await keys.sign(new Uint8Array([255, ...new TextEncoder().encode("doorward/x")])),
      text: await code(() => keys.sign(new TextEncoder().encode("doorward/x"))),
      wiped: await code(() => fresh.seedsJson(notes)),
      twice: await code(() => k.createKeys(server)),
      token: Array.from(await keys.deriveToken(new Uint8Array(16).fill(5), new TextEncoder().encode("info"))),
      shortSalt: await code(() => keys.deriveToken(new Uint8Array(15), new Uint8Array())),
    };`);
  backup = JSON.parse(made.json);
  assert.deepEqual(Object.keys(backup), ["doorward-backup", "server_key", "server_name", "public_url", "sign_key", "sign_seed", "kex_key", "kex_seed", "invite_root", "handle", "created"]);
  assert.match(backup.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const [sign, kex] = [secret("70", backup.sign_seed), secret("6e", backup.kex_seed)];
  assert.deepEqual([made.sign, made.kex, made.handle, made.same], [publicHex(sign), publicHex(kex), "Ada", true]);
  assert.ok(verify(null, Buffer.concat([Buffer.from([255]), Buffer.from("doorward/x")]), createPublicKey(sign), Buffer.from(made.signature, "hex")));
  assert.deepEqual(made.token, [...new Uint8Array(hkdfSync("sha256", Buffer.from(backup.invite_root, "hex"), Buffer.alloc(16, 5), "info", 32))]);
  assert.deepEqual([made.tooEarly, made.text, made.wiped, made.twice, made.shortSalt], ["backup-first", "malformed", "malformed", "keys-exist", "malformed"]);
});

test("they are there after a reload, and nothing can read them out", async () => {
  await page.reload();
  const found = await run(`
    const { signKey, handle, receipt } = await k.loadKeys(server);
    await k.saveReceipt(server, { receipt: "abc", signature: "00", handle: "Ada 2" });
    await k.saveReceipt(server, { receipt: "def", signature: "11", handle: "Ada 2" }, "5e".repeat(16));
    const later = await k.loadKeys(server);
    const open = (request) => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error); });
    const db = await open(indexedDB.open("doorward"));
    const stored = await open(db.transaction("accounts").objectStore("accounts").get(server));
    db.close();
    const secrets = Object.values(stored).filter((value) => value instanceof CryptoKey);
    const leaks = [];
    for (const key of secrets) for (const form of ["raw", "pkcs8", "jwk"]) if ((await code(() => crypto.subtle.exportKey(form, key))) === "none") leaks.push(form);
    return {
      signKey, handle, receipt, later: [later.handle, k.receiptOf(later), k.receiptOf(later, "5e".repeat(16)), k.receiptOf(later, "5f".repeat(16)), k.receiptOf(null)], leaks, secrets: secrets.map((key) => key.extractable),
      stored: JSON.stringify(stored), none: await k.loadKeys(another), nobody: await code(() => k.saveReceipt(another, { receipt: "", signature: "", handle: "" })),
    };`);
  assert.deepEqual([found.signKey, found.handle, found.receipt, found.none, found.nobody], [backup.sign_key, "Ada", null, null, "no-storage"]);
  assert.deepEqual(found.later, ["Ada 2", { receipt: "abc", signature: "00", handle: "Ada 2" }, { receipt: "def", signature: "11", handle: "Ada 2" }, null, null]);
  assert.deepEqual([found.secrets, found.leaks], [[false, false, false], []]);
  for (const seed of [backup.sign_seed, backup.kex_seed, backup.invite_root]) assert.ok(!found.stored.includes(seed));
});

test("a backup brings them back, whole or not at all", async () => {
  const spoiled = [{ sign_seed: "01".repeat(32) }, { kex_key: "00".repeat(32) }, { invite_root: "zz" }, { "doorward-backup": 2 }, { handle: 1 }].map((change) => JSON.stringify({ ...backup, ...change }));
  const back = await run(`
    const json = ${JSON.stringify(JSON.stringify(backup))};
    const again = await k.restore(json);
    const spoiled = [];
    for (const text of ["", "{}", "null", ...${JSON.stringify(spoiled)}]) spoiled.push(await code(() => k.restore(text)));
    await k.forget(server);
    const gone = await k.loadKeys(server);
    const dropped = await k.createKeys(server);
    const others = dropped.seedsJson(notes);
    dropped.discard();
    const discarded = await code(() => dropped.commit("Ada"));
    const restored = await k.restore(json);
    const occupied = await code(() => k.restore(others));
    await k.forget(server);
    const skipped = await (await k.createKeys(server)).commit("Bo", "skipped");
    return { again: [again.signKey, again.handle, again.receipt?.receipt, Object.values(again.networks).map(({ receipt }) => receipt)], spoiled, gone, discarded, restored: [restored.signKey, restored.receipt], occupied, skipped: skipped.handle };`);
  assert.deepEqual(back.again, [backup.sign_key, "Ada 2", "abc", ["def"]]);
  assert.deepEqual(back.spoiled, Array(8).fill("damaged-backup"));
  assert.deepEqual([back.gone, back.discarded, back.restored, back.occupied, back.skipped], [null, "malformed", [backup.sign_key, null], "keys-exist", "Bo"]);
});
