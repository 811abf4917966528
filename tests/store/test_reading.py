"""Reading: every condition of a selection, pages, facets, neighbours, details, differences."""

from __future__ import annotations

import base64
import json

import pytest
from tests.store.estates import LIVE, day, graph, instant, machine, record, seen

from cloudviz.errors import BadInput, Invalid, NotFound
from cloudviz.inventory.model import Coverage, Graph, Link, Problem
from cloudviz.inventory.select import Selection
from cloudviz.store import Store

NETWORK = machine("net", type="aws.ec2.vpc", kind="network", state=None, tags={"env": "prod"})
SUBNET = machine("sub", type="aws.ec2.subnet", kind="subnet", state=None, parent=NETWORK.id)
WEB = machine("web", parent=SUBNET.id, tags={"env": "prod", "owner": "Ünal", "empty": ""})
DB = machine("db", parent=SUBNET.id, state="stopped", tags={"env": "test"})
BUCKET = machine(
    "Größe 100%_\\x",
    id="//storage.googleapis.com/B",
    provider="gcp",
    type="gcp.storage.bucket",
    kind="bucket",
    account="p-1",
    region="europe-west1",
    state=None,
)
LINKS = [
    Link(SUBNET.id, NETWORK.id, "member_of"),
    Link(WEB.id, SUBNET.id, "member_of"),
    Link(DB.id, SUBNET.id, "member_of"),
    Link(WEB.id, DB.id, "uses"),
    Link(WEB.id, BUCKET.id, "uses"),
    Link(DB.id, "arn:nowhere", "uses"),
]
EVERYTHING = Coverage("*", "*", "*", "*", "seen")
ESTATE = graph(NETWORK, SUBNET, WEB, DB, BUCKET, links=LINKS)


@pytest.fixture
async def estate(store: Store) -> Store:
    await record(store, ESTATE, [EVERYTHING], 1)
    return store


SELECTIONS = [
    Selection(),
    Selection(providers=("gcp",)),
    Selection(providers=("gcp", "aws")),
    Selection(types=("aws.ec2.instance",)),
    Selection(types=("aws.ec2.*",)),
    Selection(types=("*.bucket", "aws.ec2.vp?")),
    Selection(types=("[ag]*.storage.bucket",)),
    Selection(types=("nothing.*",)),
    Selection(kinds=("virtual_machine", "bucket")),
    Selection(regions=("europe-west1",)),
    Selection(accounts=("p-1", "2")),
    Selection(states=("running",)),
    Selection(states=("", "stopped")),
    Selection(ids=(WEB.id, BUCKET.id, "arn:nowhere")),
    Selection(tags=(("env", "prod"),)),
    Selection(tags=(("env", "prod"), ("owner", "Ünal"))),
    Selection(tags=(("owner", ""),)),
    Selection(tags=(("empty", ""),)),
    Selection(tags=(("env", "nope"),)),
    Selection(text="WEB"),
    Selection(text="größe"),
    Selection(text="GRÖSSE"),
    Selection(text="100%"),
    Selection(text="%"),
    Selection(text="_"),
    Selection(text="\\X"),
    Selection(text="'; DROP TABLE resources; --"),
    Selection(text="instance/"),
    Selection(text="x" * 100_000),
    Selection(types=("aws.ec2.instance",), states=("stopped",), tags=(("env", "test"),), text="d"),
]


async def test_a_selection_means_the_same_in_the_database_as_on_a_graph(estate: Store):
    for selection in SELECTIONS:
        matching = sorted(key for key, item in ESTATE.resources.items() if selection.matches(item))
        told = str(selection)[:200]
        assert [item.id for item in await estate.inventories.page(selection)] == matching, told
        assert await estate.inventories.count(selection) == len(matching), told

        read = await estate.inventories.read(selection)
        expected = selection.apply(ESTATE)
        assert read.resources == expected.sorted().resources, told
        # Links to what is nowhere stay besides, and are marked.
        assert [link for link in read.links if link.resolved] == sorted(expected.links), told
        loose = [link for link in read.links if not link.resolved]
        assert loose == ([Link(DB.id, "arn:nowhere", "uses", False)] if DB.id in read.resources else []), told
        assert (await estate.inventories.read(selection, with_links=False)).links == []


