/** What the signs of the picture mean: kinds with their icons, containers, lines, stacks and changes. */

import type { Glyph } from "../engine/glyphs.js";
import type { Model } from "../engine/model.js";
import { type Child, el } from "../parts/element.js";
import { count, humanKind, words } from "../texts.js";
import type { PictureData } from "./data.js";

const { viewer: texts } = words;
const SVG = "http://www.w3.org/2000/svg";
const CHANGES = ["added", "removed", "changed"] as const;

export function legendOf(model: Model, data: PictureData): HTMLElement {
  const kinds = new Map<string, number>();
  const roles = new Set<string>();
  const collapsed = new Set<string>();
  for (const node of model.nodes) {
    if (node.container) roles.add(node.role || node.kind);
    else if (node.role) collapsed.add(node.kind || node.role);
    else if (node.kind) kinds.set(node.kind, (kinds.get(node.kind) ?? 0) + node.count);
  }
  const ranked = [...kinds].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  const { palette } = data;
  const line = (dash: string, width: number, colour: string): Child =>
    svg(28, 12, stroke("M1 6h26", colour, width, dash));
  const box = (role: string): Child => {
    const look = palette.containers[role] ?? palette.containers["group"]!;
    const drawn = stroke("M1 1h26v10h-26z", look.stroke, look.width, look.dash.join(" "));
    drawn.setAttribute("fill", look.fill ?? "none");
    return svg(28, 12, drawn);
  };
  const changed = CHANGES.filter((each) => model.nodes.some((node) => node.change === each));
  const weak = data.dashed.filter((kind) => model.edges.some((edge) => edge.kind === kind));
  return el(
    "details",
    { class: "legend", open: window.innerWidth > 1100 },
    el("summary", {}, texts.legend),
    el(
      "ul",
      {},
      ...ranked.map(([kind, number]) => row(icon(data.icons[kind] ?? data.icons["other"]), `${humanKind(kind)} (${count(number)})`)),
      ...[...collapsed].map((kind) => row(icon(data.icons[kind] ?? data.icons["resource_group"]), texts.collapsed(humanKind(kind)))),
      ...[...roles].map((role) => row(box(role), humanKind(role))),
      model.edges.length > 0 && row(line("", 1.5, palette.edge), texts.line),
      weak.length > 0 && row(line("5 3.5", 1.5, palette.edgeWeak), weak.map(humanKind).join(", ")),
      model.edges.some((edge) => edge.count > 1) && row(line("", 3, palette.edge), texts.thick),
      model.nodes.some((node) => !node.container && node.count > 1) && row(el("span", { class: "count-mark" }, "×n"), texts.stack),
      ...changed.map((each) => row(svg(28, 12, stroke("M2 2h24v8h-24z", palette[each], 2.5, each === "removed" ? "5 3" : "")), humanKind(each))),
    ),
  );
}

function row(sign: Child, text: string): HTMLElement {
  return el("li", {}, el("span", { class: "sign" }, sign), text);
}

function icon(glyph: Glyph | undefined): Child {
  if (!glyph) return null;
  const parts: SVGElement[] = [];
  if (glyph.tile) {
    const tile = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ width: "36", height: "36", rx: "4", fill: glyph.tile })) tile.setAttribute(key, value);
    parts.push(tile);
  }
  const inner = document.createElementNS(SVG, "g");
  inner.setAttribute("transform", "translate(5.8 5.8) scale(1.02)");
  for (const path of glyph.paths) {
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("d", path.d);
    drawn.setAttribute("fill", path.fill ?? "none");
    drawn.setAttribute("stroke", path.stroke ?? "none");
    drawn.setAttribute("stroke-width", String(path.width ?? 1.5));
    inner.appendChild(drawn);
  }
  const made = svg(18, 18, ...parts, inner);
  made.setAttribute("viewBox", "0 0 36 36");
  return made;
}

function svg(width: number, height: number, ...children: SVGElement[]): SVGElement {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", `0 0 ${width} ${height}`);
  made.setAttribute("width", String(width));
  made.setAttribute("height", String(height));
  made.setAttribute("aria-hidden", "true");
  made.append(...children);
  return made;
}

function stroke(d: string, colour: string, width: number, dash: string): SVGElement {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", d);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", colour);
  path.setAttribute("stroke-width", String(width));
  if (dash) path.setAttribute("stroke-dasharray", dash);
  return path;
}
