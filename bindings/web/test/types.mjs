// Lays the types of the browser packages where `www/tsconfig.json` looks for them: `target/assets/`.
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder } from "./packages.mjs";

const assets = fileURLToPath(new URL("../../../target/assets/", import.meta.url));
mkdirSync(assets, { recursive: true });
for (const file of ["door.d.ts", "keep.d.ts"]) copyFileSync(join(folder(), file), join(assets, file));
