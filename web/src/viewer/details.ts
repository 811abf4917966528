/** All that the picture knows of a box: what it is, where it lies, what it stands for, and who it is linked with. */

import type { Model } from "../engine/model.js";
import type { SceneEdge, SceneNode } from "../engine/scene.js";
import { type Child, el, foreign } from "../parts/element.js";
import { facts, firstOf } from "../parts/facts.js";
import { SidePanel } from "../parts/side_panel.js";
import { count, humanKind, money, shortId, words } from "../texts.js";
import type { PictureData } from "./data.js";

const { details: texts, viewer } = words;
const FIRST_MEMBERS = 50;
const FIRST_LINKS = 12;

export class PictureDetails {
  readonly element: HTMLElement;
  private readonly panel: SidePanel;

  constructor(
    private readonly model: Model,
    private readonly data: Pick<PictureData, "console" | "pages">,
    private readonly open: (id: string) => void,
    close: () => void,
  ) {
    this.panel = new SidePanel(texts.label, texts.close, close);
    this.element = this.panel.element;
  }

  /** Show the box with this number; `id` is the member that was meant, or the box's own id. */
  show(number: number, id: string): void {
    const node = this.model.node(number);
    const alone = node.members.length === 1 ? (node.members[0] as string) : "";
    const mark = node.count > 1 ? `×${count(node.count)}` : "";
    const currency = this.model.document.summary.currency;
    this.panel.head(
      el("h2", { class: "clamped", title: node.title || node.label }, foreign(node.title || node.label)),
      el("p", { class: "quiet" }, humanKind(node.kind || node.role), mark && el("span", { class: "count-mark" }, mark)),
    );
    this.panel.show(
      this.addresses(alone),
      facts([
        [viewer.about, node.sublabel && foreign(node.sublabel)],
        [viewer.change, node.change && el("strong", {}, node.change)],
        [texts.fields.cost, node.cost_monthly === null ? "" : words.map.costs(money(node.cost_monthly, currency))],
        [texts.fields.provider, words.resources.providers[node.provider] ?? node.provider],
        [texts.fields.type, node.type && el("code", {}, foreign(node.type))],
        [texts.fields.parent, this.place(number)],
        [texts.fields.id, alone && el("code", { class: "id" }, foreign(alone))],
        [viewer.marked, id !== alone && node.members.includes(id) && el("code", { class: "id" }, foreign(id))],
      ]),
      ...this.members(node, number),
      el("h3", { class: "section-title" }, texts.links),
      this.links(number),
    );
  }

  private addresses(id: string): Child {
    const { console, pages } = this.data;
    const links = [link(pages[id], viewer.page, "primary"), link(console[id], viewer.console)].filter(Boolean);
    return links.length > 0 && el("div", { class: "actions" }, ...links);
  }

  private place(number: number): Child {
    const path = this.model.path(number);
    if (path.length === 0) return null;
    return el("span", {}, ...path.flatMap((each, at) => [at > 0 ? " › " : null, this.boxLink(each)]));
  }

  private members(node: SceneNode, number: number): Child[] {
    const inside = node.container ? this.model.inside(number) : [];
    if (inside.length > 0) {
      return [
        el("h3", { class: "section-title" }, texts.inside(count(inside.length))),
        firstOf(inside, FIRST_MEMBERS, (each) => this.boxLink(each)),
      ];
    }
    if (node.members.length < 2) return [];
    return [
      el("h3", { class: "section-title" }, texts.members(count(node.members.length))),
      firstOf(node.members, FIRST_MEMBERS, (id) => el("code", { class: "wrap", title: id }, foreign(shortId(id)))),
    ];
  }

  private links(number: number): HTMLElement {
    const groups = new Map<string, SceneEdge[]>();
    const id = this.model.node(number).id;
    for (const at of this.model.edgesOf(number)) {
      const edge = this.model.edges[at] as SceneEdge;
      const title = (edge.source === id ? texts.out : texts.in)[edge.kind] ?? humanKind(edge.kind);
      groups.set(title, [...(groups.get(title) ?? []), edge]);
    }
    if (groups.size === 0) return el("p", { class: "quiet" }, texts.noLinks);
    const line = (edge: SceneEdge): Child => {
      const other = this.model.numberOf(edge.source === id ? edge.target : edge.source);
      const more = [edge.label ?? "", edge.count > 1 ? words.map.linkCount(count(edge.count)) : ""].filter(Boolean).join(" · ");
      return el("span", {}, other < 0 ? foreign(edge.target) : this.boxLink(other), more && el("span", { class: "quiet" }, " ", foreign(more)));
    };
    return el(
      "dl",
      { class: "facts" },
      ...[...groups].flatMap(([title, edges]) => [el("dt", {}, title), el("dd", {}, firstOf(edges, FIRST_LINKS, line))]),
    );
  }

  private boxLink(number: number): HTMLElement {
    const node = this.model.node(number);
    const name = node.title || node.label;
    return el("button", { type: "button", class: "link", title: name, onclick: () => this.open(node.id) }, foreign(node.label || name));
  }
}

/** Only what the renderer made is a link, and only with a scheme that opens a page. */
function link(address: string | undefined, text: string, look = ""): HTMLElement | null {
  if (!address || !/^https?:\/\//.test(address)) return null;
  return el("a", { class: `button small ${look}`, href: address, target: "_blank", rel: "noreferrer noopener" }, text);
}
