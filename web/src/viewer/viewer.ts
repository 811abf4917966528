/** A picture on its own: the map's engine with a search box, details and a legend, and nobody to ask. */

import { MapEngine } from "../engine/engine.js";
import { listen } from "../engine/gestures.js";
import type { Hit } from "../engine/hit_test.js";
import { el, fill, iconButton } from "../parts/element.js";
import { MapFooter } from "../parts/map_footer.js";
import { Stage } from "../parts/map_stage.js";
import { SearchBox } from "../parts/search_box.js";
import { Tooltip } from "../parts/tooltip.js";
import { humanKind, words } from "../texts.js";
import type { PictureData } from "./data.js";
import { PictureDetails } from "./details.js";
import { PictureFinder } from "./finder.js";
import { legendOf } from "./legend.js";

const { map: texts } = words;
/** The width of a printed picture, in CSS px, before the printer fits it to the page. */
const PRINTED = 1600;

export class Viewer {
  private readonly stage = new Stage(texts.label, words.viewer.instructions);
  private readonly engine: MapEngine;
  private readonly details: PictureDetails;
  private readonly footer = new MapFooter();
  private readonly tooltip = new Tooltip();
  private readonly tools = el("div", { class: "map-tools" });
  private readonly side = el("aside", { class: "side", hidden: true });
  private readonly status = el("p", { class: "visually-hidden", role: "status" });

  constructor(
    private readonly root: HTMLElement,
    data: PictureData,
  ) {
    this.engine = new MapEngine(this.stage.base, this.stage.overlay, this.stage.surroundings, {
      hovered: (hit) => this.pointedAt(hit),
      picked: (hit) => this.picked(hit),
      moved: (view) => {
        this.tooltip.hide();
        this.footer.whereabouts(this.engine.whereabouts(), view.zoom);
      },
    });
    this.engine.setIcons(data.icons);
    this.engine.show(data.scene);
    const model = this.engine.model!;
    this.stage.drive(this.engine, data.palette);
    this.stage.describe(data.scene);
    this.details = new PictureDetails(model, data, (id) => this.select(id), () => this.close());
    const search = new SearchBox(new PictureFinder(model), (found) => this.select(found.id), null);
    const zoom = el(
      "div",
      { class: "zoom-controls", role: "group", "aria-label": texts.label },
      iconButton("plus", texts.zoomIn, () => this.engine.zoomBy(1.5)),
      iconButton("minus", texts.zoomOut, () => this.engine.zoomBy(1 / 1.5)),
      iconButton("fit", texts.fit, () => this.engine.fit()),
    );
    fill(this.tools, search.element);
    const area = el(
      "div", { class: "map-area" },
      this.stage.element, this.tools, legendOf(model, data), zoom, this.tooltip.element, this.side,
    );
    fill(
      root,
      el("header", { class: "viewer-bar" }, el("h1", {}, document.title), el("span", { class: "quiet" }, words.product)),
      el("main", { class: "map-view", id: "content" }, area, this.footer.element, this.status),
    );
    this.footer.show(data.scene.summary, "");
    listen(this.stage.surface, this.engine, {
      step: (direction) => this.step(this.engine.neighbour(direction)),
      open: () => {
        if (this.engine.chosen >= 0) this.select(model.node(this.engine.chosen).id, false);
      },
      release: () => this.close(),
    });
    document.addEventListener("keydown", (event) => {
      if (event.target instanceof HTMLInputElement) return;
      if (event.key === "Escape") this.close();
      if (event.key !== "/") return;
      event.preventDefault();
      search.focus();
    });
    window.addEventListener("hashchange", () => this.openAddress());
    this.print();
  }

  /** All of it, then what the address names. */
  start(): void {
    this.measure();
    this.engine.showAll();
    this.openAddress();
    this.root.dataset["ready"] = "true";
  }

  private measure(): void {
    const { width, height } = this.stage.element.getBoundingClientRect();
    this.engine.resize(width, height, window.devicePixelRatio || 1);
    this.stage.inset(this.engine, this.tools, this.side);
  }

  private openAddress(): void {
    let id = "";
    try {
      id = decodeURIComponent(window.location.hash.slice(1));
    } catch {
      // Not percent-encoded: nobody's id.
    }
    if (id) this.select(id);
  }

  /** Show what is known of a resource or a box; `fly` brings it into the middle. */
  private select(id: string, fly = true): void {
    const model = this.engine.model!;
    const number = model.showing(id);
    if (number < 0) return;
    this.engine.choose(number);
    this.side.hidden = false;
    fill(this.side, this.details.element);
    this.details.show(number, id);
    this.stage.inset(this.engine, this.tools, this.side);
    if (fly) {
      this.engine.flyToNode(number);
      this.details.element.focus({ preventScroll: true });
    }
    const node = model.node(number);
    this.status.textContent = texts.selected(node.label, humanKind(node.kind || node.role));
    this.name(node.members.length === 1 ? (node.members[0] as string) : id);
  }

  private close(): void {
    if (this.side.hidden) return;
    this.side.hidden = true;
    this.engine.choose(-1);
    this.stage.inset(this.engine, this.tools, this.side);
    this.name("");
    this.stage.surface.focus({ preventScroll: true });
  }

  /** What is open stands in the address, so that a copied one leads there. */
  private name(id: string): void {
    try {
      window.history.replaceState(null, "", `#${encodeURIComponent(id)}`);
    } catch {
      // A frame without an origin may not; then the address stays as it is.
    }
  }

  private step(number: number): void {
    const node = number < 0 ? null : this.engine.model?.node(number);
    if (!node) return;
    this.engine.choose(number);
    this.engine.bringIntoView(number);
    this.status.textContent = texts.selected(node.label, humanKind(node.kind));
  }

  private picked(hit: Hit | null): void {
    if (hit?.what === "node") this.select(this.engine.model!.node(hit.number).id, false);
    else if (hit === null) this.close();
  }

  private pointedAt(hit: Hit | null): void {
    const over = hit !== null && (hit.what === "edge" || !this.engine.model!.node(hit.number).container);
    this.stage.surface.classList.toggle("over", over);
    this.tooltip.show(this.engine, hit);
  }

  /** A printed page holds the whole picture, whatever the window shows of it. */
  private print(): void {
    let before = this.engine.camera.view();
    window.addEventListener("beforeprint", () => {
      before = this.engine.camera.view();
      this.stage.frozen = true;
      const { world } = this.engine.model!;
      const share = (world.maxY - world.minY) / Math.max(world.maxX - world.minX, 1);
      this.engine.inset = { top: 0, right: 0, bottom: 0 };
      this.engine.resize(PRINTED, Math.max(200, Math.min(PRINTED * 1.5, PRINTED * share)), 2);
      this.engine.showAll();
      this.engine.draw(performance.now());
    });
    window.addEventListener("afterprint", () => {
      this.stage.frozen = false;
      this.measure();
      this.engine.look(before);
    });
  }
}
