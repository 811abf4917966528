"""One contract for every cache: in memory and in a real Redis. Then what only one of them has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.servers import RedisServer, redis

from cloudviz.runtime.cache import Cache, MemoryCache, RedisCache
from cloudviz.runtime.redis.client import open_redis


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest, server: RedisServer) -> AsyncIterator[Cache]:
    if request.param == "memory":
        yield MemoryCache(2**20)
        return
    client = await open_redis(server.url)
    await client.call("FLUSHALL")
    kept = RedisCache(client)
    yield kept
    await kept.close()
    await client.close()


class Maker:
    """Makes a new value each time, and counts."""

    def __init__(self) -> None:
        self.made = 0

    async def __call__(self) -> bytes:
        self.made += 1
        await asyncio.sleep(0.01)
        return b"value %d" % self.made


async def test_a_value_is_made_once_and_kept(cache: Cache) -> None:
    make = Maker()
    assert await cache.fetch("resources:aws:eu-west-1", 60, make) == b"value 1"
    assert await cache.fetch("resources:aws:eu-west-1", 60, make) == b"value 1"
    assert await cache.fetch("resources:aws:eu-west-2", 60, make) == b"value 2"
    assert await cache.get("resources:aws:eu-west-1") == b"value 1"
    assert await cache.get("resources:gcp:none") is None


async def test_a_hundred_who_ask_at_once_cost_one_making(cache: Cache) -> None:
    make = Maker()
    told = await asyncio.gather(*(cache.fetch("costs:aws:2026-11-24", 60, make) for _ in range(100)))
    assert set(told) == {b"value 1"} and make.made == 1


async def test_who_leaves_does_not_take_the_value_away(cache: Cache) -> None:
    make = Maker()
    first = asyncio.create_task(cache.fetch("diagram:1", 60, make))
    second = asyncio.create_task(cache.fetch("diagram:1", 60, make))
    await asyncio.sleep(0.005)
    first.cancel()
    assert await second == b"value 1" and make.made == 1


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(cache: Cache) -> None:
    async def fail() -> bytes:
        await asyncio.sleep(0.01)
        raise ValueError("no")

    told = await asyncio.gather(*(cache.fetch("disco:1", 60, fail) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [ValueError] * 3
    assert await cache.fetch("disco:1", 60, Maker()) == b"value 1"


async def test_a_finished_discovery_forgets_what_it_makes_outdated_and_nothing_else(cache: Cache) -> None:
    keys = ("resources:aws:a", "resources:gcp:b", "costs:aws:d", "disco:1", "disco:2", "diagram:9", "session:3")
    for key in keys:
        await cache.put(key, b"x", 60)
    await cache.discovered("1")
    left = [key for key in keys if await cache.get(key)]
    assert left == ["disco:2", "diagram:9", "session:3"]


async def test_what_was_begun_before_an_invalidation_is_not_kept_after_it(cache: Cache) -> None:
    async def slow() -> bytes:
        await cache.invalidate("resources")
        return b"old"

    assert await cache.fetch("resources:x", 60, slow) == b"old"
    assert await cache.get("resources:x") is None


async def test_a_lifetime_ends(cache: Cache) -> None:
    await cache.put("disco:1", b"x", 0.02)
    await asyncio.sleep(0.05)
    assert await cache.get("disco:1") is None


async def test_a_key_is_dropped_and_bytes_come_back_as_they_are(cache: Cache) -> None:
    value = bytes(range(256)) * 10
    await cache.put("diagram:1", value, 60)
    assert await cache.get("diagram:1") == value
    await cache.drop("diagram:1")
    await cache.drop("diagram:1")
    assert await cache.get("diagram:1") is None


async def test_what_is_too_large_is_given_out_and_not_kept(cache: Cache) -> None:
    big = b"x" * (8 * 2**20 + 1)

    async def make() -> bytes:
        return big

    assert await cache.fetch("diagram:1", 60, make) == big
    assert await cache.get("diagram:1") is None


async def test_memory_stays_within_its_bound_and_keeps_what_is_asked_for() -> None:
    cache = MemoryCache(10_000)
    await cache.put("diagram:wanted", b"x" * 1000, 60)
    for number in range(100):
        await cache.put(f"diagram:{number}", b"x" * 1000, 60)
        assert await cache.get("diagram:wanted") is not None
        assert cache.bytes <= 10_000


async def test_redis_forgets_by_itself_and_uses_the_names_of_the_contract(server: RedisServer) -> None:
    client = await open_redis(server.url)
    await client.call("FLUSHALL")
    cache = RedisCache(client)
    await cache.put("disco:17", b"x", 3600)
    assert 3590 < await client.call("TTL", "disco:17") <= 3600
    assert set(await client.call("KEYS", "*")) == {b"disco:17", b"version:disco"}
    await client.close()


async def test_an_emptied_redis_makes_nothing_old_right_again(server: RedisServer) -> None:
    client = await open_redis(server.url)
    cache = RedisCache(client)

    async def slow() -> bytes:
        await cache.invalidate("resources")
        await client.call("FLUSHALL")
        return b"old"

    await cache.fetch("resources:x", 60, slow)
    assert await cache.get("resources:x") is None
    await client.close()


async def test_without_redis_everything_is_made_anew_and_what_was_owed_is_forgotten_later() -> None:
    with redis() as server:
        client = await open_redis(server.url)
        cache, other = RedisCache(client), await open_redis(server.url)
        beside = RedisCache(other)
        await cache.put("resources:x", b"old", 60)
        server.hang()
        make = Maker()
        assert await cache.fetch("resources:x", 60, make) == b"value 1"
        assert cache.state == "down"
        await cache.discovered("1")
        server.go_on()
        while cache.state == "down" or beside.state == "down" or cache._owed:
            await asyncio.sleep(0.01)
        while await beside.get("resources:x") is not None:  # the debt is paid a moment after the return
            await asyncio.sleep(0.01)
        for each in (client, other):
            await each.close()
