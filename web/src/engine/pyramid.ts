/**
 * Which tiles a window needs: the client's side of the server's pyramid (src/cloudviz/diagram/atlas/levels.py).
 *
 * A box is in the one tile that holds its middle, at the level at which it is first `born` px large. A window is
 * complete with the tiles of every level up to its own, each looked for a little beyond the window's edges.
 */

import type { Bounds } from "./geometry.js";

export interface Pyramid {
  width: number;
  height: number;
  /** Side of a tile in CSS px at its own level. */
  tile: number;
  /** CSS px that a box is large at the level at which it appears. */
  born: number;
  levels: number;
}

/** CSS px a scene px at a level. */
export function scaleOf(pyramid: Pyramid, level: number): number {
  return (pyramid.tile / Math.max(pyramid.width, pyramid.height, 1)) * 2 ** level;
}

/** The level whose boxes are all worth drawing at a zoom. */
export function levelAt(pyramid: Pyramid, zoom: number): number {
  const level = Math.ceil(Math.log2(zoom / scaleOf(pyramid, 0)) - 1e-6);
  return Math.max(0, Math.min(pyramid.levels - 1, level));
}

/** The innermost level whose boxes can all be seen at a zoom: its bundles stand for the lines of deeper ones. */
export function levelSeen(pyramid: Pyramid, zoom: number): number {
  const level = Math.floor(Math.log2(zoom / scaleOf(pyramid, 0)) + 1e-6);
  return Math.max(0, Math.min(pyramid.levels - 1, level));
}

/** Names of the tiles over a window, as `level.column.row`, from the outermost level inwards. */
export function tilesOver(pyramid: Pyramid, over: Bounds, zoom: number): string[] {
  const names: string[] = [];
  for (let level = 0; level <= levelAt(pyramid, zoom); level++) {
    const scale = scaleOf(pyramid, level);
    const side = pyramid.tile / scale;
    const margin = (2 * pyramid.born) / scale;
    const last = 2 ** level - 1;
    const cell = (value: number): number => Math.max(0, Math.min(last, Math.floor(value / side)));
    for (let row = cell(over.minY - margin); row <= cell(over.maxY + margin); row++) {
      for (let column = cell(over.minX - margin); column <= cell(over.maxX + margin); column++) {
        // Beyond the picture's shorter side there is nothing.
        if (column * side <= pyramid.width && row * side <= pyramid.height) names.push(`${level}.${column}.${row}`);
      }
    }
  }
  return names;
}
