"""The audit's chain: exact under writers side by side, and broken by every way to tamper with it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text

from cloudviz.store import Access, AuditEntry, Store, open_store
from cloudviz.store.chain import GENESIS, Head, entry_hash

AT = datetime(2026, 11, 24, 8, 0, 0, 5, tzinfo=UTC)


async def fill(store: Store, count: int = 6) -> None:
    await store.audit.append_many(
        [AuditEntry(AT + timedelta(seconds=n), "ann", "api.read", f"/resources/{n}", "192.0.2.1", {"n": n})
         for n in range(count)]
    )  # fmt: skip


async def tamper(store: Store, *statements: str) -> None:
    """What somebody with the database's password can do."""
    async with store._database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def kinds(store: Store, witnesses: Iterable[Head] = ()) -> list[str]:
    return [each.kind for each in (await store.audit.verify(tuple(witnesses))).faults]


def test_what_is_hashed_is_fixed_for_ever():
    """A chain of this release must verify in every later one: bytes by hand, not by the function under test."""
    canonical = (
        b'{"action":"login","actor":"ann","address":"192.0.2.1","at":"2026-11-24T08:00:00.000005Z",'
        b'"detail":{"a":1.5,"b":[null,"\xc3\xa9"]},"seq":1,"target":"x"}'
    )
    assert sha256(b"cloudviz audit 1").hexdigest() == GENESIS
    made = entry_hash(GENESIS, 1, AT, "ann", "login", "x", "192.0.2.1", {"b": [None, "é"], "a": 1.5})
    assert made == sha256(GENESIS.encode() + b"\n" + canonical).hexdigest()


async def test_an_untouched_chain_holds(store: Store):
    assert (await store.audit.verify()).holds, "an empty one too"
    await fill(store)
    hostile = {
        "t": "\ud800\x00",
        "big": 2**80,
        "f": [0.1, 1e16, 1e-7, -0.0, 1e300],
        "u": "‮😀",
        "n": {"z": 1, "a": {}},
    }
    await store.audit.append("b\x00b", "a", "x" * 9000, hostile, "::1")
    report = await store.audit.verify([await store.audit.head()])
    assert report.holds, report.faults
    assert (report.entries, report.head.seq, report.first) == (7, 7, 0)


async def test_accesses_are_chained_as_any_entry_is(store: Store):
    """They are written as bytes of their own making: the chain, and who reads, must see no difference."""
    await fill(store, 2)
    at = AT.timestamp()
    hostile = '/resources/"\\\\N\\t\t\n\r<b>\u202e😀\ud800\x00'
    accesses: list[Access] = [
        (at, "ann", "GET", "/resources", "/resources", 200, 0.01234, "192.0.2.1", "ab01"),
        (at + 0.999_999, "ann", "GET", "/resources", "/resources", 200, 0.0, "192.0.2.1", "ab02"),
        (at + 1, "", "POST", hostile + "x" * 9000, "(none)", 401, 12.0, "", 'a"\\\n\x00é'),
        *((at + n, "b\\\tb", "HEAD", "/jobs", "/jobs", 304, n / 7, "::1", f"x.{n}") for n in range(450)),
    ]
    await store.audit.append_accesses(accesses)
    await fill(store, 1)
    report = await store.audit.verify([await store.audit.head()])
    assert report.holds, report.faults[:3]
    assert report.entries == 456
    first = (await store.audit.page(target="/resources")).items[-1]
    assert (first.actor, first.action, first.address) == ("ann", "api.read", "192.0.2.1")
    assert first.at == AT
    assert first.detail == {
        "method": "GET", "ms": 12.3, "request_id": "ab01", "route": "/resources", "status": 200,
    }  # fmt: skip
    [odd] = [each for each in (await store.audit.page(actor="")).items if each.action == "api.write"]
    assert odd.target.startswith('/resources/"\\\\N\\t\t\n\r<b>\u202e😀\ufffd\ufffdx')
    assert odd.detail["request_id"] == 'a"\\\n\ufffdé'
    assert (await store.audit.page(actor="b\\\tb", limit=1)).items[0].target == "/jobs"


async def test_writers_side_by_side_leave_no_gap(url: str):
    """Two stores stand for two processes: single entries and batches, all at once."""
    async with await open_store(url) as one, await open_store(url) as two:

        async def write(store: Store, who: str) -> None:
            for n in range(10):
                if n % 2:
                    await store.audit.append(who, "single", str(n), {})
                else:
                    await store.audit.append_many([AuditEntry(AT, who, "batch", str(n)) for _ in range(3)])

        await asyncio.gather(*(write(store, f"w{n}") for n, store in enumerate((one, two, one, two))))
        report = await two.audit.verify()
        assert report.holds, report.faults
        assert report.entries == report.head.seq == 4 * (5 + 15)


