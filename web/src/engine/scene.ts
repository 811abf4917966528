/** The scene document (`cloudviz.scene/1`) as the server sends it: what is shown, and where. */

import type { Pyramid } from "./pyramid.js";

export interface SceneNode {
  id: string;
  parent: string | null;
  container: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
  label: string;
  sublabel: string;
  /** The whole name, where the label is only what fits. */
  title?: string;
  type: string;
  kind: string;
  provider: string;
  icon: string;
  role: string;
  tier: string;
  count: number;
  members: string[];
  cost_monthly: number | null;
  change: string | null;
  /** How many resources without a box of their own belong to this one. */
  folds?: number;
  /** It is a resource without a box, and this is only what is known of it. */
  folded?: boolean;
  /** Of a container on a map: what it holds, all levels down. */
  inside?: SceneInside;
  /** With a layer: the number of the value, and the share of it in percent. */
  paint?: readonly [value: number, share: number];
}

export interface SceneInside {
  resources: number;
  cost_monthly: number | null;
  changes: Record<string, number>;
  /** The most frequent kinds with their numbers, most frequent first. */
  kinds: [kind: string, count: number][];
  /** How large the largest box directly inside is, in scene px. */
  largest: number;
}

export interface SceneEdge {
  id: string;
  source: string;
  target: string;
  kind: string;
  count: number;
  points: [number, number][];
  label: string | null;
  label_at: [number, number] | null;
  /** Of a line that stands for all links between two boxes while what is in them can't be seen: its level. */
  bundle?: number;
}

export interface SceneSummary {
  resources: number;
  shown: number;
  links: number;
  links_shown: number;
  cost_monthly: number | null;
  currency: string | null;
  hidden: Record<string, number>;
  gaps: number;
  changes?: Record<string, number>;
}

export interface SceneDocument {
  format: string;
  title: string;
  layout: string;
  theme: string;
  width: number;
  height: number;
  nodes: SceneNode[];
  edges: SceneEdge[];
  summary: SceneSummary;
  /** Whether this is a window of a larger scene: then containers stand for what is too small to be in it. */
  partial?: boolean;
  /** The levels by which a larger scene is cut, for the choice of its bundles. */
  pyramid?: Pyramid;
}

/** A single resource whose box has an id of its own is asked for by the resource's id. */
export function idOf(node: SceneNode): string {
  return !node.container && node.count === 1 && node.members.length === 1 ? (node.members[0] as string) : node.id;
}
