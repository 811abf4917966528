/** Finds what the picture shows by letters of names, ids and types: boxes, and the members of stacks. */

import type { Model } from "../engine/model.js";
import type { ResourceFinder } from "../parts/search_box.js";
import type { Page, Resource } from "../state/contract.js";
import { shortId } from "../texts.js";

interface Entry {
  id: string;
  name: string;
  number: number;
  /** Name, id and type in small letters. */
  letters: string;
}

export class PictureFinder implements ResourceFinder {
  private entries: Entry[] | null = null;

  constructor(private readonly model: Model) {}

  /** At once: nothing is asked of anybody. */
  resources({ q, limit }: { q: string; limit: number }): Promise<Page<Resource>> {
    const wanted = q.toLowerCase();
    this.entries ??= this.list();
    const items: Resource[] = [];
    let more = false;
    for (const entry of this.entries) {
      if (!entry.letters.includes(wanted)) continue;
      more = items.length === limit;
      if (more) break;
      items.push(this.resource(entry));
    }
    return Promise.resolve({ items, next_cursor: more ? "more" : null });
  }

  private list(): Entry[] {
    const entries: Entry[] = [];
    const add = (id: string, name: string, number: number, type: string): void => {
      entries.push({ id, name, number, letters: `${name}\n${id}\n${type}`.toLowerCase() });
    };
    this.model.nodes.forEach((node, number) => {
      const own = node.members.length === 1 ? (node.members[0] as string) : node.id;
      add(own, node.title || node.label, number, node.type);
    });
    // After all boxes: who looks for a stack means it rather than one of it.
    this.model.nodes.forEach((node, number) => {
      if (node.members.length > 1) for (const member of node.members) add(member, shortId(member), number, node.type);
    });
    return entries;
  }

  private resource({ id, name, number }: Entry): Resource {
    const node = this.model.node(number);
    const around = this.model.parents[number] as number;
    return {
      id, name, provider: node.provider, type: node.type, native_type: "", kind: node.kind || node.role, account: "",
      // Where it is, told by the box around it.
      region: around >= 0 ? this.model.node(around).label : "",
      zone: null, parent: node.parent, state: null, tags: {}, cost_monthly: null, currency: null, properties: {},
    };
  }
}