TAMPERING: dict[str, tuple[str, list[str]]] = {
    "edit": ("UPDATE audit SET actor = 'bob' WHERE seq = 3", ["changed"]),
    "edit of the detail": ("UPDATE audit SET detail = '{\"n\": 99}' WHERE seq = 3", ["changed"]),
    "edit of the time": ("UPDATE audit SET at = (SELECT at FROM audit WHERE seq = 1) WHERE seq = 3", ["changed"]),
    "edit with a hash of its own": (f"UPDATE audit SET actor = 'bob', hash = '{'0' * 64}' WHERE seq = 3",
                                    ["changed", "changed"]),
    "delete": ("DELETE FROM audit WHERE seq = 3", ["missing"]),
    "delete of the first": ("DELETE FROM audit WHERE seq <= 2", ["missing"]),
    "truncate": ("DELETE FROM audit WHERE seq > 4", ["truncated"]),
    "truncate all": ("DELETE FROM audit", ["truncated"]),
    "insert without a number": ("INSERT INTO audit (actor, action) VALUES ('eve', 'x')", ["foreign"]),
    "insert at the end": (f"INSERT INTO audit (actor, action, seq, hash) VALUES ('eve', 'x', 7, '{'0' * 64}')",
                          ["changed", "foreign"]),
    "insert before the beginning": (f"INSERT INTO audit (actor, seq, hash) VALUES ('e', 0, '{'0' * 64}')",
                                    ["foreign"]),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
async def test_tampering_is_found(store: Store, how: str):
    await fill(store)
    statement, expected = TAMPERING[how]
    await tamper(store, statement)
    assert await kinds(store) == expected


async def test_reordering_is_found(store: Store):
    """Two entries change places, hashes and all; in the middle and at the end."""
    for one, other in ((2, 3), (5, 6)):
        await tamper(store, "DELETE FROM audit", f"UPDATE audit_heads SET seq = 0, hash = '{GENESIS}'")
        await fill(store)
        await tamper(
            store,
            f"UPDATE audit SET seq = 1000 WHERE seq = {one}",
            f"UPDATE audit SET seq = {one} WHERE seq = {other}",
            f"UPDATE audit SET seq = {other} WHERE seq = 1000",
        )
        assert "changed" in await kinds(store)
        assert not (await store.audit.verify()).holds


async def test_a_head_that_was_set_back_is_found_by_what_was_noted_elsewhere(store: Store):
    await fill(store)
    noted = await store.audit.head()
    shorter = (await store.audit.verify()).head
    assert noted == shorter == Head(6, noted.hash)
    await tamper(
        store,
        "UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4) WHERE name = 'end'",
        "DELETE FROM audit WHERE seq > 4",
    )
    assert await kinds(store) == [], "the database alone does not know"
    assert await kinds(store, [noted]) == ["truncated"]
    await fill(store, 4)  # written over with something else
    assert await kinds(store, [noted]) == ["replaced"]


async def test_a_chain_without_heads_does_not_hold(store: Store):
    await fill(store)
    await tamper(store, "DELETE FROM audit_heads")
    assert not (await store.audit.verify()).holds


async def test_retention_cuts_the_beginning_and_leaves_a_chain(store: Store):
    await fill(store)
    noted = await store.audit.head()
    assert await store.audit.prune(AT) == 0
    assert await store.audit.prune(AT + timedelta(seconds=3)) == 3
    report = await store.audit.verify([noted])
    assert report.holds, report.faults
    assert (report.first, report.entries) == (3, 3)
    await tamper(store, "DELETE FROM audit WHERE seq = 4")
    assert await kinds(store) == ["missing"]
    assert await store.audit.prune(AT + timedelta(days=1)) == 2
    await fill(store, 1)
    assert (await store.audit.head()).seq == 7


async def test_faults_are_counted_and_not_all_told(store: Store):
    await fill(store, 300)
    await tamper(store, "UPDATE audit SET actor = 'bob'")
    report = await store.audit.verify()
    assert (report.fault_count, len(report.faults)) == (300, 100)


async def test_filters(store: Store):
    await fill(store)
    found = await store.audit.page(since=AT + timedelta(seconds=2), until=AT + timedelta(seconds=4))
    assert [each.detail["n"] for each in found] == [3, 2]
    assert len(await store.audit.page(target="/resources/1")) == 1
    assert len(await store.audit.page(address="192.0.2.1")) == 6
    assert len(await store.audit.page(address="192.0.2.9")) == 0


def test_entries_from_before_the_chain_are_taken_into_it(tmp_path: Any):
    """A database of the release before: its entries are chained by the migration, in their order."""
    from alembic import command

    from cloudviz.store import migrate
    from cloudviz.store.schema import _config

    path = tmp_path / "old.db"
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "2026_11_24_stated_links")
    engine.dispose()
    with sqlite3.connect(path) as plain:
        for n in range(3):
            plain.execute(
                "INSERT INTO audit (at, actor, action, detail) VALUES (?, ?, 'x', ?)",
                (f"2026-11-24T08:00:0{n}.000000Z", f"p{n}", None if n else '{"a": 1}'),
            )
    plain.close()

    async def look() -> None:
        await migrate(f"sqlite:///{path}")
        async with await open_store(f"sqlite:///{path}") as store:
            await store.audit.append("new", "x", "", {})
            report = await store.audit.verify()
            assert report.holds, report.faults
            assert report.entries == 4

    asyncio.run(look())
