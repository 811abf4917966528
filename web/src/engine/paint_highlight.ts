/** What is pointed at, chosen and set apart: rings and edges, on a layer of their own above the picture. */

import type { Frame } from "./frame.js";
import { overlaps } from "./geometry.js";
import type { Hit } from "./hit_test.js";
import { paintEdges, paintPills } from "./paint_edges.js";
import { paintCards } from "./paint_leaves.js";

/** A container with thousands of links would only turn the map into one colour. */
const MOST_EDGES = 300;
/** How much of the rest still shows through when something is set apart. */
const VEIL = 0.72;

/** Ids of boxes and lines that are set apart from all else. */
export interface Lit {
  nodes: readonly string[];
  edges: ReadonlySet<string>;
}

export function paintHighlight(frame: Frame, chosen: number, hovered: Hit | null, lit: Lit | null): void {
  if (lit) paintLit(frame, lit);
  const edges = new Set<number>();
  const ends = new Set<number>();
  for (const number of [lit ? -1 : chosen, hovered?.what === "node" ? hovered.number : -1]) {
    if (number < 0 || (number !== chosen && frame.model.node(number).container)) continue;
    for (const edge of frame.model.edgesOf(number).subarray(0, MOST_EDGES)) {
      edges.add(edge);
      const other = frame.model.otherEnd(edge, number);
      if (other >= 0) ends.add(other);
    }
  }
  if (hovered?.what === "edge") {
    edges.add(hovered.number);
    for (const end of frame.model.ends.subarray(hovered.number * 2, hovered.number * 2 + 2)) if (end >= 0) ends.add(end);
  }
  const { accent } = frame.palette;
  if (edges.size > 0) {
    paintEdges(frame, [...edges], 2.25, accent);
    paintPills(frame, [...edges], accent);
  }
  for (const end of ends) ring(frame, end, 1.5, 0.85);
  // A container is under the pointer nearly everywhere: a ring around it would be noise.
  if (hovered?.what === "node" && !frame.model.node(hovered.number).container) ring(frame, hovered.number, 2, 1);
  if (chosen >= 0) {
    ring(frame, chosen, 6, 0.22, 3);
    ring(frame, chosen, 2.5, 1);
  }
}

/** A veil over the picture, and above it only what hangs together. */
function paintLit(frame: Frame, lit: Lit): void {
  const { context, model, palette, view, detail } = frame;
  context.globalAlpha = VEIL;
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.globalAlpha = 1;
  const edges = [...model.edges.keys()].filter((edge) => lit.edges.has(model.edges[edge]!.id));
  paintEdges(frame, edges, 2.25, palette.accent);
  const seen = lit.nodes.map((id) => model.numberOf(id)).filter((number) => number >= 0 && overlaps(model.boundsOf(number), view));
  const cards = seen.filter((number) => !model.node(number).container && model.node(number).height >= detail.flatBelow);
  if (cards.length > 0) paintCards(frame, cards);
  for (const number of seen) ring(frame, number, 2, 1);
}

function ring(frame: Frame, number: number, width: number, alpha: number, outside = 0): void {
  const { context, model, palette } = frame;
  const node = model.node(number);
  const x = frame.snapX(node.x) - outside;
  const y = frame.snapY(node.y) - outside;
  const right = frame.snapX(node.x + node.width) + outside;
  const bottom = frame.snapY(node.y + node.height) + outside;
  context.globalAlpha = alpha;
  context.strokeStyle = palette.accent;
  context.lineWidth = width;
  context.beginPath();
  context.roundRect(x, y, Math.max(right - x, 3), Math.max(bottom - y, 3), Math.min(frame.px(5) + outside, 9));
  context.stroke();
  context.globalAlpha = 1;
}
