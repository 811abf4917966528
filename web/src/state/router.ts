/** The address: `#/map?layout=grid&select=…`. It holds all that a link to somebody else should hold. */

export interface Route {
  path: string;
  query: URLSearchParams;
}

export function parseHash(hash: string): Route {
  const text = hash.replace(/^#/, "");
  const cut = text.indexOf("?");
  const path = (cut < 0 ? text : text.slice(0, cut)).replace(/\/+$/, "") || "/";
  return { path: path.startsWith("/") ? path : `/${path}`, query: new URLSearchParams(cut < 0 ? "" : text.slice(cut + 1)) };
}

export function hashOf(path: string, query: URLSearchParams | Record<string, string> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `#${path}${text ? `?${text}` : ""}`;
}

export class Router {
  private readonly listeners = new Set<(route: Route) => void>();

  constructor(private readonly window: Window) {
    window.addEventListener("hashchange", () => this.tell());
  }

  get route(): Route {
    return parseHash(this.window.location.hash);
  }

  onChange(listener: (route: Route) => void): void {
    this.listeners.add(listener);
  }

  /** A step in the history, which Back undoes. */
  go(path: string, query: URLSearchParams | Record<string, string> = {}): void {
    this.window.location.hash = hashOf(path, query);
  }

  /** The same step with another address. Nobody is told when `quietly`. */
  replace(path: string, query: URLSearchParams | Record<string, string> = {}, quietly = false): void {
    this.window.history.replaceState(null, "", hashOf(path, query));
    if (!quietly) this.tell();
  }

  /** Change some parts of the query; null removes. */
  change(changes: Record<string, string | null>, quietly = false): void {
    const { path, query } = this.route;
    for (const [key, value] of Object.entries(changes)) {
      if (value === null || value === "") query.delete(key);
      else query.set(key, value);
    }
    if (quietly) this.replace(path, query, true);
    else this.go(path, query);
  }

  private tell(): void {
    const { route } = this;
    for (const listener of this.listeners) listener(route);
  }
}
