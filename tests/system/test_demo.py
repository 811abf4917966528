"""The demo as the store holds it: what was not looked at is neither gone nor new, and history has every state."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cloudviz.inventory.select import Selection
from cloudviz.jobs.demo import load_demo
from cloudviz.store import Store, migrate, open_store

ORDERS_TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
WRITER = "arn:aws:rds:us-east-1:123456789012:db:orders-db-writer"
FIRST, SECOND, THIRD = "2026-11-10T06:00:00Z", "2026-11-17T06:00:00Z", "2026-11-24T06:00:00Z"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'demo.sqlite3'}"
    await migrate(url)
    opened = await open_store(url)
    await load_demo(opened)
    yield opened
    await opened.close()


async def names_at(store: Store, instant: str) -> dict[str, str]:
    graph = await store.inventories.read(Selection(at=instant))
    return {key: item.name for key, item in graph.resources.items()}


async def test_a_denied_service_makes_nothing_gone_and_then_nothing_new(store: Store):
    looks = [await names_at(store, instant) for instant in (FIRST, SECOND, THIRD)]
    assert all(ORDERS_TABLE in look for look in looks)
    versions = await store.inventories.history(ORDERS_TABLE)
    assert len(versions) == 1  # one state, held through the look that was denied
    changed = await store.inventories.diff(SECOND, THIRD)
    assert "orders" not in {item.name for item in changed.added if item.type == "aws.dynamodb.table"}
    assert ORDERS_TABLE not in {item.id for item in changed.removed}


async def test_what_went_is_gone_and_stays_in_its_history(store: Store):
    looks = [set((await names_at(store, instant)).values()) for instant in (FIRST, SECOND, THIRD)]
    assert ["legacy-reports" in look for look in looks] == [True, False, False]
    assert ["legacy-mysql" in look for look in looks] == [True, True, False]
    assert ["loyalty-points" in look for look in looks] == [False, False, True]


async def test_a_resized_database_has_a_version_for_each_size(store: Store):
    versions = await store.inventories.history(WRITER)
    sizes = [version.resource.properties["size"] for version in versions]
    assert sorted(sizes) == ["db.r6g.large", "db.r6g.xlarge"]


async def test_the_gap_of_the_second_look_is_part_of_its_discovery(store: Store):
    page = await store.discoveries.page(limit=50)
    assert len(page.items) == 9  # three clouds, three looks
    partial = [discovery for discovery in page.items if discovery.status == "partial"]
    assert [discovery.provider for discovery in partial] == ["aws"]
    gaps = [entry for entry in await store.discoveries.coverage(partial[0].id) if entry.status == "denied"]
    assert [(gap.region, gap.permission) for gap in gaps] == [("us-east-1", "dynamodb:ListTables")]
