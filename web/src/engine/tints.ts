/** Colours for far-off views: one for each leaf, and patches that stand for several leaves of one container. */

import type { Colouring } from "./colouring.js";
import type { Glyphs } from "./glyphs.js";
import type { Model } from "./model.js";
import { mixed } from "./palette.js";
import { SpatialIndex, hilbert } from "./spatial_index.js";

/** How strongly a patch is coloured: a quarter, a half, three quarters and all of it covered by boxes. */
const STRENGTHS = [0.35, 0.55, 0.72, 0.85];
const FLAT_STRENGTH = 0.8;
/** Shades of one colour: the strengths, and the flat box as the last. */
export const SHADES = STRENGTHS.length + 1;
const FLAT = STRENGTHS.length;
const MOST_IN_PATCH = 16;

export class Tints {
  private readonly colours: string[] = [];
  private readonly ofLeaf: Uint8Array;
  private readonly shades = new Map<string, string>();
  private made: Patches | null = null;

  constructor(
    private readonly model: Model,
    glyphs: Glyphs,
    colouring: Colouring | null = null,
  ) {
    const numbers = new Map<string, number>();
    this.ofLeaf = new Uint8Array(model.leaves.size);
    for (let item = 0; item < this.ofLeaf.length; item++) {
      const node = model.node(model.leaf(item));
      const colour = colouring && node.paint ? colouring.colour(node.paint[0]) : glyphs.of(node.type, node.kind).color;
      let number = numbers.get(colour);
      if (number === undefined) {
        number = Math.min(this.colours.length, 40);
        if (number === this.colours.length) this.colours.push(colour);
        numbers.set(colour, number);
      }
      this.ofLeaf[item] = number;
    }
  }

  /** The shade of a single leaf. */
  leaf(item: number): number {
    return this.ofLeaf[item]! * SHADES + FLAT;
  }

  /** Made when they are first needed: most scenes are never seen from so far. */
  get patches(): Patches {
    this.made ??= new Patches(this.model, this.ofLeaf);
    return this.made;
  }

  /** The colour of a shade on a ground, as #rrggbb. */
  colour(shade: number, ground: string): string {
    const key = `${shade}/${ground}`;
    let colour = this.shades.get(key);
    if (colour === undefined) {
      const share = STRENGTHS[shade % SHADES] ?? FLAT_STRENGTH;
      colour = mixed(this.colours[Math.floor(shade / SHADES)] ?? "#64748b", ground, share);
      this.shades.set(key, colour);
    }
    return colour;
  }
}

/**
 * Up to sixteen neighbours of one container as one box in the colour that covers most of it. Patches do not
 * reach over a container's border, so that the structure stays in sight from afar.
 */
export class Patches {
  readonly index: SpatialIndex;
  /** A shade for each position of the index, groups of patches included. */
  readonly shades: number[];

  constructor(model: Model, colours: Uint8Array) {
    const order = byContainer(model);
    const boxes: number[] = [];
    /** Covered area × 64 + colour, for each patch. */
    const values: number[] = [];
    for (let start = 0; start < order.length; ) {
      const parent = model.parents[model.leaf(order[start]!)]!;
      let end = start;
      let box = model.boundsOf(model.leaf(order[start]!));
      const inside: number[] = [];
      for (; end < order.length && end - start < MOST_IN_PATCH; end++) {
        const number = model.leaf(order[end]!);
        if (model.parents[number] !== parent) break;
        const { x, y, width, height } = model.node(number);
        box = {
          minX: Math.min(box.minX, x),
          minY: Math.min(box.minY, y),
          maxX: Math.max(box.maxX, x + width),
          maxY: Math.max(box.maxY, y + height),
        };
        inside.push(Math.round(width * height) * 64 + colours[order[end]!]!);
      }
      boxes.push(box.minX, box.minY, box.maxX, box.maxY);
      values.push(strongest(inside));
      start = end;
    }
    this.index = new SpatialIndex(Float64Array.from(boxes));
    const all = this.index.summarise<number>((patch) => values[patch]!, strongest);
    this.shades = all.map((value, position) => {
      const box = this.index.boxAt(position);
      const area = Math.max(1, (box.maxX - box.minX) * (box.maxY - box.minY));
      const covered = Math.floor(value / 64) / area;
      return (value % 64) * SHADES + Math.min(STRENGTHS.length - 1, Math.floor(covered * STRENGTHS.length));
    });
  }
}

/** Items of the leaves, those of one container together, and neighbours there next to each other. */
function byContainer(model: Model): Uint32Array {
  const { minX, minY, maxX, maxY } = model.world;
  const scale = 65_535 / Math.max(maxX - minX, maxY - minY);
  const keys = new Float64Array(model.leaves.size);
  for (let item = 0; item < keys.length; item++) {
    const number = model.leaf(item);
    const { x, y } = model.node(number);
    const place = hilbert(Math.floor((x - minX) * scale), Math.floor((y - minY) * scale));
    keys[item] = (model.parents[number]! + 1) * 2 ** 32 + place;
  }
  return Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
}

/** All the area, with the colour that has most of it. */
function strongest(values: readonly number[]): number {
  let area = 0;
  const byColour = new Map<number, number>();
  for (const value of values) {
    const covered = Math.floor(value / 64);
    area += covered;
    byColour.set(value % 64, (byColour.get(value % 64) ?? 0) + covered);
  }
  let best = 0;
  let most = -1;
  for (const [colour, covered] of byColour) {
    if (covered > most) [best, most] = [colour, covered];
  }
  return area * 64 + best;
}
