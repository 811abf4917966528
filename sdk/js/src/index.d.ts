/** The client of the CloudViz API. Operations take one object: parameters by name, `body`, `files`, `signal`. */

import type { Namespaces } from "./namespaces.js";
import type { components, operations } from "./schema.js";

export type { components, operations };
export type Schemas = components["schemas"];
export type OperationId = keyof operations;

type Given<T> = [NonNullable<T>] extends [never] ? {} : NonNullable<T>;
type PathOf<Id extends OperationId> = Given<operations[Id]["parameters"]["path"]>;
type QueryOf<Id extends OperationId> = Given<operations[Id]["parameters"]["query"]>;
type BodyOf<Id extends OperationId> = operations[Id] extends {
  requestBody: { content: { "application/json": infer Body } };
}
  ? {} extends Body
    ? { body?: Body }
    : { body: Body }
  : operations[Id] extends { requestBody: { content: { "multipart/form-data": infer Form } } }
    ? {
        files: Upload[];
        form?: Partial<Record<Exclude<keyof Form, "file">, string>>;
        /** Hears the share that is sent, 0 to 1. */
        onProgress?: (share: number) => void;
      }
    : {};

/** A file of a form: its name and what it holds. */
export interface Upload {
  name: string;
  content: Blob | BufferSource | string;
}

interface Always {
  idempotency_key?: string;
  last_event_id?: string | undefined;
  signal?: AbortSignal | undefined;
}

export type Input<Id extends OperationId> = PathOf<Id> & QueryOf<Id> & BodyOf<Id> & Always;
export type Arguments<Id extends OperationId> = {} extends Input<Id> ? [input?: Input<Id>] : [input: Input<Id>];

type Json<Reply> = Reply extends { content: { "application/json": infer Document } } ? Document : undefined;
type Good = 200 | 201 | 202 | 204;

/** What an operation answers: the documents of its good replies. */
export type Answer<Id extends OperationId, Status extends number = Good> = {
  [S in keyof operations[Id]["responses"] & Status]: Json<operations[Id]["responses"][S]>;
}[keyof operations[Id]["responses"] & Status];

export type Item<Id extends OperationId> = Answer<Id> extends { items: (infer Each)[] } ? Each : never;

export interface ServerEvent {
  id: string;
  event: string;
  data: any;
}

/** What a sign-in gives; `ends` is when the token runs out, in ms since 1970, where that is known. */
export interface Tokens {
  token: string;
  refreshToken: string;
  ends?: number;
}

/** Where tokens are kept by whoever has a place for them, such as a browser's tab. */
export interface TokenStore {
  load(): Tokens | undefined;
  /** New tokens, or undefined when the session is over. */
  save(tokens: Tokens | undefined): void;
}

export interface Options {
  token?: string;
  refreshToken?: string;
  /** In place of `token` and `refreshToken`: a store that outlives the client. */
  tokens?: TokenStore;
  apiKey?: string;
  username?: string;
  password?: string;
  /** Seconds until an answer begins. */
  timeout?: number;
  /** How often a request is made again. */
  attempts?: number;
  /** Seconds that `Retry-After` may ask to wait. */
  longest?: number;
  /** A number from 0 to 1, for the jitter. */
  chance?: () => number;
  fetch?: typeof fetch;
}

export interface CloudViz extends Namespaces {}
export class CloudViz {
  constructor(url: string | URL, options?: Options);
  /** The document that an operation answers with; of a list one page, with its `next_cursor`. */
  request<Id extends OperationId>(id: Id, ...input: Arguments<Id>): Promise<Answer<Id>>;
  /** The answer whose body is still to be read: `(await client.answer(…)).body` is a stream. */
  answer<Id extends OperationId>(id: Id, ...input: Arguments<Id>): Promise<Response>;
  /** Sign in by name and password, or by the code of a sign-in link; the tokens are kept. */
  signIn(by: { username: string; password: string } | { code: string }): Promise<void>;
  /** Forget the tokens in any case, and close the session at the server if it answers. */
  signOut(): Promise<void>;
  /** A job by its id. */
  job(id: string): Job;
}

export class Job {
  readonly accepted: Schemas["JobAccepted"];
  readonly id: string;
  readonly discoveryId: string;
  status(options?: { signal?: AbortSignal | undefined }): Promise<Schemas["JobModel"]>;
  /** The job once it has succeeded; JobFailed is thrown otherwise. Asks again and again. */
  wait(options?: {
    onProgress?: (job: Schemas["JobModel"]) => void;
    timeout?: number;
    signal?: AbortSignal;
  }): Promise<Schemas["JobModel"]>;
  /** The job once it is over, whatever came of it; told by the server's events where they come through. */
  follow(options?: {
    onProgress?: (job: Schemas["JobModel"]) => void;
    signal?: AbortSignal;
    /** Seconds between two questions where no events come. */
    pause?: number;
  }): Promise<Schemas["JobModel"]>;
  discovery(): Promise<Schemas["DiscoveryReply"]>;
  cancel(): Promise<Schemas["JobModel"]>;
  events(lastEventId?: string): AsyncGenerator<ServerEvent, void>;
}

export class CloudVizError extends Error {
  readonly detail: string;
  readonly hint: string;
}
export class NotReached extends CloudVizError {}
export class NotGenuine extends CloudVizError {}
export class JobFailed extends CloudVizError {
  readonly job: Schemas["JobModel"];
}
export class Refused extends CloudVizError {
  constructor(status: number, problem: { code?: string; detail?: string; hint?: string }, requestId?: string, retryAfter?: number);
  readonly status: number;
  readonly code: string;
  readonly errors: Schemas["WrongValue"][];
  readonly requestId: string;
  readonly retryAfter: number | undefined;
}
export class BadInput extends Refused {}
export class Unauthenticated extends Refused {}
export class Forbidden extends Refused {}
export class NotFound extends Refused {}
export class Conflict extends Refused {}
export class TooLarge extends Refused {}
export class Invalid extends Refused {}
export class TooManyRequests extends Refused {}
export class ServerFailed extends Refused {}
export class CloudRefused extends ServerFailed {}
export class Unavailable extends ServerFailed {}

export class EventReader {
  constructor(lastId?: string);
  lastId: string;
  retrySeconds: number;
  begin(): void;
  feed(piece: Uint8Array): ServerEvent[];
}

/** The file name in a Content-Disposition header, without any folder; empty where it says none. */
export function fileName(disposition: string | null): string;

export function retryAfter(value: string | null | undefined, now?: number): number | undefined;

export function verifyWebhook(
  secret: string,
  headers: Headers | Record<string, string>,
  body: string | ArrayBuffer | Uint8Array,
  options?: { tolerance?: number; now?: number },
): Promise<Record<string, unknown>>;
