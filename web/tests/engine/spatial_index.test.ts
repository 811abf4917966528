import assert from "node:assert/strict";
import { test } from "node:test";
import { overlaps } from "../../src/engine/geometry.js";
import { SpatialIndex, hilbert } from "../../src/engine/spatial_index.js";
import { numbers } from "./scenes.js";

function randomBoxes(count: number, seed: number): Float64Array {
  const next = numbers(seed);
  const boxes = new Float64Array(count * 4);
  for (let at = 0; at < boxes.length; at += 4) {
    const x = next() * 10_000;
    const y = next() * 10_000;
    boxes.set([x, y, x + next() * 200, y + next() * 80], at);
  }
  return boxes;
}

function boundsAt(boxes: Float64Array, item: number) {
  const [minX, minY, maxX, maxY] = boxes.subarray(item * 4, item * 4 + 4) as unknown as [number, number, number, number];
  return { minX, minY, maxX, maxY };
}

test("the curve visits each cell of a square once, each next to the last", () => {
  const places = new Map<number, [number, number]>();
  for (let x = 0; x < 16; x++) for (let y = 0; y < 16; y++) places.set(hilbert(x, y), [x, y]);
  assert.equal(places.size, 256);
  for (let at = 1; at < 256; at++) {
    const [ax, ay] = places.get(at - 1) as [number, number];
    const [bx, by] = places.get(at) as [number, number];
    assert.equal(Math.abs(ax - bx) + Math.abs(ay - by), 1);
  }
  assert.equal(hilbert(0, 0), 0);
  assert.ok(hilbert(65_535, 65_535) < 2 ** 32);
});

for (const count of [0, 1, 16, 17, 257, 5000]) {
  test(`search finds among ${count} boxes what looking at each finds`, () => {
    const boxes = randomBoxes(count, 7 + count);
    const index = new SpatialIndex(boxes);
    const next = numbers(99);
    for (let round = 0; round < 40; round++) {
      const x = next() * 10_000 - 500;
      const y = next() * 10_000 - 500;
      const window = { minX: x, minY: y, maxX: x + next() * 3000, maxY: y + next() * 3000 };
      const found: number[] = [];
      index.search(window, (item) => found.push(item));
      const expected = [...Array(count).keys()].filter((item) => overlaps(boundsAt(boxes, item), window));
      assert.deepEqual(found.sort((a, b) => a - b), expected);
    }
  });
}

test("a survey gives each item once, by itself or within one group", () => {
  const boxes = randomBoxes(5000, 3);
  const index = new SpatialIndex(boxes);
  const members = index.summarise<number[]>((item) => [item], (children) => children.flat());
  const world = { minX: -1, minY: -1, maxX: 20_000, maxY: 20_000 };
  const seen: number[] = [];
  let groups = 0;
  index.survey(world, 900, (item) => seen.push(item), (position) => {
    groups++;
    const box = index.boxAt(position);
    assert.ok(box.maxX - box.minX < 900 && box.maxY - box.minY < 900);
    seen.push(...(members[position] as number[]));
  });
  assert.ok(groups > 50);
  assert.deepEqual(seen.sort((a, b) => a - b), [...Array(5000).keys()]);
});

test("far out the work is bounded by what can be told apart, not by the number of boxes", () => {
  const index = new SpatialIndex(randomBoxes(100_000, 5));
  let visits = 0;
  const count = (): void => void visits++;
  // Groups of sixteen span about 330 here, their parents about 700.
  index.survey({ minX: 0, minY: 0, maxX: 10_000, maxY: 10_000 }, 1000, count, count);
  assert.ok(visits < 1500, `${visits} visits`);
  visits = 0;
  index.survey({ minX: 4000, minY: 4000, maxX: 4300, maxY: 4200 }, 0, count, count);
  assert.ok(visits < 400, `${visits} visits`);
});

test("boxes of no size, all in one place, and empty trees are no trouble", () => {
  const same = new SpatialIndex(new Float64Array(40 * 4).fill(5));
  let found = 0;
  same.search({ minX: 5, minY: 5, maxX: 5, maxY: 5 }, () => found++);
  assert.equal(found, 40);
  new SpatialIndex(new Float64Array()).search({ minX: 0, minY: 0, maxX: 1, maxY: 1 }, () => assert.fail());
});
