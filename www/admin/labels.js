// Labels out of text and files, and links into them.

/**
 * The labels of a text: one a line; or, if the first line is that of a table with a column named `label`, what stands in
 * this column (RFC 4180, with commas, semicolons or tabs). Lines without a label are left out.
 * @param {string} text
 * @returns {string[]}
 */
export function labelsOf(text) {
  const clean = text.replace(/^\ufeff/, "");
  const [first] = clean.split(/\r\n|\r|\n/, 1);
  for (const mark of [",", ";", "\t"]) {
    const column = records(first, mark)[0]?.findIndex((cell) => cell.trim().toLowerCase() === "label") ?? -1;
    if (column >= 0) return tidy(records(clean, mark).slice(1).map((cells) => cells[column] ?? ""));
  }
  return tidy(clean.split(/\r\n|\r|\n/));
}

/** @param {string[]} labels */
const tidy = (labels) => labels.map((label) => label.trim().normalize("NFC")).filter(Boolean);

/**
 * The records of a table, cell by cell.
 * @param {string} text @param {string} mark what stands between cells
 */
function records(text, mark) {
  /** @type {string[][]} */
  const found = [];
  /** @type {string[]} */
  let cells = [];
  let [cell, quoted] = ["", false];
  const end = () => {
    cells.push(cell);
    cell = "";
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === mark) end();
    else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text[i + 1] === "\n") i++;
      end();
      found.push(cells);
      cells = [];
    } else cell += sign;
  }
  if (cell || cells.length) {
    end();
    found.push(cells);
  }
  return found;
}

/**
 * A table of labels and links, as {@link labelsOf} reads it again (RFC 4180).
 * @param {{ label: string, link: string }[]} rows
 */
export function csvOf(rows) {
  const cell = (/** @type {string} */ text) => (/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return ["label,link", ...rows.map(({ label, link }) => `${cell(label)},${cell(link)}`)].map((line) => `${line}\r\n`).join("");
}
