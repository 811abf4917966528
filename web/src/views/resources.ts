/** The list of all resources: search as you type, facets, pages as one scrolls, details at the side. */

import { DetailsPanel } from "../parts/details_panel.js";
import { el, fill, shape } from "../parts/element.js";
import { FacetFilters } from "../parts/facet_filters.js";
import { empty, refusal } from "../parts/notice.js";
import { ResourceTable } from "../parts/resource_table.js";
import { isAbort } from "../state/problem.js";
import { type Query, given } from "../state/query.js";
import type { Route } from "../state/router.js";
import { count, words } from "../texts.js";
import type { House, View } from "./view.js";

const { resources: texts } = words;
const PAGE = 100;
const PAUSE_MS = 200;
export const FACETS = ["provider", "type", "region", "account", "state"] as const;

export class ResourcesView implements View {
  readonly element: HTMLElement;
  readonly title = texts.title;
  private readonly input: HTMLInputElement;
  private readonly facets: FacetFilters;
  private readonly table: ResourceTable;
  private readonly details: DetailsPanel;
  private readonly side = el("aside", { class: "side", hidden: true });
  private readonly tally = el("p", { class: "tally", role: "status" });
  private readonly notice = el("div", { class: "list-notice" });
  private cursor: string | null = null;
  private loading = false;
  private running: AbortController | null = null;
  private asked = "";
  private opened = "";
  private timer = 0;

  constructor(private readonly house: House) {
    const { client, router } = house;
    this.input = el("input", { type: "search", "aria-label": texts.search, placeholder: texts.search, spellcheck: "false", autocomplete: "off", maxlength: 500 });
    this.input.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      // Each letter is no step of the history.
      this.timer = window.setTimeout(() => {
        router.change({ q: this.input.value.trim() || null }, true);
        this.update(router.route);
      }, PAUSE_MS);
    });
    this.facets = new FacetFilters(FACETS, (name, values) => {
      const { path, query } = router.route;
      query.delete(name);
      for (const value of values) query.append(name, value);
      router.go(path, query);
    });
    this.table = new ResourceTable((id) => router.change({ select: id }), () => void this.more());
    this.details = new DetailsPanel(client, {
      close: () => router.change({ select: null }),
      open: (id) => router.change({ select: id }),
      showOnMap: (id) => router.go("/map", { select: id }),
      focus: (id) => router.go("/map", { focus: id, select: id }),
      nameOf: (id) => this.table.nameOf(id),
    });
    const clear = (): void => {
      this.input.value = "";
      router.go("/resources");
    };
    const toggle = el("button", { type: "button", class: "button filters-toggle", "aria-expanded": "false" }, shape("sliders"), texts.showFilters);
    toggle.addEventListener("click", () => {
      const open = this.element.classList.toggle("filters-open");
      toggle.setAttribute("aria-expanded", String(open));
    });
    this.element = el(
      "main",
      { class: "resources-view", id: "content" },
      el(
        "div",
        { class: "list-head" },
        el("h1", {}, texts.title),
        el("div", { class: "search-box" }, shape("search"), this.input),
        toggle,
        el("button", { type: "button", class: "button", onclick: clear }, texts.clear),
        this.tally,
      ),
      el("div", { class: "list-area" }, this.facets.element, el("div", { class: "table-area" }, this.table.element, this.notice), this.side),
    );
  }

  update(route: Route): void {
    const query = this.queryFrom(route);
    const asked = JSON.stringify(query);
    if (asked !== this.asked) {
      this.asked = asked;
      if (document.activeElement !== this.input) this.input.value = route.query.get("q") ?? "";
      void this.load(query);
    }
    const select = route.query.get("select") ?? "";
    if (select === this.opened) return;
    this.opened = select;
    this.table.choose(select);
    this.side.hidden = select === "";
    if (select === "") fill(this.side);
    else {
      fill(this.side, this.details.element);
      void this.details.showResource(select);
      this.details.focus();
    }
  }

  destroy(): void {
    window.clearTimeout(this.timer);
    this.running?.abort();
    this.table.destroy();
    this.details.destroy();
  }

  private queryFrom(route: Route): Query {
    const query: Query = { q: route.query.get("q") ?? "" };
    for (const name of FACETS) query[name] = route.query.getAll(name);
    return query;
  }

  private async load(query: Query): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.cursor = null;
    this.loading = true;
    this.table.busy(true);
    this.facets.choose(query);
    // Beside each other: the list must not wait for counts.
    void this.countFacets(query, running.signal);
    try {
      const page = await this.house.client.request("resources_resources", { ...given<"resources_resources">(query), limit: PAGE, signal: running.signal });
      this.loading = false;
      this.cursor = page.next_cursor ?? null;
      this.table.replace(page.items, this.cursor !== null);
      this.report(query);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      this.loading = false;
      this.table.replace([], false);
      this.tally.textContent = "";
      fill(this.notice, refusal(texts.failed, thrown, () => void this.load(query)));
    } finally {
      if (this.running === running) this.table.busy(false);
    }
  }

  /** The next page, when the table nears its end or somebody asks for it. */
  private async more(): Promise<void> {
    if (this.loading || this.cursor === null || !this.running) return;
    this.loading = true;
    this.table.waitForMore();
    const { signal } = this.running;
    const query = this.queryFrom(this.house.router.route);
    try {
      const page = await this.house.client.request("resources_resources", { ...given<"resources_resources">(query), limit: PAGE, cursor: this.cursor, signal });
      this.loading = false;
      this.cursor = page.next_cursor ?? null;
      this.table.append(page.items, this.cursor !== null);
      this.report(query);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      this.loading = false;
      this.table.refuseMore(thrown);
    }
  }

  private async countFacets(query: Query, signal: AbortSignal): Promise<void> {
    try {
      this.facets.show(await this.house.client.resources.facets({ ...given<"resources_facets">(query), signal }));
    } catch (thrown) {
      if (!isAbort(thrown)) this.facets.show({});
    }
  }

  private report(query: Query): void {
    this.tally.textContent = texts.count(count(this.table.size), this.cursor !== null);
    if (this.table.size > 0) return fill(this.notice);
    const narrowed = Object.values(query).some((value) => value && (value as string | string[]).length > 0);
    fill(
      this.notice,
      narrowed
        ? empty(texts.noMatch, texts.noMatchHint)
        : empty(texts.empty, texts.emptyHint, ...words.map.emptyCommands.map((command) => el("pre", { class: "command", tabindex: "0" }, command))),
    );
  }
}
