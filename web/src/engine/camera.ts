/**
 * Where we look from: the scene point at the top left of the viewport, and the zoom.
 *
 * screen = (scene − origin) × zoom, in CSS px; device pixels are the painter's affair.
 */

import { type Bounds, type Point, clamp } from "./geometry.js";

/** A place that can be kept, put into an address and flown to: the scene point in the middle, and the zoom. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** A box is then some 300 px wide: more shows nothing more. */
const CLOSEST = 2.5;
/** How much of the picture stays in sight however far it is dragged, in CSS px. */
const KEPT_IN_SIGHT = 80;

export class Camera {
  originX = 0;
  originY = 0;
  zoom = 1;
  width = 1;
  height = 1;
  private world: Bounds = { minX: 0, minY: 0, maxX: 1, maxY: 1 };

  /** The extent of the scene, which limits how far out and how far away one can go. */
  setWorld(world: Bounds): void {
    this.world = world;
  }

  /** A new size of the viewport in CSS px. What was in the middle stays in the middle. */
  resize(width: number, height: number): void {
    const view = this.view();
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.look(view);
  }

  view(): View {
    return {
      x: this.originX + this.width / 2 / this.zoom,
      y: this.originY + this.height / 2 / this.zoom,
      zoom: this.zoom,
    };
  }

  look(view: View): void {
    this.zoom = clamp(view.zoom, this.farthest(), CLOSEST);
    this.originX = view.x - this.width / 2 / this.zoom;
    this.originY = view.y - this.height / 2 / this.zoom;
    this.keepInSight();
  }

  toScreen(x: number, y: number): Point {
    return { x: (x - this.originX) * this.zoom, y: (y - this.originY) * this.zoom };
  }

  toScene(x: number, y: number): Point {
    return { x: x / this.zoom + this.originX, y: y / this.zoom + this.originY };
  }

  visible(): Bounds {
    return {
      minX: this.originX,
      minY: this.originY,
      maxX: this.originX + this.width / this.zoom,
      maxY: this.originY + this.height / this.zoom,
    };
  }

  /** Move the picture by CSS px, as a dragging hand does. */
  panBy(dx: number, dy: number): void {
    this.originX -= dx / this.zoom;
    this.originY -= dy / this.zoom;
    this.keepInSight();
  }

  /** Zoom by a factor so that the scene point under (x, y), in CSS px, stays where it is. */
  zoomAt(x: number, y: number, factor: number): void {
    const fixed = this.toScene(x, y);
    this.zoom = clamp(this.zoom * factor, this.farthest(), CLOSEST);
    this.originX = fixed.x - x / this.zoom;
    this.originY = fixed.y - y / this.zoom;
    this.keepInSight();
  }

  /** The view that shows all of `bounds` with `padding` CSS px around it, and no larger than `closest`. */
  viewOf(bounds: Bounds, padding = 24, closest = 1.25): View {
    const width = Math.max(1, bounds.maxX - bounds.minX);
    const height = Math.max(1, bounds.maxY - bounds.minY);
    const zoom = Math.min(
      Math.max(1, this.width - 2 * padding) / width,
      Math.max(1, this.height - 2 * padding) / height,
      closest,
    );
    return { x: (bounds.minX + bounds.maxX) / 2, y: (bounds.minY + bounds.maxY) / 2, zoom };
  }

  private farthest(): number {
    // Toolbar and panel may leave a third of a phone's screen, and all of the map has to fit there.
    const whole = this.viewOf(this.world, 0).zoom;
    return Math.min(0.5, whole * 0.3);
  }

  private keepInSight(): void {
    const kept = KEPT_IN_SIGHT / this.zoom;
    const { minX, minY, maxX, maxY } = this.world;
    this.originX = clamp(this.originX, minX - this.width / this.zoom + kept, maxX - kept);
    this.originY = clamp(this.originY, minY - this.height / this.zoom + kept, maxY - kept);
  }
}

/**
 * A place on the way from one view to another, `t` from 0 to 1.
 *
 * The zoom moves in its logarithm, so that each step is the same factor, and the middle moves so that the
 * target grows out of its place on the screen, as when one zooms with the wheel over it.
 */
export function between(from: View, to: View, t: number): View {
  if (t <= 0) return from;
  if (t >= 1) return to;
  const eased = t * t * (3 - 2 * t);
  const zoom = Math.exp(Math.log(from.zoom) * (1 - eased) + Math.log(to.zoom) * eased);
  const ratio = to.zoom / from.zoom;
  // With a change of zoom the middle must run ahead in scene units; without one this is the plain mean.
  const along = Math.abs(ratio - 1) < 1e-6 ? eased : (1 / from.zoom - 1 / zoom) / (1 / from.zoom - 1 / to.zoom);
  return { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along, zoom };
}
