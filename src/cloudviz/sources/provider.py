"""What every source of resources offers, and how it says what it saw and what it did not.

Blind is not empty (architecture, decision 2): a listing gives :class:`Seen`, possibly with no items, or
:class:`NotSeen` with the reason. The two can't be confused, and only ``Seen`` can show that a thing is gone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cloudviz.inventory.model import Coverage, CoverageStatus, RawItem, Scope
from cloudviz.sources.connection import Connection


@dataclass(frozen=True, slots=True)
class Seen:
    """A listing that was read to its end. ``detail`` is for what a reader would wonder at: an API switched off."""

    scope: Scope
    type_key: str
    items: Sequence[RawItem]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NotSeen:
    """A listing that was not, or not wholly, read.

    ``items`` are those that came before it broke: they exist, but nothing can be said of the others.
    """

    scope: Scope
    type_key: str
    status: CoverageStatus
    permission: str | None = None
    detail: str = ""
    items: Sequence[RawItem] = ()


Listing = Seen | NotSeen

Note = Mapping[str, Any]
"""What a provider needs to know of a part that it does not read again, as JSON: where the next page is."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one piece of a scan brought: it is read as a whole, written down as a whole, and read again as a whole.

    Attributes:
        key: what it is called in every scan of the same configuration:
            ``123456789012/eu-west-1/ec2:describe_vpcs``, or ``projects/shop/assets/0.000012`` for a page of many.
        listings: what it saw and what it did not. Another part may hold items of the same scope and type.
        note: what the next try gets back, in :attr:`ProviderConfig.done`.
        replaces: keys of parts of an earlier try that this one and those after it stand for.
        is_whole: whether it was read to its end, whatever its listings say of the rest of their places. Where it
            is None, they say it.
        goes_on: whether more of it comes, under the same key. It is read to its end, or not, with what comes last.
    """

    key: str
    listings: Sequence[Listing]
    note: Note = field(default_factory=dict)
    replaces: Collection[str] = ()
    is_whole: bool | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is: listings done of all, resources found, and what it is at."""

    done: int
    total: int
    resources: int
    at: str


Progress = Callable[[ScanProgress], None]


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What to scan. Empty sequences mean everything the credentials reach.

    Attributes:
        accounts: AWS account ids, Azure subscriptions or GCP projects.
        regions: regions to look into; global types are always listed once per account.
        types: type keys, or prefixes ending in ``*``.
        on_progress: called from the scan's own task after each listing.
        cancelled: asked between listings; when it says true the scan ends and marks the rest skipped.
        done: the parts that an earlier try read to the end, by key, with their notes. They are left out.
    """

    accounts: Sequence[str] = ()
    regions: Sequence[str] = ()
    types: Sequence[str] = ()
    on_progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None
    done: Mapping[str, Note] = field(default_factory=dict)


@dataclass(slots=True)
class DiscoveryResult:
    """All listings of one scan."""

    provider: str
    source: str
    listings: list[Listing] = field(default_factory=list)

    def items(self) -> list[RawItem]:
        """Every item seen, in the order of the listings."""
        return [item for listing in self.listings for item in listing.items]

    def coverage(self) -> list[Coverage]:
        """One entry per listing, sorted."""
        return sorted(map(coverage_of, self.listings), key=_place)


def coverage_of(listing: Listing) -> Coverage:
    """What a listing says of its place."""
    scope = listing.scope
    is_seen = isinstance(listing, Seen)
    return Coverage(
        provider=scope.provider,
        account=scope.account,
        region=scope.region,
        type=listing.type_key,
        status=CoverageStatus.SEEN if is_seen else listing.status,  # type: ignore[union-attr]
        count=len(listing.items),
        permission=None if is_seen else listing.permission,  # type: ignore[union-attr]
        detail=listing.detail or None,
    )


def merged_coverage(entries: Iterable[Coverage]) -> list[Coverage]:
    """One entry per (account, region, type), sorted: what is not wholly seen in one part is not wholly seen.

    Of several reasons the one that comes first stays, so that they are to be given in a settled order.
    """
    merged: dict[tuple[str, ...], Coverage] = {}
    for entry in entries:
        before = merged.get(_place(entry))
        if before is not None:
            stays, other = (entry, before) if before.status == CoverageStatus.SEEN else (before, entry)
            detail = stays.detail or (other.detail if stays.status == CoverageStatus.SEEN else None)
            entry = replace(stays, count=before.count + entry.count, detail=detail)
        merged[_place(entry)] = entry
    return [merged[key] for key in sorted(merged)]


def _place(entry: Coverage) -> tuple[str, str, str, str]:
    return (entry.provider, entry.account, entry.region, entry.type)


def merged_listings(listings: Iterable[Listing]) -> list[Listing]:
    """The same of listings with their items."""
    merged: dict[tuple[str, str, str], Listing] = {}
    for listing in listings:
        key = (listing.scope.account, listing.scope.region, listing.type_key)
        before = merged.get(key)
        if before is not None:
            stays, other = (listing, before) if isinstance(before, Seen) else (before, listing)
            detail = stays.detail or (other.detail if isinstance(stays, Seen) else "")
            listing = replace(stays, items=[*before.items, *listing.items], detail=detail)
        merged[key] = listing
    return [merged[key] for key in sorted(merged)]


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one service cost in a period, in its bill's currency. ``start`` is the first day of the month."""

    service: str
    account: str
    region: str
    amount: Decimal
    currency: str
    start: str = ""


@dataclass(slots=True)
class CostAnalysis:
    """A provider's own account of what was spent between two dates (``YYYY-MM-DD``, the end excluded)."""

    provider: str
    start: str
    end: str
    lines: list[CostLine] = field(default_factory=list)


class CloudProvider(ABC):
    """A cloud that can be looked at. One instance holds one set of credentials."""

    @abstractmethod
    async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
        """Look at everything in ``config``.

        Returns listings for every (account, region, type) asked for, those that failed included. Raises
        :class:`~cloudviz.errors.CloudRefused` only when the credentials or the endpoint fail altogether.
        """

    async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
        """The same, part by part as they are read: what was handed over is not kept here.

        Parts in ``config.done`` are left out. Without a way of its own a provider gives every listing as a part,
        when all have been read.
        """
        result = await self.discover_resources(config)
        for listing in result.listings:
            scope = listing.scope
            key = "/".join((scope.account, scope.region or "global", listing.type_key))
            if key not in config.done:
                yield Part(key, [listing])

    async def collected(self, config: ProviderConfig) -> list[Listing]:
        """All listings of :meth:`scan`, one per (account, region, type), in that order."""
        parts = [part async for part in self.scan(config)]
        parts.sort(key=lambda part: part.key)
        return merged_listings(listing for part in parts for listing in part.listings)

    @abstractmethod
    async def test_connection(self, accounts: Sequence[str] = ()) -> Connection:
        """Who the credentials are, what they reach and what they are denied, within ten seconds.

        Arguments:
            accounts: AWS accounts, Azure subscriptions or GCP projects that should be reached; what the provider's
                own settings name when there are none.

        Raises :class:`~cloudviz.errors.CloudRefused` when the credentials or the endpoint fail altogether.
        """

    @abstractmethod
    async def get_cost_analysis(self) -> CostAnalysis:
        """What the cloud itself says was spent in the last full month and in this one so far."""
