/** What the API says and hears, as far as the web client speaks it. Field names are the API's own. */

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
}

export interface IdentityProvider {
  id: string;
  title: string;
  login_url: string;
}

export interface Person {
  username: string;
  roles: string[];
}

export interface Resource {
  id: string;
  provider: string;
  type: string;
  native_type: string;
  kind: string;
  name: string;
  account: string;
  region: string;
  zone: string | null;
  parent: string | null;
  state: string | null;
  tags: Record<string, string>;
  cost_monthly: number | null;
  currency: string | null;
  properties: Record<string, unknown>;
}

export interface Link {
  source: string;
  target: string;
  kind: string;
  resolved?: boolean;
}

export interface ResourceDetails {
  resource: Resource;
  links: Link[];
  source?: string;
  /** All sources that have it now: the one whose word counts first. */
  seen_by?: string[];
  first_seen_at?: string;
  last_seen_at?: string;
  /** In the cloud's own console; empty where no address is known. */
  console?: string;
}

export interface Version {
  resource: Resource;
  valid_from: string;
  valid_to: string | null;
}

export interface Changed {
  before: Resource;
  after: Resource;
  fields: string[];
}

export interface Diff {
  added: Resource[];
  removed: Resource[];
  changed: Changed[];
  links_added: Link[];
  links_removed: Link[];
}

export interface Discovery {
  id: string;
  provider: string;
  source: string;
  status: string;
  resources_found: number;
  reason?: string | null;
  progress: Record<string, unknown>;
  created_at: string | null;
  completed_at: string | null;
  /** From when on what it recorded holds. */
  seen_at?: string | null;
  coverage?: Coverage[];
  gaps?: number;
  problems?: { resource: string; what: string; where: string }[];
}

export interface Job {
  id: string;
  kind: string;
  status: string;
  requested_by: string;
  cancel_requested?: boolean;
  progress: Record<string, unknown>;
  result: Record<string, unknown> | null;
  error: { code?: string; detail?: string; hint?: string } | null;
  created_at: string | null;
  finished_at: string | null;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Choice {
  name: string;
  title: string;
  is_default?: boolean;
}

/** Under `""` are counted those that have no value. */
export type Facets = Record<string, Record<string, number>>;

export interface Coverage {
  provider: string;
  account: string;
  region: string;
  type: string;
  status: string;
  count: number;
  permission: string | null;
  detail: string | null;
}

export interface CoverageReport {
  items: Coverage[];
  gaps: number;
}

/** The states of coverage that hide something from us; `skipped` and `unsupported` were not asked for. */
export const BLIND = new Set(["denied", "throttled", "timeout", "failed"]);

export const FORMATS = ["svg", "png", "pdf", "html", "drawio", "mermaid", "markdown", "csv", "xlsx", "json"] as const;
export type Format = (typeof FORMATS)[number];