async def test_at_an_instant_every_condition_holds_as_it_was(estate: Store):
    await record(estate, graph(machine("web", state="stopped")), [EVERYTHING], 2)
    then = Selection(states=("running",), text="web", at=instant(1.5))
    assert [item.id for item in await estate.inventories.page(then)] == [WEB.id]
    assert (await estate.inventories.read(then)).resources.keys() == {WEB.id, SUBNET.id, NETWORK.id}
    assert await estate.inventories.facets(Selection(at=instant(1.5))) == {
        "provider": {"aws": 4, "gcp": 1},
        "type": {"aws.ec2.instance": 2, "aws.ec2.subnet": 1, "aws.ec2.vpc": 1, "gcp.storage.bucket": 1},
        "region": {"eu-west-1": 4, "europe-west1": 1},
        "account": {"1": 4, "p-1": 1},
        "state": {"": 3, "running": 1, "stopped": 1},
    }
    assert await estate.inventories.read(Selection(at="1999-01-01")) == Graph()


async def test_what_is_no_instant_is_refused(store: Store):
    for at in ("yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00", "2026-03-01T12:00:00ZZ", "\x00"):
        with pytest.raises(Invalid, match="nor an instant"):
            await store.inventories.read(Selection(at=at))


async def test_instants_may_be_written_in_many_ways(estate: Store):
    await record(estate, graph(), [EVERYTHING], 1.5)  # midnight of March 2
    for at in ("2026-03-02", "2026-03-02T00:00:00Z", "2026-03-02T05:30:00+05:30", "2026-03-02 00:00:00"):
        assert len(await estate.inventories.page(Selection(at=at))) == 0
    assert len(await estate.inventories.page(Selection(at="2026-03-01T23:59:59.999999Z"))) == 5


async def test_what_some_discoveries_saw(store: Store):
    first, _ = await record(store, graph(WEB, DB, links=[Link(WEB.id, DB.id, "uses")]), [seen()], 1)
    second, _ = await record(store, graph(BUCKET), [seen(account="p-1")], 2, source="gcp:project/p-1")
    third, _ = await record(store, graph(machine("web", state="stopped")), [seen()], 3)

    async def saw(*discoveries: str) -> dict[str, str | None]:
        found = await store.inventories.read(Selection(discoveries=discoveries))
        return {item.name: item.state for item in found.resources.values()}

    assert await saw(first) == {"web": "running", "db": "stopped"}
    assert await saw(second) == {BUCKET.name: None}
    assert await saw(third) == {"web": "stopped"}
    assert await saw(first, second) == {"web": "running", "db": "stopped", BUCKET.name: None}
    # Of two states the later; what the later look did not find was still seen by the first.
    assert await saw(third, first) == {"web": "stopped", "db": "stopped"}
    assert (await store.inventories.read(Selection(discoveries=(first,)))).links == [Link(WEB.id, DB.id, "uses")]
    assert (await store.inventories.read(Selection(discoveries=(third,)))).links == []
    latest = Selection(discoveries=(first, third), states=("running",))
    assert len(await store.inventories.page(latest)) == 0

    waiting = await store.discoveries.create("aws", LIVE, {})
    assert await saw(waiting) == {}
    for unknown in ("6f9619ff-8b86-d011-b42d-00c04fc964ff", "no uuid", ""):
        with pytest.raises(NotFound, match="no discovery"):
            await saw(unknown)


async def test_pages_are_in_the_order_of_ids_and_lose_nothing(store: Store):
    names = ["b", "B", "a", "Z", "ä", "-", "_", "1", "𝔸", "é", "aa", "a b"]
    items = [machine(name) for name in names]
    await record(store, graph(*items), [seen()], 1)
    found, cursor = [], None
    while True:
        page = await store.inventories.page(Selection(), limit=5, cursor=cursor)
        found += [item.id for item in page]
        cursor = page.next_cursor
        if cursor is None:
            break
        assert set(cursor) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert found == sorted(item.id for item in items)


