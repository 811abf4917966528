/**
 * Icons: those the server draws with where it sent them, else plain glyphs of our own by kind.
 *
 * An icon is drawn once for each size into a small canvas of its own and then copied, since filling paths for
 * some hundred boxes a frame costs more than all else together.
 */

import { isLight } from "./palette.js";

export interface GlyphPath {
  d: string;
  fill: string | null;
  stroke: string | null;
  width?: number;
}

export interface Glyph {
  viewBox: string;
  paths: GlyphPath[];
  /** The colour of the kind; it stands for the box when that is too small for an icon. */
  color: string;
  /** The colour of the square behind the paths, null for none. */
  tile: string | null;
}

export type GlyphSet = Record<string, Glyph>;

type Surface = HTMLCanvasElement | OffscreenCanvas;

const COMPUTE = "#e07514";
const NETWORK = "#7c45e0";
const STORAGE = "#5f8a14";
const DATA = "#b826c4";
const INTEGRATION = "#d6166f";
const SECURITY = "#cf2e45";
const OTHER = "#56657a";

/** Beyond this many sprites the cache starts anew; a session of zooming makes some hundred. */
const CAPACITY = 1500;

const CIRCLE = "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16z";
const GLOBE = `${CIRCLE}M4 12h16M12 4c4.6 4.8 4.6 11.2 0 16M12 4c-4.6 4.8-4.6 11.2 0 16`;
const CYLINDER = "M6 6.5c0-2.6 12-2.6 12 0v11c0 2.6-12 2.6-12 0zM6 6.5c0 2.6 12 2.6 12 0M6 12c0 2.6 12 2.6 12 0";
const HEXAGON = "M12 3.5l7.4 4.25v8.5L12 20.5l-7.4-4.25v-8.5z";
const SHIELD = "M12 3.5l7 2.5v5.5c0 4.2-2.9 7.4-7 9c-4.1-1.6-7-4.8-7-9V6z";
const LOCK = "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3";

const SHAPES: Record<string, [colour: string, path: string]> = {
  account: [OTHER, "M4 18.5v-9l8-5l8 5v9zM9.5 18.5v-5h5v5"],
  region: [OTHER, GLOBE],
  zone: [OTHER, CIRCLE],
  resource_group: [OTHER, "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z"],
  network: [NETWORK, "M9 4h6v5H9zM3.5 15h6v5h-6zM14.5 15h6v5h-6zM12 9v3M6.5 15v-3h11v3"],
  subnet: [NETWORK, "M4 5h16v14H4zM4 10h16M9.5 10v9"],
  gateway: [NETWORK, "M5 19v-7.5a7 7 0 0 1 14 0V19zM9.5 19v-6.5a2.5 2.5 0 0 1 5 0V19"],
  route_table: [NETWORK, "M4 7h11l-3-3M15 7l-3 3M20 17H9l3-3M9 17l3 3"],
  firewall: [SECURITY, SHIELD],
  network_interface: [NETWORK, "M5 6h14v9H5zM9 15v4M15 15v4M12 15v4"],
  public_address: [NETWORK, "M12 21c-4-4.6-6-7.8-6-11a6 6 0 0 1 12 0c0 3.2-2 6.4-6 11zM12 7.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4z"],
  load_balancer: [NETWORK, "M7 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM9.5 12H15M9.2 10.6L15 6.5M9.2 13.4L15 17.5M15 4.5h4v4h-4zM15 10h4v4h-4zM15 15.5h4v4h-4z"],
  target_group: [NETWORK, `${CIRCLE}M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8z`],
  cdn: [NETWORK, GLOBE],
  dns_zone: [NETWORK, `${SHIELD}M9 12h6M12 9v6`],
  api: [NETWORK, "M9 6l-5 6l5 6M15 6l5 6l-5 6M13 5l-2 14"],
  virtual_machine: [COMPUTE, "M4 5h16v11H4zM8 20h8M12 16v4"],
  scaling_group: [COMPUTE, "M8 8h8v8H8zM4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"],
  function: [COMPUTE, "M6 20L11.5 9.5M8 4h2.5L17 20h2"],
  container_cluster: [COMPUTE, `${HEXAGON}M12 3.5v17M4.6 7.75L19.4 16.25M19.4 7.75L4.6 16.25`],
  container_service: [COMPUTE, `${HEXAGON}M12 8l3.7 2.1v4.2L12 16.4l-3.7-2.1v-4.2z`],
  batch: [COMPUTE, "M5 4h14v4H5zM5 10h14v4H5zM5 16h14v4H5z"],
  disk: [STORAGE, `${CIRCLE}M12 10a2 2 0 1 0 0 4a2 2 0 1 0 0-4z`],
  bucket: [STORAGE, "M5 6.5c0-2.2 14-2.2 14 0L17.2 18c-.4 2-10 2-10.4 0zM5 6.5c0 2.2 14 2.2 14 0"],
  file_share: [STORAGE, "M4 18.5v-13h6l2 2.5h8v10.5z"],
  database: [DATA, CYLINDER],
  database_cluster: [DATA, CYLINDER],
  table: [DATA, "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14"],
  cache: [DATA, "M13.5 3L6 13.5h5L10 21l8-11h-5.5z"],
  warehouse: [DATA, "M4 19.5V9.5l8-5l8 5v10M8 19.5v-7h8v7M8 16h8"],
  analytics: [DATA, "M4 20h16M6.5 20v-6M11 20V9M15.5 20v-8M19 20V5"],
  machine_learning: [DATA, "M12 4a2 2 0 1 0 0 4a2 2 0 1 0 0-4zM6 16a2 2 0 1 0 0 4a2 2 0 1 0 0-4zM18 16a2 2 0 1 0 0 4a2 2 0 1 0 0-4zM11.2 8L7 16M12.8 8L17 16M8 18h8"],
  queue: [INTEGRATION, "M3.5 8.5h5v7h-5zM9.5 8.5h5v7h-5zM15.5 8.5h5v7h-5z"],
  topic: [INTEGRATION, "M5 10a2 2 0 1 0 0 4a2 2 0 1 0 0-4zM7 12h11M7 11l10-6M7 13l10 6M18 3.5v3M18 10.5v3M18 17.5v3"],
  stream: [INTEGRATION, "M3.5 8c3-3 5.5 3 8.5 0s5.5 3 8.5 0M3.5 13c3-3 5.5 3 8.5 0s5.5 3 8.5 0M3.5 18c3-3 5.5 3 8.5 0s5.5 3 8.5 0"],
  workflow: [INTEGRATION, "M4 4h6v5H4zM14 15h6v5h-6zM7 9v8.5h7M10 6.5h7V15"],
  identity: [SECURITY, "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM4.5 20c0-4 3.5-6 7.5-6s7.5 2 7.5 6"],
  key: [SECURITY, "M8 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM12 12h8.5v3.5M17 12v3"],
  secret: [SECURITY, LOCK],
  certificate: [SECURITY, "M12 3.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zM9 13.5L7.5 21l4.5-2.5l4.5 2.5L15 13.5"],
  alarm: [SECURITY, "M6 17v-6a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10.5 21h3"],
  other: [OTHER, `${HEXAGON}M4.6 7.75L12 12l7.4-4.25M12 12v8.5`],
};

