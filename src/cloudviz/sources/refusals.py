"""A call to a cloud's HTTP API that gave no answer, and what is the same about that in every cloud."""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Mapping, Sequence

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.wire import ExchangeBroke

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same call may succeed."""


class CallFailed(Exception):
    """A call that gave no answer, and what that means.

    Attributes:
        status: one of the coverage words.
        detail: one line for people.
        permission: what the identity lacks, as the cloud calls it, when ``status`` is denied.
        code: the cloud's own word for it, ``""`` where there is none.
        http: the HTTP status, 0 where there was no answer.
        may_pass: whether the same call may succeed when it is made again.
    """

    def __init__(
        self,
        status: CoverageStatus,
        detail: str,
        permission: str | None = None,
        code: str = "",
        http: int = 0,
        *,
        may_pass: bool = False,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.permission = permission
        self.code = code
        self.http = http
        self.may_pass = may_pass

    @property
    def is_down(self) -> bool:
        """Whether nobody was there, or nobody who can serve."""
        down = (CoverageStatus.FAILED, CoverageStatus.TIMEOUT)
        return self.status in down and (not self.http or self.http >= 500)


def one_line(text: str, limit: int = 400) -> str:
    """A message on one line, without control characters, cut where it is longer than ``limit``."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * limit]).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def broken(error: ExchangeBroke) -> CallFailed:
    """Read an error of the connection itself."""
    detail = one_line(str(error))
    if not error.in_time:
        return CallFailed(CoverageStatus.TIMEOUT, f"no answer ({detail})", may_pass=True)
    return CallFailed(CoverageStatus.FAILED, detail, may_pass=error.may_pass)


def wait_of(
    headers: Mapping[str, str], now: datetime.datetime, names: Sequence[str] = ("retry-after",)
) -> float | None:
    """How many seconds an answer asks to wait, the longest of several; None when it does not say.

    ``Retry-After`` is a number of seconds or a date: RFC 9110 §10.2.3.
    """
    waits = [wait for name in names if (wait := _seconds(headers.get(name), now)) is not None]
    return max(waits) if waits else None


def _seconds(value: str | None, now: datetime.datetime) -> float | None:
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text[:9])
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=datetime.UTC)
    return max(0.0, (until - now).total_seconds())
