/** The links of a resource, in the words of its own side: "Uses", "Used by". */

import type { Link, Resource } from "../state/contract.js";
import { humanKind, words } from "../texts.js";
import { el } from "./element.js";

const { details: texts } = words;
const FIRST = 12;

export function linksOf(resource: Resource, links: readonly Link[], open: (id: string) => HTMLElement): HTMLElement {
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    const title = titleOf(resource, link);
    if (title === null) continue;
    groups.set(title, [...(groups.get(title) ?? []), link]);
  }
  if (groups.size === 0) return el("p", { class: "quiet" }, texts.noLinks);
  return el("dl", { class: "facts" }, ...[...groups].flatMap(([title, group]) => [el("dt", {}, title), linkList(resource, group, open)]));
}

function titleOf(resource: Resource, link: Link): string | null {
  const out = link.source === resource.id;
  // What it lies in stands among the facts.
  if (link.kind === "contains") return otherEnd(resource, link) === resource.parent ? null : texts.out["contains"]!;
  return (out ? texts.out : texts.in)[link.kind] ?? humanKind(link.kind);
}

function linkList(resource: Resource, links: readonly Link[], open: (id: string) => HTMLElement): HTMLElement {
  const item = (link: Link): HTMLElement => {
    const other = otherEnd(resource, link);
    const unresolved = link.resolved === false && other === link.target;
    return el("li", {}, open(other), unresolved && el("span", { class: "quiet" }, ` ${texts.unresolved}`));
  };
  const list = el("ul", { class: "links" }, ...links.slice(0, FIRST).map(item));
  if (links.length <= FIRST) return el("dd", {}, list);
  const more = el("button", { type: "button", class: "button small" }, texts.more(links.length - FIRST));
  more.addEventListener("click", () => {
    list.append(...links.slice(FIRST).map(item));
    more.remove();
  });
  return el("dd", {}, list, more);
}

function otherEnd(resource: Resource, link: Link): string {
  return link.source === resource.id ? link.target : link.source;
}
