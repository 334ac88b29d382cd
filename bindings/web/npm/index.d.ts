/// <reference lib="esnext.disposable" />
import type { InitInput, InitOutput } from "./door.js";

export * from "./door.js";

/** Makes everything else ready: `await init()`, once or often. Say where the wasm is only if it is not beside the script. */
export default function init(given?: { module_or_path: InitInput | Promise<InitInput> }): Promise<InitOutput>;
