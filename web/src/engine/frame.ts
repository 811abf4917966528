/** What the painters of one frame share: the surface, the view in numbers, and the ways from scene to screen. */

import type { Camera } from "./camera.js";
import type { Colouring } from "./colouring.js";
import { type Bounds, grown } from "./geometry.js";
import type { Glyphs } from "./glyphs.js";
import { type Detail, detailAt } from "./level_of_detail.js";
import type { Model } from "./model.js";
import type { Palette } from "./palette.js";
import { levelSeen, scaleOf } from "./pyramid.js";
import type { TextFit } from "./text_fit.js";

export const FONT = '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif';

export type Context = CanvasRenderingContext2D;

export class Frame {
  readonly zoom: number;
  readonly detail: Detail;
  /** Of a window of a larger map: the innermost level whose boxes can all be seen, and its CSS px a scene px. */
  readonly level: number;
  readonly levelScale: number;
  /** The visible part of the scene with room for strokes and marks that stand out. */
  readonly view: Bounds;
  private readonly originX: number;
  private readonly originY: number;

  constructor(
    readonly context: Context,
    readonly model: Model,
    readonly palette: Palette,
    readonly glyphs: Glyphs,
    readonly text: TextFit,
    /** Device px a CSS px. */
    readonly density: number,
    camera: Camera,
    /** The layer by which boxes are coloured, if any. */
    readonly colouring: Colouring | null = null,
    /** Whether the camera moves just now: then sprites need not be sharp. */
    readonly moving = false,
  ) {
    this.zoom = camera.zoom;
    const { pyramid } = model.document;
    this.level = pyramid ? levelSeen(pyramid, camera.zoom) : 0;
    this.levelScale = pyramid ? Math.min(scaleOf(pyramid, this.level), camera.zoom) : camera.zoom;
    this.originX = camera.originX;
    this.originY = camera.originY;
    this.detail = detailAt(camera.zoom);
    this.view = grown(camera.visible(), 4 / camera.zoom);
    context.setTransform(density, 0, 0, density, 0, 0);
  }

  x(scene: number): number {
    return (scene - this.originX) * this.zoom;
  }

  y(scene: number): number {
    return (scene - this.originY) * this.zoom;
  }

  /** On the grid of device pixels, so that straight lines are sharp. */
  snapX(scene: number): number {
    return Math.round(this.x(scene) * this.density) / this.density;
  }

  snapY(scene: number): number {
    return Math.round(this.y(scene) * this.density) / this.density;
  }

  /** The scene's own size of something, on the screen. */
  px(scene: number): number {
    return scene * this.zoom;
  }

  /**
   * A rectangle with a border, both on the pixel grid. Filled rectangles on the grid are by far the cheapest
   * thing a canvas can draw; paths cost ten times as much, and dashed ones more.
   */
  bordered(x: number, y: number, width: number, height: number, border: number, stroke: string, fill: string): void {
    const { context } = this;
    context.fillStyle = stroke;
    context.fillRect(x, y, width, height);
    context.fillStyle = fill;
    context.fillRect(x + border, y + border, width - 2 * border, height - 2 * border);
  }

  font(size: number, weight: number): void {
    this.context.font = `${weight} ${size}px ${FONT}`;
  }
}
