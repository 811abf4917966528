/** The line under the map: what it stands for, what is folded away, what it costs, and where we look. */

import type { SceneSummary } from "../engine/scene.js";
import { count, humanKind, money, words } from "../texts.js";
import { el, fill, foreign } from "./element.js";

const { map: texts } = words;
/** So many kinds of hidden things are named; the title of the line names all. */
const NAMED = 4;

export class MapFooter {
  readonly element: HTMLElement;
  private readonly summary = el("div", { class: "summary", "aria-live": "polite" });
  private readonly where = el("div", { class: "whereabouts" });
  private readonly zoom = el("span", { class: "zoom" });
  private names = "";

  constructor() {
    this.element = el("footer", { class: "map-footer" }, this.summary, this.where, this.zoom);
  }

  show(summary: SceneSummary, title: string): void {
    const ranked = Object.entries(summary.hidden).filter(([, number]) => number > 0);
    ranked.sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    const named = ranked.map(([kind, number]) => `${count(number)} ${plural(humanKind(kind).toLowerCase(), number)}`);
    const rest = ranked.slice(NAMED).reduce((sum, [, number]) => sum + number, 0);
    const hidden = rest > 0 ? [...named.slice(0, NAMED), texts.moreHidden(count(rest))] : named;
    fill(
      this.summary,
      title ? el("strong", {}, foreign(title)) : null,
      el("span", {}, texts.shown(count(summary.resources), count(summary.shown))),
      summary.links > 0 && el("span", {}, texts.links(count(summary.links_shown), count(summary.links))),
      summary.cost_monthly !== null && el("span", {}, texts.perMonth(money(summary.cost_monthly, summary.currency))),
      hidden.length > 0 && el("span", { title: named.join(", ") }, `${texts.hidden} ${hidden.join(", ")}`),
      summary.gaps > 0 && el("span", { class: "gaps-note" }, words.coverage.badge(summary.gaps)),
    );
  }

  clear(): void {
    fill(this.summary);
    this.whereabouts([], 1);
  }

  whereabouts(names: readonly string[], zoom: number): void {
    this.zoom.textContent = `${Math.round(zoom * 100)} %`;
    const joined = names.join("\n");
    if (joined === this.names) return;
    this.names = joined;
    fill(this.where, ...names.flatMap((name, at) => [at > 0 ? el("span", { class: "quiet" }, " › ") : null, foreign(name)]));
    this.where.title = names.join(" › ");
  }
}

/** Kinds that come in the plural already, or that English bends otherwise, are rare: identity, queue of …. */
function plural(word: string, number: number): string {
  if (number === 1 || word.endsWith("s")) return word;
  if (word.endsWith("y")) return `${word.slice(0, -1)}ies`;
  return word.endsWith("ch") || word.endsWith("x") ? `${word}es` : `${word}s`;
}
