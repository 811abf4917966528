/** The map of the estate: its data by window, its tools, and the panels at its side. The address says what is shown. */

import type { View as CameraView } from "../engine/camera.js";
import { MapEngine } from "../engine/engine.js";
import { boundsOf } from "../engine/geometry.js";
import { listen } from "../engine/gestures.js";
import type { Hit } from "../engine/hit_test.js";
import { type SceneDocument, type SceneNode, idOf } from "../engine/scene.js";
import { DownloadMenu } from "../parts/download_menu.js";
import { listenForFiles } from "../parts/drop_zone.js";
import { el, fill, iconButton, shape } from "../parts/element.js";
import { LayerMenu } from "../parts/layer_menu.js";
import { MapFooter } from "../parts/map_footer.js";
import { Stage } from "../parts/map_stage.js";
import { Minimap } from "../parts/minimap.js";
import { empty, loading, refusal } from "../parts/notice.js";
import { SavedViews } from "../parts/saved_views.js";
import { SearchBox } from "../parts/search_box.js";
import { TimeBar } from "../parts/time_bar.js";
import { OptionsPanel } from "../parts/toolbar.js";
import { Tooltip } from "../parts/tooltip.js";
import { AtlasSource, type MapPart, type Place } from "../state/atlas.js";
import { withValues } from "../state/filter.js";
import { MapDoor } from "../state/map_door.js";
import { askedOf, optionsFrom, viewFrom, viewText } from "../state/picture_options.js";
import { asProblem, isAbort } from "../state/problem.js";
import { given } from "../state/query.js";
import { type Route, hashOf } from "../state/router.js";
import { count, humanKind, words } from "../texts.js";
import { MapSide } from "./map_side.js";
import { type House, type View, may } from "./view.js";

const { map: texts } = words;
const VIEW_PAUSE_MS = 250;
const LOOK_PAUSE_MS = 60;
const FOLDED_PAGE = 50;
const NOT_PLACED = { key: "", asked: Promise.resolve(null) };

export class MapView implements View {
  readonly element: HTMLElement;
  readonly title = words.nav.map;
  private readonly stage = new Stage(texts.label, texts.instructions);
  private readonly engine: MapEngine;
  private readonly door: MapDoor;
  private readonly source: AtlasSource;
  private readonly minimap: Minimap;
  private readonly search: SearchBox;
  private readonly options: OptionsPanel;
  private readonly download: DownloadMenu;
  private readonly layers: LayerMenu;
  private readonly views: SavedViews;
  private readonly time: TimeBar;
  private readonly side: MapSide;
  private readonly footer = new MapFooter();
  private readonly tooltip = new Tooltip();
  private readonly notice = el("div", { class: "map-notice" });
  private readonly tools = el("div", { class: "map-tools" });
  private readonly apart = el("div", { class: "apart", hidden: true, role: "status" });
  private readonly stopListening: () => void;
  private readonly leaving = new AbortController();
  private shown = "";
  private layer = "";
  private startView: CameraView | null = null;
  /** What was made of the address: the choice, and what is set apart with it. */
  private choice = "";
  private choosing: AbortController | null = null;
  private asksForEnd = false;
  private viewTimer = 0;
  private lookTimer = 0;
  private learned = false;
  private placed: { key: string; asked: Promise<Place | null> } = NOT_PLACED;
  /** The place that the address names now, so that our own writing is told from a step back. */
  private written = "";

