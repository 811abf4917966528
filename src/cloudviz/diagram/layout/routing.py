"""Edges through the gaps between boxes: which way each takes, as straight pieces in named lanes.

A route is built from three parts: outward from its source to the border of the container that source and target
share, along that container's channels and gaps, and outward from its target, reversed. Every piece lies in a lane
(a side of a box, a channel between rows, a gap between the boxes of a row) and lanes are free of boxes, so that no
edge runs through a box that is not around one of its ends. Where in its lane a piece lies is decided in
:mod:`cloudviz.diagram.layout.tracks`. The idea is that of channel routing in chip design: Deutsch, "A dogleg
channel router", DAC 1976. Cost: proportional to the depth of the nesting and the rows passed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, NamedTuple

from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.scene.measures import TITLE_LEFT

Side = Literal["top", "bottom", "left", "right"]
OPPOSITE: dict[Side, Side] = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
_FAR = 1 << 30  # column number of the gap right of a whole row
_DETOUR = 250.0  # px of detour that weigh as much as one turn
_MANY_ROWS = 6  # rows passed one by one; beyond that the margin is taken


class Lane(NamedTuple):
    """Where pieces lie: a port side of a cell, a channel, a gap or the header strip of a container."""

    cell: int
    sort: str
    row: int = 0
    column: int = 0


class Piece:
    """One straight piece of an edge; ``at`` is its x when vertical, else its y.

    ``low`` and ``high`` bound where it may lie, ``want`` is where it would like to.
    """

    __slots__ = ("at", "far", "high", "is_vertical", "lane", "low", "want")

    def __init__(self, is_vertical: bool, lane: Lane, low: float, high: float, want: float) -> None:
        self.is_vertical = is_vertical
        self.lane = lane
        self.low, self.high = low, high
        self.at = self.want = min(max(want, low), high) if high > low else (low + high) / 2
        self.far = 0.0  # a port's coordinate across: where the piece begins at its box


class Landing(NamedTuple):
    """Where a part of a route ends: in a channel (``column`` -1) or in a gap."""

    row: int
    column: int
    at: float


class Router:
    """Finds routes in a tree of placed cells. It remembers how busy each gap is, to spread the load."""

    def __init__(self) -> None:
        self.busy: dict[Lane, int] = {}

    def route(self, source: Cell, target: Cell) -> list[Piece]:
        """The pieces of an edge between two boxes, alternately vertical and horizontal, from source to target."""
        first, last, shared = _chains(source, target)
        side, entry = self._sides(first, last, shared)
        out, start = self._outward(first, side, _middle(target))
        back, end = self._outward(last, entry, _middle(source))
        return [*out, *self._across(shared, start, end), *reversed(back)]

    # -- from a box to the border of the shared container ------------------------------------------------------

    def _outward(self, chain: list[Cell], side: Side, goal: tuple[float, float]) -> tuple[list[Piece], Landing]:
        upright = side in ("top", "bottom")
        cell = chain[0]
        pieces: list[Piece] = []
        if not upright and len(chain) > 1 and not is_exposed(cell, side):
            # out at the top or bottom into the channel, which leads to the side at once
            outer = chain[1]
            down = goal[1] >= cell.y + cell.height / 2
            pieces.append(port(cell, "bottom" if down else "top"))
            pieces.append(self._channel(outer, cell.row + down))
        else:
            pieces.append(port(cell, side))
            if upright and len(chain) > 1 and not is_exposed(cell, side):
                self._to_edge(pieces, chain[1], cell, side, goal[0])
        for inner, outer in pairwise(chain[1:]):
            if side == "top":
                self._step_aside(pieces, inner)
            if is_exposed(inner, side):
                continue
            if upright:
                self._to_edge(pieces, outer, inner, side, goal[0])
            else:
                column = inner.column + (side == "right")
                down = goal[1] >= inner.y + inner.height / 2
                pieces.append(self._gap(outer, inner.row, column, goal[0]))
                pieces.append(self._channel(outer, inner.row + down))
        outermost = chain[-1]
        if side == "top" and len(chain) > 1:
            self._step_aside(pieces, outermost)
        at = pieces[-1].at
        if upright:
            return pieces, Landing(outermost.row + (side == "bottom"), -1, at)
        return pieces, Landing(outermost.row, outermost.column + (side == "right"), at)

    def _to_edge(self, pieces: list[Piece], outer: Cell, inner: Cell, side: Side, goal: float) -> None:
        """From a box's upper or lower side through the rows between it and its container's border."""
        now = pieces[-1].at
        if side == "top":
            pieces.append(self._channel(outer, inner.row))
            pieces.extend(self._rows(outer, inner.row, 0, now, goal))
        else:
            pieces.append(self._channel(outer, inner.row + 1))
            pieces.extend(self._rows(outer, inner.row + 1, len(outer.rows), now, goal))

    def _step_aside(self, pieces: list[Piece], container: Cell) -> None:
        """Go round a container's title where a piece would cross it."""
        at = pieces[-1].at - container.x
        if not container.is_container or at >= container.title_end + 8 or at < TITLE_LEFT - 4:
            return
        low, high = container.x + container.title_end + 8, container.x + container.width - 10
        if low < high:
            pieces.append(self._channel(container, 0))
            pieces.append(Piece(True, Lane(container.number, "header"), low, high, low + 6))

    # -- inside the shared container ---------------------------------------------------------------------------

    def _across(self, shared: Cell, start: Landing, end: Landing) -> list[Piece]:
        if start.column < 0 and end.column < 0:
            return self._channels(shared, start.row, end.row, start.at, end.at)
        if start.column >= 0 and end.column >= 0:
            left = self._gap(shared, start.row, start.column)
            right = self._gap(shared, end.row, end.column)
            if left.lane == right.lane:
                return [left]
            first, last = start.row, end.row
            if first < last:
                first += 1
            elif first > last:
                last += 1
            elif start.at + end.at > 2 * (shared.channel_span(first)[1] + shared.row_heights[first] / 2) - 1:
                first, last = first + 1, last + 1
            return [left, *self._channels(shared, first, last, left.at, right.at), right]
        if start.column >= 0:
            gap = self._gap(shared, start.row, start.column, end.at)
            row = start.row if end.row <= start.row else start.row + 1
            return [gap, *self._channels(shared, row, end.row, gap.at, end.at)]
        return list(reversed(self._across(shared, end, start)))

    def _channels(self, cell: Cell, start: int, end: int, now: float, goal: float) -> list[Piece]:
        """Along the channel above row ``start``, through rows, along the channel above row ``end``."""
        pieces = [self._channel(cell, start)]
        if start != end:
            pieces.extend(self._rows(cell, start, end, now, goal))
            pieces.append(self._channel(cell, end))
        return pieces

    def _rows(self, cell: Cell, start: int, end: int, now: float, goal: float) -> list[Piece]:
        """From the channel above row ``start`` to that above row ``end``, through gaps; both channels left out."""
        rows = range(start, end) if start < end else range(start - 1, end - 1, -1)
        if cell.is_grid or abs(end - start) > _MANY_ROWS:
            return [self._nearest_gap(cell, min(rows), now, goal, only_margins=not cell.is_grid)]
        pieces: list[Piece] = []
        for row in [row for row in rows if cell.rows[row]] or rows[:1]:
            gap = self._nearest_gap(cell, row, now, goal)
            if pieces and pieces[-1].lane == gap.lane:
                continue
            if pieces:
                pieces.append(self._channel(cell, row if start < end else row + 1))
            pieces.append(gap)
            now = gap.at
        return pieces

    def _nearest_gap(self, cell: Cell, row: int, now: float, goal: float, *, only_margins: bool = False) -> Piece:
        best: tuple[float, int, Lane, float, float] | None = None
        for column in (0, _FAR) if only_margins else _near_columns(cell, row, now, goal):
            lane, low, high = gap_span(cell, row, column)
            at = min(max((now + goal) / 2, low), high)
            cost = abs(at - now) + abs(at - goal) + 8 * self.busy.get(lane, 0)
            if best is None or cost < best[0] - 1e-6:
                best = (cost, column, lane, low, high)
        if best is None:
            raise AssertionError("a row has at least its margins")
        _, _, lane, low, high = best
        self.busy[lane] = self.busy.get(lane, 0) + 1
        return Piece(True, lane, low, high, (now + goal) / 2)

    # -- lanes -------------------------------------------------------------------------------------------------

    def _channel(self, cell: Cell, row: int) -> Piece:
        low, high = cell.channel_span(row)
        return Piece(False, Lane(cell.number, "channel", row), low, high, (low + high) / 2)

    def _gap(self, cell: Cell, row: int, column: int, want: float | None = None) -> Piece:
        lane, low, high = gap_span(cell, row, column)
        self.busy[lane] = self.busy.get(lane, 0) + 1
        return Piece(True, lane, low, high, (low + high) / 2 if want is None else want)

    # -- which sides -------------------------------------------------------------------------------------------

    @staticmethod
    def _sides(first: list[Cell], last: list[Cell], shared: Cell) -> tuple[Side, Side]:
        one, other = first[-1], last[-1]
        source, target = _middle(first[0]), _middle(last[0])
        if one.row != other.row:
            down = one.row < other.row
            out = _best_side(first, "bottom" if down else "top", target[0] - source[0])
            into = _best_side(last, "top" if down else "bottom", source[0] - target[0])
            return out, into
        side: Side = "right" if one.column < other.column else "left"
        beside = abs(one.column - other.column) == 1
        choices: list[tuple[float, int, Side, Side]] = [
            (
                _hurdles(first, side) + _hurdles(last, OPPOSITE[side]) + (0 if beside else 1.2),
                0,
                side,
                OPPOSITE[side],
            ),
            (
                _hurdles(first, "bottom") + _hurdles(last, "bottom") + (1.5 if beside else 0.2),
                1,
                "bottom",
                "bottom",
            ),
            (_hurdles(first, "top") + _hurdles(last, "top") + (1.7 if beside else 0.4), 2, "top", "top"),
        ]
        _, _, out, into = min(choices)
        return out, into


