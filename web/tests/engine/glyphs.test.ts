import assert from "node:assert/strict";
import { test } from "node:test";
import { Glyphs } from "../../src/engine/glyphs.js";
import { isLight } from "../../src/engine/palette.js";

const paths = (d: string) => [{ d, fill: null, stroke: "#fff" }];

/** Canvases that draw nothing, and count how many of them were asked for. */
function glyphs(): { made: Glyphs; surfaces: number[] } {
  const surfaces: number[] = [];
  const made = new Glyphs((side) => {
    surfaces.push(side);
    return { getContext: () => null } as unknown as HTMLCanvasElement;
  });
  made.use({
    gateway: { paths: paths("M0 0"), color: "#111111", tile: "#111111" },
    "aws.ec2.nat_gateway": { paths: paths("M1 1"), color: "#111111", tile: null },
    broken: { paths: [] },
  });
  return { made, surfaces };
}

test("a type has its own icon, others have that of their kind", () => {
  const { made } = glyphs();
  assert.equal(made.of("aws.ec2.nat_gateway", "gateway").paths[0]!.d, "M1 1");
  assert.equal(made.of("aws.ec2.internet_gateway", "gateway").paths[0]!.d, "M0 0");
  assert.equal(made.of("", "gateway").tile, "#111111");
  assert.equal(made.of("aws.ec2.nat_gateway", "gateway").tile, null);
});

test("names from outside are never taken for what every object has", () => {
  const { made } = glyphs();
  for (const word of ["constructor", "toString", "__proto__", "broken", ""]) {
    assert.equal(made.of(word, word).viewBox, "0 0 24 24");
    assert.equal(made.of(word, word).color, made.of("", "other").color);
  }
});

test("types without an icon of their own share one sprite, layers have theirs", () => {
  const { made, surfaces } = glyphs();
  const one = made.sprite("aws.ec2.internet_gateway", "gateway", 24);
  assert.equal(made.sprite("azure.network.gateway", "gateway", 24), one);
  assert.notEqual(made.sprite("aws.ec2.nat_gateway", "gateway", 24), one);
  assert.notEqual(made.sprite("azure.network.gateway", "gateway", 24, "#ff0000"), one);
  assert.deepEqual(surfaces, [24, 24, 24]);
});

test("lines are dark on light squares", () => {
  assert.deepEqual(["#ffffff", "#fde3b0", "#f7b267", "#c8433a", "#0072b2", "#000000"].map(isLight), [true, true, true, false, false, false]);
});
