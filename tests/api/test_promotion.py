"""The primary dies under load and its replica takes its place; PostgreSQL is restarted under load."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from tests.api.serving import Server, instance, serve, settings_with
from tests.servers import PostgresReplica, postgres, redis

from cloudviz.store import migrate

pytestmark = [pytest.mark.postgres, pytest.mark.nightly]

READERS, WRITERS = 6, 2
SAFETY = 120.0


class Load:
    """People who read and write without a pause, and what they are answered."""

    def __init__(self, server: Server, headers: dict[str, str]) -> None:
        self._server = server
        self._headers = headers
        self._stopped = False
        self.answers: dict[str, Counter[int]] = {"read": Counter(), "write": Counter()}
        self.failing: dict[str, list[float]] = {"read": [], "write": []}
        self.in_a_row: Counter[str] = Counter()

    async def run(self) -> None:
        """Until :meth:`stop`."""
        reading = (self._ask("read", number) for number in range(READERS))
        await asyncio.gather(*reading, *(self._ask("write", number) for number in range(WRITERS)))

    def stop(self) -> None:
        self._stopped = True

    async def until_well(self, kind: str, count: int = 20) -> None:
        """Until so many requests in a row were answered."""
        self.in_a_row[kind] = 0
        async with asyncio.timeout(SAFETY):
            while self.in_a_row[kind] < count:
                await asyncio.sleep(0.02)

    async def _ask(self, kind: str, number: int) -> None:
        count = 0
        while not self._stopped:
            count += 1
            reply = await (self._read(number, count) if kind == "read" else self._write())
            self.answers[kind][reply.status_code] += 1
            if reply.status_code < 300:
                self.in_a_row[kind] += 1
            else:
                assert reply.status_code == 503 and reply.headers["retry-after"], reply.text
                self.in_a_row[kind] = 0
                self.failing[kind].append(time.monotonic())
                await asyncio.sleep(0.1)  # as Retry-After asks, only sooner
            await asyncio.sleep(0.01)

    async def _read(self, number: int, count: int) -> httpx.Response:
        # Each is another question, so that none is answered from what is kept.
        path = f"/resources?limit=5&q=web-{number}&region=r{count}"
        return await self._server.client.get(path, headers=self._headers)

    async def _write(self) -> httpx.Response:
        asked = {"layout": "grid", "max_nodes": 5}
        return await self._server.client.post("/visualization/generate", json=asked, headers=self._headers)

    def told(self, what: str, since: float) -> str:
        """The figures in words."""
        parts = []
        for kind, counter in self.answers.items():
            span = max(self.failing[kind], default=since) - since
            parts.append(f"{kind}s {counter[200]} answered, {counter[503]} refused, the last after {span:.1f} s")
        return f"{what}: " + "; ".join(parts)


async def loaded(server: Server) -> tuple[Load, asyncio.Task[None]]:
    await server.record([instance(number) for number in range(30)])
    load = Load(server, await server.headers("operator"))
    task = asyncio.create_task(load.run())
    await asyncio.wait([task], timeout=0.5)
    await load.until_well("read")
    await load.until_well("write", 5)
    return load, task


async def test_a_replica_is_promoted_under_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with postgres() as primary, redis() as cache:
        follower = PostgresReplica(primary)
        try:
            url = primary.url()
            await migrate(url)
            name = url.rpartition("/")[2]
            both = (
                f"postgresql://{primary.user}:open%20sesame%2F%3A%40@/{name}?host=127.0.0.1,127.0.0.1"
                f"&port={primary.port},{follower.port}&target_session_attrs=read-write"
            )
            settings = settings_with(
                both,
                tmp_path,
                redis_url=cache.url,
                database_replica_url=follower.url_like(url),
                limits={"reads": 1_000_000, "writes": 1_000_000, "heavy": 1_000_000},
            )
            async for server in serve(settings):
                load, task = await loaded(server)
                await at_rest(url)
                began = time.monotonic()
                await asyncio.to_thread(primary.kill)
                await asyncio.sleep(2)  # what it takes whoever watches over the two to decide
                await asyncio.to_thread(follower.promote)
                await load.until_well("write", 10)
                await load.until_well("read")
                load.stop()
                await task
                with capsys.disabled():
                    print("\n" + load.told("promotion", began))
                # While nobody leads, nobody can write; reads go on from the replica, but for those under way.
                assert load.answers["read"][503] <= READERS * 3
                assert load.answers["write"][503] <= WRITERS * 10 * 10
                assert set(load.answers["read"]) | set(load.answers["write"]) <= {200, 503}
        finally:
            follower.stop()


@pytest.mark.parametrize("way", ["fast", "kill -9"])
async def test_the_pool_heals_after_a_restart_under_load(
    tmp_path: Path, way: str, capsys: pytest.CaptureFixture[str]
):
    with postgres() as primary:
        url = primary.url()
        await migrate(url)
        limits: dict[str, Any] = {"reads": 1_000_000, "writes": 1_000_000, "heavy": 1_000_000}
        async for server in serve(settings_with(url, tmp_path, limits=limits)):
            load, task = await loaded(server)
            await at_rest(url)
            await asyncio.to_thread(primary.kill if way == "kill -9" else primary.down)
            await asyncio.to_thread(primary.start)
            began = time.monotonic()
            refused = {kind: len(each) for kind, each in load.failing.items()}
            await load.until_well("write", 10)
            await load.until_well("read")
            load.stop()
            await task
            with capsys.disabled():
                print("\n" + load.told(f"restart ({way}), counted from when it answers again", began))
            # Each connection of the pool is found dead once at most, and nobody waits for that.
            for kind, people in (("read", READERS), ("write", WRITERS)):
                assert len(load.failing[kind]) - refused[kind] <= people * 2


async def at_rest(url: str) -> None:
    """Bring everything to the disk: the tests' servers commit without waiting for it."""
    connection = await asyncpg.connect(url)
    await connection.execute("CHECKPOINT")
    await connection.close()
