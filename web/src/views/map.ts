/** The map: the real scene of the inventory, its toolbar, its footer, and the panels at its side. */

import type { View as CameraView } from "../engine/camera.js";
import { MapEngine } from "../engine/engine.js";
import { listen } from "../engine/gestures.js";
import type { Hit } from "../engine/hit_test.js";
import type { SceneDocument } from "../engine/scene.js";
import { CoverageBadge } from "../parts/coverage_badge.js";
import { DetailsPanel } from "../parts/details_panel.js";
import { DownloadMenu } from "../parts/download_menu.js";
import { el, fill, iconButton } from "../parts/element.js";
import { MapFooter } from "../parts/map_footer.js";
import { Stage } from "../parts/map_stage.js";
import { empty, loading, refusal } from "../parts/notice.js";
import { SearchBox } from "../parts/search_box.js";
import { OptionsPanel } from "../parts/toolbar.js";
import { Tooltip } from "../parts/tooltip.js";
import type { ResourceDetails } from "../state/contract.js";
import { askedOf, optionsFrom, viewFrom, viewText } from "../state/picture_options.js";
import { asProblem, isAbort } from "../state/problem.js";
import type { Route } from "../state/router.js";
import { humanKind, words } from "../texts.js";
import type { House, View } from "./view.js";

const { map: texts } = words;
const VIEW_PAUSE_MS = 250;

export class MapView implements View {
  readonly element: HTMLElement;
  readonly title = words.nav.map;
  private readonly stage: Stage;
  private readonly engine: MapEngine;
  private readonly search: SearchBox;
  private readonly options: OptionsPanel;
  private readonly download: DownloadMenu;
  private readonly coverage: CoverageBadge;
  private readonly details: DetailsPanel;
  private readonly footer = new MapFooter();
  private readonly tooltip = new Tooltip();
  private readonly notice = el("div", { class: "map-notice" });
  private readonly tools = el("div", { class: "map-tools" });
  private readonly side = el("aside", { class: "side", hidden: true });
  private readonly stopListening: () => void;
  private running: AbortController | null = null;
  private shown = "";
  /** What stands at the side: an id, "coverage", or nothing; null when that has to be worked out anew. */
  private opened: string | null = "";
  private viewTimer = 0;
  /** The place that the address names now, so that our own writing is told from a step back. */
  private written = "";

  constructor(private readonly house: House) {
    const { api, router, announcer } = house;
    this.stage = new Stage(texts.label, texts.instructions);
    this.engine = new MapEngine(this.stage.base, this.stage.overlay, this.stage.surroundings, {
      hovered: (hit) => this.pointedAt(hit),
      picked: (hit) => this.picked(hit),
      moved: (view) => this.moved(view),
    });
    this.stage.drive(this.engine);
    this.stopListening = listen(this.stage.surface, this.engine, {
      step: (direction) => this.step(this.engine.neighbour(direction)),
      open: () => {
        if (this.engine.chosen >= 0) this.select(this.engine.chosen);
      },
      release: () => this.closeSide(),
    });
    this.search = new SearchBox(
      api,
      (resource) => router.change({ select: resource.id, panel: null, view: null }),
      (text) => router.go("/resources", { q: text }),
      (id) => (this.engine.model?.showing(id) ?? -1) >= 0,
    );
    this.options = new OptionsPanel(
      () => optionsFrom(router.route.query),
      (changes) => router.change(changes),
      (id) => this.nameOf(id),
    );
    this.download = new DownloadMenu(api, announcer, () => askedOf(optionsFrom(router.route.query)));
    this.coverage = new CoverageBadge(api, () => this.closeSide(), () => router.change({ panel: "coverage", select: null }));
    this.details = new DetailsPanel(api, {
      close: () => this.closeSide(),
      open: (id) => router.change({ select: id, panel: null }),
      showOnMap: null,
      focus: (id) => router.change({ focus: id, view: null }),
      nameOf: (id) => this.nameOf(id),
      loaded: (details) => this.pointAtHost(details),
    });
    fill(this.tools, this.search.element, this.options.element, this.download.element, this.coverage.element, this.options.marks);
    const zoom = el(
      "div",
      { class: "zoom-controls", role: "group", "aria-label": texts.label },
      iconButton("plus", texts.zoomIn, () => this.engine.zoomBy(1.5)),
      iconButton("minus", texts.zoomOut, () => this.engine.zoomBy(1 / 1.5)),
      iconButton("fit", texts.fit, () => this.engine.fit()),
    );
    this.element = el(
      "main",
      { class: "map-view", id: "content" },
      el("h1", { class: "visually-hidden" }, texts.label),
      el(
        "div",
        { class: "map-area" },
        this.stage.element,
        this.notice,
        this.tools,
        zoom,
        this.tooltip.element,
        this.side,
      ),
      this.footer.element,
    );
  }

