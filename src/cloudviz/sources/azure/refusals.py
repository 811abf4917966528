"""What an answer of ARM means for the scan: denied, throttled, timed out, unsupported or failed.

Source: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.refusals import RETRIED, CallFailed, one_line

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
WAITS = (
    "retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-tenant-retry-after",
    "x-ms-ratelimit-microsoft.costmanagement-client-retry-after",
)


def refused(status: int, body: bytes, permission: str) -> CallFailed:
    """Read an answer other than 200 of a call that needs ``permission``."""
    code, message = _said(body)
    detail = one_line(f"{code}: {message}" if message else code or f"HTTP {status}")
    if status in (401, 403):
        named = _ACTION.search(message)
        return CallFailed(CoverageStatus.DENIED, detail, named[1] if named else permission, code, status)
    if status == 429:
        return CallFailed(CoverageStatus.THROTTLED, detail, None, code, status, may_pass=True)
    if status in (408, 504):
        return CallFailed(CoverageStatus.TIMEOUT, detail, None, code, status, may_pass=True)
    if code in UNSUPPORTED_CODES or status in (405, 501):
        return CallFailed(CoverageStatus.UNSUPPORTED, detail, None, code, status)
    return CallFailed(CoverageStatus.FAILED, detail, None, code, status, may_pass=status in RETRIED)


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
