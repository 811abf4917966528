"""Redis for a whole process: it connects again by itself, and says at once when it can't help.

A call never waits for a connection to come back: the cache and the limits have something to do without Redis, and
a request that waited for it would fail all the same, only later.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.address import RedisAddress, read_address
from cloudviz.runtime.redis.commands import Answer, Part, RedisDown, RedisRefused, Script
from cloudviz.runtime.redis.wire import Listener, Wire, down, open_wire

PATIENCE = (
    0.5  # seconds for one answer: Redis takes under a millisecond, so that one that needs longer is in trouble
)
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
LISTEN_CHECK_SECONDS = 10.0

log = get_logger(__name__)


class Commands(Protocol):
    """The way of commands: a line to one server, or :class:`~cloudviz.runtime.redis.cluster.Cluster`."""

    @property
    def is_up(self) -> bool: ...
    @property
    def up_since(self) -> float: ...
    async def call(self, *parts: Part) -> Answer: ...
    async def start(self) -> None: ...
    async def close(self) -> None: ...


class Redis:
    """Commands, scripts and messages. Made by :func:`open_redis`.

    Attributes:
        is_up: whether commands and messages arrive just now.
        up_since: since when without a gap, on the monotonic clock. What an earlier connection was told may be
            outdated: messages published in between are lost.
    """

    def __init__(self, address: RedisAddress, commands: Commands, patience: float) -> None:
        self.shown = address.shown
        self._commands = commands
        self._listeners: dict[str, list[Callable[[bytes], None]]] = {}
        self._returned: list[Callable[[], None]] = []
        self._ear = _Line(address, patience, heard=self._heard, entered=self._subscribe)

    @property
    def is_up(self) -> bool:
        return self._commands.is_up and self._ear.is_up

    @property
    def up_since(self) -> float:
        return max(self._commands.up_since, self._ear.up_since)

    async def call(self, *parts: Part) -> Answer:
        """One command. Raises RedisDown when there is no answer, RedisRefused for an answer that is an error."""
        return await self._commands.call(*parts)

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Part] = ()) -> Answer:
        """Run a script by its digest; it is sent whole where Redis has forgotten it (restart, SCRIPT FLUSH)."""
        try:
            return await self._commands.call("EVALSHA", script.digest, len(keys), *keys, *arguments)
        except RedisRefused as error:
            if error.kind != "NOSCRIPT":
                raise
        return await self._commands.call("EVAL", script.text, len(keys), *keys, *arguments)

    async def publish(self, channel: str, message: bytes | str) -> None:
        """Tell all processes that listen. Who is not connected just now misses it."""
        await self._commands.call("PUBLISH", channel, message)

    def listen(self, channel: str, heard: Callable[[bytes], None]) -> None:
        """Call ``heard`` with each message of a channel, on the event loop, for ever."""
        new = channel not in self._listeners
        self._listeners.setdefault(channel, []).append(heard)
        if new and self._ear.wire is not None:
            self._ear.wire.say("SUBSCRIBE", channel)

    def when_back(self, action: Callable[[], None]) -> None:
        """Call ``action`` each time that the messages flow (again): those of the time before were missed."""
        self._returned.append(action)

    async def close(self) -> None:
        """Let the connections go."""
        await self._ear.close()
        await self._commands.close()

    def _subscribe(self, wire: Wire) -> None:
        if self._listeners:
            wire.say("SUBSCRIBE", *self._listeners)
        for action in self._returned:
            action()

    def _heard(self, channel: bytes, message: bytes) -> None:
        for heard in self._listeners.get(channel.decode("utf-8", "replace"), ()):
            try:
                heard(message)
            except Exception:
                log.exception("a listener failed", channel=channel.decode("utf-8", "replace"))


class _Line:
    """A connection that is made again whenever it breaks, with growing pauses."""

    def __init__(
        self,
        address: RedisAddress,
        patience: float,
        *,
        heard: Listener | None = None,
        entered: Callable[[Wire], None] | None = None,
    ) -> None:
        self._address = address
        self._patience = patience
        self._heard = heard
        self._entered = entered
        self._task: asyncio.Task[None] | None = None
        self._first = asyncio.Event()
        self._why = "it is not connected yet"
        self.wire: Wire | None = None
        self.up_since = float("inf")

    @property
    def is_up(self) -> bool:
        return self.wire is not None

    async def start(self) -> None:
        """Connect, or find that nobody answers; from then on it goes by itself."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="redis connection")
        await self._first.wait()

    async def call(self, *parts: Part) -> Answer:
        if self.wire is None:
            raise down(self._why)
        return await self.wire.ask(parts)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                wire = await open_wire(self._address, self._patience, self._heard)
            except (RedisDown, RedisRefused, IndexError, TypeError) as error:
                self._why = error.detail if isinstance(error, RedisDown | RedisRefused) else "it is no Redis"
                if pause == FIRST_PAUSE:
                    log.warning("redis is not available", address=self._address.shown, detail=self._why)
                self._first.set()
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - not to come all at once
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause, self.wire, self.up_since = FIRST_PAUSE, wire, time.monotonic()
            if self._entered is not None:
                self._entered(wire)
            self._first.set()
            try:
                await self._hold(wire)
            finally:
                self.wire, self.up_since = None, float("inf")
                self._why = "the connection broke"
                wire.close()

    async def _hold(self, wire: Wire) -> None:
        """Until the line breaks. A listener asks for a sign of life now and then: silence looks like peace."""
        while True:
            done, _ = await asyncio.wait([wire.lost], timeout=LISTEN_CHECK_SECONDS)
            if done:
                return
            if self._heard is not None:
                with contextlib.suppress(RedisDown, RedisRefused):
                    await wire.ask(("PING",))


async def open_redis(url: str, *, patience: float = PATIENCE) -> Redis:
    """Redis at a URL: :func:`~cloudviz.runtime.redis.address.read_address` says which.

    Comes back when connected, or after the first try that failed: CloudViz starts without Redis as well.
    Raises BadInput for a URL that is none.
    """
    address = read_address(url)
    commands: Any
    if address.kind == "cluster":
        from cloudviz.runtime.redis.cluster import Cluster

        commands = Cluster(address, patience)
    else:
        commands = _Line(address, patience)
    redis = Redis(address, commands, patience)
    await asyncio.gather(commands.start(), redis._ear.start())
    return redis
