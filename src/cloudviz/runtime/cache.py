"""What took work to make, kept for a while: in the memory of this process, or in Redis for all processes.

The first word of a key is its family: ``resources:aws:eu-west-1`` (contract §6 lists them). Each value goes with
the version that its family had when the making began; :meth:`Cache.invalidate` gives the family a new version, so
that all its values are as good as gone, in one step however many there are. Nothing is ever looked for by pattern.

A cache never fails: without Redis everything is made anew, and ``/health`` says so.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.commands import RedisDown, RedisRefused

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

LARGEST_VALUE = 8 * 2**20  # bytes; what is larger is made anew rather than moved about
PAY_SECONDS = 0.2
AFTER_DISCOVERY = ("resources", "costs")

log = get_logger(__name__)


class Cache(ABC):
    """Bytes by key, each for its lifetime. One contract suite holds for every kind."""

    def __init__(self) -> None:
        self._making: dict[str, asyncio.Task[bytes]] = {}

    async def fetch(self, key: str, lifetime: float, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What is kept under a key, or what ``make`` makes: once, however many ask for it at the same time.

        Arguments:
            lifetime: seconds for which it is kept.

        Raises what ``make`` raises, to all who wait for it; a failure is not kept.
        """
        version = await self._version(_family(key))
        kept = await self._read(key, version)
        if kept is not None:
            return kept
        task = self._making.get(key)
        if task is None:

            async def made() -> bytes:
                try:
                    value = await make()
                    if len(value) <= LARGEST_VALUE:
                        await self._write(key, version, value, lifetime)
                    return value
                finally:
                    del self._making[key]

            task = self._making[key] = asyncio.create_task(made())
        # Shielded: of several who wait for one value the first to leave must not take it away.
        return await asyncio.shield(task)

    async def get(self, key: str) -> bytes | None:
        """What is kept under a key; None when there is nothing, or nothing that is still right."""
        return await self._read(key, await self._version(_family(key)))

    async def put(self, key: str, value: bytes, lifetime: float) -> None:
        """Keep a value for ``lifetime`` seconds."""
        if len(value) <= LARGEST_VALUE:
            await self._write(key, await self._version(_family(key)), value, lifetime)

    @abstractmethod
    async def drop(self, key: str) -> None:
        """Forget one key."""

    @abstractmethod
    async def invalidate(self, *families: str) -> None:
        """Forget all keys of some families."""

    async def discovered(self, discovery_id: str) -> None:
        """A discovery has finished: forget what it makes outdated."""
        await self.invalidate(*AFTER_DISCOVERY)
        await self.drop(f"disco:{discovery_id}")

    @property
    @abstractmethod
    def state(self) -> str:
        """``memory``, ``redis``, or ``down`` while Redis does not answer."""

    async def close(self) -> None:
        """Let go of what is being made."""
        for task in list(self._making.values()):
            task.cancel()

    @abstractmethod
    async def _version(self, family: str) -> bytes: ...

    @abstractmethod
    async def _read(self, key: str, version: bytes) -> bytes | None: ...

    @abstractmethod
    async def _write(self, key: str, version: bytes, value: bytes, lifetime: float) -> None: ...


class MemoryCache(Cache):
    """In this process.

    Arguments:
        most_bytes: of keys and values together; what was not asked for longest goes first.
        now: a monotonic clock in seconds.
    """

    def __init__(self, most_bytes: int, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most = most_bytes
        self._now = now
        self._kept: OrderedDict[str, tuple[bytes, bytes, float]] = OrderedDict()
        self._versions: dict[str, bytes] = {}
        self.bytes = 0

    @property
    def state(self) -> str:
        return "memory"

    async def drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.bytes -= _weight(key, found[1])

    async def invalidate(self, *families: str) -> None:
        for family in families:
            self._versions[family] = secrets.token_bytes(8)

    async def _version(self, family: str) -> bytes:
        return self._versions.get(family, b"")

    async def _read(self, key: str, version: bytes) -> bytes | None:
        found = self._kept.get(key)
        if found is None:
            return None
        made_at, value, until = found
        if made_at != version or self._now() >= until:
            await self.drop(key)
            return None
        self._kept.move_to_end(key)
        return value

    async def _write(self, key: str, version: bytes, value: bytes, lifetime: float) -> None:
        await self.drop(key)
        self._kept[key] = (version, value, self._now() + lifetime)
        self.bytes += _weight(key, value)
        while self.bytes > self._most:
            oldest, (_, dropped, _) = self._kept.popitem(last=False)
            self.bytes -= _weight(oldest, dropped)


class RedisCache(Cache):
    """In Redis, for all processes. How much it may hold, Redis itself is told (``maxmemory``, ``allkeys-lru``)."""

    def __init__(self, redis: Redis) -> None:
        super().__init__()
        self._redis = redis
        self._owed: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        return "redis" if self._redis.is_up else "down"

    async def drop(self, key: str) -> None:
        try:
            await self._redis.call("DEL", key)
        except (RedisDown, RedisRefused):
            self._owe(_family(key))

    async def invalidate(self, *families: str) -> None:
        for family in families:
            try:
                await self._redis.call("SET", f"version:{family}", secrets.token_bytes(8))
            except (RedisDown, RedisRefused):
                self._owe(family)

    async def close(self) -> None:
        await super().close()
        if self._task is not None:
            self._task.cancel()

    def _owe(self, family: str) -> None:
        """What could not be forgotten while Redis was away is forgotten as soon as it is back."""
        self._owed.add(family)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._pay())

    async def _pay(self) -> None:
        while self._owed:
            await asyncio.sleep(PAY_SECONDS)
            for family in list(self._owed):
                try:
                    await self._redis.call("SET", f"version:{family}", secrets.token_bytes(8))
                except (RedisDown, RedisRefused):
                    break
                self._owed.discard(family)

    async def _version(self, family: str) -> bytes:
        """The family's version. One that is missing is made up, never taken for "none": a value that was begun
        before Redis was emptied must not come to be right again."""
        if family in self._owed:
            return b""
        key = f"version:{family}"
        try:
            found: bytes | None = await self._redis.call("GET", key)
            if found is None:
                await self._redis.call("SET", key, secrets.token_bytes(8), "NX")
                found = await self._redis.call("GET", key)
        except (RedisDown, RedisRefused):
            return b""
        return found or b""

    async def _read(self, key: str, version: bytes) -> bytes | None:
        if not version:
            return None
        try:
            found: bytes | None = await self._redis.call("GET", key)
        except (RedisDown, RedisRefused):  # refused: somebody keeps something else under that key
            return None
        return found[len(version) :] if found is not None and found.startswith(version) else None

    async def _write(self, key: str, version: bytes, value: bytes, lifetime: float) -> None:
        if not version:
            return
        try:
            await self._redis.call("SET", key, version + value, "PX", max(1, int(lifetime * 1000)))
        except (RedisDown, RedisRefused) as error:
            log.info("a value was not kept", key=key, detail=error.detail)


def _family(key: str) -> str:
    return key.partition(":")[0]


def _weight(key: str, value: bytes) -> int:
    return len(key) + len(value) + 200  # what Python needs to hold the two