CURSORS = {
    "no base64": "!!!!",
    "not ascii": "é",
    "no json": base64.urlsafe_b64encode(b"{").decode(),
    "no list": base64.urlsafe_b64encode(b'"a"').decode(),
    "too few": base64.urlsafe_b64encode(b"[]").decode(),
    "too many": base64.urlsafe_b64encode(b'["a","b"]').decode(),
    "wrong type": base64.urlsafe_b64encode(b"[1]").decode(),
    "null": base64.urlsafe_b64encode(b"[null]").decode(),
    "huge": base64.urlsafe_b64encode(json.dumps(["x" * 9000]).encode()).decode(),
    "empty": "",
}


async def test_a_cursor_that_is_none_is_refused(store: Store):
    for cursor in CURSORS.values():
        with pytest.raises(BadInput, match="cursor"):
            await store.inventories.page(Selection(), cursor=cursor)
        with pytest.raises(BadInput, match="cursor"):
            await store.discoveries.page(cursor=cursor)


async def test_a_limit_has_limits(store: Store):
    for limit in (0, -1, 1001):
        with pytest.raises(Invalid, match="limit"):
            await store.inventories.page(Selection(), limit=limit)


async def test_neighbours_come_nearest_first(estate: Store):
    async def near(key: str, **options: int) -> set[str]:
        return {item.name for item in (await estate.inventories.neighbours(key, **options)).resources.values()}

    assert await near(BUCKET.id, hops=0) == {BUCKET.name}
    assert await near(BUCKET.id) == {BUCKET.name, "web"}
    assert await near(BUCKET.id, hops=2) == {BUCKET.name, "web", "db", "sub"}
    assert await near(BUCKET.id, hops=20) == {BUCKET.name, "web", "db", "sub", "net"}
    assert await near(BUCKET.id, hops=20, limit=2) == {BUCKET.name, "web"}
    assert await near(NETWORK.id) == {"net", "sub"}
    links = (await estate.inventories.neighbours(WEB.id, hops=1)).links
    assert sorted(links) == sorted([LINKS[1], LINKS[2], LINKS[3], LINKS[4]])
    with pytest.raises(NotFound):
        await near("arn:nowhere")
    for wrong in ({"hops": -1}, {"hops": 21}, {"limit": 0}):
        with pytest.raises(Invalid):
            await near(WEB.id, **wrong)


async def test_containment_without_a_link_is_a_step_too(store: Store):
    await record(store, graph(SUBNET, WEB), [seen()], 1)
    assert set((await store.inventories.neighbours(WEB.id)).resources) == {WEB.id, SUBNET.id}
    assert set((await store.inventories.neighbours(SUBNET.id)).resources) == {WEB.id, SUBNET.id}


async def test_a_ring_of_parents_ends(store: Store):
    one, two = machine("one"), machine("two")
    ring = graph(
        machine("one", parent=two.id), machine("two", parent=one.id), machine("self", parent=machine("self").id)
    )
    await record(store, ring, [seen()], 1)
    assert set((await store.inventories.read(Selection(ids=(one.id,)))).resources) == {one.id, two.id}
    assert len((await store.inventories.neighbours(one.id, hops=20)).resources) == 2


async def test_the_details_of_a_resource(estate: Store):
    second, _ = await record(estate, ESTATE, [EVERYTHING], 2)
    found = await estate.inventories.detail(DB.id)
    assert found.resource == DB
    assert found.links == sorted([LINKS[2], Link(DB.id, "arn:nowhere", "uses", False), LINKS[3]])
    assert (found.source, found.first_seen_at, found.last_seen_at) == (LIVE, day(1), day(2))
    assert (found.first_discovery != second, found.last_discovery) == (True, second)
    for ask in (estate.inventories.get, estate.inventories.detail, estate.inventories.history):
        for unknown in ("arn:nowhere", "", "\x00", "\ud800", "x" * 100_000):
            with pytest.raises(NotFound, match="no resource"):
                await ask(unknown)


async def test_differences_in_words(estate: Store):
    after = graph(
        NETWORK, SUBNET, machine("web", parent=SUBNET.id, tags={"env": "test"}, state="stopped"), machine("new")
    )
    await record(estate, after, [EVERYTHING], 2)
    found = await estate.inventories.diff(instant(1), instant(2))
    assert [item.name for item in found.added] == ["new"]
    assert [item.name for item in found.removed] == [BUCKET.name, "db"]
    (changed,) = found.changed
    assert changed.fields == ("state", "tags.empty", "tags.env", "tags.owner")
    assert (changed.before, changed.after.state) == (WEB, "stopped")
    assert found.links_added == [] and len(found.links_removed) == 6
    assert Link(DB.id, "arn:nowhere", "uses", False) in found.links_removed
    back = await estate.inventories.diff(instant(2), instant(1))
    assert (back.added, back.removed) == (found.removed, found.added)


