/** A panel that a button opens and that Escape, a click elsewhere or its own actions close. */

import { type Child, el } from "./element.js";

export class Popover {
  readonly element: HTMLElement;
  private readonly panel: HTMLElement;

  constructor(
    private readonly button: HTMLButtonElement,
    label: string,
    className: string,
    /** Called each time it opens, for what it holds. */
    private readonly content: () => Child[],
  ) {
    this.panel = el("div", { class: `popover ${className}`, role: "dialog", "aria-label": label, hidden: true });
    this.element = el("div", { class: "popover-anchor" }, button, this.panel);
    button.setAttribute("aria-haspopup", "dialog");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => (this.isOpen ? this.close(true) : this.open()));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.isOpen) return;
      event.stopPropagation();
      this.close(true);
    });
    this.element.addEventListener("focusout", (event) => {
      // A click on something that takes no focus leaves the panel open; the pointer listener sees to those.
      const next = event.relatedTarget as Node | null;
      if (next && !this.element.contains(next)) this.close(false);
    });
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  open(): void {
    this.panel.replaceChildren();
    for (const child of this.content()) if (child) this.panel.append(child);
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", this.elsewhere);
    this.focusFirst();
  }

  /** The first thing in it that takes the keyboard: also after what had it is gone. */
  focusFirst(): void {
    this.panel.querySelector<HTMLElement>("button, input, select, [tabindex]")?.focus();
  }

  close(backToButton: boolean): void {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", this.elsewhere);
    if (backToButton) this.button.focus();
  }

  /** Take the listeners off, when the view goes. */
  destroy(): void {
    document.removeEventListener("pointerdown", this.elsewhere);
  }

  private readonly elsewhere = (event: Event): void => {
    if (!this.element.contains(event.target as Node)) this.close(false);
  };
}
