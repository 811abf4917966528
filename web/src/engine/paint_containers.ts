/** Containers: a quiet border, a tint where the palette has one, and a title that stays readable far out. */

import type { Frame } from "./frame.js";
import { LOWEST_HEADER, NAMED_WIDTH, NAME_SIZE, OPENS, SIGN_HEIGHT, SIGN_WIDTH, SMALLEST_NAME } from "./level_of_detail.js";
import { HEADER, SUBLABEL_SIZE, TITLE_BASELINE, TITLE_GAP, TITLE_LEFT, TITLE_SIZE } from "./measures.js";
import { containerLook, mixed } from "./palette.js";

const RADIUS = 6;
/** A corner rounder than this, in CSS px, is seen as round. */
const ROUND_FROM = 2;
/** Borders of smaller containers, in CSS px, are drawn faintly, or from afar there is nothing but borders. */
const FAINT_BELOW = 90;
/** A dashed border on less than this, in CSS px, is seen as a grey one. */
const DASHED_FROM = 64;
/** More signs than this at once are noise. */
const MOST_SIGNS = 80;

export function visibleContainers(frame: Frame): number[] {
  const { model, view, detail } = frame;
  const seen: number[] = [];
  // In a window of a larger map smaller ones come and go with the tiles.
  const smallest = model.partial ? OPENS / frame.zoom : detail.smallestContainer;
  model.containers.survey(
    view,
    smallest,
    (item) => {
      const number = model.container(item);
      const node = model.node(number);
      if (node.width >= smallest || node.height >= smallest) seen.push(number);
    },
    () => undefined,
  );
  return seen.sort((a, b) => a - b);
}

export function paintContainers(frame: Frame, numbers: readonly number[]): void {
  const { context, model, palette } = frame;
  const radius = Math.min(frame.px(RADIUS), 6);
  for (const number of numbers) {
    const node = model.node(number);
    const look = containerLook(palette, node.role, node.kind);
    const x = frame.snapX(node.x);
    const y = frame.snapY(node.y);
    const width = frame.snapX(node.x + node.width) - x;
    const height = frame.snapY(node.y + node.height) - y;
    const ground = groundOf(frame, number);
    const stroke = changeColour(frame, node.change) ?? look.stroke;
    const plain = radius < ROUND_FROM || width < 24 || height < 16;
    if (plain && (look.dash.length === 0 || width < DASHED_FROM)) {
      const faint = width < FAINT_BELOW ? mixed(stroke, ground, 0.5) : stroke;
      frame.bordered(x, y, width, height, 1 / frame.density, faint, ground);
      continue;
    }
    context.beginPath();
    if (plain) context.rect(x, y, width, height);
    else context.roundRect(x, y, width, height, radius);
    if (look.fill) {
      context.fillStyle = look.fill;
      context.fill();
    }
    context.strokeStyle = stroke;
    context.lineWidth = Math.max(0.75, Math.min(look.width * Math.max(frame.zoom, 0.6), 2.5));
    context.setLineDash(look.dash.map((part) => part * Math.max(0.6, Math.min(frame.zoom, 1.5))));
    context.stroke();
    context.setLineDash([]);
  }
}

/** Where a name stands on the screen. */
export type Sign = readonly [x: number, y: number, right: number, bottom: number];

/**
 * Titles at their own size; farther out as names in the header line; still farther as signs on large containers.
 * Returns where signs stand, which have a ground of their own: nothing else is written there.
 */
export function paintTitles(frame: Frame, numbers: readonly number[]): readonly Sign[] {
  if (!frame.detail.titles && frame.px(HEADER) < LOWEST_HEADER) return paintSigns(frame, numbers);
  if (frame.detail.titles) paintOwnTitles(frame, numbers);
  else paintNames(frame, numbers);
  return [];
}

