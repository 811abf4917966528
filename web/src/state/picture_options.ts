/** What somebody asks of the picture, between the address, the toolbar and the API. */

import type { View } from "../engine/camera.js";
import type { Query } from "./query.js";

export const LAYOUTS = ["hierarchical", "force-directed", "circular", "grid"] as const;
export const GROUPINGS = ["", "account", "region", "network", "kind"] as const;
/** Budgets of boxes; 0 is no budget. */
export const BUDGETS = [50, 100, 250, 1000, 0] as const;
/** The map shows everything; a budget makes a picture of few boxes of it. */
export const DEFAULT_BUDGET = 0;

export interface PictureOptions {
  layout: string;
  maxNodes: number;
  filter: string;
  groupBy: string;
  focus: string;
  hops: number;
  at: string;
  /** What changed after this instant is marked. */
  since: string;
  showCosts: boolean;
}

export function optionsFrom(query: URLSearchParams): PictureOptions {
  return {
    layout: query.get("layout") || "hierarchical",
    maxNodes: wholeNumber(query.get("max_nodes"), DEFAULT_BUDGET),
    filter: query.get("filter") ?? "",
    groupBy: query.get("group_by") ?? "",
    focus: query.get("focus") ?? "",
    hops: wholeNumber(query.get("hops"), 2),
    at: query.get("at") ?? "",
    since: query.get("since") ?? "",
    showCosts: query.get("show_costs") === "true",
  };
}

/** The query of the scene and of the picture. Defaults are sent too: then a copied address says it all. */
export function askedOf(options: PictureOptions): Query {
  return {
    layout: options.layout,
    max_nodes: options.maxNodes,
    filter: options.filter,
    group_by: options.groupBy,
    focus: options.focus,
    hops: options.focus ? options.hops : null,
    at: options.at,
    since: options.since,
    show_costs: options.showCosts,
  };
}

export function viewFrom(query: URLSearchParams): View | null {
  const parts = (query.get("view") ?? "").split(",").map(Number);
  const [x, y, zoom] = parts;
  if (parts.length !== 3 || !parts.every(Number.isFinite) || !((zoom as number) > 0)) return null;
  return { x: x as number, y: y as number, zoom: zoom as number };
}

export function viewText(view: View): string {
  return `${Math.round(view.x)},${Math.round(view.y)},${Number(view.zoom.toPrecision(4))}`;
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,7}$/.test(text) ? Number(text) : otherwise;
}
