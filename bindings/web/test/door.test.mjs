// The package as a page gets it, against bytes and signatures made independently here (with node's own cryptography and
// the layouts of the core's documentation written down a second time).
import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";
import { test } from "node:test";
import { brotliSize, load } from "./packages.mjs";

const door = await load("door");

/** An Ed25519 key pair of a seed. @param {Uint8Array} seed */
function pair(seed) {
  const secret = createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]), format: "der", type: "pkcs8" });
  const open = createPublicKey(secret);
  const hex = open.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  return { hex, sign: (/** @type {Uint8Array} */ bytes) => sign(null, bytes, secret).toString("hex"), verifies: (/** @type {Uint8Array} */ bytes, /** @type {string} */ signature) => verify(null, bytes, open, Buffer.from(signature, "hex")) };
}

const fill = (/** @type {number} */ byte, length = 32) => new Uint8Array(length).fill(byte);
const [server, issuer, account, other] = [1, 2, 3, 4].map((n) => pair(fill(n)));
const token = fill(7);
const expires = "2027-01-15T08:00:00Z";
const expiresAt = 1_800_000_000;
const created = 1_795_148_280;
const nonce = "000102030405060708090a0b0c0d0e0f";
const kexKey = "09".padEnd(64, "0");
const publicUrl = "https://door.example";
const invitation = door.Invitation.fromToken(token, expires, server.hex);

