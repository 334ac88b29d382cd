// Who may join, what server this is, whether it is well, and how its state is kept.
import { fingerprint } from "/assets/door.js";
import { copyField, facts, note, timeWords } from "/assets/shared/components.js";
import { byId, h } from "/assets/shared/dom.js";
import { wellKnown } from "/assets/shared/api.js";
import { remember } from "/assets/admin/memory.js";
import { atWork, card, codeOf, refusal } from "/assets/admin/parts.js";
import { placeCard } from "/assets/admin/place.js";
import { list, may, session, spaceNow } from "/assets/admin/session.js";
import { inWords, tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/lang/en.js").Key} Key */
/** How a check ended, in words. @typedef {[kind: "good" | "warn" | "bad", words: string, next?: string]} Found */

class SettingsSection extends HTMLElement {
  async connectedCallback() {
    const { server } = session();
    remember("backup");
    const looking = h("p", { class: "soft", role: "status" }, tell("health.looking"));
    this.replaceChildren(h("div", { class: "head" }, h("h1", { tabindex: -1 }, tell("settings"))), h("p", { class: "lead" }, tell("settings.lead")), looking);
    const [place, found] = await Promise.all([home(), checks()]);
    looking.replaceWith(h("div", { class: "columns" }, place, health(found), about(server), backup()));
  }
}
customElements.define("settings-section", SettingsSection);

/** The server's own space, whose name stands above everything. */
async function home() {
  const changed = (/** @type {import("/assets/admin/session.js").Space} */ space) => {
    session().home = space;
    session().server.name = byId("place").textContent = space.name;
  };
  try {
    const space = await spaceNow(session().home);
    changed(space);
    return (await placeCard(space, changed)).element;
  } catch (error) {
    return card("place", refusal({ code: codeOf(error) }));
  }
}

/** What can be told from here, and again when asked. @param {HTMLElement[]} found */
function health(found) {
  const place = h("div", { class: "stack", "aria-live": "polite" }, ...found);
  const again = atWork(async () => place.replaceChildren(...(await checks())));
  return card("health", place, h("div", { class: "actions" }, h("button", { class: "small", onclick: again }, tell("health.again"))));
}

/** @param {import("/assets/admin/session.js").Server} server */
const about = (server) =>
  card(
    "server",
    facts([
      [tell("server.address"), h("span", { class: "mono" }, server.public_url)],
      [tell("server.fingerprint"), h("span", { class: "mono" }, fingerprint(server.server_key))],
      [tell("server.policy"), h("span", { class: "mono" }, server.policy_digest.slice(0, 16), "…")],
      [tell("server.version"), server.versions.doorward],
      [tell("server.wire"), String(server.versions.wire)],
    ]),
    h("details", {}, h("summary", {}, tell("server.whole")), h("div", { class: "stack" }, labelled("server.key", server.server_key), labelled("server.policy", server.policy_digest))),
    h("p", {}, h("a", { href: "/policy" }, tell("server.book"))),
    h("p", { class: "hint" }, tell("server.where")),
  );

/** @param {Key} label @param {string} text */
const labelled = (label, text) => h("div", {}, h("h3", {}, tell(label)), copyField(tell(label), text, "mono"));

const backup = () =>
  card(
    "backup",
    h("p", {}, tell("backup.lead")),
    labelled("backup.make", "doorward backup door.backup"),
    labelled("backup.check", "doorward restore door.backup --check"),
    note("warn", h("p", {}, h("strong", {}, tell("backup.not"))), h("p", {}, tell("backup.not.lead"))),
    h("p", { class: "hint" }, tell("backup.restore")),
  );

async function checks() {
  const [ready, address, counts] = await Promise.all([readiness(), addressCheck(), numbers()]);
  return [facts(counts), ...[ready, address, policyCheck()].map(([kind, words, next]) => note(kind, h("p", {}, h("strong", {}, words)), next && h("p", {}, next)))];
}

/** @returns {Promise<Found>} */
async function readiness() {
  try {
    const response = await fetch("/readyz", { cache: "no-store", credentials: "omit" });
    if (response.ok) return ["good", tell("health.ready")];
    const { sentence, next } = inWords((await response.json()).status);
    return ["bad", `${tell("health.not.ready")} ${sentence}`, next];
  } catch {
    return ["bad", tell("health.silent")];
  }
}

/** Whether the address that links begin with leads here. A page may ask nobody but the server it came from. @returns {Promise<Found>} */
async function addressCheck() {
  const { server } = session();
  const { protocol } = new URL(server.public_url);
  const address = { address: server.public_url, here: location.origin };
  if (server.public_url !== location.origin) return ["warn", tell("address.elsewhere", address), tell("address.elsewhere.next", address)];
  try {
    const { server_key } = await wellKnown();
    if (server_key !== server.server_key) return ["bad", tell("address.other", address), tell("address.other.next")];
  } catch {
    return ["bad", tell("address.silent", address), tell("address.silent.next")];
  }
  return protocol === "https:" ? ["good", tell("address.good", address)] : ["warn", tell("address.local", address), tell("address.local.next")];
}

/** Whether the server decides by the very rules this page brought along. @returns {Found} */
function policyCheck() {
  const own = document.querySelector("meta[name=doorward-policy]")?.getAttribute("content");
  return own === session().server.policy_digest ? ["good", tell("policy.same")] : ["warn", tell("policy.other"), tell("policy.other.next")];
}

/** @returns {Promise<[string, import("/assets/shared/dom.js").Child][]>} */
async function numbers() {
  /** @param {string} path @param {boolean} allowed */
  const count = async (path, allowed) => {
    if (!allowed) return null;
    const { items, more } = await list(path).catch(() => ({ items: [], more: true }));
    return more ? (items.length ? tell("numbers.more", { n: items.length }) : null) : String(items.length);
  };
  const [people, invites, since] = await Promise.all([count("/v1/accounts", true), count("/v1/invites?state=live", may("invite")), startedAt()]);
  return [
    [tell("numbers.people"), people],
    [tell("numbers.invites"), invites],
    [tell("numbers.since"), since && timeWords(since, "distance")],
  ];
}

/** Since when the process runs, if it tells. */
async function startedAt() {
  try {
    const response = await fetch("/metrics", { cache: "no-store", credentials: "omit" });
    const [, seconds] = /^process_start_time_seconds (\S+)$/m.exec(response.ok ? await response.text() : "") ?? [];
    return seconds && new Date(Number(seconds) * 1000).toISOString();
  } catch {
    return null;
  }
}
