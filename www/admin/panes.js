// A page that shows one of several lists at a time, under one title.
import { h, nodes } from "/assets/shared/dom.js";
import { switchOf } from "/assets/admin/parts.js";

/**
 * One of the lists.
 * @typedef {HTMLElement & { lead: string, tools: HTMLElement[], action: HTMLElement | null }} Pane
 */
/** @typedef {{ name: string, words: string, make: () => Pane }} Choice */

export class Panes extends HTMLElement {
  heading = h("h1", { tabindex: -1 });
  head = h("div", { class: "head" }, this.heading);
  lead = h("p", { class: "lead" });
  tools = h("div", { class: "tools" });
  slotted = h("div", {});
  opened = "";
  /** What the lists are, for whoever does not see them. */
  which = "";

  /** What there is to choose from, for who the reader is now. @returns {Choice[]} */
  choices() {
    return [];
  }

  /** The frame, in place before anything is known, so that nothing jumps. */
  frame() {
    this.replaceChildren(this.head, this.lead, this.tools, this.slotted);
  }

  /** Opens a list anew; the one that was open if it is still there, else the first. */
  offer(name = this.opened) {
    const choices = this.choices();
    const chosen = choices.find((choice) => choice.name === name) ?? choices[0];
    this.tools.querySelector(":scope > .which")?.remove();
    if (choices.length > 1) {
      const which = switchOf(this.which, choices.map(({ name, words }) => [name, words]), chosen.name, (name) => this.open(choices.find((choice) => choice.name === name)));
      which.classList.add("which");
      this.tools.prepend(which);
    }
    if (chosen.name !== this.opened) this.open(chosen);
    // On a phone there are more than fit.
    const [which, pressed] = [".which", ".which [aria-pressed=true]"].map((selector) => this.tools.querySelector(selector));
    if (which && pressed) which.scrollLeft = pressed.getBoundingClientRect().right - which.getBoundingClientRect().right;
  }

  /** @param {Choice | undefined} choice */
  open(choice) {
    if (!choice) return;
    this.opened = choice.name;
    const pane = choice.make();
    this.tell(pane);
    // The choice itself stays where it is, and with it the focus.
    this.tools.querySelectorAll(":scope > :not(.which)").forEach((tool) => tool.remove());
    this.tools.append(...pane.tools);
    this.head.querySelector(":scope > button")?.remove();
    this.head.append(...nodes([pane.action]));
    this.slotted.replaceChildren(pane);
  }

  /** What is to be read above a list. @param {Pane} pane */
  tell(pane) {
    this.lead.textContent = pane.lead;
  }
}
