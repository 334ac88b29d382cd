// QR codes. The matrices behind these digests were read back by independent readers when they were written down; the
// other tests hold for any text.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import "./assets.mjs";

const { qr } = await import("../shared/qr.js");
const link = `https://door.example.org/i#${"AbC9_-xyz".repeat(8).slice(0, 71)}`;
const digest = (/** @type {boolean[][]} */ grid) => createHash("sha256").update(grid.map((row) => row.map(Number).join("")).join("\n")).digest("hex").slice(0, 16);

/** @param {string} text */
function made(text) {
  const grid = qr(text);
  assert.ok(grid);
  return grid;
}

for (const [text, size, hash] of /** @type {[string, number, string][]} */ ([
  ["a", 21, "e8ab680854e4019c"],
  [link, 41, "44c562a3b251eba5"],
  ["x".repeat(150), 49, "9782fa7f0642d3e6"],
  ["ä".repeat(100), 57, "a273534ba9b446e6"],
])) {
  test(`${text.length} characters make the known ${size} × ${size} code`, () => {
    assert.equal(made(text).length, size);
    assert.equal(digest(made(text)), hash);
  });
}

test("the bytes can be read back out of the matrix", () => {
  // Version 1 has one block, so its data codewords stand in order; its format says level M and which mask.
  const grid = made("doorward");
  const format = Array.from({ length: 15 }, (_, i) => Number(grid[i < 6 ? i : i < 8 ? i + 1 : grid.length - 15 + i][8]) << i).reduce((a, b) => a | b) ^ 0x5412;
  assert.equal(format >> 13, 0, "level M");
  const mask = (format >> 10) & 7;
  const inverts = [(x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0, (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0][mask];
  const bits = [];
  // The four right-most column pairs of version 1 cross no pattern below row 9.
  for (let pair = 0; pair < 4; pair++) {
    for (let i = 0; i < 12; i++) {
      const y = pair % 2 === 0 ? 20 - i : 9 + i;
      for (const x of [20 - pair * 2, 19 - pair * 2]) bits.push(Number(grid[y][x] !== inverts(x, y)));
    }
  }
  const byte = (/** @type {number} */ at) => parseInt(bits.slice(at, at + 8).join(""), 2);
  assert.equal(byte(0) >> 4, 4, "byte mode");
  assert.equal(byte(4), 8, "length");
  assert.equal(String.fromCharCode(...Array.from({ length: 8 }, (_, i) => byte(12 + i * 8))), "doorward");
});

test("as much as fits, and no more", () => {
  assert.ok(qr("x".repeat(213)));
  assert.equal(qr("x".repeat(214)), null);
});
