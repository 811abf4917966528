"""What a storage is: objects under names that their content determines, written once and never changed."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime

from cloudviz.errors import NotFound

PIECE = 256 * 1024
"""Bytes that are read at once where an object is streamed."""

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Kept:
    """An object: its name, size in bytes, and when it was last written."""

    name: str
    size: int
    written_at: datetime

    @property
    def is_ours(self) -> bool:
        """Whether it is named as objects are; others put there by somebody else are none of our business."""
        return _NAME.fullmatch(self.name) is not None


def object_name(content: bytes, suffix: str) -> str:
    """The name of an object: the SHA-256 of its content in hex, and a suffix for people."""
    return checked_name(f"{hashlib.sha256(content).hexdigest()}.{suffix}")


def checked_name(name: str) -> str:
    """The same name. Raises NotFound for a text that names no object, such as one that leads out of the folder."""
    if not _NAME.fullmatch(name):
        raise missing(name)
    return name


def missing(name: str) -> NotFound:
    """The refusal for an object that is not there."""
    return NotFound(f"there is no file {name[:80]!r}", hint="Export the picture again.")


class Storage(ABC):
    """Where objects are. What can't be reached raises :class:`~cloudviz.errors.Unavailable`."""

    @abstractmethod
    async def put(self, name: str, content: bytes, media_type: str) -> None:
        """Write an object. One that is there already counts as written now: a clean-up must not take it away."""

    @abstractmethod
    def read(self, name: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
        """The content in pieces, from byte ``start`` up to ``stop``. Raises NotFound before the first."""

    @abstractmethod
    async def has(self, name: str) -> bool:
        """Whether an object is there."""

    @abstractmethod
    def listed(self) -> AsyncIterator[Kept]:
        """All objects, in no particular order."""

    @abstractmethod
    async def remove(self, names: Iterable[str]) -> None:
        """Take objects away; those that are not there count as taken away."""

    @abstractmethod
    async def remove_scraps(self, before: datetime) -> int:
        """Take away what writers that died have left half written; gives how many."""

    @abstractmethod
    async def link(self, name: str, seconds: int, *, file_name: str, media_type: str) -> str:
        """A URL that gives the object to whoever has it, for so many seconds; empty where there is none."""

    @abstractmethod
    async def check(self) -> str:
        """Make sure that it can be used; gives what it is, in words without secrets. Raises Unavailable."""

    async def content(self, name: str) -> bytes:
        """The whole content. Raises NotFound."""
        return b"".join([piece async for piece in self.read(name)])