// The codec and the statement rule, once more.
const sha256 = (/** @type {Uint8Array[]} */ ...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const hex = (/** @type {string} */ text) => Buffer.from(text, "hex");
const be = (/** @type {number} */ number, /** @type {number} */ bytes) => hex(number.toString(16).padStart(bytes * 2, "0"));
const text = (/** @type {string} */ value) => Buffer.concat([be(Buffer.byteLength(value), 2), Buffer.from(value)]);
const statement = (/** @type {string} */ domain, /** @type {Uint8Array} */ payload) => Buffer.concat([Buffer.from([0xff]), Buffer.from(`doorward/${domain}/v1\0`), payload]);
const same = (/** @type {Uint8Array} */ actual, /** @type {Uint8Array} */ expected) => assert.equal(Buffer.from(actual).toString("hex"), Buffer.from(expected).toString("hex"));
const refuses = (/** @type {string} */ code, /** @type {() => unknown} */ work) => assert.throws(work, (error) => error instanceof Error && error.message === code);

const inviteKey = pair(new Uint8Array(hkdfSync("sha256", token, "doorward/invite/v1", "", 32)));
const inviteId = sha256(Buffer.from("doorward/invite-id/v1\0"), hex(inviteKey.hex)).subarray(0, 16).toString("hex");

const fields = {
  serverKey: server.hex, inviteId, inviteKey: inviteKey.hex, space: "5e".repeat(16), role: "admin", maxUses: 3, expires, greeting: "Willkommen „\"\\\u2026“ 🚪", tags: ["a", "on-call"],
  issuer: issuer.hex, issuerIncarnation: "11".repeat(16), issuerEpoch: 5, issuerHandle: "Žofie",
};
const claimsBytes = Buffer.concat([
  be(1, 1), hex(server.hex), hex(inviteId), hex(inviteKey.hex), fill(0x5e, 16), be(1, 1), be(3, 4), be(expiresAt, 5), text(fields.greeting),
  be(0, 2), be(2, 2), text("a"), text("on-call"), hex(issuer.hex), fill(0x11, 16), be(5, 4), text("Žofie"),
]);

test("a link round trip, and what the world makes of links", () => {
  const link = invitation.link(publicUrl);
  const body = Buffer.concat([be(1, 1), be(0, 1), token, be(expiresAt, 5), sha256(hex(server.hex)).subarray(0, 10)]);
  assert.equal(link, `${publicUrl}/i#${Buffer.concat([body, sha256(body).subarray(0, 4)]).toString("base64url")}`);
  for (const [found, exposed] of [[link, false], [`  <${link}>,\n`, false], [link.replace("#", "%23"), false], [link.slice(0, 50) + "\r\n " + link.slice(50), false], [link.split("#")[1], false], [`doorward:${link.split("#")[1]}`, false], [link.replace("#", "/"), true]]) {
    const read = door.Invitation.fromLink(found);
    assert.equal(read.inviteId, inviteId);
    assert.equal(read.inviteKey, inviteKey.hex);
    assert.equal(read.exposed, exposed, String(found));
    assert.equal(read.expires, expires);
    assert.equal(read.link(publicUrl), link);
  }
  assert.equal(door.Invitation.fromLink(`see ${link}`).origin, `${publicUrl}/i`);
  assert.equal(invitation.token, `dwi1_${"07".repeat(32)}`);
  assert.deepEqual([invitation.hasExpired(expiresAt - 1), invitation.hasExpired(expiresAt), invitation.hasExpired(expiresAt + 1)], [false, true, true]);
  assert.deepEqual([invitation.isFor(server.hex), invitation.isFor(server.hex.toUpperCase()), invitation.isFor(other.hex)], [true, true, false]);
  assert.equal(door.Invitation.fromToken(token, "never", server.hex).hasExpired(expiresAt * 100), false);
  assert.deepEqual([invitation.hasExpired(NaN), invitation.hasExpired(-1), invitation.isFor("")], [true, true, false]);
});

test("a damaged link is told by its check", () => {
  const body = invitation.link(publicUrl).split("#")[1];
  for (let at = 0; at < body.length; at++) {
    refuses("damaged-link", () => door.Invitation.fromLink(body.slice(0, at) + (body[at] === "A" ? "B" : "A") + body.slice(at + 1)));
    refuses("damaged-link", () => door.Invitation.fromLink(body.slice(0, at)));
  }
  for (const bad of ["", "https://door.example/i#", "A".repeat(71), "x".repeat(3000), "äöü \u{1f6aa}"]) refuses("damaged-link", () => door.Invitation.fromLink(bad));
  refuses("unreadable-expiry", () => door.Invitation.fromToken(token, "soon", server.hex));
  refuses("malformed", () => door.Invitation.fromToken(token.subarray(1), "never", server.hex));
  refuses("malformed-key", () => door.Invitation.fromToken(token, "never", "00"));
});

test("a typed code knows the invite, and neither server nor expiry", () => {
  const typed = door.Invitation.fromTypedCode(` ${invitation.typedCode.toLowerCase().replaceAll("-", " ")}\n`);
  assert.equal(typed.inviteKey, inviteKey.hex);
  assert.equal(typed.expires, "");
  assert.equal(typed.exposed, false);
  assert.equal(typed.hasExpired(expiresAt * 2), false);
  assert.equal(typed.isFor(other.hex), true);
  refuses("damaged-link", () => typed.link(publicUrl));
  refuses("damaged-link", () => door.Invitation.fromTypedCode(invitation.typedCode.replace(/.$/, (c) => (c === "0" ? "1" : "0"))));
});

test("claims are the bytes of the layout, and say what went in", () => {
  const claims = door.Claims.create(fields);
  same(claims.payload, claimsBytes);
  same(claims.signedBytes, statement("claims", claimsBytes));
  assert.equal(claims.digest, sha256(claimsBytes).toString("hex"));
  const { payload, signedBytes, digest, ...shown } = claims;
  assert.deepEqual(shown, { inviteId, space: fields.space, role: "admin", maxUses: 3, expires, greeting: fields.greeting, tags: ["a", "on-call"], issuer: issuer.hex, issuerHandle: "Žofie", isServerIssued: false, rebind: "" });
  assert.deepEqual(door.Claims.create({ ...fields, tags: [] }).tags, []);
  assert.equal(door.Claims.create({ ...fields, issuer: server.hex }).isServerIssued, true);
  for (const [code, change] of [
    ["damaged-invite", { inviteId: "22".repeat(16) }], ["malformed-key", { issuer: "zz" }], ["malformed", { space: "server" }], ["malformed", { role: "king" }], ["malformed", { maxUses: -1 }], ["malformed", { maxUses: 1.5 }], ["malformed", { issuerEpoch: NaN }],
    ["unreadable-expiry", { expires: "tomorrow" }], ["bad-text", { greeting: "x".repeat(281) }], ["bad-text", { issuerHandle: "" }], ["bad-tag", { tags: [""] }], ["bad-tag", { tags: ["a\nb"] }], ["bad-tag", { tags: ["A"] }],
  ]) refuses(String(code), () => door.Claims.create({ ...fields, .../** @type {object} */ (change) }));
});

test("claims hold only as they were signed, by both keys, for this invite and this server", () => {
  const signed = statement("claims", claimsBytes);
  const [byIssuer, byInvite] = [issuer.sign(signed), invitation.sign(signed)];
  assert.ok(inviteKey.verifies(signed, byInvite));
  const check = (payload = claimsBytes, a = byIssuer, b = byInvite, whose = invitation, where = server.hex) => door.Claims.verify(payload, a, b, whose, where);
  assert.equal(check().issuerHandle, "Žofie");
  for (let at = 0; at < claimsBytes.length; at++) {
    const changed = Buffer.from(claimsBytes);
    changed[at] ^= 1;
    refuses("damaged-invite", () => check(changed));
  }
  refuses("damaged-invite", () => check(Buffer.concat([claimsBytes, Buffer.from([0])])));
  refuses("damaged-invite", () => check(claimsBytes, other.sign(signed)));
  refuses("damaged-invite", () => check(claimsBytes, byIssuer, issuer.sign(signed)));
  refuses("damaged-invite", () => check(claimsBytes, byInvite, byIssuer));
  refuses("damaged-invite", () => check(claimsBytes, issuer.sign(claimsBytes)));
  refuses("damaged-invite", () => check(claimsBytes, ""));
  refuses("damaged-invite", () => check(claimsBytes, byIssuer, byInvite, door.Invitation.fromToken(fill(8), expires, server.hex)));
  refuses("damaged-invite", () => check(claimsBytes, byIssuer, byInvite, invitation, other.hex));
  refuses("malformed-key", () => check(claimsBytes, byIssuer, byInvite, invitation, "server"));
  // Well signed, but of another invite or for another server: only the fields tell.
  for (const [at, value] of /** @type {[number, string][]} */ ([[1, other.hex], [33, "22".repeat(16)], [49, other.hex]])) {
    const changed = Buffer.from(claimsBytes);
    changed.write(value, at, "hex");
    const bytes = statement("claims", changed);
    refuses("damaged-invite", () => check(changed, issuer.sign(bytes), invitation.sign(bytes)));
  }
});

test("a redeem is signed by both keys over exactly these bytes", () => {
  const claims = door.Claims.create(fields);
  const make = (handle = "Ada 🚪", where = server.hex) => door.RedeemStatement.create(where, claims, account.hex, kexKey, handle, nonce, created);
  const made = make();
  const payload = Buffer.concat([hex(server.hex), hex(inviteId), sha256(claimsBytes), hex(account.hex), hex(kexKey), text("Ada 🚪"), hex(nonce), be(created, 8)]);
  same(made.payload, payload);
  same(made.signedBytes, statement("redeem", payload));
  same(made.bindingBytes, statement("account", Buffer.concat([hex(server.hex), hex(account.hex), hex(kexKey)])));
  assert.ok(inviteKey.verifies(made.signedBytes, invitation.sign(made.signedBytes)));
  assert.equal(inviteKey.verifies(made.payload, invitation.sign(made.signedBytes)), false);
  refuses("other-server", () => make("Ada", other.hex));
  refuses("bad-text", () => make(" Ada"));
  refuses("malformed", () => door.RedeemStatement.create(server.hex, claims, account.hex, kexKey, "Ada", nonce.slice(2), created));
  refuses("malformed", () => door.RedeemStatement.create(server.hex, claims, account.hex, kexKey, "Ada", nonce, -1));
  refuses("malformed-key", () => door.RedeemStatement.create(server.hex, claims, account.hex, "0", "Ada", nonce, created));
});

test("a preview is proved by the invite's key, which signs nothing but statements", () => {
  const bytes = invitation.previewBytes(server.hex, created);
  same(bytes, statement("preview", Buffer.concat([hex(server.hex), hex(inviteId), be(created, 8)])));
  assert.ok(inviteKey.verifies(bytes, invitation.sign(bytes)));
  for (const bad of [new Uint8Array(), Buffer.from("doorward/preview/v1"), Buffer.from("\u00ffdoorward/preview/v1\0"), fill(0xff)]) refuses("malformed", () => invitation.sign(bad));
});

test("the verdict is the core's own", () => {
  const facts = (/** @type {number[]} */ ...bytes) => door.verdict(new Uint8Array(bytes));
  assert.deepEqual(facts(0, 0, 0, 0, 0, 0, 0), { code: "allowed", allow: true, spends: true });
  assert.deepEqual(facts(0, 2, 0, 0, 0, 0, 0), { code: "expired", allow: false, spends: false });
  assert.deepEqual(facts(0, 0, 0, 0, 1, 1, 0), { code: "account-exists", allow: false, spends: true });
  assert.deepEqual(facts(2, 4, 0, 0, 1, 1, 0), { code: "used-by-you", allow: false, spends: false });
  for (const bad of [[], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 2], [9, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]]) refuses("malformed", () => facts(...bad));
});

