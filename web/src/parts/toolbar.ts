/** The picture options: what the toolbar's panel asks, and the marks for what narrows the picture now. */

import type { CloudViz } from "@cloudviz/client";
import { BUDGETS, DEFAULT_BUDGET, GROUPINGS, LAYOUTS, type PictureOptions } from "../state/picture_options.js";
import { shortId, words } from "../texts.js";
import { el, fill, foreign, shape } from "./element.js";
import { Popover } from "./popover.js";

const { options: texts } = words;

export class OptionsPanel {
  readonly element: HTMLElement;
  /** Marks for filter and focus, each with a way to take it off. */
  readonly marks = el("div", { class: "marks" });
  private readonly popover: Popover;
  private layouts: [name: string, title: string][] = LAYOUTS.map((name) => [name, texts.layouts[name] as string]);

  constructor(
    private readonly present: () => PictureOptions,
    private readonly change: (changes: Record<string, string | null>) => void,
    private readonly nameOf: (id: string) => string | null,
  ) {
    const button = el("button", { type: "button", class: "button", "aria-label": texts.open }, shape("sliders"), el("span", { class: "label" }, texts.open));
    this.popover = new Popover(button, texts.title, "options", () => [this.form()]);
    this.element = this.popover.element;
  }

  /** Offer what this server can draw, in its own words. */
  async learn(client: CloudViz): Promise<void> {
    try {
      const { items } = await client.diagrams.layouts();
      if (items.length > 0) this.layouts = items.map((item) => [item.name, texts.layouts[item.name] ?? item.title]);
    } catch {
      // The usual four stay on offer.
    }
  }

  update(): void {
    const options = this.present();
    fill(
      this.marks,
      options.filter ? this.mark(texts.filteredBy(""), options.filter, { filter: null, view: null }) : null,
      options.focus ? this.mark(texts.focusedOn(""), this.nameOf(options.focus) ?? shortId(options.focus), { focus: null, hops: null, view: null }) : null,
    );
  }

  destroy(): void {
    this.popover.destroy();
  }

  private mark(what: string, value: string, undo: Record<string, null>): HTMLElement {
    const label = `${texts.remove(what)}${value}`;
    return el(
      "span",
      { class: "mark" },
      el("span", { class: "mark-text", title: value }, what, foreign(value)),
      el("button", { type: "button", class: "mark-off", "aria-label": label, onclick: () => this.change(undo) }, shape("close")),
    );
  }

  private form(): HTMLElement {
    const options = this.present();
    const layout = select("option-layout", this.layouts, options.layout);
    const groupBy = select("option-group", GROUPINGS.map((name) => [name, texts.groups[name] as string]), options.groupBy);
    const budgets = [...new Set([...BUDGETS, options.maxNodes])];
    const boxes = select("option-boxes", budgets.map((size) => [String(size), texts.budget(size)]), String(options.maxNodes));
    const filter = el("input", {
      id: "option-filter", type: "text", value: options.filter, placeholder: texts.filterPlaceholder, spellcheck: "false",
      autocomplete: "off", "aria-describedby": "option-filter-hint", maxlength: 5000,
    });
    const costs = el("input", { id: "option-costs", type: "checkbox", checked: options.showCosts });
    const apply = (event: Event): void => {
      event.preventDefault();
      this.popover.close(true);
      this.change({
        layout: layout.value === "hierarchical" ? null : layout.value,
        group_by: groupBy.value || null,
        max_nodes: boxes.value === String(DEFAULT_BUDGET) ? null : boxes.value,
        filter: filter.value.trim() || null,
        show_costs: costs.checked ? "true" : null,
        view: null,
      });
    };
    const reset = (): void => {
      this.popover.close(true);
      this.change({ layout: null, group_by: null, max_nodes: null, filter: null, show_costs: null, focus: null, hops: null, view: null });
    };
    return el(
      "form",
      { onsubmit: apply },
      el("h2", { class: "popover-title" }, texts.title),
      field("option-layout", texts.layout, layout),
      field("option-group", texts.groupBy, groupBy),
      field("option-boxes", texts.boxes, boxes),
      field("option-filter", texts.filter, filter, el("span", { id: "option-filter-hint", class: "field-hint" }, texts.filterHint)),
      el("label", { class: "check", for: "option-costs" }, costs, texts.costs),
      el(
        "div",
        { class: "actions end" },
        el("button", { type: "button", class: "button", onclick: reset }, texts.reset),
        el("button", { type: "submit", class: "button primary" }, texts.apply),
      ),
    );
  }
}

function field(id: string, label: string, control: HTMLElement, hint: HTMLElement | null = null): HTMLElement {
  return el("div", { class: "field" }, el("label", { for: id }, label), control, hint);
}

function select(id: string, choices: [value: string, text: string][], chosen: string): HTMLSelectElement {
  const made = el("select", { id }, ...choices.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
  // An address may ask for a choice that is not on offer; show it as it is rather than silently another one.
  if (!choices.some(([value]) => value === chosen)) made.append(el("option", { value: chosen, selected: true }, chosen));
  return made;
}
