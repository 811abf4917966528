"""One contract for every cache: in memory and in a real Redis. Then what only one of them has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date

import pytest
from tests.servers import RedisServer, redis

from cloudviz.runtime import cache_keys
from cloudviz.runtime.cache import Cache, MemoryCache, RedisCache
from cloudviz.runtime.redis.client import open_redis
from cloudviz.runtime.settings import CacheSettings


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


async def test_fields_of_a_key_are_told_apart_and_go_together(cache: Cache) -> None:
    make, key = Maker(), "resources:aws:eu-west-1"
    for field in ("page 1", "page 2", "page 1"):
        await cache.fetch(key, 60, make, field)
    assert make.made == 2 and (cache.hits, cache.misses) == (1, 2)
    assert [await cache.get(key, each) for each in ("page 1", "page 2", "")] == [b"value 1", b"value 2", None]
    assert await cache.count("resources") == 1
    await cache.put("resources:gcp:all", b"x", 60)
    assert [await cache.count(each) for each in ("resources", "costs")] == [2, 0]
    await cache.drop(key)
    assert await cache.get(key, "page 2") is None and await cache.get("resources:gcp:all") == b"x"
    await cache.invalidate("resources")
    assert await cache.count("resources") == 0


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
    assert set(await client.call("KEYS", "*")) == {b"disco:17", b"version:disco", b"keys:disco"}
    await client.close()


async def test_a_finished_discovery_takes_the_keys_themselves_away(server: RedisServer) -> None:
    client = await open_redis(server.url)
    await client.call("FLUSHALL")
    cache = RedisCache(client)
    regions = [f"resources:aws:region-{n}" for n in range(1200)]
    keys = [*regions, "costs:aws:2026-11-24", "disco:1"]
    for start in range(0, len(keys), 100):  # all at once, the last answer may be later than a client waits for it
        await asyncio.gather(*(cache.put(key, b"x", 60) for key in keys[start : start + 100]))
    await client.call("SET", "resources:not-ours", "x")
    await cache.put("diagram:1", b"x", 60)
    await client.call("CONFIG", "RESETSTAT")
    await cache.discovered("1")
    asked = await client.call("INFO", "commandstats")
    assert b"cmdstat_unlink" in asked and b"cmdstat_keys" not in asked and b"cmdstat_scan" not in asked
    left = await client.call("KEYS", "*")
    named = {b"diagram:1", b"keys:diagram", b"keys:disco", b"resources:not-ours"}
    assert {key for key in left if not key.startswith(b"version:")} == named
    await client.close()


async def test_one_key_does_not_grow_without_end(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudviz.runtime.cache.MOST_FIELDS", 10)
    client = await open_redis(server.url)
    cache = RedisCache(client)
    for number in range(25):
        await cache.put("resources:all:all", b"x", 60, f"page {number}")
        assert await client.call("HLEN", "resources:all:all") <= 10
    assert await cache.get("resources:all:all", "page 24") == b"x"
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


def test_the_names_are_those_of_the_contract() -> None:
    assert cache_keys.disco("0F-1") == "disco:0f-1"
    assert cache_keys.resources("aws", "eu-west-1") == "resources:aws:eu-west-1"
    assert cache_keys.resources() == "resources:all:all"
    assert cache_keys.resources("aws", "x:y\r\n") == "resources:aws:some"
    assert cache_keys.costs("gcp", date(2026, 11, 24)) == "costs:gcp:2026-11-24"
    assert cache_keys.diagram("9") == "diagram:9"
    assert cache_keys.session(7) == "session:7"
    lifetimes = {each: cache_keys.lifetime(each, CacheSettings()) for each in cache_keys.FAMILIES}
    assert lifetimes == {"disco": 3600, "resources": 1800, "costs": 14_400, "diagram": 86_400, "session": 1800}
