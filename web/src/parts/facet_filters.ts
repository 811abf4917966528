/** Filters with counts: which values there are among what matches now, and which of them are chosen. */

import type { Query } from "../state/query.js";
import type { Facets } from "../state/contract.js";
import { count, words } from "../texts.js";
import { el, fill, foreign } from "./element.js";

const { resources: texts } = words;
const FIRST = 8;

export class FacetFilters {
  readonly element = el("div", { class: "facets", role: "group", "aria-label": texts.filters });
  private chosen: Record<string, string[]> = {};
  private facets: Facets = {};
  private readonly wide = new Set<string>();

  constructor(
    private readonly names: readonly string[],
    private readonly onChange: (name: string, values: string[]) => void,
  ) {}

  choose(query: Query): void {
    for (const name of this.names) this.chosen[name] = [...((query[name] as readonly string[] | undefined) ?? [])];
    this.draw();
  }

  show(facets: Facets): void {
    this.facets = facets;
    this.draw();
  }

  private draw(): void {
    // Drawing anew must not throw the keyboard off the box that was just ticked.
    const focused = (document.activeElement as HTMLElement | null)?.id;
    fill(this.element, ...this.names.map((name) => this.group(name)));
    if (focused) (this.element.querySelector(`#${CSS.escape(focused)}`) as HTMLElement | null)?.focus();
  }

  private group(name: string): HTMLElement | null {
    const chosen = this.chosen[name] ?? [];
    const counts = this.facets[name] ?? {};
    // What is chosen stays in the list even when nothing matches it any more.
    const values = [...new Set([...chosen, ...Object.keys(counts)])].filter((value) => value !== "");
    if (values.length === 0) return null;
    values.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a.localeCompare(b));
    const shown = this.wide.has(name) ? values : values.filter((value, at) => at < FIRST || chosen.includes(value));
    const toggle = el("button", { type: "button", class: "link small", id: `facet-${name}-more` }, this.wide.has(name) ? texts.showFewer : texts.showAll(values.length));
    toggle.addEventListener("click", () => {
      if (!this.wide.delete(name)) this.wide.add(name);
      this.draw();
    });
    return el(
      "fieldset",
      { class: "facet" },
      el("legend", {}, texts.facets[name] ?? name),
      ...shown.map((value) => this.line(name, value, counts[value] ?? 0, chosen.includes(value))),
      values.length > FIRST ? toggle : null,
    );
  }

  private line(name: string, value: string, number: number, on: boolean): HTMLElement {
    const id = `facet-${name}-${value}`;
    const box = el("input", { type: "checkbox", id, checked: on });
    box.addEventListener("change", () => {
      const others = (this.chosen[name] ?? []).filter((each) => each !== value);
      this.onChange(name, box.checked ? [...others, value] : others);
    });
    const text = name === "provider" ? (texts.providers[value] ?? value) : value;
    return el("label", { class: "check facet-line", title: value }, box, foreign(text, "facet-value"), el("span", { class: "facet-count" }, count(number)));
  }
}
