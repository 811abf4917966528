/** The client of the CloudViz API: a fetch that signs in, repeats, pages, follows. No dependencies. */

import { CloudVizError, NotReached, Refused, refused } from "./errors.js";
import { EventReader, eventsOf, sleep } from "./events.js";
import { fileIn } from "./files.js";
import { sent } from "./form.js";
import { Job } from "./job.js";
import { OPERATIONS } from "./operations.js";

export {
  BadInput,
  CloudRefused,
  CloudVizError,
  Conflict,
  Forbidden,
  Invalid,
  JobFailed,
  NotFound,
  NotGenuine,
  NotReached,
  Refused,
  ServerFailed,
  TooLarge,
  TooManyRequests,
  Unauthenticated,
  Unavailable,
  retryAfter,
} from "./errors.js";
export { EventReader } from "./events.js";
export { fileName } from "./files.js";
export { Job } from "./job.js";
export { verifyWebhook } from "./webhooks.js";
export { OPERATIONS };

const IDEMPOTENT = new Set(["GET", "PUT", "DELETE"]);
/** A token is renewed so many seconds before it runs out. */
const EARLY = 30;

export class CloudViz {
  #url;
  #given;
  #store;
  #renewing;

  constructor(url, given = {}) {
    const ways = [given.token ?? given.refreshToken, given.apiKey, given.username, given.tokens].filter(Boolean);
    if (ways.length > 1) throw new TypeError("give one of token, apiKey, tokens, or username and password");
    this.#url = String(url).replace(/\/+$/, "");
    this.#given = { timeout: 60, attempts: 4, longest: 60, chance: Math.random, fetch: globalThis.fetch, ...given };
    const { token = "", refreshToken = "" } = given;
    this.#store = given.tokens ?? inMemory(token || refreshToken ? { token, refreshToken, ends: token ? Infinity : 0 } : undefined);
    for (const [id, operation] of Object.entries(OPERATIONS)) {
      const [namespace, name] = operation.name;
      this[namespace] ??= {};
      this[namespace][name] = (input = {}) => this.#named(id, operation, input);
    }
  }

  /** Sign in: by `{ username, password }`, or by the `{ code }` of a sign-in link. */
  async signIn(given) {
    const id = "code" in given ? "auth_exchange" : "auth_login";
    this.#keep(await this.request(id, { body: given }));
  }

  /** Forget the tokens in any case, and close the session at the server if it answers. */
  async signOut() {
    const operation = OPERATIONS.auth_logout;
    const credentials = await this.#credentials().catch(() => this.#headers());
    this.#store.save(undefined);
    await this.#send(built(operation, "auth_logout", {}), credentials).catch(() => undefined);
  }

  /** A job by its id, to wait for it or to follow it. */
  job(id) {
    return new Job(this, { job_id: id });
  }

  /** Any operation by its id; the document, text, Blob, or undefined. */
  async request(id, input = {}) {
    return read(await this.answer(id, input));
  }

  /** The answer to an operation, whose body is still to be read; for streams. */
  async answer(id, input = {}) {
    const operation = OPERATIONS[id];
    if (!operation) throw new TypeError(`no operation ${id}`);
    return this.#answer(operation, built(operation, id, input), input.signal);
  }

  /** The items of a list, page after page, each page when it is come to. */
  async *pages(id, input = {}) {
    for (let cursor; ; ) {
      const more = cursor === undefined ? {} : { cursor };
      const next = OPERATIONS[id]?.body ? { ...input, body: { ...input.body, ...more } } : { ...input, ...more };
      const page = await this.request(id, next);
      yield* page.items;
      if (!page.next_cursor) return;
      cursor = page.next_cursor;
    }
  }

