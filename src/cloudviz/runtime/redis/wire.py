"""One connection to one Redis server, shared by all who ask: each answer belongs to the oldest question."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import cast

from cloudviz.errors import Unavailable

try:
    import hiredis
except ImportError as missing:
    raise Unavailable("Redis needs the package hiredis", hint="Install `cloudviz[redis]`.") from missing

from cloudviz.runtime.redis.address import RedisAddress
from cloudviz.runtime.redis.commands import HINT, Answer, Part, RedisDown, RedisRefused, packed

CONNECT_SECONDS = 2.0
MOST_WAITING = 10_000  # questions under way; beyond that Redis is too slow to be of use, and memory is not endless
CHECK_SECONDS = 0.05

Listener = Callable[[bytes, bytes], None]


class Wire(asyncio.Protocol):
    """A connection that is open, until :attr:`lost` is done. Made by :func:`open_wire`.

    Questions of one turn of the event loop leave in one write, so that a busy process pipelines by itself.

    Arguments:
        patience: seconds after which an unanswered question breaks the connection: the answers after it would
            come late as well, and one that comes after its question was given up must not go to another.
        heard: called with channel and message for what is published on a subscribed channel.

    Attributes:
        peer: the host that it leads to.
    """

    def __init__(self, patience: float, heard: Listener | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._patience = patience
        self._heard = heard
        self._reader = hiredis.Reader(notEnoughData=_NOTHING)
        self._waiting: deque[tuple[asyncio.Future[Answer], float]] = deque()
        self._out: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.peer = ""
        self.lost: asyncio.Future[None] = self._loop.create_future()

    def ask(self, parts: tuple[Part, ...]) -> asyncio.Future[Answer]:
        """Send one command. The answer's future fails with RedisRefused, or RedisDown when the line breaks."""
        if self._transport is None or self._transport.is_closing():
            raise down("the connection is broken")
        if len(self._waiting) >= MOST_WAITING:
            raise down(f"{MOST_WAITING} commands are waiting for an answer")
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(packed(parts))
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting.append((answer, self._loop.time() + self._patience))
        if self._timer is None:
            self._timer = self._loop.call_later(self._patience, self._check)
        return answer

    def say(self, *parts: Part) -> None:
        """Send what has no answer of its own: SUBSCRIBE and its like."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packed(parts))

    def close(self) -> None:
        """Break the connection; whoever waits for an answer gets RedisDown."""
        if self._transport is not None:
            self._transport.abort()
        self._end("the connection was closed")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not _NOTHING:
                self._take(answer)
        except hiredis.ProtocolError:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("the connection broke")

    def _take(self, answer: Answer) -> None:
        if self._heard is not None:
            if isinstance(answer, list) and len(answer) == 3 and answer[0] == b"message":
                self._heard(answer[1], answer[2])
                return
            if isinstance(answer, list) and answer and answer[0] in (b"subscribe", b"unsubscribe"):
                return
            # A subscriber's PING is answered with a list (Redis 6 in RESP2).
        if not self._waiting:
            self.close()  # an answer that nobody asked for: whatever speaks there, it is not Redis
            return
        future, _ = self._waiting.popleft()
        if future.done():  # who asked has been cancelled
            return
        if isinstance(answer, hiredis.ReplyError):
            future.set_exception(RedisRefused(str(answer)))
            if str(answer).startswith(("READONLY", "LOADING")):
                self.close()  # it does not lead (any more): the Sentinels know who does
        else:
            future.set_result(answer)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(out))

    def _check(self) -> None:
        """Break the line when the oldest question is over its time; else look again when it would be."""
        self._timer = None
        if not self._waiting:
            return
        left = self._waiting[0][1] - self._loop.time()
        if left <= 0:
            if self._transport is not None:
                self._transport.abort()
            self._end(f"no answer within {self._patience:g} s")
        else:
            self._timer = self._loop.call_later(max(left, CHECK_SECONDS), self._check)

    def _end(self, why: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_exception(down(why))
                future.exception()  # nobody has to fetch it: a question may have been sent without waiting
        if not self.lost.done():
            self.lost.set_result(None)


_NOTHING = object()
_DOWN = "Redis does not answer: "


def down(why: str) -> RedisDown:
    """The refusal while there is no connection."""
    return RedisDown(f"{_DOWN}{why.removeprefix(_DOWN)}", hint=HINT)


async def open_wire(address: RedisAddress, patience: float, heard: Listener | None = None) -> Wire:
    """Connect, come in and choose the database. For a group, its Sentinels are asked who leads it now.

    Raises RedisDown when nobody answers, RedisRefused for a wrong password and the like.
    """
    if address.kind == "sentinel":
        host, port = await _leader(address, patience)
        places: tuple[tuple[str, int], ...] = ((host, port),)
    else:
        places = address.places
    if address.socket:
        return await _entered(address, address.socket, patience, heard)
    failed: Exception = down("it has no address")
    for place in places:
        try:
            return await _entered(address, place, patience, heard)
        except RedisDown as error:
            failed = error
    raise failed


async def _entered(
    address: RedisAddress, place: tuple[str, int] | str, patience: float, heard: Listener | None
) -> Wire:
    wire = await _dialled(address, place, patience, heard)
    try:
        if address.password:
            name = (address.username,) if address.username else ()
            await wire.ask(("AUTH", *name, address.password))
        if address.database:
            await wire.ask(("SELECT", address.database))
        # A stopped process still takes connections, by its kernel: only an answer shows that it lives.
        await wire.ask(("PING",))
        if address.kind == "sentinel":
            role = await wire.ask(("ROLE",))
            if role[0] != b"master":
                raise down("the Sentinels name a server that does not lead")
    except BaseException:
        wire.close()
        raise
    return wire


async def _dialled(
    address: RedisAddress, place: tuple[str, int] | str, patience: float, heard: Listener | None
) -> Wire:
    loop = asyncio.get_running_loop()
    trust = _trust(address) if address.tls else None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            if isinstance(place, str):
                _, wire = await loop.create_unix_connection(lambda: Wire(patience, heard), place)
            else:
                _, wire = await loop.create_connection(lambda: Wire(patience, heard), *place, ssl=trust)
    except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
        raise down(getattr(error, "strerror", "") or type(error).__name__) from error
    wire.peer = place if isinstance(place, str) else place[0]
    return wire


def _trust(address: RedisAddress) -> ssl.SSLContext:
    """Raises RedisDown when a file of certificates can't be read."""
    try:
        trust = ssl.create_default_context(cafile=address.ca_file or None)
        if address.certificate_file:
            trust.load_cert_chain(address.certificate_file, address.key_file or None)
    except OSError as error:
        raise down(f"the certificates that REDIS_URL names can't be read: {error.strerror or error}") from error
    return trust


async def _leader(address: RedisAddress, patience: float) -> tuple[str, int]:
    """Who leads the group now, by the first Sentinel that knows."""
    for place in address.places:
        try:
            wire = await _dialled(address, place, patience, None)
        except RedisDown:
            continue
        try:
            if address.sentinel_password:
                name = (address.sentinel_username,) if address.sentinel_username else ()
                await wire.ask(("AUTH", *name, address.sentinel_password))
            found = await wire.ask(("SENTINEL", "get-master-addr-by-name", address.master))
        except (RedisDown, RedisRefused):
            continue
        finally:
            wire.close()
        if found:
            return found[0].decode(), int(found[1])
    raise down("no Sentinel knows who leads the group")
