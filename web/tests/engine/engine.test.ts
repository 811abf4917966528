/** The engine on canvases that only note what is drawn on them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MapEngine, type Surroundings } from "../../src/engine/engine.js";
import type { SceneDocument, SceneInside, SceneNode } from "../../src/engine/scene.js";
import { box, line, scene } from "./scenes.js";

interface Noted {
  name: string;
  text: string;
  fill: string;
  at: number[];
}

function canvas() {
  const drawn: Noted[] = [];
  const state: Record<string, unknown> = { fillStyle: "" };
  const context = new Proxy(state, {
    get: (held, name: string) => {
      if (name === "canvas") return surface;
      if (name === "measureText") return (text: string) => ({ width: text.length * 6 });
      if (name in held) return held[name];
      return (...given: unknown[]) => {
        const text = typeof given[0] === "string" ? given[0] : "";
        drawn.push({ name, text, fill: String(held["fillStyle"]), at: given.filter((each): each is number => typeof each === "number") });
      };
    },
  });
  const surface = { width: 1, height: 1, getContext: () => context };
  return { surface: surface as unknown as HTMLCanvasElement, drawn };
}

function engine() {
  const [base, over] = [canvas(), canvas()];
  const around: Surroundings = {
    surface: () => ({ width: 1, height: 1, getContext: () => null }) as unknown as HTMLCanvasElement,
    requestFrame: () => 1,
    cancelFrame: () => undefined,
    later: () => 1,
    cancelLater: () => undefined,
    now: () => 0,
    motion: () => false,
  };
  const made = new MapEngine(base.surface, over.surface, around);
  made.resize(1000, 800, 1);
  return { made, base: base.drawn, over: over.drawn };
}

/** A window of a larger map: an account with subnets; the machines are only here when they are asked for. */
function estate(machines: boolean): SceneDocument {
  const nodes: SceneNode[] = [box("account", 0, 0, 20_000, 16_000, { container: true, role: "account", kind: "account", inside: inside(5000, 900) })];
  for (let at = 0; at < 100; at++) {
    const [x, y] = [(at % 10) * 2000 + 40, Math.floor(at / 10) * 1600 + 60];
    nodes.push(box(`subnet-${at}`, x, y, 1800, 1400, { container: true, role: "subnet", kind: "subnet", parent: "account", inside: inside(50, 150) }));
    if (!machines) continue;
    for (let n = 0; n < 50; n++) nodes.push(box(`i-${at}-${n}`, x + 20 + (n % 10) * 170, y + 60 + Math.floor(n / 10) * 120, 150, 92, { parent: `subnet-${at}` }));
  }
  const made = scene(nodes, machines ? [line("e", "i-0-0", "i-0-1", [[200, 200], [300, 200]])] : []);
  return { ...made, partial: true };
}

const inside = (resources: number, largest: number): SceneInside => ({ resources, largest, cost_monthly: null, changes: {}, kinds: [["virtual_machine", resources]] });

test("from afar a container stands for what is in it, with its name and number", () => {
  const { made, base } = engine();
  made.show(estate(false));
  base.length = 0;
  made.look({ x: 2000, y: 1600, zoom: 0.1 });
  made.draw(0);
  const texts = base.filter((each) => each.name === "fillText").map((each) => each.text);
  assert.ok(texts.includes("subnet-1"));
  assert.ok(texts.includes("50"));
  // In its place stands the sign of the account around it.
  assert.ok(texts.includes("account") && !texts.includes("subnet-0"));
});

test("what is too small to be told apart is not drawn, though it is here", () => {
  const { made, base } = engine();
  made.show(estate(true));
  base.length = 0;
  // Machines are 15 px wide here, less than the 20 px from which on they appear.
  made.look({ x: 10_000, y: 8000, zoom: 0.1 });
  made.draw(0);
  const far = base.length;
  assert.equal(base.filter((each) => each.text.startsWith("i-")).length, 0);
  assert.ok(far < 2000, `${far} strokes for 5,100 boxes`);
  base.length = 0;
  made.look({ x: 500, y: 300, zoom: 1 });
  made.draw(0);
  assert.ok(base.some((each) => each.text === "i-0-0"));
});

test("more of the same map leaves camera and choice where they are", () => {
  const { made } = engine();
  made.show(estate(false));
  made.look({ x: 3000, y: 2000, zoom: 0.3 });
  made.choose(made.model!.numberOf("subnet-7"));
  const view = made.camera.view();
  made.refresh(estate(true));
  assert.deepEqual(made.camera.view(), view);
  assert.equal(made.model!.node(made.chosen).id, "subnet-7");
  made.refresh(scene([box("other", 0, 0, 10, 10)]));
  assert.equal(made.chosen, -1);
});

test("a layer colours boxes by their values", () => {
  const { made, base } = engine();
  const document = estate(true);
  for (const node of document.nodes) node.paint = node.id.endsWith("-0") ? [1, 100] : [2, 100];
  made.show(document);
  made.setLayer({ name: "state", scale: false, values: [{ value: "", count: 0 }, { value: "running", count: 1 }, { value: "stopped", count: 2 }] });
  made.look({ x: 900, y: 300, zoom: 0.15 });
  base.length = 0;
  made.draw(0);
  const fills = new Set(base.filter((each) => each.name === "fillRect").map((each) => each.fill));
  assert.ok(fills.has("#1a7f4b") && fills.has("#b35c00"));
});

test("what is set apart stands above a veil, in accent", () => {
  const { made, over } = engine();
  made.show(estate(true));
  made.look({ x: 500, y: 300, zoom: 1 });
  made.setApart({ nodes: ["i-0-0", "i-0-1"], edges: new Set(["e"]) });
  over.length = 0;
  made.draw(0);
  assert.equal(over.filter((each) => each.name === "fillRect" && each.at[2] === 1000).length, 1);
  assert.deepEqual(over.filter((each) => each.text.startsWith("i-")).map((each) => each.text), ["i-0-0", "i-0-1"]);
  made.setApart(null);
  over.length = 0;
  made.draw(0);
  assert.equal(over.filter((each) => each.name === "fillRect").length, 0);
});

test("of bundles those of the level in sight are drawn, with their numbers", () => {
  const { made, base } = engine();
  const document = estate(false);
  const bundle = (level: number, count: number, y: number) => ({
    ...line(`b${level}`, "subnet-0", "subnet-9", [[1840, y], [18_040, y]]), bundle: level, count, label: String(count), label_at: [9940, y] as [number, number],
  });
  const pyramid = { width: 20_480, height: 20_480, tile: 512, born: 20, levels: 6 };
  made.show({ ...document, pyramid, edges: [bundle(0, 40, 300), bundle(1, 7, 400), bundle(2, 3, 500)] });
  const numbers = (zoom: number): string[] => {
    base.length = 0;
    made.look({ x: 9900, y: 800, zoom });
    made.draw(0);
    return base.filter((each) => each.name === "fillText" && ["40", "7", "3"].includes(each.text)).map((each) => each.text);
  };
  assert.deepEqual([0.03, 0.05, 0.099].map(numbers), [["40"], ["7"], ["7"]]);
  assert.deepEqual(numbers(0.11), ["3"]);
  // What is not drawn can't be pointed at either.
  const at = made.camera.toScreen(9940, 300);
  assert.equal(made.hitAt(at.x, at.y)!.what, "node");
});
