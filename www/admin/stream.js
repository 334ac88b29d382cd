// Server-Sent Events over a signed request.
import { Refusal, randomNonce, refusal, signature } from "/assets/shared/api.js";

/** @typedef {import("/assets/shared/api.js").WellKnown} WellKnown */
/** @typedef {import("/assets/shared/keystore.js").Keys} Keys */

/**
 * Server-Sent Events over one signed request, which `EventSource` cannot send.
 * @param {Keys} keys @param {Pick<WellKnown, "public_url" | "server_key">} server
 * @param {string} path with its query @param {AbortSignal} signal
 * @returns {AsyncGenerator<{ event: string, id: string, data: any }>}
 */
export async function* stream(keys, server, path, signal) {
  const nonce = randomNonce();
  const open = async () => {
    const headers = await signature(keys, server.public_url + path, "GET", "", nonce);
    const response = await fetch(path, { headers, cache: "no-store", credentials: "omit", redirect: "error", signal });
    if (!response.ok || !response.body) throw await refusal(response);
    return response.body;
  };
  const body = await open().catch((error) => {
    if (error instanceof Refusal && error.code === "stale-request" && error.time) return open();
    throw error;
  });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let text = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop() ?? "";
      yield* blocks.map(told).filter((one) => one.event !== "");
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** What a block of lines says. @param {string} block */
function told(block) {
  const field = (/** @type {string} */ name) => block.match(new RegExp(`^${name}: ?(.*)$`, "m"))?.[1] ?? "";
  return { event: field("event"), id: field("id"), data: JSON.parse(field("data") || "null") };
}
