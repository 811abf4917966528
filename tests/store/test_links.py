"""A link stays while somebody states it, and goes when whoever stated it was looked at and states it no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import combinations, permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.estates import graph, instant, machine, record, seen
from tests.store.test_history_model import empty

from cloudviz.inventory.document import read as read_document
from cloudviz.inventory.document import to_bytes, to_document
from cloudviz.inventory.model import Coverage, Graph, Link
from cloudviz.inventory.select import Selection
from cloudviz.store import Store, open_store

WEB = machine("web")
DISK = machine("disk", type="aws.ec2.volume", native_type="AWS::EC2::Volume", kind="disk")
INSTANCES, VOLUMES = seen(), seen(kind="aws.ec2.volume")
BY_DISK = Link(DISK.id, WEB.id, "attached_to")
BY_WEB = Link(DISK.id, WEB.id, "attached_to", stated_by=(WEB.id,))
BY_BOTH = Link(DISK.id, WEB.id, "attached_to", stated_by=tuple(sorted((DISK.id, WEB.id))))


async def links(store: Store, **selection: str) -> list[tuple[str, str, tuple[str, ...]]]:
    found = await store.inventories.read(Selection(**selection))
    return [(link.source, link.target, link.staters) for link in found.links]


async def test_a_scan_of_one_side_keeps_what_the_other_states(store: Store) -> None:
    there = [(DISK.id, WEB.id, (WEB.id,))]
    await record(store, graph(WEB, DISK, links=[BY_WEB]), [INSTANCES, VOLUMES], 1)
    assert await links(store) == there
    _, changes = await record(store, graph(DISK), [VOLUMES], 2)
    assert (changes.unchanged, changes.changed) == (1, 0)
    assert await links(store) == there


async def test_a_link_that_is_gone_goes_when_its_stater_is_looked_at(store: Store) -> None:
    await record(store, graph(WEB, DISK, links=[BY_WEB]), [INSTANCES, VOLUMES], 1)
    await record(store, graph(WEB), [INSTANCES], 2)
    assert await links(store) == []
    assert await links(store, at=instant(1.5)) == [(DISK.id, WEB.id, (WEB.id,))]


async def test_a_link_that_both_state_goes_when_neither_does(store: Store) -> None:
    await record(store, graph(WEB, DISK, links=[BY_BOTH]), [INSTANCES, VOLUMES], 1)
    first = (await store.discoveries.page(limit=1)).items[0].id
    await record(store, graph(WEB), [INSTANCES], 2)
    assert await links(store) == [(DISK.id, WEB.id, (DISK.id,))]
    second = (await store.discoveries.page(limit=1)).items[0].id
    unmoved = await store.inventories.diff(first, second)
    assert (unmoved.links_added, unmoved.links_removed) == ([], [])
    third, _ = await record(store, graph(DISK), [VOLUMES], 3)
    assert await links(store) == []
    assert (await store.inventories.diff(second, third)).links_removed == [BY_DISK]


async def test_a_link_goes_with_its_stater(store: Store) -> None:
    await record(store, graph(WEB, DISK, links=[BY_WEB]), [INSTANCES, VOLUMES], 1)
    await record(store, graph(), [INSTANCES], 2)
    assert await links(store) == []


async def test_what_was_not_seen_still_states_what_it_stated(store: Store) -> None:
    await record(store, graph(WEB, DISK, links=[BY_WEB]), [INSTANCES, VOLUMES], 1)
    await record(store, graph(DISK), [VOLUMES, seen(status="denied")], 2)
    assert await links(store) == [(DISK.id, WEB.id, (WEB.id,))]


async def test_a_document_says_who_states_a_link_and_is_read_again_alike(store: Store) -> None:
    await record(store, graph(WEB, DISK, links=[BY_WEB]), [INSTANCES, VOLUMES], 1)
    inventory = await store.inventories.inventory(Selection())
    document = to_document(inventory)
    assert document["links"] == [
        {"source": DISK.id, "target": WEB.id, "kind": "attached_to", "stated_by": [WEB.id]}
    ]
    assert to_bytes(read_document(document, "here")) == to_bytes(inventory)
    # A scan that saw it stated by its source as well says so, and one that only did says nothing.
    await record(store, graph(WEB, DISK, links=[BY_DISK]), [INSTANCES, VOLUMES], 2)
    assert "stated_by" not in to_document(await store.inventories.inventory(Selection()))["links"][0]


async def test_a_stater_that_is_not_there_does_not_lose_the_link(store: Store) -> None:
    """A document may hold a part of an inventory."""
    stranger = Link(DISK.id, WEB.id, "attached_to", stated_by=("arn:elsewhere",))
    await record(store, graph(WEB, DISK, links=[stranger]), [], 1, source="file:part")
    assert await links(store) == [(DISK.id, WEB.id, (DISK.id,))]
    await record(store, graph(WEB, links=[stranger]), [], 2, source="file:part")
    assert await links(store) == []  # its source is gone


# -- any sequence of narrow scans ---------------------------------------------------------------------------

KINDS = ("aws.ec2.instance", "aws.ec2.volume", "aws.ec2.network_interface")
REGIONS = ("eu", "us")
SCOPES = [(region, kind) for region in REGIONS for kind in KINDS]
ESTATE = [
    machine(f"{region}-{kind[8:]}-{number}", region=region, type=kind)
    for region, kind in SCOPES
    for number in range(2)
]
IDS = [item.id for item in ESTATE]


@st.composite
def estates(draw: st.DrawFn) -> Graph:
    """The fixed resources with any links, each stated by one of its ends or both."""
    named = st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(["uses", "attached_to"]))
    made = []
    for source, target, kind in draw(st.lists(named, max_size=12)):
        by = draw(st.sampled_from([(source,), (target,), tuple(sorted({source, target}))]))
        made.append(Link(source, target, kind, stated_by=by))
    return graph(*ESTATE, links=made)


def narrowed(whole: Graph, scopes: Iterable[tuple[str, str]]) -> tuple[Graph, list[Coverage]]:
    """What a scan of some scopes sees: their resources, and what these state."""
    wanted = set(scopes)
    kept = [item for item in whole.resources.values() if (item.region, item.type) in wanted]
    ids = {item.id for item in kept}
    stated = [
        Link(link.source, link.target, link.kind, stated_by=tuple(each for each in link.staters if each in ids))
        for link in whole.links
        if not ids.isdisjoint(link.staters)
    ]
    return graph(*kept, links=stated), [seen(region, kind) for region, kind in sorted(wanted)]


def named(content: Graph) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(link.source, link.target, link.kind, link.staters) for link in content.sorted().links]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    whole=estates(),
    scans=st.lists(st.sets(st.sampled_from(SCOPES), min_size=1), max_size=5),
    is_known=st.booleans(),
)
def test_narrow_scans_end_in_the_links_of_a_full_one(
    url: str, whole: Graph, scans: list[set[tuple[str, str]]], is_known: bool
) -> None:
    async def check() -> None:
        async with await open_store(url) as store:
            await empty(store)
            await scanned(store)

    async def scanned(store: Store) -> None:
        looks: list[set[tuple[str, str]]] = [set(SCOPES), *scans] if is_known else list(scans)
        left = set(SCOPES).difference(*looks)
        looks += [{each} for each in sorted(left)]
        for number, scopes in enumerate(looks, 1):
            content, coverage = narrowed(whole, scopes)
            _, changes = await record(store, content, coverage, number)
            assert changes.changed == changes.removed == 0
            if is_known:
                assert named(await store.inventories.read(Selection())) == named(whole)
        assert named(await store.inventories.read(Selection())) == named(whole)
        if is_known:
            discoveries = (await store.discoveries.page()).items
            moved = await store.inventories.diff(discoveries[-1].id, discoveries[0].id)
            assert (moved.links_added, moved.links_removed) == ([], [])

    asyncio.run(check())


async def test_every_order_of_every_pair_of_narrow_scans(store: Store) -> None:
    """The same by hand, for all orders in which two types of one region can be looked at."""
    whole = graph(WEB, DISK, links=[BY_BOTH, Link(WEB.id, DISK.id, "uses", stated_by=(DISK.id,))])
    await record(store, whole, [INSTANCES, VOLUMES], 1)
    expected = named(await store.inventories.read(Selection()))
    assert len(expected) == 2
    when = 2
    for pair in combinations([("eu-west-1", "aws.ec2.instance"), ("eu-west-1", "aws.ec2.volume")], 2):
        for order in permutations(pair):
            for scope in order:
                content, coverage = narrowed(whole, [scope])
                await record(store, content, coverage, when)
                when += 1
                assert named(await store.inventories.read(Selection())) == expected
