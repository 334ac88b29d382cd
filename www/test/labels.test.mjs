// Labels as people have them: lists, tables of any program, and our own CSV read back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asReader } from "./assets.mjs";

const { csvOf, labelsOf } = await asReader("admin/labels.js", "en");

for (const [what, text, labels] of /** @type {[string, string, string[]][]} */ ([
  ["a list", "Ada\nBen\n", ["Ada", "Ben"]],
  ["any line ends, and blank lines", "Ada\r\n\r\n  Ben \rCyd\n\n", ["Ada", "Ben", "Cyd"]],
  ["a comma in a name of a list", "Lovelace, Ada\n\"Big\" Ben", ["Lovelace, Ada", '"Big" Ben']],
  ["the mark of a byte order", '\ufeff"label",seat\nAda,1\n', ["Ada"]],
  ["one form for the same letters", "A\u0308da", ["Äda"]],
  ["a table with a column of that name", "seat,Label,mail\n1,Ada,a@x\n2,Ben,\n", ["Ada", "Ben"]],
  ["a table of another program", "label;seat\r\nAda;1\r\n", ["Ada"]],
  ["a table with tabs", "seat\tlabel\n1\tAda\n", ["Ada"]],
  ["quoted cells", 'label,seat\n"Lovelace, Ada",1\n"Big ""B"" Ben",2\n"two\nlines",3\n', ["Lovelace, Ada", 'Big "B" Ben', "two\nlines"]],
  ["short rows", "seat,label\n1\n2,Ben\n", ["Ben"]],
  ["a table of one column", "label\nAda\nBen", ["Ada", "Ben"]],
  ["nothing", " \n\n", []],
])) {
  test(`reads ${what}`, () => assert.deepEqual(labelsOf(text), labels));
}

test("what is written is read again", () => {
  const labels = ["Ada", "Lovelace, Ada", 'Big "B" Ben', "semi;colon", "tab\there", "two\nlines"];
  const csv = csvOf(labels.map((label, i) => ({ label, link: `https://door.example/i#${i}` })));
  assert.deepEqual(labelsOf(csv), labels);
  assert.ok(csv.startsWith("label,link\r\nAda,https://door.example/i#0\r\n"));
});
