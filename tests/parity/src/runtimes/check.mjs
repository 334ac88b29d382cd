// One chunk of cases in this JavaScript engine; see chunk.rs for its form. Runs in Node and in the page alike.

/** Every so many cases an instance is fresh; the others are answered by one that was used before. */
const FRESH = 64;

/** @param {WebAssembly.Module} module @returns {Record<string, any>} */
const instantiate = (module) => new WebAssembly.Instance(module, {}).exports;

/** Whatever was used last. @type {Record<string, any> | undefined} */
let kept;

/**
 * Request and facts in, as bindings/guest describes it; whether the answer is the expected one. An empty answer stands
 * for a trap.
 * @param {Record<string, any>} policy @param {Uint8Array[]} step
 */
function isSame(policy, [request, facts, answer]) {
  const place = (/** @type {Uint8Array} */ bytes) => {
    const address = policy.doorward_alloc(bytes.length) >>> 0;
    // A view made before memory grew is void, so each is made when it is needed.
    new Uint8Array(policy.memory.buffer).set(bytes, address);
    return address;
  };
  const [requestAt, factsAt] = [place(request), place(facts)];
  const packed = BigInt.asUintN(64, policy.doorward_step(requestAt, request.length, factsAt, facts.length));
  const given = new Uint8Array(policy.memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn));
  const same = given.length === answer.length && given.every((byte, at) => byte === answer[at]);
  policy.doorward_release();
  return same;
}

/** `cases differences first` of a chunk. @param {WebAssembly.Module} module @param {ArrayBuffer} chunk */
export function check(module, chunk) {
  const view = new DataView(chunk);
  const cases = view.getUint32(0, true);
  let [at, differences, first] = [4, 0, -1];
  for (let number = 0; number < cases; number += 1) {
    const lengths = [0, 4, 8].map((offset) => view.getUint32(at + offset, true));
    at += 12;
    const step = lengths.map((length) => new Uint8Array(chunk, (at += length) - length, length));
    if (number % FRESH === 0) kept = undefined;
    kept ??= instantiate(module);
    let same;
    try {
      same = isSame(kept, step);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      kept = undefined;
      same = step[2].length === 0;
    }
    if (!same) {
      differences += 1;
      if (first < 0) first = number;
    }
  }
  return `${cases} ${differences} ${first}`;
}
