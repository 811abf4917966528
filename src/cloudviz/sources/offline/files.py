"""From paths to opened documents: which files to read, and how to get at their text within documented limits."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cloudviz.errors import BadInput, NotFound, TooLarge
from cloudviz.inventory.model import Problem
from cloudviz.sources.offline.archives import Member, is_archive, members
from cloudviz.sources.offline.workbooks import is_workbook

SUFFIXES = (".tfstate", ".json", ".jsonl", ".ndjson", ".csv", ".template", ".xlsx", ".zip")
"""What is looked at in a folder or archive, each also with ``.gz``. A file given by itself may have any name."""

_WORK = ".css .htm .html .ini .ipynb .js .lock .map .md .mjs .py .rb .sh .toml .ts"
_OUTDATED = ".backup .bak .old .orig"
NEVER = frozenset(f"{_WORK} {_OUTDATED}".split())
"""Files of these names in a folder or archive are somebody's work, or what was once, whatever they begin with."""

MAX_BYTES = 1 << 30
"""The most that is read of one file, unpacked: 1 GiB."""

WHOLE_BYTES = 48 << 20
"""Files up to 48 MiB are parsed in one go; larger ones are streamed."""

HEAD_BYTES = 1 << 20
"""How much of a streamed file is looked at to recognise it."""

MAX_RATIO = 200
"""How many times its packed size a file may have unpacked: states come to about thirty, bombs to a thousand."""

MAX_FILES = 20_000
"""The most files in one folder tree."""

_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
_GZIP = b"\x1f\x8b"
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*(?:\"|\}|$)|\[\s*(?:[{\"\]]|$))")
_CHUNK = 1 << 20
_STDIN = "-"

_BINARY = (
    (b"PK\x03\x04", "a zip archive where none is read; unpack it first"),
    (b"\x89PNG", "a PNG picture"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard; unpack it first"),
    (b"BZh", "packed with bzip2; unpack it first"),
    (b"\xfd7zXZ", "packed with xz; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read.

    Attributes:
        path: where it is.
        name: what messages call it.
        member: which member of the archive at ``path`` it is, if one.
        is_workbook: whether it is one of Excel.
        is_guess: whether only its beginning says that it may be a file to read: that it is none is no problem.
    """

    path: Path
    name: str
    member: str = ""
    is_workbook: bool = False
    is_guess: bool = False


def find(paths: Sequence[Path]) -> tuple[list[Found], list[Problem]]:
    """The files that ``paths`` mean, each once, in the order given and by name within a folder.

    Folders are walked to the bottom, symbolic links followed once. Hidden files and folders (``.terraform``
    holds providers and a pointer to the remote state, no resources) are passed over. The problems name the
    folders within that may not be read. Raises for a path that does not exist.
    """
    found: list[Found] = []
    problems: list[Problem] = []
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if str(path) == _STDIN:
            found.append(Found(path, "standard input"))
            continue
        try:
            if path.is_dir():
                _walk(path, found, seen, problems)
            elif path.exists():
                _add(path, found, seen, problems, is_named=len(paths) == 1)
            else:
                raise NotFound("no such file or folder.", where=str(path))
        except OSError as error:
            raise BadInput(f"cannot be read: {error.strerror or error}.", where=str(path)) from error
    return found, problems


def _add(
    path: Path,
    found: list[Found],
    seen: set[tuple[int, int]],
    problems: list[Problem],
    *,
    is_named: bool = False,
    is_guess: bool = False,
) -> None:
    """Add a file, or what is in an archive. That one of several archives can't be read is a problem."""
    status = path.stat()
    key = (status.st_dev, status.st_ino)
    if key in seen:
        return
    seen.add(key)
    name = path.as_posix()
    if not stat.S_ISREG(status.st_mode) or not is_archive(path):
        found.append(Found(path, name, is_guess=is_guess))
        return
    if is_workbook(path):
        found.append(Found(path, name, is_workbook=True))
        return
    try:
        inside = members(path, _is_wanted, MAX_FILES, MAX_RATIO)
    except BadInput as error:
        if is_named:
            raise
        problems.append(Problem("", f"{error.detail} {error.hint}".strip(), name))
        return
    found.extend(Found(path, f"{name}/{member}", member, is_guess=not _is_named(member)) for member in inside)


def _is_named(name: str) -> bool:
    """Whether a name says that it is a file to read."""
    return name.rpartition("/")[2].lower().removesuffix(".gz").endswith(SUFFIXES)


def _is_wanted(name: str) -> bool:
    """Whether a member of an archive is looked at, by its name. An archive in it is, to be refused by name."""
    return _is_named(name) or Path(name.lower().removesuffix(".gz")).suffix not in NEVER


def _is_told(path: Path) -> bool:
    """Whether a file in a folder is one to read: by its name, or how it begins, whatever it is called."""
    if not path.is_file():
        return False  # a link that leads nowhere, a pipe that would block
    if _is_named(path.name):
        return True
    if path.suffix.lower() in NEVER:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(2048)
    except OSError:
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")[2:]
    return _BEGINS.match(head) is not None or head[:2] == _GZIP or b"AWSTemplateFormatVersion" in head


def _walk(root: Path, found: list[Found], seen: set[tuple[int, int]], problems: list[Problem]) -> None:
    def refused(error: OSError) -> None:
        problems.append(Problem("", f"cannot be read: {error.strerror or error}.", str(error.filename)))

    visited: set[tuple[int, int]] = set()
    count = 0
    for folder, below, names in os.walk(root, followlinks=True, onerror=refused):
        status = os.stat(folder)  # noqa: PTH116 - os.walk speaks str
        if (status.st_dev, status.st_ino) in visited:
            below.clear()  # a symbolic link back to a folder above
            continue
        visited.add((status.st_dev, status.st_ino))
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in sorted(names):
            path = Path(folder) / name
            if name.startswith(".") or not _is_told(path):
                continue
            count += 1
            if count > MAX_FILES:
                raise TooLarge(
                    f"holds more than {MAX_FILES:,} files.", where=str(root), hint="Give the folders that matter."
                )
            _add(path, found, seen, problems, is_guess=not _is_named(name))


class Opened:
    """An open file whose text is UTF-8.

    ``data`` is all of it; when the file is large, ``data`` is its beginning and ``stream`` gives all of it.
    """

    def __init__(self, name: str, data: bytes, stream: IO[bytes] | None) -> None:
        self.name = name
        self.data = data
        self.stream = stream

    @property
    def read(self) -> int:
        """How many bytes of its text were read of a large file so far."""
        raw = getattr(self.stream, "raw", None)
        return raw.given if isinstance(raw, _Limited) else len(self.data)

    def close(self) -> None:
        """Close the file below, if any."""
        if self.stream is not None:
            self.stream.close()


def open_text(found: Found) -> Opened:
    """Open a file and look at its first bytes.

    gzip is unpacked, a byte order mark taken off, UTF-16 (PowerShell's ``>`` writes it) turned into UTF-8.
    Raises :class:`~cloudviz.errors.BadInput` for what is no text, and :class:`~cloudviz.errors.TooLarge` above
    :data:`MAX_BYTES`.
    """
    name = found.name
    try:
        raw = _raw(found)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}.", where=name) from error
    try:
        head = _peek(raw, 512)
        if head.startswith(_GZIP):
            raw = io.BufferedReader(_Limited(gzip.GzipFile(fileobj=raw), name, raw), _CHUNK)
            head = _peek(raw, 512)
        _refuse_binary(head, name)
        data = raw.read(WHOLE_BYTES + 1)
        if len(data) <= WHOLE_BYTES:
            raw.close()
            return Opened(name, _utf8(data, name), None)
        head = _utf8(data[:HEAD_BYTES], name)
        return Opened(name, head, io.BufferedReader(_Limited(_Rejoined(data, raw), name), _CHUNK))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raw.close()
        raise BadInput(f"is a damaged gzip file: {error}.", where=name) from error
    except OSError as error:
        raw.close()
        raise BadInput(f"cannot be read: {error.strerror or error}.", where=name) from error
    except BadInput:
        raw.close()
        raise


def _raw(found: Found) -> io.BufferedReader:
    if str(found.path) == _STDIN:
        return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False), _CHUNK)
    if found.member:
        return io.BufferedReader(Member(found.path, found.member), _CHUNK)
    status = found.path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISFIFO(status.st_mode):
        raise BadInput("is not a file.", where=found.name)
    if status.st_size > MAX_BYTES:
        raise _too_large(found.name)
    return io.BufferedReader(io.FileIO(found.path, "rb"), _CHUNK)


