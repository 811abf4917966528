"""Properties kept as JSON bytes: a scan of 200,000 resources holds them all, and reads almost none of them."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from typing import Any, Protocol

import orjson


class PackedProperties(Mapping[str, Any]):
    """A mapping that is its own canonical JSON (keys sorted), parsed anew at each access.

    As objects the properties of a resource take five to ten times the memory. Equal to any mapping of equal
    content; like a dict it can't be hashed. Changing what an access returns changes nothing here.

    Attributes:
        packed: UTF-8 JSON of an object, keys sorted at every depth.
    """

    __slots__ = ("packed",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    def unpacked(self) -> dict[str, Any]:
        """All of it as plain JSON, a new copy."""
        made: dict[str, Any] = orjson.loads(self.packed)
        return made

    def __getitem__(self, key: str) -> Any:
        return self.unpacked()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.unpacked())

    def __len__(self) -> int:
        return len(self.unpacked())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PackedProperties):
            return self.packed == other.packed or self.unpacked() == other.unpacked()
        if isinstance(other, Mapping):
            return self.unpacked() == dict(other)
        return NotImplemented

    def __repr__(self) -> str:
        return f"PackedProperties({self.unpacked()!r})"


class Aside(Protocol):
    """Where bytes are put that memory has no room for."""

    def put(self, data: bytes) -> int:
        """Put bytes there; returns where they begin."""

    def get(self, begin: int, size: int) -> bytes:
        """Bytes that were put there."""


class AsideProperties(PackedProperties):
    """The same, with the JSON put aside: an estate of 500 MB of files is linked while nobody reads it."""

    __slots__ = ("_aside", "_place")

    def __init__(self, packed: bytes, aside: Aside) -> None:
        self._aside = aside
        self._place = aside.put(packed) << 32 | len(packed)

    @property
    def packed(self) -> bytes:  # type: ignore[override]
        """UTF-8 JSON of an object, keys sorted at every depth."""
        return self._aside.get(self._place >> 32, self._place & 0xFFFFFFFF)

    def items(self) -> ItemsView[str, Any]:
        """All of it, read once."""
        return self.unpacked().items()

    def here(self) -> PackedProperties:
        """The same in memory."""
        return PackedProperties(self.packed)

    def __reduce__(self) -> tuple[Any, ...]:
        return PackedProperties, (self.packed,)


def pack(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties packed; as they are where they hold what JSON can't (integers beyond 64 bits)."""
    try:
        written = orjson.dumps(properties, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return properties
    # orjson leaves its buffer as it has grown, three times what is in it on average: a copy has the true size.
    return PackedProperties(bytes(memoryview(written)))
