/** Who is signed in: the tokens, kept for this tab only. */

import type { Tokens } from "./contract.js";

const KEY = "cloudviz.session";

export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

interface Kept {
  access: string;
  refresh: string;
}

export class Session {
  private kept: Kept | null;
  private readonly ended = new Set<() => void>();

  constructor(private readonly store: Store) {
    this.kept = read(store);
  }

  get accessToken(): string | null {
    return this.kept?.access ?? null;
  }

  get refreshToken(): string | null {
    return this.kept?.refresh ?? null;
  }

  get signedIn(): boolean {
    return this.kept !== null;
  }

  begin(tokens: Tokens): void {
    this.kept = { access: tokens.access_token, refresh: tokens.refresh_token };
    this.store.setItem(KEY, JSON.stringify(this.kept));
  }

  /** Forget the tokens and tell those who listen. */
  end(): void {
    if (!this.kept) return;
    this.kept = null;
    this.store.removeItem(KEY);
    for (const listener of this.ended) listener();
  }

  onEnd(listener: () => void): void {
    this.ended.add(listener);
  }
}

function read(store: Store): Kept | null {
  try {
    const kept = JSON.parse(store.getItem(KEY) ?? "null") as Partial<Kept> | null;
    return typeof kept?.access === "string" && typeof kept.refresh === "string"
      ? { access: kept.access, refresh: kept.refresh }
      : null;
  } catch {
    return null;
  }
}