test("a receipt is the server's word and nobody else's", () => {
  const [decision, incarnation, chain] = [fill(0x21, 16), fill(0x22, 16), fill(0x23)];
  const payload = Buffer.concat([hex(server.hex), decision, hex(inviteId), hex(account.hex), incarnation, fill(0, 16), be(0, 1), be(created, 8), be(0, 2), be(42, 8), chain]);
  const signature = server.sign(statement("receipt", payload));
  assert.deepEqual(door.Receipt.verify(payload, signature, server.hex), {
    account: account.hex, incarnation: "22".repeat(16), role: "member", space: "0".repeat(32), inviteId, at: created, sequence: 42, decision: "21".repeat(16), chain: "23".repeat(32),
  });
  for (let at = 0; at < payload.length; at++) {
    const changed = Buffer.from(payload);
    changed[at] ^= 1;
    refuses(at < 32 ? "other-server" : "malformed", () => door.Receipt.verify(changed, signature, server.hex));
  }
  refuses("malformed", () => door.Receipt.verify(payload, other.sign(statement("receipt", payload)), server.hex));
  refuses("malformed", () => door.Receipt.verify(payload, server.sign(payload), server.hex));
  refuses("other-server", () => door.Receipt.verify(payload, signature, other.hex));
});

test("a signed request covers method, target, body, time, nonce and key", () => {
  const body = Buffer.from('{"a":1}');
  const digest = (/** @type {Uint8Array} */ bytes) => `sha-256=:${sha256(bytes).toString("base64")}:`;
  const params = (/** @type {string} */ extra) => `("@method" "@target-uri"${extra});created=${created};nonce="${nonce}";keyid="${account.hex}";tag="doorward"`;
  for (const [method, sent] of /** @type {[string, Uint8Array][]} */ ([["POST", body], ["PUT", fill(0xfb, 3)], ["DELETE", Buffer.alloc(0)]])) {
    const made = door.SignedRequest.create(method, `${publicUrl}/v1/invites?x=1`, sent, created, nonce, account.hex);
    const inputs = params(' "content-digest"');
    assert.equal(made.contentDigest, digest(sent));
    assert.equal(made.signatureInput, `doorward=${inputs}`);
    same(made.signedBytes, statement("http", Buffer.from(`"@method": ${method}\n"@target-uri": ${publicUrl}/v1/invites?x=1\n"content-digest": ${digest(sent)}\n"@signature-params": ${inputs}`)));
  }
  const get = door.SignedRequest.create("GET", `${publicUrl}/v1/accounts`, new Uint8Array(), created, nonce, account.hex);
  assert.equal(get.contentDigest, undefined);
  same(get.signedBytes, statement("http", Buffer.from(`"@method": GET\n"@target-uri": ${publicUrl}/v1/accounts\n"@signature-params": ${params("")}`)));
});

