"""Discoveries, diagrams and the audit: rows that are written, paged and found again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cloudviz.errors import Invalid, NotFound
from cloudviz.store import AuditEntry, DiscoveryStatus, Store

NOBODY = "6f9619ff-8b86-d011-b42d-00c04fc964ff"


async def test_a_discovery_from_beginning_to_end(store: Store):
    key = await store.discoveries.create("aws", "aws:profile/prod", {"regions": ["eu-west-1"], "n\x00": None})
    made = await store.discoveries.get(key.upper())
    assert (made.id, made.status, made.provider, made.source) == (key, "pending", "aws", "aws:profile/prod")
    assert made.request == {"regions": ["eu-west-1"], "n\ufffd": None}
    assert (made.progress, made.changes, made.completed_at, made.seen_at) == ({}, None, None, None)

    await store.discoveries.start(key)
    await store.discoveries.progress(key, {"done": 1, "total": 4})
    running = await store.discoveries.get(key)
    assert (running.status, running.progress) == ("running", {"done": 1, "total": 4})
    assert running.created_at is not None and running.started_at is not None

    await store.discoveries.finish(key, DiscoveryStatus.PARTIAL)
    ended = await store.discoveries.get(key)
    assert ended.status == "partial" and ended.completed_at is not None
    assert await store.discoveries.coverage(key) == await store.discoveries.problems(key) == []


async def test_discoveries_are_listed_newest_first(store: Store):
    made = [await store.discoveries.create("gcp" if n % 2 else "aws", "s", {}) for n in range(5)]
    await store.discoveries.finish(made[1], "completed")
    first = await store.discoveries.page(limit=3)
    second = await store.discoveries.page(limit=3, cursor=first.next_cursor)
    assert [each.id for each in [*first, *second]] == made[::-1]
    assert [each.id for each in await store.discoveries.page(provider="gcp")] == [made[3], made[1]]
    assert [each.id for each in await store.discoveries.page(provider="gcp", status="completed")] == [made[1]]
    assert await store.discoveries.counts() == {
        ("aws", "pending"): 3,
        ("gcp", "completed"): 1,
        ("gcp", "pending"): 1,
    }


async def test_discoveries_that_are_not_there(store: Store):
    for key in (NOBODY, "no uuid", "", "\x00", "{" + NOBODY):
        for wrong in (
            store.discoveries.get(key),
            store.discoveries.start(key),
            store.discoveries.progress(key, {}),
            store.discoveries.finish(key, "failed"),
            store.discoveries.coverage(key),
            store.discoveries.problems(key),
        ):
            with pytest.raises(NotFound, match="no discovery"):
                await wrong
    key = await store.discoveries.create("aws", "s", {})
    for status in ("running", "done", ""):
        with pytest.raises(Invalid, match="no final status"):
            await store.discoveries.finish(key, status)


async def test_diagrams(store: Store):
    discovery = await store.discoveries.create("aws", "s", {})
    scene = bytes(range(256)) * 1000
    key = await store.diagrams.save(
        [discovery], "flowchart TD\n a[\x00]", "enterprise", "grid", {"nodes": 3}, scene, {"max_nodes": 5}
    )
    found = await store.diagrams.get(key)
    assert (found.discovery_ids, found.mermaid_code) == ((discovery,), "flowchart TD\n a[\ufffd]")
    assert (found.theme, found.layout, found.metadata) == ("enterprise", "grid", {"nodes": 3})
    assert (found.options, found.scene) == ({"max_nodes": 5}, scene)

    second = await store.diagrams.save([], "", "t", "l", {}, None, {})
    page = await store.diagrams.page()
    assert [each.id for each in page] == [second, key]
    assert page.items[1].scene is None, "a list carries no scenes"
    assert (await store.diagrams.get(second)).discovery_ids == ()
    assert [each.id for each in await store.diagrams.page(limit=1)] == [second]
    for wrong in (NOBODY, "x", ""):
        with pytest.raises(NotFound, match="no diagram"):
            await store.diagrams.get(wrong)
    with pytest.raises(NotFound, match="no discovery"):
        await store.diagrams.save(["no uuid"], "", "t", "l", {}, None, {})


async def test_the_audit(store: Store):
    await store.audit.append("ann", "login", "session/1", {"ok": True}, "192.0.2.1")
    await store.audit.append("bob\x00", "delete", "user/ann", {"why": "\ud800"})
    await store.audit.append("ann", "delete", "x" * 9000, {})
    first = await store.audit.page(limit=2)
    second = await store.audit.page(limit=2, cursor=first.next_cursor)
    assert [each.actor for each in [*first, *second]] == ["ann", "bob\ufffd", "ann"]
    oldest = second.items[0]
    assert (oldest.action, oldest.target, oldest.detail) == ("login", "session/1", {"ok": True})
    assert oldest.address == "192.0.2.1" and oldest.at.tzinfo is not None
    assert len(await store.audit.page(actor="ann")) == 2
    assert len(await store.audit.page(actor="ann", action="delete")) == 1
    assert len(await store.audit.page(actor="bob\x00")) == 1


async def test_audit_entries_in_a_batch_keep_their_order_and_their_times(store: Store):
    at = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
    entries = [
        AuditEntry(at, f"ann{n}", "api.read", "/resources\x00", "192.0.2.1", {"status": 200, "n": n})
        for n in range(3)
    ]
    await store.audit.append_many(entries)
    await store.audit.append_many([])
    found = (await store.audit.page()).items
    assert [(each.actor, each.at, each.detail["n"]) for each in found] == [(f"ann{n}", at, n) for n in (2, 1, 0)]
    assert {each.address for each in found} == {"192.0.2.1"}
