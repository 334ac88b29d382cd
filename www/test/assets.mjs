// Lets node find what the daemon serves under /assets/, and gives the pages what a browser has and node lacks.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { register } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const www = new URL("..", import.meta.url);
const built = process.env.DOORWARD_WEB ?? newest(fileURLToPath(new URL("../target/", www)));
const hooks = `
const [pages, packages] = ${JSON.stringify([www.href, built && pathToFileURL(join(built, "/")).href])};
export async function resolve(specifier, context, next) {
  const name = specifier.startsWith("/assets/") && specifier.slice(8);
  return next(name ? new URL(name, name.includes("/") ? pages : packages).href : specifier, context);
}
export async function load(url, context, next) {
  return next(url, /\\.js(\\?|$)/.test(url) ? { ...context, format: "module" } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

/** Reads a module of the pages as a reader with this language would get it. @param {string} path @param {string} language */
export async function asReader(path, language) {
  Object.defineProperty(globalThis, "navigator", { value: { languages: [language] }, configurable: true });
  Object.defineProperty(globalThis, "document", { value: { documentElement: {} }, configurable: true });
  return import(`/assets/${path}`);
}

/** The door package as the build made it: from the folder `DOORWARD_WEB`, else the newest below `target/`. */
export async function door() {
  if (!built) throw new Error("the door package is not built: run `cargo build --release` first, or set DOORWARD_WEB");
  const package_ = await import(pathToFileURL(join(built, "door.js")).href);
  package_.initSync({ module: readFileSync(join(built, "door_bg.wasm")) });
  return package_;
}

/** @param {string} target */
function newest(target) {
  /** @param {string} folder @returns {string[]} */
  const inside = (folder) => {
    try {
      return readdirSync(folder).map((name) => join(folder, name));
    } catch {
      return [];
    }
  };
  const builds = inside(target).flatMap((profile) => inside(join(profile, "build")));
  const made = builds.map((build) => join(build, "out", "web")).filter((web) => inside(web).some((file) => file.endsWith("door_bg.wasm")));
  const age = (/** @type {string} */ web) => statSync(join(web, "door_bg.wasm")).mtimeMs;
  return made.sort((a, b) => age(b) - age(a))[0];
}
