/** What a picture's file carries: the scene, and the looks that the server's renderers give it. */

import type { GlyphSet } from "../engine/glyphs.js";
import type { Palette } from "../engine/palette.js";
import type { SceneDocument } from "../engine/scene.js";

export interface PictureData {
  scene: SceneDocument;
  icons: GlyphSet;
  palette: Palette;
  /** Addresses in the clouds' consoles, by the id of the resource. */
  console: Record<string, string>;
  /** Addresses of pages about the resources, where whoever made the picture named such a place. */
  pages: Record<string, string>;
  /** Kinds of lines that are dashed. */
  dashed: string[];
}

/** Read the data block of the page. It is JSON and no script, so that nothing in it can run. */
export function readData(page: Document): PictureData {
  return JSON.parse(page.getElementById("cloudviz-picture")?.textContent ?? "") as PictureData;
}
