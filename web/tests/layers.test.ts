/** Who may import whom, and that no text from outside can become markup (see README.md). */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

// The tests run bundled from dist/, but always with web/ as the working folder.
const root = join(process.cwd(), "src");
const MAY: Record<string, readonly string[]> = {
  engine: ["engine"],
  state: ["state", "engine", "."],
  parts: ["parts", "state", "engine", "."],
  // A picture in one file: it has nobody to ask, and so no state but the contract's types.
  viewer: ["viewer", "parts", "state", "engine", "."],
  views: ["views", "parts", "state", "engine", "."],
};

function sources(): [path: string, text: string][] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return files.map((name) => [name.replaceAll("\\", "/"), readFileSync(join(root, name), "utf8")]);
}

test("rooms import only from rooms below them", () => {
  const broken: string[] = [];
  for (const [path, text] of sources()) {
    const room = path.includes("/") ? path.split("/")[0]! : ".";
    const allowed = MAY[room];
    if (!allowed) continue;
    for (const [, target] of text.matchAll(/from "(\.[^"]*)"/g)) {
      const to = target!.startsWith("./") ? room : (/^\.\.\/(\w+)\//.exec(target!)?.[1] ?? ".");
      if (!allowed.includes(to)) broken.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("the server is asked by @cloudviz/client alone", () => {
  const found = sources().filter(([, text]) => /(?<!\.)\bfetch\(|XMLHttpRequest|EventSource|WebSocket|sendBeacon/.test(text)).map(([path]) => path);
  assert.deepEqual(found, []);
});

test("nothing makes markup or code of a text", () => {
  const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/;
  const found = sources().filter(([, text]) => forbidden.test(text)).map(([path]) => path);
  assert.deepEqual(found, []);
});

test("nothing outlives the tab: the server keeps saved views, nobody keeps tokens", () => {
  const found = sources().filter(([, text]) => /localStorage|indexedDB|document\.cookie/.test(text)).map(([path]) => path);
  assert.deepEqual(found, []);
});

test("the engine knows no page: it names neither document nor window", () => {
  const found = sources()
    .filter(([path]) => path.startsWith("engine/"))
    .filter(([, text]) => /\b(?:window|globalThis)\.|\bdocument\.(?:create|query|body|get|fonts)/.test(text))
    .map(([path]) => path);
  assert.deepEqual(found, []);
});
