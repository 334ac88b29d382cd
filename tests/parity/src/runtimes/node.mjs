// Reads chunks from standard input, each behind its length (u32, little-endian), and writes a line for each.
import { readFileSync, readSync, writeSync } from "node:fs";
import { check } from "./check.mjs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
if (WebAssembly.Module.imports(module).length > 0) throw new Error("the module wants imports");

/** That many bytes, or none at the end of the input. @param {number} count */
function take(count) {
  const bytes = new Uint8Array(count);
  for (let filled = 0; filled < count; ) {
    const read = readSync(0, bytes, filled, count - filled, null);
    if (read === 0) return undefined;
    filled += read;
  }
  return bytes.buffer;
}

writeSync(1, `Node ${process.versions.node}\n`);
for (let head = take(4); head; head = take(4)) {
  const chunk = take(new DataView(head).getUint32(0, true));
  if (!chunk) throw new Error("a chunk was cut short");
  writeSync(1, `${check(module, chunk)}\n`);
}
