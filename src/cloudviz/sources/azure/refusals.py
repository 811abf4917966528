"""What an answer of ARM means for the scan: denied, throttled, timed out, unsupported or failed.

Source: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
"""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from cloudviz.inventory.model import CoverageStatus

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""Answers after which the same question may be asked again."""

UNSUPPORTED_CODES = frozenset(
    {
        "DisallowedProvider",
        "FeatureNotSupportedForAccount",
        "InvalidApiVersionParameter",
        "InvalidResourceType",
        "MissingSubscriptionRegistration",
        "NoRegisteredProviderFound",
        "ResourceTypeNotSupported",
        "SubscriptionNotRegistered",
    }
)

GONE_CODES = frozenset({"ParentResourceNotFound", "ResourceGroupNotFound", "ResourceNotFound", "NotFound"})
"""Codes by which ARM says that the owner of a list was deleted after it was read."""

_ACTION = re.compile(r"perform action '([^']+)'")

# Resource Graph, ARM and Cost Management each have their own; the last says three at once.
_WAITS = (
    "retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-tenant-retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-client-retry-after",
)


class CallFailed(Exception):
    """A call that gave no answer, and what that means.

    Attributes:
        status: one of the coverage words.
        detail: one line for people.
        permission: the Azure action that is missing, when ``status`` is denied.
        code: ARM's own error code, ``""`` where there is none.
        http: the HTTP status, 0 where there was no answer.
    """

    def __init__(
        self, status: CoverageStatus, detail: str, permission: str | None = None, code: str = "", http: int = 0
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.permission = permission
        self.code = code
        self.http = http


def one_line(text: str, limit: int = 400) -> str:
    """A message on one line, without control characters, cut where it is longer than ``limit``."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def refused(status: int, body: bytes, permission: str) -> CallFailed:
    """Read an answer other than 200 of a call that needs ``permission``."""
    code, message = _said(body)
    detail = one_line(f"{code}: {message}" if message else code or f"HTTP {status}")
    if status in (401, 403):
        named = _ACTION.search(message)
        return CallFailed(CoverageStatus.DENIED, detail, named[1] if named else permission, code, status)
    if status == 429:
        return CallFailed(CoverageStatus.THROTTLED, detail, None, code, status)
    if status in (408, 504):
        return CallFailed(CoverageStatus.TIMEOUT, detail, None, code, status)
    if code in UNSUPPORTED_CODES or status in (405, 501):
        return CallFailed(CoverageStatus.UNSUPPORTED, detail, None, code, status)
    return CallFailed(CoverageStatus.FAILED, detail, None, code, status)


def broken(error: httpx.HTTPError) -> CallFailed:
    """Read an error of the connection itself."""
    detail = one_line(f"{type(error).__name__}: {error}".rstrip(": "))
    if isinstance(error, httpx.TimeoutException):
        return CallFailed(CoverageStatus.TIMEOUT, f"no answer ({detail})")
    return CallFailed(CoverageStatus.FAILED, detail)


def _said(body: bytes) -> tuple[str, str]:
    """Code and message of ARM's error body: the innermost detail, where there are any, says what is wrong."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", ""
    error: Any = document.get("error", document) if isinstance(document, Mapping) else None
    if not isinstance(error, Mapping):
        return "", ""
    code, message = str(error.get("code") or ""), str(error.get("message") or "")
    details = error.get("details")
    if isinstance(details, list):
        inner = [each for each in details if isinstance(each, Mapping)]
        said = "; ".join(str(each.get("message") or each.get("code") or "") for each in inner)
        # Resource Graph's outer message is only "Please provide below info when asking for support: …".
        message = said or message
        code = str(inner[0].get("code") or code) if inner and code in ("", "BadRequest") else code
    return code, message


def wait_of(headers: Mapping[str, str], now: datetime.datetime) -> float | None:
    """How many seconds an answer asks to wait, the longest of several; None when it does not say.

    ``Retry-After`` is a number of seconds or a date: RFC 9110 §10.2.3.
    """
    waits = [wait for name in _WAITS if (wait := _seconds(headers.get(name), now)) is not None]
    return max(waits) if waits else None


def _seconds(value: str | None, now: datetime.datetime) -> float | None:
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None