function paintOwnTitles(frame: Frame, numbers: readonly number[]): void {
  const { context, model, palette, view } = frame;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  for (const number of numbers) {
    const node = model.node(number);
    if (node.y + TITLE_BASELINE < view.minY || node.y > view.maxY) continue;
    const room = node.width - 2 * TITLE_LEFT;
    const y = frame.y(node.y + TITLE_BASELINE);
    const x = frame.x(node.x + TITLE_LEFT);
    const title = frame.text.fit(node.label, room, TITLE_SIZE, 600);
    frame.font(frame.px(TITLE_SIZE), 600);
    const used = context.measureText(title).width / frame.zoom;
    const rest = node.sublabel ? frame.text.fit(node.sublabel, room - used - TITLE_GAP, SUBLABEL_SIZE, 400) : "";
    // A patch of the ground, so that no line runs through the letters.
    const wide = used + (rest ? TITLE_GAP + frame.text.width(rest, SUBLABEL_SIZE, 400) : 0);
    context.fillStyle = groundOf(frame, number);
    context.fillRect(x - frame.px(4), y - frame.px(13), frame.px(Math.min(wide, room) + 8), frame.px(18));
    context.fillStyle = containerLook(palette, node.role, node.kind).title;
    context.fillText(title, x, y);
    if (rest === "") continue;
    frame.font(frame.px(SUBLABEL_SIZE), 400);
    context.fillText(rest, x + frame.px(used + TITLE_GAP), y);
  }
}

function paintNames(frame: Frame, numbers: readonly number[]): void {
  const { context, model, palette } = frame;
  const size = Math.max(SMALLEST_NAME, Math.min(NAME_SIZE, frame.px(HEADER) * 0.8));
  frame.font(size, 600);
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const number of numbers) {
    const node = model.node(number);
    const width = frame.px(node.width);
    if (width < NAMED_WIDTH) continue;
    context.fillStyle = containerLook(palette, node.role, node.kind).title;
    // Room and size in whole steps, or each step of a zoom would measure all texts anew.
    const title = frame.text.fit(node.label, Math.floor((width - 8) / 8) * 8 * (NAME_SIZE / size), NAME_SIZE, 600);
    context.fillText(title, frame.x(node.x) + 5, frame.y(node.y) + Math.max(frame.px(HEADER) / 2, size / 2 + 2));
  }
}

/** Like names on a street map: outer containers first, and none over another. */
function paintSigns(frame: Frame, numbers: readonly number[]): readonly Sign[] {
  const { context, model, palette } = frame;
  frame.font(NAME_SIZE, 600);
  context.textAlign = "left";
  context.textBaseline = "middle";
  const placed: Sign[] = [];
  for (const number of numbers) {
    if (placed.length >= MOST_SIGNS) break;
    const node = model.node(number);
    const width = frame.px(node.width);
    if (width < SIGN_WIDTH || frame.px(node.height) < SIGN_HEIGHT) continue;
    const room = Math.min(Math.floor((width - 20) / 8) * 8, 260);
    const title = frame.text.fit(titleOf(node.label, node.sublabel), room, NAME_SIZE, 600);
    if (title === "") continue;
    const x = frame.x(node.x) + 4;
    const y = frame.y(node.y) + 4;
    const right = x + context.measureText(title).width + 10;
    const bottom = y + NAME_SIZE + 7;
    if (placed.some((other) => x < other[2] && right > other[0] && y < other[3] && bottom > other[1])) continue;
    placed.push([x, y, right, bottom]);
    const look = containerLook(palette, node.role, node.kind);
    context.globalAlpha = 0.9;
    context.fillStyle = look.fill ?? palette.ground;
    context.beginPath();
    context.roundRect(x, y, right - x, bottom - y, 3);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = look.title;
    context.fillText(title, x + 5, (y + bottom) / 2 + 0.5);
  }
  return placed;
}

function titleOf(label: string, sublabel: string): string {
  return sublabel ? `${label} ${sublabel}` : label;
}

/** The fill of a container, or what shows through it: the fill of the nearest container around it that has one. */
function groundOf(frame: Frame, number: number): string {
  const { model, palette } = frame;
  for (let at = number; at >= 0; at = model.parents[at] as number) {
    const node = model.node(at);
    const { fill } = containerLook(palette, node.role, node.kind);
    if (fill) return fill;
  }
  return palette.ground;
}

export function changeColour(frame: Frame, change: string | null): string | null {
  const { added, removed, changed } = frame.palette;
  if (change === "added") return added;
  if (change === "removed") return removed;
  return change === "changed" ? changed : null;
}
