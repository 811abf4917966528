"""A receiver of webhooks that behaves as badly as it is told to, and a clock that moves when it is told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson


class Clock:
    """The time machine: stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **by: float) -> None:
        self.instant += timedelta(**by)


@dataclass
class Message:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return orjson.loads(self.body)

    @property
    def number(self) -> int:
        """Which of the events of a test it tells of."""
        return int(self.document["data"]["n"])


@dataclass
class Receiver:
    """Answers by the path it is asked at: ``/200``, ``/503``, ``/hang``, ``/half``, …; see ``_answer``."""

    port: int = 0
    came: list[Message] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Message]:
        return [each for each in self.came if each.path == path]

    def numbers(self, path: str) -> list[int]:
        return [each.number for each in self.at(path)]

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            path = head[0].split(" ")[1]
            self.came.append(Message(path, headers, body))
            await self._answer(path, writer)
        writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        word = path.strip("/").partition("/")[0]
        if path in self.answers:
            writer.write(self.answers[path])
        elif word.isdigit():
            writer.write(reply(int(word)))
        elif word == "hang":
            await self.gate.wait()
            writer.write(reply(200))
        elif word == "half":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
        elif word == "short":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmuch more than was promised")
        elif word == "chunks":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno chunk\r\n")
        elif word == "late-body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            await writer.drain()
            await self.gate.wait()
        elif word == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(2000):
                writer.write(b"x" * 65536)
                await writer.drain()
        elif word == "garbage":
            writer.write(b"SMTP ready\r\n\r\n")
        elif word == "torn":
            writer.write(b"HTTP/1.1 20")
        elif word == "redirect":
            writer.write(
                b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"
            )
        await writer.drain()


def reply(status: int, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if status in (204, 304) else body)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.up()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        await receiver.down()
