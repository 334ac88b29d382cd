// The console: a frame that sections slot into.
import initDoor from "/assets/door.js";
import { Refusal, wellKnown } from "/assets/shared/api.js";
import { languageButtons, person } from "/assets/shared/components.js";
import { byId, h } from "/assets/shared/dom.js";
import { say } from "/assets/shared/i18n.js";
import { forget, loadKeys } from "/assets/shared/keystore.js";
import "/assets/admin/activity.js";
import { watchContact } from "/assets/admin/contact.js";
import { entry } from "/assets/admin/entry.js";
import { follow } from "/assets/admin/follow.js";
import "/assets/admin/invites.js";
import { useKeyboard } from "/assets/admin/keyboard.js";
import "/assets/admin/networks.js";
import "/assets/admin/people.js";
import { confirm, openDialog, refusal } from "/assets/admin/parts.js";
import { begin, contact, may } from "/assets/admin/session.js";
import "/assets/admin/settings.js";
import { tell } from "/assets/admin/texts.js";
import "/assets/admin/you.js";

/**
 * @typedef {object} Section
 * @property {"invites" | "people" | "networks" | "activity" | "settings" | "you"} name also its place in the address and its title's text
 * @property {string} element the custom element that is the section
 * @property {() => boolean} isFor
 */

/** @type {Section[]} */
const sections = [
  { name: "invites", element: "invites-section", isFor: () => may("invite") },
  { name: "people", element: "people-section", isFor: () => true },
  { name: "networks", element: "networks-section", isFor: () => true },
  { name: "activity", element: "activity-section", isFor: () => may("read-audit") },
  { name: "settings", element: "settings-section", isFor: () => true },
  { name: "you", element: "you-section", isFor: () => true },
];

const content = byId("content");

async function start() {
  byId("skip").textContent = tell("skip");
  document.title = `${tell("console")} · Doorward`;
  let keys = null;
  let server = null;
  try {
    await initDoor({ module_or_path: "/assets/door_bg.wasm" });
    server = await wellKnown();
    byId("place").textContent = server.name;
    if (!crypto.subtle) return show(refusal({ code: "insecure-origin" }));
    keys = await loadKeys(server.server_key);
    if (!keys) return show(entry(server));
    const { me } = await begin(server, keys);
    byId("who").replaceChildren(person(me.handle, me.fingerprint));
    watchContact(byId("contact"));
    follow();
    useKeyboard();
    frame();
  } catch (error) {
    const code = error instanceof Refusal ? error.code : "undecidable";
    if (!(error instanceof Refusal)) console.error(error);
    show(h("div", { class: "narrow stack" }, h("h1", { tabindex: -1 }, tell("console")), refusal({ code }), h("div", { class: "actions" }, h("button", { class: "main", onclick: () => location.reload() }, say("try.again")), keys && server && dropKeys(server.server_key))));
  }
}

/** @param {string} serverKey */
function dropKeys(serverKey) {
  const work = async () => (await forget(serverKey), location.reload());
  return h("button", { class: "danger", onclick: () => confirm(tell("forget.title"), tell("forget.meaning"), tell("forget.do"), work) }, tell("forget"));
}

/** @param {HTMLElement} view */
function show(view) {
  content.replaceChildren(view);
  // It comes with the first view: what it stands below is there then, so it does not jump.
  const foot = byId("foot");
  if (!foot.hasChildNodes()) foot.append(languageButtons());
  view.querySelector("h1")?.focus();
}

/** Navigation by address, so that back, forward and bookmarks work. */
function frame() {
  byId("sections").setAttribute("aria-label", tell("console"));
  /** The sections for who the reader is now, and which of them this is. */
  const mark = () => {
    const shown = sections.filter(({ isFor }) => isFor());
    const section = shown.find(({ name }) => `${location.pathname}/`.startsWith(`/admin/${name}/`)) ?? shown[0];
    const links = shown.map(({ name }) => h("a", { href: `/admin/${name}`, "aria-current": name === section.name && "page" }, tell(name)));
    byId("sections").replaceChildren(h("ul", {}, ...links.map((link) => h("li", {}, link))));
    links[shown.indexOf(section)].scrollIntoView({ block: "nearest", inline: "center" });
    return section;
  };
  const go = () => {
    const section = mark();
    document.title = `${tell(section.name)} · Doorward`;
    show(document.createElement(section.element));
  };
  contact.addEventListener("role", mark);
  addEventListener("popstate", go);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (!link || !link.pathname.startsWith("/admin/") || link.hash || link.origin !== location.origin || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    history.pushState(null, "", link.pathname);
    go();
    scrollTo(0, 0);
  });
  go();
}

/** Anything unforeseen ends in a sentence, not in silence. @param {unknown} error */
function trouble(error) {
  console.error(error);
  const { show: fill, done } = openDialog(say("went.wrong"), "narrow");
  const known = error instanceof Refusal ? refusal(error) : h("p", { class: "mono" }, String(error));
  fill(say("went.wrong"), known, h("p", {}, say("went.wrong.lead")), done());
}

addEventListener("unhandledrejection", (event) => trouble(event.reason));
await start();
