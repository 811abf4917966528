"""Edges through the gaps between boxes: which way each takes, as straight pieces in lanes.

A route is built from three parts: outward from its source to the border of the container that source and target
share, along that container's channels and gaps, and outward from its target, reversed. Lanes are free of boxes, so
no edge runs through a box that is not around one of its ends. Where in its lane a trunk lies is decided in
:mod:`cloudviz.diagram.layout.tracks`. The idea is that of channel routing in chip design: Deutsch, "A dogleg
channel router", DAC 1976. Cost: proportional to the depth of the nesting and the rows passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.layout.lanes import (
    LAST,
    OPPOSITE,
    OWN_LEFT,
    OWN_RIGHT,
    Lane,
    Route,
    Sort,
    Trunk,
    gap_span,
    has_own,
)
from cloudviz.diagram.scene.measures import TITLE_LEFT

_DETOUR = 250.0  # px of detour that weigh as much as one turn
_HARMLESS = 150.0  # px of detour around boxes in one row that nobody minds
_BUSY = 8.0  # px of detour that each line already in a gap weighs
_MANY_ROWS = 6  # rows passed one by one; beyond that a margin is taken
_SHORT_ROW = 5  # boxes in a row up to which every gap in it is looked at
_TURN = 2.0  # what a box or a title in the way costs, in turns

_Key = tuple[int, int, int, int]
"""Number of the cell, sort of lane, row, column."""


_Landing = tuple[int, int, float]
"""Where a part of a route ends: row, column (-1 for a channel), and where along it."""


class _Gap:
    """A gap as seen when one is chosen: where it lies, and its lane as soon as a line lies in it."""

    __slots__ = ("cell", "high", "key", "lane", "low")

    def __init__(self, cell: Cell, row: int, column: int, key: _Key) -> None:
        self.low, self.high = gap_span(cell, row, column)
        self.cell, self.key = cell, key
        self.lane: Lane | None = None


class Router:
    """Finds routes in a tree of placed cells, one after the other; it spreads them over the gaps."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []
        self.sides: dict[int, Lane] = {}
        self.channels: dict[tuple[int, int], Lane] = {}
        self.ways_out: dict[tuple[int, int, int], tuple[list[Lane], _Landing]] = {}
        self.gaps: dict[_Key, _Gap] = {}
        self.rows: dict[tuple[int, int], dict[int, _Gap]] = {}

    def lead(self, ends: Sequence[tuple[Cell, Cell]]) -> list[Route]:
        """The routes of edges from source to target; what shares a lane and an end is one trunk in it.

        That end is, between the first and the last trunk, the one that has more lines.
        """
        leaving = Counter(source.number for source, _ in ends)
        coming = Counter(target.number for _, target in ends)
        routes = []
        for source, target in ends:
            # bundles are named after sources from 1 upwards, after targets from -1 downwards
            out, into = source.number + 1, -target.number - 1
            lanes = self._lanes(source, target)
            names = [out if leaving[source.number] >= coming[target.number] else into] * len(lanes)
            names[0], names[-1] = out, into
            route: Route = []
            for lane, name in zip(lanes, names, strict=True):
                lane.used += 1
                trunk = lane.trunks.get(name)
                if trunk is None:
                    trunk = lane.trunks[name] = Trunk(lane, name)
                route.append(trunk)
            routes.append(route)
        return routes

    def _lanes(self, source: Cell, target: Cell) -> list[Lane]:
        """The lanes between two boxes, alternately upright and level."""
        first, last, shared = _chains(source, target)
        side, entry = _sides(first, last)
        out, start = self._out(first, side, target)
        back, end = self._out(last, entry, source)
        lanes = [*out, *self._across(shared, start, end)]
        lanes.extend(reversed(back))
        return lanes

    # -- from a box to the border of the shared container ------------------------------------------------------

    def _out(self, chain: list[Cell], side: int, goal: Cell) -> tuple[list[Lane], _Landing]:
        """The way out of a box by one side, kept where it is the same whatever the line's other end is."""
        last = chain[-1]
        for cell in chain:
            if not cell.exposed[side] and cell is not last:
                return self._outward(chain, side, goal)
        key = (chain[0].number, last.number, side)
        found = self.ways_out.get(key)
        if found is None:
            found = self.ways_out[key] = self._outward(chain, side, goal)
        return found

    def _outward(self, chain: list[Cell], side: int, goal: Cell) -> tuple[list[Lane], _Landing]:
        upright = side < Sort.LEFT
        cell = chain[0]
        if len(chain) > 1:
            goal_x, goal_y = goal.x + goal.width / 2, goal.y + goal.height / 2
            if cell.exposed[side]:
                lanes = [self._side(cell, side)]
            elif upright:
                lanes = [self._side(cell, side)]
                self._to_edge(lanes, chain[1], cell, side, goal_x)
            else:
                # out at the top or bottom into the channel, which leads to the side at once
                down = goal_y >= cell.y + cell.height / 2
                lanes = [self._side(cell, Sort.BOTTOM if down else Sort.TOP)]
                lanes.append(self._channel(chain[1], cell.row + down))
            for inner, outer in pairwise(chain[1:]):
                if side == Sort.TOP:
                    self._step_aside(lanes, inner)
                if inner.exposed[side]:
                    continue
                if upright:
                    self._to_edge(lanes, outer, inner, side, goal_x)
                else:
                    lanes.append(self._beside(outer, inner.row, inner.column + (side == Sort.RIGHT)))
                    down = goal_y >= inner.y + inner.height / 2
                    lanes.append(self._channel(outer, inner.row + down))
            cell = chain[-1]
            if side == Sort.TOP:
                self._step_aside(lanes, cell)
        else:
            lanes = [self._side(cell, side)]
        lane = lanes[-1]
        at = (lane.low + lane.high) / 2
        if upright:
            return lanes, (cell.row + (side == Sort.BOTTOM), -1, at)
        return lanes, (cell.row, cell.column + (side == Sort.RIGHT), at)

    def _to_edge(self, lanes: list[Lane], outer: Cell, inner: Cell, side: int, goal: float) -> None:
        """From a box's upper or lower side through the rows between it and its container's border."""
        now = lanes[-1].middle
        start, end = (inner.row, 0) if side == Sort.TOP else (inner.row + 1, len(outer.rows))
        lanes.append(self._channel(outer, start))
        lanes.extend(self._rows(outer, start, end, now, goal))

    def _step_aside(self, lanes: list[Lane], container: Cell) -> None:
        """Go round a container's title where an upright piece would cross it."""
        if not container.is_container:
            return
        at = lanes[-1].middle - container.x
        if at >= container.title_end + 8 or at < TITLE_LEFT - 4 or not has_room_beside_title(container):
            return
        if len(lanes) == 1 and container.title_end + 16 <= lanes[0].high - container.x:
            lanes[0].beside += (container,)
            lanes[0].refresh()
            return
        lanes.append(self._channel(container, 0))
        lanes.append(self._side(container, Sort.HEADER))

    # -- inside the shared container ---------------------------------------------------------------------------

    def _across(self, shared: Cell, start: _Landing, end: _Landing) -> list[Lane]:
        first, column, at = start
        last, far_column, far_at = end
        if column < 0:
            if far_column < 0:
                return self._channels(shared, first, last, at, far_at)
            lanes = self._across(shared, end, start)
            lanes.reverse()
            return lanes
        left = self._beside(shared, first, column)
        if far_column < 0:
            return [left, *self._channels(shared, first + (last > first), last, left.middle, far_at)]
        right = self._beside(shared, last, far_column)
        if left is right:
            return [left]
        if first < last:
            first += 1
        elif first > last:
            last += 1
        else:
            below = at + far_at >= 2 * shared.channel_tops[first + 1] - shared.row_heights[first] - 1
            first, last = first + below, last + below
        return [left, *self._channels(shared, first, last, left.middle, right.middle), right]

    def _channels(self, cell: Cell, start: int, end: int, now: float, goal: float) -> list[Lane]:
        """Along the channel above row ``start``, through rows, along the channel above row ``end``."""
        lanes = [self._channel(cell, start)]
        if start != end:
            lanes.extend(self._rows(cell, start, end, now, goal))
            lanes.append(self._channel(cell, end))
        return lanes

    def _rows(self, cell: Cell, start: int, end: int, now: float, goal: float) -> list[Lane]:
        """From the channel above row ``start`` to that above row ``end``, through gaps; both channels left out."""
        rows = range(start, end) if start < end else range(start - 1, end - 1, -1)
        if cell.is_grid or len(rows) > _MANY_ROWS:
            return [self._nearest_gap(cell, min(rows), now, goal, only_margins=not cell.is_grid)]
        lanes: list[Lane] = []
        for row in [row for row in rows if cell.rows[row]] or rows[:1]:
            gap = self._nearest_gap(cell, row, now, goal)
            if lanes and lanes[-1] is gap:
                continue
            if lanes:
                lanes.append(self._channel(cell, row if start < end else row + 1))
            lanes.append(gap)
            now = gap.middle
        return lanes

    def _nearest_gap(self, cell: Cell, row: int, now: float, goal: float, *, only_margins: bool = False) -> Lane:
        gaps = self.rows.get((cell.number, row))
        if gaps is None:
            gaps = self._gaps(cell, row)
        near: Iterable[_Gap]
        if only_margins:
            near = (gaps[0], gaps[_last_column(cell, row)])
        elif _last_column(cell, row) <= _SHORT_ROW:
            near = gaps.values()
        else:
            near = [gaps[column] for column in _near_columns(cell, row, now, goal) if column in gaps]
        wish = (now + goal) / 2
        best, best_cost = gaps[0], -1.0
        for gap in near:
            low, high, lane = gap.low, gap.high, gap.lane
            at = low if wish < low else high if wish > high else wish
            cost = abs(at - now) + abs(at - goal)
            if lane is not None:
                cost += _BUSY * lane.used
            if best_cost < 0 or cost < best_cost - 1e-6:
                best, best_cost = gap, cost
        return best.lane or self._open(best)

    def _gaps(self, cell: Cell, row: int) -> dict[int, _Gap]:
        """The gaps of a row by their columns, the room right beside it first."""
        columns = [side for side in (OWN_LEFT, OWN_RIGHT) if cell.rows[row] and has_own(cell, row, side)]
        columns.extend(range(_last_column(cell, row) + 1))
        gaps = self.rows[cell.number, row] = {column: self._gap(cell, row, column) for column in columns}
        return gaps

    # -- lanes -------------------------------------------------------------------------------------------------

    def _side(self, cell: Cell, sort: int) -> Lane:
        """A side or the header of a cell."""
        key = (cell.number << 3) + sort
        lane = self.sides.get(key)
        if lane is None:
            lane = self.sides[key] = Lane(cell, sort, 0, 0)
            self.lanes.append(lane)
        return lane

    def _channel(self, cell: Cell, row: int) -> Lane:
        """The channel above a row, or below the last one."""
        key = (cell.number, row)
        lane = self.channels.get(key)
        if lane is None:
            lane = self.channels[key] = Lane(cell, Sort.CHANNEL, row, 0)
            self.lanes.append(lane)
        return lane

    def _beside(self, cell: Cell, row: int, column: int) -> Lane:
        """The gap left of a column; at the end of a narrow row the room right beside it, not the far margin."""
        if column <= 0 and has_own(cell, row, OWN_LEFT):
            column = OWN_LEFT
        elif column >= len(cell.rows[row]) and has_own(cell, row, OWN_RIGHT):
            column = OWN_RIGHT
        gap = self._gap(cell, row, column)
        return gap.lane or self._open(gap)

    def _gap(self, cell: Cell, row: int, column: int) -> _Gap:
        key = _gap_key(cell, row, column)
        gap = self.gaps.get(key)
        if gap is None:
            gap = self.gaps[key] = _Gap(cell, row, column, key)
        return gap

    def _open(self, gap: _Gap) -> Lane:
        _, sort, row, column = gap.key
        gap.lane = lane = Lane(gap.cell, sort, row, column)
        self.lanes.append(lane)
        return lane


