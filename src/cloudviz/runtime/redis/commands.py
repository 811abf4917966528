"""What is said to Redis: commands as RESP, scripts by their digest, and the two ways in which it fails."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from cloudviz.errors import CloudVizError, Unavailable

Part = bytes | str | int | float
Answer = Any  # bytes, int, None, or a list of these

HINT = "`cloudviz doctor` tests the connection; REDIS_URL says where it is."


class RedisDown(Unavailable):
    """Redis does not answer now. Whoever asks has to do without: it comes back by itself."""

    title = "Redis is not available"


class RedisRefused(CloudVizError):
    """Redis answered with an error, ``said``. ``kind`` is its first word: ``WRONGTYPE``, ``NOAUTH``, ``OOM``."""

    title = "Redis refused a command"

    def __init__(self, message: str) -> None:
        super().__init__(f"Redis answered: {message[:300]}", hint=HINT)
        self.said = message
        self.kind = message.partition(" ")[0]


@dataclass(frozen=True)
class Script:
    """A Lua script, which is sent whole once and then named by its digest."""

    text: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest())


def packed(parts: tuple[Part, ...]) -> bytes:
    """A command in RESP (https://redis.io/docs/latest/develop/reference/protocol-spec/)."""
    pieces = [b"*%d\r\n" % len(parts)]
    for part in parts:
        if isinstance(part, str):
            part = part.encode("utf-8", "surrogatepass")
        elif not isinstance(part, bytes):
            part = repr(part).encode()
        pieces.append(b"$%d\r\n%b\r\n" % (len(part), part))
    return b"".join(pieces)
