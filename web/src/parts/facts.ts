/** Names with their values, and lists that begin short. */

import { words } from "../texts.js";
import { type Child, el } from "./element.js";

/** A list of terms; those without a value are left out. */
export function facts(rows: [name: string, value: Child | ""][]): HTMLElement {
  const kept = rows.filter(([, value]) => value);
  return el("dl", { class: "facts" }, ...kept.flatMap(([name, value]) => [el("dt", {}, name), el("dd", { class: "wrap" }, value as Child)]));
}

/** The first of many, with a button that shows the others. */
export function firstOf<Item>(items: readonly Item[], most: number, draw: (item: Item) => Child): HTMLElement {
  const line = (item: Item): HTMLElement => el("li", {}, draw(item));
  const list = el("ul", { class: "links" }, ...items.slice(0, most).map(line));
  if (items.length <= most) return list;
  const more = el("button", { type: "button", class: "button small" }, words.details.more(items.length - most));
  more.addEventListener("click", () => {
    list.append(...items.slice(most).map(line));
    more.remove();
  });
  return el("div", {}, list, more);
}
