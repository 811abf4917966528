"""``/admin/cache``: what is kept ready, and letting go of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query

from cloudviz.access import Event
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.house import House
from cloudviz.api.schemas.cache import CacheFamily, CacheFlushed, CacheReply, Family, ProcessCache, RedisFigures
from cloudviz.errors import Unavailable
from cloudviz.runtime import cache_keys
from cloudviz.runtime.cache import FLUSHED
from cloudviz.runtime.redis.commands import RedisDown, RedisRefused

router = APIRouter(tags=["admin"])


@router.get("", summary="What is kept ready, and how often it helped")
async def statistics(_: needs.Admin, house: needs.House) -> CacheReply:
    """Keys are counted by family (contract §6); hits and misses are those of the process that answers.

    `keys` is null while Redis does not answer: everything is made anew then.
    """
    cache, replies = house.cache, house.replies
    families = [
        CacheFamily(
            family=family,
            keys=None if cache is None else await cache.count(family),
            lifetime_seconds=cache_keys.lifetime(family, house.settings.cache),
        )
        for family in cache_keys.FAMILIES
    ]
    return CacheReply(
        state="memory" if cache is None else cache.state,
        families=families,
        process=ProcessCache(
            replies_bytes=replies.size,
            replies_most_bytes=house.settings.cache.memory_mb * 2**20,
            replies_hits=replies.hits,
            replies_misses=replies.misses,
            hits=0 if cache is None else cache.hits,
            misses=0 if cache is None else cache.misses,
        ),
        redis=await _redis(house),
    )


@router.delete("", summary="Let go of what is kept", responses=refuses(503))
async def flush(
    caller: needs.Admin,
    house: needs.House,
    address: needs.Address,
    family: Annotated[
        list[Family] | None, Query(description="Only these families; all where none is named.")
    ] = None,
) -> CacheFlushed:
    """In Redis and in every process. What is asked for next is made anew; nobody is signed out.

    503 while Redis does not answer: what could not be let go of is let go of when it is back.
    """
    wanted = sorted(set(family)) if family else list(cache_keys.FAMILIES)
    if house.cache is not None:
        await house.cache.invalidate(*wanted)
    house.replies.forget_all()
    if house.redis is not None:
        with suppress(RedisDown, RedisRefused):
            await house.redis.publish(FLUSHED, b"")
    await house.door.log.note(
        Event.CACHE_FLUSHED, actor=caller.username, address=address, detail={"families": list(wanted)}
    )
    if house.cache is not None and house.cache.state == "down":
        raise Unavailable("Redis does not answer: what it keeps will be let go of when it is back")
    return CacheFlushed(flushed=list(wanted))


async def _redis(house: House) -> RedisFigures | None:
    """What the servers say of themselves, added up; None without Redis, or while one of them does not answer."""
    if house.redis is None:
        return None
    try:
        told = [_fields(each) for each in await house.redis.each("INFO")]
        keys = sum(await house.redis.each("DBSIZE"))
    except (RedisDown, RedisRefused):  # refused: the user of REDIS_URL may not ask that
        return None

    def total(name: str) -> int:
        return sum(int(each.get(name, "0")) for each in told)

    return RedisFigures(
        kind=house.redis.kind,
        servers=len(told),
        version=told[0].get("redis_version", ""),
        keys=keys,
        used_bytes=total("used_memory"),
        most_bytes=total("maxmemory"),
        hits=total("keyspace_hits"),
        misses=total("keyspace_misses"),
        evicted=total("evicted_keys"),
    )


def _fields(info: bytes) -> dict[str, str]:
    lines = info.decode("utf-8", "replace").splitlines()
    return {name: value for name, colon, value in (line.partition(":") for line in lines) if colon}
