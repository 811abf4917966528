"""Bodies that hold no secret, told apart at the speed of a JSON writer.

Most bodies hold nothing to hide, and copying them field by field to find that out took more than half of all
normalising. Here the whole body is written as JSON at once and searched as one text: only where something in
it could be a secret, or is out of bounds, :mod:`~cloudviz.normalise.redaction` takes it apart. Erring is always
towards that: a mark too many costs time, and the two are held to the same result by a test on every body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import orjson

from cloudviz.normalise.secrets import is_secret_name, is_secret_value

_PAIR_NAME = re.compile(
    rb'"(?:[nN]ame|[kK]ey|ParameterKey|parameter_key|OptionName|option_name)":"([^"]*)"',
)
_STRINGS = re.compile(rb'"[^"]*"')
_MARKED = re.compile(
    rb"(?:AKIA|ASIA|akia|asia)[A-Za-z0-9]{16}|AIza|eyJ|gh[opsu]_|github_pat|glpat-|xox[baprs]-|sk_live"
    rb"|[Bb](?:earer|asic)\s|BEARER\s|BASIC\s"
)
"""The words of ``secrets._KEY_MARK`` with as much of what follows as costs nothing: asia-east1 is no key."""

_MARK_LENGTH = 20
"""The length from which on ``secrets.is_secret_value`` looks for these words."""

_MOST_KNOWN = 1 << 14
"""Texts remembered as harmless: an estate repeats its types, regions and sizes in every body."""

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS

_OFTEN = 8

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
    if b"\\" in data or b"\x7f" in data or not data.isascii():
        return None
    # Without a backslash every other piece between quotes is a text: a field's name, or a value.
    texts = set(data.split(b'"')[1::2])
    known = _known(is_plain_key)
    if not pair_values.isdisjoint(texts) and (
        b"application:environment" in data or any(map(_is_secret_name, _PAIR_NAME.findall(data)))
    ):
        return None
    if len(data) > max_text and max(map(len, texts), default=0) > max_text:
        return None
    if len(data) >= max_items and data.count(b",") >= max_items:
        return None
    if not _is_flat(data, max_depth):
        return None
    # What is known may stand anywhere. Of what is not, a colon behind it tells a field's name.
    fresh = texts - known.anywhere
    if fresh:
        if not _are_harmless(fresh):
            return None
        names = [text for text in fresh if b'"' + text + b'":' in data]
        if names and not known.takes(names):
            return None
        known.remember(fresh)
    return data


def _are_harmless(texts: set[bytes]) -> bool:
    """Whether none of the texts could be a secret, hold one, or be JSON that does. No text has a quote in it."""
    joined = b'"'.join(texts)
    # What is left of most is nothing: no text is a document, an assignment, an address with a password.
    telling = joined.translate(None, _PLAIN_BYTES)
    has_space = b" " in telling
    if telling:
        if b"<" in telling or (b"'" in telling and b"':" in joined):
            return False
        if (b"{" in telling or b"[" in telling) and any(text[:1] in (b"{", b"[") for text in texts):
            return False
        if b"@" in telling and any(b"@" in text and b"://" in text for text in texts):
            return False
    if b"=" in telling or (has_space and b": " in joined) or b"-----" in joined:
        for text in texts:
            if (b"=" in text or b": " in text or b"-----" in text) and is_secret_value(text.decode()):
                return False
    # A rare letter is looked for before a word, at a tenth of the time.
    may_be_marked = (
        b"asia" in joined
        or b"akia" in joined
        or b"glpat-" in joined
        or (b"x" in joined and b"xox" in joined)
        or (b"J" in joined and b"eyJ" in joined)
        or (b"A" in joined and (b"AKIA" in joined or b"ASIA" in joined or b"AIza" in joined))
        or (b"_" in joined and (b"gh" in joined or b"sk_live" in joined))
        or (has_space and (b"earer" in joined or b"asic" in joined or b"BEARER" in joined or b"BASIC" in joined))
    )
    return not (may_be_marked and any(len(text) >= _MARK_LENGTH and _MARKED.search(text) for text in texts))


_PLAIN_BYTES = bytes(set(range(256)) - set(b" <'{[@="))
"""All but those that one or another secret is told by."""


class _Known:
    """What was judged before: texts that hide nothing as values, and say nothing of a value as a field's name."""

    __slots__ = ("_is_plain_key", "_met", "anywhere")

    def __init__(self, is_plain_key: Verdict) -> None:
        self._is_plain_key = is_plain_key
        self._met: dict[bytes, int] = {}
        self.anywhere: set[bytes] = set()

    def takes(self, names: Iterable[bytes]) -> bool:
        """Whether every one is a plain field name."""
        return all(self._is_plain_key(name.decode()) for name in names)

    def remember(self, texts: set[bytes]) -> None:
        """Judge these no more from their eighth time on, if they are plain as names too.

        Most that are new are ids, which come a few times: they would drive out what all bodies have.
        """
        met = self._met
        if len(met) > _MOST_KNOWN:
            met = self._met = {}
        for text in texts:
            times = met.get(text, 0) + 1
            met[text] = times
            if times == _OFTEN and self.takes((text,)):
                if len(self.anywhere) > _MOST_KNOWN:
                    self.anywhere = set()  # not cleared: another thread may be looking into it
                self.anywhere.add(text)


@lru_cache(maxsize=8192)
def _is_secret_name(name: bytes) -> bool:
    return is_secret_name(name.decode())


@lru_cache(maxsize=4)
def _known(is_plain_key: Verdict) -> _Known:
    return _Known(is_plain_key)


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
