/**
 * A table of which only the rows in sight exist as elements.
 *
 * All rows are of one height, so that where a row stands is a multiplication, and a list of 100,000 scrolls
 * like one of a hundred.
 */

import type { Resource } from "../state/contract.js";
import { asProblem } from "../state/problem.js";
import { humanKind, money, words } from "../texts.js";
import { stateClass } from "./details_panel.js";
import { el, fill, foreign } from "./element.js";

const { resources: texts } = words;
const COLUMNS = ["name", "type", "region", "account", "state", "cost"] as const;
/** Rows beyond the window on each side, for quick scrolling. */
const SPARE = 12;
/** With fewer rows than this left below the window the next page is asked for. */
const AHEAD = 40;

export class ResourceTable {
  readonly element: HTMLElement;
  private readonly table: HTMLTableElement;
  private readonly before = el("tbody", { "aria-hidden": "true" }, el("tr", {}, el("td", { colspan: COLUMNS.length })));
  private readonly body = el("tbody");
  private readonly after = el("tbody", { "aria-hidden": "true" }, el("tr", {}, el("td", { colspan: COLUMNS.length })));
  private readonly foot = el("div", { class: "table-foot" });
  private items: Resource[] = [];
  private readonly names = new Map<string, string>();
  private readonly rows = new Map<number, HTMLTableRowElement>();
  private hasMore = false;
  /** After a refusal the next page comes only when somebody asks for it, not with each scroll. */
  private refused = false;
  private chosen = "";
  private rowHeight = 44;
  private readonly watcher: ResizeObserver;

  constructor(
    private readonly onPick: (id: string) => void,
    private readonly onMore: () => void,
  ) {
    this.table = el(
      "table",
      { class: "resource-table" },
      el("thead", {}, el("tr", {}, ...COLUMNS.map((name) => el("th", { scope: "col", class: `column-${name}` }, texts.columns[name])))),
      this.before,
      this.body,
      this.after,
    );
    this.element = el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": texts.title }, this.table, this.foot);
    this.element.addEventListener("scroll", () => this.draw(), { passive: true });
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(this.element);
  }

  get size(): number {
    return this.items.length;
  }

  nameOf(id: string): string | null {
    return this.names.get(id) ?? null;
  }

  replace(items: Resource[], hasMore: boolean): void {
    this.items = [];
    this.names.clear();
    this.rows.clear();
    this.body.replaceChildren();
    this.element.scrollTop = 0;
    this.append(items, hasMore);
  }

  append(items: Resource[], hasMore: boolean): void {
    this.items.push(...items);
    for (const item of items) this.names.set(item.id, item.name);
    this.hasMore = hasMore;
    this.refused = false;
    this.table.setAttribute("aria-rowcount", String(hasMore ? -1 : this.items.length + 1));
    this.footer();
    this.draw();
  }

  choose(id: string): void {
    this.chosen = id;
    for (const [at, row] of this.rows) row.classList.toggle("chosen", this.items[at]?.id === id);
  }

  busy(busy: boolean): void {
    this.element.setAttribute("aria-busy", String(busy));
  }

  waitForMore(): void {
    fill(this.foot, el("span", { class: "quiet", role: "status" }, texts.loadingMore));
  }

  refuseMore(thrown: unknown): void {
    this.refused = true;
    const problem = asProblem(thrown);
    const again = el("button", { type: "button", class: "button", onclick: () => this.onMore() }, words.problem.retry);
    fill(this.foot, el("span", { role: "alert" }, `${problem.detail} ${problem.hint}`), again);
  }

  destroy(): void {
    this.watcher.disconnect();
  }

  private footer(): void {
    const more = el("button", { type: "button", class: "button", onclick: () => this.onMore() }, texts.more);
    fill(this.foot, this.hasMore && more);
  }

  private measure(): void {
    // On a phone rows are higher; the style sheet says how high.
    const height = Number.parseFloat(getComputedStyle(this.element).getPropertyValue("--row-height"));
    if (height > 0 && height !== this.rowHeight) {
      this.rowHeight = height;
      this.rows.clear();
      this.body.replaceChildren();
    }
    this.draw();
  }

  private draw(): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight) - SPARE);
    const end = Math.min(this.items.length, Math.ceil((scrollTop + clientHeight) / this.rowHeight) + SPARE);
    for (const [at, row] of this.rows) {
      if (at >= first && at < end) continue;
      row.remove();
      this.rows.delete(at);
    }
    let next: HTMLTableRowElement | null = null;
    for (let at = end - 1; at >= first; at--) {
      let row = this.rows.get(at);
      if (!row) {
        row = this.row(at);
        this.rows.set(at, row);
        this.body.insertBefore(row, next);
      }
      next = row;
    }
    setHeight(this.before, first * this.rowHeight);
    setHeight(this.after, Math.max(0, this.items.length - end) * this.rowHeight);
    if (this.hasMore && !this.refused && end > this.items.length - AHEAD) this.onMore();
  }

  private row(at: number): HTMLTableRowElement {
    const item = this.items[at] as Resource;
    const name = item.name || item.id;
    const cost = item.cost_monthly == null ? "" : money(item.cost_monthly, item.currency ?? null);
    const open = el("button", { type: "button", class: "row-name", title: name, onclick: () => this.onPick(item.id) }, foreign(name));
    const row = el(
      "tr",
      { "aria-rowindex": at + 2, class: item.id === this.chosen ? "chosen" : "" },
      el("td", { class: "column-name" }, open),
      el("td", { class: "column-type", title: item.type }, el("span", {}, humanKind(item.kind)), el("span", { class: "sub" }, foreign(item.type))),
      el("td", { class: "column-region", title: item.region }, foreign(item.region)),
      el("td", { class: "column-account", title: item.account }, foreign(item.account)),
      el("td", { class: "column-state" }, item.state && el("span", { class: `state ${stateClass(item.state)}` }, foreign(item.state))),
      el("td", { class: "column-cost" }, cost),
    );
    row.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("button") && !window.getSelection()?.toString()) this.onPick(item.id);
    });
    return row;
  }
}

function setHeight(body: HTMLTableSectionElement, height: number): void {
  body.hidden = height === 0;
  (body.firstElementChild?.firstElementChild as HTMLElement).style.setProperty("height", `${height}px`);
}
