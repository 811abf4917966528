"""From a file of a bill to its rows: CSV, JSON lines, Parquet, plain or packed, and never held as a whole."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson

from cloudviz.errors import BadInput, CloudVizError, TooLarge

MOST_UNPACKED = 300
"""How many times its packed size a file may have unpacked: bills come to about forty, bombs to a thousand."""

FREE_BYTES = 4 << 20
"""What may be unpacked whatever the ratio."""

MOST_CELL = 1 << 20
"""The longest cell, in characters: tags of a resource come to some thousands."""

MOST_COLUMNS = 2000
_CHUNK = 1 << 20
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"

csv.field_size_limit(MOST_CELL)


Numbered = tuple[int, Sequence[str]]
"""A row and its number."""


@dataclass(slots=True)
class Table:
    """One file's columns and rows. Each row comes with its place: ``line 17``, ``row 17``.

    ``rows`` is given the positions of the columns that are looked at: what a columnar file holds in others is not
    read, and empty in the rows.
    """

    name: str
    header: Sequence[str]
    rows: Callable[[Set[int]], Iterator[Numbered]]
    counts: str = "line"

    def where(self, number: int) -> str:
        """The place of a row, for messages."""
        return f"{self.name}, {self.counts} {number:,}"


class Counted(io.RawIOBase):
    """A file, and how many of its bytes were read: that is progress, whatever is unpacked above it."""

    def __init__(self, below: IO[bytes]) -> None:
        self._below = below
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._below.read(len(buffer))
        self.taken += len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._below.close()
        super().close()


class _Unpacked(io.RawIOBase):
    """What is unpacked from below, refused where it is a bomb."""

    def __init__(self, below: Any, packed: Counted, name: str) -> None:
        self._below, self._packed, self._name = below, packed, name
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._below.read(len(buffer)) or b""
        self._given += len(data)
        if self._given > FREE_BYTES + MOST_UNPACKED * self._packed.taken:
            raise TooLarge(f"unpacks to more than {MOST_UNPACKED} times its size.", where=self._name)
        buffer[: len(data)] = data
        return len(data)


def tables_of(path: Path, opened: list[Counted]) -> Iterator[Table]:
    """The tables of a file: one, or each member of a zip. ``opened`` gets what counts the bytes taken.

    Raises :class:`~cloudviz.errors.BadInput` for what is no table, ``TooLarge`` for a bomb.
    """
    name = path.as_posix()
    with readable(name):
        if path.stat().st_size == 0:
            raise BadInput("is empty.", where=name)
        with path.open("rb") as file:
            magic = file.read(4)
            if magic == _PARQUET:
                from cloudviz.costs.columnar import parquet_table

                yield parquet_table(path, name)
                return
            file.seek(0)
            counted = Counted(file)
            opened.append(counted)
            if magic.startswith(_ZIP):
                file.seek(0)
                yield from _members(file, name)
                return
            raw: IO[bytes] = io.BufferedReader(counted, _CHUNK)
            if magic.startswith(_GZIP):
                raw = io.BufferedReader(_Unpacked(gzip.GzipFile(fileobj=raw), counted, name), _CHUNK)
            yield _text_table(raw, name)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Whatever can be wrong with a file's bytes, as a refusal that names the file."""
    try:
        yield
    except CloudVizError:
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise BadInput(f"is damaged: {error}.", where=name, hint="Download it again.") from error
    except UnicodeError as error:
        raise BadInput(f"is damaged text: {error}.", where=name, hint="Save it as UTF-8.") from error
    except (OSError, RuntimeError, NotImplementedError) as error:  # the latter two: a zip with a password, or odd
        raise BadInput(f"cannot be read: {error}.", where=name) from error


