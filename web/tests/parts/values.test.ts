/** The parts of panels that are plain functions. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../src/parts/changes_panel.js";
import { differences } from "../../src/parts/history_list.js";
import { CloudViz } from "@cloudviz/client";
import type { Resource } from "../../src/state/contract.js";
import { saveView } from "../../src/state/saved_views.js";

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

test("a view of a name that is there is changed, not made twice", async () => {
  const asked: string[] = [];
  const fetch = (async (address: string, { method, body }: RequestInit) => {
    asked.push(`${method} ${address}`);
    return Response.json({ id: address.split("/")[3] ?? "new", ...JSON.parse(body as string) });
  }) as typeof globalThis.fetch;
  const client = new CloudViz("", { token: "t", fetch });
  const views = [{ id: "1", name: "b", place: "/map" }];
  const two = await saveView(client, views, { name: "a", place: "/map?x=1" });
  assert.deepEqual(two.map((view) => view.name), ["a", "b"]);
  const changed = await saveView(client, two, { name: "b", place: "/map?y=2" });
  assert.deepEqual(changed.map((view) => view.place), ["/map?x=1", "/map?y=2"]);
  assert.deepEqual(asked, ["POST /visualization/views", "PUT /visualization/views/1"]);
});
