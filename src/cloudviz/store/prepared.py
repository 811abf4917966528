"""What is to be recorded, made ready: rows with their hashes and the links that each states, chunk by chunk.

Of a graph in memory the chunks are in memory too. Another process may have made a graph ready and written the
chunks to a file: then memory holds one of them at a time, whatever the size of the estate.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import IO, Protocol

import orjson

from cloudviz.errors import Unavailable
from cloudviz.inventory.model import Graph, Link, Resource
from cloudviz.store.rows import ResourceRow, key_text, row_of, word_text

CHUNK = 2000
"""Rows at a time. Hashing so many takes about 30 ms, for which the event loop waits."""

LinkName = tuple[str, str, str]
"""(source, target, kind)."""

Stated = dict[str, list[LinkName]]
"""The links that each resource states."""

Rows = dict[str, ResourceRow]
"""Some resources by id, made ready to be stored."""

Hashes = list[tuple[str, str, str]]
"""(id, content hash, hash of the links) of some resources."""

_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some resources in the order of their ids, and the links that they state."""

    rows: Rows
    stated: Stated

    def hashes(self) -> Hashes:
        """What tells whether they differ from what is known."""
        return [(key, row.content_hash, row.links_hash) for key, row in self.rows.items()]


class Prepared(Protocol):
    """An estate made ready to be recorded."""

    def hashes(self) -> Iterator[Hashes]:
        """What tells whether anything differs, chunk by chunk."""

    def chunk(self, number: int) -> Chunk:
        """One of the chunks, from 0 in the order of :meth:`hashes`, before they are drained."""

    def drained(self) -> Iterator[Chunk]:
        """The chunks, each let go when it was handed out."""


class PreparedGraph:
    """A graph in memory. Makes all of it ready when it is made: seconds of computing for 100,000 resources."""

    def __init__(self, graph: Graph) -> None:
        stated = links_by_stater(graph.resources, graph.links)
        ordered = sorted(graph.resources.values(), key=lambda item: item.id)
        self._chunks = deque(chunks_of(ordered, lambda _: stated))

    def hashes(self) -> Iterator[Hashes]:
        """See :class:`Prepared`."""
        return (chunk.hashes() for chunk in self._chunks)

    def chunk(self, number: int) -> Chunk:
        """See :class:`Prepared`."""
        return self._chunks[number]

    def drained(self) -> Iterator[Chunk]:
        """See :class:`Prepared`."""
        while self._chunks:
            yield self._chunks.popleft()


class PreparedFile:
    """Chunks that another process of this release wrote to a file which nobody else can write.

    Arguments:
        file: what :func:`write_chunks` wrote to, open for reading.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: list[tuple[int, int]] = []
        file.seek(0)
        while size := int.from_bytes(file.read(_LENGTH)):
            begin = file.seek(size, 1)
            self._places.append((begin - size, begin))
            file.seek(int.from_bytes(file.read(_LENGTH)), 1)

    def hashes(self) -> Iterator[Hashes]:
        """See :class:`Prepared`."""
        for begin, end in self._places:
            self._file.seek(begin)
            yield pickle.loads(self._file.read(end - begin))  # noqa: S301 - our child wrote it, to a file without name

    def chunk(self, number: int) -> Chunk:
        """See :class:`Prepared`."""
        self._file.seek(self._places[number][1])
        size = int.from_bytes(self._file.read(_LENGTH))
        return Chunk(*pickle.loads(self._file.read(size)))  # noqa: S301 - as above

    def drained(self) -> Iterator[Chunk]:
        """See :class:`Prepared`."""
        return map(self.chunk, range(len(self._places)))


def write_chunks(chunks: Iterable[Chunk], file: IO[bytes]) -> None:
    """Write chunks for :class:`PreparedFile`. Raises Unavailable where there is no space."""
    try:
        for chunk in chunks:
            for piece in (chunk.hashes(), (chunk.rows, chunk.stated)):
                data = pickle.dumps(piece, pickle.HIGHEST_PROTOCOL)
                file.write(len(data).to_bytes(_LENGTH))
                file.write(data)
        file.flush()
    except OSError as error:
        raise Unavailable(
            f"a temporary file can't be written: {error.strerror}.",
            hint="Make space for temporary files, or name another folder in TMPDIR.",
        ) from error


class StatedOf(Protocol):
    """Tells the links that some resources state, asked in the order of their ids."""

    def __call__(self, last: str) -> Stated:
        """The links of the resources up to the id ``last`` that were not told before; it may hold others too."""


def chunks_of(resources: Iterable[Resource], stated_of: StatedOf) -> Iterator[Chunk]:
    """Resources in the order of their ids, made ready."""
    waiting = iter(resources)
    changed: set[str] = set()
    while some := list(islice(waiting, CHUNK)):
        stated = stated_of(some[-1].id)
        rows: Rows = {}
        told: Stated = {}
        for item in some:
            row = row_of(item)
            key = row.resource.id
            # Two ids may have become one, by a NUL replaced in both: the first one stays.
            if key in changed or key in rows:
                continue
            if key != item.id:
                changed.add(key)
            links = stated.pop(key, None)
            if links:
                told[key] = links
                row.links_hash = _links_hash(links)
            rows[key] = row
        yield Chunk(rows, told)


def name_of(link: Link) -> LinkName:
    """What a link is stored as."""
    return key_text(link.source), key_text(link.target), word_text(str(link.kind))


def links_by_stater(present: Mapping[str, Resource], links: Iterable[Link]) -> Stated:
    """The links that each resource states; of one that no resource of the graph states, the source does, or else
    the target.

    A link with neither end in the graph is stated by nobody and is left out.
    """
    stated: Stated = {}
    for link in links:
        name = source, target, _ = name_of(link)
        here = [key_text(each) for each in link.stated_by if each in present]
        if here:
            for stater in here:
                stated.setdefault(stater, []).append(name)
        elif link.source in present:
            stated.setdefault(source, []).append(name)
        elif link.target in present:
            stated.setdefault(target, []).append(name)
    return stated


def _links_hash(links: list[LinkName]) -> str:
    return blake2b(orjson.dumps(sorted(set(links))), digest_size=16).hexdigest()
