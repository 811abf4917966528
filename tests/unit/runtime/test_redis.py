"""The Redis connection against a real redis-server: answers, errors, and what happens when it goes away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import uvloop
from tests.servers import RedisServer, free_port, redis

from cloudviz.errors import BadInput
from cloudviz.runtime.redis import RedisDown, RedisRefused, Script
from cloudviz.runtime.redis.address import read_address
from cloudviz.runtime.redis.client import Redis, open_redis

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis(password="open sesame") as running:
        yield running


@pytest.fixture
async def client(server: RedisServer) -> AsyncIterator[Redis]:
    opened = await open_redis(server.url.replace(" ", "%20"))
    yield opened
    await opened.close()


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that has to come about; the test's own time-out is the limit."""
    while True:
        found = holds()
        if await found if isinstance(found, Awaitable) else found:
            return
        await asyncio.sleep(0.01)


async def test_many_questions_at_once_get_their_own_answers(client: Redis) -> None:
    await asyncio.gather(*(client.call("SET", f"k{n}", n) for n in range(500)))
    answers = await asyncio.gather(*(client.call("GET", f"k{n}") for n in range(500)))
    assert answers == [str(n).encode() for n in range(500)]
    assert await client.call("GET", "none") is None
    assert await client.call("MGET", "k1", "none") == [b"1", None]


async def test_bytes_and_texts_arrive_as_they_are(client: Redis) -> None:
    for value in (b"\r\n$-1\r\n", bytes(range(256)), "ü😀".encode(), b"x" * 1_000_000):
        await client.call("SET", "k", value)
        assert await client.call("GET", "k") == value


async def test_an_error_belongs_to_its_own_question(client: Redis) -> None:
    await client.call("SET", "text", "x")
    told = await asyncio.gather(
        client.call("INCR", "n"),
        client.call("LPUSH", "text", "y"),
        client.call("INCR", "n"),
        return_exceptions=True,
    )
    assert (told[0], told[2]) == (1, 2)
    assert isinstance(told[1], RedisRefused) and told[1].kind == "WRONGTYPE"


