/** The whole map in the corner: its containers as they lie, once for each scene, and the window as a frame. */

import { containerLook, mixed, type Palette } from "./palette.js";
import type { Bounds } from "./geometry.js";
import type { SceneNode } from "./scene.js";

export interface Overview {
  width: number;
  height: number;
  /** Boxes from the outermost inwards. */
  nodes: readonly SceneNode[];
}

const MOST_BOXES = 4000;

/** The size in CSS px that fits a scene into a corner. */
export function fitted(width: number, height: number, room: { width: number; height: number }): { width: number; height: number; scale: number } {
  const scale = Math.min(room.width / Math.max(width, 1), room.height / Math.max(height, 1));
  return { width: Math.max(24, width * scale), height: Math.max(24, height * scale), scale };
}

export function paintOverview(
  context: CanvasRenderingContext2D,
  overview: Overview,
  scale: number,
  density: number,
  palette: Palette,
  colourOf: (node: SceneNode) => string,
): void {
  context.setTransform(density, 0, 0, density, 0, 0);
  context.fillStyle = palette.ground;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  for (const node of overview.nodes.slice(0, MOST_BOXES)) {
    const [width, height] = [node.width * scale, node.height * scale];
    if (width < 1.5 && height < 1.5) continue;
    const [x, y] = [node.x * scale, node.y * scale];
    if (!node.container) {
      context.fillStyle = colourOf(node);
      context.fillRect(x, y, Math.max(1, width), Math.max(1, height));
      continue;
    }
    const look = containerLook(palette, node.role, node.kind);
    context.fillStyle = mixed(look.title, palette.ground, 0.08);
    context.fillRect(x, y, width, height);
    context.strokeStyle = mixed(look.stroke, palette.ground, 0.6);
    context.lineWidth = 0.75;
    context.strokeRect(x, y, width, height);
  }
}

/** Where the window's frame lies on the overview, in its CSS px, cut to what there is. */
export function frameOf(visible: Bounds, scale: number, width: number, height: number): Bounds {
  const within = (value: number, most: number): number => Math.max(0, Math.min(most, value * scale));
  return {
    minX: within(visible.minX, width),
    minY: within(visible.minY, height),
    maxX: within(visible.maxX, width),
    maxY: within(visible.maxY, height),
  };
}
