"""How far each session has written, in Redis, for all processes: so that who wrote by one reads it by another.

``wrote:{session}`` holds a place in the write-ahead log, and ``wrote:all`` that of what no session wrote: workers,
recordings. They end after a minute, when a replica that still is behind them is not asked at all.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.commands import RedisDown, RedisRefused, Script

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

LIFETIME_SECONDS = 60
ALL = "all"

# KEYS[1] the mark. ARGV: place, lifetime in seconds. A process that was slower must not take a mark back.
_NOTE = Script("""
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 1000)
return 1
""")

log = get_logger(__name__)


class WriteMarks:
    """The marks. Nothing here raises.

    Arguments:
        redis: where they are.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._owed = 0

    async def note(self, session: str, lsn: int) -> None:
        """A session has written up to here; an empty one is nobody's, and everybody waits for it.

        What can't be noted now is noted for everybody, as soon as anything can.
        """
        try:
            if self._owed:
                await self._redis.run(_NOTE, [_key(ALL)], [self._owed, LIFETIME_SECONDS])
                self._owed = 0
            await self._redis.run(_NOTE, [_key(session)], [lsn, LIFETIME_SECONDS])
        except (RedisDown, RedisRefused) as error:
            self._owed = max(self._owed, lsn)
            log.info("a write was not marked", detail=error.detail)

    async def reached(self, session: str) -> int | None:
        """Behind which place a session may not read; None when Redis can't say."""
        if self._owed:
            return None
        try:
            keys = {_key(ALL), _key(session)}
            found = await asyncio.gather(*(self._redis.call("GET", key) for key in keys))
            return max(int(each or 0) for each in found)
        except (RedisDown, RedisRefused, ValueError):
            return None


def _key(session: str) -> str:
    return f"wrote:{session or ALL}"