async def test_who_leaves_does_not_shift_the_answers_of_others(client: Redis) -> None:
    leaving = asyncio.create_task(client.call("ECHO", "mine"))
    staying = asyncio.create_task(client.call("ECHO", "yours"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == b"yours"
    assert await client.call("ECHO", "later") == b"later"


async def test_scripts_are_sent_again_when_redis_forgot_them(client: Redis) -> None:
    assert await client.run(ADD, ["n"], [2]) == 2
    assert await client.run(ADD, ["n"], [2]) == 4
    await client.call("SCRIPT", "FLUSH")
    await client.call("FLUSHALL")
    assert await client.run(ADD, ["n"], [3]) == 3


async def test_a_killed_redis_fails_calls_at_once_and_is_found_again(client: Redis, server: RedisServer) -> None:
    heard: list[bytes] = []
    returns: list[int] = []
    client.listen("news", heard.append)
    client.when_back(lambda: returns.append(1))
    since = client.up_since
    blocked = asyncio.create_task(client.call("BLPOP", "nothing", 0))
    await asyncio.sleep(0.05)
    server.kill()
    with pytest.raises(RedisDown):
        await blocked
    await until(lambda: not client.is_up)
    with pytest.raises(RedisDown):
        await client.call("PING")
    server.start()
    await until(lambda: client.is_up)
    assert await client.call("PING") == b"PONG"
    assert returns and client.up_since > since
    assert await client.run(ADD, ["n"], [1]) == 1

    async def arrives() -> bool:
        await client.publish("news", "again")
        return bool(heard)

    await until(arrives)
    assert set(heard) == {b"again"}


async def test_a_hanging_redis_is_given_up_and_found_again(client: Redis, server: RedisServer) -> None:
    assert await client.call("SET", "k", "v") == b"OK"
    server.hang()
    try:
        told = await asyncio.gather(*(client.call("GET", "k") for _ in range(20)), return_exceptions=True)
        assert all(isinstance(each, RedisDown) for each in told)
        with pytest.raises(RedisDown):
            await client.call("GET", "k")
    finally:
        server.go_on()
    await until(lambda: client.is_up)
    assert await client.call("GET", "k") == b"v"


async def test_messages_reach_every_listener_even_beside_one_that_fails(client: Redis) -> None:
    heard: list[bytes] = []

    def fails(message: bytes) -> None:
        raise ValueError(message)

    client.listen("a", fails)
    client.listen("a", heard.append)
    client.listen("b", heard.append)

    async def both() -> bool:
        await client.publish("a", b"\x00one")
        await client.publish("b", "two")
        return len(set(heard)) == 2

    await until(both)
    assert set(heard) == {b"\x00one", b"two"}


def test_it_works_on_the_event_loop_of_the_server(server: RedisServer) -> None:
    """uvicorn runs on uvloop, whose transports are not those of asyncio."""

    async def talk() -> bytes:
        client = await open_redis(server.url.replace(" ", "%20"))
        try:
            found: bytes = await client.call("PING")
            return found
        finally:
            await client.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(talk()) == b"PONG"


async def test_it_starts_without_redis() -> None:
    async with contextlib.AsyncExitStack() as stack:
        port = free_port()
        client = await open_redis(f"redis://127.0.0.1:{port}/0")
        stack.push_async_callback(client.close)
        assert not client.is_up
        with pytest.raises(RedisDown):
            await client.call("PING")


async def test_a_wrong_password_is_told_without_repeating_it(server: RedisServer) -> None:
    client = await open_redis(f"redis://:wrong-secret@127.0.0.1:{server.port}/0")
    try:
        with pytest.raises(RedisDown) as refused:
            await client.call("PING")
        assert "WRONGPASS" in refused.value.detail or "invalid" in refused.value.detail
        assert "wrong-secret" not in refused.value.detail
    finally:
        await client.close()


async def test_what_is_no_redis_is_not_taken_for_one() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    client = await open_redis(f"redis://127.0.0.1:{port}/0")
    try:
        assert not client.is_up
    finally:
        await client.close()
        listening.close()


async def test_a_database_and_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    with redis("--unixsocket", str(path)) as server:
        other = await open_redis(server.url.removesuffix("/0") + "/3")
        here = await open_redis(f"unix://{path}?db=3")
        await other.call("SET", "k", "v")
        assert await here.call("GET", "k") == b"v"
        await other.close()
        await here.close()


@pytest.mark.parametrize(
    ("url", "kind", "places", "rest"),
    [
        ("redis://h", "single", (("h", 6379),), ("", 0, False)),
        ("rediss://u:p%40@h:1/2", "single", (("h", 1),), ("", 2, True)),
        ("redis+sentinel://a:1,b/main/4", "sentinel", (("a", 1), ("b", 26379)), ("main", 4, False)),
        ("redis+cluster://a,b:7", "cluster", (("a", 6379), ("b", 7)), ("", 0, False)),
        ("redis://[::1]:6380/1", "single", (("::1", 6380),), ("", 1, False)),
    ],
)
def test_addresses(url: str, kind: str, places: tuple[tuple[str, int], ...], rest: tuple[str, int, bool]) -> None:
    found = read_address(url)
    assert (found.kind, found.places) == (kind, places)
    assert (found.master, found.database, found.tls) == rest


@pytest.mark.parametrize(
    "url",
    ["", "http://h", "redis://h:port", "redis://h/x", "redis+sentinel://h", "redis+cluster://h/1", "redis://[h"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        read_address(url)


def test_an_address_does_not_print_its_password() -> None:
    assert "secret" not in repr(read_address("redis://u:secret@h/0")) + read_address("redis://u:secret@h/0").shown