  constructor(private readonly house: House) {
    const { client, router, announcer } = house;
    const door = (this.door = new MapDoor(client));
    const { stage } = this;
    this.engine = new MapEngine(stage.base, stage.overlay, stage.surroundings, {
      hovered: (hit) => this.pointedAt(hit),
      picked: (hit) => this.picked(hit),
      moved: () => this.moved(),
    });
    this.source = new AtlasSource(door, {
      changed: (document, first) => this.changed(document, first),
      failed: (thrown) => announcer.say([texts.tilesFailed, asProblem(thrown).detail].join(" · "), 8),
      outdated: () => {
        announcer.say(texts.outdated);
        this.reload();
      },
    });
    this.minimap = new Minimap(this.engine, () => stage.palette);
    stage.drive(this.engine, null, () => this.minimap.paint());
    this.stopListening = listen(stage.surface, this.engine, {
      step: (direction) => this.step(this.engine.neighbour(direction)),
      open: () => {
        if (this.engine.chosen >= 0) this.select(this.engine.chosen);
      },
      release: () => (this.asksForEnd ? this.chooseEnd(false) : this.side.close()),
    });
    this.search = new SearchBox(
      { resources: (query, signal) => client.request("resources_resources", { ...query, signal }) },
      (resource) => this.chosen(resource.id),
      (text) => router.go("/resources", { q: text }),
      (id) => (this.engine.model?.showing(id) ?? -1) >= 0,
      { facets: () => client.resources.facets(given<"resources_facets">({ at: optionsFrom(router.route.query).at })), onType: (type) => this.narrow("type", type) },
    );
    this.options = new OptionsPanel(
      () => optionsFrom(router.route.query),
      (changes) => router.change(changes),
      (id) => this.nameOf(id),
    );
    this.download = new DownloadMenu(door, announcer, () => askedOf(optionsFrom(router.route.query)));
    this.layers = new LayerMenu(
      () => router.route.query.get("layer") ?? "",
      (layer) => router.change({ layer: layer || null }),
    );
    this.views = new SavedViews(client, announcer, () => hashOf("/map", router.route.query).slice(1), (place) => {
      window.location.hash = place;
    });
    this.time = new TimeBar(
      client,
      () => optionsFrom(router.route.query),
      ({ at, since }) => router.change({ at: at || null, since: since || null }),
      () => router.change({ panel: "changes", select: null }),
    );
    this.side = new MapSide(house, {
      nameOf: (id) => this.nameOf(id),
      inside: (node) => this.inside(node),
      placeOf: (id) => this.placeOf(id),
      folded: (box, cursor, signal) => door.children(this.source.about({ parent: box, folded: true, cursor, limit: FOLDED_PAGE }), signal),
      children: (parent, cursor, signal) => door.children(this.source.about({ parent, cursor, limit: 200 }), signal),
      chooseEnd: () => this.chooseEnd(true),
      version: () => this.source.head?.version ?? "",
      imported: () => this.reload(),
      closed: () => stage.surface.focus({ preventScroll: true }),
    });
    const opens = (panel: string, icon: "filter" | "tree", label: string): HTMLElement =>
      el("button", { type: "button", class: "button", "aria-label": label, onclick: () => router.change({ panel: router.route.query.get("panel") === panel ? null : panel, select: null }) }, shape(icon), el("span", { class: "label" }, label));
    fill(
      this.tools,
      this.search.element, opens("filters", "filter", words.filters.open), this.layers.element, this.options.element,
      opens("outline", "tree", words.outline.open), this.views.element, this.download.element, this.side.coverage.element, this.options.marks,
    );
    const zoom = el(
      "div",
      { class: "zoom-controls", role: "group", "aria-label": texts.label },
      iconButton("plus", texts.zoomIn, () => this.engine.zoomBy(1.5)),
      iconButton("minus", texts.zoomOut, () => this.engine.zoomBy(1 / 1.5)),
      iconButton("fit", texts.fit, () => this.engine.fit()),
    );
    const corner = el("div", { class: "map-corner" }, this.layers.legend, this.minimap.element);
    this.element = el(
      "main",
      { class: "map-view", id: "content" },
      el("div", { class: "map-drop", "aria-hidden": "true" }, words.service.imports.over),
      el("h1", { class: "visually-hidden" }, texts.label),
      el("div", { class: "map-area" }, stage.element, this.notice, this.tools, this.apart, zoom, corner, this.time.element, this.tooltip.element, this.side.element),
      this.footer.element,
    );
  }

  update(route: Route): void {
    this.options.update();
    const asked = JSON.stringify(askedOf(optionsFrom(route.query)));
    const layer = route.query.get("layer") ?? "";
    if (asked !== this.shown) {
      this.shown = asked;
      this.layer = layer;
      void this.load(viewFrom(route.query));
    } else {
      const view = viewFrom(route.query);
      if (view && viewText(view) !== this.written) this.engine.look(view);
      if (layer !== this.layer) void this.recolour(layer);
      if (this.engine.model) this.openAsked(route.query);
    }
    if (!this.learned) {
      this.learned = true;
      void this.takeFiles();
      void this.side.coverage.load();
      void this.options.learn(this.house.client);
    }
  }

