// The fields that say what a space is like: one that there is, or a new network.
import { field } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { tidy } from "/assets/admin/parts.js";
import { governs, isServer } from "/assets/admin/session.js";
import { tell, tellThere } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/session.js").Space} Space */
/** What the fields are about; a new network has no id yet. @typedef {Pick<Space, "space" | "name" | "description" | "join_rule" | "max_members" | "listed" | "governed">} Like */

/** The rules that can be chosen. @type {Space["join_rule"][]} */
const rules = ["invite", "open", "allowlist", "closed"];

/** A network that is to be made. @type {Like} */
export const fresh = { space: "", name: "", description: "", join_rule: "invite", max_members: 0, listed: false, governed: true };

/** @param {Like} like */
export function placeFields(like) {
  const isNetwork = !isServer(like);
  const name = field(tell("place.name"), h("input", { value: like.name, maxlength: 64, autocomplete: "off", ...(isNetwork && { autocapitalize: "off", spellcheck: "false" }) }), isNetwork ? tell("net.name.hint") : "");
  const about = field(tell("place.about"), h("textarea", { maxlength: 280, rows: 2 }, like.description), tellThere(like, "place.about.hint"));
  const limit = field(tell("place.limit"), h("input", { type: "number", min: 1, max: 4294967295, value: like.max_members || "", disabled: !like.max_members, inputmode: "numeric" }), like === fresh ? "" : tell("place.limit.hint"));
  const unlimited = h("input", { type: "checkbox", checked: !like.max_members, onchange: () => (limit.input.disabled = unlimited.checked) });
  const choices = rules.map((rule) => ({ rule, input: h("input", { type: "radio", name: "join-rule", value: rule, checked: rule === like.join_rule }) }));
  const listed = h("input", { type: "checkbox", name: "listed", checked: like.listed });
  const governed = h("input", { type: "checkbox", name: "governed", checked: like.governed });

  /** What they say, as it is sent; nothing if one does not say what it should, which it then says itself. */
  const read = () => {
    const most = unlimited.checked ? 0 : Number(limit.input.value);
    if (!Number.isInteger(most) || most < 0 || (most === 0 && !unlimited.checked)) return void limit.complain(tell("place.limit.wrong"));
    const join_rule = choices.find(({ input }) => input.checked)?.rule;
    return {
      name: tidy(name.input.value),
      description: tidy(about.input.value),
      max_members: most,
      ...(join_rule && { join_rule }),
      ...(isNetwork && { listed: listed.checked }),
      ...(isNetwork && like !== fresh && { governed: governed.checked }),
    };
  };
  const boxes = [
    name.box,
    about.box,
    h("fieldset", { class: "choices" }, h("legend", {}, tell("place.join")), ...choices.map(({ rule, input }) => choice(input, tell(`rule.${rule}`), tellThere(like, `rule.${rule}.what`)))),
    !isNetwork && h("p", { class: "hint" }, tell("place.direct")),
    h("div", { class: "pair" }, limit.box, h("label", { class: "choice beside" }, unlimited, h("span", {}, tell("place.unlimited")))),
    isNetwork && h("div", { class: "choices" }, choice(listed, tell("net.listed"), tell("net.listed.hint")), like !== fresh && governs() && choice(governed, tell("net.governed"), tell("net.governed.hint"))),
  ];
  return { boxes, read };
}

/** @param {HTMLInputElement} input @param {string} words @param {string} hint */
const choice = (input, words, hint) => h("label", { class: "choice" }, input, h("span", {}, words, " ", h("span", { class: "hint" }, hint)));
