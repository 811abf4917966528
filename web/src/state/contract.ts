/** The documents of the API that the app speaks of, under the app's words. Their fields stand in openapi.json. */

import type { Schemas } from "@cloudviz/client";

export type Person = Schemas["MeReply"];
export type Resource = Schemas["ResourceModel"];
export type Link = Schemas["LinkModel"];
export type ResourceDetails = Schemas["ResourceReply"];
export type Version = Schemas["VersionModel"];
export type Changed = Schemas["ChangedModel"];
export type Discovery = Schemas["DiscoveryModel"];
export type Job = Schemas["JobModel"];
export type Coverage = Schemas["CoverageModel"];
export type CoverageReport = Schemas["CoverageReply"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** Under `""` are counted those that have no value. */
export type Facets = Record<string, Record<string, number>>;

/** The states of coverage that hide something from us; `skipped` and `unsupported` were not asked for. */
export const BLIND = new Set(["denied", "throttled", "timeout", "failed"]);

export const FORMATS = ["svg", "png", "pdf", "html", "drawio", "mermaid", "markdown", "csv", "xlsx", "json"] as const;
export type Format = (typeof FORMATS)[number];