  destroy(): void {
    this.leaving.abort();
    window.clearTimeout(this.viewTimer);
    window.clearTimeout(this.lookTimer);
    this.choosing?.abort();
    this.source.close();
    this.stopListening();
    this.stage.destroy();
    this.engine.destroy();
    for (const part of [this.search, this.options, this.download, this.layers, this.views, this.time, this.side]) part.destroy();
  }

  /** Files dropped on the map are imported, by those who may. */
  private async takeFiles(): Promise<void> {
    try {
      if (!may(await this.house.me(), "operator")) return;
    } catch {
      return;
    }
    this.side.allowImports();
    const { query } = this.house.router.route;
    if (query.get("panel") === "import") this.side.show(query, null);
    listenForFiles(this.element, this.leaving.signal, (files) => {
      this.house.router.change({ panel: "import", select: null });
      this.side.importFiles(files);
    });
  }

  // ---- loading

  private async load(view: CameraView | null): Promise<void> {
    fill(this.notice, loading(texts.drawing));
    this.stage.element.setAttribute("aria-busy", "true");
    const { shown } = this;
    try {
      const { query } = this.house.router.route;
      const icons = this.stage.dark ? "dark" : "enterprise";
      const [head] = await Promise.all([
        this.source.open(askedOf(optionsFrom(query)), this.layer, () => fill(this.notice, loading(texts.layingOut))),
        // Icons are an ornament: without them our own glyphs are drawn.
        this.house.client.map.icons({ theme: icons }).then((set) => this.engine.setIcons(set), () => undefined),
        // The slider takes room at the bottom, which has to be known before all is fitted into what is left.
        this.time.load(),
      ]);
      this.startView = view;
      this.engine.setLayer(head.layer);
      this.layers.offer(head.layers);
      this.layers.explain(this.engine.legend);
      this.time.update(head.summary);
      this.footer.show(head.summary, head.title);
      // A panel that the address names takes room too.
      if (query.has("panel")) this.side.show(query, null);
      this.stage.inset(this.engine, this.tools, this.side.element, this.time.element);
      const world = { minX: 0, minY: 0, maxX: head.width, maxY: head.height };
      this.engine.frameAll(world, view);
      this.look();
    } catch (thrown) {
      if (isAbort(thrown) || shown !== this.shown) return;
      this.stage.element.removeAttribute("aria-busy");
      if (asProblem(thrown).status === 404) {
        // A layer of another map: that map had it, this one has not.
        if (this.layer && asProblem(thrown).detail.includes("layer")) {
          this.shown = "";
          return this.house.router.change({ layer: null });
        }
        return this.showNothing(asProblem(thrown).detail);
      }
      this.shown = "";
      fill(this.notice, refusal(texts.failed, thrown, () => this.update(this.house.router.route), this.clearButton()));
    }
  }

  private reload(): void {
    this.shown = "";
    const { router } = this.house;
    router.change({ view: viewText(this.engine.camera.view()) }, true);
    this.update(router.route);
  }

  /** Boxes have come: the first of a map, or more of the same. */
  private changed(document: SceneDocument, first: boolean): void {
    if (!first) {
      this.engine.refresh(document);
      return this.stage.describe(document, this.source.head?.boxes);
    }
    fill(this.notice);
    this.stage.element.removeAttribute("aria-busy");
    const view = this.startView ?? this.engine.camera.view();
    this.engine.show(document, view);
    this.stage.describe(document, this.source.head?.boxes);
    this.minimap.show({ width: document.width, height: document.height, nodes: outerFirst(document.nodes) });
    this.options.update();
    this.choice = "";
    if (document.nodes.length === 0) this.showNothing(texts.noMatchHint);
    this.openAsked(this.house.router.route.query, this.startView === null);
  }

  private async recolour(layer: string): Promise<void> {
    this.layer = layer;
    try {
      this.engine.setLayer(await this.source.recolour(layer));
      this.layers.explain(this.engine.legend);
    } catch (thrown) {
      if (!isAbort(thrown)) this.house.announcer.say([words.layers.failed, asProblem(thrown).detail].join(" · "), 8);
    }
  }

  private look(): void {
    const { camera } = this.engine;
    this.source.look(camera.visible(), camera.zoom);
  }

