/** Leaves: a card with icon and two lines near by, a coloured box farther out, patches of colour far out. */

import type { Frame } from "./frame.js";
import type { Bounds } from "./geometry.js";
import type { Glyphs } from "./glyphs.js";
import {
  ICON,
  ICON_TOP,
  LABEL_BASELINE,
  LABEL_SIZE,
  LEAF_PADDING,
  STACK_OFFSET,
  STACK_SHEETS,
  SUBLABEL_BASELINE,
  SUBLABEL_SIZE,
} from "./measures.js";
import type { Model } from "./model.js";
import { changeColour } from "./paint_containers.js";
import { mixed } from "./palette.js";
import type { SceneNode } from "./scene.js";

const RADIUS = 6;
const SIDE_ROOM = 2 * LEAF_PADDING;
const MARK_SIZE = 10;
/** How strongly a patch is coloured: a quarter, a half, three quarters and all of it covered by boxes. */
const STRENGTHS = [0.3, 0.5, 0.7, 0.85];
const FLAT_STRENGTH = 0.8;

/** Colours for far-off views: one number for each leaf, and one value for each group of the index. */
export class Tints {
  private readonly colours: string[] = [];
  private readonly ofLeaf: Uint8Array;
  /** For each position of the index: covered area × 256 + number of the colour that covers most. */
  private readonly groups: number[];
  private readonly shades = new Map<string, string[]>();

  constructor(model: Model, glyphs: Glyphs) {
    const numbers = new Map<string, number>();
    this.ofLeaf = new Uint8Array(model.leaves.size);
    for (let item = 0; item < this.ofLeaf.length; item++) {
      const node = model.node(model.leaf(item));
      const colour = glyphs.of(node.icon, node.kind).color;
      let number = numbers.get(colour);
      if (number === undefined) {
        number = Math.min(this.colours.length, 255);
        if (number === this.colours.length) this.colours.push(colour);
        numbers.set(colour, number);
      }
      this.ofLeaf[item] = number;
    }
    this.groups = model.leaves.summarise(
      (item) => {
        const node = model.node(model.leaf(item));
        return Math.round(node.width * node.height) * 256 + this.ofLeaf[item]!;
      },
      (children) => strongest(children),
    );
  }

  leaf(item: number): number {
    return this.ofLeaf[item]!;
  }

  /** The colour and the strength (0 to 3) of a group whose box is `bounds`. */
  group(position: number, bounds: Bounds): { colour: number; strength: number } {
    const value = this.groups[position]!;
    const area = Math.max(1, (bounds.maxX - bounds.minX) * (bounds.maxY - bounds.minY));
    const strength = Math.min(3, Math.floor((Math.floor(value / 256) / area) * 4));
    return { colour: value % 256, strength };
  }

  /** The four strengths of a colour on a ground, and the flat box as the fifth. */
  shadesOf(colour: number, ground: string): string[] {
    const key = `${colour}/${ground}`;
    let shades = this.shades.get(key);
    if (!shades) {
      const base = this.colours[colour] ?? "#64748b";
      shades = [...STRENGTHS, FLAT_STRENGTH].map((share) => mixed(base, ground, share));
      this.shades.set(key, shades);
    }
    return shades;
  }

  get count(): number {
    return this.colours.length;
  }
}

function strongest(children: readonly number[]): number {
  let area = 0;
  const byColour = new Map<number, number>();
  for (const child of children) {
    const covered = Math.floor(child / 256);
    area += covered;
    byColour.set(child % 256, (byColour.get(child % 256) ?? 0) + covered);
  }
  let best = 0;
  let most = -1;
  for (const [colour, covered] of byColour) {
    if (covered > most) [best, most] = [colour, covered];
  }
  return area * 256 + best;
}

export function paintLeaves(frame: Frame, tints: Tints): void {
  const { model, detail, view } = frame;
  const cards: number[] = [];
  /** x, y, width, height on the screen, four numbers a box, in one list for each shade. */
  const flat: (number[] | undefined)[] = [];
  const keep = (shade: number, minX: number, minY: number, maxX: number, maxY: number): void => {
    const x = frame.snapX(minX);
    const y = frame.snapY(minY);
    const least = 1 / frame.density;
    const list = (flat[shade] ??= []);
    list.push(x, y, Math.max(frame.snapX(maxX) - x, least), Math.max(frame.snapY(maxY) - y, least));
  };
  model.leaves.survey(
    view,
    detail.patch,
    (item) => {
      const number = model.leaf(item);
      const node = model.node(number);
      if (node.height >= detail.flatBelow) cards.push(number);
      else keep(tints.leaf(item) * 5 + 4, node.x, node.y, node.x + node.width, node.y + node.height);
    },
    (position) => {
      const box = model.leaves.boxAt(position);
      const { colour, strength } = tints.group(position, box);
      keep(colour * 5 + strength, box.minX, box.minY, box.maxX, box.maxY);
    },
  );
  paintFlat(frame, tints, flat);
  if (cards.length > 0) paintCards(frame, cards);
}

