/** All about one resource, one stack, or one container that is no resource (an account, a region, a group). */

import type { CloudViz } from "@cloudviz/client";
import { type SceneNode, idOf } from "../engine/scene.js";
import type { Place } from "../state/atlas.js";
import type { Resource, ResourceDetails } from "../state/contract.js";
import { asProblem, isAbort } from "../state/problem.js";
import { count, humanKind, moment, money, shortId, words } from "../texts.js";
import { linksOf } from "./details_links.js";
import { type Child, el, fill, foreign, shape } from "./element.js";
import { facts, firstOf } from "./facts.js";
import { loading, refusal } from "./notice.js";
import { type FoldedPages, foldedList } from "./folded_list.js";
import { historyOf } from "./history_list.js";
import { propertyTree } from "./property_tree.js";
import { SidePanel } from "./side_panel.js";

const { details: texts } = words;
const FIRST_MEMBERS = 50;
/** So many names are asked for at once; the server tells no more. */
const MOST_NAMED = 500;

export interface DetailsActions {
  close(): void;
  /** Open the details of another resource. */
  open(id: string): void;
  showOnMap: ((id: string) => void) | null;
  /** Draw only what hangs together with a resource. */
  focus(id: string): void;
  /** More to do with a resource where it is shown. */
  more?(id: string): Child[];
  /** What is known of an id without asking: the name of a box on the map. */
  nameOf(id: string): string | null;
  /** Where a resource stands on the map; null where it is not on it, or where there is no map. */
  placeOf?(id: string): Promise<Place | null>;
  /** What is folded into a box of the map. */
  folded?: FoldedPages;
}

export class DetailsPanel {
  readonly element: HTMLElement;
  private readonly panel: SidePanel;
  private running: AbortController | null = null;
  /** Links that show an id for want of a name. */
  private unnamed = new Map<string, HTMLElement[]>();

  constructor(
    private readonly client: CloudViz,
    private readonly actions: DetailsActions,
  ) {
    this.panel = new SidePanel(texts.label, texts.close, () => actions.close());
    this.element = this.panel.element;
  }

  /** Load and show a resource. `node` is its box, for the time until the answer is there. */
  async showResource(id: string, node: SceneNode | null = null): Promise<void> {
    const running = this.start();
    this.head(node?.label || shortId(id), node ? humanKind(node.kind) : "");
    this.panel.show(loading(texts.loading));
    try {
      const details = await this.client.resources.get({ resource_id: id, signal: running.signal });
      this.head(details.resource.name || shortId(id), humanKind(details.resource.kind));
      const about = el("div", {});
      const beneath = el("div", {});
      this.panel.show(about, ...this.resource(details, beneath));
      void this.learnNames(running.signal);
      void this.learnPlace(id, about, beneath, running.signal);
    } catch (thrown) {
      if (isAbort(thrown)) return;
      // Accounts, regions and groups are boxes of the picture and no resources.
      if (node?.container && asProblem(thrown).status === 404) this.showContainer(node, []);
      else this.panel.show(refusal(texts.failed, thrown, () => void this.showResource(id, node)));
    }
  }

  showStack(node: SceneNode): void {
    const running = this.start();
    this.head(node.label, humanKind(node.kind), `×${count(node.count)}`);
    this.panel.show(
      node.cost_monthly === null ? null : facts([[texts.fields.cost, words.map.costs(money(node.cost_monthly, null))]]),
      el("h3", { class: "section-title" }, texts.members(count(node.count))),
      this.idList(node.members),
      this.foldedInto(node, running.signal),
    );
    void this.learnNames(running.signal);
  }

  showContainer(node: SceneNode, inside: readonly SceneNode[]): void {
    const running = this.start();
    this.head(node.label, humanKind(node.role || node.kind));
    this.panel.show(
      facts([
        [texts.fields.provider, words.resources.providers[node.provider] ?? node.provider],
        ["", node.sublabel],
        [texts.fields.cost, node.cost_monthly === null ? "" : words.map.costs(money(node.cost_monthly, null))],
      ]),
      inside.length > 0 ? el("h3", { class: "section-title" }, texts.inside(count(inside.length))) : null,
      inside.length > 0 ? this.idList(inside.map((each) => each.id)) : null,
      this.foldedInto(node, running.signal),
    );
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }

  destroy(): void {
    this.running?.abort();
  }

  /** Put names in the place of ids, once it is known which resources are shown. */
  private async learnNames(signal: AbortSignal): Promise<void> {
    const { unnamed } = this;
    try {
      for (const resource of await this.named([...unnamed.keys()], signal)) {
        for (const link of unnamed.get(resource.id) ?? []) fill(link, foreign(resource.name || shortId(resource.id)));
      }
    } catch {
      // Ids do as well.
    }
  }

  /** Resources by their ids, as far as they are in the inventory. */
  private async named(ids: readonly string[], signal: AbortSignal): Promise<Resource[]> {
    if (ids.length === 0) return [];
    const asked = { ids: ids.slice(0, MOST_NAMED), limit: MOST_NAMED };
    return (await this.client.request("resources_search", { body: asked, signal })).items;
  }

  private start(): AbortController {
    this.running?.abort();
    this.unnamed = new Map();
    this.running = new AbortController();
    return this.running;
  }

  private head(name: string, kind: string, mark = ""): void {
    this.panel.head(
      el("h2", { class: "clamped", title: name }, foreign(name)),
      el("p", { class: "quiet" }, kind, mark && el("span", { class: "count-mark" }, mark)),
    );
  }

