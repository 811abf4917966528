/** A page of tabs, each with an address of its own, for those of a role. */

import { el, fill } from "../parts/element.js";
import { empty, loading, refusal } from "../parts/notice.js";
import { type Route, hashOf } from "../state/router.js";
import { words } from "../texts.js";
import { type House, type View, may } from "./view.js";

const { admin: texts } = words.service;

/** What a tab shows, and how it is let go. */
export interface Tab {
  element: HTMLElement;
  destroy(): void;
}

export interface Tabs {
  title: string;
  /** The first part of the address. */
  place: string;
  role: "operator" | "admin";
  forbidden: string;
  titles: Record<string, string>;
  make: Record<string, (house: House) => Tab>;
}

export class TabbedView implements View {
  readonly title: string;
  readonly element: HTMLElement;
  private readonly bar: HTMLElement;
  private readonly body = el("div", {});
  private tab: Tab | null = null;
  private shown = "";

  constructor(
    private readonly house: House,
    private readonly tabs: Tabs,
  ) {
    this.title = tabs.title;
    this.bar = el("nav", { class: "tabs", "aria-label": tabs.title });
    this.element = el("main", { class: "page", id: "content" }, el("h1", {}, tabs.title), this.bar, this.body);
  }

  update(route: Route): void {
    const name = route.path.split("/")[2] ?? "";
    if (name === this.shown) return;
    this.shown = name;
    void this.show(name);
  }

  destroy(): void {
    this.tab?.destroy();
  }

  private async show(name: string): Promise<void> {
    const { tabs, house } = this;
    fill(this.body, loading(texts.loading));
    try {
      const person = await house.me();
      if (name !== this.shown) return;
      if (!may(person, tabs.role)) {
        const back = el("a", { href: hashOf("/map"), class: "button primary" }, words.notFound.back);
        return fill(this.body, empty(tabs.forbidden, texts.forbiddenHint, back));
      }
    } catch (thrown) {
      return fill(this.body, refusal(texts.failed, thrown, () => void this.show(name)));
    }
    fill(this.bar, ...Object.entries(tabs.titles).map(([key, title]) => el("a", { href: hashOf(`${tabs.place}/${key}`), class: "tab", "aria-current": key === name ? "page" : null }, title)));
    this.tab?.destroy();
    this.tab = tabs.make[name]!(house);
    fill(this.body, this.tab.element);
  }
}
