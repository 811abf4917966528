import assert from "node:assert/strict";
import { test } from "node:test";
import { type Direction, hitTest, nextLeaf } from "../../src/engine/hit_test.js";
import { Model } from "../../src/engine/model.js";
import { box, network, scene } from "./scenes.js";

const model = new Model(network());

function idAt(x: number, y: number, tolerance = 6): string | null {
  const hit = hitTest(model, x, y, tolerance);
  if (!hit) return null;
  return hit.what === "node" ? model.node(hit.number).id : `edge ${model.edges[hit.number]!.id}`;
}

test("a leaf wins over the containers around it", () => {
  assert.equal(idAt(100, 126), "a");
  assert.equal(idAt(660, 100), "s");
});

test("the innermost container wins where there is no leaf", () => {
  assert.equal(idAt(300, 400), "left");
  assert.equal(idAt(500, 300), "net");
});

test("an edge is found within the tolerance, along all of its bends", () => {
  assert.equal(idAt(300, 130), "edge a-s");
  assert.equal(idAt(495, 118), "edge a-s");
  assert.equal(idAt(300, 133), "left");
  assert.equal(idAt(300, 133, 10), "edge a-s");
});

test("a line that is not in the picture is not hit", () => {
  assert.equal(hitTest(model, 300, 130, 6, new Set())!.what, "node");
  assert.equal(hitTest(model, 300, 130, 6, new Set([0]))!.what, "edge");
});

test("a leaf wins over an edge that ends in it", () => {
  assert.equal(idAt(159, 126), "a");
});

test("nothing lies outside", () => {
  assert.equal(idAt(1200, 300), null);
});

test("arrows go to the nearest box ahead, and stay where there is none", () => {
  const rows = new Model(
    scene([
      box("a1", 0, 0, 100, 50), box("a2", 150, 0, 100, 50), box("a3", 300, 0, 100, 50),
      box("b1", 0, 100, 100, 50), box("b2", 150, 100, 100, 50), box("far", 5000, 0, 100, 50),
    ]),
  );
  const step = (from: string, direction: Direction): string | null => {
    const next = nextLeaf(rows, rows.numberOf(from), direction);
    return next < 0 ? null : rows.node(next).id;
  };
  assert.equal(step("a1", "right"), "a2");
  assert.equal(step("a2", "left"), "a1");
  assert.equal(step("a2", "down"), "b2");
  assert.equal(step("b1", "up"), "a1");
  assert.equal(step("a3", "right"), "far");
  assert.equal(step("a1", "up"), null);
  assert.equal(step("a1", "left"), null);
});
