// I9 in another runtime: policy.wasm answers in Node what it answers everywhere, byte for byte, by its bytes ABI alone.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const vectors = fileURLToPath(new URL("../../vectors/step/", import.meta.url));
const policy = process.env.DOORWARD_POLICY ?? fileURLToPath(new URL("../../../target/policy.wasm", import.meta.url));
const module = new WebAssembly.Module(readFileSync(policy));

/** @typedef {{ name: string, request: Buffer, facts: Buffer, answer: Buffer }} Step */

/** @returns {Step[]} */
function steps() {
  const bytes = (/** @type {string} */ column) => {
    const read = Buffer.from(column === "-" ? "" : column, "hex");
    assert.equal(read.toString("hex") || "-", column, "a column is hexadecimal");
    return read;
  };
  return readdirSync(vectors).sort().flatMap((file) => {
    const lines = readFileSync(join(vectors, file), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
    assert.ok(lines.length > 0, `${file} holds vectors`);
    return lines.map((line) => {
      const columns = line.split(" ");
      assert.equal(columns.length, 4, line);
      const [name, request, facts, answer] = columns;
      return { name, request: bytes(request), facts: bytes(facts), answer: bytes(answer) };
    });
  });
}

const fresh = () => new WebAssembly.Instance(module, {}).exports;

/** One decision, as bindings/guest describes it. @param {Record<string, any>} policy @param {Step} step */
function decide(policy, { request, facts }) {
  const place = (/** @type {Buffer} */ bytes) => {
    const address = policy.doorward_alloc(bytes.length) >>> 0;
    // A view made before memory grew is void, so each is made when it is needed.
    new Uint8Array(policy.memory.buffer).set(bytes, address);
    return address;
  };
  const [requestAt, factsAt] = [place(request), place(facts)];
  const packed = BigInt.asUintN(64, policy.doorward_step(requestAt, request.length, factsAt, facts.length));
  const [address, length] = [Number(packed >> 32n), Number(packed & 0xffffffffn)];
  const answer = Buffer.from(policy.memory.buffer.slice(address, address + length));
  policy.doorward_release();
  return answer;
}

test("the module needs nobody", () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.equal(fresh().doorward_abi(), 1);
});

test("a fresh instance answers every golden vector", () => {
  const all = steps();
  assert.ok(all.length > 100, `${all.length} vectors`);
  for (const step of all) assert.equal(decide(fresh(), step).toString("hex"), step.answer.toString("hex"), step.name);
});

test("an instance that was used before answers alike, in either order", () => {
  const reused = fresh();
  for (const step of [...steps(), ...steps().reverse()]) {
    assert.equal(decide(reused, step).toString("hex"), step.answer.toString("hex"), step.name);
  }
});