def _last_column(cell: Cell, row: int) -> int:
    """The column of the gap right of a whole row."""
    return len(cell.column_widths) if cell.is_grid else len(cell.rows[row])


def _gap_key(cell: Cell, row: int, column: int) -> _Key:
    """The lane of a gap: a grid's columns and every container's margins run through all rows."""
    if column in (OWN_LEFT, OWN_RIGHT):
        return (cell.number, Sort.GAP, row, column)
    if column <= 0:
        return (cell.number, Sort.GAP, 0, 0)
    if column >= _last_column(cell, row):
        return (cell.number, Sort.GAP, 0, LAST)
    return (cell.number, Sort.GAP, 0 if cell.is_grid else row, column)


def _near_columns(cell: Cell, row: int, now: float, goal: float) -> list[int]:
    """The columns whose left gap is worth a look in a long row: those near either end, and beside it."""
    length = _last_column(cell, row)
    found = {0, length, OWN_LEFT, OWN_RIGHT}
    for x in (now, goal):
        share = (x - cell.content_left) / max(cell.content_right - cell.content_left, 1.0)
        near = round(share * length)
        found.update(at for at in range(near - 1, near + 2) if 0 <= at <= length)
    return sorted(found)


# -- which sides -----------------------------------------------------------------------------------------------