test("small things", () => {
  same(door.tokenInfo(server.hex), Buffer.concat([Buffer.from("doorward/invite-token/v1"), hex(server.hex)]));
  assert.equal(door.fingerprint("AB12CD34".padEnd(64, "0")), "ab12-cd34");
  assert.deepEqual(["Ada", "名前", "", " Ada", "a\u202eb", "x".repeat(65)].map(door.checkHandle), ["", "", "bad-text", "bad-text", "bad-text", "bad-text"]);
  assert.deepEqual([door.permits("owner", "transfer"), door.permits("admin", "transfer"), door.permits("member", "invite"), door.permits("king", "read"), door.permits("owner", "fly")], [true, false, false, false, false]);
  const codes = door.codes();
  assert.equal(new Set(codes.map((/** @type {{ code: string }} */ row) => row.code)).size, codes.length);
  assert.deepEqual(codes.find((/** @type {{ code: string }} */ row) => row.code === "used-up"), { code: "used-up" });
});

test("no signed byte string is text", () => {
  const claims = door.Claims.create(fields);
  const redeem = door.RedeemStatement.create(server.hex, claims, account.hex, kexKey, "Ada", nonce, created);
  const all = [claims.signedBytes, redeem.signedBytes, redeem.bindingBytes, invitation.previewBytes(server.hex, created), door.SignedRequest.create("GET", publicUrl, new Uint8Array(), created, nonce, account.hex).signedBytes];
  for (const bytes of all) assert.throws(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
});

test("the package is at most 32,000 bytes of brotli with its script", () => {
  const size = brotliSize("door");
  console.log(`door: ${size} bytes`);
  assert.ok(size <= 32_000, `${size}`);
});