async def test_a_discovery_stands_for_the_moment_just_after_it(store: Store):
    one, _ = await record(store, graph(machine("web")), [seen()], 1)
    two, _ = await record(store, graph(machine("web", state="stopped"), machine("new")), [seen(count=2)], 1)
    await record(store, graph(), [seen(status="denied")], 2)
    inventories = store.inventories
    then, later = Selection(at=one), Selection(at=two)
    assert [item.state for item in (await inventories.read(then)).resources.values()] == ["running"]
    assert len((await inventories.read(later)).resources) == await inventories.count(later) == 2
    assert (await inventories.inventory(then)).coverage == [seen()], "what was seen until then"
    assert [(await store.exporting.freeze(each)).seq for each in (then, later)] == [1, 2]
    assert (await inventories.read(Selection(at=one, discoveries=(two,)))).resources == {}
    for word, error in (("6f9619ff-8b86-d011-b42d-00c04fc964ff", NotFound), ("last week", Invalid)):
        with pytest.raises(error):
            await inventories.inventory(Selection(at=word))


async def test_what_cannot_be_compared(store: Store):
    nobody = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    for word, error in (
        (nobody, NotFound),
        (nobody.replace("-", ""), NotFound),
        ("last week", Invalid),
        ("", Invalid),
    ):
        with pytest.raises(error):
            await store.inventories.diff(word, instant(1))
    waiting = await store.discoveries.create("aws", LIVE, {})
    with pytest.raises(NotFound, match="recorded nothing"):
        await store.inventories.diff(waiting, instant(1))


async def test_coverage_is_the_latest_of_each_scope_and_origin(store: Store):
    first, _ = await record(store, graph(), [seen(status="denied", permission="ec2:D"), seen("us-east-1")], 1)
    await record(store, graph(), [seen(count=0)], 2, source="file:x")
    denied = seen(status="denied", permission="ec2:D")
    assert await store.inventories.coverage() == [denied, seen(), seen("us-east-1")]
    await record(store, graph(), [seen()], 3)
    assert await store.inventories.coverage(["aws"]) == [seen(), seen(), seen("us-east-1")]
    assert await store.inventories.coverage(["gcp"]) == []
    assert await store.discoveries.coverage(first) == [denied, seen("us-east-1")]
    then = await store.inventories.inventory(Selection(at=instant(1)))
    assert then.coverage == [denied, seen("us-east-1")]


async def test_an_inventory_brings_coverage_and_problems_along(store: Store):
    first, _ = await record(store, graph(WEB), [seen(status="denied")], 1, problems=[Problem("a", "odd", "x.tf")])
    one = await store.inventories.inventory(Selection(discoveries=(first,)))
    assert (one.discovery.id, one.discovery.source) == (first, LIVE)
    assert (one.coverage, one.problems) == ([seen(status="denied")], [Problem("a", "odd", "x.tf")])
    await record(store, graph(BUCKET), [seen("europe-west1", "gcp.storage.bucket")], 2, source="gcp:p")
    both = await store.inventories.inventory(Selection())
    assert (both.discovery.id, both.discovery.source, both.discovery.started_at) == ("", "store", instant(1))
    assert len(both.coverage) == 2
    part = await store.inventories.inventory(Selection(types=("gcp.*",)))
    assert [entry.type for entry in part.coverage] == ["gcp.storage.bucket"]
    # Of what was picked by name nobody may conclude that the rest is gone.
    named = await store.inventories.inventory(Selection(text="web"))
    assert {entry.status for entry in named.coverage} == {"denied", "skipped"}


async def test_the_data_version_grows_with_every_record(store: Store):
    assert await store.inventories.data_version() == 0
    await record(store, graph(), [], 1)
    await record(store, graph(), [], 1)
    assert await store.inventories.data_version() == 2
