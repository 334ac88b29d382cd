// Whether the server answers: a line above everything while it does not, and asking again at the right moments.
import { announce, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { say } from "/assets/shared/i18n.js";
import { contact } from "/assets/admin/session.js";
import { tell, tellOf } from "/assets/admin/texts.js";

/** @param {HTMLElement} place */
export function watchContact(place) {
  const look = () => contact.dispatchEvent(new Event("look"));
  contact.addEventListener("lost", () => {
    const since = timeWords(new Date().toISOString(), "when");
    place.replaceChildren(h("p", {}, h("strong", {}, tell("lost")), " ", ...tellOf("lost.lead", { since })), h("button", { class: "small", onclick: look }, say("try.again")));
    place.hidden = false;
    announce(tell("lost"));
  });
  contact.addEventListener("found", () => {
    place.hidden = true;
    place.replaceChildren();
    announce(tell("found"));
    look();
  });
  addEventListener("online", look);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}
