/** Saved views: what the server keeps for a person. */

import type { Api } from "./api.js";

export interface SavedView {
  id: string;
  name: string;
  /** The address behind `#`. */
  place: string;
}

/** Keep a view; one of the same name is changed. Returns all views there are then, by name. */
export async function saveView(api: Pick<Api, "write">, views: readonly SavedView[], wanted: Omit<SavedView, "id">): Promise<SavedView[]> {
  const known = views.find((each) => each.name === wanted.name);
  const kept = known
    ? await api.write<SavedView>("PUT", `/visualization/views/${encodeURIComponent(known.id)}`, wanted)
    : await api.write<SavedView>("POST", "/visualization/views", wanted);
  const others = views.filter((each) => each.id !== kept?.id);
  return (kept ? [...others, kept] : others).sort((a, b) => (a.name < b.name ? -1 : 1));
}
