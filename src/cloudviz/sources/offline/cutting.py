"""Streaming JSON by cutting its text: the entries of a list are found by bytes, and parsed by orjson many at once.

What is cut is proved by parsing it: a text that begins at an entry and is JSON when brackets are put around it is
so many entries and nothing else. So a boundary may be guessed, by how the text between the first two entries
looks, and where a guess is wrong the brackets are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO, Any

import orjson

from cloudviz.errors import BadInput, TooLarge

MAX_DEPTH = 512
"""Terraform nests about twenty levels deep. orjson stops at 1,024 levels, what is around the entries here."""

MAX_ENTRY = 64 << 20
"""The largest entry, text or number that is read of a file: 64 MiB."""

WINDOW = 1 << 18
"""Bytes that are looked at, and parsed, at once: as objects they are ten times as large."""

MOST_PREFIX = 2048
TORN_HINT = "It was cut off; write it again with `terraform state pull > FILE`."

_SPACE = re.compile(rb"[ \t\n\r]*+")
_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]|"', re.DOTALL)
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_WORD = re.compile(rb"[-+.0-9A-Za-z]++")
_BETWEEN = re.compile(rb'([ \t\n\r]*+,[ \t\n\r]*+)(\{[ \t\n\r]*+"[^"\\]{0,200}")')
_OPENING = frozenset(b"{[")
_LONGEST_BETWEEN = 4096


def torn(name: str) -> BadInput:
    """The refusal of a text that ends before its end."""
    return BadInput("ends in the middle.", where=name, hint=TORN_HINT)


class Cutter:
    """The text of one JSON document, read from its beginning.

    Arguments:
        stream: the text, UTF-8.
        name: what messages call it.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name
        self._text = b""
        self._at = 0
        self._before = 0  # bytes of the document before _text
        self._is_all = False
        self._counted_until = 0  # up to there guessing did not help

    def elements(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
        """The objects and lists at the paths that ``wanted`` asks for, one at a time.

        A path is written like ``resources.item``: names, and ``item`` for each element of a list. Raises
        :class:`~cloudviz.errors.BadInput` where the text stops being JSON, when it comes there.
        """
        above = [("", self._next() == ord("["))]
        self._at += 1
        is_fresh = True
        while above:
            prefix, in_list = above[-1]
            mark = self._next()
            if mark == (0x5D if in_list else 0x7D):
                self._at += 1
                above.pop()
                is_fresh = False
                continue
            if not is_fresh:
                self._expect(b",")
                mark = self._next()
            is_fresh = False
            step = "item" if in_list else self._key()
            mark = mark if in_list else self._next()
            path = f"{prefix}.{step}" if prefix else step
            if len(path) > MOST_PREFIX:
                path = "?"
            if mark not in _OPENING:
                self._skip_plain()
            elif not wanted(path):
                above.append((path, mark == ord("[")))
                self._at += 1
                is_fresh = True
                if len(above) > MAX_DEPTH:
                    raise self._too_deep()
            elif in_list:
                for value in self._several():
                    yield path, value
            else:
                yield path, self._value()
        self._skip_space()
        if self._at < len(self._text):
            raise BadInput(f"is not JSON: more text after its end (byte {self._offset}).", where=self._name)

    # -- entries ---------------------------------------------------------------------------------------------

    def _several(self) -> Iterator[Any]:
        """The entry that begins here, and as many of those after it as can be parsed at once."""
        yield self._value()
        if self._offset < self._counted_until:
            return
        if len(self._text) - self._at < _LONGEST_BETWEEN:
            self._fill()
        between = _BETWEEN.match(self._text, self._at)
        if between is None or self._text[self._at - 1] != 0x7D:
            return
        boundary = b"}" + between[0]
        step = len(between[1])
        while self._text.startswith(boundary, self._at - 1):
            if len(self._text) - self._at < WINDOW:
                self._fill()
            begin = self._at + step
            last = self._text.rfind(boundary, begin)
            if last < 0:
                return
            try:
                values = orjson.loads(b"[%b]" % self._text[begin : last + 1])
            except orjson.JSONDecodeError:
                self._counted_until = self._before + last + 1
                return
            self._at = last + 1
            yield from (each for each in values if isinstance(each, dict | list))

    def _value(self) -> Any:
        """The object or list that begins here."""
        while True:
            end = self._end()
            if end:
                break
            self._more()
        cut, start = self._text[self._at : end], self._at
        try:
            value = orjson.loads(cut)
        except orjson.JSONDecodeError as error:
            raise self._broken(error, start) from error
        self._at = end
        return value

    def _end(self) -> int:
        """Where the object or list ends that begins here; 0 where that is not read yet."""
        depth = 0
        for found in _MARK.finditer(self._text, self._at):
            mark = found[0]
            if len(mark) > 1:
                continue
            if mark in b"{[":
                depth += 1
            elif mark == b'"':
                return 0
            else:
                depth -= 1
                if not depth:
                    return found.end()
        return 0

    # -- what is around them ---------------------------------------------------------------------------------

    def _key(self) -> str:
        text = self._plain(_TEXT)
        if not isinstance(text, str):
            raise self._unexpected()
        self._next()
        self._expect(b":")
        return text

    def _skip_plain(self) -> None:
        self._plain(_TEXT if self._text.startswith(b'"', self._at) else _WORD)

    def _plain(self, pattern: re.Pattern[bytes]) -> Any:
        """The text, number or word that begins here."""
        while True:
            found = pattern.match(self._text, self._at)
            if found is not None and (self._is_all or found.end() < len(self._text)):
                break
            if found is None and (self._is_all or not self._text.startswith(b'"', self._at)):
                if self._is_all and self._text.startswith(b'"', self._at):
                    raise torn(self._name)
                raise self._unexpected()
            self._more()
        try:
            value = orjson.loads(found[0])
        except orjson.JSONDecodeError as error:
            raise self._broken(error, self._at) from error
        self._at = found.end()
        return value

    def _next(self) -> int:
        """The next byte that is no space."""
        self._skip_space()
        if self._at >= len(self._text):
            raise torn(self._name)
        return self._text[self._at]

    def _skip_space(self) -> None:
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found is not None else self._at
            if self._at < len(self._text) or self._is_all:
                return
            self._fill()

    def _expect(self, mark: bytes) -> None:
        if not self._text.startswith(mark, self._at):
            raise self._unexpected()
        self._at += 1

    # -- reading ---------------------------------------------------------------------------------------------

    @property
    def _offset(self) -> int:
        return self._before + self._at

    def _more(self) -> None:
        """Read on, since what begins here does not end in what was read."""
        if self._is_all:
            raise torn(self._name)
        if len(self._text) - self._at > MAX_ENTRY:
            raise TooLarge(
                f"has an entry of more than {MAX_ENTRY >> 20} MiB (byte {self._offset}).", where=self._name
            )
        self._fill()

    def _fill(self) -> None:
        """Let go of what was read, and read at least as much as is left: growing takes no longer and longer."""
        rest = self._text[self._at :]
        data = self._stream.read(max(2 * WINDOW, len(rest)))
        self._before += self._at
        self._at = 0
        self._is_all = not data
        self._text = rest + data

    # -- refusals --------------------------------------------------------------------------------------------

    def _unexpected(self) -> BadInput:
        found = self._text[self._at : self._at + 1].decode("ascii", "replace")
        return BadInput(f"is not JSON at byte {self._offset}: {found!r} is not expected there.", where=self._name)

    def _too_deep(self) -> BadInput:
        return BadInput(f"is nested more than {MAX_DEPTH} levels deep.", where=self._name)

    def _broken(self, error: orjson.JSONDecodeError, start: int) -> BadInput:
        if "depth" in error.msg or "ecursion" in error.msg:
            return self._too_deep()
        offset = self._before + start
        if "UTF-8" in error.msg:
            return BadInput(f"is not UTF-8 after byte {offset}.", where=self._name, hint="Save it as UTF-8.")
        offset += len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
        return BadInput(f"is not JSON at byte {offset}: {error.msg}.", where=self._name)
