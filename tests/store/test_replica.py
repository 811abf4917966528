"""Reads from a real streaming replica: who wrote reads what he wrote, and nobody notices that it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from tests.servers import PostgresReplica, PostgresServer, postgres, redis
from tests.store.estates import graph, machine, record, seen

from cloudviz.errors import BadInput
from cloudviz.inventory.select import Selection
from cloudviz.runtime.redis.client import Redis, open_redis
from cloudviz.runtime.settings import StoreSettings
from cloudviz.store import Store, migrate, open_store, replica

pytestmark = pytest.mark.postgres


@pytest.fixture
def servers() -> Iterator[tuple[PostgresServer, PostgresReplica]]:
    with postgres() as primary:
        follower = PostgresReplica(primary)
        try:
            yield primary, follower
        finally:
            follower.stop()


async def asked_replica(store: Store) -> bool:
    """Whether a read of the inventory is answered by the replica."""
    async with store._database.reading(from_replica=True) as connection:
        return bool((await connection.exec_driver_sql("SELECT pg_is_in_recovery()")).scalar())


async def pause(follower_url: str, *, resume: bool = False) -> None:
    """Let the replica receive and not replay."""
    connection = await asyncpg.connect(follower_url)
    await connection.execute(f"SELECT pg_wal_replay_{'resume' if resume else 'pause'}()")
    await connection.close()


async def test_reads_of_a_replica(
    servers: tuple[PostgresServer, PostgresReplica], monkeypatch: pytest.MonkeyPatch
):
    primary, follower = servers
    monkeypatch.setattr(replica, "AWAY_SECONDS", 0.0)
    url = primary.url()
    await migrate(url)
    there = follower.url_like(url)
    settings = StoreSettings(replica_wait_seconds=5)
    async with await open_store(url, settings, replica_url=there) as store:
        # What was written is read, from the replica: the read waits until it is there.
        for number in range(20):
            await record(store, graph(*(machine(f"m{n}") for n in range(number + 1))), [seen()], number + 1)
            assert await store.inventories.count(Selection()) == number + 1
            assert await asked_replica(store)
        # Who may do what is asked of the primary.
        async with store._database.reading() as connection:
            assert not (await connection.exec_driver_sql("SELECT pg_is_in_recovery()")).scalar()

    settings = StoreSettings(replica_wait_seconds=0.05, replica_lag_seconds=1000)
    async with await open_store(url, settings, replica_url=there) as store:
        await pause(there)
        assert await store.inventories.count(Selection()) == 20
        with replica.as_session("anna"):
            await record(store, graph(), [seen()], 40)
            # The replica does not know it yet: the primary answers.
            assert not await asked_replica(store)
            assert await store.inventories.count(Selection()) == 0
            assert store.pool().replica == "is behind what was just written"
        await pause(there, resume=True)
        async with asyncio.timeout(30):
            while not await asked_replica(store):
                await asyncio.sleep(0.05)
        assert await store.inventories.count(Selection()) == 0

    await across_processes(url, there)
    settings = StoreSettings(replica_wait_seconds=0.05, replica_lag_seconds=0.2)
    async with await open_store(url, settings, replica_url=there) as store:
        # Too far behind is as good as away.
        await pause(there)
        await record(store, graph(machine("web")), [seen()], 50)
        await asyncio.sleep(1)
        assert await store.inventories.count(Selection()) == 1
        assert "behind" in store.pool().replica
        await pause(there, resume=True)
        async with asyncio.timeout(30):
            while not await asked_replica(store):
                await asyncio.sleep(0.05)
        # Away: the primary answers, reads and writes.
        await asyncio.to_thread(follower.kill)
        assert await store.inventories.count(Selection()) == 1
        assert "cannot be reached" in store.pool().replica
        await asyncio.to_thread(follower.start)
        async with asyncio.timeout(30):
            while not await asked_replica(store):
                await asyncio.sleep(0.05)

    # The primary dies and the replica takes its place; the URL names both, the driver finds who may be written.
    name = url.rpartition("/")[2]
    both = (
        f"postgresql://{primary.user}:open%20sesame%2F%3A%40@/{name}?host=127.0.0.1,127.0.0.1"
        f"&port={primary.port},{follower.port}&target_session_attrs=read-write"
    )
    async with await open_store(both, StoreSettings(), replica_url=there) as store:
        assert await asked_replica(store)
        await asyncio.to_thread(primary.kill)
        await asyncio.to_thread(follower.promote)
        async with asyncio.timeout(30):
            while True:
                try:
                    _, changes = await record(store, graph(machine("web"), machine("new")), [seen()], 60)
                    break
                except Exception as error:  # for as long as nobody is primary
                    assert type(error).__name__ == "Unavailable", error
                    await asyncio.sleep(0.1)
        assert changes.added == 1 and await store.inventories.count(Selection()) == 2
        assert store.pool().replica == "was promoted and follows nobody"


async def across_processes(url: str, there: str) -> None:
    """Three processes, two of which share a Redis, and a replica that does not get on."""
    settings = StoreSettings(replica_wait_seconds=0.05, replica_lag_seconds=1000)
    with redis() as server:
        marks, more = await open_redis(server.url), await open_redis(server.url)
        async with (
            await open_store(url, settings, replica_url=there) as one,
            await open_store(url, settings, replica_url=there) as two,
            await open_store(url, settings, replica_url=there) as alone,
        ):
            one.mark_writes(marks)
            two.mark_writes(more)
            for store in (one, two, alone):
                async with asyncio.timeout(30):
                    while not await asked_replica(store):
                        await asyncio.sleep(0.05)
            await pause(there)
            with replica.as_session("person:1"):
                await one.diagrams.save([], "flowchart LR", "enterprise", "grid", {}, None, {})
                assert len((await one.diagrams.page()).items) == 1
                # The other process knows by Redis where this session has written.
                assert len((await two.diagrams.page()).items) == 1
            assert await server_marks(marks) == {b"wrote:person:1"}
            with replica.as_session("person:2"):
                # Somebody else is content with what the replica has, and spares the primary.
                assert await asked_replica(two) and not (await two.diagrams.page()).items
            # Without Redis the primary is asked how far it is, and answers itself where the replica is not.
            assert len((await alone.diagrams.page()).items) == 1
            # What no session wrote, such as a worker's recording, everybody sees.
            await record(one, graph(machine("by a worker")), [seen()], 45)
            with replica.as_session("person:2"):
                assert not await asked_replica(two)
                assert await two.inventories.count(Selection()) == 1
            # A Redis that was emptied or went away takes nothing from anybody who asks by the same process.
            await marks.call("FLUSHALL")
            with replica.as_session("person:1"):
                assert len((await one.diagrams.page()).items) == 1
            server.kill()
            with replica.as_session("person:1"):
                await one.diagrams.save([], "flowchart LR", "enterprise", "grid", {}, None, {})
                assert len((await two.diagrams.page()).items) == 2
            await pause(there, resume=True)
            await record(one, graph(), [seen()], 46)
        await marks.close()
        await more.close()


async def server_marks(client: Redis) -> set[bytes]:
    return set(await client.call("KEYS", "wrote:*"))


async def test_only_postgresql_has_replicas(tmp_path):
    with pytest.raises(BadInput, match="only PostgreSQL has replicas"):
        await open_store(f"sqlite:///{tmp_path}/x.db", replica_url="postgresql://u@127.0.0.1/x")