  /** Server-sent events until `end` or 204; where the line breaks, it is taken up behind the last one. */
  async *stream(id, input = {}) {
    const reader = new EventReader(input.last_event_id ?? "");
    for (let broken = 0; ; ) {
      try {
        const given = reader.lastId ? { last_event_id: reader.lastId } : {};
        const response = await this.answer(id, { ...input, ...given });
        if (response.status === 204) return;
        for await (const event of eventsOf(response, reader)) {
          broken = 0;
          yield event;
          if (event.event === "end") return;
        }
      } catch (error) {
        if (error instanceof CloudVizError || input.signal?.aborted) throw error;
      }
      if (++broken > this.#given.attempts) throw new NotReached("The events broke off.", "Ask with last_event_id.");
      await sleep(reader.retrySeconds, input.signal);
    }
  }

  #named(id, operation, input) {
    if (operation.style === "pages") return this.pages(id, input);
    if (operation.style === "events") return this.stream(id, input);
    if (operation.style === "start" || operation.alsoJob) {
      return this.answer(id, input).then(async (response) => {
        const document = await read(response);
        return response.status === 202 ? new Job(this, document) : document;
      });
    }
    if (operation.style === "download") return this.answer(id, input).then(fileIn);
    return this.request(id, input);
  }

  async #answer(operation, request, signal) {
    let renewed = false;
    for (let made = 0; ; made++) {
      const credentials = operation.public ? {} : await this.#credentials();
      let wait;
      let response;
      try {
        response = await this.#send(request, credentials, signal);
      } catch (error) {
        if (signal?.aborted) throw error;
        if (made >= this.#given.attempts || !request.repeatable) {
          const why = error.cause?.code ?? error.message;
          throw new NotReached(`${this.#url} does not answer: ${why}.`, "Is the server running?", { cause: error });
        }
        wait = this.#backoff(made);
      }
      if (response) {
        if (response.status < 400) return response;
        const refusal = await refused(response);
        if (refusal.status === 401 && !operation.public) {
          if (!renewed && (await this.#renewedAfter(credentials))) {
            renewed = true;
            made--;
            continue;
          }
          if (credentials.Authorization === this.#headers().Authorization) this.#end();
        }
        wait = this.#waitAfter(request, refusal, made);
        if (wait === undefined) throw refusal;
      }
      await sleep(wait, signal);
    }
  }

  async #send(request, credentials, signal) {
    const clock = new AbortController();
    let timer;
    const wind = () => {
      clearTimeout(timer);
      timer = setTimeout(() => clock.abort(new Error("no answer in time")), this.#given.timeout * 1000);
    };
    wind();
    try {
      const { fetch } = this.#given; // a browser's refuses to be called as a method of anything but the window
      const asked = {
        method: request.method,
        headers: { ...request.headers, ...credentials },
        body: request.body,
        redirect: "manual",
        signal: either(signal, clock),
      };
      if (!request.onProgress) return await fetch(this.#url + request.path, asked);
      return await sent(fetch, this.#url + request.path, asked, (share) => {
        wind(); // what is still being sent is no answer that fails to come
        request.onProgress(share);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #waitAfter(request, refusal, made) {
    const passing =
      refusal.status === 429 ||
      (request.repeatable &&
        (refusal.status === 503 || refusal.status === 504 || (refusal.status === 502 && !refusal.code)));
    if (!passing || made >= this.#given.attempts) return undefined;
    if (refusal.retryAfter === undefined) return this.#backoff(made);
    return refusal.retryAfter > this.#given.longest ? undefined : refusal.retryAfter * (1 + 0.1 * this.#given.chance());
  }

  #backoff(made) {
    return Math.min(8, 0.25 * 2 ** made) * (0.5 + 0.5 * this.#given.chance());
  }

  #headers() {
    if (this.#given.apiKey) return { "X-API-Key": this.#given.apiKey };
    const token = this.#store.load()?.token;
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  async #credentials() {
    if (!this.#given.apiKey && Date.now() >= this.#ends()) await this.#renew();
    return this.#headers();
  }

  #ends() {
    const tokens = this.#store.load();
    return tokens?.token ? (tokens.ends ?? Infinity) : 0;
  }

  async #renewedAfter(credentials) {
    if (this.#given.apiKey) return false;
    if (credentials.Authorization === this.#headers().Authorization) await this.#renew();
    return credentials.Authorization !== this.#headers().Authorization;
  }

  /** One renewal at a time, since a refresh token is good for one; the others wait for it. */
  #renew() {
    this.#renewing ??= this.#granted().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #granted() {
    const { username, password } = this.#given;
    const refresh = this.#store.load()?.refreshToken;
    if (refresh) {
      try {
        return this.#keep(await this.request("auth_refresh", { body: { refresh_token: refresh } }));
      } catch (error) {
        const over = error instanceof Refused && error.status < 500 && error.status !== 429;
        if (over && !username) this.#end();
        if (!over || !username) throw error;
      }
    }
    if (username) this.#keep(await this.request("auth_login", { body: { username, password } }));
  }

  #keep(grant) {
    const ends = Date.now() + Math.max(1, grant.expires_in - EARLY) * 1000;
    this.#store.save({ token: grant.access_token, refreshToken: grant.refresh_token, ends });
  }

  #end() {
    if (this.#store.load()) this.#store.save(undefined);
  }
}

function inMemory(tokens) {
  return { load: () => tokens, save: (now) => (tokens = now) };
}

/** Aborted by the one or the other. */
function either(signal, clock) {
  if (!signal) return clock.signal;
  if (AbortSignal.any) return AbortSignal.any([signal, clock.signal]);
  // Browsers of before 2024.
  if (signal.aborted) clock.abort(signal.reason);
  else signal.addEventListener("abort", () => clock.abort(signal.reason), { once: true });
  return clock.signal;
}

function built(operation, id, input) {
  const { body, files, form, signal, onProgress, ...left } = input;
  let path = operation.path;
  for (const name of operation.inPath ?? []) {
    if (left[name] === undefined || left[name] === "") throw new TypeError(`${id} needs ${name}`);
    path = path.replace(`{${name}}`, encodeURIComponent(left[name]));
    delete left[name];
  }
  const query = new URLSearchParams();
  for (const name of operation.query ?? []) {
    for (const value of [left[name]].flat()) {
      if (value !== undefined && value !== null) query.append(name, value instanceof Date ? value.toISOString() : value);
    }
    delete left[name];
  }
  const headers = {};
  for (const [word, name] of Object.entries(operation.headers ?? {})) {
    if (left[word]) headers[name] = String(left[word]);
    delete left[word];
  }
  const unknown = Object.keys(left);
  if (unknown.length) throw new TypeError(`${id} has no ${unknown.join(", ")}`);
  if (operation.headers?.idempotency_key) headers["Idempotency-Key"] ??= crypto.randomUUID();
  let content;
  if (operation.body === "json") {
    headers["Content-Type"] = "application/json";
    content = JSON.stringify(body ?? {});
  } else if (operation.body === "form") {
    content = new FormData();
    for (const { name, content: data } of files ?? []) {
      content.append("file", data instanceof Blob ? data : new Blob([data]), name);
    }
    for (const [name, value] of Object.entries(form ?? {})) content.append(name, value);
  }
  return {
    method: operation.method,
    path: query.size ? `${path}?${query}` : path,
    headers,
    body: content,
    onProgress: operation.body === "form" ? onProgress : undefined,
    repeatable: IDEMPOTENT.has(operation.method) || "Idempotency-Key" in headers,
  };
}

async function read(response) {
  if (response.status >= 300 && response.status < 400) return response.headers.get("location") ?? undefined;
  const type = (response.headers.get("content-type") ?? "").split(";")[0];
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined;
  if (type === "application/json") return response.json();
  return type === "text/plain" ? response.text() : fileIn(response);
}
