/** Containers: a quiet border, a tint where the palette has one, and a title that stays readable far out. */

import type { Frame } from "./frame.js";
import { NAMED_CONTAINER, NAMED_SIZE } from "./level_of_detail.js";
import { SUBLABEL_SIZE, TITLE_BASELINE, TITLE_GAP, TITLE_LEFT, TITLE_SIZE } from "./measures.js";
import { containerLook } from "./palette.js";

const RADIUS = 6;
/** More titles than this at once is noise. */
const MOST_NAMES = 120;

export function visibleContainers(frame: Frame): number[] {
  const { model, view, detail } = frame;
  const seen: number[] = [];
  model.containers.survey(
    view,
    detail.smallestContainer,
    (item) => {
      const number = model.container(item);
      const node = model.node(number);
      if (node.width >= detail.smallestContainer || node.height >= detail.smallestContainer) seen.push(number);
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
    const large = width > 24 && height > 16;
    if (look.fill) {
      context.fillStyle = look.fill;
      if (large) {
        context.beginPath();
        context.roundRect(x, y, width, height, radius);
        context.fill();
      } else context.fillRect(x, y, width, height);
    }
    context.strokeStyle = changeColour(frame, node.change) ?? look.stroke;
    context.lineWidth = Math.max(0.75, Math.min(look.width * Math.max(frame.zoom, 0.6), 2.5));
    if (!large) {
      context.strokeRect(x, y, width, height);
      continue;
    }
    context.setLineDash(look.dash.map((part) => part * Math.max(0.6, Math.min(frame.zoom, 1.5))));
    context.beginPath();
    context.roundRect(x, y, width, height, radius);
    context.stroke();
    context.setLineDash([]);
  }
}

/** Titles at their own size, or, where that is too small to read, as names on the larger containers. */
export function paintTitles(frame: Frame, numbers: readonly number[]): void {
  if (frame.detail.titles) paintOwnTitles(frame, numbers);
  else paintNames(frame, numbers);
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
    const title = frame.text.fit(node.label, room, TITLE_SIZE, 600);
    context.fillStyle = containerLook(palette, node.role, node.kind).title;
    frame.font(frame.px(TITLE_SIZE), 600);
    context.fillText(title, frame.x(node.x + TITLE_LEFT), y);
    if (!node.sublabel) continue;
    const used = context.measureText(title).width / frame.zoom + TITLE_GAP;
    const rest = frame.text.fit(node.sublabel, room - used, SUBLABEL_SIZE, 400);
    if (rest === "") continue;
    frame.font(frame.px(SUBLABEL_SIZE), 400);
    context.fillText(rest, frame.x(node.x + TITLE_LEFT + used), y);
  }
}

/** Like names on a street map: outer containers first, and none over another. */
function paintNames(frame: Frame, numbers: readonly number[]): void {
  const { context, model, palette } = frame;
  frame.font(NAMED_SIZE, 600);
  context.textAlign = "left";
  context.textBaseline = "middle";
  const placed: [x: number, y: number, right: number, bottom: number][] = [];
  for (const number of numbers) {
    if (placed.length >= MOST_NAMES) break;
    const node = model.node(number);
    const width = frame.px(node.width);
    if (width < NAMED_CONTAINER || frame.px(node.height) < NAMED_SIZE * 2.5) continue;
    const room = Math.min(width - 16, 260);
    const title = frame.text.fit(titleOf(node.label, node.sublabel), room, NAMED_SIZE, 600);
    if (title === "") continue;
    const x = frame.x(node.x) + 5;
    const y = frame.y(node.y) + 4;
    const right = x + Math.min(context.measureText(title).width, room) + 8;
    const bottom = y + NAMED_SIZE + 6;
    if (placed.some((other) => x < other[2] && right > other[0] && y < other[3] && bottom > other[1])) continue;
    placed.push([x, y, right, bottom]);
    const look = containerLook(palette, node.role, node.kind);
    context.globalAlpha = 0.86;
    context.fillStyle = look.fill ?? palette.ground;
    context.fillRect(x, y, right - x, bottom - y);
    context.globalAlpha = 1;
    context.fillStyle = look.title;
    context.fillText(title, x + 4, (y + bottom) / 2 + 0.5);
  }
}

function titleOf(label: string, sublabel: string): string {
  return sublabel ? `${label} ${sublabel}` : label;
}

export function changeColour(frame: Frame, change: string | null): string | null {
  const { added, removed, changed } = frame.palette;
  if (change === "added") return added;
  if (change === "removed") return removed;
  return change === "changed" ? changed : null;
}