  update(route: Route): void {
    this.options.update();
    const asked = JSON.stringify(askedOf(optionsFrom(route.query)));
    if (asked !== this.shown) {
      this.shown = asked;
      void this.load(viewFrom(route.query));
    } else {
      const view = viewFrom(route.query);
      if (view && viewText(view) !== this.written) this.engine.look(view);
      this.openAsked(route.query);
    }
    if (!this.coverage.asked) {
      void this.coverage.load();
      void this.options.learn(this.house.api);
    }
  }

  destroy(): void {
    window.clearTimeout(this.viewTimer);
    this.running?.abort();
    this.stopListening();
    this.stage.destroy();
    this.engine.destroy();
    for (const part of [this.search, this.options, this.download, this.coverage, this.details]) part.destroy();
  }

  // ---- loading

  private async load(view: CameraView | null): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    fill(this.notice, loading(texts.drawing));
    this.stage.element.setAttribute("aria-busy", "true");
    try {
      const options = optionsFrom(this.house.router.route.query);
      const icons = this.stage.dark ? "dark" : "enterprise";
      const [scene] = await Promise.all([
        this.house.api.scene(askedOf(options), running.signal),
        // Icons are an ornament: without them our own glyphs are drawn.
        this.house.api.icons(icons, running.signal).then((set) => this.engine.setIcons(set), () => undefined),
      ]);
      this.show(scene, view);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      if (asProblem(thrown).status === 404) return this.showNothing(asProblem(thrown).detail);
      this.shown = "";
      fill(this.notice, refusal(texts.failed, thrown, () => this.update(this.house.router.route), this.clearButton()));
    } finally {
      if (this.running === running) this.stage.element.removeAttribute("aria-busy");
    }
  }

  private show(scene: SceneDocument, view: CameraView | null): void {
    const { query } = this.house.router.route;
    fill(this.notice);
    this.opened = null;
    this.stage.inset(this.engine, this.tools, this.side);
    this.engine.show(scene, view);
    this.options.update();
    this.footer.show(scene.summary, scene.title);
    this.stage.describe(scene);
    if (scene.nodes.length === 0) this.showNothing(texts.noMatchHint);
    this.openAsked(query, view === null);
  }

  /** The server draws no empty picture: there is nothing at all, or nothing that fits. */
  private showNothing(reason: string): void {
    const clear = this.clearButton();
    this.engine.clear();
    this.footer.clear();
    fill(this.notice, clear ? empty(texts.noMatch, reason, clear) : this.firstSteps());
  }

  private clearButton(): HTMLElement | null {
    const { filter, focus } = optionsFrom(this.house.router.route.query);
    if (!filter && !focus) return null;
    const clear = (): void => this.house.router.change({ filter: null, focus: null, hops: null, view: null });
    return el("button", { type: "button", class: "button", onclick: clear }, texts.clear);
  }

  private firstSteps(): HTMLElement {
    const again = (): void => {
      this.shown = "";
      this.update(this.house.router.route);
    };
    return empty(
      texts.empty,
      texts.emptyHint,
      ...texts.emptyCommands.map((command) => el("pre", { class: "command", tabindex: "0" }, command)),
      el("div", { class: "actions" }, el("button", { type: "button", class: "button primary", onclick: again }, texts.emptyReload)),
    );
  }

  // ---- what is chosen, and what stands at the side

  /** Bring the side panel and the chosen box in line with the address. */
  private openAsked(query: URLSearchParams, fly = true): void {
    const wanted = query.get("panel") === "coverage" ? "coverage" : (query.get("select") ?? "");
    if (wanted === this.opened) return;
    this.opened = wanted;
    const { model } = this.engine;
    const number = wanted && wanted !== "coverage" && model ? model.showing(wanted) : -1;
    this.engine.choose(number);
    this.side.hidden = wanted === "";
    this.stage.inset(this.engine, this.tools, this.side);
    if (wanted === "") fill(this.side);
    else if (wanted === "coverage") {
      fill(this.side, this.coverage.panel.element);
      this.coverage.panel.element.focus({ preventScroll: true });
    } else {
      fill(this.side, this.details.element);
      this.openDetails(wanted, number);
      if (number >= 0 && fly && !query.has("view")) this.engine.flyToNode(number);
    }
  }

  private openDetails(id: string, number: number): void {
    const { model } = this.engine;
    const node = model && number >= 0 ? model.node(number) : null;
    if (node && node.id === id && node.count > 1) this.details.showStack(node);
    else if (node && node.id === id && node.container && node.type === "") {
      this.details.showContainer(node, model!.inside(number).map((each) => model!.node(each)));
    } else void this.details.showResource(id, node?.id === id ? node : null);
  }

  private nameOf(id: string): string | null {
    const { model } = this.engine;
    const number = model?.numberOf(id) ?? -1;
    return model && number >= 0 ? model.node(number).label : null;
  }

  /** What is drawn in the place of a resource without a box: what it is attached to, else what it lies in. */
  private pointAtHost({ resource, links }: ResourceDetails): string | null {
    const { model } = this.engine;
    if (!model || model.nodes.length === 0 || model.showing(resource.id) >= 0) return null;
    const others = links.map((link) => (link.source === resource.id ? link.target : link.source));
    const host = [...others, resource.parent ?? ""].map((id) => model.showing(id)).find((number) => number >= 0);
    if (host === undefined) return texts.notDrawn;
    this.engine.choose(host);
    this.engine.flyToNode(host);
    return texts.foldedInto(model.node(host).label);
  }

  private select(number: number): void {
    const node = this.engine.model?.node(number);
    if (!node) return;
    this.house.announcer.whisper(texts.selected(node.label, humanKind(node.kind)));
    // A single resource whose box has an id of its own is asked for by the resource's id.
    const id = !node.container && node.count === 1 && node.members.length === 1 ? (node.members[0] as string) : node.id;
    // The place is written before, so that choosing what is in sight does not move the map.
    this.house.router.change({ select: id, panel: null, view: viewText(this.engine.camera.view()) });
  }

  private closeSide(): void {
    if (!this.opened) return;
    this.house.router.change({ select: null, panel: null });
    this.stage.surface.focus({ preventScroll: true });
  }

  private picked(hit: Hit | null): void {
    if (hit?.what === "node") this.select(hit.number);
    else if (hit === null) this.closeSide();
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

  private moved(view: CameraView): void {
    this.tooltip.hide();
    this.footer.whereabouts(this.engine.whereabouts(), view.zoom);
    window.clearTimeout(this.viewTimer);
    this.viewTimer = window.setTimeout(() => {
      if (!this.engine.model || this.house.router.route.path !== "/map") return;
      this.written = viewText(this.engine.camera.view());
      this.house.router.change({ view: this.written }, true);
    }, VIEW_PAUSE_MS);
  }
}
