/** What stands where there is nothing to show: loading, refused, empty. */

import { asProblem } from "../state/problem.js";
import { words } from "../texts.js";
import { type Child, el, shape } from "./element.js";

export function loading(text: string): HTMLElement {
  return el("div", { class: "notice", role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), el("p", {}, text));
}

/** A refusal: what failed, why, what to do, and a button to try again. */
export function refusal(what: string, thrown: unknown, retry: (() => void) | null, ...more: Child[]): HTMLElement {
  const problem = asProblem(thrown);
  return el(
    "div",
    { class: "notice refusal", role: "alert" },
    el("span", { class: "notice-mark" }, shape("warning")),
    el("h2", {}, what),
    el("p", { class: "wrap" }, problem.detail),
    problem.hint ? el("p", { class: "quiet wrap" }, problem.hint) : null,
    el(
      "div",
      { class: "actions" },
      retry && el("button", { type: "button", class: "button primary", onclick: retry }, words.problem.retry),
      ...more,
    ),
  );
}

/** Nothing here: why, and what to do next. */
export function empty(title: string, hint: string, ...more: Child[]): HTMLElement {
  return el("div", { class: "notice" }, el("h2", {}, title), hint ? el("p", { class: "quiet wrap" }, hint) : null, ...more);
}

/** A line that appears at the bottom and goes by itself; read out by screen readers. */
export class Announcer {
  readonly element = el("div", { class: "toast", role: "status", "aria-live": "polite" });
  private timer = 0;

  say(text: string, seconds = 4): void {
    window.clearTimeout(this.timer);
    this.element.textContent = text;
    this.element.classList.add("shown");
    this.timer = window.setTimeout(() => this.element.classList.remove("shown"), seconds * 1000);
  }

  /** For screen readers only. */
  whisper(text: string): void {
    this.element.classList.remove("shown");
    this.element.textContent = text;
  }
}
