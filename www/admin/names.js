// Who keys belong to and what networks are called, for texts that name them.
import { fingerprint } from "/assets/door.js";
import { person } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { list, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/shared/dom.js").Child} Child */

export class Names {
  /** @type {Map<string, import("/assets/admin/session.js").Account>} */
  people = new Map();
  /** Keys that were looked for, whether or not they have an account. @type {Set<string>} */
  met = new Set();

  /** Learns who these are, if anybody is new. @param {(string | null | undefined)[]} keys */
  async meet(keys) {
    if (this.people.size && keys.every((key) => !key || this.met.has(key))) return;
    const { items } = await list("/v1/accounts");
    this.people = new Map(items.map((account) => [account.key, account]));
    for (const key of [...keys, ...this.people.keys()]) if (key) this.met.add(key);
  }

  /** What networks are called, by id. @type {Map<string, string>} */
  networks = new Map();

  /** Learns what these are called, if any is new. Of one that is gone nobody says. @param {(string | undefined)[]} ids */
  async meetNetworks(ids) {
    const fresh = ids.filter((id) => id && !this.networks.has(id));
    if (!fresh.length) return;
    const { items } = await list("/v1/spaces?show=found");
    for (const id of fresh) if (id) this.networks.set(id, "");
    for (const { space, name } of items) this.networks.set(space, name);
  }

  /** Whose key this is, in words or as a person. @param {string} key @param {string} [handle] a name that came with it @returns {Child | Child[]} */
  named(key, handle) {
    if (key === session().server.server_key) return tell("by.server");
    const name = this.people.get(key)?.handle ?? handle;
    return name ? person(name, fingerprint(key)) : [tell("by.key"), " ", mark(fingerprint(key))];
  }
}

/** What stands for a key that nobody here has a name for. @param {string} fingerprint */
export const mark = (fingerprint) => h("span", { class: "key mono", title: tell("by.key") }, fingerprint);
