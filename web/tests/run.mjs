/** Bundles tests/**\/*.test.ts for Node and runs them with Node's own test runner. Arguments choose files. */

import { spawnSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../dist/tests");
const chosen = process.argv.slice(2);
const files = (await readdir(here, { recursive: true }))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => chosen.length === 0 || chosen.some((part) => name.includes(part)))
  .sort();

await rm(out, { recursive: true, force: true });
await build({
  entryPoints: files.map((name) => join(here, name)),
  outdir: out,
  outbase: here,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  alias: { "@cloudviz/client": join(here, "../../sdk/js/src/index.js") },
  platform: "node",
  format: "esm",
  sourcemap: "inline",
  logLevel: "warning",
});
const made = files.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...made], { stdio: "inherit" });
process.exit(run.status ?? 1);