def _sides(first: list[Cell], last: list[Cell]) -> tuple[int, int]:
    """By which side an edge leaves its source, and by which it enters its target."""
    one, other = first[-1], last[-1]
    distance = last[0].x + last[0].width / 2 - first[0].x - first[0].width / 2
    if one.row != other.row:
        down = one.row < other.row
        out = _best_side(first, Sort.BOTTOM if down else Sort.TOP, distance)
        return out, _best_side(last, Sort.TOP if down else Sort.BOTTOM, -distance)
    side = Sort.RIGHT if one.column < other.column else Sort.LEFT
    beside = abs(one.column - other.column) == 1
    straight = _hurdles(first, side) + _hurdles(last, OPPOSITE[side]) + (0 if beside else 1.2)
    start, end = first[0].y + first[0].height / 2, last[0].y + last[0].height / 2
    deep = max(one.y + one.height, other.y + other.height) - max(start, end)
    below = (
        _hurdles(first, Sort.BOTTOM) + _hurdles(last, Sort.BOTTOM) + (1.5 if beside else 0.2) + _way_round(deep)
    )
    if straight <= below and straight < _TURN:
        return side, OPPOSITE[side]
    high = min(start, end) - min(one.y, other.y)
    above = _hurdles(first, Sort.TOP) + _hurdles(last, Sort.TOP) + (1.7 if beside else 0.4) + _way_round(high)
    if straight <= below and straight <= above:
        return side, OPPOSITE[side]
    return (Sort.BOTTOM, Sort.BOTTOM) if below <= above else (Sort.TOP, Sort.TOP)


