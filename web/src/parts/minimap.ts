/** The whole map in the corner. Press or drag on it to look elsewhere. */

import type { MapEngine } from "../engine/engine.js";
import { type Overview, fitted, frameOf, paintOverview } from "../engine/minimap.js";
import { type Palette, mixed } from "../engine/palette.js";
import { el } from "./element.js";

const ROOM = { width: 190, height: 130 };

export class Minimap {
  readonly element: HTMLElement;
  private readonly canvas = el("canvas", {});
  private readonly frame = el("div", { class: "minimap-frame" });
  private overview: Overview | null = null;
  private scale = 1;
  private size = { width: 1, height: 1 };

  constructor(
    private readonly engine: MapEngine,
    private readonly palette: () => Palette,
  ) {
    // Those who use keys have the arrow keys and the outline; to them this says nothing new.
    this.element = el("div", { class: "minimap", hidden: true, "aria-hidden": "true" }, this.canvas, this.frame);
    this.element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.element.setPointerCapture(event.pointerId);
      this.lookAt(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) this.lookAt(event);
    });
  }

  show(overview: Overview): void {
    this.overview = overview;
    const { width, height, scale } = fitted(overview.width, overview.height, ROOM);
    this.scale = scale;
    this.size = { width, height };
    this.element.style.setProperty("width", `${width}px`);
    this.element.style.setProperty("height", `${height}px`);
    this.element.hidden = false;
    this.paint();
    this.follow();
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** Draw it in the colours of now. */
  paint(): void {
    if (!this.overview) return;
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.size.width * density);
    this.canvas.height = Math.round(this.size.height * density);
    const context = this.canvas.getContext("2d");
    const palette = this.palette();
    if (context) paintOverview(context, this.overview, this.scale, density, palette, () => mixed(palette.edge, palette.ground, 0.4));
  }

  /** Put the frame where the window is. */
  follow(): void {
    if (this.element.hidden) return;
    const box = frameOf(this.engine.camera.visible(), this.scale, this.size.width, this.size.height);
    const { style } = this.frame;
    style.setProperty("transform", `translate(${box.minX.toFixed(1)}px, ${box.minY.toFixed(1)}px)`);
    style.setProperty("width", `${Math.max(6, box.maxX - box.minX).toFixed(1)}px`);
    style.setProperty("height", `${Math.max(6, box.maxY - box.minY).toFixed(1)}px`);
  }

  private lookAt(event: PointerEvent): void {
    const box = this.element.getBoundingClientRect();
    const view = this.engine.camera.view();
    this.engine.look({ ...view, x: (event.clientX - box.left) / this.scale, y: (event.clientY - box.top) / this.scale });
  }
}
