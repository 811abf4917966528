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

Verdict = Callable[[str], bool]


class Judge:
    """Tells bodies in which nothing is to be hidden, cut or cleaned. It remembers the texts that many bodies have.

    Arguments:
        plain: makes plain JSON of a date, a decimal, bytes; raises TypeError for what it does not know.
        is_plain_key: whether a field name says nothing of its value and stays as it is.
        is_plain_of_values: the same of a field whose value is neither an object nor a list.
        pair_values: names of the value in a list of names and values.
        max_text, max_items, max_depth: the bounds of texts, lists and nesting.
    """

    __slots__ = (
        *(
            "_is_plain_key",
            "_is_plain_of_values",
            "_known",
            "_max_depth",
            "_max_items",
            "_max_text",
            "_once",
            "_pair_values",
            "_plain",
        ),
        "_twice",
    )

    def __init__(
        self,
        *,
        plain: Callable[[Any], Any],
        is_plain_key: Verdict,
        is_plain_of_values: Verdict,
        pair_values: Iterable[str],
        max_text: int,
        max_items: int,
        max_depth: int,
    ) -> None:
        self._plain = plain
        self._is_plain_key = is_plain_key
        self._is_plain_of_values = is_plain_of_values
        self._pair_values = frozenset(f"{name}:".encode() for name in pair_values)
        self._max_text, self._max_items, self._max_depth = max_text, max_items, max_depth
        self._known: set[bytes] = set()
        self._once: set[bytes] = set()
        self._twice: set[bytes] = set()

    def json(self, body: dict[str, Any]) -> bytes | None:
        """The JSON of a body, keys sorted, where there is surely nothing to hide; None where that is not sure."""
        try:
            data = orjson.dumps(body, default=self._plain, option=_OPTIONS | orjson.OPT_SORT_KEYS)
        except (TypeError, RecursionError):
            return None
        # A backslash is a quote, a control character or JSON within a text; beyond ASCII not all can be printed.
        if b"\\" in data or b"\x7f" in data or not data.isascii():
            return None
        # Every other piece between quotes is a text now, and those that end with a colon are names of fields.
        pieces = data.replace(b'":', b':"').split(b'"')
        between = b"".join(pieces[::2])
        if b":" in between:
            return None  # a text that begins with a colon: what is a name is not told so easily
        texts = set(pieces[1::2])
        if not self._pair_values.isdisjoint(texts) and (
            b"application:environment" in data or any(map(_is_secret_name, _PAIR_NAME.findall(data)))
        ):
            return None
        if len(data) > self._max_text and max(map(len, texts), default=0) > self._max_text:
            return None
        if len(data) >= self._max_items and data.count(b",") >= self._max_items:
            return None
        if not _is_flat(between, self._max_depth):
            return None
        texts -= self._known
        if texts:
            joined = b'"'.join(texts)
            if not _are_harmless(texts, joined):
                return None
            if b':"' in joined or joined[-1:] == b":":
                names = {text for text in texts if text[-1:] == b":"}
                odd = {name for name in names if not self._is_plain_key(name[:-1].decode())}
                if odd and not all(self._is_of_a_text(name, data) for name in odd):
                    return None
                texts -= odd  # looked at each time
            self._remember(texts)
        return data

    def _is_of_a_text(self, name: bytes, data: bytes) -> bool:
        """Whether a field holds variables by its name, and a single value wherever it stands: a tag."""
        field = b'"' + name[:-1] + b'":'
        return (
            self._is_plain_of_values(name[:-1].decode()) and field + b"{" not in data and field + b"[" not in data
        )

    def _remember(self, texts: set[bytes]) -> None:
        """Judge these no more from their third time on.

        Most that are new are ids, which come a few times. Each step is one operation on sets, so that two threads
        do not meet in it.
        """
        again = texts & self._once
        if again:
            often = again & self._twice
            if often:
                if len(self._known) > _MOST_KNOWN:
                    self._known = set()
                self._known |= often
            if len(self._twice) > _MOST_KNOWN:
                self._twice = set()
            self._twice |= again
        if len(self._once) > _MOST_KNOWN:
            self._once = set()
        self._once |= texts


def _are_harmless(texts: set[bytes], joined: bytes) -> bool:
    """Whether none of the texts could be a secret, hold one, or be JSON that does. No text has a quote in it."""
    may_be_marked = b"asia" in joined or b"akia" in joined or b"glpat-" in joined
    # What is left of most is next to nothing: no text is a document, an assignment, an address with a password.
    telling = joined.translate(None, _PLAIN_BYTES)
    if telling:
        has_space = b" " in telling
        if b"<" in telling or (b"'" in telling and b"':" in joined):
            return False
        if (b"{" in telling or b"[" in telling) and any(text[:1] in (b"{", b"[") for text in texts):
            return False
        if b"@" in telling and any(b"@" in text and b"://" in text for text in texts):
            return False
        if b"=" in telling or (has_space and (b": " in joined or b"-----" in joined)):
            for text in texts:
                if (b"=" in text or b": " in text or b"-----" in text) and is_secret_value(text.decode()):
                    return False
        # A rare letter is looked for before a word, at a tenth of the time.
        may_be_marked = (
            may_be_marked
            or (b"x" in telling and b"xox" in joined)
            or (b"J" in telling and b"eyJ" in joined)
            or (b"A" in telling and (b"AKIA" in joined or b"ASIA" in joined or b"AIza" in joined))
            or (b"_" in telling and (b"gh" in joined or b"sk_live" in joined))
            or (
                has_space
                and (b"earer" in joined or b"asic" in joined or b"BEARER" in joined or b"BASIC" in joined)
            )
        )
    return not (may_be_marked and any(len(text) >= _MARK_LENGTH and _MARKED.search(text) for text in texts))


_PLAIN_BYTES = bytes(set(range(256)) - set(b" <'{[@=AJx_"))
"""All but those that one or another secret is told by."""


@lru_cache(maxsize=8192)
def _is_secret_name(name: bytes) -> bool:
    return is_secret_name(name.decode())


def _is_flat(between: bytes, max_depth: int) -> bool:
    """Whether nothing is nested to the bound, by what stands between the texts. Few have so many brackets."""
    if between.count(b"{") + between.count(b"[") < max_depth:
        return True
    depth = 0
    for character in between:
        if character in b"{[":
            depth += 1
            if depth >= max_depth:
                return False
        elif character in b"}]":
            depth -= 1
    return True
