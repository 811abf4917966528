/** Small scenes for the tests of the engine, written out so that expectations can be checked by hand. */

import type { SceneDocument, SceneEdge, SceneNode } from "../../src/engine/scene.js";

export function box(id: string, x: number, y: number, width: number, height: number, more: Partial<SceneNode> = {}): SceneNode {
  return {
    id, parent: null, container: false, x, y, width, height, label: id, sublabel: "", type: "aws.ec2.instance",
    kind: "virtual_machine", provider: "aws", icon: "", role: "", tier: "", count: 1, members: [], cost_monthly: null,
    change: null, ...more,
  };
}

export function line(id: string, source: string, target: string, points: [number, number][]): SceneEdge {
  return { id, source, target, kind: "uses", count: 1, points, label: null, label_at: null };
}

export function scene(nodes: SceneNode[], edges: SceneEdge[] = []): SceneDocument {
  return {
    format: "cloudviz.scene/1", title: "", layout: "hierarchical", theme: "enterprise",
    width: Math.max(...nodes.map((node) => node.x + node.width), 0),
    height: Math.max(...nodes.map((node) => node.y + node.height), 0),
    nodes, edges,
    summary: { resources: nodes.length, shown: nodes.length, links: 0, links_shown: 0, cost_monthly: null, currency: null, hidden: {}, gaps: 0 },
  };
}

/**
 * A network of 1000 × 600 with two subnets side by side; two machines in the left one, a stack of three in the
 * right one; an edge from the first machine to the stack.
 */
export function network(): SceneDocument {
  return scene(
    [
      // The inner containers first, as a server may send them.
      box("left", 20, 40, 460, 540, { container: true, parent: "net" }),
      box("right", 520, 40, 460, 540, { container: true, parent: "net" }),
      box("net", 0, 0, 1000, 600, { container: true }),
      box("a", 40, 80, 120, 92, { parent: "left" }),
      box("b", 40, 300, 120, 92, { parent: "left" }),
      box("s", 600, 80, 120, 92, { parent: "right", count: 3, members: ["s1", "s2", "s3"] }),
    ],
    [line("a-s", "a", "s", [[160, 126], [500, 126], [500, 110], [600, 110]])],
  );
}

/** A repeatable stream of numbers from 0 to 1 (D. Lehmer's generator). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
