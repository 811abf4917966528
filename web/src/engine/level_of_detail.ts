/**
 * What is worth drawing at which zoom. One place for every threshold, all in CSS px on the screen.
 */

import { LABEL_SIZE, PILL_SIZE, SUBLABEL_SIZE, TITLE_SIZE } from "./measures.js";

/** Below this no text can be read. */
const LEGIBLE = 6.5;
/** A box lower than this shows a flat colour instead of its outline and icon. */
const FLAT_BELOW = 13;
/**
 * Boxes narrower than this are drawn as patches, up to sixteen neighbours in one: drawing each of 100,000 costs
 * 150,000 rectangles a frame, and nobody can tell them apart.
 */
const PATCH_BELOW = 5;
/** Patches whose whole neighbourhood is smaller than this are drawn as one. */
const SPECK = 5;
/** An edge that is shorter than this shows nothing. */
const SHORTEST_EDGE = 9;
/** A container smaller than this is not worth its outline. */
const SMALLEST_CONTAINER = 12;
/**
 * Where the scene's own title size is too small to read, names are still written into the header line of a
 * container as long as that line is at least this high …
 */
export const LOWEST_HEADER = 6.5;
/** … in letters of these sizes … */
export const NAME_SIZE = 11;
export const SMALLEST_NAME = 8.5;
/** … on containers at least this wide. */
export const NAMED_WIDTH = 48;
/** Farther out only containers of at least this size carry a name, on a ground of its own. */
export const SIGN_WIDTH = 170;
export const SIGN_HEIGHT = 50;

/** In a window of a larger map a container is closed until what is in it would be this large. As the server has it. */
export const OPENS = 20;
/** A closed container of this size carries its name, its count, and a strip of the kinds in it. */
export const CLOSED_NAMED_WIDTH = 46;
export const CLOSED_NAMED_HEIGHT = 15;
export const CLOSED_COUNTED_HEIGHT = 30;
export const CLOSED_STRIP_WIDTH = 16;

export interface Detail {
  labels: boolean;
  sublabels: boolean;
  titles: boolean;
  pills: boolean;
  arrows: boolean;
  /** Boxes narrower than this, in CSS px, are drawn as patches. */
  patchBelow: number;
  /** Groups of patches smaller than this, in scene px, are drawn as one. */
  speck: number;
  /** Leaves lower than this, in scene px, are flat. */
  flatBelow: number;
  shortestEdge: number;
  smallestContainer: number;
}

export function detailAt(zoom: number): Detail {
  return {
    labels: LABEL_SIZE * zoom >= LEGIBLE,
    sublabels: SUBLABEL_SIZE * zoom >= LEGIBLE,
    titles: TITLE_SIZE * zoom >= LEGIBLE,
    pills: PILL_SIZE * zoom >= LEGIBLE,
    arrows: zoom >= 0.3,
    patchBelow: PATCH_BELOW,
    speck: SPECK / zoom,
    flatBelow: FLAT_BELOW / zoom,
    shortestEdge: SHORTEST_EDGE / zoom,
    smallestContainer: SMALLEST_CONTAINER / zoom,
  };
}
