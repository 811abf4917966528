"""Exports as files: written in pieces of one moment, and taken up where a killed worker left them.

Beside the file that grows stands a note of how much of it is right. Whoever goes on cuts the file there; where the
note is on another machine's disk there is none, and the export begins anew. As JSON the bytes are those that
``cloudviz export inventory`` writes at that moment; as NDJSON there is a line for each resource.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event
from typing import IO, Any

import orjson

from cloudviz.errors import Unavailable
from cloudviz.inventory.document import (
    FORMAT,
    coverage_document,
    discovery_document,
    link_document,
    problem_document,
    resource_document,
)
from cloudviz.inventory.select import Selection
from cloudviz.store import Store
from cloudviz.store.exporting import Frozen

PIECE = 1000
"""Resources written at once."""

FORMATS = ("json", "ndjson")

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2

Report = Callable[[dict[str, Any]], None]


def exports_folder(data_dir: Path) -> Path:
    """Where exports of the inventory are written; pictures that were exported are in the storage."""
    return data_dir / "job-files"


@dataclass(frozen=True, slots=True)
class _Note:
    """How far an export is: its moment, the step that comes next, the bytes that are right.

    ``filled`` says that the list at hand has an entry, so that the next one needs a comma.
    """

    seq: int = 0
    at: str = ""
    step: int = 0
    size: int = 0
    filled: bool = False


async def write_export(
    store: Store, data_dir: Path, name: str, selection: Selection, format: str, stop: Event, report: Report
) -> dict[str, Any] | None:
    """Write an export, or the rest of it; gives what came of it, or None when it was stopped between two pieces.

    Arguments:
        name: of the file, without suffix; the same at each attempt.
        report: called with the progress.

    Raises Unavailable when the disk refuses.
    """
    writing = _Writing(store, data_dir, name, selection, format)
    try:
        return await writing.run(stop, report)
    except OSError as error:
        raise Unavailable(
            f"the export can't be written: {error.strerror or error}", hint="Make room in the data folder."
        ) from error


class _Writing:
    def __init__(self, store: Store, data_dir: Path, name: str, selection: Selection, format: str) -> None:
        self._store = store
        self._selection = selection
        self._format = format
        folder = exports_folder(data_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self._part = folder / f"{name}.part"
        self._noted = folder / f"{name}.note"
        self._problems = folder / f"{name}.problems"
        self._final = folder / f"{name}.{format}"
        self._note = _Note()
        self._ids: list[str] = []
        self._exported: frozenset[str] = frozenset()

    async def run(self, stop: Event, report: Report) -> dict[str, Any] | None:
        resumed = await asyncio.to_thread(self._read_note)
        if resumed is None:
            frozen = await self._store.exporting.freeze(self._selection)
            self._note = _Note(frozen.seq, frozen.at)
        else:
            self._note = resumed
        self._ids = await self._store.exporting.ids(self._selection, self._frozen)
        self._exported = frozenset(self._ids)
        steps = self._steps()
        with self._part.open("r+b" if resumed else "wb") as file:
            file.truncate(self._note.size)
            file.seek(self._note.size)
            while self._note.step < len(steps):
                if stop.is_set():
                    return None
                content, filled = await steps[self._note.step]()
                await asyncio.to_thread(self._write, file, content, filled)
                report({"at": "writing", "done": self._note.step, "total": len(steps)})
        size = self._part.stat().st_size
        self._part.replace(self._final)
        for beside in (self._noted, self._problems):
            beside.unlink(missing_ok=True)
        return {"file": self._final.name, "format": self._format, "resources": len(self._ids), "bytes": size}

    @property
    def _frozen(self) -> Frozen:
        return Frozen(self._note.seq, self._note.at)

    def _steps(self) -> list[Callable[[], Awaitable[tuple[bytes, bool]]]]:
        """What is written one after the other: each step gives bytes, and whether the list at hand has entries."""
        pieces = [self._ids[start : start + PIECE] for start in range(0, len(self._ids), PIECE)]
        resources = [lambda some=some: self._resources(some) for some in pieces]
        if self._format == "ndjson":
            return [*resources]
        links = [lambda some=some: self._links(some) for some in pieces]
        return [self._head, *links, self._middle, *resources, self._foot]

    async def _head(self) -> tuple[bytes, bool]:
        origin, coverage, problems = await self._store.inventories.notes(self._selection)
        listed = [problem_document(each) for each in sorted(problems)]
        await asyncio.to_thread(self._problems.write_bytes, _member("problems", listed))
        head = (
            _member("coverage", [coverage_document(each) for each in coverage]),
            _member("discovery", discovery_document(origin)),
            _member("format", FORMAT),
        )
        return b"{\n" + b",\n".join(head) + b',\n  "links": [', False

    async def _links(self, some: Sequence[str]) -> tuple[bytes, bool]:
        links = await self._store.exporting.links(some, self._exported, self._frozen)
        return self._entries([link_document(each) for each in links])

    async def _middle(self) -> tuple[bytes, bool]:
        problems = await asyncio.to_thread(self._problems.read_bytes)
        return self._end_of_list() + b",\n" + problems + b',\n  "resources": [', False

    async def _resources(self, some: Sequence[str]) -> tuple[bytes, bool]:
        found = await self._store.exporting.resources(some, self._frozen)
        documents = [resource_document(each) for each in found]
        if self._format == "ndjson":
            lines = (
                orjson.dumps(each, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE) for each in documents
            )
            return b"".join(lines), True
        return self._entries(documents)

    async def _foot(self) -> tuple[bytes, bool]:
        return self._end_of_list() + b"\n}\n", False

    def _entries(self, documents: list[dict[str, Any]]) -> tuple[bytes, bool]:
        if not documents:
            return b"", self._note.filled
        listed = _indented(documents).removeprefix(b"[").removesuffix(b"\n  ]")
        return (b"," if self._note.filled else b"") + listed, True

    def _end_of_list(self) -> bytes:
        return b"\n  ]" if self._note.filled else b"]"

    def _write(self, file: IO[bytes], content: bytes, filled: bool) -> None:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        self._note = replace(self._note, step=self._note.step + 1, size=file.tell(), filled=filled)
        aside = self._noted.with_suffix(".aside")
        aside.write_bytes(orjson.dumps(asdict(self._note)))
        aside.replace(self._noted)

    def _read_note(self) -> _Note | None:
        """The note of an earlier attempt, where its file is there too and holds what it says."""
        try:
            note = _Note(**orjson.loads(self._noted.read_bytes()))
            is_right = all(type(each) is int for each in (note.seq, note.step, note.size))
            is_right = is_right and self._part.stat().st_size >= note.size
            if self._format == "json" and note.step:
                is_right = is_right and self._problems.exists()
        except (OSError, ValueError, TypeError):
            return None
        return note if is_right else None


def _indented(value: Any) -> bytes:
    """JSON as it stands one level down. A line end is never part of a text: JSON writes it as ``\\n``."""
    return orjson.dumps(value, option=_OPTIONS).replace(b"\n", b"\n  ")


def _member(name: str, value: Any) -> bytes:
    return b'  "%s": %s' % (name.encode(), _indented(value))
