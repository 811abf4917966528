/** Who is signed in: the client's tokens, kept for this tab only. */

import type { TokenStore, Tokens } from "@cloudviz/client";

const KEY = "cloudviz.session";

export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class Session implements TokenStore {
  private kept: Tokens | undefined;
  private readonly ended = new Set<() => void>();

  constructor(private readonly store: Store) {
    this.kept = read(store);
  }

  get signedIn(): boolean {
    return this.kept !== undefined;
  }

  load(): Tokens | undefined {
    return this.kept;
  }

  /** Keep new tokens; or forget them, and tell those who listen, when the session is over. */
  save(tokens: Tokens | undefined): void {
    const wasSignedIn = this.signedIn;
    this.kept = tokens;
    if (tokens) return this.store.setItem(KEY, JSON.stringify({ access: tokens.token, refresh: tokens.refreshToken, ends: tokens.ends }));
    this.store.removeItem(KEY);
    if (wasSignedIn) for (const listener of this.ended) listener();
  }

  onEnd(listener: () => void): void {
    this.ended.add(listener);
  }
}

function read(store: Store): Tokens | undefined {
  try {
    const { access, refresh, ends } = (JSON.parse(store.getItem(KEY) ?? "null") ?? {}) as Record<string, unknown>;
    if (typeof access !== "string" || typeof refresh !== "string") return undefined;
    return { token: access, refreshToken: refresh, ...(typeof ends === "number" ? { ends } : {}) };
  } catch {
    return undefined;
  }
}
