"""The open sessions of people in Redis, for all processes: one hash ``session:{user_id}`` a person (contract §6).

What is there was confirmed by the database, and says when. Whoever ends a session, or changes what somebody may,
takes it away and leaves a new generation, so that what another process read before that can't be put back after
it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from cloudviz.access.caller import Caller
from cloudviz.runtime import cache_keys
from cloudviz.runtime.key_index import KeyIndex
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.commands import Part, RedisDown, RedisRefused, Script

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

MOST_SESSIONS = 500  # of one person; who opens more has the others confirmed anew
PAY_SECONDS = 0.2

# KEYS[1] the person's hash. ARGV: session. The answer: generation, what is kept of the session, the time.
_FIND = Script("""
local kept = redis.call('HMGET', KEYS[1], 'generation', ARGV[1])
local time = redis.call('TIME')
return {kept[1] or '', kept[2] or '', string.format('%d.%06d', time[1], time[2])}
""")

# ARGV: session, the generation that was read before the database was asked, JSON, lifetime in ms, most sessions.
_KEEP = Script("""
if (redis.call('HGET', KEYS[1], 'generation') or '') ~= ARGV[2] then return 0 end
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[5]) then
  redis.call('DEL', KEYS[1])
  if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'generation', ARGV[2]) end
end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d.%06d', time[1], time[2]) .. ' ' .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
""")

# ARGV: session, or nothing for all of the person's; lifetime in ms.
_END = Script("""
local time = redis.call('TIME')
if ARGV[1] == '' then redis.call('DEL', KEYS[1]) else redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[1], 'generation', time[1] .. '.' .. time[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
""")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What Redis knows of a session.

    Attributes:
        caller: whose it is; None when it is not known.
        age: seconds since the database confirmed it.
        until: when it ends by itself, in seconds since 1970.
        generation: what :meth:`SharedSessions.keep` wants to be told.
    """

    caller: Caller | None
    age: float
    until: float
    generation: bytes


class SharedSessions:
    """Sessions that all processes share. Nothing here raises: without Redis nothing is known, and nothing kept.

    Arguments:
        lifetime: seconds for which a person's sessions are kept after the last of them was confirmed.
    """

    def __init__(self, redis: Redis, lifetime: float) -> None:
        self._redis = redis
        self._index = KeyIndex(redis)
        self._lifetime = lifetime
        self._owed: set[tuple[str, str]] = set()
        self._task: asyncio.Task[None] | None = None

    async def find(self, person: str, session: str) -> Kept | None:
        """What is known of a session; None when Redis can't say."""
        if (person, session) in self._owed or (person, "") in self._owed:
            return None
        try:
            generation, value, now = await self._redis.run(_FIND, [cache_keys.session(person)], [session])
        except (RedisDown, RedisRefused):
            return None
        at, _, said = value.partition(b" ")
        try:
            caller, until = _read(person, session, orjson.loads(said)) if said else (None, 0.0)
            return Kept(caller, float(now) - float(at or now), until, generation)
        except (ValueError, KeyError, TypeError):  # somebody else writes there
            return Kept(None, 0.0, 0.0, generation)

    async def keep(self, caller: Caller, until: float, generation: bytes) -> None:
        """The database has just confirmed a session: keep it, unless something was ended meanwhile."""
        key = cache_keys.session(caller.person)
        said = {"name": caller.username, "email": caller.email, "roles": list(caller.roles), "until": until}
        span = int(self._lifetime * 1000)
        try:
            await self._index.note(key, self._lifetime)
            arguments: list[Part] = [caller.session, generation, orjson.dumps(said), span, MOST_SESSIONS]
            await self._redis.run(_KEEP, [key], arguments)
        except (RedisDown, RedisRefused) as error:
            log.info("a session was not kept", detail=error.detail)

    async def end(self, person: str, session: str = "") -> None:
        """Forget a session, or all of a person. Done later where Redis is away just now."""
        if not await self._end(person, session):
            self._owed.add((person, session))
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._pay(), name="sessions to be ended in redis")

    async def close(self) -> None:
        """Give up what is still owed: it is trusted for seconds only."""
        if self._task is not None:
            self._task.cancel()

    async def _end(self, person: str, session: str) -> bool:
        try:
            await self._redis.run(_END, [cache_keys.session(person)], [session, int(self._lifetime * 1000)])
        except (RedisDown, RedisRefused):
            return False
        return True

    async def _pay(self) -> None:
        while self._owed:
            await asyncio.sleep(PAY_SECONDS)
            for each in list(self._owed):
                if not await self._end(*each):
                    break
                self._owed.discard(each)


def _read(person: str, session: str, said: dict[str, Any]) -> tuple[Caller, float]:
    roles = tuple(str(word) for word in said["roles"])
    return Caller(int(person), str(said["name"]), str(said["email"]), roles, session), float(said["until"])
