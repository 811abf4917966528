/**
 * A scene made ready for drawing and asking: geometry in flat arrays, both indexes, who is whose neighbour.
 *
 * Nodes are numbered so that every container comes after the container it lies in; drawing visible containers
 * by number therefore paints outer boxes first.
 */

import type { Bounds } from "./geometry.js";
import { STACK_REACH } from "./measures.js";
import type { SceneDocument, SceneEdge, SceneNode } from "./scene.js";
import { SpatialIndex } from "./spatial_index.js";

export class Model {
  readonly document: SceneDocument;
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly containers: SpatialIndex;
  readonly leaves: SpatialIndex;
  readonly lines: SpatialIndex;
  /** Numbers of the edges that are bundles. */
  readonly bundles: readonly number[];
  /** The number of the container a node lies in, or −1. */
  readonly parents: Int32Array;
  /** How many containers a node lies in. */
  readonly depths: Uint16Array;
  /** Numbers of the source and the target node of each edge, two an edge; −1 for a node that is not shown. */
  readonly ends: Int32Array;
  readonly world: Bounds;
  /** The mean width of a leaf, for the choice of detail. */
  readonly leafWidth: number;
  /** Whether more lies in containers than is here. */
  readonly partial: boolean;
  private readonly numbers = new Map<string, number>();
  private readonly memberships = new Map<string, number>();
  private readonly leafNumbers: Uint32Array;
  private readonly containerNumbers: Uint32Array;
  private readonly edgeStarts: Uint32Array;
  private readonly edgesByNode: Uint32Array;

  constructor(document: SceneDocument) {
    this.document = document;
    this.partial = document.partial ?? false;
    const depthOf = depthFinder(document.nodes);
    const containers = document.nodes.filter((node) => node.container);
    containers.sort((a, b) => depthOf(a) - depthOf(b));
    const leaves = document.nodes.filter((node) => !node.container);
    this.nodes = [...containers, ...leaves];
    this.edges = document.edges;
    this.nodes.forEach((node, number) => this.numbers.set(node.id, number));
    this.parents = Int32Array.from(this.nodes, (node) => this.numberOf(node.parent));
    this.depths = Uint16Array.from(this.nodes, depthOf);
    for (const [number, node] of this.nodes.entries()) {
      for (const member of node.members) this.memberships.set(member, number);
    }
    this.containerNumbers = Uint32Array.from(containers.keys());
    this.leafNumbers = Uint32Array.from(leaves.keys(), (number) => number + containers.length);
    this.containers = new SpatialIndex(boxesOf(containers));
    this.leaves = new SpatialIndex(boxesOf(leaves));
    this.ends = new Int32Array(this.edges.length * 2);
    this.edges.forEach((edge, number) => {
      this.ends[number * 2] = this.numberOf(edge.source);
      this.ends[number * 2 + 1] = this.numberOf(edge.target);
    });
    this.bundles = [...this.edges.keys()].filter((edge) => this.edges[edge]!.bundle !== undefined);
    this.lines = new SpatialIndex(boxesOfLines(this.edges));
    [this.edgeStarts, this.edgesByNode] = this.adjacency();
    this.world = this.extent();
    this.leafWidth = leaves.reduce((sum, node) => sum + node.width, 0) / Math.max(1, leaves.length);
  }

  /** The number of the node with this id, or −1. */
  numberOf(id: string | null): number {
    return id === null ? -1 : (this.numbers.get(id) ?? -1);
  }

  /** The node that shows a resource: its own box, or the stack it is folded into; −1 when it is not shown. */
  showing(resource: string): number {
    const own = this.numberOf(resource);
    return own >= 0 ? own : (this.memberships.get(resource) ?? -1);
  }

  node(number: number): SceneNode {
    return this.nodes[number] as SceneNode;
  }

  leaf(item: number): number {
    return this.leafNumbers[item] as number;
  }

  container(item: number): number {
    return this.containerNumbers[item] as number;
  }

  boundsOf(number: number): Bounds {
    const node = this.node(number);
    return { minX: node.x, minY: node.y, maxX: node.x + node.width, maxY: node.y + node.height };
  }

