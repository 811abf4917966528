/** The door to the CloudViz API: adds the token, renews it once when it has run out, turns refusals into problems. */

import type {
  Choice, CoverageReport, Diff, Discovery, Facets, Format, IdentityProvider, Page, Person, Resource, ResourceDetails, Tokens, Version,
} from "./contract.js";
import type { SceneNode } from "../engine/scene.js";
import type { AtlasHead, MapPart, Place } from "./atlas.js";
import { type ServerEvent, eventsIn } from "./event_stream.js";
import { problemOf } from "./problem.js";
import type { SavedView } from "./saved_views.js";
import type { Session } from "./session.js";

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export interface PictureFile {
  name: string;
  content: Blob;
}

export class Api {
  private renewing: Promise<boolean> | null = null;

  constructor(
    private readonly session: Session,
    /** What stands before every path: empty at a server's root. */
    private readonly base = "",
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  // ---- who

  async signIn(username: string, password: string): Promise<void> {
    this.session.begin(await this.open<Tokens>("/auth/login", { username, password }));
  }

  async exchange(code: string): Promise<void> {
    this.session.begin(await this.open<Tokens>("/auth/exchange", { code }));
  }

  /** Identity providers to sign in with; none when the server does not say. */
  async identityProviders(): Promise<IdentityProvider[]> {
    try {
      const answer = await this.ask("/auth/providers", { headers: { Accept: "application/json" } });
      const items = answer.ok ? ((await answer.json()) as { items: IdentityProvider[] }).items : [];
      return items
        .filter((each) => each.login_url.startsWith("/auth/oauth/"))
        .map((each) => ({ ...each, login_url: this.base + each.login_url }));
    } catch {
      return [];
    }
  }

  /** Sign out here in any case, and at the server when it answers. */
  async signOut(): Promise<void> {
    const { accessToken, refreshToken } = this.session;
    this.session.end();
    if (!accessToken) return;
    const headers = { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ refresh_token: refreshToken });
    await this.ask("/auth/logout", { method: "POST", headers, body }).catch(() => undefined);
  }

  me(signal?: AbortSignal): Promise<Person> {
    return this.get<Person>("/auth/me", {}, signal);
  }

  // ---- what there is

  resources(query: Query, signal?: AbortSignal): Promise<Page<Resource>> {
    return this.get("/resources", query, signal);
  }

  /** Resources by their ids, as far as they are in the inventory; 500 at most. */
  async byIds(ids: readonly string[], signal?: AbortSignal): Promise<Resource[]> {
    if (ids.length === 0) return [];
    const answer = await this.send("POST", "/resources/search", { signal, body: { ids: ids.slice(0, 500), limit: 500 } });
    return ((await answer.json()) as Page<Resource>).items;
  }

  facets(query: Query, signal?: AbortSignal): Promise<Facets> {
    return this.get("/resources/facets", query, signal);
  }

  resource(id: string, signal?: AbortSignal): Promise<ResourceDetails> {
    return this.get(`/resources/${encodeURIComponent(id)}`, {}, signal);
  }

  history(id: string, signal?: AbortSignal): Promise<Page<Version>> {
    return this.get(`/resources/${encodeURIComponent(id)}/history`, {}, signal);
  }

  diff(a: string, b: string, signal?: AbortSignal): Promise<Diff> {
    return this.get("/visualization/diff", { a, b }, signal);
  }

  discoveries(query: Query, signal?: AbortSignal): Promise<Page<Discovery>> {
    return this.get("/discoveries", query, signal);
  }

  discovery(id: string, signal?: AbortSignal): Promise<Discovery> {
    return this.get(`/discoveries/${encodeURIComponent(id)}`, {}, signal);
  }

  coverage(signal?: AbortSignal): Promise<CoverageReport> {
    return this.get("/visualization/map/coverage", {}, signal);
  }

  // ---- pictures

  /** A map of any size, without its boxes; null while it is being laid out. */
  async atlas(query: Query, signal?: AbortSignal): Promise<AtlasHead | null> {
    const answer = await this.send("GET", `/visualization/map/atlas${queryString(query)}`, { signal });
    return answer.status === 202 ? null : ((await answer.json()) as AtlasHead);
  }

  tiles(query: Query, signal?: AbortSignal): Promise<{ version: string; tiles: Record<string, MapPart> }> {
    return this.get("/visualization/map/tiles", query, signal);
  }

  place(query: Query, signal?: AbortSignal): Promise<Place> {
    return this.get("/visualization/map/place", query, signal);
  }

  around(query: Query, signal?: AbortSignal): Promise<MapPart> {
    return this.get("/visualization/map/around", query, signal);
  }

  way(query: Query, signal?: AbortSignal): Promise<MapPart> {
    return this.get("/visualization/map/way", query, signal);
  }

  children(query: Query, signal?: AbortSignal): Promise<Page<SceneNode>> {
    return this.get("/visualization/map/children", query, signal);
  }

  icons(theme: string, signal?: AbortSignal): Promise<unknown> {
    return this.get("/visualization/map/icons", { theme }, signal);
  }

