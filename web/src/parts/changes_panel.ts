/** What differs between two moments as a list: each resource, and of those that changed each property. */

import type { CloudViz } from "@cloudviz/client";
import type { Changed, Resource } from "../state/contract.js";
import { isAbort } from "../state/problem.js";
import { count, humanKind, moment, shortId, words } from "../texts.js";
import { type Child, el, foreign } from "./element.js";
import { empty, loading, refusal } from "./notice.js";
import { SidePanel } from "./side_panel.js";

const { changes: texts } = words;
const FIRST = 50;

export class ChangesPanel {
  readonly element: HTMLElement;
  private readonly panel: SidePanel;
  private running: AbortController | null = null;
  private shown = "";

  constructor(
    private readonly client: CloudViz,
    private readonly open: (id: string) => void,
    onClose: () => void,
  ) {
    this.panel = new SidePanel(texts.title, texts.close, onClose);
    this.element = this.panel.element;
  }

  async show(since: string, at: string): Promise<void> {
    if (this.shown === `${since}|${at}`) return;
    this.shown = `${since}|${at}`;
    this.running?.abort();
    const running = (this.running = new AbortController());
    this.panel.head(el("h2", {}, texts.title), el("p", { class: "quiet" }, texts.between(moment(since), at ? moment(at) : words.time.now)));
    this.panel.show(loading(texts.loading));
    try {
      const found = await this.client.diagrams.diff({ a: since, b: at || new Date().toISOString(), signal: running.signal });
      const all = found.added.length + found.removed.length + found.changed.length;
      this.panel.show(
        all === 0 && empty(texts.none, texts.noneHint),
        this.group("added", found.added.length, found.added.map((item) => () => this.item(item))),
        this.group("removed", found.removed.length, found.removed.map((item) => () => this.item(item))),
        this.group("changed", found.changed.length, found.changed.map((item) => () => this.changed(item))),
        found.links_added.length + found.links_removed.length > 0 &&
          el("p", { class: "quiet" }, texts.links(count(found.links_added.length), count(found.links_removed.length))),
      );
    } catch (thrown) {
      if (isAbort(thrown)) return;
      this.shown = "";
      this.panel.show(refusal(texts.failed, thrown, () => void this.show(since, at)));
    }
  }

  destroy(): void {
    this.running?.abort();
  }

  private group(word: "added" | "removed" | "changed", number: number, makers: (() => HTMLElement)[]): Child {
    if (number === 0) return null;
    const list = el("ul", { class: "change-list" }, ...makers.slice(0, FIRST).map((make) => make()));
    const section = el("section", {}, el("h3", { class: "section-title" }, el("span", { class: `change-sign ${word}` }, SIGNS[word]), `${texts[word]} (${count(number)})`), list);
    let at = FIRST;
    if (number > FIRST) {
      const more = el("button", { type: "button", class: "button small" }, texts.more(number - at));
      more.addEventListener("click", () => {
        list.append(...makers.slice(at, at + 200).map((make) => make()));
        at += 200;
        if (at >= number) more.remove();
        else more.textContent = texts.more(number - at);
      });
      section.append(more);
    }
    return section;
  }

  private item(item: Resource): HTMLElement {
    return el("li", {}, this.link(item), this.what(item));
  }

  private changed({ before, after, fields }: Changed): HTMLElement {
    const rows = fields.map((field) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, foreign(field)),
        el("td", { class: "was" }, foreign(text(valueAt(before, field)))),
        el("td", {}, foreign(text(valueAt(after, field)))),
      ),
    );
    return el(
      "li",
      {},
      this.link(after),
      this.what(after),
      el(
        "table",
        { class: "change-table" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, texts.field), el("th", { scope: "col" }, texts.before), el("th", { scope: "col" }, texts.after))),
        el("tbody", {}, ...rows),
      ),
    );
  }

  private link(item: Resource): HTMLElement {
    return el("button", { type: "button", class: "link-button", onclick: () => this.open(item.id) }, foreign(item.name || shortId(item.id)));
  }

  private what(item: Resource): HTMLElement {
    return el("span", { class: "quiet" }, " ", humanKind(item.kind), item.region ? " · " : "", foreign(item.region));
  }
}

const SIGNS = { added: "+", removed: "−", changed: "~" };

/** The value at a dotted path; keys may hold dots themselves, as those of tags do. */
export function valueAt(resource: Resource, path: string): unknown {
  let at: unknown = resource;
  let rest = path;
  while (rest !== "") {
    if (typeof at !== "object" || at === null) return undefined;
    const holder = at as Record<string, unknown>;
    if (Object.hasOwn(holder, rest)) return holder[rest];
    const key = Object.keys(holder).find((each) => rest.startsWith(`${each}.`));
    if (key === undefined) return undefined;
    at = holder[key];
    rest = rest.slice(key.length + 1);
  }
  return at;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return texts.absent;
  const said = typeof value === "string" ? value : JSON.stringify(value);
  return said.length > 300 ? `${said.slice(0, 300)}…` : said;
}
