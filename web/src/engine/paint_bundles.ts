/**
 * Bundles: from afar, lines between containers that stand for all links between what is in them. Straight, the wider
 * the more links, with their number where there is room.
 */

import type { Frame } from "./frame.js";
import type { Bounds } from "./geometry.js";
import { NAME_SIZE } from "./level_of_detail.js";
import { mixed } from "./palette.js";

/** More than these at once hide what they connect; those of most links are drawn. */
const MOST_BUNDLES = 250;
const WIDEST = 5;
/** Shorter ones, in CSS px, carry no number. */
const NUMBERED_FROM = 70;
const MOST_NUMBERS = 40;
const NUMBER_SIZE = NAME_SIZE - 1;

/** Numbers of the bundles in sight, those of most links first. */
export function visibleBundles(frame: Frame): number[] {
  const { model, view, level } = frame;
  const seen: number[] = [];
  for (const number of model.bundles) {
    const { bundle, points } = model.edges[number]!;
    if (bundle === level && points.length === 2 && touches(points[0]!, points[1]!, view)) seen.push(number);
  }
  return seen.sort((a, b) => model.edges[b]!.count - model.edges[a]!.count || a - b).slice(0, MOST_BUNDLES);
}

function touches([ax, ay]: [number, number], [bx, by]: [number, number], view: Bounds): boolean {
  return Math.min(ax, bx) <= view.maxX && Math.max(ax, bx) >= view.minX && Math.min(ay, by) <= view.maxY && Math.max(ay, by) >= view.minY;
}

/** One path for each width. Those of fewest links first: the others lie over them. */
export function paintBundles(frame: Frame, numbers: readonly number[]): void {
  if (numbers.length === 0) return;
  const { context, model, palette } = frame;
  const byWidth = new Map<number, number[]>();
  for (const number of numbers) {
    const width = widthOf(model.edges[number]!.count);
    const group = byWidth.get(width);
    if (group) group.push(number);
    else byWidth.set(width, [number]);
  }
  context.strokeStyle = mixed(palette.edge, palette.ground, 0.6);
  context.lineCap = "round";
  context.setLineDash([]);
  for (const [width, group] of [...byWidth].sort((a, b) => a[0] - b[0])) {
    context.lineWidth = width;
    context.beginPath();
    for (const number of group) {
      const [from, to] = model.edges[number]!.points;
      if (!from || !to) continue;
      context.moveTo(frame.x(from[0]), frame.y(from[1]));
      context.lineTo(frame.x(to[0]), frame.y(to[1]));
    }
    context.stroke();
  }
  context.lineCap = "butt";
}

/** How many links they stand for, on pills of which none lies over another. */
export function paintBundleNumbers(frame: Frame, numbers: readonly number[]): void {
  const { context, model, palette } = frame;
  const placed: [x: number, y: number, reach: number][] = [];
  frame.font(NUMBER_SIZE, 600);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  const height = NUMBER_SIZE + 6;
  for (const number of numbers) {
    if (placed.length >= MOST_NUMBERS) break;
    const { label, label_at: at, points } = model.edges[number]!;
    const [from, to] = points;
    if (!label || !at || !from || !to || Math.hypot(to[0] - from[0], to[1] - from[1]) * frame.zoom < NUMBERED_FROM) continue;
    const [x, y] = [frame.x(at[0]), frame.y(at[1])];
    const width = Math.max(height, label.length * NUMBER_SIZE * 0.62 + 10);
    if (placed.some(([px, py, reach]) => Math.abs(px - x) < (reach + width) / 2 + 2 && Math.abs(py - y) < height + 2)) continue;
    placed.push([x, y, width]);
    context.fillStyle = palette.pillFill;
    context.strokeStyle = palette.pillStroke;
    context.beginPath();
    context.roundRect(x - width / 2, y - height / 2, width, height, height / 2);
    context.fill();
    context.stroke();
    context.fillStyle = palette.pillText;
    context.fillText(label, x, y);
  }
}

/** In steps, so that few paths are drawn: 1 for a single link, wider by half for twice as many. */
function widthOf(count: number): number {
  return Math.min(WIDEST, 1 + Math.floor(Math.log2(Math.max(1, count))) * 0.5);
}