  async picture(format: Format, query: Query, signal?: AbortSignal): Promise<PictureFile> {
    const answer = await this.send("GET", `/visualization/map/picture${queryString({ ...query, format })}`, { signal });
    const suffix = { mermaid: "mmd", markdown: "md" }[format as string] ?? format;
    const name = fileName(answer.headers.get("Content-Disposition")) ?? `cloudviz-map.${suffix}`;
    return { name, content: await answer.blob() };
  }

  /** The layouts that this server draws. */
  layouts(signal?: AbortSignal): Promise<Page<Choice>> {
    return this.get("/visualization/layouts", {}, signal);
  }

  /** The views that this person keeps, all of them. */
  async savedViews(signal?: AbortSignal): Promise<SavedView[]> {
    const found: SavedView[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<SavedView> = await this.get("/visualization/views", { limit: 200, cursor }, signal);
      found.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return found;
  }

  /** What happens to a job, as it happens, after the event `last`. Ends with the stream. */
  async *jobEvents(id: string, last: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (last) headers["Last-Event-ID"] = last;
    const answer = await this.send("GET", `/jobs/${encodeURIComponent(id)}/events`, { signal, headers });
    const isStream = answer.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (isStream && answer.body) yield* eventsIn(answer.body);
    else await answer.body?.cancel();
  }

  // ---- anything else

  read<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.get(path, query, signal);
  }

  /** A request that changes something; null where the answer has no body. */
  async write<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T | null> {
    const answer = await this.send(method, path, { body });
    return answer.status === 204 ? null : ((await answer.json()) as T);
  }

  /** Send files to be imported; `told` hears the share that is sent, 0 to 1. */
  async upload(files: readonly File[], told: (share: number) => void): Promise<{ status: number; body: Record<string, unknown> }> {
    // A form of many megabytes is not sent twice: be sure of the token before.
    await this.me();
    const form = new FormData();
    for (const file of files) form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", `${this.base}/imports`);
    request.setRequestHeader("Authorization", `Bearer ${this.session.accessToken ?? ""}`);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && told(event.loaded / event.total));
    request.upload.addEventListener("load", () => told(1));
    const ended = new Promise<void>((done, failed) => {
      request.addEventListener("load", () => done());
      for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => failed(new TypeError("the files could not be sent")));
    });
    request.send(form);
    await ended;
    const answer = new Response(request.responseText || "{}", {
      status: request.status,
      headers: { "Retry-After": request.getResponseHeader("Retry-After") ?? "" },
    });
    if (!answer.ok) throw await problemOf(answer);
    return { status: request.status, body: (await answer.json()) as Record<string, unknown> };
  }

  // ---- how

  private ask(path: string, init: RequestInit): Promise<Response> {
    return this.fetcher(this.base + path, init);
  }

  private async get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
    const answer = await this.send("GET", path + queryString(query), { signal });
    return (await answer.json()) as T;
  }

  /** A request without a token. */
  private async open<T>(path: string, body: unknown): Promise<T> {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const answer = await this.ask(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw await problemOf(answer);
    return (await answer.json()) as T;
  }

  private async send(method: string, path: string, more: { signal?: AbortSignal | undefined; body?: unknown; headers?: Record<string, string> }): Promise<Response> {
    const once = (): Promise<Response> => {
      const headers: Record<string, string> = { ...more.headers, Authorization: `Bearer ${this.session.accessToken ?? ""}` };
      const init: RequestInit = { method, headers };
      if (more.body !== undefined) {
        headers["Content-Type"] = "application/json";
        init.body = JSON.stringify(more.body);
      }
      if (more.signal) init.signal = more.signal;
      return this.ask(path, init);
    };
    const used = this.session.accessToken;
    let answer = await once();
    // While we waited another request may have renewed the token already.
    if (answer.status === 401 && (this.session.accessToken !== used || (await this.renew()))) answer = await once();
    if (answer.ok) return answer;
    const problem = await problemOf(answer);
    if (problem.signedOut) this.session.end();
    throw problem;
  }

  /** One renewal at a time: a refresh token is good for one use. */
  private renew(): Promise<boolean> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async renewOnce(): Promise<boolean> {
    const token = this.session.refreshToken;
    if (!token) return false;
    try {
      this.session.begin(await this.open<Tokens>("/auth/refresh", { refresh_token: token }));
      return true;
    } catch (thrown) {
      // No answer at all says nothing about the token: let the caller report that.
      if (thrown instanceof TypeError) throw thrown;
      return false;
    }
  }
}

/** `?a=1&b=x&b=y`, without what is empty. */
export function queryString(query: Query): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "" || value === false) continue;
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) parts.append(key, each);
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}

/** The file name in a Content-Disposition header (RFC 6266), without any folder. */
export function fileName(disposition: string | null): string | null {
  if (!disposition) return null;
  const extended = /filename\*=(?:UTF-8|utf-8)''([^;]+)/.exec(disposition)?.[1];
  const plain = /filename="((?:[^"\\]|\\.)*)"|filename=([^;"\s]+)/.exec(disposition);
  let name = plain?.[1]?.replace(/\\(.)/g, "$1") ?? plain?.[2] ?? null;
  try {
    if (extended) name = decodeURIComponent(extended);
  } catch {
    // Not percent-encoded after all: the plain name has to do.
  }
  return name?.split(/[\\/]/).pop() || null;
}
