"""What an error of a Google API means for the scan: denied, throttled, timed out, switched off or failed.

Source: https://cloud.google.com/apis/design/errors; the older APIs answer with ``error.errors[].reason``.
"""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson

from cloudviz.inventory.model import CoverageStatus

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same call may succeed."""

_SWITCHED_OFF = frozenset({"SERVICE_DISABLED", "accessNotConfigured", "SERVICE_NOT_ACTIVATED"})
_THROTTLED = frozenset(
    {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"}
)
# Recorded replies of before 2021 say it in words alone.
_OFF_IN_WORDS = re.compile(r"(?:API|service) .*has not been used in project .* or it is disabled", re.IGNORECASE)
_PERMISSION = re.compile(r"'?\b([a-z][a-zA-Z]+\.[a-z][a-zA-Z]+\.[a-z][a-zA-Z]+)\b'?")


class CallFailed(Exception):
    """A call that gave no answer, and what that means.

    Attributes:
        status: one of the coverage words.
        detail: one line for people.
        permission: the IAM permission that is missing, when ``status`` is denied.
        http: the HTTP status, 0 where there was none.
        reason: Google's own word, such as ``SERVICE_DISABLED``.
        may_pass: whether the same call may succeed when it is sent again.
    """

    def __init__(
        self,
        status: CoverageStatus,
        detail: str,
        permission: str | None = None,
        *,
        http: int = 0,
        reason: str = "",
        may_pass: bool = False,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.permission = permission
        self.http = http
        self.reason = reason
        self.may_pass = may_pass

    @property
    def is_down(self) -> bool:
        """Whether nobody was there, or nobody who can serve."""
        down = (CoverageStatus.FAILED, CoverageStatus.TIMEOUT)
        return self.may_pass and self.status in down and (not self.http or self.http >= 500)

    @property
    def is_switched_off(self) -> bool:
        """Whether the project has not enabled the API."""
        return self.reason == "SERVICE_DISABLED"


def one_line(text: str, limit: int = 400) -> str:
    """A message on one line, without control characters, cut where it is longer than ``limit``."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * limit]).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def refused(http: int, body: bytes, permission: str) -> CallFailed:
    """Read a reply that is an error, to a call that needs ``permission``."""
    error = _error_of(body)
    message = str(error.get("message") or "")
    reasons = set(_reasons(error))
    detail = one_line(message) or f"HTTP {http}"
    if http == 403 and (reasons & _SWITCHED_OFF or _OFF_IN_WORDS.search(message)):
        return CallFailed(CoverageStatus.SEEN, detail, http=http, reason="SERVICE_DISABLED")
    if http == 429 or reasons & _THROTTLED:
        return CallFailed(CoverageStatus.THROTTLED, detail, http=http, reason="THROTTLED", may_pass=True)
    if http == 401:
        return CallFailed(CoverageStatus.DENIED, f"the token was refused: {detail}", http=http, reason="TOKEN")
    if http == 403:
        named = _PERMISSION.search(message)
        return CallFailed(CoverageStatus.DENIED, detail, named[1] if named else permission, http=http)
    if http in (404, 405, 501):
        return CallFailed(CoverageStatus.UNSUPPORTED, detail, http=http, reason="NOT_FOUND")
    if http in (408, 504):
        return CallFailed(CoverageStatus.TIMEOUT, detail, http=http, may_pass=True)
    reason = str(error.get("status") or "")
    return CallFailed(
        CoverageStatus.FAILED, f"HTTP {http}: {detail}", http=http, reason=reason, may_pass=http in RETRIED
    )


def broken(error: httpx.HTTPError) -> CallFailed:
    """Read an error of the connection."""
    detail = one_line(f"{type(error).__name__}: {error}".rstrip(": "))
    if isinstance(error, httpx.TimeoutException):
        return CallFailed(CoverageStatus.TIMEOUT, f"no answer ({detail})", may_pass=True)
    return CallFailed(CoverageStatus.FAILED, detail, may_pass=isinstance(error, httpx.TransportError))


def _error_of(body: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(document, list) and document:
        document = document[0]
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}


def _reasons(error: Mapping[str, Any]) -> Iterator[str]:
    for name in ("details", "errors"):
        entries = error.get(name)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("reason"):
                yield str(entry["reason"])
    if error.get("status"):
        yield str(error["status"])


def wait_of(headers: Mapping[str, str], now: datetime.datetime) -> float | None:
    """The seconds that ``Retry-After`` asks for, as a number or a date (RFC 9110 §10.2.3); None without one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=datetime.UTC)
    return max(0.0, (until - now).total_seconds())
