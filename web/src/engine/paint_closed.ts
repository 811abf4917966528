/**
 * Closed containers: what stands for all that is in them while it would be too small to see. A filled box, the
 * fuller the more it holds, with its name, how many resources, and a strip of their kinds.
 */

import type { Frame } from "./frame.js";
import {
  CLOSED_COUNTED_HEIGHT,
  CLOSED_NAMED_HEIGHT,
  CLOSED_NAMED_WIDTH,
  CLOSED_STRIP_WIDTH,
  NAME_SIZE,
  OPENS,
} from "./level_of_detail.js";
import { type Sign, changeColour } from "./paint_containers.js";
import { containerLook, mixed } from "./palette.js";
import type { SceneNode } from "./scene.js";

const COUNT_SIZE = 10;
/** Height of the part of a closed container in which its texts stand, in CSS px. */
const TEXT_HEIGHT = 30;

/** Whether a container shows its heat and not what is in it. */
export function isClosed(frame: Frame, number: number): boolean {
  const { inside } = frame.model.node(number);
  return frame.model.partial && inside !== undefined && inside.largest * frame.zoom < OPENS;
}

export function paintClosed(frame: Frame, numbers: readonly number[]): void {
  const { model } = frame;
  for (const number of numbers) box(frame, model.node(number));
}

function box(frame: Frame, node: SceneNode): void {
  const { context, palette } = frame;
  const x = frame.snapX(node.x);
  const y = frame.snapY(node.y);
  const pixel = 1 / frame.density;
  const width = Math.max(frame.snapX(node.x + node.width) - x - pixel, 2 * pixel);
  const height = Math.max(frame.snapY(node.y + node.height) - y - pixel, 2 * pixel);
  const look = containerLook(palette, node.role, node.kind);
  const hue = frame.colouring && node.paint ? frame.colouring.colour(node.paint[0]) : look.title;
  const stroke = changeColour(frame, changed(node)) ?? mixed(hue, palette.ground, 0.65);
  frame.bordered(x, y, width, height, pixel, stroke, fillOf(frame, node));
  if (width < CLOSED_STRIP_WIDTH || height < 10 || frame.colouring) return;
  const kinds = node.inside?.kinds ?? [];
  const all = kinds.reduce((sum, [, number]) => sum + number, 0);
  const thick = height > 40 ? 4 : 2;
  let at = x + pixel;
  for (const [kind, number] of kinds) {
    const part = ((width - 2 * pixel) * number) / all;
    context.fillStyle = mixed(frame.glyphs.of("", kind).color, palette.ground, 0.85);
    context.fillRect(at, y + height - thick - pixel, part, thick);
    at += part;
  }
}

function fillOf(frame: Frame, node: SceneNode): string {
  const { colouring, palette } = frame;
  const hue = colouring && node.paint ? colouring.colour(node.paint[0]) : containerLook(palette, node.role, node.kind).title;
  return mixed(hue, palette.ground, heat(frame, node));
}

/** From a tenth for a handful of resources to nearly a half for tens of thousands, in steps. */
function heat(frame: Frame, node: SceneNode): number {
  if (frame.colouring && node.paint) return Math.round((0.16 + 0.28 * (node.paint[1] / 100)) * 20) / 20;
  const steps = Math.min(8, Math.floor(Math.log2(1 + (node.inside?.resources ?? 0)) / 2));
  return (frame.palette.dark ? 0.12 : 0.06) + steps * 0.03;
}

/** Their names and numbers, after the lines, and beside the signs of the containers around them. */
export function paintClosedTexts(frame: Frame, numbers: readonly number[], signs: readonly Sign[]): void {
  const { context, model, palette } = frame;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const named = numbers.filter((number) => {
    const node = model.node(number);
    if (frame.px(node.width) < CLOSED_NAMED_WIDTH || frame.px(node.height) < CLOSED_NAMED_HEIGHT) return false;
    const [x, y] = [frame.x(node.x), frame.y(node.y)];
    const right = x + frame.px(node.width);
    return !signs.some((sign) => x < sign[2] && right > sign[0] && y < sign[3] && y + TEXT_HEIGHT > sign[1]);
  });
  // Bundles pass through below: the texts stand on the ground of their box.
  for (const number of named) {
    const node = model.node(number);
    context.fillStyle = fillOf(frame, node);
    context.fillRect(frame.x(node.x) + 3, frame.y(node.y) + 3, frame.px(node.width) - 6, Math.min(TEXT_HEIGHT - 2, frame.px(node.height) - 6));
  }
  frame.font(NAME_SIZE, 600);
  context.fillStyle = palette.label;
  for (const number of named) {
    const node = model.node(number);
    const room = Math.floor((frame.px(node.width) - 10) / 8) * 8;
    const high = frame.px(node.height);
    const middle = high >= CLOSED_COUNTED_HEIGHT ? 11 : high / 2;
    context.fillText(frame.text.fitNumbered(ownName(node.label), room, NAME_SIZE, 600), frame.x(node.x) + 5, frame.y(node.y) + middle);
  }
  frame.font(COUNT_SIZE, 400);
  context.fillStyle = palette.sublabel;
  for (const number of named) {
    const node = model.node(number);
    if (frame.px(node.height) < CLOSED_COUNTED_HEIGHT || !node.inside) continue;
    const text = frame.text.fit(countText(node.inside.resources), Math.floor((frame.px(node.width) - 10) / 8) * 8, COUNT_SIZE, 400);
    context.fillText(text, frame.x(node.x) + 5, frame.y(node.y) + 24);
  }
}

/** "Private subnet · app-a" is called app-a where there is no room for what it is. */
function ownName(label: string): string {
  const cut = label.lastIndexOf(" · ");
  return cut < 0 ? label : label.slice(cut + 3);
}

const counts = new Map<number, string>();

function countText(value: number): string {
  let text = counts.get(value);
  if (text === undefined) counts.set(value, (text = value.toLocaleString("en-GB")));
  return text;
}

/** What happened inside, if it is all of one sort; else that something did. */
function changed(node: SceneNode): string | null {
  if (node.change) return node.change;
  const kinds = Object.keys(node.inside?.changes ?? {});
  return kinds.length === 0 ? null : kinds.length === 1 ? kinds[0]! : "changed";
}