  /** Say where it is drawn when it has no box, and list what is folded into the same box, or into its own. */
  private async learnPlace(id: string, about: HTMLElement, beneath: HTMLElement, signal: AbortSignal): Promise<void> {
    if (!this.actions.placeOf) return;
    let place: Place | null;
    try {
      place = await this.actions.placeOf(id);
    } catch {
      return; // The details say all else.
    }
    if (signal.aborted) return;
    if (!place) fill(about, el("div", { class: "callout note" }, el("p", {}, words.map.noBox)));
    else if (place.folded) {
      const { node } = place;
      const host = el("button", { type: "button", class: "link", onclick: () => this.actions.open(idOf(node)) }, foreign(node.title || node.label));
      fill(about, el("div", { class: "callout note" }, el("p", {}, words.map.foldedInto, " ", host, ". ", words.map.foldedHint)));
    }
    if (place) fill(beneath, this.foldedInto(place.node, signal, place.folded ? id : ""));
  }

  private foldedInto(node: SceneNode, signal: AbortSignal, present = ""): HTMLElement | null {
    const { folded } = this.actions;
    if (!folded || !node.folds) return null;
    const title = (present ? texts.foldedBeside : texts.foldedIn)(count(node.folds));
    return foldedList(title, node.id, present, folded, (id) => this.actions.open(id), signal);
  }

  private resource(details: ResourceDetails, beneath: HTMLElement): Child[] {
    const { resource } = details;
    const open = (id: string): HTMLElement => this.resourceLink(id);
    return [
      this.buttons(resource.id, details.console ?? ""),
      facts([
        [texts.fields.state, resource.state && el("span", { class: `state ${stateClass(resource.state)}` }, resource.state)],
        [texts.fields.cost, resource.cost_monthly == null ? "" : words.map.costs(money(resource.cost_monthly, resource.currency ?? null))],
        [texts.fields.type, resource.type && el("code", {}, foreign(resource.type))],
        [texts.fields.region, foreignOrNone(resource.region)],
        [texts.fields.zone, foreignOrNone(resource.zone)],
        [texts.fields.account, foreignOrNone(resource.account)],
        [texts.fields.parent, resource.parent && open(resource.parent)],
        [texts.fields.native, foreignOrNone(resource.native_type)],
        [texts.firstSeen, details.first_seen_at ? moment(details.first_seen_at) : ""],
        [texts.fields.seen, details.last_seen_at ? moment(details.last_seen_at) : ""],
        [texts.seenBy, foreignOrNone((details.seen_by ?? []).join(", "))],
        [texts.fields.id, el("code", { class: "id" }, foreign(resource.id))],
      ]),
      el("h3", { class: "section-title" }, texts.tags),
      tags(resource),
      el("h3", { class: "section-title" }, texts.links),
      linksOf(resource, details.links, open),
      beneath,
      el("h3", { class: "section-title" }, texts.history),
      historyOf(this.client, resource.id, this.running?.signal),
      el("h3", { class: "section-title" }, texts.properties),
      propertyTree(resource.properties),
    ];
  }

  private buttons(id: string, console: string): HTMLElement {
    const { showOnMap } = this.actions;
    const copy = el("button", { type: "button", class: "button small" }, shape("copy"), texts.copy);
    copy.addEventListener("click", () => {
      void navigator.clipboard?.writeText(id).then(() => {
        copy.lastChild!.textContent = texts.copied;
        window.setTimeout(() => (copy.lastChild!.textContent = texts.copy), 1500);
      });
    });
    return el(
      "div",
      { class: "actions" },
      showOnMap && el("button", { type: "button", class: "button small primary", onclick: () => showOnMap(id) }, shape("target"), texts.showOnMap),
      el("button", { type: "button", class: "button small", onclick: () => this.actions.focus(id) }, shape("hops"), texts.focus),
      console && el("a", { class: "button small", href: console, target: "_blank", rel: "noopener noreferrer" }, shape("out"), texts.console),
      ...(this.actions.more?.(id) ?? []),
      // Without a secure context there is no clipboard to write to.
      navigator.clipboard ? copy : null,
    );
  }

  private resourceLink(id: string): HTMLElement {
    const name = this.actions.nameOf(id) ?? shortId(id);
    const link = el("button", { type: "button", class: "link", title: id, onclick: () => this.actions.open(id) }, foreign(name));
    if (this.actions.nameOf(id) === null) this.unnamed.set(id, [...(this.unnamed.get(id) ?? []), link]);
    return link;
  }

  private idList(ids: readonly string[]): HTMLElement {
    return firstOf(ids, FIRST_MEMBERS, (id) => this.resourceLink(id));
  }
}

function foreignOrNone(text: string | null | undefined): Child {
  return text ? foreign(text) : null;
}

function tags(resource: Resource): HTMLElement {
  const pairs = Object.entries(resource.tags);
  if (pairs.length === 0) return el("p", { class: "quiet" }, texts.noTags);
  return el(
    "ul",
    { class: "tags" },
    ...pairs.map(([key, value]) =>
      el("li", { class: "tag", title: `${key} = ${value}` }, el("span", { class: "tag-key" }, foreign(key)), el("span", { class: "tag-value" }, foreign(value))),
    ),
  );
}

/** Colours for the states that everybody knows; others stay grey. */
export function stateClass(state: string): string {
  if (/^(running|active|available|enabled|in_use|attached|succeeded)$/i.test(state)) return "up";
  if (/^(stopped|deallocated|disabled|suspended|terminated|detached)$/i.test(state)) return "off";
  if (/^(failed|error|unhealthy|degraded)$/i.test(state)) return "bad";
  return "";
}
