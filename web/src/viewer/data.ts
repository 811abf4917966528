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

/**
 * Read the data block of the page. It is JSON and no script, so that nothing in it can run; in large files it is
 * compressed (RFC 1950) and written in base64.
 */
export async function readData(page: Document): Promise<PictureData> {
  const block = page.getElementById("cloudviz-picture");
  const text = block?.textContent ?? "";
  if (block?.getAttribute("type") !== "application/zlib") return JSON.parse(text) as PictureData;
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return (await new Response(stream).json()) as PictureData;
}