def _way_round(distance: float) -> float:
    """What it costs, in turns, to go so far up or down around tall boxes in one row, and back."""
    return max(2 * distance - _HARMLESS, 0.0) / _DETOUR


def _best_side(chain: list[Cell], facing: int, distance: float) -> int:
    """The side to leave a box by towards another row: the facing one unless boxes or titles are in the way."""
    if len(chain) == 1:
        return facing
    best, best_cost = facing, _hurdles(chain, facing)
    if best_cost < 1.0:
        return facing
    inner, outer = chain[0], chain[-1]
    middle = inner.x + inner.width / 2
    for side, border in ((Sort.LEFT, outer.x - middle), (Sort.RIGHT, outer.x + outer.width - middle)):
        detour = abs(border) + abs(distance - border) - abs(distance)
        cost = _hurdles(chain, side) + 1.0 + detour / _DETOUR
        if cost < best_cost:
            best, best_cost = side, cost
    return best


def _hurdles(chain: list[Cell], side: int) -> float:
    """How many turns it costs to leave the nested containers of a chain by one side."""
    turns = 0.0
    if len(chain) == 1:
        return turns
    for inner in chain:
        if not inner.exposed[side]:
            turns += _TURN
    if not chain[-1].exposed[side]:  # what is beside the outermost is another matter
        turns -= _TURN
    if side == Sort.TOP:
        inner = chain[0]
        for outer in chain[1:]:
            end = outer.x + outer.title_end + 8
            if not outer.header or inner.x + inner.width / 2 >= end:
                continue
            if inner.x + inner.width - 16 >= end:
                turns += 0.5
            else:
                turns += _TURN if has_room_beside_title(outer) else 4 * _TURN
    return turns


def has_room_beside_title(container: Cell) -> bool:
    """Whether a line can pass through a container's header beside its title."""
    return container.width - container.title_end >= 24


def _chains(source: Cell, target: Cell) -> tuple[list[Cell], list[Cell], Cell]:
    """The boxes around each end, from the inside out, up to the cell that holds both."""
    first, last = [source], [target]
    one, other = source, target
    while one.depth > other.depth and one.parent is not None:
        one = one.parent
        first.append(one)
    while other.depth > one.depth and other.parent is not None:
        other = other.parent
        last.append(other)
    while one.parent is not other.parent:
        if one.parent is None or other.parent is None:
            raise AssertionError("both ends are in one tree")
        one, other = one.parent, other.parent
        first.append(one)
        last.append(other)
    if one.parent is None:
        raise AssertionError("an edge joins a box with one around it")
    return first, last, one.parent