def _best_side(chain: list[Cell], facing: Side, distance: float) -> Side:
    """The side to leave a box by towards another row: the facing one unless boxes or titles are in the way."""
    inner, outer = chain[0], chain[-1]
    middle = inner.x + inner.width / 2
    choices: list[tuple[float, int, Side]] = [(_hurdles(chain, facing), 0, facing)]
    sides: tuple[tuple[Side, float], ...] = (
        ("left", outer.x - middle),
        ("right", outer.x + outer.width - middle),
    )
    for number, (side, border) in enumerate(sides, 1):
        detour = abs(border) + abs(distance - border) - abs(distance)
        choices.append((_hurdles(chain, side) + 1.0 + detour / _DETOUR, number, side))
    return min(choices)[2]


def _hurdles(chain: list[Cell], side: Side) -> float:
    """How many turns it costs to leave the nested containers of a chain by one side."""
    turns = 0.0
    for inner in chain[:-1]:
        if not is_exposed(inner, side):
            turns += 2.0
    if side == "top":
        middle = chain[0].x + chain[0].width / 2
        turns += sum(2.2 for outer in chain[1:] if outer.is_container and middle < outer.x + outer.title_end + 8)
    return turns


def is_exposed(cell: Cell, side: Side) -> bool:
    """Whether nothing stands between a box and that border of its container."""
    outer = cell.parent
    if outer is None:
        return True
    if side == "left":
        return cell.column == 0
    if side == "right":
        return cell.column == len(outer.rows[cell.row]) - 1
    rows = range(cell.row) if side == "top" else range(cell.row + 1, len(outer.rows))
    if outer.is_grid:
        return all(len(outer.rows[row]) <= cell.column for row in rows)
    return all(not outer.rows[row] for row in rows)


