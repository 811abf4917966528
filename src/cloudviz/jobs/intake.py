"""Taking in what a scan reads, part by part: normalised, written down, and let go.

Memory holds the normalised resources, packed; the raw bodies of a part only while it is taken in. What was read
to its end is written down, so that a scan whose process dies is resumed where it was.
"""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from cloudviz.errors import CloudVizError
from cloudviz.inventory.model import BLIND, Coverage, CoverageStatus, Graph, Problem, RawItem
from cloudviz.jobs.reading import Read
from cloudviz.jobs.spread import Spread
from cloudviz.normalise import Batch, Normaliser, packed_batch, unpacked_batch
from cloudviz.sources.packed_items import PackedItems
from cloudviz.sources.provider import Listing, Note, Part, coverage_of, merged_coverage
from cloudviz.store import Store

ITEMS_AT_ONCE = 2000
"""Items normalised in one go, a tenth of a second: between them the event loop reads on."""

COLLECT_EVERY = (50_000, 20, 20)
"""How seldom Python looks for cycles in a process that has scanned, instead of (700, 10, 10)."""


@dataclass(slots=True)
class _Taking:
    """A part that is being taken in: what is left to do when its items have been read.

    One that goes on has the listings of all its pieces, one after the other. What they say of their places counts
    when the last of them is there.
    """

    part: Part
    is_whole: bool = True
    coverage: list[Coverage] = field(default_factory=list)
    written: list[tuple[Coverage, list[bytes]]] = field(default_factory=list)
    is_begun: bool = False


class Intake:
    """What one discovery has read so far.

    Arguments:
        processes: how many may read besides this one; what is worth it on this machine when None.

    Attributes:
        done: the parts that an earlier try wrote down, with their notes. They need not be read again.
    """

    def __init__(self, store: Store, discovery_id: str, processes: int | None = None) -> None:
        # A scan only adds objects; looking through all of them for cycles every 700 took a fifth of its time.
        if gc.get_threshold()[0] < COLLECT_EVERY[0]:
            gc.set_threshold(*COLLECT_EVERY)
        self._store = store
        self._id = discovery_id
        self._normaliser = Normaliser()
        self._spread = Spread(self._normaliser, processes)
        self._under_way: deque[tuple[_Taking, asyncio.Task[list[Read]] | None]] = deque()
        self._coverage: dict[tuple[str, int], Coverage] = {}
        self._taken: set[str] = set()
        self._open: dict[str, _Taking] = {}
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

        In a large scan a few parts are under way when this returns; they are taken in in their order, at the
        latest by :meth:`finish`.

        Arguments:
            stopped: whether the scan was told to stop: what was skipped then is still to be read.
        """
        taking = self._open.pop(part.key, None) or _Taking(part)
        if part.goes_on:
            self._open[part.key] = taking
        else:
            taking.is_whole = _is_whole(part, stopped) if part.is_whole is None else part.is_whole
        first = len(taking.coverage)
        # Counted first: items may be let go as they are taken in.
        taking.coverage += map(coverage_of, part.listings)
        taking.written += ((each, []) for each in taking.coverage[first:])
        for run in _runs(part.listings, first):
            self._under_way.append((taking, await self._spread.begin(run, is_whole=taking.is_whole)))
            await self._settle(self._spread.at_once)
        if not part.goes_on:
            taking.part = part
            self._under_way.append((taking, None))
            await self._settle(self._spread.at_once)

    async def _settle(self, at_most: int = 0) -> None:
        """Take in what has been read, in the order it came, until no more than so many runs are under way."""
        while self._under_way:
            taking, reading = self._under_way[0]
            if reading is not None and sum(each is not None for _, each in self._under_way) <= at_most:
                return
            self._under_way.popleft()
            if not taking.is_begun:
                self._begin(taking)
            if reading is not None:
                await self._take_in(taking, await reading)
                continue
            part = taking.part
            self._coverage.update(((part.key, number), each) for number, each in enumerate(taking.coverage))
            if taking.is_whole:
                await self._store.checkpoints.save(self._id, part.key, taking.written, part.note, part.replaces)

    def _begin(self, taking: _Taking) -> None:
        part, taking.is_begun = taking.part, True
        self._forget(part)
        self._taken.add(part.key)

    async def _take_in(self, taking: _Taking, batches: Sequence[Read]) -> None:
        await self._fill([each.batch for each in batches])
        for each in batches:
            if taking.is_whole:
                pages = each.pages
                if pages is None:
                    pages = await asyncio.to_thread(lambda batch: list(packed_batch(batch)), each.batch)
                taking.written[each.number][1].extend(pages)
            self._normaliser.take(each.batch, _rank(taking.coverage[each.number], taking.part.key))

    def _forget(self, part: Part) -> None:
        """Let go of what the part stands for, and of what an earlier try saw in the part itself."""
        gone = {part.key, *part.replaces}
        if not gone.isdisjoint(self._taken):
            self._taken -= gone
            self._coverage = {place: each for place, each in self._coverage.items() if place[0] not in gone}
            self._normaliser.forget(lambda rank: rank[-1] in gone)

    async def _fill(self, batches: Sequence[Batch]) -> None:
        """Keep what was known of a resource where its details could not be read: unseen is not changed."""
        for batch in batches:
            if batch.partial:
                known = await self._store.inventories.known(batch.partial_ids)
                others = await self._store.inventories.known(places=batch.unknown_places(known))
                await asyncio.to_thread(self._normaliser.fill, batch, known, others.values())

    async def keep(self) -> None:
        """Take in and write down what is under way, where it can be read: a later try need not read it again."""
        with suppress(CloudVizError):
            await self._settle()

    async def close(self) -> None:
        """Let go of what is under way. Nothing that was taken in is lost."""
        reading = [each for _, each in self._under_way if each is not None]
        self._under_way.clear()
        for each in reading:
            each.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await self._spread.close()

    async def finish(self) -> tuple[Graph, list[Coverage], list[Problem]]:
        """Everything linked, what was looked at, and what was odd."""
        await self._settle()
        await self._spread.close()  # linking needs their memory
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


def _runs(listings: Sequence[Listing], first: int) -> Iterator[list[tuple[int, Sequence[RawItem]]]]:
    """The items of listings by their listing's number, bounded: a page of an answer holds dozens of small ones."""
    run: list[tuple[int, Sequence[RawItem]]] = []
    size = 0
    for number, listing in enumerate(listings, first):
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
