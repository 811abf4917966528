/** What the client throws: refusals of the server by class, and its own. */

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

/** Seconds that Retry-After asks to wait (RFC 9110, 10.2.3); undefined where it says nothing. */
export function retryAfter(value, now = Date.now()) {
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value.trim());
  const then = Date.parse(value);
  return Number.isNaN(then) ? undefined : Math.max(0, (then - now) / 1000);
}

/** The refusal in an answer of 400 and above, whatever its body is. */
export async function refused(response) {
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
