/** What stands at the map's side: the details of what is chosen, or one of the panels that the address names. */

import { type SceneNode, idOf } from "../engine/scene.js";
import { ChangesPanel } from "../parts/changes_panel.js";
import { CoverageBadge } from "../parts/coverage_badge.js";
import { DetailsPanel } from "../parts/details_panel.js";
import { DropZone } from "../parts/drop_zone.js";
import { type Child, el, fill } from "../parts/element.js";
import { type FoldedPages } from "../parts/folded_list.js";
import { FilterPanel } from "../parts/filter_panel.js";
import { OutlinePanel } from "../parts/outline_panel.js";
import { SidePanel } from "../parts/side_panel.js";
import type { Place } from "../state/atlas.js";
import { optionsFrom } from "../state/picture_options.js";
import { words } from "../texts.js";
import type { House } from "./view.js";

const { map: texts } = words;
const MOST_STEPS = 4;

/** What the side needs of the map beside it. */
export interface MapBeside {
  nameOf(id: string): string | null;
  /** Boxes inside of a container that are here now. */
  inside(node: SceneNode): SceneNode[];
  placeOf(id: string): Promise<Place | null>;
  folded: FoldedPages;
  children: ConstructorParameters<typeof OutlinePanel>[0];
  /** Ask for the other end of a way. */
  chooseEnd(): void;
  version(): string;
  /** Files were imported: the inventory is another one. */
  imported(): void;
  closed(): void;
}

export class MapSide {
  readonly element = el("aside", { class: "side", hidden: true });
  readonly coverage: CoverageBadge;
  private readonly details: DetailsPanel;
  private readonly filters: FilterPanel;
  private readonly changes: ChangesPanel;
  private readonly outline: OutlinePanel;
  private readonly importing: SidePanel;
  private readonly zone: DropZone;
  private standing: HTMLElement | null = null;
  private resource = "";
  private mayImport = false;

  constructor(
    private readonly house: House,
    private readonly map: MapBeside,
  ) {
    const { client, router } = house;
    const close = (): void => this.close();
    const open = (id: string): void => router.change({ select: id, panel: null, to: null });
    this.coverage = new CoverageBadge(client, close, () => router.change({ panel: "coverage", select: null }));
    this.details = new DetailsPanel(client, {
      close,
      open,
      showOnMap: null,
      focus: (id) => router.change({ focus: id, view: null }),
      more: (id) => this.more(id),
      nameOf: (id) => map.nameOf(id),
      placeOf: (id) => map.placeOf(id),
      folded: map.folded,
    });
    this.filters = new FilterPanel(
      client,
      () => optionsFrom(router.route.query),
      (filter) => router.change({ filter: filter || null, view: null }),
      close,
    );
    this.changes = new ChangesPanel(client, open, close);
    this.zone = new DropZone(client, () => map.imported());
    this.importing = new SidePanel(words.service.imports.title, words.details.close, close);
    this.importing.head(el("h2", {}, words.service.imports.title));
    this.importing.show(this.zone.element);
    this.outline = new OutlinePanel(map.children, (node) => open(idOf(node)), close);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** Bring the side in line with the address. `node` is the box of what is chosen, where it is known. */
  show(query: URLSearchParams, node: SceneNode | null): void {
    const panel = query.get("panel") ?? "";
    const id = query.get("select") ?? "";
    const { since, at } = optionsFrom(query);
    const wanted = { coverage: this.coverage.panel, filters: this.filters, changes: this.changes, outline: this.outline, import: this.mayImport ? this.importing : null }[panel] ?? (id ? this.details : null);
    this.element.hidden = wanted === null;
    const moved = this.standing !== (wanted?.element ?? null);
    this.standing = wanted?.element ?? null;
    if (moved) fill(this.element, this.standing);
    if (wanted === this.filters) void this.filters.show();
    else if (wanted === this.outline) void this.outline.show(this.map.version());
    else if (wanted === this.changes && since) void this.changes.show(since, at);
    else if (wanted === this.details && (id !== this.resource || moved)) this.open(id, node);
    this.resource = wanted === this.details ? id : "";
    if (moved && wanted && wanted !== this.details) this.standing!.focus({ preventScroll: true });
  }

  /** The box of what is chosen is known now: a stack or a group of boxes is no resource that could be asked for. */
  learned(node: SceneNode): void {
    if (this.resource === node.id && (node.count > 1 || (node.container && node.type === ""))) this.open(node.id, node);
  }

  /** Whoever is here may import: the address can name that panel. */
  allowImports(): void {
    this.mayImport = true;
  }

  importFiles(files: readonly File[]): void {
    void this.zone.send(files);
  }

  close(): void {
    if (!this.isOpen) return;
    this.house.router.change({ select: null, panel: null, steps: null, to: null });
    this.map.closed();
  }

  destroy(): void {
    for (const part of [this.coverage, this.details, this.filters, this.changes, this.outline, this.zone]) part.destroy();
  }

  private open(id: string, node: SceneNode | null): void {
    if (node && node.id === id && node.count > 1) this.details.showStack(node);
    else if (node && node.id === id && node.container && node.type === "") this.details.showContainer(node, this.map.inside(node));
    else void this.details.showResource(id, node?.id === id ? node : null);
  }

  /** Setting apart what hangs together with a resource, and asking for a way to another one. */
  private more(id: string): Child[] {
    const { router } = this.house;
    const steps = el("select", { class: "small-select", "aria-label": texts.around });
    const present = router.route.query.get("steps") ?? "";
    steps.append(
      el("option", { value: "" }, texts.around),
      ...Array.from({ length: MOST_STEPS }, (_, at) => el("option", { value: String(at + 1), selected: present === String(at + 1) }, texts.steps(at + 1))),
    );
    steps.addEventListener("change", () => router.change({ select: id, steps: steps.value || null, to: null }));
    return [steps, el("button", { type: "button", class: "button small", onclick: () => this.map.chooseEnd() }, texts.wayTo)];
  }
}