  /** Numbers of the edges that start or end at a node. */
  edgesOf(number: number): Uint32Array {
    return this.edgesByNode.subarray(this.edgeStarts[number], this.edgeStarts[number + 1]);
  }

  /** The node at the other end of an edge, or −1. */
  otherEnd(edge: number, number: number): number {
    const source = this.ends[edge * 2] as number;
    return source === number ? (this.ends[edge * 2 + 1] as number) : source;
  }

  /** Numbers of the nodes directly inside a container. */
  inside(container: number): number[] {
    const found: number[] = [];
    this.parents.forEach((parent, number) => {
      if (parent === container) found.push(number);
    });
    return found;
  }

  /** The containers around a node, outermost first. */
  path(number: number): number[] {
    const path: number[] = [];
    for (let at = this.parents[number] as number; at >= 0; at = this.parents[at] as number) path.unshift(at);
    return path;
  }

  private adjacency(): [Uint32Array, Uint32Array] {
    const starts = new Uint32Array(this.nodes.length + 1);
    const each = (visit: (node: number, edge: number) => void): void => {
      for (let edge = 0; edge < this.edges.length; edge++) {
        const source = this.ends[edge * 2] as number;
        const target = this.ends[edge * 2 + 1] as number;
        if (source >= 0) visit(source, edge);
        if (target >= 0 && target !== source) visit(target, edge);
      }
    };
    each((node) => starts[node + 1]!++);
    for (let node = 0; node < this.nodes.length; node++) starts[node + 1]! += starts[node]!;
    const filled = starts.slice();
    const edges = new Uint32Array(starts[this.nodes.length] as number);
    each((node, edge) => {
      edges[filled[node]!++] = edge;
    });
    return [starts, edges];
  }

  private extent(): Bounds {
    const { width, height } = this.document;
    const world = { minX: 0, minY: 0, maxX: width || 1, maxY: height || 1 };
    for (const index of [this.containers, this.leaves]) {
      if (index.size === 0) continue;
      const box = index.boxAt(index.length - 1);
      world.minX = Math.min(world.minX, box.minX);
      world.minY = Math.min(world.minY, box.minY);
      world.maxX = Math.max(world.maxX, box.maxX);
      world.maxY = Math.max(world.maxY, box.maxY);
    }
    return world;
  }
}

/** Depths by walking up once a node. A parent that is missing, or a ring of parents, ends the walk. */
function depthFinder(nodes: readonly SceneNode[]): (node: SceneNode) => number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depths = new Map<string, number>();
  return (node) => {
    const way: SceneNode[] = [];
    let at: SceneNode | undefined = node;
    while (at && !depths.has(at.id)) {
      depths.set(at.id, 0);
      way.push(at);
      at = at.parent === null ? undefined : byId.get(at.parent);
    }
    let depth = at ? (depths.get(at.id) as number) + 1 : 0;
    for (const each of way.reverse()) depths.set(each.id, depth++);
    return depths.get(node.id) as number;
  };
}

function boxesOf(nodes: readonly SceneNode[]): Float64Array {
  const boxes = new Float64Array(nodes.length * 4);
  nodes.forEach((node, item) => {
    const room = !node.container && node.count > 1 ? STACK_REACH : 0;
    boxes.set([node.x, node.y - room, node.x + node.width + room, node.y + node.height], item * 4);
  });
  return boxes;
}

function boxesOfLines(edges: readonly SceneEdge[]): Float64Array {
  const boxes = new Float64Array(edges.length * 4);
  edges.forEach((edge, item) => {
    let minX = Infinity;
    let minY = Infinity;
    let maxX = -Infinity;
    let maxY = -Infinity;
    for (const [x, y] of edge.points) {
      minX = Math.min(minX, x);
      minY = Math.min(minY, y);
      maxX = Math.max(maxX, x);
      maxY = Math.max(maxY, y);
    }
    // An edge without points is never found: its box lies nowhere.
    boxes.set(edge.points.length > 0 ? [minX, minY, maxX, maxY] : [-1e9, -1e9, -1e9, -1e9], item * 4);
  });
  return boxes;
}
