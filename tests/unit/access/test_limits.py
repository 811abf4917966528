"""Limits: exact over processes, for each by itself, and what happens without Redis."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from tests.servers import RedisServer, redis

from cloudviz.access.limits import Kind, Limits, LocalBuckets, seconds
from cloudviz.runtime.redis.client import open_redis
from cloudviz.runtime.settings import LimitSettings


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def settings(**more: object) -> LimitSettings:
    return LimitSettings.model_validate({"window_seconds": 3600, **more})


async def _ask(url: str, kind: Kind, subject: str, times: int) -> int:
    client = await open_redis(url, patience=20)
    limits = Limits(settings(reads=200, writes=150, processes=2), client)
    await client.call("INCR", f"here:{subject}")
    while int(await client.call("GET", f"here:{subject}")) < 2:  # both begin together
        await asyncio.sleep(0.001)
    allowed = 0
    for _ in range(times // 10):
        told = await asyncio.gather(*(limits.take(kind, subject) for _ in range(10)))
        allowed += sum(each.allowed for each in told)
    await client.close()
    return allowed


def ask(url: str, kind: Kind, subject: str, times: int) -> int:
    """Another process asks; how often it was let through."""
    return asyncio.run(_ask(url, kind, subject, times))


@pytest.mark.parametrize(("kind", "limit", "lease"), [(Kind.WRITE, 150, 1), (Kind.READ, 200, 10)])
def test_two_processes_together_let_through_exactly_the_limit(
    server: RedisServer, kind: Kind, limit: int, lease: int
) -> None:
    """An hour refills one request in 18 seconds: a few more are right when the machine is slow, none less.

    What may be missing is what lies in the leases of the two.
    """
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        told = [pool.submit(ask, server.url, kind, f"user:{kind}", 200) for _ in range(2)]
        allowed = [each.result() for each in told]
    assert limit - 2 * (lease - 1) <= sum(allowed) <= limit + 3
    assert min(allowed) > 0


async def test_each_subject_and_each_kind_has_its_own(server: RedisServer) -> None:
    client = await open_redis(server.url)
    limits = Limits(settings(writes=2, heavy=1), client)
    assert [(await limits.take(Kind.WRITE, "user:1")).allowed for _ in range(3)] == [True, True, False]
    assert (await limits.take(Kind.WRITE, "user:2")).allowed
    assert (await limits.take(Kind.HEAVY, "user:1")).allowed
    own = [(await limits.take(Kind.WRITE, "key:1", own=3)).allowed for _ in range(4)]
    assert own == [True, True, True, False]
    await client.close()


async def test_a_lease_spends_what_is_charged_already(server: RedisServer) -> None:
    client = await open_redis(server.url)
    limits = Limits(settings(reads=100), client)
    first = await limits.take(Kind.READ, "user:lease")
    assert (first.allowed, first.left) == (True, 99)
    spent = [limits.quickly(Kind.READ, "user:lease") for _ in range(10)]
    assert [each.left for each in spent if each is not None] == list(range(98, 89, -1))
    assert spent[9] is None  # ten were leased: the next waits for Redis
    assert (await limits.take(Kind.READ, "user:lease")).left == 89
    await client.close()


async def test_a_lease_is_filled_up_before_it_is_spent(server: RedisServer) -> None:
    client = await open_redis(server.url)
    limits = Limits(settings(reads=1000), client)
    waited = 0
    await limits.take(Kind.READ, "user:busy")
    for number in range(1, 400):
        standing = limits.quickly(Kind.READ, "user:busy")
        if standing is None:
            waited += 1
            standing = await limits.take(Kind.READ, "user:busy")
        assert standing.left == 999 - number
        await asyncio.sleep(0.001)
    assert waited < 20
    await client.close()


async def test_who_asks_now_and_then_pays_for_what_he_asks(server: RedisServer) -> None:
    """A lease that has grown old is given back: else thirty requests here would use three hundred up."""
    client, clock = await open_redis(server.url), Clock()
    limits = Limits(settings(reads=100), client, now=clock)
    for number in range(1, 31):
        standing = await limits.take(Kind.READ, "user:slow")
        assert (standing.allowed, standing.left) == (True, 100 - number)
        clock.now += 2
    await client.close()


async def test_without_redis_each_process_has_its_share() -> None:
    with redis() as server:
        client = await open_redis(server.url)
        limits = Limits(settings(writes=10, processes=2), client)
        assert (await limits.take(Kind.WRITE, "user:1")).left == 9
        server.kill()
        while client.is_up:
            await asyncio.sleep(0.01)
        told = [await limits.take(Kind.WRITE, "user:1") for _ in range(6)]
        assert [each.allowed for each in told] == [True] * 5 + [False]
        assert told[0].limit == 5
        await client.close()


def test_a_bucket_refills_steadily() -> None:
    clock = Clock()
    buckets = LocalBuckets(60, clock)
    assert [buckets.take(Kind.READ, "a", 6).allowed for _ in range(7)] == [True] * 6 + [False]
    clock.now += 9.9
    refused = buckets.take(Kind.READ, "a", 6)
    assert not refused.allowed and refused.wait == pytest.approx(0.1)
    clock.now += 0.2
    assert buckets.take(Kind.READ, "a", 6).allowed
    assert not buckets.take(Kind.READ, "a", 6).allowed
    clock.now += 60
    assert [buckets.take(Kind.READ, "a", 6).allowed for _ in range(7)] == [True] * 6 + [False]


def test_retry_after_grows_while_refusals_go_on_and_is_forgotten_after() -> None:
    clock = Clock()
    limits = Limits(LimitSettings(writes=60, window_seconds=60, longest_wait_seconds=8), now=clock)
    told = []
    for _ in range(100):
        limits.quickly(Kind.WRITE, "a")
    for _ in range(6):
        standing = limits.quickly(Kind.WRITE, "a")
        assert standing is not None
        while standing.allowed:
            standing = limits.quickly(Kind.WRITE, "a")
            assert standing is not None
        told.append(limits.refusal(standing).retry_after)
        clock.now += 1.0
    assert told == [1, 2, 4, 8, 8, 8]
    clock.now += 60
    for _ in range(61):
        standing = limits.quickly(Kind.WRITE, "a")
    assert standing is not None and not standing.allowed
    assert limits.refusal(standing).retry_after == 1


def test_a_refusal_says_why_how_much_and_until_when() -> None:
    limits = Limits(LimitSettings(writes=1, window_seconds=120), now=Clock())
    limits.quickly(Kind.WRITE, "a")
    standing = limits.quickly(Kind.WRITE, "a")
    assert standing is not None
    refusal = limits.refusal(standing)
    assert refusal.detail == (
        "more than 1 requests that change something in 2 minutes; the limit is wholly there again in 2 minutes"
    )
    assert refusal.hint.startswith("Wait 2 minutes, then send one request in 120 seconds.")
    assert "limits.writes" in refusal.hint
    assert dict(limits.headers(standing)) == {
        b"ratelimit-policy": b'"write";q=1;w=120',
        b"ratelimit": b'"write";r=0;t=120',
    }


def test_spans_in_words() -> None:
    assert [seconds(each) for each in (0, 1, 1.2, 60, 90, 3600, 7200)] == [
        "1 second", "1 second", "2 seconds", "1 minute", "90 seconds", "1 hour", "2 hours",
    ]  # fmt: skip
