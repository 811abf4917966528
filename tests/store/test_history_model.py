"""Any sequence of looks, recorded, comes to what a plain dictionary says: now, at every instant, and between."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.estates import Model, Snapshot, day, instant, machine

from cloudviz.inventory.diff import diff
from cloudviz.inventory.model import Graph, Link
from cloudviz.inventory.select import Selection
from cloudviz.store import Store, open_store, tables

NAMES = ["a", "b", "c", "d", "e"]
REGIONS = ["eu", "us"]
SCOPES = [("aws", "1", region, kind) for region in REGIONS for kind in ("aws.ec2.instance", "aws.ec2.volume")]
SOURCES = ["aws:profile/prod", "aws:role/audit", "file:one", "file:two"]
KINDS = ["uses", "attached_to"]

identity = {name: machine(name).id for name in NAMES}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    content = Graph()
    for name in draw(st.sets(st.sampled_from(NAMES))):
        item = machine(
            name,
            region=draw(st.sampled_from(REGIONS)),
            type=draw(st.sampled_from(["aws.ec2.instance", "aws.ec2.volume"])),
            state=draw(st.sampled_from(["running", "stopped", None])),
            parent=draw(st.sampled_from([None, identity["a"], "arn:none"])),
        )
        content.resources[item.id] = item
    ends = st.sampled_from([*identity.values(), "arn:none"])
    links = draw(st.lists(st.tuples(ends, ends, st.sampled_from(KINDS), st.sets(ends, max_size=2)), max_size=4))
    content.links = [Link(*name, stated_by=tuple(sorted(by))) for *name, by in links]
    return content


statuses = st.dictionaries(st.sampled_from(SCOPES), st.sampled_from(["seen", "seen", "seen", "denied"]))
snapshots = st.builds(Snapshot, st.sampled_from(SOURCES), graphs(), statuses)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(looks=st.lists(snapshots, min_size=1, max_size=6))
def test_the_store_agrees_with_a_dictionary(url: str, looks: list[Snapshot]):
    async def check() -> None:
        async with await open_store(url) as store:
            await empty(store)
            await agree(store, looks)

    asyncio.run(check())


async def agree(store: Store, looks: list[Snapshot]) -> None:
    model = Model()
    states: list[Graph] = [model.graph()]
    discoveries: list[str] = []
    for number, look in enumerate(looks, 1):
        before = states[-1].resources
        discovery = await store.discoveries.create("aws", look.source, {})
        changes = await store.inventories.record(discovery, look.content, look.coverage, [], day(number))
        model.record(look)
        states.append(model.graph())
        discoveries.append(discovery)
        now = states[-1].resources
        assert changes.added == len(now.keys() - before.keys())
        assert changes.removed == len(before.keys() - now.keys())
        assert changes.changed == sum(before[key] != now[key] for key in before.keys() & now.keys())

    present = await store.inventories.read(Selection())
    assert present == states[-1]
    assert [link.staters for link in present.links] == [link.staters for link in states[-1].links]
    for number, state in enumerate(states):
        assert await store.inventories.read(Selection(at=instant(number))) == state
        assert await store.inventories.read(Selection(at=instant(number + 0.5))) == state
    for discovery, look in zip(discoveries, looks, strict=True):
        page = await store.inventories.page(Selection(discoveries=(discovery,)), limit=100)
        assert page.items == list(look.content.sorted().resources.values())
    last = len(states) - 1
    for first, second in {(last - 1, last), (0, last), (last, 0), (last // 2, last), (last, 1)}:
        expected = diff(states[first], states[second])
        assert await store.inventories.diff(instant(first), instant(second)) == expected
        if first and second:
            found = await store.inventories.diff(discoveries[first - 1], discoveries[second - 1])
            assert found == expected


async def empty(store: Store) -> None:
    async with store._database.writing() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            await connection.execute(table.delete())


def test_the_model_itself_on_one_worked_example():
    """So that two equal mistakes do not agree."""
    a, b = machine("a", region="eu"), machine("b", region="eu")
    scope = ("aws", "1", "eu", "aws.ec2.instance")
    model = Model()
    model.record(Snapshot("aws:x", Graph({a.id: a, b.id: b}, [Link(a.id, b.id, "uses")]), {scope: "seen"}))
    assert model.graph().links == [Link(a.id, b.id, "uses")]
    model.record(Snapshot("aws:x", Graph({a.id: a}), {scope: "denied"}))
    assert set(model.graph().resources) == {a.id, b.id} and model.graph().links == []
    model.record(Snapshot("file:f", Graph({b.id: replace(b, state="stopped")}), {}))
    assert model.graph().resources[b.id].state == "running"  # the scan saw it so
    model.record(Snapshot("file:f", Graph(), {}))
    assert set(model.graph().resources) == {a.id, b.id}
    c = machine("c", region="eu")
    model.record(Snapshot("file:f", Graph({c.id: c}), {}))
    model.record(Snapshot("file:f", Graph(), {}))
    assert set(model.graph().resources) == {a.id, b.id}
