"""Redis for a whole process: it connects again by itself, and says at once when it can't help.

A call never waits for a connection to come back: the cache and the limits have something to do without Redis, and
a request that waited for it would fail all the same, only later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.address import RedisAddress, read_address
from cloudviz.runtime.redis.commands import Answer, Part, RedisRefused, Script
from cloudviz.runtime.redis.line import Line
from cloudviz.runtime.redis.wire import Wire

PATIENCE = (
    0.5  # seconds for one answer: Redis takes under a millisecond, so that one that needs longer is in trouble
)

log = get_logger(__name__)


class Commands(Protocol):
    """The way of commands: a line to one server, or :class:`~cloudviz.runtime.redis.cluster.Cluster`."""

    @property
    def is_up(self) -> bool: ...
    @property
    def up_since(self) -> float: ...
    @property
    def places(self) -> Sequence[tuple[str, int]]: ...
    async def call(self, *parts: Part) -> Answer: ...
    async def each(self, *parts: Part) -> list[Answer]: ...
    async def start(self) -> None: ...
    async def close(self) -> None: ...


class Redis:
    """Commands, scripts and messages. Made by :func:`open_redis`.

    Attributes:
        kind: ``single``, ``sentinel`` or ``cluster``.
        is_up: whether commands and messages arrive just now.
        up_since: since when without a gap, on the monotonic clock. What an earlier connection was told may be
            outdated: messages published in between are lost.
    """

    def __init__(self, address: RedisAddress, commands: Commands, patience: float) -> None:
        self.shown = address.shown
        self.kind = address.kind
        self._commands = commands
        self._listeners: dict[str, list[Callable[[bytes], None]]] = {}
        self._returned: list[Callable[[], None]] = []
        self._ear = Line(
            address, patience, heard=self._heard, entered=self._subscribe, places=lambda: commands.places
        )

    @property
    def is_up(self) -> bool:
        return self._commands.is_up and self._ear.is_up

    @property
    def up_since(self) -> float:
        return max(self._commands.up_since, self._ear.up_since)

    async def call(self, *parts: Part) -> Answer:
        """One command. Raises RedisDown when there is no answer, RedisRefused for an answer that is an error."""
        return await self._commands.call(*parts)

    async def each(self, *parts: Part) -> list[Answer]:
        """One command to each server that holds a part of the keys. Raises as :meth:`call` does."""
        return await self._commands.each(*parts)

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
        commands = Line(address, patience)
    redis = Redis(address, commands, patience)
    await asyncio.gather(commands.start(), redis._ear.start())
    return redis
