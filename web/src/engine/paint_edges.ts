/** Edges: orthogonal lines with soft corners, arrow heads, and their labels on pills. */

import type { Context, Frame } from "./frame.js";
import { type Bounds, overlaps } from "./geometry.js";
import { OPENS } from "./level_of_detail.js";
import { PILL_SIZE, STACK_REACH } from "./measures.js";
import { mixed } from "./palette.js";
import type { SceneEdge } from "./scene.js";

const CORNER = 6;
const ARROW = 8;
/** More lines than this in one frame are a grey cloud; then only the longest are drawn. */
const MOST_EDGES = 2500;
/** Skia's scan converter slows down with the number of edges in one path, so lines go in batches. */
const BATCH = 120;
const NOWHERE: [number, number] = [-1e9, -1e9];

/** Links that say how a thing is kept or protected, not who talks to whom, are dashed. */
const WEAK = new Set(["replicates", "replication", "guarded_by", "runs_as", "member_of"]);
/** Lines that stand for many links are wider, up to this. */
const WIDEST = 2;

/** Edge numbers by falling length, worked out once for a scene. */
export function byLength(edges: readonly SceneEdge[]): Uint32Array {
  const lengths = Float64Array.from(edges, (edge) => {
    let length = 0;
    for (let at = 1; at < edge.points.length; at++) {
      length += Math.abs(edge.points[at]![0] - edge.points[at - 1]![0]);
      length += Math.abs(edge.points[at]![1] - edge.points[at - 1]![1]);
    }
    return length;
  });
  return Uint32Array.from(edges.keys()).sort((a, b) => lengths[b]! - lengths[a]!);
}

export function visibleEdges(frame: Frame, longestFirst: Uint32Array): number[] {
  const { model, view, detail } = frame;
  let seen: number[] = [];
  // On a map of many thousand boxes lines between boxes that are too small to see would be all there is.
  const ends = (edge: number): boolean => !model.partial || model.edges[edge]!.bundle === undefined && (large(frame, model.ends[edge * 2]!) && large(frame, model.ends[edge * 2 + 1]!));
  model.lines.survey(view, detail.shortestEdge, (edge) => ends(edge) && seen.push(edge), () => undefined);
  if (seen.length <= MOST_EDGES) return seen;
  seen = [];
  for (const edge of longestFirst) {
    if (seen.length >= MOST_EDGES) break;
    if (ends(edge) && overlaps(extentOf(model.edges[edge]!), view)) seen.push(edge);
  }
  return seen;
}

function large(frame: Frame, number: number): boolean {
  if (number < 0) return true;
  const { width, height } = frame.model.node(number);
  // Between two levels lines change at once, so that none is drawn and counted in a bundle too.
  return Math.max(width, height) * frame.levelScale >= OPENS;
}

function extentOf(edge: SceneEdge): Bounds {
  const first = edge.points[0] ?? NOWHERE;
  const last = edge.points.at(-1) ?? NOWHERE;
  return {
    minX: Math.min(first[0], last[0]),
    minY: Math.min(first[1], last[1]),
    maxX: Math.max(first[0], last[0]),
    maxY: Math.max(first[1], last[1]),
  };
}

/** Draw lines in one colour, or, without one, in the palette's two. */
export function paintEdges(frame: Frame, numbers: readonly number[], width: number, colour: string | null = null): void {
  const { context, model, palette } = frame;
  context.lineWidth = width;
  context.lineJoin = "round";
  const weak = numbers.filter((number) => WEAK.has(model.edges[number]!.kind));
  const strong = numbers.filter((number) => !WEAK.has(model.edges[number]!.kind));
  paintLines(frame, weak, true, colour ?? palette.edgeWeak);
  if (colour) return paintLines(frame, strong, false, colour);
  // Far out lines lie close together: paler, they do not hide what they connect.
  const pale = frame.zoom < 0.4 ? mixed(palette.edge, palette.ground, 0.55) : palette.edge;
  for (const [step, group] of byCount(frame, strong)) {
    context.lineWidth = Math.min(width * (1 + step * 0.2), width * WIDEST);
    paintLines(frame, group, false, pale);
  }
}

/** Edges by the power of two of what they stand for: few groups, so that each is drawn in one go. */
function byCount(frame: Frame, numbers: readonly number[]): [step: number, numbers: number[]][] {
  const groups = new Map<number, number[]>();
  for (const number of numbers) {
    const step = Math.floor(Math.log2(Math.max(1, frame.model.edges[number]!.count)));
    const group = groups.get(step);
    if (group) group.push(number);
    else groups.set(step, [number]);
  }
  return [...groups].sort((a, b) => a[0] - b[0]);
}

