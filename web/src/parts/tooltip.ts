/** The whole name of what the pointer is on, and what it is; the boxes show names only as far as they fit. */

import type { MapEngine } from "../engine/engine.js";
import type { Hit } from "../engine/hit_test.js";
import { OPENS } from "../engine/level_of_detail.js";
import type { SceneNode } from "../engine/scene.js";
import { count, humanKind, money, words } from "../texts.js";
import { type Child, el, fill, foreign } from "./element.js";

const { map: texts } = words;
const GAP = 10;

export class Tooltip {
  readonly element = el("div", { class: "tooltip", "aria-hidden": "true", hidden: true });

  show(engine: MapEngine, hit: Hit | null): void {
    if (!hit || !engine.model) return this.hide();
    const lines = hit.what === "node" ? nodeLines(engine, hit.number) : edgeLines(engine, hit.number);
    if (lines.length === 0) return this.hide();
    fill(this.element, ...lines);
    this.element.hidden = false;
    this.place(engine, hit);
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** Under the box where there is room, else above it; for a line beside its middle. */
  private place(engine: MapEngine, hit: Hit): void {
    const { camera, model } = engine;
    const { width, height } = this.element.getBoundingClientRect();
    let x: number;
    let top: number;
    let bottom: number;
    if (hit.what === "node") {
      const bounds = model!.boundsOf(hit.number);
      x = camera.toScreen((bounds.minX + bounds.maxX) / 2, 0).x;
      top = camera.toScreen(0, bounds.minY).y;
      bottom = camera.toScreen(0, bounds.maxY).y;
    } else {
      const { points } = model!.edges[hit.number]!;
      const [px, py] = points[Math.floor(points.length / 2)]!;
      const at = camera.toScreen(px, py);
      [x, top, bottom] = [at.x, at.y, at.y];
    }
    const below = bottom + GAP + height < camera.height;
    const y = below ? bottom + GAP : top - GAP - height;
    const left = Math.max(8, Math.min(camera.width - width - 8, x - width / 2));
    this.element.style.setProperty("transform", `translate(${Math.round(left)}px, ${Math.round(Math.max(8, y))}px)`);
  }
}

function nodeLines(engine: MapEngine, number: number): Child[] {
  const node = engine.model!.node(number);
  if (node.container) return closedLines(engine, node);
  const links = engine.model!.edgesOf(number).length;
  const what = [humanKind(node.kind), node.count > 1 ? texts.stackOf(count(node.count)) : ""].filter(Boolean).join(" · ");
  const more = [
    node.cost_monthly === null ? "" : texts.costs(money(node.cost_monthly, engine.model!.document.summary.currency)),
    links > 0 ? texts.linkCount(count(links)) : "",
  ].filter(Boolean);
  return [
    el("strong", {}, foreign(node.label)),
    node.sublabel ? el("div", {}, foreign(node.sublabel)) : null,
    el("div", { class: "quiet" }, [what, ...more].join(" · ")),
  ];
}

/** A closed container stands for what is in it; an open one fills the view, and its title says it all. */
function closedLines(engine: MapEngine, node: SceneNode): Child[] {
  const { inside } = node;
  if (!engine.model!.partial || !inside || inside.largest * engine.camera.zoom >= OPENS) return [];
  const more = [
    texts.holds(count(inside.resources)),
    inside.cost_monthly === null ? "" : texts.costs(money(inside.cost_monthly, engine.model!.document.summary.currency)),
  ].filter(Boolean);
  return [el("strong", {}, foreign(node.title || node.label)), el("div", { class: "quiet" }, more.join(" · "))];
}

function edgeLines(engine: MapEngine, number: number): Child[] {
  const edge = engine.model!.edges[number]!;
  const name = (id: string): string => {
    const at = engine.model!.numberOf(id);
    return at < 0 ? id : engine.model!.node(at).label;
  };
  if (edge.bundle !== undefined) {
    return [
      el("strong", {}, foreign(name(edge.source)), " → ", foreign(name(edge.target))),
      el("div", { class: "quiet" }, texts.between(count(edge.count)), edge.kind ? ` · ${humanKind(edge.kind)}` : ""),
    ];
  }
  const what = [humanKind(edge.kind), edge.count > 1 ? texts.linkCount(count(edge.count)) : ""].filter(Boolean).join(" · ");
  return [
    el("strong", {}, foreign(name(edge.source)), " → ", foreign(name(edge.target))),
    edge.label ? el("div", {}, foreign(edge.label)) : null,
    el("div", { class: "quiet" }, what),
  ];
}
