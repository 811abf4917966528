/** What there is to filter the map by, with counts; each tick changes the map's filter expression. */

import type { CloudViz } from "@cloudviz/client";
import { FACETS, chosen, filterText, parseFilter, withTag, withValues } from "../state/filter.js";
import { isAbort } from "../state/problem.js";
import { given } from "../state/query.js";
import { count, words } from "../texts.js";
import { el, fill } from "./element.js";
import { FacetFilters } from "./facet_filters.js";
import { loading, refusal } from "./notice.js";
import { SidePanel } from "./side_panel.js";

const { filters: texts } = words;

export class FilterPanel {
  readonly element: HTMLElement;
  private readonly panel: SidePanel;
  private readonly facets: FacetFilters;
  private readonly total = el("p", { class: "quiet", role: "status" });
  private readonly tags = el("div", { class: "tag-terms" });
  private running: AbortController | null = null;
  private shown = "";

  constructor(
    private readonly client: CloudViz,
    private readonly present: () => { filter: string; at: string },
    private readonly change: (filter: string) => void,
    onClose: () => void,
  ) {
    this.panel = new SidePanel(texts.title, texts.close, onClose);
    const clear = el("button", { type: "button", class: "button small", onclick: () => change("") }, texts.clear);
    this.panel.head(el("h2", {}, texts.title), clear);
    this.facets = new FacetFilters(FACETS, (name, values) => change(withValues(present().filter, name, values)));
    this.element = this.panel.element;
  }

  async show(): Promise<void> {
    const { filter, at } = this.present();
    if (this.shown === `${filter}|${at}`) return;
    const first = this.shown === "";
    this.shown = `${filter}|${at}`;
    this.running?.abort();
    const running = (this.running = new AbortController());
    if (first) this.panel.show(loading(texts.loading));
    try {
      const facets = await this.client.resources.facets({ ...given<"resources_facets">({ filter, at }), signal: running.signal });
      // A facet offers its other values too: its own choice must not hide them.
      const own = await Promise.all(
        FACETS.filter((name) => chosen(filter, name).length > 0).map(
          async (name) => [name, (await this.client.resources.facets({ ...given<"resources_facets">({ filter: withValues(filter, name, []), at }), signal: running.signal }))[name]!] as const,
        ),
      );
      this.total.textContent = texts.matching(count(Object.values(facets["provider"] ?? {}).reduce((sum, each) => sum + each, 0)));
      this.facets.choose(Object.fromEntries(FACETS.map((name) => [name, chosen(filter, name)])));
      this.facets.show({ ...facets, ...Object.fromEntries(own) });
      this.drawTags(filter);
      if (!this.facets.element.isConnected) this.panel.show(this.total, this.tags, this.facets.element);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      this.shown = "";
      this.panel.show(refusal(texts.failed, thrown, () => void this.show()));
    }
  }

  destroy(): void {
    this.running?.abort();
  }

  private drawTags(filter: string): void {
    const key = el("input", { id: "filter-tag-key", type: "text", placeholder: "env", autocomplete: "off", spellcheck: "false", maxlength: 200 });
    const value = el("input", { id: "filter-tag-value", type: "text", placeholder: "prod", autocomplete: "off", spellcheck: "false", maxlength: 300 });
    const add = (event: Event): void => {
      event.preventDefault();
      if (key.value.trim()) this.change(withTag(this.present().filter, key.value.trim(), value.value.trim()));
    };
    const terms = parseFilter(filter).filter((term) => term.key.startsWith("tag:"));
    fill(
      this.tags,
      ...terms.map((term) => {
        const name = filterText([term]);
        const off = (): void => this.change(filterText(parseFilter(this.present().filter).filter((each) => each.key !== term.key)));
        return el("button", { type: "button", class: "mark small", "aria-label": words.options.remove(name), onclick: off }, name, " ×");
      }),
      el(
        "form",
        { class: "tag-form", onsubmit: add },
        el("label", { for: "filter-tag-key" }, texts.tags),
        key,
        el("label", { for: "filter-tag-value", class: "visually-hidden" }, texts.tagValue),
        value,
        el("button", { type: "submit", class: "button small" }, words.options.apply),
      ),
    );
  }
}
