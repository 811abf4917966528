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
    ? { files: Upload[]; form?: Partial<Record<Exclude<keyof Form, "file">, string>> }
    : {};

/** A file of a form: its name and what it holds. */
export interface Upload {
  name: string;
  content: Blob | BufferSource | string;
}

interface Always {
  idempotency_key?: string;
  last_event_id?: string | undefined;
  signal?: AbortSignal;
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

export interface Options {
  token?: string;
  refreshToken?: string;
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
  request<Id extends OperationId>(id: Id, ...input: Arguments<Id>): Promise<any>;
  /** The answer whose body is still to be read: `(await client.answer(…)).body` is a stream. */
  answer<Id extends OperationId>(id: Id, ...input: Arguments<Id>): Promise<Response>;
}

export class Job {
  readonly accepted: Schemas["JobAccepted"];
  readonly id: string;
  readonly discoveryId: string;
  status(): Promise<Schemas["JobModel"]>;
  wait(options?: {
    onProgress?: (job: Schemas["JobModel"]) => void;
    timeout?: number;
    signal?: AbortSignal;
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

export function retryAfter(value: string | null | undefined, now?: number): number | undefined;

export function verifyWebhook(
  secret: string,
  headers: Headers | Record<string, string>,
  body: string | ArrayBuffer | Uint8Array,
  options?: { tolerance?: number; now?: number },
): Promise<Record<string, unknown>>;
