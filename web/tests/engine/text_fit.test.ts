import assert from "node:assert/strict";
import { test } from "node:test";
import { TextFit, oneLine, shorten } from "../../src/engine/text_fit.js";

/** Each code point is ten wide. */
const ten = (text: string): number => Array.from(text).length * 10;

test("of numbered names the end is shown, of others the beginning", () => {
  const fit = new TextFit((text, size) => (text.length * 10 * size) / 11);
  assert.equal(fit.fitNumbered("subnet-0000069", 60, 11, 600), "…00069");
  assert.equal(fit.fitNumbered("subnet-0000069", 60, 11, 600), "…00069");
  assert.equal(fit.fitNumbered("production", 60, 11, 600), "produ…");
  assert.equal(fit.fitNumbered("app-1", 60, 11, 600), "app-1");
  assert.equal(fit.fitNumbered("app-1", 5, 11, 600), "");
});

test("what fits stays as it is", () => {
  assert.equal(shorten("web-1", 50, ten), "web-1");
});

test("what does not fit ends in an ellipsis and is as long as the room allows", () => {
  assert.equal(shorten("orders-database", 70, ten), "orders…");
  assert.equal(shorten("orders-database", 80, ten), "orders-…");
});

test("no room at all gives nothing", () => {
  assert.equal(shorten("web", 5, ten), "");
});

test("a pair of surrogates is not cut in two", () => {
  assert.equal(shorten("🦄🦄🦄🦄", 30, ten), "🦄🦄…");
});

test("a thousand letters are measured a few times only", () => {
  let asked = 0;
  const fitted = shorten("x".repeat(1000), 100, (text) => {
    asked++;
    return ten(text);
  });
  assert.equal(fitted, `${"x".repeat(9)}…`);
  assert.ok(asked < 12, `${asked} measurements`);
});

test("a long text is shortened even where all of it would have room", () => {
  const fitted = shorten("y".repeat(1000), 1e9, ten);
  assert.ok(fitted.length <= 161 && fitted.endsWith("…"));
});

test("line ends and control characters become one space", () => {
  assert.equal(oneLine(" a\r\n\tb\u0000c\u2028d "), "a b c d");
});

test("a plain letter is measured once, any other text as a whole, once for its room", () => {
  const asked: string[] = [];
  const text = new TextFit((part, size) => {
    asked.push(part);
    return Array.from(part).length * size;
  });
  assert.equal(text.fit("web-beb", 84, 12, 600), "web-beb");
  assert.equal(text.fit("web-beb", 83, 12, 600), "web-b…");
  assert.deepEqual(asked.sort(), ["-", "b", "e", "w", "…"]);
  asked.length = 0;
  assert.equal(text.fit("ключ", 48, 12, 600), "ключ");
  text.fit("ключ", 48, 12, 600);
  assert.deepEqual(asked, ["ключ"]);
  text.clear();
  text.fit("web", 100, 12, 600);
  assert.deepEqual(asked, ["ключ", "w", "e", "b"]);
});
