/**
 * The map: two canvases over each other, a camera, a model, and a frame drawn only when something changed.
 *
 * The lower canvas holds the picture, the upper one what is pointed at and chosen, so that moving the pointer
 * over a hundred thousand boxes redraws a few rings. Knows no framework and no document: canvases and the
 * clock come from outside.
 */

import { Camera, type View, between } from "./camera.js";
import { Colouring, type Layer } from "./colouring.js";
import { type Context, FONT, Frame } from "./frame.js";
import type { Bounds } from "./geometry.js";
import { Glyphs } from "./glyphs.js";
import { type Direction, type Hit, containerAt, hitTest, nextLeaf } from "./hit_test.js";
import { detailAt } from "./level_of_detail.js";
import { Model } from "./model.js";
import { paintBundleNumbers, paintBundles, visibleBundles } from "./paint_bundles.js";
import { isClosed, paintClosed, paintClosedTexts } from "./paint_closed.js";
import { paintContainers, paintTitles, visibleContainers } from "./paint_containers.js";
import { byLength, paintEdges, paintPills, visibleEdges } from "./paint_edges.js";
import { type Lit, paintHighlight } from "./paint_highlight.js";
import { paintLeaves } from "./paint_leaves.js";
import { LIGHT, type Palette } from "./palette.js";
import type { SceneDocument } from "./scene.js";
import { TextFit } from "./text_fit.js";
import { Tints } from "./tints.js";

/** How near to a line the pointer must be, in CSS px. */
const REACH = 6;
const FLIGHT_MS = 420;
/** So long after the last step of the camera, in ms, the picture is drawn once more and sharp. */
const REST_MS = 120;

export interface Surroundings {
  /** An empty canvas with that many device px a side, for icons. */
  surface(side: number): HTMLCanvasElement | OffscreenCanvas;
  requestFrame(callback: (now: number) => void): number;
  cancelFrame(handle: number): void;
  later(callback: () => void, ms: number): number;
  cancelLater(handle: number): void;
  now(): number;
  /** False where somebody asked for less motion; flights then arrive at once. */
  motion(): boolean;
}

export interface Listeners {
  /** Another thing is under the pointer, or none. */
  hovered?: (hit: Hit | null) => void;
  /** Somebody clicked: a thing, or bare ground. */
  picked?: (hit: Hit | null) => void;
  /** The camera stands elsewhere. Called once a frame at most. */
  moved?: (view: View) => void;
}

