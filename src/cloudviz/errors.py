"""Every refusal CloudViz makes on purpose.

Each error says in one line what is wrong and where, and in ``hint`` what to do about it. The API turns it
into an RFC 9457 problem document, the command line into one line on stderr; neither shows a traceback.
"""

from __future__ import annotations

from typing import ClassVar


class CloudVizError(Exception):
    """A refusal that a user can read and act on.

    Arguments:
        detail: one sentence: what is wrong, and where (file, line, account, field).
        hint: one sentence: what the user can do. May be empty.
        where: the place in the input, such as ``network.tfstate: resources[3]``, when there is one.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong in CloudViz"
    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint
        self.where = where

    def one_line(self) -> str:
        """The error as the command line prints it: what, where, what to do, without line breaks."""
        said = f"{self.where}: {self.detail}" if self.where else self.detail
        if self.hint:
            said = f"{said.rstrip('.')}. {self.hint}"
        return " ".join(said.split())


class BadInput(CloudVizError):
    """The request or the file cannot be understood as it stands."""

    status, code, title = 400, "bad_input", "The input cannot be used"


class UnknownFormat(BadInput):
    """A file is none of the formats that CloudViz reads."""

    code, title = "unknown_format", "The file is not a known format"


class Unauthenticated(CloudVizError):
    """No valid credentials came with the request."""

    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(CloudVizError):
    """The caller is known and lacks the role."""

    status, code, title = 403, "forbidden", "Your role does not allow this"


class NotFound(CloudVizError):
    """Nothing with that id exists, or the caller may not see it."""

    status, code, title = 404, "not_found", "Not found"


class Conflict(CloudVizError):
    """The state of things does not allow the request now."""

    status, code, title = 409, "conflict", "Conflict with the present state"


class TooLarge(CloudVizError):
    """The input is over a documented limit."""

    status, code, title = 413, "too_large", "The input is too large"


class Invalid(CloudVizError):
    """The request is well-formed and one of its values is not acceptable."""

    status, code, title = 422, "invalid", "A value is not acceptable"


class TooManyRequests(CloudVizError):
    """The caller is over a rate limit. ``retry_after`` is in seconds."""

    status, code, title = 429, "rate_limited", "Too many requests"

    def __init__(self, detail: str, *, retry_after: float, hint: str = "", where: str = "") -> None:
        super().__init__(detail, hint=hint, where=where)
        self.retry_after = retry_after


class CloudRefused(CloudVizError):
    """A cloud refused the credentials or could not be reached at all, so nothing was scanned."""

    status, code, title = 502, "cloud_refused", "The cloud refused or could not be reached"


class Unavailable(CloudVizError):
    """A part that CloudViz needs (database, cache, optional package) is not there.

    ``retry_after`` is in seconds, where the same may work after a while, and None where it will not by itself.
    """

    status, code, title = 503, "unavailable", "A needed part is not available"

    def __init__(self, detail: str, *, retry_after: float | None = None, hint: str = "", where: str = "") -> None:
        super().__init__(detail, hint=hint, where=where)
        self.retry_after = retry_after


class Cancelled(CloudVizError):
    """The work was cancelled by its user. What had been stored stays."""

    status, code, title = 409, "cancelled", "Cancelled"
