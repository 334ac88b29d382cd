// The npm package as somebody else gets it: packed, installed into an empty project, and used as its README says, in Node,
// in Chromium, and by the type checker, against a real server. `cargo xtask npm` runs this.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { start } from "../../../../www/test/browser/driver.mjs";

const [tarball, program, typescript] = ["DOORWARD_TARBALL", "DOORWARD_PROGRAM", "DOORWARD_TYPESCRIPT"].map((name) => process.env[name] ?? assert.fail(`${name} is not set: run cargo xtask npm`));
const project = mkdtempSync(join(tmpdir(), "doorward-npm-"));
const run = (/** @type {string} */ command, /** @type {string[]} */ ...args) => execFileSync(command, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
const write = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(join(project, name), text);

write("package.json", JSON.stringify({ private: true, type: "module" }));
run("npm", "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball);
const installed = join(project, "node_modules/doorward");

/** The README's own examples, in their order: the module, Node, the page. */
const [module, node, page] = [...readFileSync(join(installed, "README.md"), "utf8").matchAll(/```(?:js|html)\n(.*?)```/gs)].map(([, code]) => code);
write("preview.js", module);
write("look.js", node);

const port = await new Promise((known) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
    probe.close(() => known(port));
  });
});
const server = `http://127.0.0.1:${port}`;
const daemon = spawn(program, ["serve", "--data", join(project, "data"), "--listen", `127.0.0.1:${port}`, "--log", "warn"], { stdio: ["ignore", "ignore", "inherit"] });
after(() => {
  daemon.kill();
  rmSync(project, { recursive: true, force: true, maxRetries: 5 });
});
const link = await (async () => {
  const file = join(project, "data/owner-link.txt");
  for (let tries = 0; tries < 600; tries++) {
    const ready = await fetch(`${server}/healthz`).then((answer) => answer.ok, () => false);
    if (ready && existsSync(file)) return readFileSync(file, "utf8").trim();
    await new Promise((later) => setTimeout(later, 50));
  }
  return assert.fail("the server does not answer");
})();

test("it holds what its manifest names, under both licences, and nothing else", () => {
  const { version, license, dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.deepEqual([license, dependencies], ["MIT OR Apache-2.0", undefined]);
  assert.deepEqual(readdirSync(installed).sort(), ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "door.d.ts", "door.js", "door_bg.wasm", "index.d.ts", "node.js", "package.json", "page.js"]);
});

test("a link is previewed in Node as the README says", () => {
  assert.deepEqual(JSON.parse(run("node", "look.js", link)), { server: "Doorward", role: "owner", from: "Doorward", code: "allowed", allow: true, spends: true });
  const damaged = link.slice(0, -2) + (link.endsWith("AA") ? "BB" : "AA");
  assert.throws(() => execFileSync("node", ["look.js", damaged], { cwd: project, stdio: "pipe" }), /damaged-link/);
});

test("a link is previewed in a page as the README says", { skip: process.env.DOORWARD_TEST_NO_BROWSER && "no browser" }, async () => {
  /** @type {Record<string, string>} */
  const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
  // What a proxy in front of both would do.
  const browser = await start(async ({ method, url, headers, body }) => {
    const path = url.split("?")[0];
    if (path === "/look") return { headers: { "Content-Type": "text/html" }, body: page };
    if (path === "/preview.js" || path.startsWith("/node_modules/doorward/")) return { headers: { "Content-Type": types[extname(path)] }, body: readFileSync(join(project, path)) };
    const answer = await fetch(server + url, { method, body: body || undefined, headers: { "Content-Type": headers["content-type"] ?? "" } });
    return { status: answer.status, body: await answer.text() };
  }, `/look#${link.split("#")[1]}`);
  try {
    const seen = await browser.run(`for (let tries = 0; tries < 200 && !document.body.textContent; tries++) await new Promise((later) => setTimeout(later, 50)); return document.body.textContent;`);
    assert.equal(seen, "Doorward invites you as owner: allowed");
  } finally {
    await browser.stop();
  }
});

test("TypeScript knows it, however it looks for modules", () => {
  write("consumer.ts", `
    import init, { Claims, Invitation, SignedRequest, codes, verdict, type Role, type Verdict } from "doorward";
    await init();
    const invitation: Invitation = Invitation.fromLink(${JSON.stringify(link)});
    const said: Verdict = verdict(new Uint8Array([0, 0, 0, 0, 0, 0, 0]));
    const claims: Claims = Claims.verify(new Uint8Array(), "", "", invitation, "");
    const role: Role = claims.role;
    const headers: string | undefined = SignedRequest.create("GET", "", new Uint8Array(), 0, "", "").contentDigest;
    // @ts-expect-error: a link is text
    Invitation.fromLink(7);
    // @ts-expect-error: nobody writes claims that were checked
    claims.role = "king";
    export { said, role, headers, codes };
  `);
  for (const [kind, resolution] of [["ES2022", "bundler"], ["NodeNext", "nodenext"]]) {
    run("npx", "--yes", "--package", typescript, "tsc", "--noEmit", "--strict", "--target", "ES2022", "--lib", "ES2022,DOM", "--module", kind, "--moduleResolution", resolution, "consumer.ts");
  }
});
