/** Refusals: the problem documents of RFC 9457 that the API answers with, and what stands in where there is none. */

import { words } from "../texts.js";

export class Problem extends Error {
  constructor(
    /** 0 where no answer came at all. */
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly hint: string,
  ) {
    super(detail);
  }

  get signedOut(): boolean {
    return this.status === 401;
  }
}

/** The problem in an answer that is not 2xx, whatever its body is. */
export async function problemOf(answer: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await answer.json();
    if (typeof parsed === "object" && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // A proxy's own page, or nothing: the status has to do.
  }
  const said = (key: string): string => (typeof body[key] === "string" ? (body[key] as string) : "");
  const wait = answer.headers.get("Retry-After");
  return new Problem(
    answer.status,
    said("code"),
    said("detail") || said("title") || words.problem.status(answer.status),
    said("hint") || (answer.status === 429 && wait ? words.problem.wait(wait) : ""),
  );
}

/** Anything that was thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  // fetch rejects with a TypeError when no answer comes.
  if (thrown instanceof TypeError && !navigatorSaysOnline()) {
    return new Problem(0, "offline", words.problem.offline, words.problem.offlineHint);
  }
  return new Problem(0, "unreachable", words.problem.unreachable, words.problem.unreachableHint);
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "AbortError";
}

function navigatorSaysOnline(): boolean {
  return typeof navigator === "undefined" || navigator.onLine !== false;
}