function plain(kind: string): Glyph {
  // A kind may be called as anything: `constructor` is no shape.
  const [color, d] = (Object.hasOwn(SHAPES, kind) ? SHAPES[kind] : SHAPES["other"]) as [string, string];
  return { viewBox: "0 0 24 24", color, tile: color, paths: [{ d, fill: null, stroke: "#ffffff", width: 1.5 }] };
}

export class Glyphs {
  private readonly set = new Map<string, Glyph>();
  private readonly plain = new Map<string, Glyph>();
  private readonly sprites = new Map<string, Surface>();

  /** `surface` makes an empty canvas of so many device px, so that this file needs no document. */
  constructor(private readonly surface: (side: number) => Surface) {}

  /** Take the server's icons. Entries that are no icons are left out. */
  use(set: unknown): void {
    this.set.clear();
    this.sprites.clear();
    if (typeof set !== "object" || set === null) return;
    for (const [key, value] of Object.entries(set)) {
      const glyph = value as Partial<Glyph> | null;
      if (glyph && Array.isArray(glyph.paths) && glyph.paths.length > 0 && typeof glyph.color === "string") {
        const tile = glyph.tile === undefined ? glyph.color : glyph.tile;
        this.set.set(key, { viewBox: glyph.viewBox ?? "0 0 24 24", paths: glyph.paths, color: glyph.color, tile });
      }
    }
  }

  /** The glyph of a type where it has one of its own, else of its kind. */
  of(type: string, kind: string): Glyph {
    const sent = this.set.get(type) ?? this.set.get(kind);
    if (sent) return sent;
    const known = this.plain.get(kind) ?? plain(kind);
    this.plain.set(kind, known);
    return known;
  }

  /** The icon as a square picture of `side` device px; on a square of another colour where a layer says so. */
  sprite(type: string, kind: string, side: number, tile: string | null = null): Surface {
    // Most types share the sprite of their kind.
    const key = `${this.set.has(type) ? type : kind}|${side}|${tile ?? ""}`;
    const known = this.sprites.get(key);
    if (known) return known;
    if (this.sprites.size > CAPACITY) this.sprites.clear();
    const drawn = this.surface(side);
    const glyph = this.of(type, kind);
    paint(drawn, tile === null ? glyph : recoloured(glyph, tile), side);
    this.sprites.set(key, drawn);
    return drawn;
  }
}

/** The same lines on a square of another colour, dark ones where it is light. */
function recoloured(glyph: Glyph, tile: string): Glyph {
  const ink = isLight(tile) ? "#1b2433" : "#ffffff";
  const paths = glyph.paths.map((path) => ({ ...path, fill: path.fill && ink, stroke: path.stroke && ink }));
  return { ...glyph, paths, tile };
}

function paint(surface: Surface, glyph: Glyph, side: number): void {
  const context = surface.getContext("2d") as CanvasRenderingContext2D | null;
  if (!context) return;
  const [left = 0, top = 0, width = 24, height = 24] = glyph.viewBox.split(/[\s,]+/).map(Number);
  if (glyph.tile) {
    context.fillStyle = glyph.tile;
    context.beginPath();
    context.roundRect(0, 0, side, side, side * 0.11);
    context.fill();
  }
  // A tile with an eighth of air on each side.
  const scale = (side * 0.75) / Math.max(width, height, 1);
  context.translate((side - width * scale) / 2, (side - height * scale) / 2);
  context.scale(scale, scale);
  context.translate(-left, -top);
  context.lineJoin = "round";
  context.lineCap = "round";
  for (const path of glyph.paths) {
    const outline = new Path2D(path.d);
    if (path.fill && path.fill !== "none") {
      context.fillStyle = path.fill;
      context.fill(outline);
    }
    if (path.stroke && path.stroke !== "none") {
      context.strokeStyle = path.stroke;
      context.lineWidth = path.width ?? 1.5;
      context.stroke(outline);
    }
  }
}