function paintFlat(frame: Frame, tints: Tints, flat: readonly (number[] | undefined)[]): void {
  const { context, palette } = frame;
  flat.forEach((list, shade) => {
    if (!list) return;
    context.fillStyle = tints.shadesOf(Math.floor(shade / 5), palette.ground)[shade % 5] as string;
    for (let at = 0; at < list.length; at += 4) context.fillRect(list[at]!, list[at + 1]!, list[at + 2]!, list[at + 3]!);
  });
}

function paintCards(frame: Frame, numbers: readonly number[]): void {
  const { context, model, palette, detail } = frame;
  const radius = Math.min(frame.px(RADIUS), 8);
  context.lineWidth = Math.max(0.75, Math.min(frame.zoom, 1.5));
  for (const number of numbers) {
    const node = model.node(number);
    if (node.count > 1) {
      for (let sheet = STACK_SHEETS; sheet > 0; sheet--) card(frame, node, sheet * STACK_OFFSET, radius);
    }
    card(frame, node, 0, radius);
  }
  for (const number of numbers) icon(frame, model.node(number));
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  if (detail.labels) {
    frame.font(frame.px(LABEL_SIZE), 600);
    context.fillStyle = palette.label;
    for (const number of numbers) {
      const node = model.node(number);
      const label = frame.text.fit(node.label, node.width - SIDE_ROOM, LABEL_SIZE, 600);
      context.fillText(label, frame.x(node.x + node.width / 2), frame.y(node.y + LABEL_BASELINE));
    }
  }
  if (detail.sublabels) {
    frame.font(frame.px(SUBLABEL_SIZE), 400);
    context.fillStyle = palette.sublabel;
    for (const number of numbers) {
      const node = model.node(number);
      if (!node.sublabel) continue;
      const label = frame.text.fit(node.sublabel, node.width - SIDE_ROOM, SUBLABEL_SIZE, 400);
      context.fillText(label, frame.x(node.x + node.width / 2), frame.y(node.y + SUBLABEL_BASELINE));
    }
  }
  for (const number of numbers) {
    const node = model.node(number);
    if (node.count > 1) countMark(frame, node);
  }
}

function card(frame: Frame, node: SceneNode, offset: number, radius: number): void {
  const { context, palette } = frame;
  const half = 0.5 / frame.density;
  const x = frame.snapX(node.x + offset) + half;
  const y = frame.snapY(node.y - offset) + half;
  const width = frame.snapX(node.x + offset + node.width) + half - x;
  const height = frame.snapY(node.y - offset + node.height) + half - y;
  context.fillStyle = palette.leafFill;
  const change = changeColour(frame, node.change);
  context.strokeStyle = change ?? palette.leafStroke;
  const plain = context.lineWidth;
  if (change) context.lineWidth = plain * 2;
  context.beginPath();
  if (radius < 2) context.rect(x, y, width, height);
  else context.roundRect(x, y, width, height, radius);
  context.fill();
  context.stroke();
  context.lineWidth = plain;
}

function icon(frame: Frame, node: SceneNode): void {
  const { context, density, detail } = frame;
  // Without text the icon has the box for itself.
  const side = detail.labels ? ICON : Math.min(node.width, node.height) * 0.72;
  const top = detail.labels ? ICON_TOP : (node.height - side) / 2;
  const devicePx = Math.max(2, Math.round(frame.px(side) * density));
  const sprite = frame.glyphs.sprite(node.icon, node.kind, devicePx);
  const shown = devicePx / density;
  const x = Math.round((frame.x(node.x + node.width / 2) - shown / 2) * density) / density;
  context.drawImage(sprite as CanvasImageSource, x, frame.snapY(node.y + top), shown, shown);
}

function countMark(frame: Frame, node: SceneNode): void {
  const { context, palette } = frame;
  const size = frame.px(MARK_SIZE);
  if (size < 5.5) return;
  const label = `×${node.count}`;
  frame.font(size, 700);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const width = context.measureText(label).width + size * 0.9;
  const height = size * 1.5;
  const x = frame.x(node.x + node.width + STACK_OFFSET) - width / 2;
  const y = frame.y(node.y - STACK_OFFSET * STACK_SHEETS) - height / 4;
  context.fillStyle = palette.markFill;
  context.beginPath();
  context.roundRect(x, y, width, height, height / 2);
  context.fill();
  context.fillStyle = palette.markText;
  context.fillText(label, x + width / 2, y + height / 2 + size * 0.04);
}
