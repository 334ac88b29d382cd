// Finds the browser packages as the build made them: in the folder `DOORWARD_WEB`, else the newest below `target/`.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/** @param {string} folder */
const inside = (folder) => {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/** The folder with the files of both packages. */
export function folder() {
  if (process.env.DOORWARD_WEB) return process.env.DOORWARD_WEB;
  const target = fileURLToPath(new URL("../../../target/", import.meta.url));
  const made = inside(target)
    .flatMap((profile) => inside(join(profile, "build")))
    .map((build) => join(build, "out", "web"))
    .filter((web) => inside(web).some((file) => file.endsWith("keep_bg.wasm")));
  const age = (/** @type {string} */ web) => statSync(join(web, "keep_bg.wasm")).mtimeMs;
  const [newest] = made.sort((a, b) => age(b) - age(a));
  if (!newest) throw new Error("the browser packages are not built: run `cargo build --release` first, or set DOORWARD_WEB");
  return newest;
}

/** A package, ready for use. @param {"door" | "keep"} name */
export async function load(name) {
  const module = await import(asModule(readFileSync(join(folder(), `${name}.js`), "utf8")));
  module.initSync({ module: readFileSync(join(folder(), `${name}_bg.wasm`)) });
  return module;
}

/** What a browser fetches for a package, compressed as the daemon does it, in bytes. @param {"door" | "keep"} name */
export function brotliSize(name) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  const files = [`${name}.js`, `${name}_bg.wasm`].map((file) => readFileSync(join(folder(), file)));
  return files.map((bytes) => brotliCompressSync(bytes, { params }).length).reduce((a, b) => a + b);
}

/** A script without a package.json beside it, as a module. @param {string} script */
const asModule = (script) => `data:text/javascript;base64,${Buffer.from(script.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(folder()).href))).toString("base64")}`;
