import assert from "node:assert/strict";
import { test } from "node:test";
import { Glyphs } from "../../src/engine/glyphs.js";
import { Model } from "../../src/engine/model.js";
import { SHADES, Tints } from "../../src/engine/tints.js";
import { box, scene } from "./scenes.js";

const glyphs = new Glyphs(() => {
  throw new Error("no picture is drawn for a tint");
});

test("patches stay within one container and hold sixteen at most", () => {
  const nodes = [box("left", 0, 0, 1000, 1000, { container: true }), box("right", 1000, 0, 1000, 1000, { container: true })];
  for (let at = 0; at < 40; at++) {
    const parent = at % 2 ? "left" : "right";
    nodes.push(box(`n${at}`, (at % 2 ? 10 : 1010) + (at % 8) * 110, 10 + Math.floor(at / 8) * 110, 100, 90, { parent }));
  }
  const { index, shades } = new Tints(new Model(scene(nodes)), glyphs).patches;
  // Twenty in each container: sixteen and four.
  assert.equal(index.size, 4);
  for (let position = 0; position < 4; position++) {
    const { minX, maxX } = index.boxAt(position);
    assert.ok(maxX <= 1000 || minX >= 1000, `${minX} to ${maxX} lies in both`);
  }
  assert.equal(shades.length, index.length);
});

test("a patch has the colour that covers most, and is stronger where it is fuller", () => {
  const full = new Tints(
    new Model(
      scene([
        box("db", 0, 0, 300, 100, { kind: "database" }),
        box("vm1", 300, 0, 50, 100),
        box("vm2", 350, 0, 50, 100),
      ]),
    ),
    glyphs,
  );
  const [shade] = full.patches.shades;
  const database = full.leaf(0);
  assert.equal(Math.floor(shade! / SHADES), Math.floor(database / SHADES));
  const sparse = new Tints(new Model(scene([box("a", 0, 0, 10, 10), box("b", 990, 990, 10, 10)])), glyphs);
  assert.ok(shade! % SHADES > sparse.patches.shades[0]! % SHADES);
});

test("kinds nobody knows have a colour, and the server's icons take precedence", () => {
  const own = new Glyphs(() => assert.fail());
  assert.equal(own.of("", "teapot").color, own.of("", "other").color);
  own.use({ teapot: { paths: [{ d: "M0 0h1", fill: null, stroke: "#fff" }], color: "#123456", tile: null }, odd: 7, bad: {} });
  assert.equal(own.of("", "teapot").color, "#123456");
  assert.equal(own.of("", "odd").color, own.of("", "other").color);
  own.use("nonsense");
  assert.equal(own.of("", "teapot").color, own.of("", "other").color);
});
