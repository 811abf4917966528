/** The map as a tree, for those who do not see it or would rather read: the same boxes, in the same order of things. */

import type { SceneNode } from "../engine/scene.js";
import type { Page } from "../state/contract.js";
import { isAbort } from "../state/problem.js";
import { count, humanKind, words } from "../texts.js";
import { el, fill, foreign } from "./element.js";
import { loading, refusal } from "./notice.js";
import { SidePanel } from "./side_panel.js";

const { outline: texts } = words;

export type Children = (parent: string, cursor: string, signal: AbortSignal) => Promise<Page<SceneNode>>;

export class OutlinePanel {
  readonly element: HTMLElement;
  private readonly panel: SidePanel;
  private readonly tree = el("ul", { class: "outline", role: "tree", "aria-label": texts.title, "aria-describedby": "outline-help" });
  private stop = new AbortController();
  private version = "";

  constructor(
    private readonly children: Children,
    private readonly open: (node: SceneNode) => void,
    onClose: () => void,
  ) {
    this.panel = new SidePanel(texts.title, texts.close, onClose);
    this.panel.head(el("h2", {}, texts.title));
    this.element = this.panel.element;
    this.tree.addEventListener("keydown", (event) => this.key(event));
  }

  /** Show the tree of a map; `version` names it, so that the same tree is not built twice. */
  async show(version: string): Promise<void> {
    if (version === this.version) return;
    this.version = version;
    this.stop.abort();
    this.stop = new AbortController();
    fill(this.tree);
    this.panel.show(loading(texts.loading));
    try {
      await this.fill(this.tree, "", 1);
      this.panel.show(el("p", { class: "quiet", id: "outline-help" }, texts.help), this.tree);
      this.items()[0]?.setAttribute("tabindex", "0");
    } catch (thrown) {
      if (isAbort(thrown)) return;
      this.version = "";
      this.panel.show(refusal(texts.failed, thrown, () => void this.show(version)));
    }
  }

  destroy(): void {
    this.stop.abort();
  }

  private async fill(list: HTMLElement, parent: string, level: number, cursor = ""): Promise<void> {
    const page = await this.children(parent, cursor, this.stop.signal);
    list.append(...page.items.map((node) => this.item(node, level)));
    if (!page.next_cursor) return;
    const after = page.next_cursor;
    const more = el("li", { role: "treeitem", class: "outline-item outline-more", tabindex: "-1", "aria-level": level }, texts.more);
    more.addEventListener("click", (event) => {
      event.stopPropagation();
      const held = document.activeElement === more;
      void this.fill(list, parent, level, after).then(() => {
        const next = more.nextElementSibling as HTMLElement | null;
        more.remove();
        if (held && next) this.focusOn(next);
      });
    });
    list.append(more);
  }

  private item(node: SceneNode, level: number): HTMLElement {
    const holds = node.inside && node.inside.resources > 0 ? texts.holds(count(node.inside.resources)) : node.count > 1 ? texts.stack(count(node.count)) : "";
    const folds = node.folds ? texts.folds(count(node.folds)) : node.folded ? texts.folded : "";
    const row = el(
      "div",
      { class: node.folded ? "outline-row outline-folded" : "outline-row" },
      el("span", { class: "outline-sign", "aria-hidden": "true" }),
      foreign(node.title || node.label, "outline-name"),
      el("span", { class: "quiet" }, [humanKind(node.kind || node.role), holds, folds, node.change ?? ""].filter(Boolean).join(" · ")),
    );
    const item = el("li", {
      role: "treeitem", class: "outline-item", tabindex: "-1", "aria-level": level, "aria-expanded": opens(node) ? "false" : null,
    }, row);
    row.addEventListener("click", (event) => {
      event.stopPropagation();
      this.focusOn(item);
      if (opens(node) && (event.target as HTMLElement).classList.contains("outline-sign")) void this.toggle(item, node, level);
      else this.open(node);
    });
    item.addEventListener("outline-toggle", () => void this.toggle(item, node, level));
    item.addEventListener("outline-open", () => this.open(node));
    return item;
  }

  private async toggle(item: HTMLElement, node: SceneNode, level: number): Promise<void> {
    if (!opens(node)) return;
    const open = item.getAttribute("aria-expanded") === "true";
    item.setAttribute("aria-expanded", String(!open));
    let group = item.querySelector<HTMLElement>(":scope > ul");
    if (group) {
      group.hidden = open;
      return;
    }
    group = el("ul", { role: "group" });
    item.append(group);
    item.setAttribute("aria-busy", "true");
    try {
      await this.fill(group, node.id, level + 1);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      group.remove();
      item.setAttribute("aria-expanded", "false");
    } finally {
      item.removeAttribute("aria-busy");
    }
  }

  private items(): HTMLElement[] {
    return [...this.tree.querySelectorAll<HTMLElement>("[role=treeitem]")].filter((each) => !each.closest("ul[hidden]"));
  }

  private focusOn(item: HTMLElement): void {
    for (const each of this.tree.querySelectorAll("[tabindex='0']")) each.setAttribute("tabindex", "-1");
    item.setAttribute("tabindex", "0");
    item.focus();
  }

  /** As the tree view pattern of the ARIA Authoring Practices has it. */
  private key(event: KeyboardEvent): void {
    const item = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = this.items();
    const at = items.indexOf(item);
    const expanded = item.getAttribute("aria-expanded");
    let to: HTMLElement | undefined;
    if (event.key === "ArrowDown") to = items[at + 1];
    else if (event.key === "ArrowUp") to = items[at - 1];
    else if (event.key === "Home") to = items[0];
    else if (event.key === "End") to = items.at(-1);
    else if (event.key === "ArrowRight") {
      if (expanded === "false") item.dispatchEvent(new Event("outline-toggle"));
      else if (expanded === "true") to = items[at + 1];
    } else if (event.key === "ArrowLeft") {
      if (expanded === "true") item.dispatchEvent(new Event("outline-toggle"));
      else to = item.parentElement?.closest<HTMLElement>("[role=treeitem]") ?? undefined;
    } else if (event.key === "Enter" || event.key === " ") {
      if (item.classList.contains("outline-more")) item.click();
      else item.dispatchEvent(new Event("outline-open"));
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (to) this.focusOn(to);
  }
}

/** A container holds boxes, and any box may have resources folded into it. */
function opens(node: SceneNode): boolean {
  return node.container || (node.folds ?? 0) > 0;
}
