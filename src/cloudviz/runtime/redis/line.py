"""One connection to Redis that is made again by itself, for commands or for messages."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.address import RedisAddress
from cloudviz.runtime.redis.commands import Answer, Part, RedisDown, RedisRefused
from cloudviz.runtime.redis.wire import Listener, Wire, down, open_wire

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
LISTEN_CHECK_SECONDS = 10.0

log = get_logger(__name__)


class Line:
    """A connection that is made again whenever it breaks, with growing pauses.

    Arguments:
        heard: called with channel and message for what is published on a subscribed channel.
        entered: called with each new connection.
        places: further places to try, where the nodes of a cluster are by now.
    """

    def __init__(
        self,
        address: RedisAddress,
        patience: float,
        *,
        heard: Listener | None = None,
        entered: Callable[[Wire], None] | None = None,
        places: Callable[[], Sequence[tuple[str, int]]] | None = None,
    ) -> None:
        self._address = address
        self._places = places
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
        """Whether there is a connection just now."""
        return self.wire is not None

    async def start(self) -> None:
        """Connect, or find that nobody answers; from then on it goes by itself."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="redis connection")
        await self._first.wait()

    @property
    def was_tried(self) -> bool:
        """Whether the first try to connect is over."""
        return self._first.is_set()

    @property
    def places(self) -> Sequence[tuple[str, int]]:
        """Nothing but its address is known."""
        return ()

    async def call(self, *parts: Part) -> Answer:
        """One command. Raises RedisDown, RedisRefused."""
        if self.wire is None:
            raise down(self._why)
        return await self.wire.ask(parts)

    async def each(self, *parts: Part) -> list[Answer]:
        """One command to the one server there is."""
        return [await self.call(*parts)]

    async def close(self) -> None:
        """Let the connection go."""
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
                wire = await open_wire(self._to_try(), self._patience, self._heard)
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

    def _to_try(self) -> RedisAddress:
        if self._places is None:
            return self._address
        return replace(self._address, places=tuple(dict.fromkeys((*self._address.places, *self._places()))))

    async def _hold(self, wire: Wire) -> None:
        """Until the line breaks. A listener asks for a sign of life now and then: silence looks like peace."""
        while True:
            done, _ = await asyncio.wait([wire.lost], timeout=LISTEN_CHECK_SECONDS)
            if done:
                return
            if self._heard is not None:
                with contextlib.suppress(RedisDown, RedisRefused):
                    await wire.ask(("PING",))
