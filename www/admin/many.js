// A batch of invites while it is made, and what to do with it afterwards.
import { announce, busy, download, note } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { isOfTheRow, makeAll, rowsOf } from "/assets/admin/batch.js";
import { csvOf } from "/assets/admin/labels.js";
import { draw, send } from "/assets/admin/mint.js";
import { cardSheet, usePaper } from "/assets/admin/paper.js";
import { refusal } from "/assets/admin/parts.js";
import { session } from "/assets/admin/session.js";
import { inWords, tell } from "/assets/admin/texts.js";

/** @typedef {import("/assets/admin/mint.js").Drawn} Drawn */
/** @typedef {import("/assets/admin/parts.js").Opened} Opened */
/** @typedef {import("/assets/admin/session.js").Space} Space */

/**
 * Makes an invite for every label and shows how it goes. Throws what the first drawing throws: all are of one form.
 * @param {Opened} opened @param {Space} space @param {import("/assets/admin/mint.js").Terms} terms @param {string[]} labels
 * @param {() => unknown} made
 */
export async function makeMany(opened, space, terms, labels, made) {
  /** @type {import("/assets/admin/batch.js").Row<Drawn>[]} */
  const rows = rowsOf(labels);
  if (rows[0]) rows[0].drawn = await draw(space, terms, labels[0]);
  const make = async (/** @type {typeof rows[number]} */ row) => send((row.drawn ??= await draw(space, terms, row.label)));
  await run(opened, space, rows, make, made);
}

/**
 * @param {Opened} opened @param {Space} space @param {import("/assets/admin/batch.js").Row<Drawn>[]} rows
 * @param {(row: import("/assets/admin/batch.js").Row<Drawn>) => Promise<Drawn>} make @param {() => unknown} made
 */
async function run(opened, space, rows, make, made) {
  const stop = new AbortController();
  const bar = h("progress", { max: rows.length, value: 0, "aria-label": tell("many.progress") });
  const words = h("p", { class: "soft" });
  const halt = h("button", { onclick: () => stop.abort() }, tell("many.stop"));
  const changed = () => {
    const n = rows.filter((row) => row.state === "made").length;
    bar.value = n;
    words.textContent = tell("many.so.far", { n, of: rows.length });
    if (n % Math.ceil(rows.length / 4) === 0) announce(words.textContent);
  };
  changed();
  opened.show(tell("many.making"), bar, words, h("div", { class: "actions" }, halt));
  halt.focus();
  // Neither a slip of the finger nor a closed tab ends it unasked.
  const hold = (/** @type {Event} */ event) => event.preventDefault();
  opened.dialog.addEventListener("cancel", hold);
  addEventListener("beforeunload", hold);
  try {
    const stopped = await makeAll(rows, make, changed, stop.signal);
    done(opened, space, rows, stopped, () => run(opened, space, rows, make, made));
  } finally {
    opened.dialog.removeEventListener("cancel", hold);
    removeEventListener("beforeunload", hold);
    made();
  }
}

/**
 * What came of it.
 * @param {Opened} opened @param {Space} space @param {import("/assets/admin/batch.js").Row<Drawn>[]} rows @param {string} stopped
 * @param {() => Promise<void>} goOn
 */
function done(opened, space, rows, stopped, goOn) {
  const { server } = session();
  const ready = rows.flatMap(({ state, drawn }) => (state === "made" && drawn ? [drawn] : []));
  const left = rows.length - ready.length;
  const csv = () => download(`doorward-${tell("many.file")}.csv`, csvOf(ready.map(({ label, invitation }) => ({ label, link: invitation.link(server.public_url) }))));
  const paper = usePaper(opened.dialog);
  const sheet = h("button", { class: "main" }, tell("many.print"));
  sheet.addEventListener("click", () => busy(sheet, async () => paper.print(await cardSheet(space, ready))));
  const title = tell("many.made", { n: ready.length });
  opened.show(
    title,
    left > 0 && note("warn", h("p", {}, h("strong", {}, tell("many.left", { n: left })))),
    stopped && refusal({ code: stopped }),
    rows.some(({ state, code }) => state !== "made" && !isOfTheRow(code)) && h("div", { class: "actions" }, h("button", { onclick: () => void goOn() }, tell("many.go.on"))),
    ready.length > 0 && h("div", { class: "actions" }, sheet, h("button", { onclick: csv }, tell("many.csv"))),
    ready.length > 0 && h("p", { class: "hint" }, tell("many.hint")),
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": tell("many.list") }, h("ol", { class: "made" }, ...rows.map(line).sort((a, b) => Number(b.isLeft) - Number(a.isLeft)).map(({ item }) => item))),
    opened.done(),
  );
  opened.heading.focus();
  announce(title);
}

/** One row, and why it is not made; those come first. @param {import("/assets/admin/batch.js").Row<Drawn>} row @param {number} i */
function line({ label, state, code }, i) {
  const what = state === "made" ? h("span", { class: "chip good" }, tell("many.yes")) : state === "waiting" ? h("span", { class: "chip" }, tell("many.waiting")) : h("span", { class: "chip bad" }, inWords(code).sentence);
  return { isLeft: state !== "made", item: h("li", { value: i + 1 }, h("span", { dir: "auto" }, label || tell("many.unnamed")), " ", what) };
}
