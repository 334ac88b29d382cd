// What is printed: invites as sheets and cards. While there is paper, nothing else of the page is.
import { fingerprint } from "/assets/door.js";
import { person } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { locale } from "/assets/shared/i18n.js";
import { qrPicture } from "/assets/shared/qr.js";
import { session } from "/assets/admin/session.js";
import { nameOf, tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/door.js").Invitation} Invitation */
/** @typedef {import("/assets/door.js").Claims} Claims */
/** @typedef {import("/assets/admin/session.js").Space} Space */

/** Paper that is there as long as a dialog is. @param {HTMLDialogElement} dialog */
export function usePaper(dialog) {
  const paper = h("div", { class: "paper" });
  document.body.querySelector(":scope > .paper")?.remove();
  document.body.append(paper);
  document.body.classList.add("has-paper");
  dialog.addEventListener("close", () => {
    paper.remove();
    if (!document.body.querySelector(":scope > .paper")) document.body.classList.remove("has-paper");
  });
  const put = (/** @type {HTMLElement} */ sheet) => paper.replaceChildren(sheet);
  return {
    put,
    print(/** @type {HTMLElement} */ sheet) {
      put(sheet);
      print();
    },
  };
}

/** On paper words like "tomorrow" would not stay true. @param {string} expires @param {"full" | "medium"} [dateStyle] */
function until(expires, dateStyle = "full") {
  const at = Date.parse(expires);
  return Number.isNaN(at) ? null : tell("paper.until", { when: new Date(at).toLocaleString(locale, { dateStyle, timeStyle: "short" }) });
}

/** Where a code is typed. */
const page = () => `${session().server.public_url}/i`;

/** One page for one invite. @param {Space} space @param {Invitation} invitation @param {Claims} claims */
export function invitationSheet(space, invitation, claims) {
  const { server } = session();
  const greeting = claims.greeting && h("blockquote", { dir: "auto" }, claims.greeting);
  return h(
    "div",
    { class: "invitation" },
    h("h1", {}, tell("paper.title", { server: nameOf(space) })),
    h("p", {}, tell("paper.by"), " ", person(claims.issuerHandle, fingerprint(claims.issuer))),
    greeting,
    qrPicture(invitation.link(server.public_url), tell("share.qr")),
    h("p", {}, tell("paper.scan")),
    h("p", {}, tell("paper.type", { page: page() })),
    h("p", { class: "mono typed" }, invitation.typedCode),
    h("p", {}, until(claims.expires)),
  );
}

/** Cards to be cut out, so many that the page gets air in between. @param {Space} space @param {{ invitation: Invitation, claims: Claims, label: string }[]} invites */
export async function cardSheet(space, invites) {
  const sheet = h("div", { class: "cards" });
  for (const [i, { invitation, claims, label }] of invites.entries()) {
    if (i % 16 === 15) await new Promise((resume) => setTimeout(resume));
    sheet.append(card(space, invitation, claims, label || String(i + 1)));
  }
  return sheet;
}

/** @param {Space} space @param {Invitation} invitation @param {Claims} claims @param {string} label */
function card(space, invitation, claims, label) {
  const { server } = session();
  return h(
    "div",
    { class: "card" },
    h("h2", { dir: "auto" }, label),
    h("p", {}, tell("paper.title", { server: nameOf(space) })),
    qrPicture(invitation.link(server.public_url), tell("share.qr")),
    h("p", {}, tell("paper.type", { page: page() })),
    h("p", { class: "mono typed" }, invitation.typedCode),
    h("p", {}, until(claims.expires, "medium")),
  );
}
