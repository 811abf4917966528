"""Taking in what a scan reads, part by part: normalised, written down, and let go.

Memory holds the normalised resources, packed; the raw bodies of a part only while it is taken in. What was read
to its end is written down, so that a scan whose process dies is resumed where it was.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence

from cloudviz.inventory.model import BLIND, Coverage, CoverageStatus, Graph, Problem, RawItem
from cloudviz.normalise import Batch, Normaliser, packed_batch, unpacked_batch
from cloudviz.sources.packed_items import PackedItems
from cloudviz.sources.provider import Listing, Note, Part, coverage_of, merged_coverage
from cloudviz.store import Store

ITEMS_AT_ONCE = 2000
"""Items normalised in one go, a tenth of a second: between them the event loop reads on."""

COLLECT_EVERY = (50_000, 20, 20)
"""How seldom Python looks for cycles in a process that has scanned, instead of (700, 10, 10)."""

Run = list[tuple[int, Sequence[RawItem]]]
"""Items that are normalised in one go, by the number of their listing."""


class Intake:
    """What one discovery has read so far.

    Attributes:
        done: the parts that an earlier try wrote down, with their notes. They need not be read again.
    """

    def __init__(self, store: Store, discovery_id: str) -> None:
        # A scan only adds objects; looking through all of them for cycles every 700 took a fifth of its time.
        if gc.get_threshold()[0] < COLLECT_EVERY[0]:
            gc.set_threshold(*COLLECT_EVERY)
        self._store = store
        self._id = discovery_id
        self._normaliser = Normaliser()
        self._coverage: dict[tuple[str, int], Coverage] = {}
        self._taken: set[str] = set()
        self.done: dict[str, Note] = {}

    async def recall(self) -> None:
        """Take in what an earlier try of the same discovery wrote down.

        A part that another release wrote, in a form this one does not know, is read from the cloud again.
        """
        self.done.update(await self._store.checkpoints.parts(self._id))
        async for page in self._store.checkpoints.pages(self._id):
            if page.part not in self.done:
                continue
            try:
                batch = await asyncio.to_thread(unpacked_batch, page.data)
            except ValueError:
                del self.done[page.part]
                continue
            self._normaliser.take(batch, _rank(page.coverage, page.part))
            self._coverage[(page.part, page.listing)] = page.coverage
            self._taken.add(page.part)

    async def take(self, part: Part, *, stopped: bool) -> None:
        """Take a part in, and write it down where it was read to its end.

        Arguments:
            stopped: whether the scan was told to stop: what was skipped then is still to be read.
        """
        is_whole = _is_whole(part, stopped) if part.is_whole is None else part.is_whole
        self._forget(part)
        # Counted first: items may be let go as they are taken in.
        coverage = [coverage_of(listing) for listing in part.listings]
        self._coverage.update(((part.key, number), each) for number, each in enumerate(coverage))
        self._taken.add(part.key)
        written: list[tuple[Coverage, list[bytes]]] = [(each, []) for each in coverage]
        for run in _runs(part.listings):
            batches = await asyncio.to_thread(self._read, run)
            run.clear()
            await self._fill(batches)
            packed = await asyncio.to_thread(_packed, batches) if is_whole else []
            for number, pages in packed:
                written[number][1].extend(pages)
            for number, batch in batches:
                self._normaliser.take(batch, _rank(coverage[number], part.key))
        if is_whole:
            await self._store.checkpoints.save(self._id, part.key, written, part.note, part.replaces)

    def _forget(self, part: Part) -> None:
        """Let go of what the part stands for, and of what an earlier try saw in the part itself."""
        gone = {part.key, *part.replaces}
        if not gone.isdisjoint(self._taken):
            self._taken -= gone
            self._coverage = {place: each for place, each in self._coverage.items() if place[0] not in gone}
            self._normaliser.forget(lambda rank: rank[-1] in gone)

    def _read(self, run: Run) -> list[tuple[int, Batch]]:
        return [(number, self._normaliser.read(items)) for number, items in run]

    async def _fill(self, batches: Sequence[tuple[int, Batch]]) -> None:
        """Keep what was known of a resource where its details could not be read: unseen is not changed."""
        for _, batch in batches:
            if batch.partial:
                known = await self._store.inventories.known(batch.partial_ids)
                others = await self._store.inventories.known(places=batch.unknown_places(known))
                await asyncio.to_thread(self._normaliser.fill, batch, known, others.values())

    async def finish(self) -> tuple[Graph, list[Coverage], list[Problem]]:
        """Everything linked, what was looked at, and what was odd."""
        coverage = merged_coverage(self._coverage[key] for key in sorted(self._coverage))
        wanted = self._normaliser.wanted()
        beside = await self._store.inventories.beside(
            coverage, wanted.types, with_properties=wanted.by_alias, anywhere=wanted.anywhere
        )
        graph, problems = await asyncio.to_thread(self._normaliser.finish, beside)
        return graph, coverage, problems


def _is_whole(part: Part, stopped: bool) -> bool:
    statuses = {coverage_of(listing).status for listing in part.listings}
    return BLIND.isdisjoint(statuses) and not (stopped and CoverageStatus.SKIPPED in statuses)


def _rank(coverage: Coverage, part: str) -> tuple[str, ...]:
    return (coverage.account, coverage.region, coverage.type, part)


def _packed(batches: Sequence[tuple[int, Batch]]) -> list[tuple[int, list[bytes]]]:
    return [(number, list(packed_batch(batch))) for number, batch in batches]


def _runs(listings: Sequence[Listing]) -> Iterator[Run]:
    """The items of listings by their listing's number, bounded: a page of an answer holds dozens of small ones."""
    run: Run = []
    size = 0
    for number, listing in enumerate(listings):
        for items in _chunks(listing.items):
            run.append((number, items))
            size += len(items)
            if size >= ITEMS_AT_ONCE:
                yield run
                run, size = [], 0
    if run:
        yield run


def _chunks(items: Sequence[RawItem]) -> Iterator[Sequence[RawItem]]:
    """The items in bounded runs, one at least; what can let go of them does."""
    if isinstance(items, PackedItems) and items:
        yield from items.drained(ITEMS_AT_ONCE)
        return
    for start in range(0, max(1, len(items)), ITEMS_AT_ONCE):
        yield items[start : start + ITEMS_AT_ONCE]
