// The package in a page: the same, with its wasm beside it if nobody says otherwise. Bundlers know this way of naming it.
import init from "./door.js";

export * from "./door.js";

/** Makes everything else ready: `await init()`, once or often. */
export default (given = { module_or_path: new URL("./door_bg.wasm", import.meta.url) }) => init(given);
