// Signed requests as they leave a real browser: verified here by node, repeated and refused as a server and a network may.
import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { after, beforeEach, test } from "node:test";
import { start } from "./driver.mjs";

/** @typedef {import("./driver.mjs").Call} Call */
const server = "aa".repeat(32);
const ahead = 5000;
let [drops, losses] = [0, 0];
const page = await start((call) => {
  const path = call.url.split("?")[0];
  const created = Number(/created=(\d+)/.exec(call.headers["signature-input"] ?? "")?.[1]);
  const time = Math.floor(Date.now() / 1000) + ahead;
  if (path === "/v1/lost-twice" && drops++ < 2) return "drop";
  if (path === "/v1/lost-then-busy") return losses++ < 2 ? "drop" : { status: 503, headers: { "Retry-After": "0" }, body: { code: "busy" } };
  if (path.startsWith("/v1/lost") && path !== "/v1/lost-twice") return "drop";
  if (path === "/v1/busy") return { status: 503, headers: { "Retry-After": "0" }, body: { code: "busy", title: "Busy." } };
  if (path === "/v1/limited") return { status: 429, headers: { "Retry-After": "7" }, body: { code: "rate-limited" } };
  if (path === "/v1/clock" && Math.abs(created - time) > 300) return { status: 401, body: { code: "stale-request", time: new Date(time * 1000).toISOString() } };
  if (path === "/v1/never") return { status: 401, body: { code: "stale-request", time: new Date(time * 1000).toISOString() } };
  if (path === "/v1/proxy") return { status: 502, body: "<html>" };
  if (path === "/v1/dead") return { status: 410, body: { code: "expired", title: "Gone.", rule: "redeem.3-expired", expires: "2026-01-01T00:00:00Z", first: "allowed" } };
  return { body: { ok: true } };
});
after(() => page.stop());
beforeEach(() => void page.calls.splice(0));

const key = await page.run(`const k = await import("/assets/shared/keystore.js"); const made = await k.createKeys("${server}"); return (await made.commit("Ada", "skipped")).signKey;`);
/** Runs one call; what a refusal says is its value. @param {string} call */
const ask = (call) => page.run(`
  const [k, door, api] = await Promise.all(["shared/keystore.js", "door.js", "shared/api.js"].map((file) => import("/assets/" + file)));
  await door.default({ module_or_path: "/assets/door_bg.wasm" });
  const keys = await k.loadKeys("${server}");
  const server = { public_url: "https://door.example", server_key: "${server}" };
  try { return await ${call}; } catch (error) { if (!(error instanceof api.Refusal)) throw error; return { ...error, message: error.message }; }`);

/** The signature base of RFC 9421 as the profile has it, checked with the signer's key. @param {Call} call */
function isSigned({ method, url, headers, body }) {
  const params = headers["signature-input"].replace(/^doorward=/, "");
  assert.match(params, new RegExp(`;created=\\d{10};nonce="[0-9a-f]{32}";keyid="${key}";tag="doorward"$`));
  const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  assert.equal(headers["content-digest"], method === "GET" ? undefined : digest);
  const covered = method === "GET" ? "" : `"content-digest": ${digest}\n`;
  const base = `"@method": ${method}\n"@target-uri": https://door.example${url}\n${covered}"@signature-params": ${params}`;
  const open = createPublicKey({ key: Buffer.from(`302a300506032b6570032100${key}`, "hex"), format: "der", type: "spki" });
  const signature = Buffer.from(/^doorward=:(.*):$/.exec(headers.signature)?.[1] ?? "", "base64");
  return verify(null, Buffer.concat([Buffer.from([255]), Buffer.from("doorward/http/v1\0"), Buffer.from(base)]), open, signature);
}
const nonces = () => new Set(page.calls.map((call) => /nonce="(\w+)"/.exec(call.headers["signature-input"])?.[1]));

test("every method is signed over what was sent", async () => {
  for (const call of [`"GET", "/v1/accounts?limit=5&after=%C3%A9"`, `"POST", "/v1/invites", { label: "é" }`, `"PUT", "/v1/x", {}`, `"DELETE", "/v1/invites/00"`]) assert.deepEqual(await ask(`api.signed(keys, server, ${call})`), { ok: true });
  assert.deepEqual(page.calls.map(({ method, body }) => [method, body]), [["GET", ""], ["POST", '{"label":"é"}'], ["PUT", "{}"], ["DELETE", ""]]);
  assert.ok(page.calls.every(isSigned));
  assert.equal(nonces().size, 4);
});

test("what was lost is sent again as it was", async () => {
  assert.deepEqual(await ask(`api.signed(keys, server, "POST", "/v1/lost-twice", { a: 1 })`), { ok: true });
  assert.ok(page.calls.length >= 3);
  assert.equal(new Set(page.calls.map((call) => call.headers.signature + call.body)).size, 1);
});

test("no answer at all is told apart from a no", async () => {
  const said = async (/** @type {string} */ call) => [(await ask(call)).code, page.calls.splice(0).length];
  // The browser itself may send once more on a connection it had used before.
  const lost = async (/** @type {string} */ call) => {
    const [code, times] = await said(call);
    assert.ok(times >= 4, `${times}`);
    return code;
  };
  assert.equal(await lost(`api.signed(keys, server, "POST", "/v1/lost", {})`), "outcome-unknown");
  assert.equal(await lost(`api.signed(keys, server, "GET", "/v1/lost")`), "unavailable");
  assert.equal(await lost(`api.post("/v1/lost/preview", {})`), "unavailable");
  assert.equal(await lost(`api.signed(keys, server, "POST", "/v1/lost-then-busy", {})`), "outcome-unknown");
  assert.deepEqual(await said(`api.post("/v1/busy", {})`), ["busy", 4]);
  assert.deepEqual(await said(`api.post("/v1/limited", {})`), ["rate-limited", 1]);
  assert.deepEqual(await said(`api.post("/v1/proxy", {})`), ["unavailable", 1]);
});

test("a wrong clock is set right once, under the same request id", async () => {
  assert.deepEqual(await ask(`api.signed(keys, server, "POST", "/v1/clock", {})`), { ok: true });
  assert.equal(page.calls.length, 2);
  assert.equal(nonces().size, 1);
  assert.ok(page.calls.every(isSigned));
  page.calls.splice(0);
  const refused = await ask(`api.signed(keys, server, "POST", "/v1/never", {})`);
  assert.deepEqual([refused.code, page.calls.length], ["stale-request", 2]);
});

test("a refusal says all that the server said", async () => {
  const { code, title, status, rule, expires, first } = await ask(`api.post("/v1/dead", {})`);
  assert.deepEqual([code, title, status, rule, expires, first], ["expired", "Gone.", 410, "redeem.3-expired", "2026-01-01T00:00:00Z", "allowed"]);
});

test("keys for one server sign for no other", async () => {
  const { code } = await ask(`api.signed(keys, { public_url: "https://evil.example", server_key: "${"bb".repeat(32)}" }, "GET", "/v1/accounts")`);
  assert.deepEqual([code, page.calls.length], ["other-server", 0]);
});
