/** A search box with a list of suggestions (the combobox pattern of the WAI-ARIA practices). */

import type { Facets, Page, Resource } from "../state/contract.js";
import { asProblem, isAbort } from "../state/problem.js";
import { count, humanKind, words } from "../texts.js";
import { el, foreign, shape } from "./element.js";

const PAUSE_MS = 180;
const MOST = 8;
/** So many are asked for, to show the best of them. */
const ASKED = 40;
const { search: texts } = words;

/** Whoever finds resources by letters: the API, or a picture that holds them itself. */
export interface ResourceFinder {
  resources(query: { q: string; limit: number }, signal: AbortSignal): Promise<Page<Resource>>;
}

export interface TypeFinder {
  facets(): Promise<Facets>;
  onType(type: string): void;
}

const MOST_TYPES = 3;

export class SearchBox {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly status: HTMLElement;
  private found: Resource[] = [];
  private active = -1;
  /** Types whose name holds the letters, with how many resources each has. */
  private ofType: [type: string, number: number][] = [];
  private known: Promise<Facets> | null = null;
  /** Letters were typed for which there is no answer yet. */
  private pending = false;
  private pickFirst = false;
  private timer = 0;
  private running: AbortController | null = null;

  constructor(
    private readonly finder: ResourceFinder,
    private readonly onPick: (resource: Resource) => void,
    /** Shows all that is found elsewhere; null where there is no such place. */
    private readonly onAll: ((text: string) => void) | null,
    /** Whether a resource can be seen where somebody searches; those come first. */
    private readonly inSight: (id: string) => boolean = () => false,
    /** Types that can be searched for, and what to do when one is picked. */
    private readonly types: TypeFinder | null = null,
  ) {
    this.input = el("input", {
      type: "search", placeholder: texts.placeholder, "aria-label": texts.label, role: "combobox", autocomplete: "off",
      spellcheck: "false", "aria-expanded": "false", "aria-controls": "search-results", "aria-autocomplete": "list",
      maxlength: 500, enterkeyhint: "search",
    });
    this.list = el("ul", { id: "search-results", class: "suggestions", role: "listbox", "aria-label": texts.label, hidden: true });
    this.status = el("span", { class: "visually-hidden", role: "status" });
    this.element = el("div", { class: "search-box" }, shape("search"), this.input, this.list, this.status);
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("focus", () => {
      if (this.input.value.trim() && this.found.length > 0) this.open();
    });
    // The input must keep its focus, or the list would close before the click arrives.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  destroy(): void {
    window.clearTimeout(this.timer);
    this.running?.abort();
  }

  private later(): void {
    // What was found for other letters must not be picked for these.
    this.found = [];
    this.pickFirst = false;
    this.close();
    this.pending = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.search(), PAUSE_MS);
  }

  private async search(): Promise<void> {
    const text = this.input.value.trim();
    this.running?.abort();
    if (text === "") {
      this.pending = false;
      return;
    }
    const running = new AbortController();
    this.running = running;
    try {
      const page = await this.finder.resources({ q: text, limit: ASKED }, running.signal);
      this.pending = false;
      this.found = this.best(page.items, text.toLowerCase());
      this.ofType = await this.typesLike(text.toLowerCase());
      if (running.signal.aborted) return;
      this.show(text, page.next_cursor !== null || page.items.length > MOST);
      if (this.pickFirst) this.pick(0);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      this.pending = false;
      this.list.replaceChildren(el("li", { class: "suggestion-note" }, asProblem(thrown).detail));
      this.open();
    }
  }

  /** The names that are meant most likely: the whole of it, then what is in sight, then what begins with it. */
  private best(items: readonly Resource[], text: string): Resource[] {
    const rank = (item: Resource): number => {
      const name = item.name.toLowerCase();
      const whole = name === text || item.id.toLowerCase() === text;
      return (whole ? 0 : 4) + (this.inSight(item.id) ? 0 : 2) + (name.startsWith(text) ? 0 : 1);
    };
    return [...items].sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
  }

  private show(text: string, more: boolean): void {
    this.active = -1;
    this.list.replaceChildren(
      ...this.found.map((resource, at) =>
        el(
          "li",
          { id: `search-result-${at}`, role: "option", "aria-selected": "false", class: "suggestion", onclick: () => this.pick(at) },
          foreign(resource.name || resource.id, "suggestion-name"),
          el("span", { class: "suggestion-what" }, humanKind(resource.kind), resource.region ? " · " : "", foreign(resource.region)),
        ),
      ),
    );
    this.list.append(...this.ofType.map(([type, number], at) => this.typeOption(type, number, at)));
    if (this.found.length + this.ofType.length === 0) this.list.append(el("li", { class: "suggestion-note" }, texts.none));
    if (more && this.onAll) {
      const all = el("li", { class: "suggestion all", role: "option", "aria-selected": "false", id: "search-result-all" }, texts.more);
      all.addEventListener("click", () => this.all(text));
      this.list.append(all);
    }
    this.status.textContent = texts.results(this.found.length);
    this.open();
  }

  private async typesLike(text: string): Promise<[string, number][]> {
    if (!this.types || text.length < 2) return [];
    try {
      this.known ??= this.types.facets();
      const like = Object.entries((await this.known)["type"] ?? {}).filter(([type]) => type.includes(text.replace(/\s+/g, "_")));
      return like.sort((a, b) => b[1] - a[1]).slice(0, MOST_TYPES);
    } catch {
      this.known = null;
      return [];
    }
  }

  private typeOption(type: string, number: number, at: number): HTMLElement {
    const pick = (): void => {
      this.close();
      this.types?.onType(type);
    };
    return el(
      "li",
      { id: `search-type-${at}`, role: "option", "aria-selected": "false", class: "suggestion of-type", onclick: pick },
      foreign(texts.ofType(type), "suggestion-name"),
      el("span", { class: "suggestion-what" }, count(number)),
    );
  }

  private key(event: KeyboardEvent): void {
    const options = this.list.querySelectorAll<HTMLElement>("[role=option]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden || options.length === 0) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = (this.active + step + options.length + (this.active < 0 && step < 0 ? 1 : 0)) % options.length;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
      const active = options[this.active] as HTMLElement;
      this.input.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      const at = this.active >= 0 ? this.active : 0;
      // Quicker than the answer: the first of what comes is meant.
      if (this.pending) this.pickFirst = true;
      else if (!this.list.hidden && this.active >= this.found.length) options[this.active]?.click();
      else if (!this.list.hidden && at < this.found.length) this.pick(at);
      else if (this.input.value.trim()) this.all(this.input.value.trim());
    } else if (event.key === "Escape") {
      if (this.list.hidden) this.input.value = "";
      this.close();
      event.stopPropagation();
    }
  }

  private pick(at: number): void {
    const resource = this.found[at];
    if (!resource) return;
    this.close();
    this.onPick(resource);
  }

  private all(text: string): void {
    if (!this.onAll) return;
    this.close();
    this.onAll(text);
  }

  private open(): void {
    if (document.activeElement !== this.input) return;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
