/** Saved views: what the server keeps for a person. */

import type { CloudViz, Schemas } from "@cloudviz/client";

/** `place` is the address behind `#`. */
export type SavedView = Schemas["ViewModel"];

/** The views that this person keeps, all of them. */
export async function savedViews(client: Pick<CloudViz, "map">, signal: AbortSignal): Promise<SavedView[]> {
  const found: SavedView[] = [];
  for await (const view of client.map.views({ limit: 200, signal })) found.push(view);
  return found;
}

/** Keep a view; one of the same name is changed. Returns all views there are then, by name. */
export async function saveView(client: Pick<CloudViz, "map">, views: readonly SavedView[], wanted: Pick<SavedView, "name" | "place">): Promise<SavedView[]> {
  const known = views.find((each) => each.name === wanted.name);
  const kept = known
    ? await client.map.change_view({ view_id: known.id, body: wanted })
    : await client.map.save_view({ body: wanted });
  const others = views.filter((each) => each.id !== kept.id);
  return [...others, kept].sort((a, b) => (a.name < b.name ? -1 : 1));
}
