"""The piece of which the ways of edges are made, and which is moved until it lies apart from the others."""

from __future__ import annotations

from cloudviz.diagram.layout.field import Field


class Piece:
    """An upright or level piece of a way; ``at`` is its x or y, ``low`` to ``high`` its extent."""

    __slots__ = ("at", "bundle", "fields", "high", "key", "low", "lowest", "most", "upright")

    def __init__(self, upright: bool, at: float, field: Field) -> None:
        self.upright, self.at = upright, at
        self.fields = [field]
        self.low = self.high = self.lowest = self.most = 0.0
        self.bundle = 0
        self.key: tuple[float, ...] = ()
