/** The frame of details and coverage: a region at the side, on a phone at the bottom, with a way to close it. */

import { type Child, el, fill, iconButton } from "./element.js";

export class SidePanel {
  readonly element: HTMLElement;
  readonly body = el("div", { class: "panel-body" });
  private readonly heading = el("div", { class: "panel-heading" });

  constructor(label: string, closeLabel: string, onClose: () => void) {
    this.element = el(
      "section",
      { class: "panel", "aria-label": label, tabindex: "-1" },
      el("header", { class: "panel-head" }, this.heading, iconButton("close", closeLabel, onClose, "panel-close")),
      this.body,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") onClose();
    });
  }

  head(...children: Child[]): void {
    fill(this.heading, ...children);
  }

  show(...children: Child[]): void {
    fill(this.body, ...children);
    this.body.scrollTop = 0;
  }
}