def _members(file: IO[bytes], name: str) -> Iterator[Table]:
    with zipfile.ZipFile(file) as archive:
        members = sorted(each.filename for each in archive.infolist() if not each.is_dir())
        if len(members) > 10_000:
            raise TooLarge(f"holds {len(members):,} files.", where=name)
        for member in members:
            with archive.open(member) as inside:
                packed = Counted(io.BytesIO())
                packed.taken = archive.getinfo(member).compress_size
                raw = io.BufferedReader(_Unpacked(inside, packed, f"{name}: {member}"), _CHUNK)
                if raw.peek(4)[:4] in (_PARQUET, _ZIP) or raw.peek(2)[:2] == _GZIP:
                    raise BadInput("is packed twice.", where=f"{name}: {member}", hint="Unpack it once.")
                yield _text_table(raw, f"{name}: {member}")


def _text_table(raw: Any, name: str) -> Table:
    head = bytes(raw.peek(_CHUNK)[:_CHUNK])
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if b"\x00" in head and encoding != "utf-16":
        raise BadInput("is binary.", where=name, hint="Bills are read as CSV, JSON lines or Parquet.")
    # Cells are not lost over one that is not UTF-8: a name in a tag becomes unreadable, the amounts stay.
    text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return _json_lines(text, name) if start in (b"{", b"[") else _csv(text, head, encoding, name)


def _csv(text: IO[str], head: bytes, encoding: str, name: str) -> Table:
    first = head.decode(encoding, "replace").split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(text, delimiter=delimiter)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise BadInput(f"has no line of columns: {error}.", where=name) from error
    if len(header) > MOST_COLUMNS:
        raise BadInput(f"has {len(header):,} columns.", where=name)

    def rows() -> Iterator[Numbered]:
        with readable(name):
            try:
                for row in reader:
                    yield reader.line_num, row
            except csv.Error as error:
                where = f"{name}, line {reader.line_num:,}"
                raise BadInput(f"is no CSV from here on: {error}.", where=where) from error

    return Table(name, header, lambda _: rows())


def flattened(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """A nested row as columns: ``{"project": {"id": "x"}}`` is ``project.id``. Lists stay JSON."""
    for key, each in value.items():
        column = f"{before}{key}".lower()
        if isinstance(each, Mapping):
            if before.count(".") < 3:
                yield from flattened(each, f"{column}.")
        else:
            yield column, cell_text(each)


def cell_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        with suppress(TypeError):
            return orjson.dumps(value, default=str).decode()
    return str(value)


def _json_lines(text: IO[str], name: str) -> Table:
    def objects() -> Iterator[tuple[int, dict[str, str]]]:
        for number in range(1, 1 << 62):
            with readable(name):
                line = text.readline(MOST_CELL + 1)
            if not line:
                return
            if len(line) > MOST_CELL:
                raise BadInput(
                    "is JSON, but not one object a line.",
                    where=f"{name}, line {number:,}",
                    hint="Write it as JSON lines: `jq -c '.[]' FILE`.",
                )
            line = line.strip().rstrip(",")
            if line in ("", "[", "]"):
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise BadInput(f"is no JSON: {error}.", where=f"{name}, line {number:,}") from error
            if not isinstance(value, dict):
                raise BadInput("is JSON, but no object a line.", where=f"{name}, line {number:,}")
            yield number, dict(flattened(value))

    # What is null is often left out, so the first thousand tell the columns.
    lines = objects()
    first = list(islice(lines, 1000))
    header = sorted({column for _, each in first for column in each})[:MOST_COLUMNS]

    def rows() -> Iterator[Numbered]:
        for source in (first, lines):
            for number, each in source:
                yield number, [each.get(column, "") for column in header]

    return Table(name, header, lambda _: with_credits(rows(), header))


def with_credits(rows: Iterator[Numbered], header: Sequence[str]) -> Iterator[Numbered]:
    """Google writes what is taken off a line into it: each such credit is a line of its own here."""
    if not {"cost", "credits"} <= set(header):
        yield from rows
        return
    cost, credits = header.index("cost"), header.index("credits")
    kind = header.index("cost_type") if "cost_type" in header else None
    for number, row in rows:
        yield number, row
        try:
            listed = orjson.loads(row[credits] or "[]")
        except orjson.JSONDecodeError:
            continue
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and each.get("amount"):
                taken = list(row)
                taken[cost] = str(each["amount"])
                if kind is not None:
                    taken[kind] = "credit"
                yield number, taken
