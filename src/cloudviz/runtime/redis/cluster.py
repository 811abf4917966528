"""A Redis Cluster, through redis-py: it knows the slots, follows MOVED and ASK, and finds the nodes anew."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from cloudviz.errors import Unavailable
from cloudviz.runtime.redis.address import RedisAddress
from cloudviz.runtime.redis.commands import Answer, Part, RedisRefused
from cloudviz.runtime.redis.wire import down

REST_SECONDS = 1.0  # after a failure, how long nobody is sent into another time-out


class Cluster:
    """Commands to the node that holds their key. All keys of a command, or of a script, lie in one slot.

    Raises as :meth:`~cloudviz.runtime.redis.client.Redis.call` does.
    """

    def __init__(self, address: RedisAddress, patience: float) -> None:
        try:
            from redis.asyncio.cluster import ClusterNode, RedisCluster
        except ImportError as error:
            raise Unavailable(
                "a Redis cluster needs the package redis", hint="Install `cloudviz[redis]`."
            ) from error
        options: dict[str, Any] = {"ssl_ca_certs": address.ca_file} if address.tls and address.ca_file else {}
        self._client = RedisCluster(
            startup_nodes=[ClusterNode(host, port) for host, port in address.places],
            username=address.username or None,
            password=address.password or None,
            ssl=address.tls,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            **options,
        )
        self._patience = patience
        self._resting_until = 0.0
        self.up_since = float("inf")

    @property
    def is_up(self) -> bool:
        return self.up_since != float("inf")

    async def start(self) -> None:
        """Ask once, to know whether it is there."""
        try:
            await self.call("PING")
        except Unavailable:
            return

    async def call(self, *parts: Part) -> Answer:
        from redis.exceptions import RedisError, ResponseError

        if time.monotonic() < self._resting_until:
            raise down("it failed a moment ago")
        try:
            # Several nodes may be asked in turn after a failure; the whole has its end too.
            async with asyncio.timeout(self._patience * 4):
                answer = await self._client.execute_command(*parts)
        except ResponseError as error:
            self._note_up()
            raise RedisRefused(_with_kind(error)) from error
        except (RedisError, OSError, TimeoutError) as error:
            self.up_since = float("inf")
            self._resting_until = time.monotonic() + REST_SECONDS
            raise down(type(error).__name__) from error
        self._note_up()
        return answer

    async def close(self) -> None:
        await self._client.aclose()

    def _note_up(self) -> None:
        if not self.is_up:
            self.up_since = time.monotonic()


def _with_kind(error: Exception) -> str:
    """The error with its first word, which redis-py takes off where it has a class for it."""
    words = {"NoScriptError": "NOSCRIPT"}
    word = words.get(type(error).__name__, "")
    text = str(error)
    return text if not word or text.startswith(word) else f"{word} {text}"
