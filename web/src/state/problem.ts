/** What went wrong, in words for people: the server's own where it has some, else ours. */

import { NotReached, Refused } from "@cloudviz/client";
import { words } from "../texts.js";

export interface Problem {
  /** 0 where no answer came at all. */
  readonly status: number;
  readonly detail: string;
  readonly hint: string;
}

/** Anything that was thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Refused) {
    const { status, detail, hint, code, retryAfter } = thrown;
    const wait = status === 429 && retryAfter ? words.problem.wait(String(Math.ceil(retryAfter))) : "";
    // A refusal without a code is not the server's: a proxy's page stands for it.
    return { status, detail: code ? detail : words.problem.status(status), hint: hint || wait };
  }
  const isOffline = thrown instanceof NotReached && typeof navigator !== "undefined" && navigator.onLine === false;
  if (isOffline) return { status: 0, detail: words.problem.offline, hint: words.problem.offlineHint };
  return { status: 0, detail: words.problem.unreachable, hint: words.problem.unreachableHint };
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "AbortError";
}
