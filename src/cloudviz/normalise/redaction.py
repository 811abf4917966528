"""Secrets are taken out before anything is stored, logged or drawn.

Works on names and on values (:mod:`~cloudviz.normalise.secrets`): a field called ``MasterUserPassword`` is
replaced whatever it holds, and a value that looks like a private key is replaced whatever it is called.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Set
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from cloudviz.normalise.harmless import Judge
from cloudviz.normalise.secrets import (
    has_payloads,
    holds_variables,
    is_payload_of,
    is_secret_name,
    is_secret_value,
    without_credentials,
)

REDACTED = "[redacted]"
MAX_DEPTH = 32
MAX_TEXT = 4096
MAX_ITEMS = 1000

_PAIR_NAMES = ("name", "Name", "key", "Key", "ParameterKey", "parameter_key", "OptionName", "option_name")
_PAIR_VALUES = frozenset(
    {"value", "Value", "values", "Values", "ParameterValue", "parameter_value", "OptionValue", "option_value"}
)
# Control characters break terminals, XML 1.0 and PostgreSQL text (NUL); lone surrogates break UTF-8.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Text without control characters and lone surrogates, cut to ``limit`` characters."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return _UNPRINTABLE.sub("\ufffd", text) if not text.isprintable() else text


def clean_name(text: str, limit: int = MAX_TEXT) -> str:
    """The same of what names a thing, without the password of a URL that somebody used as a name."""
    if "@" not in text and len(text) <= limit and text.isprintable():
        return text
    return clean_text(without_credentials(text, REDACTED), limit)


@lru_cache(maxsize=8192)
def _key_plan(key: str) -> tuple[str, bool, bool]:
    """What a field name says of its value: the clean name, whether it is a secret, whether it holds variables.

    Clouds use a few hundred names in millions of places, so that each is judged once.
    """
    return clean_text(key, 256), is_secret_name(key), holds_variables(key)


def redact(value: Any, *, name: str = "") -> Any:
    """A plain-JSON copy of ``value`` with secrets replaced by ``[redacted]``.

    Dates become RFC 3339 text, decimals numbers, bytes a note of their length. Depth, list length and text
    length are bounded, so that no body can grow without limit.
    """
    _, secret, variables = _key_plan(name)
    return _redacted(value, secret, variables and bool(name), 0)


def redact_body(body: Mapping[str, Any], native_type: str, left_out: Set[str] = frozenset()) -> dict[str, Any]:
    """The same for the body of a resource, whose type tells more: the ``value`` of an SSM parameter is a secret.

    ``left_out`` are fields that are not copied.
    """
    written = json_without_secrets(body, native_type, left_out)
    if written is not None:
        plain: dict[str, Any] = orjson.loads(written)
        return plain
    hidden = {key: body[key] for key in body if key not in left_out and is_payload_of(native_type, str(key))}
    copy: dict[str, Any] = redact({key: item for key, item in body.items() if key not in left_out})
    copy.update({clean_text(str(key), 256): _hidden(item, 0) for key, item in hidden.items() if item})
    return copy


def json_without_secrets(
    body: Mapping[str, Any], native_type: str, left_out: Set[str] = frozenset()
) -> bytes | None:
    """The same as JSON with sorted keys, where there is surely nothing to hide; None where that is not sure."""
    if type(body) is not dict or has_payloads(native_type):
        return None
    if not left_out.isdisjoint(body):
        body = body.copy()
        for key in left_out & body.keys():
            del body[key]
    return _JUDGE.json(body)


def is_plain_name(key: str) -> bool:
    """Whether a field name is clean, and neither of a secret nor of variables."""
    return _key_plan(key) == (key, False, False)


def _is_plain_of_values(key: str) -> bool:
    """The same where the value is neither an object nor a list: those alone hold variables."""
    return _key_plan(key)[:2] == (key, False)


def _plain(value: Any) -> Any:
    """What :func:`_redacted` makes of the values that are not JSON and hold nothing else."""
    if isinstance(value, datetime.date | Decimal | bytes | bytearray):
        return _redacted(value, False, False, 0)
    raise TypeError(type(value).__name__)


_JUDGE = Judge(
    plain=_plain,
    is_plain_key=is_plain_name,
    is_plain_of_values=_is_plain_of_values,
    pair_values=_PAIR_VALUES,
    max_text=MAX_TEXT,
    max_items=MAX_ITEMS,
    max_depth=MAX_DEPTH,
)


def _redacted(value: Any, secret: bool, variables: bool, depth: int) -> Any:
    kind = type(value)
    if kind is str:
        if secret and value:
            return REDACTED
        return _clean_value(value, depth)
    if value is None or kind is bool:
        return value
    if kind is int or kind is float:
        return REDACTED if secret and value else value
    if depth >= MAX_DEPTH:
        return "…"
    if kind is dict or isinstance(value, Mapping):
        if secret and value:
            return REDACTED
        if variables:
            return {clean_text(str(key), 256): _hidden(item, depth) for key, item in value.items()}
        return _mapping(value, depth)
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
    return _clean_value(str(value), depth)


def _mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    named = _names_a_secret(value)
    copy: dict[str, Any] = {}
    for key, item in value.items():
        clean, is_secret, is_variables = _key_plan(key if type(key) is str else str(key))
        if named and clean in _PAIR_VALUES:
            is_secret = True
        copy[clean] = _redacted(item, is_secret, is_variables, depth + 1)
    return copy


def _names_a_secret(pair: Mapping[Any, Any]) -> bool:
    """Whether an element of a list of names and values (tags, stack parameters, options) names a secret."""
    for key in _PAIR_NAMES:
        name = pair.get(key)
        if type(name) is str and is_secret_name(name):
            return True
    # Elastic Beanstalk keeps environment variables among all other options, under a namespace of their own.
    return str(pair.get("namespace") or pair.get("Namespace") or "").endswith("application:environment")


def _clean_value(text: str, depth: int) -> str:
    if text[:1] in "{[" and len(text) > 2:
        inner = _redacted_json(text, depth)
        if inner is not None:
            return clean_text(inner)
    if is_secret_value(text):
        return REDACTED
    if len(text) <= MAX_TEXT and text.isprintable():
        return text
    return clean_text(text)


def _redacted_json(text: str, depth: int) -> str | None:
    """JSON within a text (container definitions, policies, settings of extensions); None when it is none.

    A text without a secret stays as it was written.
    """
    try:
        inner = orjson.loads(text)
    except ValueError:
        # Terraform states hold long texts, which are cut on reading: what can't be judged whole is not kept.
        return REDACTED if text[:200].replace(" ", "").startswith(('{"', '[{"')) else None
    if not isinstance(inner, dict | list):
        return None
    clean = _redacted(inner, False, False, depth + 1)
    return text if clean == inner else orjson.dumps(clean).decode()


def _hidden(value: Any, depth: int) -> Any:
    """Environment variables hold secrets under any name: keep the names, hide every value."""
    if isinstance(value, Mapping) and depth < MAX_DEPTH:
        return {clean_text(str(key), 256): _hidden(item, depth + 1) for key, item in value.items()}
    return REDACTED
