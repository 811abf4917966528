/** What the painters of one frame share: the surface, the view in numbers, and the ways from scene to screen. */

import type { Camera } from "./camera.js";
import { type Bounds, grown } from "./geometry.js";
import type { Glyphs } from "./glyphs.js";
import { type Detail, detailAt } from "./level_of_detail.js";
import type { Model } from "./model.js";
import type { Palette } from "./palette.js";
import type { TextFit } from "./text_fit.js";

export const FONT = '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif';

export type Context = CanvasRenderingContext2D;

export class Frame {
  readonly zoom: number;
  readonly detail: Detail;
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
  ) {
    this.zoom = camera.zoom;
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

  font(size: number, weight: number): void {
    this.context.font = `${weight} ${size}px ${FONT}`;
  }
}
