/** The mark on the map that says how much of the estate could be seen, and the panel behind it. */

import type { CloudViz } from "@cloudviz/client";
import { BLIND } from "../state/contract.js";
import { isAbort } from "../state/problem.js";
import { words } from "../texts.js";
import { CoveragePanel } from "./coverage_panel.js";
import { el, fill, shape } from "./element.js";

const { coverage: texts } = words;

export class CoverageBadge {
  readonly element: HTMLButtonElement;
  readonly panel: CoveragePanel;
  asked = false;
  private readonly stop = new AbortController();

  constructor(
    private readonly client: CloudViz,
    onClose: () => void,
    onOpen: () => void,
  ) {
    // Its room is kept from the beginning: a row of tools that grows would cover what was fitted below it.
    this.element = el("button", { type: "button", class: "button badge waiting", onclick: onOpen });
    this.mark(0, true);
    this.element.classList.add("waiting");
    this.panel = new CoveragePanel(onClose);
  }

  async load(): Promise<void> {
    this.asked = true;
    this.panel.wait();
    try {
      const report = await this.client.map.coverage({ signal: this.stop.signal });
      const gaps = report.items.filter((item) => BLIND.has(item.status)).length;
      this.mark(gaps, report.items.length > 0);
      this.panel.show(report);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      // Without an answer nothing can be said; the panel says that, and the mark does not say "complete".
      this.mark(0, false);
      this.panel.refuse(thrown, () => void this.load());
    }
  }

  destroy(): void {
    this.stop.abort();
  }

  private mark(gaps: number, known: boolean): void {
    this.element.classList.remove("waiting");
    this.element.classList.toggle("warn", gaps > 0);
    this.element.classList.toggle("complete", known && gaps === 0);
    const text = gaps > 0 ? texts.badge(gaps) : known ? texts.complete : texts.title;
    this.element.setAttribute("aria-label", gaps > 0 ? texts.badgeLabel(gaps) : known ? texts.completeLabel : texts.title);
    fill(this.element, shape(gaps > 0 || !known ? "warning" : "check"), el("span", { class: "label" }, text));
  }
}
