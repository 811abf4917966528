"""What one account's lists need not be asked for, since AWS Config knows: the first pass of a scan.

Of a region that the aggregator covers, three calls tell which recorded types have nothing there, so that they are
not listed; a fourth, a hundred things a page, gives those whose items hold all that their declaration reads. All
else is listed directly, and so is everything where Config refuses, is not up to date, or contradicts itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, TypeVar

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import CoverageStatus, RawItem, Scope
from cloudviz.sources.aws.aggregator import PAGE, Aggregator
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.config_items import is_whole, lifted
from cloudviz.sources.aws.config_recorder import recorded_types
from cloudviz.sources.aws.plan import Unit
from cloudviz.sources.aws.refusals import CallFailed, failure
from cloudviz.sources.aws.session import Account
from cloudviz.sources.packed_items import PackedItems
from cloudviz.sources.provider import Listing, NotSeen, Seen

NOTE_TYPE = "aws.config.aggregator"
"""The coverage entry that says where and why Config was not used. It is no gap: all was listed directly."""


Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Known:
    """What Config says of one region.

    Attributes:
        counts: recorded type → how many there are; types that are not recorded are not in it.
        items: type key → those things, where they were read whole.
        notes: (detail, missing permission) of what could not be used.
    """

    counts: dict[str, int] = field(default_factory=dict)
    items: dict[str, PackedItems] = field(default_factory=dict)
    notes: list[tuple[str, str | None]] = field(default_factory=list)


class ConfigLook:
    """One account as Config knows it, region by region, each read once, when it is first asked for.

    Arguments:
        aggregator: the one to ask.
        caller: makes the account's own calls, to its recorders.
        account: whose.
        units: what the scan is to list.
        regions: the regions of the scan.
        seconds: how long reading one region may take.
    """

    def __init__(
        self,
        aggregator: Aggregator,
        caller: Caller,
        account: Account,
        units: Iterable[Unit],
        regions: Sequence[str],
        seconds: float,
    ) -> None:
        self._aggregator = aggregator
        self._caller = caller
        self._account = account
        self._regions = tuple(regions)
        self._seconds = seconds
        self._units = [unit for unit in units if _is_known(unit)]
        self._reading: dict[str, asyncio.Task[_Known]] = {}

    async def look(self, unit: Unit) -> list[Listing] | None:
        """What a list would say, or None when it must be asked itself."""
        if not _is_known(unit):
            return None
        places = (unit.region,) if unit.region else self._regions
        known = [await self._of(region) for region in places]
        names = {each.known_as.config for each in unit.types}
        if not all(names <= each.counts.keys() for each in known):
            return None
        is_empty = not any(each.counts[name] for each in known for name in names)
        if not is_empty and not all(t.key in each.items for t in unit.types for each in known):
            return None
        return [
            self._listing(declared, region, each.items.get(declared.key, PackedItems()))
            for declared in unit.types
            for region, each in zip(places, known, strict=True)
        ]

    def notes(self) -> list[Listing]:
        """Where and why Config was not used, like reasons together."""
        found: dict[tuple[str, str | None], list[str]] = {}
        for region in sorted(self._reading):
            task = self._reading[region]
            if task.done() and not task.cancelled():
                for note in task.result().notes:
                    found.setdefault(note, []).append(region)
        scope = Scope("aws", self._account.id, "", self._account.partition)
        reasons = [
            (f"listed directly in {', '.join(regions)}: {detail}", permission)
            for (detail, permission), regions in found.items()
        ]
        if not reasons:
            return []
        permission = next((each for _, each in reasons if each), None)
        detail = "; ".join(detail for detail, _ in reasons)
        return [NotSeen(scope, NOTE_TYPE, CoverageStatus.SKIPPED, permission, detail)]

    def close(self) -> None:
        """Stop reading what nobody waits for any more."""
        for task in self._reading.values():
            task.cancel()

    def _listing(self, declared: ResourceType, region: str, items: PackedItems) -> Listing:
        scope = Scope("aws", self._account.id, region, self._account.partition)
        return Seen(scope, declared.key, items, f"read from the Config aggregator {self._aggregator.name}")

    async def _of(self, region: str) -> _Known:
        task = self._reading.get(region)
        if task is None:
            task = self._reading[region] = asyncio.create_task(self._read(region))
        # Several lists wait for one answer: when one of them runs out of time, the others still want it.
        return await asyncio.shield(task)

    async def _read(self, region: str) -> _Known:
        """What Config says of a region, as far as it could be read. Does not raise."""
        known = _Known()
        try:
            async with asyncio.timeout(self._seconds):
                await self._fill(known, region)
        except TimeoutError:
            known.notes.append((f"Config was not read within {self._seconds:g} s", None))
        except Exception as error:
            # Foreseen is CallFailed; whatever else it is, the lists themselves can be asked.
            failed = failure(error, "")
            known.notes.append((failed.detail, failed.permission))
        return known

    async def _fill(self, known: _Known, region: str) -> None:
        account = self._account.id
        gap = self._aggregator.gap(account, region)
        if gap:
            known.notes.append((gap, None))
            return
        types = {t.key: t for unit in self._units if unit.region in (region, "") for t in unit.types}
        recorded = await recorded_types(self._caller, region, {t.known_as.config for t in types.values()})
        counts = await self._asked(self._aggregator.counts(account, region))
        known.counts = {name: counts.get(name, 0) for name in recorded}
        wanted = [
            t for t in types.values() if known.counts.get(t.known_as.config) and _is_cheaper(t, known.counts)
        ]
        for declared in types.values():
            if known.counts.get(declared.known_as.config) == 0:
                known.items[declared.key] = PackedItems()
        if wanted:
            names = {t.known_as.config for t in wanted}
            found = await self._asked(self._aggregator.items(account, region, names))
            for declared in wanted:
                self._take(known, declared, region, found[declared.known_as.config])

    async def _asked(self, question: Awaitable[Answer]) -> Answer:
        try:
            return await question
        except CallFailed as failed:
            if failed.status in (CoverageStatus.DENIED, CoverageStatus.THROTTLED):
                # It will be so in every other account and region as well: no use in asking a thousand times.
                self._aggregator.refused = failed
            raise

    def _take(
        self, known: _Known, declared: ResourceType, region: str, items: Sequence[Mapping[str, Any]]
    ) -> None:
        name = declared.known_as.config
        if len(items) != known.counts[name]:
            known.notes.append((f"Config counts {known.counts[name]} {name} and gives {len(items)}", None))
            return
        if not all(is_whole(declared, item) for item in items):
            known.notes.append((f"Config's items of {name} lack what links are read from", None))
            return
        scope = Scope("aws", self._account.id, region, self._account.partition)
        native = catalogue().native_name(declared)
        where = f"aws {self._account.id}/{region} config:{self._aggregator.name}"
        bodies = (lifted(declared, item) for item in items)
        known.items[declared.key] = PackedItems(
            RawItem(scope, native, body, declared.key, where=where) for body in bodies
        )


def _is_known(unit: Unit) -> bool:
    """Whether Config may know enough of a list: it is of regions, and every type in it is one of Config's."""
    spread = (
        all(t.region is not None for t in unit.types) if not unit.region else unit.call is unit.types[0].listing
    )
    return spread and all(t.known_as.in_config is not None for t in unit.types)


def _is_cheaper(declared: ResourceType, counts: Mapping[str, int]) -> bool:
    """Whether reading a type's items takes fewer calls than its list: EC2 lists a thousand a page."""
    call = declared.listing
    in_config = declared.known_as.in_config
    if in_config is None or not in_config.items or not isinstance(call, AwsCall):
        return False
    count = counts[declared.known_as.config]
    page = next((each for each in call.arguments.values() if type(each) is int), PAGE)
    each_item = sum(1 / detail.batch for detail in call.details if not detail.is_tags and not detail.bulk)
    return count / PAGE <= ceil(count / page) + count * each_item
