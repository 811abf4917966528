import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera, between } from "../../src/engine/camera.js";

function camera(): Camera {
  const made = new Camera();
  made.setWorld({ minX: 0, minY: 0, maxX: 2000, maxY: 1000 });
  made.resize(1000, 500);
  return made;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

test("the view of the world shows the whole world in the middle, with room around it", () => {
  const seen = camera();
  seen.look(seen.viewOf({ minX: 0, minY: 0, maxX: 2000, maxY: 1000 }, 50));
  // 1000 − 2·50 over 2000 is the narrower of the two: 0.45 against (500 − 100) / 1000 = 0.4.
  near(seen.zoom, 0.4);
  const middle = seen.toScreen(1000, 500);
  near(middle.x, 500);
  near(middle.y, 250);
});

test("a small picture is not blown up", () => {
  const seen = new Camera();
  seen.setWorld({ minX: 0, minY: 0, maxX: 100, maxY: 80 });
  seen.resize(1000, 500);
  seen.look(seen.viewOf({ minX: 0, minY: 0, maxX: 100, maxY: 80 }));
  near(seen.zoom, 1.25);
});

test("zooming at a point keeps the scene point under it", () => {
  const seen = camera();
  seen.look({ x: 1000, y: 500, zoom: 1 });
  const before = seen.toScene(300, 120);
  seen.zoomAt(300, 120, 2);
  near(seen.zoom, 2);
  const after = seen.toScene(300, 120);
  near(after.x, before.x);
  near(after.y, before.y);
});

test("zoom stops at its limits and the point under the cursor still stays", () => {
  const seen = camera();
  seen.look({ x: 1000, y: 500, zoom: 1 });
  const before = seen.toScene(10, 490);
  for (let step = 0; step < 40; step++) seen.zoomAt(10, 490, 1.5);
  near(seen.zoom, 2.5);
  near(seen.toScene(10, 490).x, before.x);
  for (let step = 0; step < 80; step++) seen.zoomAt(10, 490, 1 / 1.5);
  // 30 % of what would just show everything: 0.5.
  near(seen.zoom, 0.15);
});

test("panning moves the picture with the hand, by screen px", () => {
  const seen = camera();
  seen.look({ x: 1000, y: 500, zoom: 2 });
  const before = seen.toScreen(1000, 500);
  seen.panBy(30, -20);
  const after = seen.toScreen(1000, 500);
  near(after.x - before.x, 30);
  near(after.y - before.y, -20);
});

test("the picture cannot be dragged out of sight", () => {
  const seen = camera();
  seen.look({ x: 1000, y: 500, zoom: 1 });
  seen.panBy(1e6, 1e6);
  near(seen.toScreen(0, 0).x, 1000 - 80);
  near(seen.toScreen(0, 0).y, 500 - 80);
  seen.panBy(-1e7, -1e7);
  near(seen.toScreen(2000, 1000).x, 80);
  near(seen.toScreen(2000, 1000).y, 80);
});

test("a new size keeps the middle in the middle", () => {
  const seen = camera();
  seen.look({ x: 700, y: 300, zoom: 1.5 });
  seen.resize(400, 800);
  const middle = seen.toScreen(700, 300);
  near(middle.x, 200);
  near(middle.y, 400);
});

test("a flight starts and ends where it should, and each half is the same factor of zoom", () => {
  const from = { x: 0, y: 0, zoom: 0.25 };
  const to = { x: 100, y: 40, zoom: 4 };
  assert.deepEqual(between(from, to, 0), from);
  assert.deepEqual(between(from, to, 1), to);
  near(between(from, to, 0.5).zoom, 1);
  // Without a change of zoom the middle runs straight.
  near(between({ x: 0, y: 0, zoom: 1 }, { x: 10, y: 20, zoom: 1 }, 0.5).y, 10);
});

test("the target of a flight keeps a straight course on the screen", () => {
  const from = { x: 0, y: 0, zoom: 0.5 };
  const to = { x: 800, y: 0, zoom: 2 };
  // Where the target stands on the screen, from the middle: 400 px at first, 0 in the end, falling all along.
  let last = 401;
  for (let t = 0; t <= 1; t += 0.1) {
    const view = between(from, to, t);
    const offset = (to.x - view.x) * view.zoom;
    assert.ok(offset <= last + 1e-9 && offset >= -1e-9, `at ${t}: ${offset} after ${last}`);
    last = offset;
  }
});
