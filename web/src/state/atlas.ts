/** The map's data, window by window: opens the map, loads the tiles over what is looked at, keeps those it has. */

import type { Layer } from "../engine/colouring.js";
import { type Bounds, grown } from "../engine/geometry.js";
import { type Pyramid, levelAt, tilesOver } from "../engine/pyramid.js";
import type { SceneDocument, SceneEdge, SceneNode, SceneSummary } from "../engine/scene.js";
import { asProblem, isAbort } from "./problem.js";
import type { Query } from "./query.js";

export interface AtlasHead extends Pyramid {
  version: string;
  title: string;
  layout: string;
  theme: string;
  boxes: number;
  lines: number;
  summary: SceneSummary;
  layers: string[];
  layer: Layer | null;
}

export interface MapPart {
  nodes: SceneNode[];
  edges: SceneEdge[];
  paint?: [number, number][] | null;
  /** Of a tile, for its level only. */
  bundles?: SceneEdge[];
  more?: boolean;
}

export interface Place {
  /** The id that was meant, of several. */
  of: string;
  /** It has no box of its own: `node` is the one that it belongs to. */
  folded?: boolean;
  node: SceneNode;
  path: SceneNode[];
}

/** What the source asks of the API. */
export interface AtlasDoor {
  /** null while the map is being laid out. */
  atlas(query: Query, signal: AbortSignal): Promise<AtlasHead | null>;
  tiles(query: Query, signal: AbortSignal): Promise<{ version: string; tiles: Record<string, MapPart> }>;
  place(query: Query, signal?: AbortSignal): Promise<Place>;
}

export interface AtlasListener {
  /** Other boxes are here than before; `first` when it is another map. */
  changed(document: SceneDocument, first: boolean): void;
  /** Tiles could not be loaded. */
  failed(thrown: unknown): void;
  /** The inventory has changed since the map was opened. */
  outdated(): void;
}

/** Tiles that one request names at most; the server takes 96. */
const MOST_ASKED = 64;
const MOST_KEPT = 600;
/** So much beyond the window, as a share of it, is loaded before it is looked at. */
const AHEAD = 0.35;
/** So many levels above that of the window bring their bundles. */
const BUNDLES_BELOW = 2;
const POLL_MS = 700;
/** Tiles that come within so many ms of each other are shown together: making a model takes up to 10 ms. */
const TOGETHER_MS = 100;

export class AtlasSource {
  head: AtlasHead | null = null;
  private query: Query = {};
  private layer = "";
  private readonly kept = new Map<string, MapPart>();
  private readonly asked = new Set<string>();
  private wanted: string[] = [];
  private level = 0;
  /** What was told last: tiles by their names, for a layer and a level. */
  private told: { layer: string; level: number; names: ReadonlySet<string> } | null = null;
  private toldAt = -Infinity;
  private isDue = false;
  private pins: MapPart = { nodes: [], edges: [] };
  private stop = new AbortController();
  private first = true;

  constructor(
    private readonly door: AtlasDoor,
    private readonly listener: AtlasListener,
    private readonly pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
  ) {}

  /** Open a map. `waiting` is called when it has to be laid out first. Its tiles are asked for by `look`. */
  async open(query: Query, layer: string, waiting: () => void = () => undefined): Promise<AtlasHead> {
    this.close();
    const { signal } = this.stop;
    for (;;) {
      const head = await this.door.atlas({ ...query, layer }, signal);
      if (signal.aborted) throw new DOMException("another map was asked for", "AbortError");
      if (head) {
        this.query = { ...query, version: head.version };
        this.layer = layer;
        this.first = true;
        return (this.head = head);
      }
      waiting();
      await this.pause(POLL_MS);
    }
  }

  /** Let go of the map and of whatever is under way. */
  close(): void {
    this.stop.abort();
    this.stop = new AbortController();
    this.head = null;
    this.kept.clear();
    this.asked.clear();
    this.wanted = [];
    this.told = null;
    this.toldAt = -Infinity;
    this.isDue = false;
    this.pins = { nodes: [], edges: [] };
  }

  /** The query that names this map, for questions about it. */
  about(more: Query = {}): Query {
    return { ...this.query, ...more };
  }

  /** Load what a window shows; `zoom` in CSS px a scene px. */
  look(window: Bounds, zoom: number): void {
    if (!this.head) return;
    const ahead = Math.max(window.maxX - window.minX, window.maxY - window.minY) * AHEAD;
    this.wanted = tilesOver(this.head, grown(window, ahead), zoom);
    this.level = levelAt(this.head, zoom);
    const missing = this.wanted.filter((name) => !this.kept.has(name) && !this.asked.has(name));
    for (let start = 0; start < missing.length; start += MOST_ASKED) void this.load(missing.slice(start, start + MOST_ASKED));
    if (missing.length === 0) this.soon();
  }

