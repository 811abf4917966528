"""Secrets are taken out before anything is stored, logged or drawn.

Works on names and on values: a field called ``MasterUserPassword`` is replaced whatever it holds, and a value
that looks like a private key or an access key is replaced whatever it is called.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"
MAX_DEPTH = 32
MAX_TEXT = 4096
MAX_ITEMS = 1000

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|secret(?!arn|sarn|_arn|_id|id$|name|_name)|(auth|access|session|api|bearer|refresh|sas)_?token"
    r"|private_?key|access_?key(?!_?id)|api_?key(?!_?id)|shared_?key|account_?key|primary_?key$|secondary_?key$"
    r"|connection_?string|user_?data|credential|certificate_?body|client_?key|kube_?config|master_?auth$|ssh_?key",
    re.IGNORECASE,
)
# Names that hold a word of the list above and no secret: references, switches, counts.
_HARMLESS_NAME = re.compile(
    r"arn$|enabled$|_?id$|ids$|policy|count$|rotation|expir|version|kind$|type$|last|reset|option|status|url$|uri$"
    r"|managed|required|length",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAccountKey=|\bSharedAccessSignature="
    r"|\b(?:password|pwd|secret)=[^;&\s]{3,}|://[^/\s:@]+:[^/\s@]{3,}@|\beyJ[A-Za-z0-9_-]{10,}\.eyJ"
    r"|\bghp_[A-Za-z0-9]{36}\b|\bxox[baprs]-[A-Za-z0-9-]{10,}",
    re.IGNORECASE,
)
_KEY_MARK = re.compile(r"AKIA|ASIA|eyJ|ghp_|xox|akia|asia")
_ENVIRONMENT_NAMES = frozenset({"environment", "environmentvariables", "env", "appsettings", "app_settings"})
# Control characters break terminals, XML 1.0 and PostgreSQL text (NUL); lone surrogates break UTF-8.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether a field of this name is taken to hold a secret."""
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Text without control characters and lone surrogates, cut to ``limit`` characters."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return _UNPRINTABLE.sub("\ufffd", text) if not text.isprintable() else text


@lru_cache(maxsize=8192)
def _key_plan(key: str) -> tuple[str, bool, bool]:
    """What a field name says of its value: the clean name, whether it is a secret, whether it holds variables.

    Clouds use a few hundred names in millions of places, so that each is judged once.
    """
    lowered = key.lower()
    return clean_text(key, 256), is_secret_name(key), lowered in _ENVIRONMENT_NAMES or lowered == "variables"


def redact(value: Any, *, name: str = "") -> Any:
    """A plain-JSON copy of ``value`` with secrets replaced by ``[redacted]``.

    Dates become RFC 3339 text, decimals numbers, bytes a note of their length. Depth, list length and text
    length are bounded, so that no body can grow without limit.
    """
    _, secret, variables = _key_plan(name)
    return _redacted(value, secret, variables and bool(name), 0)


def _redacted(value: Any, secret: bool, variables: bool, depth: int) -> Any:
    kind = type(value)
    if kind is str:
        if secret and value:
            return REDACTED
        return _clean_value(value)
    if value is None or kind is bool or kind is int or kind is float:
        return value
    if depth >= MAX_DEPTH:
        return "…"
    if kind is dict or isinstance(value, Mapping):
        if secret and value:
            return REDACTED
        if variables:
            return {clean_text(str(key), 256): _hidden(item, depth) for key, item in value.items()}
        copy: dict[str, Any] = {}
        for key, item in value.items():
            clean, is_secret, is_variables = _key_plan(key if type(key) is str else str(key))
            copy[clean] = _redacted(item, is_secret, is_variables, depth + 1)
        return copy
    if kind is list or isinstance(value, list | tuple | set | frozenset):
        elements = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        if secret and elements:
            return REDACTED
        if variables:
            return [_hidden(item, depth) for item in elements[:MAX_ITEMS]]
        kept = [_redacted(item, False, False, depth + 1) for item in elements[:MAX_ITEMS]]
        if len(elements) > MAX_ITEMS:
            kept.append(f"… {len(elements) - MAX_ITEMS} more")
        return kept
    if secret and value:
        return REDACTED
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes | bytearray):
        return f"[{len(value)} bytes]"
    return _clean_value(str(value))


def _clean_value(text: str) -> str:
    # The long pattern is tried only where one of its marks can be: most values are short words and ids.
    length = len(text)
    marked = length >= 8 and (
        "=" in text or "://" in text or "-----" in text or (length >= 20 and _KEY_MARK.search(text) is not None)
    )
    if marked and _SECRET_VALUE.search(text):
        return REDACTED
    if length <= MAX_TEXT and text.isprintable():
        return text
    return clean_text(text)


def _hidden(value: Any, depth: int) -> Any:
    """Environment variables hold secrets under any name: keep the names, hide every value."""
    if isinstance(value, Mapping):
        return {clean_text(str(key), 256): _hidden(item, depth + 1) for key, item in value.items()}
    return REDACTED
