import assert from "node:assert/strict";
import { test } from "node:test";
import { Model } from "../../src/engine/model.js";
import { box, line, network, scene } from "./scenes.js";

test("outer containers come before inner ones, whatever the order of the document", () => {
  const model = new Model(network());
  assert.deepEqual(model.nodes.map((node) => node.id), ["net", "left", "right", "a", "b", "s"]);
  assert.deepEqual([...model.depths], [0, 1, 1, 2, 2, 2]);
  assert.deepEqual([...model.parents], [-1, 0, 0, 1, 1, 2]);
});

test("a member of a stack is shown by the stack", () => {
  const model = new Model(network());
  assert.equal(model.node(model.showing("s2")).id, "s");
  assert.equal(model.node(model.showing("a")).id, "a");
  assert.equal(model.showing("nobody"), -1);
});

test("edges are known at both ends", () => {
  const model = new Model(network());
  const a = model.numberOf("a");
  const s = model.numberOf("s");
  assert.deepEqual([...model.edgesOf(a)], [0]);
  assert.deepEqual([...model.edgesOf(s)], [0]);
  assert.deepEqual([...model.edgesOf(model.numberOf("b"))], []);
  assert.equal(model.otherEnd(0, a), s);
  assert.equal(model.otherEnd(0, s), a);
});

test("the way from outside to a node, and what lies in a container", () => {
  const model = new Model(network());
  assert.deepEqual(model.path(model.numberOf("a")).map((number) => model.node(number).id), ["net", "left"]);
  assert.deepEqual(model.inside(model.numberOf("left")).map((number) => model.node(number).id), ["a", "b"]);
});

test("a document with a ring of parents, a lost parent and a lost end of an edge is still a model", () => {
  const model = new Model(
    scene(
      [
        box("x", 0, 0, 10, 10, { container: true, parent: "y" }),
        box("y", 0, 0, 10, 10, { container: true, parent: "x" }),
        box("z", 2, 2, 4, 4, { parent: "gone" }),
      ],
      [line("e", "z", "gone", [[0, 0], [5, 5]]), line("self", "z", "z", [[0, 0], [5, 5]]), line("none", "z", "x", [])],
    ),
  );
  assert.equal(model.nodes.length, 3);
  assert.deepEqual([...model.edgesOf(model.numberOf("z"))], [0, 1, 2]);
  assert.equal(model.otherEnd(0, model.numberOf("z")), -1);
});

test("nodes that lie outside the document's size widen the world", () => {
  const document = { ...scene([box("far", -50, 10, 20, 20)]), width: 100, height: 100 };
  const { world } = new Model(document);
  assert.deepEqual(world, { minX: -50, minY: 0, maxX: 100, maxY: 100 });
});

test("an empty scene is a model", () => {
  const model = new Model(scene([]));
  assert.equal(model.nodes.length, 0);
  assert.deepEqual(model.world, { minX: 0, minY: 0, maxX: 1, maxY: 1 });
});
