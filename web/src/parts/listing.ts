/** A table of things that come page by page, with its states: loading, empty, refused, more. */

import type { Page } from "../state/contract.js";
import { isAbort } from "../state/problem.js";
import { words } from "../texts.js";
import { type Child, el, fill } from "./element.js";
import { loading, refusal } from "./notice.js";

const { admin: texts } = words.service;

export interface Column<T> {
  title: string;
  cell(item: T): Child;
  className?: string;
}

export class Listing<T> {
  readonly element = el("div", { class: "listing" });
  private readonly body = el("tbody", {});
  private readonly foot = el("div", { class: "listing-foot" });
  private stop = new AbortController();

  constructor(
    private readonly label: string,
    private readonly columns: readonly Column<T>[],
    private readonly fetch: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>,
    private readonly none: () => HTMLElement,
    private readonly failed: string = texts.failed,
    private readonly waiting: string = texts.loading,
  ) {}

  /** Load anew from the first page. What is there stays until the answer comes, when `quietly`. */
  async load(quietly = false): Promise<void> {
    this.stop.abort();
    const { signal } = (this.stop = new AbortController());
    if (!quietly) fill(this.element, loading(this.waiting));
    try {
      const page = await this.fetch(null, signal);
      fill(this.body, ...page.items.map((item) => this.row(item)));
      if (page.items.length === 0) return fill(this.element, this.none());
      fill(this.element, el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": this.label }, this.table()), this.foot);
      this.more(page.next_cursor ?? null);
    } catch (thrown) {
      if (!isAbort(thrown)) fill(this.element, refusal(this.failed, thrown, () => void this.load()));
    }
  }

  destroy(): void {
    this.stop.abort();
  }

  private table(): HTMLElement {
    return el(
      "table",
      { class: "list-table" },
      el("caption", { class: "visually-hidden" }, this.label),
      el("thead", {}, el("tr", {}, ...this.columns.map((column) => el("th", { scope: "col", class: column.className ?? null }, column.title || el("span", { class: "visually-hidden" }, texts.actions))))),
      this.body,
    );
  }

  private row(item: T): HTMLElement {
    return el("tr", {}, ...this.columns.map((column) => el("td", { class: column.className ?? null }, column.cell(item))));
  }

  private more(cursor: string | null): void {
    fill(this.foot);
    if (!cursor) return;
    const button = el("button", { type: "button", class: "button" }, texts.more);
    button.addEventListener("click", () => void this.append(cursor, button));
    this.foot.append(button);
  }

  private async append(cursor: string, button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      const page = await this.fetch(cursor, this.stop.signal);
      this.body.append(...page.items.map((item) => this.row(item)));
      this.more(page.next_cursor ?? null);
    } catch (thrown) {
      if (!isAbort(thrown)) fill(this.foot, refusal(this.failed, thrown, () => void this.append(cursor, button)));
    }
  }
}