  /** The server draws no empty picture: there is nothing at all, or nothing that fits. */
  private showNothing(reason: string): void {
    const clear = this.clearButton();
    this.engine.clear();
    this.minimap.hide();
    this.footer.clear();
    this.side.show(this.house.router.route.query, null);
    fill(this.notice, clear ? empty(texts.noMatch, reason, clear) : this.firstSteps());
  }

  private clearButton(): HTMLElement | null {
    const { filter, focus, at } = optionsFrom(this.house.router.route.query);
    if (!filter && !focus && !at) return null;
    const clear = (): void => this.house.router.change({ filter: null, focus: null, hops: null, view: null, at: null });
    return el("button", { type: "button", class: "button", onclick: clear }, texts.clear);
  }

  private firstSteps(): HTMLElement {
    const again = (): void => {
      this.shown = "";
      this.update(this.house.router.route);
    };
    const start = el("a", { class: "button primary", href: "#/scans" }, texts.emptyScan);
    void this.house.me().then((person) => (start.hidden = !may(person, "operator")), () => undefined);
    return empty(
      texts.empty,
      texts.emptyHint,
      ...texts.emptyCommands.map((command) => el("pre", { class: "command", tabindex: "0" }, command)),
      el("div", { class: "actions" }, start, el("button", { type: "button", class: "button", onclick: again }, texts.emptyReload)),
    );
  }

  // ---- what is chosen, and what stands at the side

  /** Bring the chosen box, the side, and what is set apart in line with the address. */
  private openAsked(query: URLSearchParams, fly = true): void {
    const [id, steps, to] = ["select", "steps", "to"].map((name) => query.get(name) ?? "") as [string, string, string];
    const model = this.engine.model!;
    const number = id ? model.showing(id) : -1;
    const isFitted = this.engine.isFitted;
    this.side.show(query, number >= 0 ? model.node(number) : null);
    this.stage.inset(this.engine, this.tools, this.side.element, this.time.element);
    // Who sees all of the map sees all of it beside a panel too; what somebody has aimed at stays where it is.
    if (isFitted && !this.engine.isFitted && !id) this.engine.fit();
    const choice = [id, steps, to].join("\n");
    if (choice === this.choice) return;
    this.choice = choice;
    this.engine.choose(number);
    const moves = fly && !query.has("view");
    if (number >= 0 && moves && !to) this.engine.flyToNode(number);
    void this.learn(id, number, steps, to, moves);
  }

  /** Ask for what is not here yet: a chosen box that lies elsewhere, what hangs together with it, a way. */
  private async learn(id: string, number: number, steps: string, to: string, moves: boolean): Promise<void> {
    this.choosing?.abort();
    const { signal } = (this.choosing = new AbortController());
    const { door } = this;
    const { announcer } = this.house;
    try {
      // It lies beyond what is here, or it has no box: then that is shown which it belongs to.
      if (id && number < 0) {
        const place = await this.placeOf(id);
        if (signal.aborted) return;
        if (place) {
          this.source.pin({ nodes: [...place.path, place.node], edges: [] });
          this.engine.choose(this.engine.model?.numberOf(place.node.id) ?? -1);
          this.side.learned(place.node);
          if (moves && !to) this.engine.flyToBounds(boundsOf(place.node.x, place.node.y, place.node.width, place.node.height));
        }
      }
      if (!id || (!steps && !to)) return this.setApart(null);
      const part = to
        ? await door.way(this.source.about({ source: id, target: to }), signal)
        : await door.around(this.source.about({ id, steps: Number(steps) || 1 }), signal);
      this.source.pin(part);
      this.setApart(part);
      if (to) announcer.say(texts.way(part.edges.length));
      this.engine.flyToBounds(around(part.nodes), 70);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      this.setApart(null);
      // A resource without a box of its own is told about by its details.
      if (to || steps) announcer.say(asProblem(thrown).detail, 8);
    }
  }

  private setApart(part: MapPart | null): void {
    this.engine.setApart(part ? { nodes: part.nodes.map((node) => node.id), edges: new Set(part.edges.map((edge) => edge.id)) } : null);
    this.apart.hidden = part === null;
    if (!part) return;
    const off = (): void => this.house.router.change({ steps: null, to: null });
    fill(this.apart, texts.apart(count(part.nodes.length)), el("button", { type: "button", class: "button small", onclick: off }, texts.apartOff));
  }

