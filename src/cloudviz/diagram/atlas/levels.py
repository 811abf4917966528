"""Which tile shows what: a pyramid of square tiles, in which each box first appears where it is large enough.

At level 0 one tile of :data:`TILE` px holds the whole map; each level doubles the scale. A box is *born* at the
first level at which it is :data:`BORN` px wide or high, and is written in the one tile that holds its middle. A
window at level z is therefore complete with the tiles of the levels 0 to z that touch it, each grown by
:data:`MARGIN` px for boxes whose middle lies beyond the tile's edge. Lines appear once both of their ends have, in
every tile that they cross.

The scheme is that of street maps' vector tiles (Mapbox Vector Tile Specification 2.1), with the scene's own px.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TILE = 512
"""Side of a tile in CSS px at its own level."""

BORN = 20
"""Px that a box is wide or high at the level at which it appears: from then on an icon can be told."""

MARGIN = 2 * BORN
"""At its level a box is smaller than twice :data:`BORN`: this far its middle may lie outside of a window."""

DEEPEST = 24

Tile = tuple[int, int, int]
"""Level, column, row."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The pyramid over a scene.

    Attributes:
        width, height: extent of the scene, px.
        count: how many levels there are; with one all of it is in a single tile.
    """

    width: float
    height: float
    count: int

    @classmethod
    def over(cls, width: float, height: float, smallest: float, *, whole: bool) -> Levels:
        """As many levels as it takes until a box of ``smallest`` px is born; a single one for a ``whole`` map."""
        base = TILE / max(width, height, 1.0)
        needed = math.ceil(math.log2(BORN / max(smallest, 1.0) / base)) if not whole else 0
        return cls(width, height, min(max(needed, 0), DEEPEST) + 1)

    def scale(self, level: int) -> float:
        """CSS px a scene px at a level."""
        return TILE / max(self.width, self.height, 1.0) * 2.0**level

    def born(self, extent: float) -> int:
        """The level at which a box or line of that many scene px appears."""
        if self.count == 1 or extent <= 0:
            return 0 if self.count == 1 else self.count - 1
        level = math.ceil(math.log2(BORN / extent / self.scale(0)))
        return min(max(level, 0), self.count - 1)

    def at(self, level: int, x: float, y: float) -> Tile:
        """The tile of a level in which a scene point lies."""
        side = TILE / self.scale(level)
        last = (1 << level) - 1
        return level, min(max(int(x // side), 0), last), min(max(int(y // side), 0), last)

    def crossed(self, level: int, points: Sequence[tuple[float, float]]) -> Iterator[Tile]:
        """The tiles of a level that the boxes around a line's segments touch, each once, in a fixed order."""
        found: dict[Tile, None] = {}
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            _, left, top = self.at(level, min(ax, bx), min(ay, by))
            _, right, bottom = self.at(level, max(ax, bx), max(ay, by))
            for column in range(left, right + 1):
                for row in range(top, bottom + 1):
                    found[level, column, row] = None
        return iter(found)
