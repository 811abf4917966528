"""Scans of a few types or regions, in any order, leave an inventory of three clouds as a full scan made it."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Callable, Sequence

import pytest
from tests.tiers import nightly_after

from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import DiscoveryInfo, RawItem
from cloudviz.inventory.select import Selection
from cloudviz.jobs.discover import DiscoveryOutcome, discover
from cloudviz.sources.demo import snapshots
from cloudviz.sources.provider import (
    CloudProvider,
    Connection,
    CostAnalysis,
    DiscoveryResult,
    Part,
    ProviderConfig,
    Seen,
)
from cloudviz.store import Store

ITEMS = [item for item in snapshots()[-1].items if item.type_key is not None]
TYPES = sorted({item.type_key or "" for item in ITEMS})


class Clouds(CloudProvider):
    """The demo's three clouds as one: a part for each place and type.

    Arguments:
        wants: which items a scan looks at; it sees all of their places and types.
    """

    def __init__(self, wants: Callable[[RawItem], bool] = lambda item: True) -> None:
        self._wants = wants

    async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
        places: dict[str, list[RawItem]] = {}
        for item in filter(self._wants, ITEMS):
            places.setdefault(f"{item.scope.account}/{item.scope.region}/{item.type_key}", []).append(item)
        for key, items in sorted(places.items()):
            yield Part(key, [Seen(items[0].scope, items[0].type_key or "", items)])

    async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
        raise NotImplementedError

    async def get_cost_analysis(self) -> CostAnalysis:
        raise NotImplementedError

    async def test_connection(self, accounts: Sequence[str] = ()) -> Connection:
        raise NotImplementedError


async def scanned(store: Store, wants: Callable[[RawItem], bool] = lambda item: True) -> DiscoveryOutcome:
    key = await store.discoveries.create("mixed", "aws:demo", {})
    return await discover(store, Clouds(wants), ProviderConfig(), key)


async def inventory(store: Store) -> bytes:
    """The document without what names its looks; who states a link is in it."""
    found = await store.inventories.inventory(Selection())
    found.discovery, found.coverage = DiscoveryInfo("", "mixed", ""), []
    return to_bytes(found)


@pytest.mark.parametrize("seed", nightly_after(1, range(3)))
async def test_scans_of_a_few_types_change_nothing(store: Store, seed: int) -> None:
    await scanned(store)
    whole = await inventory(store)
    assert whole.count(b'"stated_by"') > 100
    dice = random.Random(seed)
    left = dice.sample(TYPES, len(TYPES))
    while left:
        chosen = {left.pop() for _ in range(min(len(left), dice.choice((1, 1, 2, 5))))}
        outcome = await scanned(store, lambda item, chosen=chosen: item.type_key in chosen)
        moved = (outcome.changes.added, outcome.changes.changed, outcome.changes.removed)
        assert moved == (0, 0, 0), chosen
        assert await inventory(store) == whole, chosen


async def test_scans_of_one_place_change_nothing(store: Store) -> None:
    await scanned(store)
    whole = await inventory(store)
    for place in sorted({(item.scope.provider, item.scope.region) for item in ITEMS}):
        outcome = await scanned(
            store,
            lambda item, place=place: (item.scope.provider, item.scope.region) == place,
        )
        assert (outcome.changes.added, outcome.changes.changed, outcome.changes.removed) == (0, 0, 0), place
        assert await inventory(store) == whole, place


async def test_a_first_inventory_made_of_narrow_scans_is_whole_when_each_type_was_looked_at_again(
    store: Store,
) -> None:
    """What a name means is known once the thing is: the second round resolves what the first could not."""
    for _ in range(2):
        for type_key in TYPES:
            await scanned(store, lambda item, chosen=type_key: item.type_key == chosen)
    narrow = await inventory(store)
    await scanned(store)
    assert await inventory(store) == narrow
