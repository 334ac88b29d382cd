// Asking the server: JSON over fetch, signed where the API wants it. Refusals arrive as `Refusal`, with the code that the
// core gave; nothing here judges anything.
//
// Every request may be repeated: a write carries a request id, and a server that has answered an id answers the same
// again. So whatever got no answer is sent again, byte for byte, and only then given up.
import { SignedRequest } from "/assets/door.js";
import { adopt, now } from "/assets/shared/clock.js";

/** @typedef {import("./keystore.js").Keys} Keys */

/**
 * What a server says of itself.
 * @typedef {object} WellKnown
 * @property {string} name
 * @property {string} server_key 64 hexadecimal characters
 * @property {string} fingerprint 20 hexadecimal characters: how links name it
 * @property {string} policy_digest
 * @property {{ doorward: string, wire: number }} versions
 * @property {string} time RFC 3339
 * @property {boolean} has_owner
 * @property {string} public_url no trailing slash
 * @property {string[]} guards
 */

/**
 * A live invite as its server shows it to a holder. Believe of it only what `door.Claims.verify` returns.
 * @typedef {object} Preview
 * @property {string} claims base64url
 * @property {string} issuer_signature
 * @property {string} invite_signature
 * @property {string} server_name
 * @property {string} space_name
 * @property {number} members
 * @property {number} uses spent so far
 * @property {string} live base64url, for `door.verdict`
 * @property {string} code the server's own verdict
 * @property {string} rule
 * @property {object} invite the claims once more, decoded by the server
 */

/**
 * The body of a refusal (RFC 9457).
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} [title] one line in English
 * @property {string} [rule] the row of the table that refused
 * @property {string} [time] the server's time, with `stale-request`
 * @property {string} [expires] with a dead invite
 * @property {string} [first] the first answer's code, if a redeem was counted
 */

/**
 * A no, or no answer at all (`status` 0: code `outcome-unknown` for what may have changed something, `unavailable` for
 * what cannot have).
 */
export class Refusal extends Error {
  /** @param {Problem} problem @param {number} status @param {number} [retryAfter] */
  constructor(problem, status, retryAfter) {
    super(problem.code);
    this.name = "Refusal";
    /** @readonly stable kebab-case name */
    this.code = problem.code;
    /** @readonly */
    this.title = problem.title ?? problem.code;
    /** @readonly HTTP status */
    this.status = status;
    /** @readonly */
    this.rule = problem.rule;
    /** @readonly the server's time, RFC 3339 */
    this.time = problem.time;
    /** @readonly of a dead invite */
    this.expires = problem.expires;
    /** @readonly the first answer's code */
    this.first = problem.first;
    /** @readonly seconds to wait */
    this.retryAfter = retryAfter;
  }
}

/** Asks the server what it is, and takes its time over. @returns {Promise<WellKnown>} */
export async function wellKnown() {
  /** @type {WellKnown} */
  const server = await exchange("GET", "/.well-known/doorward");
  adopt(server.time);
  return server;
}

/**
 * An unsigned request with a body: preview and redeem, whose proofs are inside.
 * @param {string} path @param {object} body
 * @returns {Promise<any>}
 */
export const post = (path, body) => exchange("POST", path, JSON.stringify(body));

/**
 * A request signed by the keys on this device (RFC 9421). Its time is set right once if the server finds it stale.
 * @param {Keys} keys @param {Pick<WellKnown, "public_url" | "server_key">} server
 * @param {string} method upper case @param {string} path with its query @param {object} [body]
 * @returns {Promise<any>}
 */
export async function signed(keys, server, method, path, body) {
  // Keys are for one server: what is signed for one must mean nothing to another.
  if (keys.serverKey !== server.server_key) throw new Refusal({ code: "other-server" }, 0);
  const text = body === undefined ? "" : JSON.stringify(body);
  const nonce = randomNonce();
  const send = async () => exchange(method, path, text, await signature(keys, server.public_url + path, method, text, nonce));
  try {
    return await send();
  } catch (error) {
    if (error instanceof Refusal && error.code === "stale-request" && error.time) return send();
    throw error;
  }
}

/** A request id. */
export const randomNonce = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The headers that sign a request. @param {Keys} keys @param {string} uri @param {string} method @param {string} text @param {string} nonce */
export async function signature(keys, uri, method, text, nonce) {
  const request = SignedRequest.create(method, uri, new TextEncoder().encode(text), now(), nonce, keys.signKey);
  const bytes = (await keys.sign(request.signedBytes)).match(/../g) ?? [];
  const base64 = btoa(String.fromCharCode(...bytes.map((pair) => parseInt(pair, 16))));
  /** @type {Record<string, string>} */
  const headers = { "Signature-Input": request.signatureInput, Signature: `doorward=:${base64}:` };
  if (request.contentDigest) headers["Content-Digest"] = request.contentDigest;
  return headers;
}

/** Questions that are put by POST. */
const isQuestion = (/** @type {string} */ method, /** @type {string} */ path) => method === "GET" || path.endsWith("/preview") || path === "/v1/authorized";

/** Seconds before the second, third and fourth time. */
const pauses = [0.4, 1.2, 3];

/**
 * One request and its answer, repeated as it is while there is no answer, or the server says that it could not.
 * @param {string} method @param {string} path @param {string} [text] @param {Record<string, string>} [headers]
 * @returns {Promise<any>}
 */
async function exchange(method, path, text = "", headers = {}) {
  /** @type {RequestInit} */
  const request = { method, headers, cache: "no-store", credentials: "omit", redirect: "error" };
  if (text !== "") Object.assign(request, { body: text, headers: { ...headers, "Content-Type": "application/json" } });
  const unanswered = new Refusal({ code: isQuestion(method, path) ? "unavailable" : "outcome-unknown" }, 0);
  let [last, lost] = [unanswered, false];
  for (const pause of [0, ...pauses]) {
    await new Promise((resume) => setTimeout(resume, Math.max(pause, pause && (last.retryAfter ?? 0)) * 1000));
    let response;
    try {
      response = await fetch(path, request);
      if (response.ok) return await response.json();
    } catch {
      lost = true;
      continue;
    }
    last = await refusal(response);
    if (last.status !== 503 || (last.retryAfter ?? 0) > 10) break;
  }
  // What was lost on the way may have been done, whatever became of its repetitions.
  throw lost && last.status === 503 ? unanswered : last;
}

/** What a server says that refuses. @param {Response} response */
export async function refusal(response) {
  const wait = Number(response.headers.get("Retry-After") ?? NaN);
  const retryAfter = Number.isFinite(wait) ? wait : undefined;
  let problem;
  try {
    problem = await response.json();
  } catch {}
  // Not the words of a Doorward server: something between here and there answered.
  if (typeof problem?.code !== "string") return new Refusal({ code: "unavailable" }, response.status, retryAfter);
  adopt(problem.time);
  return new Refusal(problem, response.status, retryAfter);
}
