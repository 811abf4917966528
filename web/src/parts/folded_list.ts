/** The resources that are folded into a box: without boxes of their own, each to be opened from here. */

import type { SceneNode } from "../engine/scene.js";
import type { Page } from "../state/contract.js";
import { isAbort } from "../state/problem.js";
import { humanKind, shortId, words } from "../texts.js";
import { el, fill, foreign } from "./element.js";
import { refusal } from "./notice.js";

const { details: texts } = words;

/** Asks for what is folded into a box, page by page. */
export type FoldedPages = (box: string, cursor: string, signal: AbortSignal) => Promise<Page<SceneNode>>;

/** A list that loads itself. `present` is the one that the panel is about: it is marked, and leads nowhere. */
export function foldedList(title: string, box: string, present: string, pages: FoldedPages, open: (id: string) => void, signal: AbortSignal): HTMLElement {
  const list = el("ul", { class: "links folded" });
  const foot = el("div", {});
  const item = (node: SceneNode): HTMLElement => {
    const name = node.title || node.label || shortId(node.id);
    const link = node.id === present ? el("strong", { "aria-current": "true" }, foreign(name)) : el("button", { type: "button", class: "link", title: node.id, onclick: () => open(node.id) }, foreign(name));
    return el("li", {}, link, el("span", { class: "quiet" }, " ", humanKind(node.kind)));
  };
  const load = async (cursor: string): Promise<void> => {
    fill(foot);
    try {
      const page = await pages(box, cursor, signal);
      list.append(...page.items.map(item));
      const { next_cursor: next } = page;
      if (next) fill(foot, el("button", { type: "button", class: "button small", onclick: () => void load(next) }, texts.moreFolded));
    } catch (thrown) {
      if (!isAbort(thrown)) fill(foot, refusal(texts.foldedFailed, thrown, () => void load(cursor)));
    }
  };
  void load("");
  return el("section", { class: "folded-part", "aria-label": title }, el("h3", { class: "section-title" }, title), list, foot);
}
