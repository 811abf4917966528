/** What the map asks of the API. Boxes and lines have the types of the engine that draws them. */

import type { CloudViz } from "@cloudviz/client";
import type { SceneNode } from "../engine/scene.js";
import type { AtlasDoor, AtlasHead, MapPart, Place } from "./atlas.js";
import type { Format, Page } from "./contract.js";
import { type Query, given } from "./query.js";

export class MapDoor implements AtlasDoor {
  constructor(private readonly client: CloudViz) {}

  async atlas(query: Query, signal: AbortSignal): Promise<AtlasHead | null> {
    const answer = await this.client.answer("map_atlas", { ...given<"map_atlas">(query), signal });
    return answer.status === 202 ? null : ((await answer.json()) as AtlasHead);
  }

  async tiles(query: Query, signal: AbortSignal): Promise<{ version: string; tiles: Record<string, MapPart> }> {
    return (await this.client.map.tiles({ ...given<"map_tiles">(query), signal })) as unknown as { version: string; tiles: Record<string, MapPart> };
  }

  async place(query: Query, signal?: AbortSignal): Promise<Place> {
    return (await this.client.map.place({ ...given<"map_place">(query), signal })) as unknown as Place;
  }

  async around(query: Query, signal: AbortSignal): Promise<MapPart> {
    return (await this.client.map.around({ ...given<"map_around">(query), signal })) as unknown as MapPart;
  }

  async way(query: Query, signal: AbortSignal): Promise<MapPart> {
    return (await this.client.map.way({ ...given<"map_way">(query), signal })) as unknown as MapPart;
  }

  /** What lies directly in a box, page by page. */
  async children(query: Query, signal: AbortSignal): Promise<Page<SceneNode>> {
    return (await this.client.request("map_children", { ...given<"map_children">(query), signal })) as unknown as Page<SceneNode>;
  }

  picture(format: Format, query: Query): Promise<File> {
    return this.client.map.picture({ ...given<"map_picture">(query), format });
  }
}
