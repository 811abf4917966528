/** Which property colours the map, and what the colours mean. */

import type { Colouring } from "../engine/colouring.js";
import { count, words } from "../texts.js";
import { el, fill, foreign, shape } from "./element.js";
import { Popover } from "./popover.js";

const { layers: texts } = words;
const FIRST = 8;

export class LayerMenu {
  readonly element: HTMLElement;
  readonly legend = el("section", { class: "legend", hidden: true, "aria-label": texts.legend });
  private readonly popover: Popover;
  private names: readonly string[] = [];

  constructor(
    private readonly present: () => string,
    private readonly choose: (layer: string) => void,
  ) {
    const button = el("button", { type: "button", class: "button", "aria-label": texts.short, title: texts.open }, shape("layers"), el("span", { class: "label" }, texts.short));
    this.popover = new Popover(button, texts.open, "layers", () => [this.form()]);
    this.element = this.popover.element;
  }

  offer(names: readonly string[]): void {
    this.names = names;
  }

  /** Tell what the colours mean; null when they mean kinds. */
  explain(colouring: Colouring | null): void {
    this.legend.hidden = colouring === null;
    if (!colouring) return;
    const { layer } = colouring;
    const rows = layer.values.map((value, at) => ({ ...value, colour: colouring.colours[at]! })).filter((row) => row.count > 0);
    if (!layer.scale) rows.sort((a, b) => b.count - a.count);
    const item = (row: (typeof rows)[number]): HTMLElement => {
      const swatch = el("span", { class: "swatch" });
      swatch.style.setProperty("background-color", row.colour);
      return el("li", {}, swatch, foreign(row.value || words.resources.noValue, "legend-value"), el("span", { class: "quiet" }, count(row.count)));
    };
    const list = el("ul", {}, ...rows.slice(0, FIRST).map(item));
    fill(this.legend, el("h2", { class: "legend-title" }, titleOf(layer.name)), list);
    if (rows.length <= FIRST) return;
    const more = el("button", { type: "button", class: "link-button" }, texts.more(rows.length - FIRST));
    more.addEventListener("click", () => {
      list.append(...rows.slice(FIRST).map(item));
      more.remove();
    });
    this.legend.append(more);
  }

  destroy(): void {
    this.popover.destroy();
  }

  private form(): HTMLElement {
    const known = ["", ...this.names];
    const present = this.present();
    return el(
      "fieldset",
      { class: "choices" },
      el("legend", { class: "popover-title" }, texts.open),
      ...known.map((name) => {
        const input = el("input", { type: "radio", name: "layer", value: name, checked: name === present });
        input.addEventListener("change", () => {
          this.popover.close(true);
          this.choose(name);
        });
        return el("label", { class: "check" }, input, foreign(titleOf(name)));
      }),
    );
  }
}

export function titleOf(name: string): string {
  return name.startsWith("tag:") ? texts.tag(name.slice(4)) : (texts.names[name] ?? name);
}