function paintLines(frame: Frame, numbers: readonly number[], dashed: boolean, colour: string): void {
  const { context } = frame;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.setLineDash(dashed ? [5, 3.5] : []);
  for (let start = 0; start < numbers.length; start += BATCH) {
    context.beginPath();
    for (const number of numbers.slice(start, start + BATCH)) trace(frame, trackOf(frame, number));
    context.stroke();
  }
  context.setLineDash([]);
  if (!frame.detail.arrows) return;
  const size = ARROW * Math.max(0.7, Math.min(frame.zoom, 1.6)) * (context.lineWidth > 2 ? 1.2 : 1);
  for (let start = 0; start < numbers.length; start += BATCH) {
    context.beginPath();
    for (const number of numbers.slice(start, start + BATCH)) arrowHead(frame, trackOf(frame, number), size);
    context.fill();
  }
}

/**
 * The points of an edge; its end is pulled back to the hindmost sheet where it comes from behind a stack, whose
 * sheets reach up and to the right and would hide the arrow head.
 */
function trackOf(frame: Frame, number: number): readonly [number, number][] {
  const { model } = frame;
  const { points } = model.edges[number]!;
  const target = model.ends[number * 2 + 1] as number;
  const last = points.length - 1;
  if (target < 0 || last < 1) return points;
  const { x, y, width, height, count, container } = model.node(target);
  if (container || count < 2) return points;
  const [tipX, tipY] = points[last]!;
  const [beforeX, beforeY] = points[last - 1]!;
  if (Math.abs(tipY - y) < 1 && beforeY < y - STACK_REACH) {
    return [...points.slice(0, last), [tipX, tipY - Math.min(STACK_REACH, Math.max(tipX - x, 0))]];
  }
  if (Math.abs(tipX - x - width) < 1 && beforeX > x + width + STACK_REACH) {
    return [...points.slice(0, last), [tipX + Math.min(STACK_REACH, Math.max(y + height - tipY, 0)), tipY]];
  }
  return points;
}

function trace(frame: Frame, points: readonly [number, number][]): void {
  const { context } = frame;
  const last = points.length - 1;
  if (last < 1) return;
  const half = 0.5 / frame.density;
  const corner = frame.px(CORNER);
  context.moveTo(frame.snapX(points[0]![0]) + half, frame.snapY(points[0]![1]) + half);
  for (let at = 1; at < last; at++) {
    const x = frame.snapX(points[at]![0]) + half;
    const y = frame.snapY(points[at]![1]) + half;
    if (corner < 2) {
      context.lineTo(x, y);
      continue;
    }
    const nextX = frame.snapX(points[at + 1]![0]) + half;
    const nextY = frame.snapY(points[at + 1]![1]) + half;
    const beforeX = frame.snapX(points[at - 1]![0]) + half;
    const beforeY = frame.snapY(points[at - 1]![1]) + half;
    // No rounder than half of the shorter arm, or two corners would meet.
    const arm = Math.min(Math.hypot(x - beforeX, y - beforeY), Math.hypot(nextX - x, nextY - y)) / 2;
    context.arcTo(x, y, nextX, nextY, Math.min(corner, arm));
  }
  context.lineTo(frame.snapX(points[last]![0]) + half, frame.snapY(points[last]![1]) + half);
}

function arrowHead(frame: Frame, points: readonly [number, number][], size: number): void {
  const last = points.length - 1;
  if (last < 1) return;
  const half = 0.5 / frame.density;
  const tipX = frame.snapX(points[last]![0]) + half;
  const tipY = frame.snapY(points[last]![1]) + half;
  let at = last - 1;
  while (at > 0 && points[at]![0] === points[last]![0] && points[at]![1] === points[last]![1]) at--;
  const angle = Math.atan2(tipY - frame.y(points[at]![1]), tipX - frame.x(points[at]![0]));
  head(frame.context, tipX, tipY, angle, size);
}

function head(context: Context, x: number, y: number, angle: number, size: number): void {
  const back = size;
  const wide = size * 0.5;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  context.moveTo(x, y);
  context.lineTo(x - back * cos + wide * sin, y - back * sin - wide * cos);
  context.lineTo(x - back * cos - wide * sin, y - back * sin + wide * cos);
  context.closePath();
}

export function paintPills(frame: Frame, numbers: readonly number[], colour: string | null = null): void {
  const { context, model, palette } = frame;
  if (!frame.detail.pills) return;
  const size = frame.px(PILL_SIZE);
  frame.font(size, 500);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = Math.max(0.75, Math.min(frame.zoom, 1.25));
  for (const number of numbers) {
    const edge = model.edges[number]!;
    if (!edge.label || !edge.label_at) continue;
    const [x, y] = [frame.x(edge.label_at[0]), frame.y(edge.label_at[1])];
    const label = frame.text.fit(edge.label, 120, PILL_SIZE, 500);
    const width = context.measureText(label).width + size * 1.4;
    const height = size * 1.55;
    context.fillStyle = palette.pillFill;
    context.strokeStyle = colour ?? palette.pillStroke;
    context.beginPath();
    context.roundRect(x - width / 2, y - height / 2, width, height, height / 2);
    context.fill();
    context.stroke();
    context.fillStyle = colour ?? palette.pillText;
    context.fillText(label, x, y + size * 0.04);
  }
}