  /** Keep boxes and lines here wherever one looks, in place of those that were kept so before. */
  pin(part: MapPart): void {
    this.pins = { nodes: part.nodes, edges: part.edges };
    this.told = null;
    this.compose();
  }

  /** Colour by another layer: the same tiles are asked for anew, with their colours. */
  async recolour(layer: string): Promise<Layer | null> {
    if (!this.head || layer === this.layer) return this.head?.layer ?? null;
    const { version } = this.head;
    const { version: _, ...query } = this.query;
    const head = await this.door.atlas({ ...query, layer }, this.stop.signal);
    if (!head) return null;
    if (head.version !== version) {
      this.listener.outdated();
      return null;
    }
    this.head = head;
    this.layer = layer;
    this.kept.clear();
    this.asked.clear();
    const missing = this.wanted;
    for (let start = 0; start < missing.length; start += MOST_ASKED) void this.load(missing.slice(start, start + MOST_ASKED));
    return head.layer;
  }

  private async load(names: readonly string[]): Promise<void> {
    const { signal } = this.stop;
    const { layer } = this;
    names.forEach((name) => this.asked.add(name));
    try {
      const { tiles } = await this.door.tiles(this.about({ tiles: names.join(","), layer }), signal);
      if (signal.aborted || layer !== this.layer) return;
      for (const [name, part] of Object.entries(tiles)) {
        part.paint?.forEach((paint, at) => (part.nodes[at]!.paint = paint));
        this.kept.set(name, part);
      }
      this.forget();
      this.soon();
    } catch (thrown) {
      if (isAbort(thrown) || signal.aborted) return;
      if (asProblem(thrown).status === 409) this.listener.outdated();
      else this.listener.failed(thrown);
    } finally {
      if (layer === this.layer) names.forEach((name) => this.asked.delete(name));
    }
  }

  /** Tiles that nobody looks at go, oldest first. */
  private forget(): void {
    if (this.kept.size <= MOST_KEPT) return;
    const needed = new Set(this.wanted);
    for (const name of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      if (!needed.has(name)) this.kept.delete(name);
    }
  }

  /** Whether all of it was told, and not so much besides that it would be in the way. */
  private isTold(here: readonly string[]): boolean {
    const { told } = this;
    return told !== null && told.layer === this.layer && told.level === this.level && told.names.size <= 2 * here.length + 8 && here.every((name) => told.names.has(name));
  }

  /** Tell what is here, now or together with what comes in the next moment. */
  private soon(): void {
    if (this.isDue) return;
    const wait = this.toldAt + TOGETHER_MS - Date.now();
    if (wait <= 0) return this.compose();
    this.isDue = true;
    const { signal } = this.stop;
    void this.pause(wait).then(() => {
      this.isDue = false;
      if (!signal.aborted) this.compose();
    });
  }

  /** Tell what is here, if there is anything that was not told last. */
  private compose(): void {
    if (!this.head) return;
    const here = this.wanted.filter((name) => this.kept.has(name));
    if (here.length === 0 || this.isTold(here)) return;
    this.told = { layer: this.layer, level: this.level, names: new Set(here) };
    this.toldAt = Date.now();
    const nodes = new Map<string, SceneNode>();
    const edges = new Map<string, SceneEdge>();
    for (const name of here) {
      const part = this.kept.get(name) as MapPart;
      for (const node of part.nodes) nodes.set(node.id, node);
      for (const edge of part.edges) edges.set(edge.id, edge);
      // Those of the levels about the present one: which of them is drawn changes with the zoom.
      const level = Number.parseInt(name, 10);
      if (level >= this.level - BUNDLES_BELOW) for (const edge of part.bundles ?? []) edges.set(edge.id, { ...edge, bundle: level });
    }
    for (const node of this.pins.nodes) if (!nodes.has(node.id)) nodes.set(node.id, node);
    for (const edge of this.pins.edges) edges.set(edge.id, edge);
    const { width, height, layout, theme, title, summary, levels } = this.head;
    const document: SceneDocument = {
      format: "cloudviz.scene/1", title, layout, theme, width, height, summary,
      nodes: [...nodes.values()], edges: [...edges.values()], partial: levels > 1,
    };
    if (levels > 1) document.pyramid = this.head;
    const { first } = this;
    this.first = false;
    this.listener.changed(document, first);
  }
}
