"""PostgreSQL goes away and comes back: it is said in words meanwhile, and nobody has to restart anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from tests.servers import PostgresServer, postgres
from tests.store.estates import graph, machine, record, seen

from cloudviz.errors import Unavailable
from cloudviz.inventory.select import Selection
from cloudviz.runtime.settings import StoreSettings
from cloudviz.store import migrate, open_store

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of its own, since it is killed."""
    with postgres() as started:
        yield started


async def checkpoint(url: str) -> None:
    """Bring everything to the server's disk."""
    connection = await asyncpg.connect(url)
    await connection.execute("CHECKPOINT")
    await connection.close()


@pytest.mark.parametrize("way", ["fast", "kill -9"])
async def test_a_server_that_is_back_is_used_at_once(server: PostgresServer, way: str):
    url = server.url()
    await migrate(url)
    async with await open_store(url) as store:
        await record(store, graph(machine("web")), [seen()], 1)
        # The tests' servers commit without waiting for the disk, and this one is about to be killed.
        await checkpoint(url)
        # Several connections in the pool, all of which are dead afterwards.
        await asyncio.gather(*(store.inventories.count(Selection()) for _ in range(5)))
        await asyncio.to_thread(server.kill if way == "kill -9" else server.down)
        try:
            for _ in range(3):
                with pytest.raises(Unavailable) as refused:
                    await store.inventories.count(Selection())
                assert refused.value.retry_after and "127.0.0.1" in refused.value.detail
            with pytest.raises(Unavailable):
                await store.jobs.enqueue("draw", {})
        finally:
            await asyncio.to_thread(server.start)
        # The first request of each kind after it answers again: no waiting for a time-out of ours.
        assert await store.inventories.count(Selection()) == 1
        assert (await store.jobs.enqueue("draw", {})).status == "queued"
        assert store.pool().at_work == 0


async def test_who_finds_no_connection_free_is_told_to_come_again(server: PostgresServer):
    url = server.url()
    await migrate(url)
    settings = StoreSettings(pool_size=1, pool_overflow=0, acquire_seconds=0.1)
    async with await open_store(url, settings) as store:
        async with store._database.reading():
            assert (store.pool().at_work, store.pool().most) == (1, 1)
            with pytest.raises(Unavailable, match="every connection of this process") as refused:
                await store.people.count()
            assert refused.value.retry_after
        assert await store.people.count() == 0


async def test_a_statement_and_an_idle_transaction_are_ended(server: PostgresServer):
    url = server.url()
    await migrate(url)
    async with await open_store(url, StoreSettings(statement_seconds=1)) as store:
        with pytest.raises(Unavailable, match="took too long"):
            async with store._database.reading() as connection:
                await connection.exec_driver_sql("SELECT pg_sleep(60)")
        assert await store.people.count() == 0
    async with await open_store(url, StoreSettings(idle_seconds=2)) as store:
        with pytest.raises(Unavailable):
            async with store._database.writing() as connection:
                await connection.exec_driver_sql("SELECT 1")
                await asyncio.sleep(4)
                await connection.exec_driver_sql("SELECT 1")
        assert await store.people.count() == 0
