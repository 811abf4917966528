/** The client of the CloudViz API: a fetch that signs in, repeats, pages, follows. No dependencies. */

import { OPERATIONS } from "./operations.js";

export { OPERATIONS };

/** What this client throws of its own. `detail` is what is wrong, `hint` what to do about it. */
export class CloudVizError extends Error {
  constructor(detail, hint = "", options = undefined) {
    super(`${detail} ${hint}`.trim(), options);
    this.name = new.target.name;
    this.detail = detail;
    this.hint = hint;
  }
}

/** No answer: no connection, or none in time. */
export class NotReached extends CloudVizError {}

/** A job that was waited for failed or was cancelled; `job` is its last state. */
export class JobFailed extends CloudVizError {
  constructor(job) {
    super(job.error?.detail ?? `The job is ${job.status}.`, job.error?.hint ?? "");
    this.job = job;
  }
}

/** The message was not signed with the secret, or not just now. */
export class NotGenuine extends CloudVizError {}

/** The server answered 4xx or 5xx: an RFC 9457 problem. */
export class Refused extends CloudVizError {
  constructor(status, problem, requestId, retryAfter) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`, problem.hint ?? "");
    this.status = status;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? requestId ?? "";
    this.retryAfter = retryAfter;
  }
}

export class BadInput extends Refused {}
export class Unauthenticated extends Refused {}
export class Forbidden extends Refused {}
export class NotFound extends Refused {}
export class Conflict extends Refused {}
export class TooLarge extends Refused {}
/** `errors` names each wrong value. */
export class Invalid extends Refused {}
/** `retryAfter` says for how many seconds. */
export class TooManyRequests extends Refused {}
export class ServerFailed extends Refused {}
/** What a cloud or another server behind this one refused. */
export class CloudRefused extends ServerFailed {}
export class Unavailable extends ServerFailed {}

const BY_STATUS = {
  400: BadInput,
  401: Unauthenticated,
  403: Forbidden,
  404: NotFound,
  409: Conflict,
  413: TooLarge,
  422: Invalid,
  429: TooManyRequests,
  502: CloudRefused,
  503: Unavailable,
};

const FINAL = new Set(["succeeded", "partial", "failed", "cancelled"]);
const IDEMPOTENT = new Set(["GET", "PUT", "DELETE"]);

/** Seconds that Retry-After asks to wait (RFC 9110, 10.2.3); undefined where it says nothing. */
export function retryAfter(value, now = Date.now()) {
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value.trim());
  const then = Date.parse(value);
  return Number.isNaN(then) ? undefined : Math.max(0, (then - now) / 1000);
}

export class CloudViz {
  #url;
  #given;
  #token;
  #refreshToken;
  #ends;
  #renewing;

  constructor(url, given = {}) {
    const ways = [given.token ?? given.refreshToken, given.apiKey, given.username].filter(Boolean);
    if (ways.length > 1) throw new TypeError("give one of token, apiKey, or username and password");
    this.#url = String(url).replace(/\/+$/, "");
    this.#given = { timeout: 60, attempts: 4, longest: 60, chance: Math.random, fetch: globalThis.fetch, ...given };
    this.#token = given.token;
    this.#refreshToken = given.refreshToken;
    this.#ends = given.token ? Infinity : 0;
    for (const [id, operation] of Object.entries(OPERATIONS)) {
      const [namespace, name] = operation.name;
      this[namespace] ??= {};
      this[namespace][name] = (input = {}) => this.#named(id, operation, input);
    }
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
        reader.begin();
        for await (const piece of pieces(response.body)) {
          for (const event of reader.feed(piece)) {
            broken = 0;
            yield event;
            if (event.event === "end") return;
          }
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
    if (operation.style === "download") return this.answer(id, input).then((response) => response.blob());
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
        if (refusal.status === 401 && !operation.public && !renewed) {
          renewed = true;
          if (await this.#renewedAfter(credentials)) {
            made--;
            continue;
          }
        }
        wait = this.#waitAfter(request, refusal, made);
        if (wait === undefined) throw refusal;
      }
      await sleep(wait, signal);
    }
  }

  async #send(request, credentials, signal) {
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(new Error("no answer in time")), this.#given.timeout * 1000);
    try {
      const { fetch } = this.#given; // a browser's refuses to be called as a method of anything but the window
      return await fetch(this.#url + request.path, {
        method: request.method,
        headers: { ...request.headers, ...credentials },
        body: request.body,
        redirect: "manual",
        signal: signal ? AbortSignal.any([signal, clock.signal]) : clock.signal,
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
    return this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
  }

  async #credentials() {
    if (!this.#given.apiKey && Date.now() >= this.#ends) await this.#renew();
    return this.#headers();
  }

  async #renewedAfter(credentials) {
    if (this.#given.apiKey) return false;
    if (credentials.Authorization === this.#headers().Authorization) {
      this.#ends = 0;
      await this.#renew();
    }
    return credentials.Authorization !== this.#headers().Authorization;
  }

  /** One renewal at a time; the others wait for it. */
  #renew() {
    this.#renewing ??= this.#granted().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #granted() {
    const { username, password } = this.#given;
    let grant;
    if (this.#refreshToken) {
      try {
        grant = await this.request("auth_refresh", { body: { refresh_token: this.#refreshToken } });
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 401 || !username) throw error;
        this.#refreshToken = undefined;
      }
    }
    if (!grant && username) grant = await this.request("auth_login", { body: { username, password } });
    if (!grant) return;
    this.#token = grant.access_token;
    this.#refreshToken = grant.refresh_token;
    this.#ends = Date.now() + Math.max(1, grant.expires_in - 30) * 1000;
  }
}

/** A job that the server carries out; `accepted` is what it answered. */
export class Job {
  #client;

  constructor(client, accepted) {
    this.#client = client;
    this.accepted = accepted;
    this.id = accepted.job_id;
    this.discoveryId = accepted.discovery_id ?? "";
  }

  status() {
    return this.#client.request("jobs_job", { job_id: this.id });
  }

  /** The job once it is over. `timeout` is in seconds. */
  async wait({ onProgress, timeout = Infinity, signal } = {}) {
    let told;
    for (let looked = 0, waited = 0; ; looked++) {
      const job = await this.status();
      const now = JSON.stringify([job.status, job.progress]);
      if (now !== told) onProgress?.(job);
      told = now;
      if (FINAL.has(job.status)) {
        if (job.status === "failed" || job.status === "cancelled") throw new JobFailed(job);
        return job;
      }
      const pause = Math.min(5, 0.1 * 1.5 ** Math.min(looked, 20));
      if (waited + pause > timeout) {
        throw new CloudVizError(`The job ${this.id} is ${job.status} after ${timeout} s.`, "It goes on.");
      }
      await sleep(pause, signal);
      waited += pause;
    }
  }

  discovery() {
    return this.#client.request("discoveries_discovery", { discovery_id: this.discoveryId });
  }

  cancel() {
    return this.#client.request("jobs_cancel", { job_id: this.id });
  }

  events(lastEventId = "") {
    return this.#client.stream("jobs_events", { job_id: this.id, last_event_id: lastEventId || undefined });
  }
}

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

/** The event that a webhook tells, when it is genuine (Standard Webhooks 1.0); else NotGenuine is thrown. */
export async function verifyWebhook(secret, headers, body, { tolerance = 300, now = Date.now() / 1000 } = {}) {
  const given = headers instanceof Headers ? headers : new Headers(headers);
  const [id, sent, signatures] = ["id", "timestamp", "signature"].map((name) => given.get(`webhook-${name}`) ?? "");
  if (!id || !signatures || !/^\d{1,15}$/.test(sent)) throw new NotGenuine("A header of the message is missing.");
  if (Math.abs(now - Number(sent)) > tolerance) {
    throw new NotGenuine("The message is too old, or from the future.", "Compare the clocks of both machines.");
  }
  const key = bytes(secret.replace(/^whsec_/, ""));
  if (!key?.length) throw new NotGenuine("The secret is not `whsec_` and base64.");
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const head = new TextEncoder().encode(`${id}.${sent}.`);
  const signed = new Uint8Array(head.length + raw.length);
  signed.set(head);
  signed.set(raw, head.length);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["verify"]);
  let fits = false;
  for (const each of signatures.split(/\s+/).slice(0, 20)) {
    const signature = each.startsWith("v1,") ? bytes(each.slice(3)) : undefined;
    if (signature) fits = (await crypto.subtle.verify("HMAC", imported, signature, signed)) || fits;
  }
  if (!fits) throw new NotGenuine("No signature fits.", "The secret is another one, or the body was changed.");
  const event = parsed(new TextDecoder().decode(raw));
  if (event === null || typeof event !== "object") throw new NotGenuine("The body is no event.");
  return event;
}

function built(operation, id, input) {
  const { body, files, form, signal, ...left } = input;
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
    repeatable: IDEMPOTENT.has(operation.method) || "Idempotency-Key" in headers,
  };
}

async function read(response) {
  if (response.status >= 300 && response.status < 400) return response.headers.get("location") ?? undefined;
  const type = (response.headers.get("content-type") ?? "").split(";")[0];
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined;
  if (type === "application/json") return response.json();
  return type === "text/plain" ? response.text() : response.blob();
}

async function refused(response) {
  let problem = {};
  try {
    problem = (await response.json()) ?? {};
  } catch {
    // a proxy's page
  }
  const wait = retryAfter(response.headers.get("retry-after"));
  const Kind = BY_STATUS[response.status] ?? (response.status >= 500 ? ServerFailed : Refused);
  return new Kind(response.status, problem, response.headers.get("x-request-id"), wait);
}

async function* pieces(body) {
  const reader = body.getReader();
  try {
    for (let next; !(next = await reader.read()).done; ) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function sleep(seconds, signal) {
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

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function bytes(base64) {
  try {
    return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  } catch {
    return undefined;
  }
}