def _peek(raw: io.BufferedReader, count: int) -> bytes:
    return raw.peek(count)[:count]


def _too_large(name: str) -> TooLarge:
    return TooLarge(
        f"holds more than {MAX_BYTES >> 30} GiB.",
        where=name,
        hint="Split the state, or give only the part of the estate that you want to see.",
    )


def _refuse_binary(head: bytes, name: str) -> None:
    if not head:
        raise BadInput("is empty.", where=name, hint="Write it again with `terraform state pull > FILE`.")
    for magic, what in _BINARY:
        if head.startswith(magic):
            raise BadInput(f"is {what}.", where=name)
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput("is binary, or text in an encoding other than UTF-8.", where=name, hint="Save it as UTF-8.")


def _utf8(data: bytes, name: str) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError as error:
            raise BadInput(f"is damaged UTF-16: {error}.", where=name, hint="Save it as UTF-8.") from error
    return data.removeprefix(b"\xef\xbb\xbf")


class _Limited(io.RawIOBase):
    """A stream that refuses to give more than the limits, so that a packed bomb ends early."""

    def __init__(self, below: io.IOBase, name: str, packed: io.BufferedReader | None = None) -> None:
        self._below: Any = below
        self._name = name
        self._packed = packed
        self._taken = 0
        self._given = 0

    @property
    def given(self) -> int:
        """How many bytes it has given."""
        return self._given

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._below.read(len(buffer)) or b""
        self._given += len(data)
        if self._given > MAX_BYTES:
            raise _too_large(self._name)
        if self._packed is not None and self._given > WHOLE_BYTES and self._packed.seekable():
            self._taken = max(self._taken, self._packed.tell())
            if self._given > MAX_RATIO * self._taken:
                raise TooLarge(f"unpacks to more than {MAX_RATIO} times its size.", where=self._name)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._below.close()
            if self._packed is not None:
                self._packed.close()  # gzip leaves the file below open
        super().close()


class _Rejoined(io.RawIOBase):
    """The part of a file that was read already, then the rest."""

    def __init__(self, first: bytes, rest: io.BufferedReader) -> None:
        self._first: io.BytesIO | None = io.BytesIO(first.removeprefix(b"\xef\xbb\xbf"))
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._first is not None:
            data = self._first.read(len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)
            self._first = None
        data = self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._rest.close()
        super().close()


def lines(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a byte offset."""
    before = data[:offset]
    return before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1


__all__ = ["MAX_BYTES", "MAX_FILES", "SUFFIXES", "WHOLE_BYTES", "Found", "Opened", "find", "lines", "open_text"]
