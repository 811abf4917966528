/** What was looked at and what could not be seen. Blind is not empty: each gap says what is missing and why. */

import { BLIND, type Coverage, type CoverageReport } from "../state/contract.js";
import { count, words } from "../texts.js";
import { el, foreign, shape } from "./element.js";
import { loading, refusal } from "./notice.js";
import { SidePanel } from "./side_panel.js";

const { coverage: texts } = words;
/** A denied service shows up once a region: keep the list short until somebody asks. */
const FIRST = 25;

export class CoveragePanel {
  readonly element: HTMLElement;
  private readonly panel: SidePanel;

  constructor(onClose: () => void) {
    this.panel = new SidePanel(texts.title, words.details.close, onClose);
    this.panel.head(el("h2", {}, texts.title));
    this.element = this.panel.element;
  }

  wait(): void {
    this.panel.show(loading(words.resources.loading));
  }

  refuse(thrown: unknown, retry: () => void): void {
    this.panel.show(refusal(texts.failedToLoad, thrown, retry));
  }

  show(report: CoverageReport): void {
    const gaps = report.items.filter((item) => BLIND.has(item.status));
    if (report.items.length === 0) {
      this.panel.show(el("div", { class: "notice" }, el("h3", {}, texts.nothing), el("p", { class: "quiet" }, texts.nothingHint)));
      return;
    }
    this.panel.show(
      gaps.length > 0
        ? el("div", { class: "callout warn" }, shape("warning"), el("div", {}, el("h3", {}, texts.blind), el("p", {}, texts.blindHint(gaps.length))))
        : el("div", { class: "callout good" }, shape("check"), el("p", {}, texts.allSeen)),
      ...byAccount(gaps).map(([account, items]) => accountSection(account, items)),
      lookedAt(report.items),
    );
  }
}

function byAccount(gaps: readonly Coverage[]): [Coverage, Coverage[]][] {
  const groups = new Map<string, [Coverage, Coverage[]]>();
  for (const gap of gaps) {
    const key = `${gap.provider}\n${gap.account}`;
    const group = groups.get(key) ?? [gap, []];
    group[1].push(gap);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function accountSection(first: Coverage, gaps: readonly Coverage[]): HTMLElement {
  const list = el("ul", { class: "gaps" }, ...gaps.slice(0, FIRST).map(gapItem));
  const section = el(
    "section",
    {},
    el("h3", { class: "section-title" }, words.resources.providers[first.provider] ?? first.provider, " · ", foreign(first.account || texts.unknownAccount)),
    list,
  );
  if (gaps.length > FIRST) {
    const more = el("button", { type: "button", class: "button small" }, texts.more(gaps.length - FIRST));
    more.addEventListener("click", () => {
      list.append(...gaps.slice(FIRST).map(gapItem));
      more.remove();
    });
    section.append(more);
  }
  return section;
}

function gapItem(gap: Coverage): HTMLElement {
  return el(
    "li",
    { class: "gap" },
    el(
      "div",
      { class: "gap-head" },
      el("span", { class: `status ${gap.status}` }, texts.statuses[gap.status] ?? gap.status),
      foreign(gap.type, "gap-type"),
      el("span", { class: "quiet" }, foreign(gap.region || texts.everywhere)),
    ),
    gap.permission ? el("p", {}, `${texts.missing}: `, el("code", {}, foreign(gap.permission))) : null,
    gap.detail ? el("p", { class: "gap-detail wrap", title: gap.detail }, foreign(gap.detail)) : null,
    el("p", { class: "quiet" }, texts.advice[gap.status] ?? ""),
  );
}

function lookedAt(items: readonly Coverage[]): HTMLElement {
  const others = new Map<string, number>();
  for (const item of items) others.set(item.status, (others.get(item.status) ?? 0) + 1);
  const lines = [...others].filter(([status]) => !BLIND.has(status));
  return el(
    "section",
    {},
    el("h3", { class: "section-title" }, texts.looked),
    ...lines.map(([status, number]) =>
      el("p", {}, status === "seen" ? texts.lookedAt(count(number)) : `${count(number)} ${texts.statuses[status] ?? status}`),
    ),
  );
}