def port(cell: Cell, side: Side) -> Piece:
    """The first piece of a route: out of one side of a box."""
    lane = Lane(cell.number, side)
    if side in ("top", "bottom"):
        low = cell.x + (cell.title_end if side == "top" and cell.is_container else 0.0)
        high = cell.x + cell.width
        piece = Piece(True, lane, min(low + 8, high - 8), high - 8, (cell.x + cell.x + cell.width) / 2)
        piece.far = cell.y if side == "top" else cell.y + cell.height
    else:
        piece = Piece(False, lane, cell.y + 8, cell.y + cell.height - 8, cell.y + cell.height / 2)
        piece.far = cell.x if side == "left" else cell.x + cell.width
    return piece


def gap_span(cell: Cell, row: int, column: int) -> tuple[Lane, float, float]:
    """Lane and x-range of the gap left of a column; the margins run along all rows and are one lane each."""
    if cell.is_grid:
        widths, gaps = cell.column_widths, cell.gaps[0]
        if 0 < column < len(widths):
            left = cell.content_left + sum(widths[:column]) + sum(gaps[1:column])
            return Lane(cell.number, "gap", 0, column), left, left + gaps[column]
    elif 0 < column < len(cell.rows[row]):
        before, after = cell.rows[row][column - 1], cell.rows[row][column]
        return Lane(cell.number, "gap", row, column), before.x + before.width, after.x
    if column <= 0:
        return Lane(cell.number, "gap", 0, 0), cell.x, cell.content_left
    return Lane(cell.number, "gap", 0, _FAR), cell.content_right, cell.x + cell.width


def _near_columns(cell: Cell, row: int, now: float, goal: float) -> list[int]:
    """The columns whose left gap is worth a look: all of a short row, in a long one those near either end."""
    length = len(cell.column_widths) if cell.is_grid else len(cell.rows[row])
    if length <= 6:
        return list(range(length + 1))
    found = {0, length}
    for x in (now, goal):
        share = (x - cell.content_left) / max(cell.content_right - cell.content_left, 1.0)
        near = round(share * length)
        found.update(at for at in range(near - 1, near + 2) if 0 <= at <= length)
    return sorted(found)


def _middle(cell: Cell) -> tuple[float, float]:
    return cell.x + cell.width / 2, cell.y + cell.height / 2


def _chains(source: Cell, target: Cell) -> tuple[list[Cell], list[Cell], Cell]:
    """The boxes around each end, from the inside out, up to the cell that holds both."""
    first, last = [source], [target]
    while first[-1].depth > last[-1].depth and first[-1].parent is not None:
        first.append(first[-1].parent)
    while last[-1].depth > first[-1].depth and last[-1].parent is not None:
        last.append(last[-1].parent)
    while first[-1].parent is not last[-1].parent:
        one, other = first[-1].parent, last[-1].parent
        if one is None or other is None:
            raise AssertionError("both ends are in one tree")
        first.append(one)
        last.append(other)
    shared = first[-1].parent
    if shared is None:
        raise AssertionError("an edge joins a box with one around it")
    return first, last, shared
