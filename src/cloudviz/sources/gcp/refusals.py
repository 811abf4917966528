"""What an error of a Google API means for the scan: denied, throttled, timed out, switched off or failed.

Source: https://cloud.google.com/apis/design/errors; the older APIs answer with ``error.errors[].reason``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.refusals import RETRIED, CallFailed, one_line

_SWITCHED_OFF = frozenset({"SERVICE_DISABLED", "accessNotConfigured", "SERVICE_NOT_ACTIVATED"})
_THROTTLED = frozenset(
    {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"}
)
# Recorded replies of before 2021 say it in words alone.
_OFF_IN_WORDS = re.compile(r"(?:API|service) .*has not been used in project .* or it is disabled", re.IGNORECASE)
_PERMISSION = re.compile(r"'?\b([a-z][a-zA-Z]+\.[a-z][a-zA-Z]+\.[a-z][a-zA-Z]+)\b'?")


def is_switched_off(failed: CallFailed) -> bool:
    """Whether the project has not enabled the API."""
    return failed.code == "SERVICE_DISABLED"


def refused(http: int, body: bytes, permission: str) -> CallFailed:
    """Read a reply that is an error, to a call that needs ``permission``."""
    error = _error_of(body)
    message = str(error.get("message") or "")
    reasons = set(_reasons(error))
    detail = one_line(message) or f"HTTP {http}"
    if http == 403 and (reasons & _SWITCHED_OFF or _OFF_IN_WORDS.search(message)):
        return CallFailed(CoverageStatus.SEEN, detail, http=http, code="SERVICE_DISABLED")
    if http == 429 or reasons & _THROTTLED:
        return CallFailed(CoverageStatus.THROTTLED, detail, http=http, code="THROTTLED", may_pass=True)
    if http == 401:
        return CallFailed(CoverageStatus.DENIED, f"the token was refused: {detail}", http=http, code="TOKEN")
    if http == 403:
        named = _PERMISSION.search(message)
        return CallFailed(CoverageStatus.DENIED, detail, named[1] if named else permission, http=http)
    if http in (404, 405, 501):
        return CallFailed(CoverageStatus.UNSUPPORTED, detail, http=http, code="NOT_FOUND")
    if http in (408, 504):
        return CallFailed(CoverageStatus.TIMEOUT, detail, http=http, may_pass=True)
    reason = str(error.get("status") or "")
    return CallFailed(
        CoverageStatus.FAILED, f"HTTP {http}: {detail}", http=http, code=reason, may_pass=http in RETRIED
    )


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
