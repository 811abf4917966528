"""What is kept ready."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cloudviz.api.schemas.base import Told, example

Family = Literal["disco", "resources", "costs", "diagram", "session"]


class CacheFamily(Told):
    """The keys that begin with one word."""

    family: Family
    keys: int | None = Field(description="How many are kept; null while Redis does not answer.")
    lifetime_seconds: int = Field(description="The setting cache.<family>_seconds.")


class ProcessCache(Told):
    """What the process that answers keeps in its own memory, and how often it helped since its start."""

    replies_bytes: int
    replies_most_bytes: int = Field(description="The setting cache.memory_mb.")
    replies_hits: int
    replies_misses: int
    hits: int = Field(description="Values found under the keys of the families.")
    misses: int


class RedisFigures(Told):
    """What the servers of Redis say, added up."""

    kind: str = Field(description="single, sentinel or cluster.")
    servers: int = Field(description="Those that hold a part of the keys.")
    version: str
    keys: int = Field(description="All there are, those of others too.")
    used_bytes: int
    most_bytes: int = Field(description="maxmemory; 0 where there is no limit.")
    hits: int
    misses: int
    evicted: int


class CacheReply(Told):
    """What is kept ready."""

    state: Literal["memory", "redis", "down"] = Field(description="Where; `down` while Redis does not answer.")
    families: list[CacheFamily]
    process: ProcessCache
    redis: RedisFigures | None = None

    model_config = example(
        state="redis",
        families=[{"family": "resources", "keys": 12, "lifetime_seconds": 1800}],
        process={
            "replies_bytes": 52_000,
            "replies_most_bytes": 67_108_864,
            "replies_hits": 9000,
            "replies_misses": 40,
            "hits": 4,
            "misses": 36,
        },
        redis={
            "kind": "single",
            "servers": 1,
            "version": "7.4.1",
            "keys": 31,
            "used_bytes": 1_900_000,
            "most_bytes": 0,
            "hits": 9100,
            "misses": 77,
            "evicted": 0,
        },
    )


class CacheFlushed(Told):
    """What was let go of."""

    flushed: list[Family]

    model_config = example(flushed=["resources", "costs"])
