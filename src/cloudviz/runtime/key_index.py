"""Which keys of a family there are in Redis: a sorted set of them by when they end, so that nothing needs KEYS."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from cloudviz.runtime.cache_keys import family_of

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

AT_ONCE = 500
"""Keys taken away in one go; in a cluster each of them is a command of its own."""

TIDY_SECONDS = 60.0


class KeyIndex:
    """The sorted sets ``keys:{family}``. What is not in them ends by its own lifetime.

    Raises RedisDown and RedisRefused as the connection does.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._tidied: dict[str, float] = {}

    async def note(self, key: str, lifetime: float) -> None:
        """A key is about to be written, and will end within ``lifetime`` seconds."""
        index, now = _index(family_of(key)), time.time()
        await self._redis.call("ZADD", index, now + lifetime, key)
        if now - self._tidied.get(index, 0.0) > TIDY_SECONDS:
            self._tidied[index] = now
            await self._redis.call("ZREMRANGEBYSCORE", index, "-inf", now)

    async def count(self, family: str) -> int:
        """How many keys of a family have not ended yet."""
        return int(await self._redis.call("ZCOUNT", _index(family), time.time(), "+inf"))

    async def clear(self, family: str) -> None:
        """Take all keys of a family away."""
        index = _index(family)
        while True:
            keys = await self._redis.call("ZRANGE", index, 0, AT_ONCE - 1)
            if not keys:
                return
            await asyncio.gather(*(self._redis.call("UNLINK", key) for key in keys))
            await self._redis.call("ZREM", index, *keys)


def _index(family: str) -> str:
    return f"keys:{family}"
