// QR codes: ISO/IEC 18004, byte mode, error correction level M, versions 1 to 10. Enough for 213 bytes.

/** Of each version: error correction codewords a block, and the data codewords of every block. (ISO/IEC 18004, table 9.) */
const blocks = /** @type {[number, number[]][]} */ ([
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
  [26, [43, 43, 43, 43, 44]],
]);
/** Where alignment patterns stand. (Annex E.) */
const alignments = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
/** Which modules each mask inverts. (7.8.2.) @type {((x: number, y: number) => boolean)[]} */
const masks = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The field GF(256) over x⁸+x⁴+x³+x²+1. */
const power = new Uint8Array(255);
const log = new Uint8Array(256);
for (let i = 0, value = 1; i < 255; i++) {
  power[i] = value;
  log[value] = i;
  value = (value << 1) ^ (value & 0x80 ? 0x11d : 0);
}

/**
 * The modules of the code, row by row, true for dark; null if the text is too long.
 * @param {string} text
 * @returns {boolean[][] | null}
 */
export function qr(text) {
  const bytes = new TextEncoder().encode(text);
  const version = blocks.findIndex(([, data], i) => sum(data) >= bytes.length + (i < 9 ? 2 : 3)) + 1;
  if (!version) return null;
  const bits = interleave(version, dataCodewords(version, bytes));
  const drawn = masks.map((_, mask) => draw(version, bits, mask));
  return drawn.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** Mode, length, bytes, end, padding. (7.4.) @param {number} version @param {Uint8Array} bytes */
function dataCodewords(version, bytes) {
  const room = sum(blocks[version - 1][1]);
  /** @type {number[]} */
  const bits = [];
  const put = (/** @type {number} */ value, /** @type {number} */ count) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => put(byte, 8));
  put(0, Math.min(4, room * 8 - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room * 8; pad ^= 0xec ^ 0x11) put(pad, 8);
  return Uint8Array.from({ length: room }, (_, i) => bits.slice(i * 8, i * 8 + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
}

/** Reed-Solomon remainders, and both kinds of codewords taken in turns from the blocks. (7.5, 7.6.) @param {number} version @param {Uint8Array} data */
function interleave(version, data) {
  const [count, sizes] = blocks[version - 1];
  let at = 0;
  const parts = sizes.map((size) => data.subarray(at, (at += size)));
  const corrections = parts.map((part) => remainder(part, count));
  const out = [];
  for (let i = 0; i < Math.max(...sizes); i++) for (const part of parts) if (i < part.length) out.push(part[i]);
  for (let i = 0; i < count; i++) for (const part of corrections) out.push(part[i]);
  return out.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => (byte >> i) & 1));
}

/** @param {number} a @param {number} b */
const times = (a, b) => (a && b ? power[(log[a] + log[b]) % 255] : 0);

/** @param {Uint8Array} data @param {number} count */
function remainder(data, count) {
  let generator = [1];
  for (let i = 0; i < count; i++) generator = [...generator, 0].map((term, k) => term ^ times(generator[k - 1] ?? 0, power[i]));
  const rest = [...data, ...new Array(count).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const lead = rest[i];
    generator.forEach((term, k) => (rest[i + k] ^= times(term, lead)));
  }
  return rest.slice(data.length);
}

/** @param {number} version @param {number[]} bits @param {number} mask */
function draw(version, bits, mask) {
  const size = version * 4 + 17;
  /** @type {(boolean | undefined)[][]} */
  const grid = Array.from({ length: size }, () => new Array(size).fill(undefined));
  patterns(grid, version);
  information(grid, version, mask);
  let next = 0;
  // Two columns at a time, from the right, up and down in turns, around the timing column. (7.7.3.)
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right--;
    for (let i = 0; i < size; i++) {
      for (const x of [right, right - 1]) {
        const y = up ? size - 1 - i : i;
        if (grid[y][x] === undefined) grid[y][x] = (bits[next++] === 1) !== masks[mask](x, y);
      }
    }
  }
  return /** @type {boolean[][]} */ (grid);
}

/** Finders, timing, alignment. (6.3.) @param {(boolean | undefined)[][]} grid @param {number} version */
function patterns(grid, version) {
  const size = grid.length;
  const square = (/** @type {number} */ cx, /** @type {number} */ cy, /** @type {number} */ reach, /** @type {number[]} */ dark) => {
    for (let y = Math.max(0, cy - reach); y <= Math.min(size - 1, cy + reach); y++) {
      for (let x = Math.max(0, cx - reach); x <= Math.min(size - 1, cx + reach); x++) grid[y][x] = dark.includes(Math.max(Math.abs(x - cx), Math.abs(y - cy)));
    }
  };
  for (let i = 0; i < size; i++) grid[6][i] = grid[i][6] = i % 2 === 0;
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, [0, 1, 3]);
  const places = alignments[version - 1];
  const last = places.length - 1;
  places.forEach((x, i) => places.forEach((y, k) => {
    const onFinder = (i === 0 && k === 0) || (i === 0 && k === last) || (i === last && k === 0);
    if (!onFinder) square(x, y, 2, [0, 2]);
  }));
}

/** Level and mask, version, and the dark module. (7.9, 7.10.) @param {(boolean | undefined)[][]} grid @param {number} version @param {number} mask */
function information(grid, version, mask) {
  const size = grid.length;
  const format = ((mask << 10) | code(mask, 10, 0x537)) ^ 0x5412; // level M is 00
  const bit = (/** @type {number} */ i) => ((format >> i) & 1) === 1;
  for (let i = 0; i < 15; i++) {
    const row = i < 6 ? i : i < 8 ? i + 1 : size - 15 + i;
    const column = i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i;
    grid[row][8] = bit(i);
    grid[8][column] = bit(i);
  }
  grid[size - 8][8] = true;
  if (version < 7) return;
  const word = (version << 12) | code(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const [a, b] = [Math.floor(i / 3), size - 11 + (i % 3)];
    grid[a][b] = grid[b][a] = ((word >> i) & 1) === 1;
  }
}

/** The BCH check bits of a word. (Annexes C and D.) @param {number} word @param {number} degree @param {number} generator */
function code(word, degree, generator) {
  let rest = word;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
  return rest;
}

/** How hard a pattern is to read. (7.8.3.) @param {boolean[][]} grid */
function penalty(grid) {
  const size = grid.length;
  const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x]))].map((line) => line.map(Number).join(""));
  let points = 0;
  for (const line of lines) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) points += run.length - 2;
    points += 40 * (line.match(/(?=00001011101|10111010000)/g) ?? []).length;
  }
  let dark = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      dark += Number(grid[y][x]);
      if (x && y && grid[y][x] === grid[y - 1][x] && grid[y][x] === grid[y][x - 1] && grid[y][x] === grid[y - 1][x - 1]) points += 3;
    }
  }
  return points + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}

/**
 * The code as a picture: dark on white in any colour scheme, with the quiet zone that readers need.
 * @param {string} text @param {string} label
 */
export function qrPicture(text, label) {
  const grid = qr(text);
  if (!grid) return null;
  const size = grid.length + 8;
  const make = (/** @type {string} */ name, /** @type {Record<string, string | number>} */ attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const path = grid.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : []))).join("");
  const picture = make("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  picture.append(make("path", { fill: "#fff", d: `M0 0h${size}v${size}H0z` }), make("path", { fill: "#000", d: path }));
  return picture;
}
