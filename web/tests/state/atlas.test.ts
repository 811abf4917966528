/** The map's data: what is asked for, what is told, and what becomes of it when the inventory changes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Refused } from "@cloudviz/client";
import type { SceneDocument, SceneNode } from "../../src/engine/scene.js";
import { type AtlasHead, AtlasSource, type MapPart } from "../../src/state/atlas.js";
import { box } from "../engine/scenes.js";

const node = (id: string, x: number, y: number): SceneNode => box(id, x, y, 10, 10);

const HEAD = { version: "v1", width: 20_480, height: 10_240, tile: 512, born: 20, levels: 6, boxes: 9, lines: 0, title: "", layout: "grid", theme: "enterprise", layers: [], layer: null, summary: {} } as unknown as AtlasHead;
const ALL = { minX: 0, minY: 0, maxX: 20_480, maxY: 10_240 };

function set(answer: (name: string) => MapPart = (name) => ({ nodes: [node(name, 0, 0)], edges: [] })) {
  const asked: string[][] = [];
  const told: [number, boolean][] = [];
  const seen = { outdated: 0, failed: 0, last: null as SceneDocument | null, refuse: 0, waits: 0 };
  const door = {
    atlas: async () => (seen.waits-- > 0 ? null : HEAD),
    tiles: async (query: Record<string, unknown>) => {
      const names = String(query["tiles"]).split(",");
      asked.push(names);
      if (seen.refuse) throw new Refused(seen.refuse, { code: "x", detail: "no" });
      return { version: "v1", tiles: Object.fromEntries(names.map((name) => [name, answer(name)])) };
    },
    place: async () => ({ of: "p", node: node("p", 0, 0), path: [] }),
  };
  const source = new AtlasSource(
    door as never,
    {
      changed: (document, first) => {
        seen.last = document;
        told.push([document.nodes.length, first]);
      },
      failed: () => seen.failed++,
      outdated: () => seen.outdated++,
    },
    async () => undefined,
  );
  return { source, asked, told, seen };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

test("a map that is being laid out is asked for again", async () => {
  const { source, seen } = set();
  seen.waits = 3;
  let waited = 0;
  assert.equal((await source.open({}, "", () => waited++)).version, "v1");
  assert.equal(waited, 3);
});

test("each tile is asked for once, and told when it is there", async () => {
  const { source, asked, told } = set();
  await source.open({}, "");
  source.look(ALL, 0.025);
  source.look(ALL, 0.025);
  await settled();
  assert.deepEqual(asked, [["0.0.0"]]);
  assert.deepEqual(told, [[1, true]]);
  source.look(ALL, 0.05);
  await settled();
  // Four quarters, of which the lower two are below the picture: it is half as high as it is wide.
  assert.deepEqual(asked[1]!.filter((name) => name.startsWith("1.")).sort(), ["1.0.0", "1.0.1", "1.1.0", "1.1.1"]);
  assert.equal(told.at(-1)![1], false);
});

test("bundles come with the level that they are for", async () => {
  const bundle = (name: string) => ({ id: `bundle:${name}`, source: "a", target: "b", kind: "", count: 3, points: [], label: "3", label_at: null });
  const { source, seen } = set((name) => ({ nodes: [node(name, 0, 0)], edges: [], bundles: [bundle(name)] }) as unknown as MapPart);
  const levels = (): number[] => [...new Set(seen.last!.edges.map((edge) => edge.bundle!))];
  await source.open({}, "");
  source.look(ALL, 0.025);
  await settled();
  assert.deepEqual(levels(), [0]);
  assert.equal(seen.last!.pyramid!.levels, 6);
  source.look({ minX: 0, minY: 0, maxX: 100, maxY: 100 }, 0.2);
  await settled();
  // Those of levels far above the window's are not drawn there any more.
  assert.deepEqual(levels(), [1, 2, 3]);
});

test("looking where everything is already tells nothing new", async () => {
  const { source, told } = set();
  await source.open({}, "");
  source.look(ALL, 0.025);
  await settled();
  const before = told.length;
  source.look({ ...ALL, minX: 10 }, 0.025);
  await settled();
  assert.equal(told.length, before);
});

test("what is pinned is there wherever one looks", async () => {
  const { source, seen } = set();
  await source.open({}, "");
  source.look(ALL, 0.025);
  await settled();
  source.pin({ nodes: [node("far", 9, 9)], edges: [] });
  assert.deepEqual(seen.last!.nodes.map((each) => each.id), ["0.0.0", "far"]);
});

test("another state of the inventory is told as such, and a failure as one", async () => {
  const { source, seen } = set();
  await source.open({}, "");
  seen.refuse = 409;
  source.look(ALL, 0.025);
  await settled();
  assert.deepEqual([seen.outdated, seen.failed], [1, 0]);
  seen.refuse = 503;
  source.look(ALL, 0.025);
  await settled();
  assert.deepEqual([seen.outdated, seen.failed], [1, 1]);
});

test("answers for a map that is closed are dropped", async () => {
  const { source, told } = set();
  await source.open({}, "");
  source.look(ALL, 0.025);
  source.close();
  await settled();
  assert.deepEqual(told, []);
});

test("the colours of a layer come with the boxes", async () => {
  const { source, seen } = set((name) => ({ nodes: [node(name, 0, 0)], edges: [], paint: [[2, 80]] }));
  await source.open({}, "state");
  source.look(ALL, 0.025);
  await settled();
  assert.deepEqual(seen.last!.nodes[0]!.paint, [2, 80]);
});
