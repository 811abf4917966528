/** The parts of panels that are plain functions. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../src/parts/changes_panel.js";
import { differences } from "../../src/parts/history_list.js";
import { readViews, withView } from "../../src/parts/saved_views.js";
import type { Resource } from "../../src/state/contract.js";

const resource = (more: Partial<Resource>): Resource => ({ id: "a", name: "a", tags: {}, properties: {}, ...more }) as Resource;

test("a dotted path finds keys with dots in them", () => {
  const item = resource({ tags: { "kubernetes.io/name": "x" }, properties: { net: { "a.b": { c: 1 } } } });
  assert.equal(valueAt(item, "tags.kubernetes.io/name"), "x");
  assert.equal(valueAt(item, "properties.net.a.b.c"), 1);
  assert.equal(valueAt(item, "properties.nothing.at.all"), undefined);
  assert.equal(valueAt(item, "tags.constructor"), undefined);
});

test("two states are compared field by field", () => {
  const before = resource({ state: "running", tags: { env: "prod", old: "1" }, properties: { size: "s" } });
  const after = resource({ state: "stopped", tags: { env: "prod" }, properties: { size: "l" } });
  assert.deepEqual(differences(before, after), [["state", "running", "stopped"], ["tags.old", "1", "–"], ["properties.size", "s", "l"]]);
});

test("views that cannot be read are no views, and none leads elsewhere", () => {
  const store = (text: string | null) => ({ getItem: () => text, setItem: () => undefined });
  assert.deepEqual(readViews(store(null)), []);
  assert.deepEqual(readViews(store("{")), []);
  assert.deepEqual(readViews(store('[{"name":"x","place":"//evil.example"},{"name":1},{"name":"m","place":"/map?a=1"}]')), [{ name: "m", place: "/map?a=1" }]);
  assert.deepEqual(withView([{ name: "b", place: "/map" }], { name: "a", place: "/map" }).map((view) => view.name), ["a", "b"]);
  assert.deepEqual(withView([{ name: "a", place: "/map" }], { name: "a", place: "/map?x=1" }), [{ name: "a", place: "/map?x=1" }]);
});
