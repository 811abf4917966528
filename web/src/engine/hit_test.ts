/** What lies under a point, and which box lies next in a direction. */

import { type Bounds, centreOf, contains, distanceToSegment } from "./geometry.js";
import type { Model } from "./model.js";

export interface Hit {
  what: "node" | "edge";
  number: number;
}

export type Direction = "left" | "right" | "up" | "down";

/**
 * The topmost thing at a scene point: a leaf, else an edge within `tolerance` scene px, else the innermost
 * container; null over bare ground. `drawn` are the numbers of the edges that can be hit, null for all.
 */
export function hitTest(model: Model, x: number, y: number, tolerance: number, drawn: ReadonlySet<number> | null = null): Hit | null {
  const leaf = leafAt(model, x, y);
  if (leaf >= 0) return { what: "node", number: leaf };
  const edge = edgeAt(model, x, y, tolerance, drawn);
  if (edge >= 0) return { what: "edge", number: edge };
  const container = containerAt(model, x, y);
  return container >= 0 ? { what: "node", number: container } : null;
}

export function leafAt(model: Model, x: number, y: number): number {
  let found = -1;
  model.leaves.search({ minX: x, minY: y, maxX: x, maxY: y }, (item) => {
    const number = model.leaf(item);
    if (number > found && contains(model.boundsOf(number), x, y)) found = number;
  });
  return found;
}

/** The innermost container, which is the one with the highest number (see `Model`). */
export function containerAt(model: Model, x: number, y: number): number {
  let found = -1;
  model.containers.search({ minX: x, minY: y, maxX: x, maxY: y }, (item) => {
    found = Math.max(found, model.container(item));
  });
  return found;
}

export function edgeAt(model: Model, x: number, y: number, tolerance: number, drawn: ReadonlySet<number> | null = null): number {
  let found = -1;
  let nearest = tolerance;
  const around: Bounds = { minX: x - tolerance, minY: y - tolerance, maxX: x + tolerance, maxY: y + tolerance };
  model.lines.search(around, (edge) => {
    if (drawn && !drawn.has(edge)) return;
    const points = model.edges[edge]!.points;
    for (let at = 1; at < points.length; at++) {
      const [ax, ay] = points[at - 1]!;
      const [bx, by] = points[at]!;
      const distance = distanceToSegment(x, y, ax, ay, bx, by);
      if (distance < nearest || (distance === nearest && edge > found)) {
        nearest = distance;
        found = edge;
      }
    }
  });
  return found;
}

/**
 * The leaf that a reader would call the next one in a direction: nearest, where a step aside counts double.
 * Returns −1 when there is none.
 */
export function nextLeaf(model: Model, from: number, direction: Direction): number {
  const start = centreOf(model.boundsOf(from));
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  const sideways = direction === "left" || direction === "right";
  let best = -1;
  let least = Infinity;
  const consider = (number: number): void => {
    if (number === from) return;
    const centre = centreOf(model.boundsOf(number));
    const ahead = sign * (sideways ? centre.x - start.x : centre.y - start.y);
    const aside = Math.abs(sideways ? centre.y - start.y : centre.x - start.x);
    if (ahead <= 1 || aside > ahead * 3) return;
    const distance = ahead + 2 * aside;
    if (distance < least) {
      least = distance;
      best = number;
    }
  };
  // Widen the window until something is found; the first find bounds how much farther a nearer one can be.
  const world = model.world;
  const whole = Math.max(world.maxX - world.minX, world.maxY - world.minY);
  for (let reach = 400; best < 0 && reach < whole * 4; reach *= 3) {
    const window = { minX: start.x - reach, minY: start.y - reach, maxX: start.x + reach, maxY: start.y + reach };
    model.leaves.search(window, (item) => consider(model.leaf(item)));
  }
  return best;
}
