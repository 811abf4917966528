/**
 * What is worth drawing at which zoom. One place for every threshold, all in CSS px on the screen.
 */

import { LABEL_SIZE, PILL_SIZE, SUBLABEL_SIZE, TITLE_SIZE } from "./measures.js";

/** Below this no text can be read. */
const LEGIBLE = 6.5;
/** A box lower than this shows a flat colour instead of its outline and icon. */
const FLAT_BELOW = 13;
/** Boxes whose whole neighbourhood is smaller than this are drawn as one patch. */
const PATCH = 7;
/** An edge that is shorter than this shows nothing. */
const SHORTEST_EDGE = 9;
/** A container smaller than this is not worth its outline. */
const SMALLEST_CONTAINER = 5;
/** A container that is wider than this carries a title even when the scene's own title size is too small. */
export const NAMED_CONTAINER = 110;
/** The size of such a title. */
export const NAMED_SIZE = 11;

export interface Detail {
  labels: boolean;
  sublabels: boolean;
  titles: boolean;
  pills: boolean;
  arrows: boolean;
  /** A patch is as large as this, in scene px. */
  patch: number;
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
    patch: PATCH / zoom,
    flatBelow: FLAT_BELOW / zoom,
    shortestEdge: SHORTEST_EDGE / zoom,
    smallestContainer: SMALLEST_CONTAINER / zoom,
  };
}
