// A page in Chromium, driven by chromedriver over the WebDriver protocol (W3C), on this machine only; and the server it
// talks to, which serves the pages' files and answers the API as a test tells it.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder } from "../../../bindings/web/test/packages.mjs";

const www = fileURLToPath(new URL("../..", import.meta.url));
/** @type {Record<string, string>} */
const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/** @typedef {{ method: string, url: string, headers: Record<string, string>, body: string }} Call */
/** @typedef {{ status?: number, headers?: Record<string, string>, body?: unknown } | "drop"} Answer */

/**
 * Starts everything. `answer` is asked for whatever is not a file; `home` is the page that is opened.
 * @param {(call: Call) => Answer | Promise<Answer>} answer
 * @param {string} [home]
 */
export async function start(answer, home = "/") {
  /** @type {Call[]} */
  const calls = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    if (path === "/") return void response.setHeader("Content-Type", "text/html").end("<!doctype html><title>test</title>");
    if (path === "/favicon.ico") return void response.writeHead(404).end();
    if (path.startsWith("/assets/")) {
      const file = [join(www, path.slice(8)), join(folder(), path.slice(8))].find(existsSync);
      if (!file) return void response.writeHead(404).end();
      return void response.setHeader("Content-Type", types[extname(file)] ?? "text/plain").end(readFileSync(file));
    }
    let body = "";
    for await (const part of request) body += part;
    const call = { method: request.method ?? "", url: request.url ?? "", headers: /** @type {Record<string, string>} */ (request.headers), body };
    calls.push(call);
    const answered = await answer(call);
    if (answered === "drop") return void request.socket.destroy();
    const asItIs = typeof answered.body === "string" || answered.body instanceof Uint8Array;
    response.writeHead(answered.status ?? 200, answered.headers).end(asItIs ? answered.body : JSON.stringify(answered.body ?? {}));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const origin = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;

  const driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
  const profile = mkdtempSync(join(tmpdir(), "doorward-browser-"));
  const stop = () => {
    driver.kill();
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await new Promise((known, failed) => {
      driver.on("error", failed);
      driver.stdout.on("data", (text) => {
        const [, found] = /started successfully on port (\d+)/.exec(String(text)) ?? [];
        if (found) known(found);
      });
    });
    /** @param {string} method @param {string} path @param {object} [body] */
    const tell = async (method, path, body) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
      const { value } = await response.json();
      if (value?.error) throw new Error(`${value.error}: ${value.message}`);
      return value;
    };
    const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`];
    const { sessionId } = await tell("POST", "/session", { capabilities: { alwaysMatch: { "goog:chromeOptions": { args } } } });
    await tell("POST", `/session/${sessionId}/timeouts`, { script: 60_000 });
    const reload = () => tell("POST", `/session/${sessionId}/url`, { url: `${origin}${home}` });
    await reload();
    return {
      calls,
      reload,
      /** Runs a script in the page, as the body of an async function; a throw there is a throw here. @param {string} script */
      async run(script) {
        const wrapped = `const done = arguments[arguments.length - 1]; (async () => { ${script} })().then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`;
        const { value, error } = await tell("POST", `/session/${sessionId}/execute/async`, { script: wrapped, args: [] });
        if (error) throw new Error(error);
        return value;
      },
      async stop() {
        await tell("DELETE", `/session/${sessionId}`).catch(() => {});
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}
