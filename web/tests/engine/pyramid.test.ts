/** The tiles that a window asks for are those that hold what is in it, as the server cuts them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pyramid, levelAt, levelSeen, scaleOf, tilesOver } from "../../src/engine/pyramid.js";

const PYRAMID: Pyramid = { width: 20_480, height: 10_240, tile: 512, born: 20, levels: 6 };

/** The server's side, as src/cloudviz/diagram/atlas/levels.py has it. */
function tileOf(x: number, y: number, size: number): string {
  const level = Math.min(PYRAMID.levels - 1, Math.max(0, Math.ceil(Math.log2(PYRAMID.born / size / scaleOf(PYRAMID, 0)))));
  const side = PYRAMID.tile / scaleOf(PYRAMID, level);
  return `${level}.${Math.floor(x / side)}.${Math.floor(y / side)}`;
}

test("levels double the scale and end with the last", () => {
  assert.equal(scaleOf(PYRAMID, 0), 0.025);
  assert.equal(scaleOf(PYRAMID, 3), 0.2);
  assert.equal(levelAt(PYRAMID, 0.001), 0);
  assert.equal(levelAt(PYRAMID, 0.2), 3);
  assert.equal(levelAt(PYRAMID, 0.21), 4);
  assert.equal(levelAt(PYRAMID, 9), 5);
});

test("whatever can be seen in a window is in the tiles over it", () => {
  let random = 7;
  const next = (): number => (random = (random * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 400; round++) {
    const zoom = 0.02 * 2 ** (next() * 6);
    const [x, y] = [next() * PYRAMID.width, next() * PYRAMID.height];
    const over = { minX: x, minY: y, maxX: x + 1400 / zoom, maxY: y + 800 / zoom };
    const names = new Set(tilesOver(PYRAMID, over, zoom));
    for (let box = 0; box < 40; box++) {
      // A box that touches the window, at least as large on the screen as the server's threshold.
      const size = (PYRAMID.born / zoom) * 2 ** (next() * 5);
      const left = over.minX - size + next() * (over.maxX - over.minX + size);
      const top = over.minY - size + next() * (over.maxY - over.minY + size);
      const [cx, cy] = [left + size / 2, top + size / 2];
      if (cx < 0 || cy < 0 || cx >= PYRAMID.width || cy >= PYRAMID.height) continue;
      assert.ok(names.has(tileOf(cx, cy, size)), `${tileOf(cx, cy, size)} is not among the tiles at zoom ${zoom}`);
    }
  }
});

test("a window needs a handful of tiles, however large the map is", () => {
  const deep: Pyramid = { ...PYRAMID, width: 2e6, height: 2e6, levels: 13 };
  const names = tilesOver(deep, { minX: 1e6, minY: 1e6, maxX: 1e6 + 1440, maxY: 1e6 + 900 }, 1);
  assert.ok(names.length < 80, String(names.length));
});

test("a map of one level is one tile", () => {
  assert.deepEqual(tilesOver({ ...PYRAMID, levels: 1 }, { minX: 0, minY: 0, maxX: 10, maxY: 10 }, 2), ["0.0.0"]);
});

test("between two levels the boxes of the outer one can all be seen, those of the inner one are loaded", () => {
  const half = (scaleOf(PYRAMID, 1) + scaleOf(PYRAMID, 2)) / 2;
  assert.deepEqual([levelSeen(PYRAMID, half), levelAt(PYRAMID, half)], [1, 2]);
  assert.deepEqual([levelSeen(PYRAMID, scaleOf(PYRAMID, 2)), levelAt(PYRAMID, scaleOf(PYRAMID, 2))], [2, 2]);
  assert.deepEqual([levelSeen(PYRAMID, 1e-6), levelSeen(PYRAMID, 1e6)], [0, PYRAMID.levels - 1]);
});
