"""Telling the servers what a process that is none of them has done: a worker, or a command."""

from __future__ import annotations

from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store


def tell_of_discoveries(store: Store, settings: Settings) -> None:
    """From now on, each discovery that this process finishes makes outdated what servers keep in Redis.

    Does nothing where no Redis is set: then servers look at the inventory's version each second. The connection is
    made for each of them anew, since they are rare and nobody waits for them.
    """
    url = settings.redis_url.get_secret_value()
    if not url:
        return

    async def tell(discovery_id: str) -> None:
        from cloudviz.errors import CloudVizError
        from cloudviz.runtime.cache import RECORDED, RedisCache
        from cloudviz.runtime.redis.client import open_redis  # needs the extra redis

        try:
            redis = await open_redis(url)
            try:
                cache = RedisCache(redis)
                await cache.discovered(discovery_id)
                await cache.close()
                await redis.publish(RECORDED, b"")
            finally:
                await redis.close()
        except CloudVizError as error:
            get_logger(__name__).warning("servers were not told of a discovery", detail=error.detail)

    store.discoveries.when_finished(tell)
