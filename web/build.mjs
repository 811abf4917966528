/**
 * Builds two things: the web app, and the page of a picture in one file.
 *
 * The app goes into ../src/cloudviz/api/bundle: index.html and assets/ with content hashes in their names. Nothing is
 * inlined, so that a strict CSP holds. Script and styles of the picture's page go into
 * ../src/cloudviz/diagram/render/viewer; the renderer puts them into each file, with their hashes in its CSP.
 *
 * `--dev` keeps names of functions and adds source maps to the app.
 */

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/cloudviz/api/bundle");
const dev = process.argv.includes("--dev");
// The client of this very checkout, and not one from a registry.
const alias = { "@cloudviz/client": join(here, "../sdk/js/src/index.js") };

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "assets"), { recursive: true });

const result = await build({
  absWorkingDir: here,
  alias,
  entryPoints: { app: "src/main.ts", style: "src/styles/style.css" },
  outdir: join(out, "assets"),
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox112", "safari16"],
  minify: !dev,
  sourcemap: dev,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file" },
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
});

const names = Object.entries(result.metafile.outputs)
  .filter(([, output]) => output.entryPoint)
  .map(([path]) => basename(path));
const page = (await readFile(join(here, "src/index.html"), "utf8"))
  .replace("{{script}}", `assets/${names.find((name) => name.endsWith(".js"))}`)
  .replace("{{style}}", `assets/${names.find((name) => name.endsWith(".css"))}`);
await writeFile(join(out, "index.html"), page);
await copyFile(join(here, "src/favicon.svg"), join(out, "favicon.svg"));
await copyFile(join(here, "node_modules/@fontsource-variable/inter/LICENSE"), join(out, "assets/LICENSE-Inter.txt"));

const viewer = join(here, "../src/cloudviz/diagram/render/viewer");
await rm(viewer, { recursive: true, force: true });
const single = await build({
  absWorkingDir: here,
  alias,
  entryPoints: { viewer: "src/viewer/main.ts", light: "src/styles/viewer_light.css", dark: "src/styles/viewer_dark.css" },
  outdir: viewer,
  bundle: true,
  format: "iife",
  target: ["es2022", "chrome109", "firefox112", "safari16"],
  minify: !dev,
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  write: false,
});
await mkdir(viewer, { recursive: true });
for (const file of single.outputFiles) {
  // Inside of a page an end tag in a string would end the script or the styles.
  if (/<\/(script|style)|<!--/i.test(file.text)) throw new Error(`${file.path} cannot stand in a page as it is`);
  await writeFile(file.path, file.text);
}
console.error(`Built ${relative(process.cwd(), out)}`);
