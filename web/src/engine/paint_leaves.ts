/** Leaves: a card with icon and two lines near by, a coloured box farther out, patches of colour far out. */

import type { Frame } from "./frame.js";
import { OPENS } from "./level_of_detail.js";
import {
  ICON,
  ICON_TOP,
  LABEL_BASELINE,
  LABEL_SIZE,
  LEAF_PADDING,
  MARK_HEIGHT,
  MARK_SIZE,
  STACK_REACH,
  SUBLABEL_BASELINE,
  SUBLABEL_SIZE,
} from "./measures.js";
import { changeColour } from "./paint_containers.js";
import { mixed } from "./palette.js";
import type { SceneNode } from "./scene.js";
import type { Tints } from "./tints.js";

const RADIUS = 6;
const FOLDS_SIZE = 10;
const FOLDS_BASELINE = 15;
const SIDE_ROOM = 2 * LEAF_PADDING;

export function paintLeaves(frame: Frame, tints: Tints): void {
  const { model, detail, view } = frame;
  if (!model.partial && model.leafWidth * frame.zoom < detail.patchBelow) return paintPatches(frame, tints);
  const least = model.partial ? OPENS / frame.zoom : 0;
  const cards: number[] = [];
  const flat = new FlatBoxes(frame);
  model.leaves.search(view, (item) => {
    const number = model.leaf(item);
    const node = model.node(number);
    if (Math.max(node.width, node.height) < least) return;
    if (node.height >= detail.flatBelow) cards.push(number);
    else flat.add(tints.leaf(item), node.x, node.y, node.x + node.width, node.y + node.height);
  });
  flat.paint(tints);
  if (cards.length > 0) paintCards(frame, cards);
}

function paintPatches(frame: Frame, tints: Tints): void {
  const { index, shades } = tints.patches;
  const flat = new FlatBoxes(frame);
  const add = (position: number): void => {
    const box = index.boxAt(position);
    flat.add(shades[position]!, box.minX, box.minY, box.maxX, box.maxY);
  };
  index.survey(frame.view, frame.detail.speck, (_, position) => add(position), add);
  flat.paint(tints);
}

/** Plain rectangles on the pixel grid, painted colour by colour. */
class FlatBoxes {
  /** x, y, width, height on the screen, four numbers a box, one list for each shade. */
  private readonly byShade: (number[] | undefined)[] = [];

  constructor(private readonly frame: Frame) {}

  add(shade: number, minX: number, minY: number, maxX: number, maxY: number): void {
    const { frame } = this;
    const x = frame.snapX(minX);
    const y = frame.snapY(minY);
    const least = 1 / frame.density;
    const list = (this.byShade[shade] ??= []);
    list.push(x, y, Math.max(frame.snapX(maxX) - x, least), Math.max(frame.snapY(maxY) - y, least));
  }

  paint(tints: Tints): void {
    const { context, palette } = this.frame;
    this.byShade.forEach((list, shade) => {
      if (!list) return;
      context.fillStyle = tints.colour(shade, palette.ground);
      for (let at = 0; at < list.length; at += 4) context.fillRect(list[at]!, list[at + 1]!, list[at + 2]!, list[at + 3]!);
    });
  }
}

export function paintCards(frame: Frame, numbers: readonly number[]): void {
  const { context, model, palette, detail } = frame;
  const radius = Math.min(frame.px(RADIUS), 8);
  context.lineWidth = Math.max(0.75, Math.min(frame.zoom, 1.5));
  for (const number of numbers) {
    const node = model.node(number);
    if (node.count > 1) {
      for (const reach of [STACK_REACH, STACK_REACH / 2]) card(frame, node, reach, radius);
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
  if (detail.pills) {
    // How many resources without a box belong to it: choosing the box lists them.
    frame.font(frame.px(FOLDS_SIZE), 600);
    context.fillStyle = palette.sublabel;
    context.textAlign = "right";
    for (const number of numbers) {
      const node = model.node(number);
      if (node.folds) context.fillText(`+${node.folds}`, frame.x(node.x + node.width - LEAF_PADDING / 2), frame.y(node.y + FOLDS_BASELINE));
    }
  }
  for (const number of numbers) {
    const node = model.node(number);
    if (node.count > 1) countMark(frame, node);
    if (node.change) changeMark(frame, node);
  }
}

function card(frame: Frame, node: SceneNode, offset: number, radius: number): void {
  const { context, palette } = frame;
  const half = 0.5 / frame.density;
  const x = frame.snapX(node.x + offset) + half;
  const y = frame.snapY(node.y - offset) + half;
  const width = frame.snapX(node.x + offset + node.width) + half - x;
  const height = frame.snapY(node.y - offset + node.height) + half - y;
  const layer = frame.colouring && node.paint ? frame.colouring.colour(node.paint[0]) : null;
  const fill = layer ? mixed(layer, palette.leafFill, palette.dark ? 0.38 : 0.3) : palette.leafFill;
  context.fillStyle = fill;
  const change = changeColour(frame, node.change) ?? layer;
  context.strokeStyle = change ?? palette.leafStroke;
  if (radius < 2) {
    frame.bordered(x - half, y - half, width, height, (change ? 2 : 1) / frame.density, change ?? palette.leafStroke, fill);
    return;
  }
  const plain = context.lineWidth;
  if (change) context.lineWidth = plain * 2;
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
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
  // On the move sizes go in steps: drawing seventy icons anew for each of them would cost more than all else.
  const drawn = frame.moving ? Math.ceil(devicePx / 6) * 6 : devicePx;
  const layer = frame.colouring && node.paint ? frame.colouring.colour(node.paint[0]) : null;
  const sprite = frame.glyphs.sprite(node.type, node.kind, drawn, layer);
  const shown = devicePx / density;
  const x = Math.round((frame.x(node.x + node.width / 2) - shown / 2) * density) / density;
  context.drawImage(sprite as CanvasImageSource, x, frame.snapY(node.y + top), shown, shown);
}

function countMark(frame: Frame, node: SceneNode): void {
  const { context, palette } = frame;
  const size = frame.px(MARK_SIZE);
  if (size < 5.5) return;
  const label = `×${node.count}`;
  frame.font(size, 600);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const height = frame.px(MARK_HEIGHT);
  const width = Math.max(context.measureText(label).width + frame.px(11), height);
  // On the upper right corner of the hindmost sheet.
  const x = frame.x(node.x + node.width + STACK_REACH) - width;
  const y = frame.y(node.y - STACK_REACH) - height / 2;
  context.fillStyle = palette.markFill;
  context.beginPath();
  context.roundRect(x, y, width, height, height / 2);
  context.fill();
  context.fillStyle = palette.markText;
  context.fillText(label, x + width / 2, y + height / 2 + size * 0.04);
}

const CHANGE_SIGNS: Record<string, string> = { added: "+", removed: "−", changed: "~" };

/** The round sign of a change, so that its colour is not the only messenger. */
function changeMark(frame: Frame, node: SceneNode): void {
  const { context, palette } = frame;
  const sign = CHANGE_SIGNS[node.change ?? ""];
  const radius = frame.px(9);
  if (!sign || radius < 4) return;
  const [x, y] = [frame.x(node.x), frame.y(node.y)];
  context.fillStyle = changeColour(frame, node.change) ?? palette.changed;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  frame.font(radius * 1.5, 700);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = palette.dark ? palette.ground : "#ffffff";
  context.fillText(sign, x, y);
}
