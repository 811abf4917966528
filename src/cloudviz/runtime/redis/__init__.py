"""Redis by one multiplexed connection a process: see :mod:`.client`, which needs the extra ``redis``."""

from __future__ import annotations

from cloudviz.runtime.redis.commands import Answer, Part, RedisDown, RedisRefused, Script

__all__ = ["Answer", "Part", "RedisDown", "RedisRefused", "Script"]
