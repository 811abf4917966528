"""The wire against real sockets: what is sent and read, which lines are used again, and what is refused."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from cloudviz.sources.wire import ExchangeBroke, Wire

ANSWER = b'{"value": []}'


@dataclass
class Peer:
    """A server that says what a test lets it say, and remembers what it heard."""

    url: str = ""
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0


def said(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers, b"content-length: %d" % len(body), b"", body])


@asynccontextmanager
async def serving(answer: Callable[[int], bytes | None]) -> AsyncIterator[Peer]:
    """Answers with bytes; None closes the connection without a word."""
    peer = Peer()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line[15:])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-length:")
                    ),
                    0,
                )
                peer.heard.append(head + await reader.readexactly(length))
                reply = answer(len(peer.heard))
                if reply is None:
                    break
                writer.write(reply)
                if b"connection: close" in reply:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield peer


@asynccontextmanager
async def wired(limit: int = 1000) -> AsyncIterator[Wire]:
    wire = Wire(connect=5, read=5, answer_bytes=limit)
    try:
        yield wire
    finally:
        await wire.close()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def test_a_question_is_sent_as_it_is_and_the_line_is_used_again() -> None:
    async with serving(lambda _: said(ANSWER, b"X-Left: 3", b"x-left: 4")) as peer, wired() as wire:
        query = [("api-version", "2023-01-01"), ("$filter", "a b&c=ü")]
        answer = await wire.ask("POST", f"{peer.url}/a path?x=1", {"Authorization": "Bearer t"}, query, b"{}")
        again = await wire.ask("GET", peer.url, {})
    assert answer == (200, {"x-left": "3, 4", "content-length": "13"}, ANSWER) == again
    head, _, body = peer.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(
        b"POST /a%20path?x=1&api-version=2023-01-01&%24filter=a%20b%26c%3D%C3%BC HTTP/1.1\r\nHost: 127.0.0.1:"
    )
    assert b"Authorization: Bearer t" in head and body == b"{}"
    assert peer.heard[1].startswith(b"GET / HTTP/1.1")
    assert peer.connections == 1


async def test_calls_at_once_have_lines_of_their_own() -> None:
    async with serving(lambda _: said(ANSWER)) as peer, wired() as wire:
        for _ in range(2):
            await asyncio.gather(*(wire.ask("GET", peer.url, {}) for _ in range(3)))
    assert peer.connections == 3


async def test_a_line_that_the_peer_closed_is_not_used_again() -> None:
    async with serving(lambda _: said(ANSWER, b"connection: close")) as peer, wired() as wire:
        for _ in range(3):
            assert (await wire.ask("GET", peer.url, {}))[0] == 200
    assert peer.connections == 3


async def test_a_compressed_answer_is_read_and_a_bomb_is_not() -> None:
    bomb = gzip.compress(b" " * 2_000)
    replies = [gzip.compress(ANSWER), bomb, gzip.compress(ANSWER)[:-12], b"no gzip"]
    async with (
        serving(lambda n: said(replies[n - 1], b"Content-Encoding: gzip")) as peer,
        wired() as wire,
    ):
        assert (await wire.ask("GET", peer.url, {}))[2] == ANSWER
        with pytest.raises(ExchangeBroke, match="longer than 1000 bytes") as broke:
            await wire.ask("GET", peer.url, {})
        assert not broke.value.may_pass
        for _ in range(2):
            with pytest.raises(ExchangeBroke, match="DecodingError"):
                await wire.ask("GET", peer.url, {})


async def test_an_answer_that_is_too_long_is_not_read_and_the_next_is() -> None:
    long, short = said(b" " * 100_000), said(ANSWER)
    async with serving(lambda n: long if n == 1 else short) as peer, wired() as wire:
        with pytest.raises(ExchangeBroke, match="longer than 1000 bytes"):
            await wire.ask("GET", peer.url, {})
        assert (await wire.ask("GET", peer.url, {}))[2] == ANSWER


@pytest.mark.parametrize(
    "reply", [None, b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\nconnection: close\r\n\r\n{", b"?\r\n\r\n"]
)
async def test_a_torn_answer_may_be_asked_for_again(reply: bytes | None) -> None:
    async with serving(lambda n: reply if n == 1 else said(ANSWER)) as peer, wired() as wire:
        with pytest.raises(ExchangeBroke) as broke:
            await wire.ask("GET", peer.url, {})
        assert broke.value.may_pass and broke.value.in_time
        assert (await wire.ask("GET", peer.url, {}))[2] == ANSWER


async def test_who_is_slow_is_told_apart_and_cancelling_leaves_nothing_half_read() -> None:
    async with serving(lambda n: b"HTTP/1.1 200 OK\r\n" if n < 3 else said(ANSWER)) as peer:
        wire = Wire(connect=5, read=0.05, answer_bytes=1000)
        with pytest.raises(ExchangeBroke) as broke:
            await wire.ask("GET", peer.url, {})
        assert not broke.value.in_time and broke.value.may_pass
        waiting = asyncio.create_task(wire.ask("GET", peer.url, {}))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await wire.ask("GET", peer.url, {}))[2] == ANSWER
        await wire.close()


@pytest.mark.parametrize("url", ["ftp://x/", "http://", "http://x:99999/", "nonsense", "http://[::1/"])
async def test_an_address_that_is_none_is_refused_for_good(url: str) -> None:
    async with wired() as wire:
        with pytest.raises(ExchangeBroke) as broke:
            await wire.ask("GET", url, {})
    assert not broke.value.may_pass


async def test_nobody_there_is_told() -> None:
    async with serving(lambda _: None) as peer:
        url = peer.url
    async with wired() as wire:
        with pytest.raises(ExchangeBroke, match="ConnectError") as broke:
            await wire.ask("GET", url, {})
    assert broke.value.may_pass


async def test_a_proxy_of_the_environment_is_asked_unless_the_place_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(lambda _: said(ANSWER)) as proxy, serving(lambda _: said(ANSWER)) as peer:
        monkeypatch.setenv("http_proxy", proxy.url.replace("://", "://me:pass@"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        async with wired() as wire:
            assert (await wire.ask("GET", "http://management.example/x?y=1", {}))[0] == 200
            assert (await wire.ask("GET", f"{peer.url}/mine", {}))[0] == 200
    assert proxy.heard[0].startswith(b"GET http://management.example/x?y=1 HTTP/1.1")
    assert b"Proxy-Authorization: Basic bWU6cGFzcw==" in proxy.heard[0]
    assert [each[:9] for each in peer.heard] == [b"GET /mine"]
