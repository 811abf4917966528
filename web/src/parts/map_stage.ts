/** The two canvases of the map with what the engine needs from a browser: size, clock, fonts, light or dark. */

import type { MapEngine, Surroundings } from "../engine/engine.js";
import { DARK, LIGHT, type Palette } from "../engine/palette.js";
import type { SceneDocument } from "../engine/scene.js";
import { el } from "./element.js";

export class Stage {
  readonly element: HTMLElement;
  readonly base = el("canvas", { "aria-hidden": "true" });
  readonly overlay = el("canvas", { "aria-hidden": "true" });
  /** Lies on top and takes pointer and keys. */
  readonly surface: HTMLElement;
  readonly surroundings: Surroundings;
  /** While true the canvases keep their size, whatever the page does, as when it is laid out for a printer. */
  frozen = false;
  private readonly stop = new AbortController();
  private readonly watcher: ResizeObserver;
  private readonly darkQuery = window.matchMedia("(prefers-color-scheme: dark)");
  private readonly stillQuery = window.matchMedia("(prefers-reduced-motion: reduce)");
  private engine: MapEngine | null = null;

  constructor(label: string, instructions: string) {
    this.surface = el("div", {
      class: "map-surface", tabindex: "0", role: "application", "aria-label": label, "aria-describedby": "map-instructions",
    });
    this.element = el(
      "div",
      { class: "map-stage" },
      this.base,
      this.overlay,
      this.surface,
      el("p", { id: "map-instructions", class: "visually-hidden" }, instructions),
    );
    this.surroundings = {
      surface: (side) => {
        const made = document.createElement("canvas");
        made.width = made.height = side;
        return made;
      },
      requestFrame: (callback) => window.requestAnimationFrame(callback),
      cancelFrame: (handle) => window.cancelAnimationFrame(handle),
      later: (callback, ms) => window.setTimeout(callback, ms),
      cancelLater: (handle) => window.clearTimeout(handle),
      now: () => performance.now(),
      motion: () => !this.stillQuery.matches,
    };
    this.watcher = new ResizeObserver(() => this.measure());
  }

  get palette(): Palette {
    return this.dark ? DARK : LIGHT;
  }

  get dark(): boolean {
    return this.darkQuery.matches;
  }

  /** Keep the engine in step with the page; with a palette of its own, whether the system is light or dark. */
  drive(engine: MapEngine, own: Palette | null = null, repainted: () => void = () => undefined): void {
    this.engine = engine;
    // Within reach of the browser's console and of benchmarks.
    Object.assign(this.element, { engine });
    const { signal } = this.stop;
    engine.setPalette(own ?? (this.dark ? DARK : LIGHT));
    const changed = (): void => {
      engine.setPalette(this.palette);
      repainted();
    };
    if (!own) this.darkQuery.addEventListener("change", changed, { signal });
    document.fonts.addEventListener("loadingdone", () => engine.fontsChanged(), { signal });
    // A canvas does not wait for fonts; ask for the two weights so that they come.
    void document.fonts.load('600 12px "Inter Variable", Inter');
    void document.fonts.load('400 12px "Inter Variable", Inter');
    this.watcher.observe(this.element);
    this.watchDensity(signal);
  }

  /** Room that toolbar and side panel take, so that what is flown to stands beside them and not behind. */
  inset(engine: MapEngine, tools: HTMLElement, side: HTMLElement, foot: HTMLElement | null = null): void {
    const box = side.hidden ? null : side.getBoundingClientRect();
    const whole = this.element.getBoundingClientRect();
    // On a phone the panel comes from below.
    const below = box !== null && box.width > whole.width * 0.9;
    engine.inset = {
      top: Math.max(0, tools.getBoundingClientRect().bottom - whole.top),
       right: box && !below ? box.width : 0,
      bottom: below ? box.height : foot && !foot.hidden ? Math.max(0, whole.bottom - foot.getBoundingClientRect().top) : 0,
    };
  }

  /** `all` is how many boxes the whole map has, where only some of them are here. */
  describe(scene: SceneDocument, all: number = scene.nodes.length): void {
    this.element.dataset["nodes"] = String(all);
    this.element.dataset["here"] = String(scene.nodes.length);
    this.element.dataset["edges"] = String(scene.edges.length);
  }

  destroy(): void {
    this.stop.abort();
    this.watcher.disconnect();
  }

  private measure(): void {
    const { width, height } = this.element.getBoundingClientRect();
    if (width > 0 && height > 0 && !this.frozen) this.engine?.resize(width, height, window.devicePixelRatio || 1);
  }

  /** The density changes when a window moves to another screen or the page is zoomed. */
  private watchDensity(signal: AbortSignal): void {
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = (): void => {
      this.measure();
      this.watchDensity(signal);
    };
    query.addEventListener("change", changed, { signal, once: true });
  }
}
