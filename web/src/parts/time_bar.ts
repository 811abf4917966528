/** The slider over the moments at which something was looked at, and what to compare the shown one with. */

import type { CloudViz } from "@cloudviz/client";
import type { SceneSummary } from "../engine/scene.js";
import { isAbort } from "../state/problem.js";
import { moment, words } from "../texts.js";
import { el, fill, iconButton } from "./element.js";

const { time: texts } = words;
const MOST = 100;

export interface Moments {
  at: string;
  since: string;
}

export class TimeBar {
  readonly element: HTMLElement;
  private readonly slider = el("input", { type: "range", min: 0, max: 0, step: 1, id: "time-slider" });
  private readonly said = el("output", { for: "time-slider", class: "time-said" });
  private readonly compare = el("select", { id: "time-compare" });
  private readonly outcome = el("span", { class: "time-outcome" });
  /** Oldest first; the present stands behind the last. */
  private moments: string[] = [];
  private readonly stop = new AbortController();

  constructor(
    private readonly client: CloudViz,
    private readonly present: () => Moments,
    private readonly change: (moments: Moments) => void,
    private readonly list: () => void,
  ) {
    this.element = el(
      "div",
      { class: "time-bar", hidden: true, role: "group", "aria-label": texts.label },
      iconButton("chevron", texts.earlier, () => this.step(-1), "back"),
      el("label", { class: "visually-hidden", for: "time-slider" }, texts.label),
      this.slider,
      iconButton("chevron", texts.later, () => this.step(1)),
      this.said,
      el("label", { for: "time-compare", class: "quiet" }, texts.compare),
      this.compare,
      this.outcome,
    );
    this.slider.addEventListener("input", () => this.say(Number(this.slider.value)));
    this.slider.addEventListener("change", () => this.go(Number(this.slider.value)));
    this.compare.addEventListener("change", () => this.change({ ...this.present(), since: this.compare.value }));
  }

  async load(): Promise<void> {
    try {
      const page = await this.client.request("discoveries_discoveries", { limit: MOST, signal: this.stop.signal });
      const ends = page.items.map((each) => each.seen_at).filter((at): at is string => Boolean(at));
      this.moments = [...new Set(ends)].sort();
      this.update(null);
    } catch (thrown) {
      // Without moments there is only the present; the map says by itself when the server does not answer.
      if (!isAbort(thrown)) this.element.hidden = true;
    }
  }

  /** Bring the controls in line with the address and what the map told. */
  update(summary: SceneSummary | null): void {
    const { at, since } = this.present();
    // The last look is the present, so that there must be two before one can go back.
    this.element.hidden = this.moments.length < 2 && !at && !since;
    const earlier = this.moments.slice(0, -1);
    this.slider.max = String(earlier.length);
    const found = at ? nearest(earlier, at) : earlier.length;
    this.slider.value = String(found);
    this.say(found);
    const before = earlier.filter((each) => !at || each < at);
    const choices = since && !before.includes(since) ? [since, ...before] : before;
    fill(
      this.compare,
      el("option", { value: "", selected: !since }, texts.nothing),
      ...choices.map((each) => el("option", { value: each, selected: each === since }, moment(each))).reverse(),
    );
    this.compare.disabled = choices.length === 0;
    const changes = since && summary ? (summary.changes ?? {}) : null;
    if (!changes) return fill(this.outcome);
    const [added, changed, removed] = ["added", "changed", "removed"].map((word) => changes[word] ?? 0) as [number, number, number];
    fill(
      this.outcome,
      added + changed + removed === 0
        ? texts.none
        : el("button", { type: "button", class: "button small", onclick: this.list }, texts.changes(added, changed, removed)),
    );
  }

  destroy(): void {
    this.stop.abort();
  }

  private step(by: number): void {
    const to = Math.max(0, Math.min(Number(this.slider.max), Number(this.slider.value) + by));
    if (to !== Number(this.slider.value)) this.go(to);
  }

  private go(to: number): void {
    const at = this.moments.slice(0, -1)[to] ?? "";
    const { since } = this.present();
    // A comparison with what comes later makes no sense.
    this.change({ at, since: since && at && since >= at ? "" : since });
  }

  private say(to: number): void {
    const at = this.moments.slice(0, -1)[to];
    const text = at ? texts.at(moment(at)) : texts.now;
    this.said.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
  }
}

function nearest(moments: readonly string[], at: string): number {
  const later = moments.findIndex((each) => each >= at);
  return later < 0 ? moments.length : later;
}
