"""What can go wrong, as classes: by the status of the server's problem document (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cloudviz_client import models


class CloudVizError(Exception):
    """Whatever this client raises of its own.

    Attributes:
        detail: what is wrong, and where.
        hint: what to do about it; may be empty.
    """

    def __init__(self, detail: str, hint: str = "") -> None:
        super().__init__(f"{detail} {hint}".strip())
        self.detail = detail
        self.hint = hint


class NotReached(CloudVizError):
    """No answer: no connection, or none in time."""


class WaitedTooLong(CloudVizError):
    """A job was not over within the time that :meth:`wait` was given. It goes on."""


class JobFailed(CloudVizError):
    """A job that was waited for failed or was cancelled. ``job`` is its last state."""

    def __init__(self, job: models.JobModel) -> None:
        error = job.error or {}
        super().__init__(str(error.get("detail") or f"The job is {job.status}."), str(error.get("hint") or ""))
        self.job = job


class Refused(CloudVizError):
    """The server answered 4xx or 5xx.

    Attributes:
        status: the HTTP status.
        code: a short word that programs may rely on, such as ``not-found``; empty when no CloudViz answered.
        errors: for 422, each value that is not acceptable.
        request_id: find the request in the server's log by it.
        retry_after: seconds to wait before asking again, where the server said so.
    """

    def __init__(
        self, status: int, problem: Mapping[str, Any], request_id: str = "", retry_after: float | None = None
    ) -> None:
        detail = str(problem.get("detail") or problem.get("title") or f"The server answered {status}.")
        super().__init__(detail, str(problem.get("hint") or ""))
        self.status = status
        self.code = str(problem.get("code") or "")
        self.errors = [models.WrongValue(each) for each in problem.get("errors") or ()]
        self.request_id = str(problem.get("request_id") or request_id)
        self.retry_after = retry_after


class BadInput(Refused):
    """400: the input cannot be understood."""


class Unauthenticated(Refused):
    """401: no valid token, key or password."""


class Forbidden(Refused):
    """403: the role is missing."""


class NotFound(Refused):
    """404: there is no such thing."""


class Conflict(Refused):
    """409: the present state does not allow it."""


class TooLarge(Refused):
    """413: the body is over its limit."""


class Invalid(Refused):
    """422: a value is not acceptable; ``errors`` says which."""


class TooManyRequests(Refused):
    """429: ``retry_after`` says how long to wait."""


class ServerFailed(Refused):
    """5xx: a defect of the server, or a part of it that is away."""


class CloudRefused(ServerFailed):
    """502: the cloud refused or could not be reached."""


class Unavailable(ServerFailed):
    """503: a needed part is not available."""


BY_STATUS: dict[int, type[Refused]] = {
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
}


def refused(status: int, body: bytes, request_id: str = "", retry_after: float | None = None) -> Refused:
    """The error for an answer. A body that is no problem document, such as a proxy's page, is left out."""
    try:
        problem = json.loads(body)
    except ValueError:
        problem = {}
    kind = BY_STATUS.get(status) or (ServerFailed if status >= 500 else Refused)
    return kind(status, problem if isinstance(problem, dict) else {}, request_id, retry_after)
