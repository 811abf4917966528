"""Search by any part of a name, id, tag or address, and the counts of all values; both as Python has them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.store.estates import graph, instant, machine, record, seen

from cloudviz.inventory.model import Resource
from cloudviz.inventory.select import Selection, search_text
from cloudviz.store import Store, search_index

WEB = machine(
    "Web-Ä1",
    tags={"env": "Prod", "100%_sure": 'O\'Brien "x"'},
    properties={
        "private_ip": "10.20.30.40",
        "net": {"ranges": ["192.168.0.0/16", "2001:db8::/32"]},
        "port": "443",
    },
)
DB = machine("db", tags={"env": "dev"}, properties={"private_ip": "10.20.30.41", "note": "see 10.20.30.40"})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("web", [WEB]),
        ("ä1", [WEB]),
        ("INSTANCE/DB", [DB]),
        ("env=prod", [WEB]),
        ("env=", [DB, WEB]),
        ('100%_sure=o\'brien "x"', [WEB]),
        ("10.20.30.40", [WEB]),
        ("10.20.30.4", [DB, WEB]),
        ("192.168.0.0/16", [WEB]),
        ("2001:DB8::", [WEB]),
        ("%", [WEB]),
        ("_", [WEB]),
        ('"', [WEB]),
        ('x"', [WEB]),
        ('" OR "', []),
        ("web*", []),
        ("443", []),
        ("nowhere", []),
        ("i", [DB, WEB]),
        ("zz\x1fzz", []),
    ],
)
async def test_what_a_search_finds(store: Store, words: str, found: list[Resource]):
    await record(store, graph(WEB, DB), [seen()], 1)
    asked = Selection(text=words)
    wanted = sorted(item.id for item in found)
    assert [item.id for item in await store.inventories.page(asked)] == wanted
    assert sorted(item.id for item in (WEB, DB) if asked.matches(item)) == wanted
    # The past is searched alike, without an index.
    past = replace(asked, at=instant(1.2))
    assert [item.id for item in await store.inventories.page(past)] == wanted


async def test_the_index_follows_what_changes_and_goes(store: Store):
    await record(store, graph(WEB, DB), [seen()], 1)
    moved = replace(WEB, properties={"private_ip": "10.99.99.99"})
    await record(store, graph(moved), [seen()], 2)
    page = store.inventories.page
    assert (await page(Selection(text="10.20.30."))).items == []
    assert [item.id for item in await page(Selection(text="10.99.99"))] == [WEB.id]
    await record(store, graph(), [seen()], 3)
    assert (await page(Selection(text="10.99.99"))).items == (await page(Selection(text="web"))).items == []


async def test_the_index_holds_what_is_there_and_nothing_else(store: Store):
    """What is last is deleted and inserted anew, so that SQLite gives out its row number again."""
    random = Random(4)
    for day in range(1, 9):
        items = [machine(f"m{number:03}", state=random.choice("ab")) for number in range(random.randrange(1, 60))]
        await record(store, graph(*items), [seen()], day)
        found = await store.inventories.page(Selection(text="m00"), limit=100)
        assert [each.id for each in found.items] == [each.id for each in items[:10]]
    if not store._database.is_postgres:
        async with store._database.writing() as connection:
            check = "INSERT INTO search_resources (search_resources, rank) VALUES ('integrity-check', 1)"
            await connection.exec_driver_sql(check)  # raises where index and rows differ


async def test_many_hits_come_in_pages_that_miss_none(store: Store, monkeypatch: pytest.MonkeyPatch):
    items = [machine(f"m{number:04}", tags={"half": str(number % 2)}) for number in range(300)]
    await record(store, graph(*items), [seen()], 1)
    # By the index, by the index where those that come next are not enough, and in order until the page is full.
    for few, many in ((5000, 5000), (10, 5000), (10, 20)):
        monkeypatch.setattr("cloudviz.store.selecting.FEW", few)
        monkeypatch.setattr("cloudviz.store.selecting.MANY", many)
        met: list[str] = []
        cursor: str | None = None
        while True:
            page = await store.inventories.page(Selection(text="half=1"), limit=7, cursor=cursor)
            met += [item.id for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert met == sorted(item.id for item in items if item.tags["half"] == "1")


async def test_the_index_is_asked_for_what_tells_resources_apart(store: Store, monkeypatch: pytest.MonkeyPatch):
    """And what it finds by a part of the words is still looked at for all of them."""
    items = [
        machine(f"m{number:04}", tags={"owner": f"team-{number % 50}", "also": f"x-{number % 7}y"})
        for number in range(600)
    ]
    items.append(machine("odd", tags={"coowner": "xteam-23", "also": "x-9y"}))
    await record(store, graph(*items), [seen()], 1)
    database = store._database
    monkeypatch.setattr("cloudviz.store.selecting.FEW", 3)
    monkeypatch.setattr(search_index, "SAMPLE_SECONDS", 0.0)
    async with database.reading() as connection:

        async def part(words: str) -> str:
            known = search_index.for_postgres(words) if database.is_postgres else words
            return await search_index.telling_part(database, connection, known)

        dash = "J" if database.is_postgres else "-"
        assert await part("owner=team-23") in (f"m{dash}23", f"{dash}23")
        assert await part("x-6y") == f"x{dash}6y"
        assert await part("team-") == f"team{dash}"  # all of it is everywhere: nothing is left out
        assert await part("nothing") == "nothing"
    for words in (
        "owner=team-23",
        "owner=team-4",
        "also=x-6y",
        "er=team-2",
        "er=xteam-23",
        "owner=team-5",
        "team-",
    ):
        asked = Selection(text=words)
        wanted = sorted(item.id for item in items if asked.matches(item))
        found = await store.inventories.page(asked, limit=1000)
        assert [item.id for item in found.items] == wanted, words
        assert await store.inventories.count(asked) == len(wanted)


async def test_the_plan_of_a_search_uses_the_index(store: Store):
    await record(store, graph(*(machine(f"m{number:05}") for number in range(3000))), [seen()], 1)
    database = store._database
    async with database.writing() as connection:
        if database.is_postgres:
            # Of so few rows all are read sooner; that the index can serve is what is asked here.
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            await connection.execute(text("SET LOCAL enable_indexscan = off"))
            plan = "EXPLAIN SELECT id FROM resources WHERE search LIKE '%m02999%' ORDER BY id LIMIT 51"
        else:
            plan = (
                "EXPLAIN QUERY PLAN SELECT rowid FROM search_resources WHERE search_resources MATCH '\"m02999\"'"
            )
        told = " ".join(str(row) for row in await connection.execute(text(plan)))
    assert ("search_resources" in told) and ("VIRTUAL TABLE INDEX" in told or "Bitmap Index Scan" in told), told


async def ids_of(store: Store) -> list[str]:
    return [each.id for each in (await store.inventories.page(Selection(), limit=100)).items]


async def counted(store: Store, selection: Selection = Selection()) -> dict[str, dict[str, int]]:  # noqa: B008
    """The facets, counted one by one."""
    found: dict[str, Counter[str]] = {
        name: Counter() for name in ("provider", "type", "region", "account", "state")
    }
    for item in filter(selection.matches, (await store.inventories.read(Selection())).resources.values()):
        for name, counter in found.items():
            counter[getattr(item, name) or ""] += 1
    return {name: dict(sorted(counter.items())) for name, counter in found.items()}


STATES = st.sampled_from([None, "running", "stopped", "O'x"])
LOOKS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcd"), STATES), st.sampled_from(["seen", "denied"]), st.booleans()
    ),
    min_size=1,
    max_size=5,
)


@given(LOOKS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_counts_that_are_kept_are_those_there_are(store: Store, looks):
    day = (await store.inventories.data_version()) + 1
    for number, (machines, status, is_file) in enumerate(looks):
        items = [machine(name, state=state, region=f"r-{name}") for name, state in machines.items()]
        covered = [seen(f"r-{name}", status=status) for name in "abcd"]
        source = "file:x.tfstate" if is_file else "aws:profile/prod"
        await record(store, graph(*items), covered, day + number, source=source)
        assert await store.inventories.facets(Selection()) == await counted(store)
    for some in (
        Selection(regions=("r-a", "r-b")),
        Selection(states=("", "O'x"), types=("aws.*",)),
        Selection(providers=("aws",), accounts=("nobody",)),
    ):  # what is kept by scope, and the same counted one by one
        assert await store.inventories.facets(some) == await counted(store, some)
        assert await store.inventories.facets(replace(some, ids=tuple(await ids_of(store)))) == await counted(
            store, some
        )


async def test_a_vacuumed_file_is_searched_as_before(store: Store):
    """The index points to row numbers. SQLite promises to keep those that are a column, no others."""
    await record(store, graph(*(machine(f"m{n:03}") for n in range(200))), [seen()], 1)
    kept = [machine(f"m{n:03}") for n in range(0, 200, 7)]
    await record(store, graph(*kept), [seen()], 2)  # gaps, which a vacuum would close
    async with store._database._engine.connect() as connection:
        raw = await connection.get_raw_connection()
        if store._database.is_postgres:
            await raw.driver_connection.execute("VACUUM FULL resources")
        else:
            await raw.driver_connection.execute("VACUUM")
            numbered = "SELECT name, type FROM pragma_table_info('resources') WHERE pk = 1"
            assert (await connection.exec_driver_sql(numbered)).all() == [("search_resources_row", "INTEGER")]
    for each in kept:
        page = await store.inventories.page(Selection(text=each.name))
        assert [item.id for item in page.items] == [each.id]
    _, changes = await record(store, graph(*kept[1:], machine("new one")), [seen()], 3)
    assert (changes.added, changes.removed) == (1, 1)
    assert not (await store.inventories.page(Selection(text=kept[0].name))).items
    assert [each.name for each in (await store.inventories.page(Selection(text="new one"))).items] == ["new one"]


def test_what_is_no_address_is_not_searched_as_one():
    item = machine(
        "x", properties={"a": "1.2.3", "b": "10:30", "c": "fe80::1", "10.0.0.1": "key", "d": {"e": "::1"}}
    )
    assert search_text(item).split("\x1f")[2:] == ["fe80::1", "::1"]
