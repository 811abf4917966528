"""Lists of what large files hold, kept in a temporary file: in memory nothing but the entries' places stays.

An entry is pickled with those beside it. Both happen in this process alone: nothing from outside is unpickled.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar, overload

from cloudviz.runtime.spill import Spill

T = TypeVar("T")

Block = tuple[int, Spill, int, int]
"""(number of entries, where they are: file, first byte, bytes)."""

BLOCK = 128
"""Entries that are packed together. Their field names are then written once."""


class Kept(Sequence[T], Generic[T]):
    """A list that is appended to, and read from its beginning. Changing what is read changes nothing here."""

    def __init__(self, entries: Iterable[T] = ()) -> None:
        self._spill: Spill | None = None
        self._blocks: list[Block] = []
        self._open: list[T] = []
        self._length = 0
        self.extend(entries)

    def append(self, entry: T) -> None:
        """Keep one more. It must not be changed until it is packed, which the caller does not see."""
        self._open.append(entry)
        self._length += 1
        if len(self._open) >= BLOCK:
            self._pack()

    def _pack(self) -> None:
        if self._spill is None:
            self._spill = Spill()
        packed = pickle.dumps(self._open, pickle.HIGHEST_PROTOCOL)
        self._blocks.append((len(self._open), self._spill, self._spill.put(packed), len(packed)))
        self._open = []

    def extend(self, entries: Iterable[T]) -> None:
        """Keep several. Those that are packed already are not packed again."""
        if isinstance(entries, Kept):
            if self._open:
                self._pack()
            self._blocks.extend(entries._blocks)
            self._open = list(entries._open)
            self._length += len(entries)
            return
        for entry in entries:
            self.append(entry)

    def drained(self) -> Iterator[T]:
        """All entries, each block let go when it has been read. Nothing is left then."""
        blocks, rest = self._blocks[::-1], self._open
        self._spill, self._blocks, self._open, self._length = None, [], [], 0
        while blocks:
            yield from _unpacked(blocks.pop())
        yield from rest

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        for block in self._blocks:
            yield from _unpacked(block)
        yield from self._open

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(self._length))]
        wanted = index + self._length if index < 0 else index
        if not 0 <= wanted < self._length:
            raise IndexError(index)
        for block in self._blocks:
            if wanted < block[0]:
                return next(islice(_unpacked(block), wanted, None))
            wanted -= block[0]
        return self._open[wanted]


def _unpacked(block: Block) -> Iterator[T]:
    _, spill, begin, size = block
    entries: list[T] = pickle.loads(spill.get(begin, size))  # noqa: S301 - packed by append
    return iter(entries)
