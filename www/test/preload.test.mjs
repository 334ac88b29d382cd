// The invite page asks for all its parts at once, and for nothing that only accepting needs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (/** @type {string} */ path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const page = read("invite/index.html");

/** What a module imports, directly and through others; packages that the build makes import nothing. @param {string} path @param {Set<string>} found */
function graph(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  if (path.includes("/")) for (const [, next] of read(path).matchAll(/^import [^;]*?"\/assets\/([^"]+)";$/gm)) graph(next, found);
  return found;
}

test("every module of the verdict is asked for by the page itself", () => {
  const asked = [...page.matchAll(/<(?:link rel="modulepreload" href|script type="module" src)="\/assets\/([^"]+)"/g)].map(([, path]) => path);
  assert.equal(new Set(asked).size, asked.length, "nothing is asked for twice");
  const needed = ["invite/arrival.js", "shared/language.js", "invite/invite.js"].flatMap((script) => [...graph(script)]);
  assert.deepEqual(asked.sort(), [...new Set(needed)].sort());
});

test("what seals backups is no part of it", () => {
  assert.ok(graph("invite/backup.js").has("keep.js"), "the reading of imports works");
  assert.ok(!graph("invite/invite.js").has("keep.js"));
});
