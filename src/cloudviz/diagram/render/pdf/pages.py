"""How a picture is laid on paper: on one page where it can be read there, else over several with an overview.

Lengths are points (72 to the inch) on paper, and px in the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cloudviz.errors import Invalid

_MILLIMETRE = 72 / 25.4
SIZES: dict[str, tuple[float, float]] = {
    "a4": (210 * _MILLIMETRE, 297 * _MILLIMETRE),
    "a3": (297 * _MILLIMETRE, 420 * _MILLIMETRE),
    "a2": (420 * _MILLIMETRE, 594 * _MILLIMETRE),
    "letter": (612.0, 792.0),
    "tabloid": (792.0, 1224.0),
}
"""Paper, upright: ISO 216 and ANSI/ASME Y14.1."""

PAGES = ("fit", *SIZES)
"""The words of the page option; ``fit`` is one page as large as the picture."""

MARGIN = 10 * _MILLIMETRE
"""What office printers leave white."""

HEAD = 20.0
"""The line above the picture on each of several pages."""

NATURAL = 0.75
"""Points a px at 96 px to the inch."""

READABLE = 0.5
"""Points a px below which one page is too small: names would be set in less than 6 points."""

TILED = 0.62
OVERLAP = 48.0
"""px that neighbouring pages share, a third of a box."""

MOST_TILES = 400


@dataclass(frozen=True, slots=True)
class Tile:
    """One of several pages: where it stands in the grid, and what of the picture it shows, in px."""

    row: int
    column: int
    x: float
    y: float
    width: float
    height: float

    @property
    def name(self) -> str:
        """Column letter and row number, as on a street map: ``B3``."""
        letters, column = "", self.column
        while column >= 0:
            letters = chr(65 + column % 26) + letters
            column = column // 26 - 1
        return f"{letters}{self.row + 1}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its size in points, and how many points a px of the picture takes on it."""

    width: float
    height: float
    scale: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A sheet with the whole picture, and the tiles, all on sheets of one kind, where it is too large for one."""

    whole: Sheet
    tiles: tuple[Tile, ...] = ()
    sheet: Sheet | None = None


def plan(width: float, height: float, page: str) -> Plan:
    """Where a picture of ``width`` by ``height`` px goes on paper of that name.

    The paper lies the way that suits the picture. Raises Invalid for a page that does not exist.
    """
    if page not in SIZES:
        raise Invalid(f"There is no page {page!r}", hint="Use " + ", ".join(PAGES) + ".")
    short, long = SIZES[page]
    ways = [(long, short), (short, long)]
    across, down = max(ways, key=lambda way: _fitting(width, height, way, 0.0))
    scale = _fitting(width, height, (across, down), 0.0)
    if scale >= READABLE:
        return Plan(Sheet(across, down, min(scale, NATURAL)))
    whole = Sheet(across, down, _fitting(width, height, (across, down), HEAD))
    scale = TILED
    while True:
        across, down = min(ways, key=lambda way: _count(_grid(width, height, way, scale)))
        columns, rows = _grid(width, height, (across, down), scale)
        if columns * rows <= MOST_TILES:
            break
        scale *= 0.9
    wide, high = _room(across, down, scale)
    tiles = tuple(
        Tile(row, column, _place(column, columns, width, wide), _place(row, rows, height, high), wide, high)
        for row in range(rows)
        for column in range(columns)
    )
    return Plan(whole, tiles, Sheet(across, down, scale))


def _fitting(width: float, height: float, paper: tuple[float, float], head: float) -> float:
    across, down = paper
    return min((across - 2 * MARGIN) / width, (down - 2 * MARGIN - head) / height)


def _room(across: float, down: float, scale: float) -> tuple[float, float]:
    return (across - 2 * MARGIN) / scale, (down - 2 * MARGIN - HEAD) / scale


def _grid(width: float, height: float, paper: tuple[float, float], scale: float) -> tuple[int, int]:
    wide, high = _room(*paper, scale)
    return (
        max(math.ceil((width - OVERLAP) / (wide - OVERLAP)), 1),
        max(math.ceil((height - OVERLAP) / (high - OVERLAP)), 1),
    )


def _count(grid: tuple[int, int]) -> int:
    return grid[0] * grid[1]


def _place(index: int, count: int, length: float, room: float) -> float:
    """Where a tile begins: the first at the start, the last at the end, the others evenly between."""
    return (length - room) / 2 if count == 1 else index * (length - room) / (count - 1)
