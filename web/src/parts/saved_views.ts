/** Views that somebody named, to come back to: kept in this browser, and shared as links. */

import { el, fill, foreign, shape } from "./element.js";
import type { Announcer } from "./notice.js";
import { Popover } from "./popover.js";
import { words } from "../texts.js";

const { views: texts } = words;
const KEY = "cloudviz.views";
const MOST = 100;

export interface SavedView {
  name: string;
  /** The address behind `#`. */
  place: string;
}

export type ViewStore = Pick<Storage, "getItem" | "setItem">;

export function readViews(store: ViewStore): SavedView[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(KEY) ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.filter((each): each is SavedView => typeof each?.name === "string" && typeof each?.place === "string" && each.place.startsWith("/map"));
  } catch {
    return [];
  }
}

/** The views with one more, which takes the place of one of the same name. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...views.filter((each) => each.name !== view.name), view].slice(-MOST).sort((a, b) => a.name.localeCompare(b.name));
}

export class SavedViews {
  readonly element: HTMLElement;
  private readonly popover: Popover;

  constructor(
    private readonly store: ViewStore,
    private readonly announcer: Announcer,
    private readonly present: () => string,
    private readonly go: (place: string) => void,
  ) {
    const button = el("button", { type: "button", class: "button", "aria-label": texts.open, title: texts.open }, shape("star"));
    this.popover = new Popover(button, texts.title, "views", () => [this.content()]);
    this.element = this.popover.element;
  }

  destroy(): void {
    this.popover.destroy();
  }

  private content(): HTMLElement {
    const name = el("input", { id: "view-name", type: "text", maxlength: 80, autocomplete: "off", required: true });
    const list = el("ul", { class: "view-list" });
    const draw = (): void => {
      const views = readViews(this.store);
      fill(list, ...(views.length === 0 ? [el("li", { class: "quiet" }, texts.none)] : views.map((view) => this.item(view, draw))));
    };
    const save = (event: Event): void => {
      event.preventDefault();
      const text = name.value.trim();
      if (!text) return;
      this.keep(withView(readViews(this.store), { name: text, place: this.present() }));
      this.announcer.say(texts.saved(text));
      name.value = "";
      draw();
    };
    draw();
    const share = el("button", { type: "button", class: "button small", onclick: () => void this.share() }, shape("copy"), texts.share);
    return el(
      "div",
      {},
      el("h2", { class: "popover-title" }, texts.title),
      list,
      el("form", { class: "field", onsubmit: save }, el("label", { for: "view-name" }, texts.name), name, el("div", { class: "actions" }, el("button", { type: "submit", class: "button small primary" }, texts.save), share)),
    );
  }

  private item(view: SavedView, draw: () => void): HTMLElement {
    const open = (): void => {
      this.popover.close(true);
      this.go(view.place);
    };
    const remove = (): void => {
      this.keep(readViews(this.store).filter((each) => each.name !== view.name));
      draw();
    };
    return el(
      "li",
      {},
      el("button", { type: "button", class: "link-button", onclick: open }, foreign(view.name)),
      el("button", { type: "button", class: "mark-off", "aria-label": texts.remove(view.name), onclick: remove }, shape("close")),
    );
  }

  private keep(views: readonly SavedView[]): void {
    try {
      this.store.setItem(KEY, JSON.stringify(views));
    } catch {
      // A browser that keeps nothing: the link in the address bar does as well.
    }
  }

  private async share(): Promise<void> {
    try {
      await navigator.clipboard.writeText(window.location.href);
      this.announcer.say(texts.copied);
    } catch {
      this.announcer.say(texts.notCopied);
    }
  }
}
