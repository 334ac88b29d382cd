// Who is here, at which server, and how to ask it; and whether it answers.
import { stream } from "/assets/admin/stream.js";
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
 * @property {string} space where it leads
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
 * @typedef {object} Asked
 * @property {string} verb
 * @property {"account" | "operator" | "service" | "stranger"} by
 * @property {string} [key] of an account
 * @property {string} [account] whom it is about, if that is another
 * @property {string} [invite]
 * @property {string} [handle] the name in the request
 * @property {string} [space] where, unless at the server itself
 * @property {string} [name] what a new network is called
 *
 * @typedef {object} Decision
 * @property {number} sequence
 * @property {string} decision
 * @property {string} at
 * @property {boolean} allow
 * @property {string} code
 * @property {string} rule
 * @property {string} text what the rule says
 * @property {string} policy
 * @property {Asked} [asked] gone when it was erased with an account
 *
 * A key that is banned or may join, and what is known of it.
 * @typedef {object} Known
 * @property {string} key
 * @property {string} fingerprint
 * @property {Account | null} account
 * @property {{ reason: string, by: string, since: string, until: string } | null} ban
 * @property {string | null} allowlisted_by
 *
 * As what the reader acts in a space, in the server's words.
 * @typedef {object} Standpoint
 * @property {string | null} role
 * @property {string[]} may permissions
 * @property {string | null} grants the highest role that may be given
 * @property {number} epoch for the claims of invites
 *
 * @typedef {object} Space
 * @property {string} space its id
 * @property {string} name
 * @property {"open" | "token" | "invite" | "allowlist" | "closed"} join_rule
 * @property {number} max_members 0: no limit
 * @property {string} description
 * @property {string} pause `no`, `until-lifted`, or RFC 3339
 * @property {boolean} paused whether it holds now
 * @property {boolean} governed whether it has roles
 * @property {string | null} owner
 * @property {number | null} members
 * @property {boolean} listed
 * @property {Standpoint} you
 *
 * @typedef {object} Session
 * @property {Server} server
 * @property {Keys} keys
 * @property {Account} me
 * @property {Space} home the server's own space
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
  const [{ account }, { space }] = await Promise.all([`/v1/accounts/${keys.signKey}`, "/v1/spaces/server"].map((path) => signed(keys, server, "GET", path)));
  current = { server, keys, me: account, home: space };
  return current;
}

/** Whether the reader may do this in a space, by what the server said: what would be refused is not offered. @param {string} permission @param {Space} [space] */
export const may = (permission, space = session().home) => space.you.may.includes(permission);

/** Whether the reader looks after the server: whoever does makes networks, and says whether they have roles. */
export const governs = () => may("manage-space");

/** Whether this is the server's own space, and no network. @param {Pick<Space, "space">} space */
export const isServer = (space) => space.space === session().home.space;

/** @param {Pick<Space, "space">} space */
export const pathOf = (space) => `/v1/spaces/${space.space}`;

/** A space as it is now. @param {Pick<Space, "space">} space @returns {Promise<Space>} */
export const spaceNow = async (space) => (await ask("GET", pathOf(space))).space;

/** Takes over what the server says of whoever is here, and what that means for what may be done. @param {Account} account */
export async function iAm(account) {
  const isOther = session().me.role !== account.role;
  session().me = account;
  if (!isOther) return;
  session().home = await spaceNow(session().home);
  contact.dispatchEvent(new Event("role"));
}

/**
 * Says `lost` when the server cannot be reached, `found` when it answers again, `look` when it is worth asking now, and
 * `role` when the reader has become something else.
 */
export const contact = new EventTarget();
let isLost = false;

/** Whether a refusal only says that nobody answered. @param {unknown} error */
export const isUnanswered = (error) => error instanceof Refusal && (error.code === "unavailable" || error.code === "outcome-unknown");

/** @param {boolean} lost */
function note(lost) {
  if (lost === isLost) return;
  isLost = lost;
  contact.dispatchEvent(new Event(lost ? "lost" : "found"));
}

/** A signed request. @param {string} method @param {string} path @param {object} [body] */
export async function ask(method, path, body) {
  try {
    const answer = await signed(session().keys, session().server, method, path, body);
    note(false);
    return answer;
  } catch (error) {
    note(isUnanswered(error));
    throw error;
  }
}

/**
 * The items of a paged list, `most` or a few more, and whether there are others.
 * @param {string} path @param {number} [most]
 * @returns {Promise<{ items: any[], more: boolean }>}
 */
export async function list(path, most = 2000) {
  const items = [];
  let after = "";
  do {
    const page = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}limit=${Math.min(most, 1000)}${after && `&after=${encodeURIComponent(after)}`}`);
    items.push(...page.items);
    after = page.next ?? "";
  } while (after && items.length < most);
  return { items, more: after !== "" };
}

/**
 * What happens, as the server tells it: signs of life and ends included.
 * @param {string} after where to go on; from now on if it is empty @param {AbortSignal} signal
 */
export const happenings = (after, signal) => stream(session().keys, session().server, `/v1/events${after && `?after=${after}`}`, signal);

let isFollowing = false;

/** Whether the server tells what happens, so that nobody has to ask. @param {boolean} does */
export function follows(does) {
  const ended = isFollowing && !does;
  isFollowing = does;
  if (ended) contact.dispatchEvent(new Event("look"));
}

/** Milliseconds between two looks at least; more where answers take long, so that one page never keeps a server busy. */
const leastPause = () => (isFollowing ? 60_000 : 4000);

/**
 * Loads and shows now, and again every few seconds while somebody is looking; shows only what changed. While the server
 * cannot be reached, what was shown stays.
 * @template T
 * @param {HTMLElement} element while this is on the page
 * @param {() => Promise<T>} load
 * @param {(value: T) => void} show
 * @param {(refusal: InstanceType<typeof Refusal>) => void} refused
 */
export function live(element, load, show, refused) {
  let [last, round] = ["", 0];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = async () => {
    const mine = ++round;
    const began = performance.now();
    let wait = leastPause();
    clearTimeout(timer);
    try {
      const value = await load();
      wait = Math.max(wait, 20 * (performance.now() - began));
      const text = JSON.stringify(value);
      // An answer that was overtaken by a later question is not shown.
      if (mine === round && text !== last) {
        last = text;
        show(value);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (mine === round && !(last && isUnanswered(error))) {
        last = "";
        refused(error);
      }
    } finally {
      if (mine === round) timer = setTimeout(again, wait);
    }
  };
  const again = () => {
    if (!element.isConnected) return contact.removeEventListener("look", again);
    if (document.visibilityState !== "visible") return;
    clearTimeout(timer);
    // Under a dialog nothing moves.
    if (document.querySelector("dialog[open]")) timer = setTimeout(again, 1000);
    else void look();
  };
  contact.addEventListener("look", again);
  return { look, anew: () => ((last = ""), look()) };
}
