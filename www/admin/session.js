// Who is here, at which server, and how to ask it.
import { Refusal, signed } from "/assets/shared/api.js";

/** @typedef {import("/assets/shared/api.js").WellKnown} Server */
/** @typedef {import("/assets/shared/keystore.js").Keys} Keys */
/**
 * @typedef {object} AccountDetails
 * @property {"active" | "revoked"} standing
 * @property {string} incarnation
 * @property {number} epoch
 * @property {string} created_at
 * @property {string} via `direct` or an invite id
 * @property {string} invited_by
 * @property {boolean} banned
 *
 * @typedef {object} Account
 * @property {string} key
 * @property {string} fingerprint
 * @property {string} handle
 * @property {string | null} role
 * @property {string[]} tags
 * @property {AccountDetails} [details]
 *
 * @typedef {object} Invite
 * @property {string} id
 * @property {"live" | "expired" | "cancelled" | "used-up" | "issuer-lost-authority"} state
 * @property {string} role
 * @property {number} max_uses
 * @property {number} uses
 * @property {string} expires
 * @property {string} label
 * @property {string} greeting
 * @property {string} issuer
 * @property {string} issuer_handle
 * @property {string} issuer_fingerprint
 * @property {string} minted_at
 * @property {string | null} salt
 *
 * @typedef {object} Use
 * @property {string} account
 * @property {string} fingerprint
 * @property {string} handle
 * @property {string} at
 * @property {string} code
 *
 * @typedef {object} Session
 * @property {Server} server
 * @property {Keys} keys
 * @property {Account} me
 */

/** @type {Session | null} */
let current = null;

/** The session that a section runs in. */
export function session() {
  if (!current) throw new Error("no session");
  return current;
}

/** @param {Server} server @param {Keys} keys */
export async function begin(server, keys) {
  const { account } = await signed(keys, server, "GET", `/v1/accounts/${keys.signKey}`);
  current = { server, keys, me: account };
  return current;
}

/** A signed request. @param {string} method @param {string} path @param {object} [body] */
export const ask = (method, path, body) => signed(session().keys, session().server, method, path, body);

/** Every item of a paged list, at most `most`. @param {string} path @param {number} [most] */
export async function list(path, most = 2000) {
  const items = [];
  let after = "";
  do {
    const page = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}limit=200${after && `&after=${encodeURIComponent(after)}`}`);
    items.push(...page.items);
    after = page.next ?? "";
  } while (after && items.length < most);
  return items;
}

/**
 * Loads and shows now, and every few seconds while somebody is looking; shows only what changed.
 * @template T
 * @param {HTMLElement} element while this is on the page
 * @param {() => Promise<T>} load
 * @param {(value: T) => void} show
 * @param {(refusal: InstanceType<typeof Refusal>) => void} refused
 */
export function live(element, load, show, refused) {
  let [last, round] = ["", 0];
  const look = async () => {
    const mine = ++round;
    try {
      const value = await load();
      const text = JSON.stringify(value);
      // An answer that was overtaken by a later question is not shown.
      if (mine === round && text !== last) {
        last = text;
        show(value);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      last = "";
      refused(error);
    }
  };
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    if (document.visibilityState === "visible") void look();
  }, 4000);
  return { look, anew: () => ((last = ""), look()) };
}
