"""Lanes: the strips of free page in which the straight pieces of edges lie.

A lane is one side of a box (where edges begin and end), a channel between rows, a gap between the boxes of a row,
or the part of a container's header that its title leaves free. Lanes are made once for each cell and read their
place from it, so routes survive when the cells move.
"""

from __future__ import annotations

from cloudviz.diagram.layout.cells import GAP, Cell
from cloudviz.diagram.scene.measures import STACK_REACH

LAST = 1 << 30
"""Column of the gap right of a whole row; the margins run along all rows of a container and are one lane each."""
OWN_LEFT, OWN_RIGHT = -1, LAST + 1
"""Columns of the room beside a row that is narrower than others, between it and the margins."""


class Sort:
    """What a lane is. The first four are sides of a box, in the order of ``Cell.exposed``.

    Plain numbers: an enumeration would cost a tenth of the routing.
    """

    TOP = 0
    BOTTOM = 1
    LEFT = 2
    RIGHT = 3
    CHANNEL = 4
    GAP = 5
    HEADER = 6


OPPOSITE = (Sort.BOTTOM, Sort.TOP, Sort.RIGHT, Sort.LEFT)
_UPRIGHT = (True, True, False, False, False, True, True)
_OWN_ROOM = 36.0  # px beside a narrow row that are worth being a lane
_CORNER = 8.0  # px at the corners of a box where no edge begins


class Lane:
    """A strip; its trunks are vertical or horizontal, and lie between ``low`` and ``high`` across it.

    ``far`` is, for a side of a box, where that side lies (of a stack: where its hindmost card does); ``used`` is
    how many lines lie in the lane, ``trunks`` are their bundles by the names of these; ``beside`` are containers
    whose titles the trunks must pass on the right.
    """

    __slots__ = (
        "beside",
        "cell",
        "column",
        "far",
        "high",
        "is_side",
        "is_upright",
        "low",
        "row",
        "sort",
        "trunks",
        "used",
    )

    def __init__(self, cell: Cell, sort: int, row: int, column: int) -> None:
        self.cell = cell
        self.sort = sort
        self.row = row
        self.column = column
        self.is_upright = _UPRIGHT[sort]
        self.is_side = sort < Sort.CHANNEL  # whether edges begin or end here
        self.used = 0
        self.trunks: dict[int, Trunk] = {}
        self.beside: tuple[Cell, ...] = ()
        self.low: float
        self.high: float
        self.far: float
        self.refresh()

    @property
    def middle(self) -> float:
        """Half way across."""
        return (self.low + self.high) / 2

    def refresh(self) -> None:
        """Read the place anew after the cells were put."""
        cell, sort = self.cell, self.sort
        if self.is_side:
            if cell.rows or self.beside or (cell.node is not None and cell.node.count > 1):
                self._refresh_side(cell, sort)
            elif sort < Sort.LEFT:  # most are sides of plain leaves
                self.low, self.high = cell.x + _CORNER, cell.x + cell.width - _CORNER
                self.far = cell.y if sort == Sort.TOP else cell.y + cell.height
            else:
                self.low, self.high = cell.y + _CORNER, cell.y + cell.height - _CORNER
                self.far = cell.x if sort == Sort.LEFT else cell.x + cell.width
        elif sort == Sort.CHANNEL:
            self.low = cell.channel_tops[self.row]
            self.high = self.low + cell.channels[self.row]
            if self.row < len(cell.stacked) and cell.stacked[self.row]:
                self.high = max(self.high - STACK_REACH, self.low)
        elif sort == Sort.GAP:
            self.low, self.high = gap_span(cell, self.row, self.column)
        else:
            self.low, self.high = cell.x + cell.title_end + 8, cell.x + cell.width - 10

    def _refresh_side(self, cell: Cell, sort: int) -> None:
        if sort < Sort.LEFT:
            start = cell.title_end if sort == Sort.TOP and cell.is_container else 0.0
            self.high = cell.x + cell.width - _CORNER
            self.low = min(cell.x + start + _CORNER, self.high)
            for container in self.beside:
                self.low = min(max(self.low, container.x + container.title_end + _CORNER), self.high)
            self.far = cell.y if sort == Sort.TOP else cell.y + cell.height
            if sort == Sort.TOP and cell.is_stack:
                self.high -= STACK_REACH  # both ends, so that the middle stays the middle of the box
                self.low, self.far = min(self.low + STACK_REACH, self.high), cell.y - STACK_REACH
        else:
            self.low, self.high = cell.y + _CORNER, cell.y + cell.height - _CORNER
            self.far = cell.x if sort == Sort.LEFT else cell.x + cell.width
            if sort == Sort.RIGHT and cell.is_stack:
                self.low, self.high = self.low + STACK_REACH, self.high - STACK_REACH
                self.far += STACK_REACH


class Trunk:
    """One straight piece in a lane, of all lines of a bundle: those that come from one box, or go to one.

    Attributes:
        at: its x when upright, else its y.
        bundle: the name of the bundle.
        low, high: from where to where it goes along the lane, where that was asked.
        key: what orders the trunks of a lane across it, there too.
        track: the number of its track in the lane, there too.
        turns: for each line in it its route, and which of the route's trunks this is; ``None`` where nobody asks.
    """

    __slots__ = ("at", "bundle", "high", "key", "lane", "low", "track", "turns")

    def __init__(self, lane: Lane, bundle: int) -> None:
        self.lane, self.bundle = lane, bundle
        self.at = 0.0
        self.low: float
        self.high: float
        self.key: tuple[int, float, float, int]
        self.track: int
        self.turns: list[Turn] | None = None


Route = list[Trunk]
"""The trunks of a line, alternately upright and level, from its source to its target."""
Turn = tuple[Route, int]


def gap_span(cell: Cell, row: int, column: int) -> tuple[float, float]:
    """Left and right end of the gap left of a column."""
    if column == OWN_LEFT:
        return cell.content_left, cell.row_starts[row]
    if column == OWN_RIGHT:
        return cell.row_ends[row], cell.content_right
    if column <= 0:
        return cell.x, cell.content_left
    if cell.is_grid:
        if column < len(cell.column_lefts):
            right = cell.column_lefts[column]
            gap = cell.gaps[0][column]
            return right - min(gap, max(gap - STACK_REACH, GAP)), right
    else:
        cells = cell.rows[row]
        if column < len(cells):
            before = cells[column - 1]
            return before.x + before.width + (STACK_REACH if before.is_stack else 0.0), cells[column].x
    return cell.content_right, cell.x + cell.width


def has_own(cell: Cell, row: int, column: int) -> bool:
    """Whether there is room for lines between a row and one margin: ``OWN_LEFT`` or ``OWN_RIGHT``."""
    low, high = gap_span(cell, row, column)
    return not cell.is_grid and high - low >= _OWN_ROOM