export class MapEngine {
  readonly camera = new Camera();
  model: Model | null = null;
  chosen = -1;
  hovered: Hit | null = null;
  /** What is set apart from all else: what hangs together with the chosen box, or a way between two. */
  lit: Lit | null = null;
  /** How long the last drawing of the picture took, in ms, for benchmarks. */
  lastPaint = 0;
  /** Parts of the canvas that something else covers, in CSS px: fitting and flying keep clear of them. */
  inset = { top: 0, right: 0, bottom: 0 };
  private readonly base: Context;
  private readonly over: Context;
  private readonly glyphs: Glyphs;
  private readonly text: TextFit;
  private palette: Palette = LIGHT;
  private density = 1;
  private longestFirst: Uint32Array = new Uint32Array();
  private tints: Tints | null = null;
  private pictureStale = false;
  private highlightStale = false;
  private frame = 0;
  private flight: { from: View; to: View; start: number } | null = null;
  private reported: View | null = null;
  private layer: Layer | null = null;
  private colouring: Colouring | null = null;
  /** Numbers of the lines in the picture: of a large map there are others too, between what is too small. */
  private drawn: ReadonlySet<number> = new Set();
  private movedAt = -Infinity;
  private resting = 0;
  private isOverlayBare = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly overlay: HTMLCanvasElement,
    private readonly around: Surroundings,
    private readonly listeners: Listeners = {},
  ) {
    this.base = canvas.getContext("2d", { alpha: false }) as Context;
    this.over = overlay.getContext("2d") as Context;
    this.glyphs = new Glyphs((side) => around.surface(side));
    // Measured on the overlay: its font is set anew before each text anyway.
    this.text = new TextFit((text, size, weight) => {
      this.over.font = `${weight} ${size}px ${FONT}`;
      return this.over.measureText(text).width;
    });
  }

  /** Show a scene. The view is kept where the scene has the same extent, else all of it is shown. */
  show(document: SceneDocument, view: View | null = null): void {
    this.model = new Model(document);
    this.longestFirst = byLength(this.model.edges);
    this.tints = null;
    this.drawn = new Set();
    this.hovered = null;
    this.chosen = -1;
    this.lit = null;
    this.flight = null;
    this.camera.setWorld(this.model.world);
    if (view) this.camera.look(view);
    else this.camera.look(this.besideInset(this.model.world, 24));
    this.invalidate();
  }

  /** Stand where all of a world, or a view of it, can be seen, before any of its boxes are here. */
  frameAll(world: Bounds, view: View | null): void {
    this.camera.setWorld(world);
    this.camera.look(view ?? this.besideInset(world, 24));
  }

  /** The same scene with more or less of it here: camera, choice and colours stay. */
  refresh(document: SceneDocument): void {
    const chosen = this.model && this.chosen >= 0 ? this.model.node(this.chosen).id : null;
    this.model = new Model(document);
    this.longestFirst = byLength(this.model.edges);
    this.tints = null;
    this.drawn = new Set();
    this.hovered = null;
    this.chosen = this.model.numberOf(chosen);
    this.invalidate();
  }

  /** Colour boxes by a layer; null for the colours of their kinds. */
  setLayer(layer: Layer | null): void {
    this.layer = layer;
    this.recolour();
  }

  get legend(): Colouring | null {
    return this.colouring;
  }

  /** Set some boxes and lines apart, or nothing. */
  setApart(lit: Lit | null): void {
    this.lit = lit;
    this.highlightStale = true;
    this.schedule();
  }

  /** Show nothing. */
  clear(): void {
    this.model = null;
    this.lit = null;
    this.hovered = null;
    this.chosen = -1;
    this.flight = null;
    this.invalidate();
  }

  /** The server's icons; see `Glyphs.use`. */
  setIcons(icons: unknown): void {
    this.glyphs.use(icons);
    this.tints = null;
    this.invalidate();
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.recolour();
  }

  /** A font arrived: widths are other than they were. */
  fontsChanged(): void {
    this.text.clear();
    this.invalidate();
  }

  /** The size of the map in CSS px and the device px a CSS px. */
  resize(width: number, height: number, density: number): void {
    this.density = density;
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.max(1, Math.round(width * density));
      canvas.height = Math.max(1, Math.round(height * density));
    }
    this.camera.resize(width, height);
    this.isOverlayBare = false;
    // A canvas is emptied by its new size: fill it now and not a frame later, or it flickers.
    this.pictureStale = this.highlightStale = true;
    this.draw(this.around.now());
  }

  panBy(dx: number, dy: number): void {
    this.flight = null;
    this.camera.panBy(dx, dy);
    this.invalidate();
  }

  zoomAt(x: number, y: number, factor: number): void {
    this.flight = null;
    this.camera.zoomAt(x, y, factor);
    this.invalidate();
  }

  /** Zoom around the middle, as a button does. */
  zoomBy(factor: number): void {
    const to = { ...this.camera.view() };
    to.zoom = (this.flight?.to.zoom ?? to.zoom) * factor;
    this.flyTo(to);
  }

  private recolour(): void {
    this.colouring = this.layer ? new Colouring(this.layer, this.palette.dark) : null;
    this.tints = null;
    this.invalidate();
  }

  fit(): void {
    if (this.model) this.flyTo(this.besideInset(this.model.world, 24));
  }

  /** Whether all of the map is in sight as `fit` shows it, so that it can be fitted anew when there is other room. */
  get isFitted(): boolean {
    if (!this.model) return false;
    const [now, whole] = [this.camera.view(), this.besideInset(this.model.world, 24)];
    const apart = Math.hypot(now.x - whole.x, now.y - whole.y) * whole.zoom;
    return apart < 2 && Math.abs(now.zoom / whole.zoom - 1) < 0.01;
  }

  /** The same at once, without a flight. */
  showAll(): void {
    if (this.model) this.look(this.besideInset(this.model.world, 24));
  }

  look(view: View): void {
    this.flight = null;
    this.camera.look(view);
    this.invalidate();
  }

  flyTo(view: View): void {
    if (!this.around.motion()) return this.look(view);
    // The camera knows its limits: ask it where the flight really ends.
    const from = this.camera.view();
    this.camera.look(view);
    const to = this.camera.view();
    this.camera.look(from);
    this.flight = { from, to, start: this.around.now() };
    this.schedule();
  }

  /** Bring a node into the middle, near enough to read it. */
  flyToNode(number: number): void {
    if (!this.model) return;
    this.flyTo(this.besideInset(this.model.boundsOf(number), this.model.node(number).container ? 60 : 24));
  }

  /** Bring a part of the scene into the middle, whether its boxes are here or not. */
  flyToBounds(bounds: Bounds, padding = 24): void {
    this.flyTo(this.besideInset(bounds, padding));
  }

  /** Move as little as needed to have a node in sight, and near enough to read it. */
  bringIntoView(number: number): void {
    if (!this.model) return;
    const bounds = this.model.boundsOf(number);
    const { zoom, width, height } = this.camera;
    const from = this.camera.toScreen(bounds.minX, bounds.minY);
    const to = this.camera.toScreen(bounds.maxX, bounds.maxY);
    const inSight = from.x >= 0 && from.y >= this.inset.top && to.x <= width - this.inset.right && to.y <= height - this.inset.bottom;
    if (!inSight || !detailAt(zoom).labels) this.flyToNode(number);
  }

  choose(number: number): void {
    this.chosen = number;
    this.highlightStale = true;
    this.schedule();
  }

  /** The leaf next to the chosen one, or to the middle of the view when none is chosen. */
  neighbour(direction: Direction): number {
    if (!this.model) return -1;
    if (this.chosen >= 0) return nextLeaf(this.model, this.chosen, direction);
    return this.leafNearMiddle();
  }

  hover(x: number, y: number): void {
    this.setHovered(this.hitAt(x, y));
  }

  leave(): void {
    this.setHovered(null);
  }

  pick(x: number, y: number): void {
    this.listeners.picked?.(this.hitAt(x, y));
  }

  hitAt(x: number, y: number): Hit | null {
    if (!this.model) return null;
    const point = this.camera.toScene(x, y);
    return hitTest(this.model, point.x, point.y, REACH / this.camera.zoom, this.model.partial ? this.drawn : null);
  }

  /** Names of the containers around the middle of the view, outermost first. */
  whereabouts(): string[] {
    if (!this.model) return [];
    const view = this.camera.view();
    const inner = containerAt(this.model, view.x, view.y);
    if (inner < 0) return [];
    return [...this.model.path(inner), inner].map((number) => this.model!.node(number).label);
  }

  destroy(): void {
    this.around.cancelFrame(this.frame);
    this.around.cancelLater(this.resting);
    this.frame = 0;
    this.model = null;
  }

  /** Draw at once whatever is stale; the loop calls it, and benchmarks do. */
  draw(now: number): void {
    if (this.flight) {
      const t = (now - this.flight.start) / FLIGHT_MS;
      this.camera.look(between(this.flight.from, this.flight.to, t));
      if (t >= 1) this.flight = null;
      this.pictureStale = this.highlightStale = true;
    }
    if (this.pictureStale) this.paintPicture();
    if (this.highlightStale) this.paintOverlay();
    this.pictureStale = this.highlightStale = false;
    this.report();
    if (this.flight) this.schedule();
  }

  /** Everything has to be drawn again. */
  invalidate(): void {
    this.pictureStale = this.highlightStale = true;
    this.schedule();
  }

  /** The view of some bounds in the part of the canvas that nothing covers. */
  private besideInset(bounds: Bounds, padding: number): View {
    const { top, right, bottom } = this.inset;
    const free = new Camera();
    free.width = Math.max(1, this.camera.width - right);
    free.height = Math.max(1, this.camera.height - top - bottom);
    const view = free.viewOf(bounds, padding);
    return { x: view.x + right / 2 / view.zoom, y: view.y + (bottom - top) / 2 / view.zoom, zoom: view.zoom };
  }

  private leafNearMiddle(): number {
    const model = this.model as Model;
    const view = this.camera.view();
    const visible: Bounds = this.camera.visible();
    let best = -1;
    let least = Infinity;
    model.leaves.search(visible, (item) => {
      const node = model.node(model.leaf(item));
      const distance = Math.hypot(node.x + node.width / 2 - view.x, node.y + node.height / 2 - view.y);
      if (distance < least) [least, best] = [distance, model.leaf(item)];
    });
    return best;
  }

  private setHovered(hit: Hit | null): void {
    if (hit?.what === this.hovered?.what && hit?.number === this.hovered?.number) return;
    this.hovered = hit;
    this.highlightStale = true;
    this.schedule();
    this.listeners.hovered?.(hit);
  }

  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = this.around.requestFrame((now) => {
      this.frame = 0;
      this.draw(now);
    });
  }

  private paintPicture(): void {
    const start = this.around.now();
    this.base.setTransform(1, 0, 0, 1, 0, 0);
    this.base.fillStyle = this.palette.ground;
    this.base.fillRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.model) return;
    this.tints ??= new Tints(this.model, this.glyphs, this.colouring);
    const frame = this.frameOn(this.base, this.model);
    const all = visibleContainers(frame);
    const closed = this.model.partial ? all.filter((number) => isClosed(frame, number)) : [];
    const containers = closed.length > 0 ? all.filter((number) => !isClosed(frame, number)) : all;
    const edges = visibleEdges(frame, this.longestFirst);
    paintContainers(frame, containers);
    if (closed.length > 0) paintClosed(frame, closed);
    const bundles = visibleBundles(frame);
    paintBundles(frame, bundles);
    paintEdges(frame, edges, Math.max(0.75, Math.min(1.5 * frame.zoom, 2)));
    paintLeaves(frame, this.tints);
    const signs = paintTitles(frame, containers);
    if (closed.length > 0) paintClosedTexts(frame, closed, signs);
    paintPills(frame, edges);
    paintBundleNumbers(frame, bundles);
    this.drawn = new Set([...edges, ...bundles]);
    this.lastPaint = this.around.now() - start;
  }

  private paintOverlay(): void {
    const isBare = !this.model || (this.chosen < 0 && !this.hovered && !this.lit);
    // A canvas that is cleared is sent to the screen as a whole: with nothing on it before and after, it is left alone.
    if (isBare && this.isOverlayBare) return;
    this.isOverlayBare = isBare;
    this.over.setTransform(1, 0, 0, 1, 0, 0);
    this.over.clearRect(0, 0, this.overlay.width, this.overlay.height);
    if (this.model) paintHighlight(this.frameOn(this.over, this.model), this.chosen, this.hovered, this.lit);
  }

  private frameOn(context: Context, model: Model): Frame {
    const moving = this.around.now() - this.movedAt < REST_MS;
    return new Frame(context, model, this.palette, this.glyphs, this.text, this.density, this.camera, this.colouring, moving);
  }

  /** Sprites were drawn in steps while the zoom changed; when it rests they are drawn as sharp as they can be. */
  private rest(): void {
    this.movedAt = this.around.now();
    this.around.cancelLater(this.resting);
    this.resting = this.around.later(() => this.invalidate(), REST_MS + 10);
  }

  private report(): void {
    const view = this.camera.view();
    const before = this.reported;
    if (before && before.x === view.x && before.y === view.y && before.zoom === view.zoom) return;
    this.reported = view;
    if (before && before.zoom !== view.zoom) this.rest();
    this.listeners.moved?.(view);
  }
}
