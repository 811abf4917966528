"""Whatever a cloud or a file may hold is stored alike on both databases, and given back."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.store.estates import graph, machine, record, seen

from cloudviz.inventory.model import Coverage, Link, Problem, Resource
from cloudviz.inventory.select import Selection
from cloudviz.store import Store, open_store

HOSTILE = [
    "<script>alert('x')</script>",
    "'; DROP TABLE resources; --",
    '"}]}\\',
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "\u202eevil\u202c",
    "line\nbreak\ttab\r\x1f\x7f",
    "x" * 1000,
    "𝔘" * 1000,
    "e\u0301",
    "",
    " ",
    "%s %d {0} ${x}",
    "NULL",
    "%_\\",
]


async def test_names_that_mean_harm_come_back_as_they_are(store: Store):
    items = [
        machine(text, id=f"id {number} {text[:400]}", tags={text: text}, properties={text: [text, {text: text}]})
        for number, text in enumerate(HOSTILE)
    ]
    links = [Link(items[0].id, item.id, "uses") for item in items]
    await record(store, graph(*items, links=links), [seen()], 1)
    found = await store.inventories.read(Selection())
    assert found == graph(*items, links=links).sorted()
    for item, text in zip(items, HOSTILE, strict=True):
        assert item in (await store.inventories.page(Selection(text=text), limit=100)).items
        tagged = await store.inventories.page(Selection(tags=((text, text),)), limit=100)
        assert tagged.items == [item]


async def test_what_no_database_can_hold_is_replaced_alike(store: Store):
    item = machine(
        "nul\x00 half\ud800pair",
        id="arn:\x00",
        parent="arn:\udfff",
        tags={"a\x00": "b\x00", "n": 5},
        properties={
            "nul\x00": ["\x00", {"deep\x00": "\ud83d"}],
            "real pair": "\U0001f600",
            "big": 2**70,
            "infinite": float("inf"),
            "set": {"b", "a"},
            "bytes": b"x",
            7: "number",
            "decimal": Decimal("1.10"),
        },
    )
    link = Link("arn:\x00", "arn:other\x00", "uses")
    problem = Problem("arn:\x00", "odd \ud800", "where\x00")
    coverage = Coverage("aws", "1\x00", "eu\x00", "aws.ec2.instance", "denied", 0, "ec2:\x00", "so\x00 what")
    discovery, _ = await record(store, graph(item, links=[link]), [coverage], 1, problems=[problem])

    found = await store.inventories.get("arn:\x00")
    assert (found.id, found.name, found.parent) == ("arn:\ufffd", "nul\ufffd half\ufffdpair", "arn:\ufffd")
    assert found.tags == {"a\ufffd": "b\ufffd", "n": "5"}
    assert found.properties == {
        "nul\ufffd": ["\ufffd", {"deep\ufffd": "\ufffd"}],
        "real pair": "\U0001f600",
        "big": str(2**70),
        "infinite": None,
        "set": ["a", "b"],
        "bytes": "b'x'",
        "7": "number",
        "decimal": "1.10",
    }
    assert (await store.inventories.detail("arn:\x00")).links == [
        Link("arn:\ufffd", "arn:other\ufffd", "uses", False)
    ]
    assert (await store.discoveries.problems(discovery))[0].what == "odd \ufffd"
    assert (await store.discoveries.coverage(discovery))[0].detail == "so\ufffd what"
    # The same again is no change, and is found by the text that was searched for.
    _, again = await record(store, graph(item, links=[link]), [coverage], 2)
    assert (again.unchanged, again.added) == (1, 0)
    for selection in (
        Selection(text="nul\x00"),
        Selection(ids=("arn:\x00",)),
        Selection(tags=(("a\x00", "b\x00"),)),
    ):
        assert len(await store.inventories.page(selection)) == 1


async def test_two_ids_that_become_one_are_one(store: Store):
    _, changes = await record(store, graph(machine("x", id="a\x00"), machine("y", id="a\ufffd")), [seen()], 1)
    assert changes.added == 1


async def test_ids_longer_than_an_index_takes_stay_apart(store: Store):
    """PostgreSQL's B-tree ends at 2,704 bytes; an ARM id may have 2,000 characters, a file's any number."""
    long = "x" * 5000
    # Text that does not compress, or PostgreSQL would fit it in all the same.
    noise = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(1500))
    items = [
        machine("one", id=long + "1", parent=noise),
        machine("two", id=long + "2", parent=long + "1"),
        machine("net", id=noise, region=noise, type=noise, account=noise, state=noise, kind=noise),
    ]
    links = [Link(long + "1", long + "2", "uses"), Link(noise, long + "1", noise)]
    await record(store, graph(*items, links=links), [seen(noise, noise, account=noise)], 1)
    assert (await store.inventories.get(long + "1")).name == "one"
    assert (await store.inventories.get(long + "2")).parent == (await store.inventories.get(long + "1")).id
    around = await store.inventories.neighbours(long + "1")
    assert {item.name for item in around.resources.values()} == {"one", "two", "net"}
    assert len(around.links) == 2
    page = await store.inventories.page(Selection(), limit=1)
    rest = await store.inventories.page(Selection(), cursor=page.next_cursor)
    assert {item.name for item in [*page, *rest]} == {"one", "two", "net"}
    assert [item.name for item in await store.inventories.page(Selection(regions=(noise,)))] == ["net"]


async def test_amounts_lose_nothing_and_bombs_are_unknown(store: Store):
    amounts = {
        "tenth": Decimal("0.1"),
        "exact": Decimal("123456789012345678901234.123456789012345678901234"),
        "zero": Decimal("0.00"),
        "negative": Decimal("-12.30"),
        "exponent": Decimal("1E+20"),
    }
    bombs = {
        "endless": Decimal("Infinity"),
        "none": Decimal("NaN"),
        "huge": Decimal("1E+999999"),
        "tiny": Decimal("1E-999999"),
    }
    items = [machine(name, cost_monthly=value, currency="USD") for name, value in (amounts | bombs).items()]
    await record(store, graph(*items), [seen()], 1)
    found = {item.name: item.cost_monthly for item in await store.inventories.page(Selection())}
    assert found == amounts | dict.fromkeys(bombs)
    # 70.10 and 70.1 are the same amount.
    await record(store, graph(machine("x", cost_monthly=Decimal("70.10"))), [seen(status="denied")], 2)
    _, same = await record(store, graph(machine("x", cost_monthly=Decimal("70.1"))), [seen(status="denied")], 3)
    assert same.unchanged == 1


async def test_properties_nested_without_end_are_cut(store: Store):
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"in": deep}
    await record(store, graph(machine("deep", properties=deep), machine("next")), [seen()], 1)
    found = (await store.inventories.get(machine("deep").id)).properties
    assert json.dumps(found).count("in") == 100
    assert (await store.inventories.get(machine("next").id)).name == "next"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
resources = st.builds(
    Resource,
    id=st.text(min_size=1, max_size=60),
    provider=st.sampled_from(["aws", "azure", "gcp", "other"]),
    type=st.text(max_size=10),
    native_type=st.text(max_size=10),
    kind=st.text(max_size=10),
    name=st.text(),
    account=st.text(max_size=10),
    region=st.text(max_size=10),
    zone=st.none() | st.text(max_size=5),
    parent=st.none() | st.text(max_size=5),
    state=st.none() | st.text(max_size=5),
    tags=st.dictionaries(st.text(), st.text(), max_size=3),
    cost_monthly=st.none() | st.decimals(-(10**9), 10**12, places=6),
    currency=st.none() | st.sampled_from(["USD", "EUR"]),
    properties=st.dictionaries(st.text(), json_values, max_size=4),
)


def shown(text: str) -> str:
    return text.replace("\x00", "\ufffd")


def as_stored(value: Any) -> Any:
    """Independent of the store's own rule: JSON of what Python's json makes, NULs replaced, no infinity."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return None
    if isinstance(value, dict):
        return {shown(key): as_stored(each) for key, each in value.items()}
    return [as_stored(each) for each in value] if isinstance(value, list) else value


@pytest.fixture
def count() -> list[int]:
    return [0]


# Without shrinking: it takes minutes when each try writes to a database.
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(found=st.lists(resources, min_size=1, max_size=6, unique_by=lambda item: shown(item.id)))
def test_any_resource_is_given_back(url: str, count: list[int], found: list[Resource]):
    async def check() -> None:
        count[0] += 1
        async with await open_store(url) as store:
            discovery, _ = await record(store, graph(*found), [], count[0], source=f"file:{count[0]}")
            saw = await store.inventories.page(Selection(discoveries=(discovery,)))
            given_back = {item.id: item for item in saw}
            assert given_back.keys() == {shown(item.id) for item in found}
            for item in found:
                back = given_back[shown(item.id)]
                assert (back.name, back.type, back.kind) == (shown(item.name), shown(item.type), shown(item.kind))
                assert (back.tags, back.properties) == (as_stored(item.tags), as_stored(item.properties))
                assert back.cost_monthly == item.cost_monthly
                assert (back.zone is None, back.state is None) == (item.zone is None, item.state is None)
            _, same = await record(store, graph(*found), [], count[0], source=f"file:{count[0]}")
            assert (same.unchanged, same.changed, same.added) == (len(found), 0, 0)

    asyncio.run(check())
