// The package in Node: the same, with its wasm read from the file beside it, for Node fetches no file URLs.
import { readFile } from "node:fs/promises";
import init from "./door.js";

export * from "./door.js";

/** As in a page: `await init()`, once or often. */
export default async (given = undefined) => init(given ?? { module_or_path: await readFile(new URL("./door_bg.wasm", import.meta.url)) });
