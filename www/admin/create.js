// The form that makes an invite, or many alike.
import { field, form, rfc3339, roleName } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { labelsOf } from "/assets/admin/labels.js";
import { makeMany } from "/assets/admin/many.js";
import { draw, send } from "/assets/admin/mint.js";
import { codeOf, openDialog, refusal, switchOf, tidy } from "/assets/admin/parts.js";
import { isServer, may, session, spaceNow } from "/assets/admin/session.js";
import { sharePanel } from "/assets/admin/share.js";
import { tell } from "/assets/admin/texts.js";
import { span, untilField } from "/assets/admin/until.js";

/** How many one form makes at most; the server has its own limit. */
const most = 1000;

/** @typedef {import("/assets/admin/session.js").Space} Space */

/** @param {Space} into @param {() => unknown} more called afterwards if there are more */
export async function createInvite(into, more) {
  const opened = openDialog(tell("create.title"));
  try {
    // What may be granted, and what the claims say of whoever grants it, is asked for now.
    fill(opened, await spaceNow(into), more);
  } catch (error) {
    opened.show(tell("create.title"), refusal({ code: codeOf(error) }), opened.done());
  }
}

/** @param {import("/assets/admin/parts.js").Opened} opened @param {Space} space @param {() => unknown} more */
function fill(opened, space, more) {
  let any = false;
  const made = () => (any = true);
  opened.dialog.addEventListener("close", () => any && more());
  const terms = termsFields(space);
  const label = field(tell("create.label"), h("input", { maxlength: 120, autocomplete: "off" }), tell("create.label.hint"));
  const many = manyFields();
  const place = h("div", { "aria-live": "assertive" });
  let number = "one";
  /** The invite of the last try and what it was for: unchanged, it is sent again instead of made twice. @type {{ wanted: string, drawn: import("/assets/admin/mint.js").Drawn } | null} */
  let tried = null;

  const one = async (/** @type {import("/assets/admin/mint.js").Terms} */ wanted, /** @type {string} */ note) => {
    const same = JSON.stringify([terms.asTyped(), note]);
    if (tried?.wanted !== same) tried = { wanted: same, drawn: await draw(space, wanted, note) };
    const { invitation, claims } = await send(tried.drawn);
    made();
    opened.show(tell("share.title"), sharePanel(opened.dialog, space, invitation, claims, note), opened.done());
    opened.heading.focus();
  };
  const work = async () => {
    const wanted = terms.read();
    const labels = wanted && (number === "one" ? [tidy(label.input.value)] : many.read());
    if (!wanted || !labels) return;
    try {
      await (number === "one" ? one(wanted, labels[0]) : makeMany(opened, space, wanted, labels, made));
    } catch (error) {
      place.replaceChildren(refusal({ code: codeOf(error) }));
    }
  };
  const pick = (/** @type {string} */ value) => {
    number = value;
    slot.replaceChildren(...(value === "one" ? [] : [many.box]));
    label.box.hidden = value !== "one";
    const go = content.querySelector(".main");
    if (go) go.textContent = tell(value === "one" ? "create.go" : "create.go.many");
  };
  const slot = h("div", {});
  const content = form(tell("create.go"), work, [
    switchOf(tell("create.number"), [["one", tell("create.one")], ["many", tell("create.many")]], number, pick),
    slot,
    ...terms.boxes,
    label.box,
    !isServer(space) && h("p", { class: "hint" }, tell(may("invite") ? "net.invite.both" : "net.invite.account", { server: session().server.name })),
    place,
  ], [h("button", { type: "button", onclick: opened.close }, tell("keep"))]);
  opened.show(tell("create.title"), content);
  content.querySelector("select")?.focus();
}

/** What the invite grants: fields, and what they say. @param {Space} space */
function termsFields({ you }) {
  const grantable = [...new Set(["member", you.grants ?? "member"])];
  const role = field(tell("create.role"), h("select", {}, ...grantable.map((name) => h("option", { value: name }, roleName(name)))));
  const uses = field(tell("create.uses"), h("input", { type: "number", min: 1, max: 4294967295, value: 1, inputmode: "numeric", required: true }));
  const unlimited = h("input", { type: "checkbox", id: "unlimited", onchange: () => (uses.input.disabled = unlimited.checked) });
  const expiry = untilField(tell("create.expiry"), [span.hour, span.day, span.week, span.month, span.year, span.ever, span.own], span.week);
  const greeting = field(tell("create.greeting"), h("textarea", { maxlength: 280, rows: 2 }), tell("create.greeting.hint"));

  /** The terms; nothing if a field does not say what it should, which it then says itself. */
  const read = () => {
    const maxUses = unlimited.checked ? 0 : Number(uses.input.value);
    if (!Number.isInteger(maxUses) || maxUses < 0 || (maxUses === 0 && !unlimited.checked)) return void uses.complain(tell("create.uses.wrong"));
    const expires = expiry.read();
    return expires && { role: role.input.value, maxUses, expires, greeting: tidy(greeting.input.value) };
  };
  const boxes = [
    h("div", { class: "pair" }, role.box, expiry.box),
    expiry.own,
    h("div", { class: "pair" }, uses.box, h("label", { class: "choice beside" }, unlimited, h("span", {}, tell("create.unlimited")))),
    greeting.box,
  ];
  return { boxes, read, asTyped: () => [role.input, uses.input, ...expiry.inputs, greeting.input].map(({ value }) => value).concat(String(unlimited.checked)) };
}

/** How many, and what each is called. */
function manyFields() {
  const count = field(tell("create.count"), h("input", { type: "number", min: 1, max: most, value: 10, inputmode: "numeric" }));
  const name = field(tell("create.name"), h("input", { maxlength: 110, autocomplete: "off" }), tell("create.name.hint"));
  const labels = field(tell("create.labels"), h("textarea", { rows: 4, spellcheck: "false" }), tell("create.labels.hint"));
  const file = field(tell("create.file"), h("input", { type: "file", accept: ".csv,.txt,text/csv,text/plain" }));
  const listed = () => labelsOf(labels.input.value);
  const look = () => {
    const { length } = listed();
    count.input.disabled = name.input.disabled = length > 0;
    if (length) count.input.value = String(length);
  };
  labels.input.addEventListener("input", look);
  file.input.addEventListener("change", async () => {
    labels.input.value = (await file.input.files?.[0]?.text()) ?? "";
    labels.complain("");
    look();
  });

  const read = () => {
    const found = listed();
    if (found.length > most) return void labels.complain(tell("create.labels.many", { n: found.length, most }));
    if (found.length) return found;
    const n = Number(count.input.value);
    if (!Number.isInteger(n) || n < 1 || n > most) return void count.complain(tell("create.count.wrong", { most }));
    const called = tidy(name.input.value);
    return Array.from({ length: n }, (_, i) => called && `${called} ${i + 1}`);
  };
  return { box: h("div", { class: "stack" }, h("div", { class: "pair" }, count.box, name.box), labels.box, file.box), read };
}