  private nameOf(id: string): string | null {
    const { model } = this.engine;
    const number = model?.numberOf(id) ?? -1;
    return model && number >= 0 ? model.node(number).label : null;
  }

  private inside(node: SceneNode): SceneNode[] {
    const { model } = this.engine;
    const number = model?.numberOf(node.id) ?? -1;
    return model && number >= 0 ? model.inside(number).map((each) => model.node(each)) : [];
  }

  /** The box of a resource, or the one that it belongs to; null where it is not in this picture. Asked for once. */
  private placeOf(id: string): Promise<Place | null> {
    const { model } = this.engine;
    const number = model?.showing(id) ?? -1;
    if (model && number >= 0) return Promise.resolve({ of: id, node: model.node(number), path: [] });
    const key = `${this.source.head?.version}\n${id}`;
    if (key !== this.placed.key) {
      const asked = this.door.place(this.source.about({ id })).catch((thrown: unknown) => {
        if (asProblem(thrown).status === 404) return null;
        this.placed = NOT_PLACED;
        throw thrown;
      });
      this.placed = { key, asked };
    }
    return this.placed.asked;
  }

  private narrow(key: string, value: string): void {
    const { router } = this.house;
    router.change({ filter: withValues(optionsFrom(router.route.query).filter, key, [value]), view: null });
  }

  private chooseEnd(asks: boolean): void {
    this.asksForEnd = asks;
    if (asks) this.house.announcer.say(texts.wayHint, 8);
  }

  /** A resource was chosen by search or by pointing at it. */
  private chosen(id: string, view: string | null = null): void {
    const { router } = this.house;
    const from = router.route.query.get("select");
    if (this.asksForEnd && from && from !== id) {
      this.asksForEnd = false;
      return router.change({ to: id, steps: null, view: null });
    }
    this.asksForEnd = false;
    router.change({ select: id, panel: null, steps: null, to: null, view });
  }

  private select(number: number): void {
    const node = this.engine.model?.node(number);
    if (!node) return;
    this.house.announcer.whisper(texts.selected(node.label, humanKind(node.kind)));
    // The place is written before, so that choosing what is in sight does not move the map.
    this.chosen(idOf(node), viewText(this.engine.camera.view()));
  }

  private picked(hit: Hit | null): void {
    if (hit?.what === "node") this.select(hit.number);
    else if (hit === null) this.side.close();
  }

  private step(number: number): void {
    const node = number < 0 ? null : this.engine.model?.node(number);
    if (!node) return;
    this.engine.choose(number);
    this.engine.bringIntoView(number);
    this.house.announcer.whisper(texts.selected(node.label, humanKind(node.kind)));
  }

  private pointedAt(hit: Hit | null): void {
    this.stage.surface.classList.toggle("over", hit !== null && (hit.what === "node" ? !this.engine.model!.node(hit.number).container : true));
    this.tooltip.show(this.engine, hit);
  }

  // ---- where we look

  private moved(): void {
    this.tooltip.hide();
    this.minimap.follow();
    if (!this.lookTimer) {
      this.lookTimer = window.setTimeout(() => {
        this.lookTimer = 0;
        this.footer.whereabouts(this.engine.whereabouts(), this.engine.camera.zoom);
        this.look();
      }, LOOK_PAUSE_MS);
    }
    window.clearTimeout(this.viewTimer);
    this.viewTimer = window.setTimeout(() => {
      if (!this.engine.model || this.house.router.route.path !== "/map") return;
      this.written = viewText(this.engine.camera.view());
      this.house.router.change({ view: this.written }, true);
    }, VIEW_PAUSE_MS);
  }
}

function outerFirst(nodes: readonly SceneNode[]): SceneNode[] {
  return [...nodes].sort((a, b) => b.width * b.height - a.width * a.height);
}

function around(nodes: readonly SceneNode[]): ReturnType<typeof boundsOf> {
  return {
    minX: Math.min(...nodes.map((node) => node.x)),
    minY: Math.min(...nodes.map((node) => node.y)),
    maxX: Math.max(...nodes.map((node) => node.x + node.width)),
    maxY: Math.max(...nodes.map((node) => node.y + node.height)),
  };
}
