/** Server-sent events, and waiting for them. */

import { NotReached } from "./errors.js";

/** Server-sent events (WHATWG HTML, 9.2) from bytes as they come. */
export class EventReader {
  #decoder;
  #rest = "";
  #name = "";
  #data = [];

  constructor(lastId = "") {
    this.lastId = lastId;
    this.retrySeconds = 3;
    this.begin();
  }

  /** A new answer begins: what was half said is dropped. */
  begin() {
    this.#decoder = new TextDecoder();
    this.#rest = "";
    this.#name = "";
    this.#data = [];
  }

  feed(piece) {
    this.#rest += this.#decoder.decode(piece, { stream: true });
    const found = [];
    for (let match; (match = /\r\n|\n|\r(?!$)/.exec(this.#rest)); ) {
      const line = this.#rest.slice(0, match.index);
      this.#rest = this.#rest.slice(match.index + match[0].length);
      if (line) {
        this.#field(line);
        continue;
      }
      if (this.#data.length) {
        found.push({ id: this.lastId, event: this.#name || "message", data: parsed(this.#data.join("\n")) });
      }
      this.#name = "";
      this.#data = [];
    }
    if (this.#rest.length > 4 * 2 ** 20) throw new NotReached("A line of the event stream has no end.");
    return found;
  }

  #field(line) {
    const [, name, value] = /^([^:]*):? ?([^]*)$/.exec(line);
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#name = value;
    else if (name === "id" && !value.includes("\0")) this.lastId = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retrySeconds = Math.min(Number(value) / 1000, 60);
  }
}

/** The events of one answer until it ends; none where it is no stream of events. Who stops closes the connection. */
export async function* eventsOf(response, reader) {
  const type = response.headers.get("content-type") ?? "";
  if (!response.body) return;
  if (!type.startsWith("text/event-stream")) return response.body.cancel();
  reader.begin();
  for await (const piece of pieces(response.body)) yield* reader.feed(piece);
}

async function* pieces(body) {
  const reader = body.getReader();
  try {
    for (let next; !(next = await reader.read()).done; ) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export function sleep(seconds, signal) {
  return new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", over);
      resolve();
    }, seconds * 1000);
    if (signal?.aborted) over();
    else signal?.addEventListener("abort", over, { once: true });
  });
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
