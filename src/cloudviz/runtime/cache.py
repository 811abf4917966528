"""What took work to make, kept for a while: in the memory of this process, or in Redis for all processes.

The first word of a key is its family: ``resources:aws:eu-west-1`` (:mod:`cloudviz.runtime.cache_keys` lists them).
Each value goes with the version that its family had when the making began; :meth:`Cache.invalidate` gives the
family a new version, so that all its values are as good as gone, in one step however many there are. Then the keys
are taken away too, by the index of each family (``keys:{family}``): nothing is ever looked for by pattern.

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

import cloudviz
from cloudviz.runtime import cache_keys
from cloudviz.runtime.cache_keys import family_of
from cloudviz.runtime.key_index import KeyIndex
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.commands import RedisDown, RedisRefused, Script

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

LARGEST_VALUE = 8 * 2**20  # bytes; what is larger is made anew rather than moved about
MOST_FIELDS = 2000  # of one key; who asks for a million pages starts the key anew
PAY_SECONDS = 0.2

RECORDED, FLUSHED = "cloudviz:recorded", "cloudviz:flushed"
"""Channels in Redis: the inventory has a new version; nothing that was kept is to be used any more."""

AFTER_DISCOVERY = (cache_keys.RESOURCES, cache_keys.COSTS)

# KEYS[1] a hash. ARGV: field, value, lifetime in ms, most fields.
_KEEP = Script("""
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' or redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
""")

log = get_logger(__name__)


class Cache(ABC):
    """Bytes by key and field, each for its lifetime. One contract suite holds for every kind.

    Attributes:
        hits, misses: of this process, since it began.
    """

    def __init__(self) -> None:
        self._making: dict[tuple[str, str], asyncio.Task[bytes]] = {}
        self.hits = 0
        self.misses = 0

    async def fetch(
        self, key: str, lifetime: float, make: Callable[[], Awaitable[bytes]], field: str = ""
    ) -> bytes:
        """What is kept under a key, or what ``make`` makes: once, however many ask for it at the same time.

        Arguments:
            lifetime: seconds for which it is kept. Fields of one key end together, by the first of them.
            field: which of the values under this key.

        Raises what ``make`` raises, to all who wait for it; a failure is not kept.
        """
        version = await self._version(family_of(key))
        kept = await self._read(key, field, version)
        if kept is not None:
            self.hits += 1
            return kept
        self.misses += 1
        wanted = (key, field)
        task = self._making.get(wanted)
        if task is None:

            async def made() -> bytes:
                try:
                    value = await make()
                    if len(value) <= LARGEST_VALUE:
                        await self._write(key, field, version, value, lifetime)
                    return value
                finally:
                    del self._making[wanted]

            task = self._making[wanted] = asyncio.create_task(made())
        # Shielded: of several who wait for one value the first to leave must not take it away.
        return await asyncio.shield(task)

    async def get(self, key: str, field: str = "") -> bytes | None:
        """What is kept under a key; None when there is nothing, or nothing that is still right."""
        return await self._read(key, field, await self._version(family_of(key)))

    async def put(self, key: str, value: bytes, lifetime: float, field: str = "") -> None:
        """Keep a value for ``lifetime`` seconds."""
        if len(value) <= LARGEST_VALUE:
            await self._write(key, field, await self._version(family_of(key)), value, lifetime)

    @abstractmethod
    async def drop(self, key: str) -> None:
        """Forget one key with all of its fields."""

    @abstractmethod
    async def invalidate(self, *families: str) -> None:
        """Forget all keys of some families."""

    @abstractmethod
    async def count(self, family: str) -> int | None:
        """How many keys of a family are kept; None when nobody can tell just now."""

    async def discovered(self, discovery_id: str) -> None:
        """A discovery has finished: forget what it makes outdated."""
        await self.invalidate(*AFTER_DISCOVERY)
        await self.drop(cache_keys.disco(discovery_id))

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
    async def _read(self, key: str, field: str, version: bytes) -> bytes | None: ...

    @abstractmethod
    async def _write(self, key: str, field: str, version: bytes, value: bytes, lifetime: float) -> None: ...


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
        self._kept: OrderedDict[tuple[str, str], tuple[bytes, bytes, float]] = OrderedDict()
        self._versions: dict[str, bytes] = {}
        self.bytes = 0

    @property
    def state(self) -> str:
        return "memory"

    async def drop(self, key: str) -> None:
        self._forget([each for each in self._kept if each[0] == key])

    async def invalidate(self, *families: str) -> None:
        for family in families:
            self._versions[family] = secrets.token_bytes(8)
        self._forget([each for each in self._kept if family_of(each[0]) in families])

    async def count(self, family: str) -> int | None:
        now = self._now()
        return len({key for (key, _), kept in self._kept.items() if family_of(key) == family and now < kept[2]})

    async def _version(self, family: str) -> bytes:
        return self._versions.get(family, b"")

    async def _read(self, key: str, field: str, version: bytes) -> bytes | None:
        found = self._kept.get((key, field))
        if found is None:
            return None
        made_at, value, until = found
        if made_at != version or self._now() >= until:
            self._forget([(key, field)])
            return None
        self._kept.move_to_end((key, field))
        return value

    async def _write(self, key: str, field: str, version: bytes, value: bytes, lifetime: float) -> None:
        wanted = (key, field)
        if wanted in self._kept:
            self._forget([wanted])
        self._kept[wanted] = (version, value, self._now() + lifetime)
        self.bytes += _weight(wanted, value)
        while self.bytes > self._most:
            oldest, (_, dropped, _) = self._kept.popitem(last=False)
            self.bytes -= _weight(oldest, dropped)

    def _forget(self, wanted: list[tuple[str, str]]) -> None:
        for each in wanted:
            self.bytes -= _weight(each, self._kept.pop(each)[1])


class RedisCache(Cache):
    """In Redis, for all processes. How much it may hold, Redis itself is told (``maxmemory``, ``allkeys-lru``)."""

    def __init__(self, redis: Redis) -> None:
        super().__init__()
        self._redis = redis
        self._index = KeyIndex(redis)
        self._owed: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        return "redis" if self._redis.is_up else "down"

    async def drop(self, key: str) -> None:
        try:
            await self._redis.call("DEL", key)
        except (RedisDown, RedisRefused):
            self._owe(family_of(key))

    async def invalidate(self, *families: str) -> None:
        for family in families:
            try:
                await self._redis.call("SET", f"version:{family}", secrets.token_bytes(8))
                await self._index.clear(family)
            except (RedisDown, RedisRefused):
                self._owe(family)

    async def count(self, family: str) -> int | None:
        try:
            return await self._index.count(family)
        except (RedisDown, RedisRefused):
            return None

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
                    await self._index.clear(family)
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

    async def _read(self, key: str, field: str, version: bytes) -> bytes | None:
        if not version:
            return None
        try:
            found: bytes | None = await self._redis.call("HGET", key, _field(field))
        except (RedisDown, RedisRefused):  # refused: somebody keeps something else under that key
            return None
        return found[len(version) :] if found is not None and found.startswith(version) else None

    async def _write(self, key: str, field: str, version: bytes, value: bytes, lifetime: float) -> None:
        if not version:
            return
        try:
            await self._index.note(key, lifetime)
            span = max(1, int(lifetime * 1000))
            await self._redis.run(_KEEP, [key], [_field(field), version + value, span, MOST_FIELDS])
        except (RedisDown, RedisRefused) as error:
            log.info("a value was not kept", key=key, detail=error.detail)


def _field(field: str) -> str:
    """A field of this release: while releases change, two of them share a Redis and not what they make."""
    return f"{cloudviz.__version__}\0{field}"


def _weight(wanted: tuple[str, str], value: bytes) -> int:
    return len(wanted[0]) + len(wanted[1]) + len(value) + 200  # what Python needs to hold them
