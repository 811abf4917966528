"""Bodies that hold no secret, told apart at the speed of a JSON writer.

Most bodies hold nothing to hide, and copying them field by field to find that out took more than half of all
normalising. Here the whole body is written as JSON at once and searched as one text: only where something in
it could be a secret, or is out of bounds, :mod:`~cloudviz.normalise.redaction` takes it apart. Erring is always
towards that: a mark too many costs time, and the two are held to the same result by a test on every body.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from cloudviz.normalise.secrets import is_secret_name, is_secret_value

_KEYS = re.compile(rb'"([^"]*)":')
_PAIR_NAME = re.compile(
    rb'"(?:[nN]ame|[kK]ey|ParameterKey|parameter_key|OptionName|option_name)":"([^"]*)"',
)
_STRINGS = re.compile(rb'"[^"]*"')
_MARKS = (
    *(b"AKIA", b"ASIA", b"akia", b"asia", b"AIza", b"eyJ", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"github_pat"),
    *(b"glpat-", b"xox", b"sk_live", b"earer", b"asic", b"BEARER", b"BASIC"),
)
_MARKED = re.compile(
    rb"(?:AKIA|ASIA|akia|asia)[A-Za-z0-9]{16}|AIza|eyJ|gh[opsu]_|github_pat|glpat-|xox[baprs]-|sk_live"
    rb"|[Bb](?:earer|asic)\s|BEARER\s|BASIC\s"
)
"""The words of ``secrets._KEY_MARK`` with as much of what follows as costs nothing: asia-east1 is no key. The
plain search for each word takes a tenth of the time of the pattern, and almost always ends it."""

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS

Verdict = Callable[[str], bool]


def harmless_json(
    body: dict[str, Any],
    *,
    plain: Callable[[Any], Any],
    is_plain_key: Verdict,
    pair_values: frozenset[bytes],
    max_text: int,
    max_items: int,
    max_depth: int,
) -> bytes | None:
    """The JSON of a body in which nothing is to be hidden, cut or cleaned; None where that is not sure.

    Keys are sorted.

    Arguments:
        plain: makes plain JSON of a date, a decimal, bytes; raises TypeError for what it does not know.
        is_plain_key: whether a field name says nothing of its value and stays as it is.
        pair_values: names of the value in a list of names and values.
        max_text, max_items, max_depth: the bounds of texts, lists and nesting.
    """
    try:
        data = orjson.dumps(body, default=plain, option=_OPTIONS | orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):
        return None
    # A backslash is a quote, a control character or JSON within a text; beyond ASCII not all can be printed.
    if b"\\" in data or b'"{' in data or b'"[' in data or b"\x7f" in data or not data.isascii():
        return None
    verdicts = _verdicts(is_plain_key)
    keys = frozenset(_KEYS.findall(data))
    for key in keys:
        if not verdicts(key):
            return None
    has_pairs = not pair_values.isdisjoint(keys)
    if has_pairs and (b"application:environment" in data or any(map(_is_secret_name, _PAIR_NAME.findall(data)))):
        return None
    if b"@" in data and b"://" in data:
        return None
    if b"<" in data or b"':" in data:
        return None
    if b"=" in data or b": " in data or b"-----" in data:
        for text in _STRINGS.findall(data):
            marked = b"=" in text or b": " in text or b"-----" in text
            if marked and is_secret_value(text[1:-1].decode()):
                return None
    if any(mark in data for mark in _MARKS) and _MARKED.search(data) is not None:
        return None
    if len(data) > max_text and max(map(len, _STRINGS.findall(data)), default=0) > max_text:
        return None
    if data.count(b",") >= max_items or not _is_flat(data, max_depth):
        return None
    return data


@lru_cache(maxsize=8192)
def _is_secret_name(name: bytes) -> bool:
    return is_secret_name(name.decode())


@lru_cache(maxsize=4)
def _verdicts(is_plain_key: Verdict) -> Callable[[bytes], bool]:
    return lru_cache(maxsize=16384)(lambda key: is_plain_key(key.decode()))


def _is_flat(data: bytes, max_depth: int) -> bool:
    """Whether nothing is nested to the bound. Few bodies hold so many brackets that they need to be counted."""
    if data.count(b"{") + data.count(b"[") < max_depth:
        return True
    depth = 0
    for character in _STRINGS.sub(b"", data):
        if character in b"{[":
            depth += 1
            if depth >= max_depth:
                return False
        elif character in b"}]":
            depth -= 1
    return True
