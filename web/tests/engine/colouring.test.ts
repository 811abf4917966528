import assert from "node:assert/strict";
import { test } from "node:test";
import { Colouring } from "../../src/engine/colouring.js";
import { DARK, LIGHT, mixed } from "../../src/engine/palette.js";

const layer = (scale: boolean, ...values: [string, number][]) => ({ name: "x", scale, values: values.map(([value, count]) => ({ value, count })) });

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test("words that everybody knows keep their colour, none is grey, others differ", () => {
  const made = new Colouring(layer(false, ["", 5], ["running", 2], ["teal", 9], ["plum", 4]), false);
  assert.equal(made.colour(1), "#1a7f4b");
  assert.equal(made.colour(0), "#98a2b3");
  assert.notEqual(made.colour(2), made.colour(3));
  assert.equal(made.colour(99), "#98a2b3");
});

test("the most frequent value has the first colour, wherever it stands", () => {
  const few = new Colouring(layer(false, ["", 0], ["a", 1], ["b", 100]), false);
  const alone = new Colouring(layer(false, ["", 0], ["b", 100]), false);
  assert.equal(few.colour(2), alone.colour(1));
});

test("a scale gets darker by steps", () => {
  const made = new Colouring(layer(true, ["", 0], ["low", 1], ["middle", 1], ["high", 1]), false);
  const lights = [1, 2, 3].map((value) => luminance(made.colour(value)));
  assert.ok(lights[0]! > lights[1]! && lights[1]! > lights[2]!);
});

test("names can be read on every colour of a layer, as strong as it is drawn", () => {
  const names = ["running", "stopped", "failed", "seen", ..."abcdefghij"];
  for (const palette of [LIGHT, DARK]) {
    const made = new Colouring(layer(false, ["", 1], ...names.map((name): [string, number] => [name, 1])), palette.dark);
    for (const colour of made.colours) {
      const ground = mixed(colour, palette.ground, 0.45);
      assert.ok(contrast(palette.label, ground) >= 4.5, `${colour} in ${palette.dark ? "dark" : "light"}`);
    }
  }
});
