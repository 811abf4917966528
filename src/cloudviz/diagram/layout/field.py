"""The free space in one container: what a line meets when it goes straight on, and the lines worth taking.

Beside every side of every box runs a line, in the middle of a narrow gap and near the box in a wide one; ways
through the container are made of these. Source: Wybrow, Marriott, Stuckey, "Orthogonal connector routing", Graph
Drawing 2009 (the orthogonal visibility graph); only its lines are kept, not its crossing points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_Entry = tuple[float, float, float, float]

NEAR = 14.0  # px from a box at which lines pass it where there is room
_AWAY = 3.0  # px that a line keeps from a box it passes
_FEW = 16  # boxes in a container that are not worth being sorted by where they are
_BEYOND = 1e12  # px, more than any page has
_WIDE = 240.0  # px beyond which it does not matter how far away the next box is


_Column = tuple[list[_Entry], list[float], list[_Entry], list[float]]
"""Boxes in the order of where they start, these places, boxes in the order of where they end, these places."""


class Sight:
    """Boxes as seen along one axis; *across* is the place of a line, *along* a place on it.

    ``boxes`` are (across from, across to, along from, along to).
    """

    __slots__ = ("columns", "high", "low", "size")

    def __init__(self, boxes: Sequence[_Entry], low: float, high: float) -> None:
        self.low, self.high = low, high
        if len(boxes) <= _FEW and all(box[0] >= _AWAY for box in boxes):
            # so few are looked through faster than they are sorted into columns
            self.size = _BEYOND
            self.columns = {0: _column([(box[2], box[3], box[0], box[1]) for box in boxes])}
            return
        widths = sorted(box[1] - box[0] for box in boxes)
        self.size = min(max(widths[len(widths) // 2], 40.0), 400.0) if widths else 100.0
        columns: dict[int, list[_Entry]] = {}
        for from_across, to_across, start, end in boxes:
            entry = (start, end, from_across, to_across)
            first = int((from_across - _AWAY) // self.size)
            for key in range(first, int((to_across + _AWAY) // self.size) + 1):
                columns.setdefault(key, []).append(entry)
        self.columns = {key: _column(entries) for key, entries in columns.items()}

    def ahead(self, across: float, along: float) -> float:
        """Where a line that starts at ``along`` and goes on meets a box or the border."""
        column = self.columns.get(int(across // self.size))
        if column is not None:
            entries, starts, _, _ = column
            low, high = across - _AWAY, across + _AWAY
            for at in range(bisect_left(starts, along - 0.01), len(entries)):
                start, _, left, right = entries[at]
                if left < high and low < right:
                    return start
        return self.high

    def behind(self, across: float, along: float) -> float:
        """Where a line that starts at ``along`` and goes back meets a box or the border."""
        column = self.columns.get(int(across // self.size))
        if column is not None:
            _, _, entries, ends = column
            low, high = across - _AWAY, across + _AWAY
            for at in range(bisect_right(ends, along + 0.01) - 1, -1, -1):
                _, end, left, right = entries[at]
                if left < high and low < right:
                    return end if end > self.low else self.low
        return self.low

    def room(self, along: float, low: float, high: float, reach: float = _WIDE) -> tuple[float, float]:
        """How far a line across this axis, at ``along`` and from ``low`` to ``high``, may move both ways.

        Boxes that the line is inside of are not seen: they are those around its ends. Nobody looks further than
        ``reach``.
        """
        before, after = along - reach, along + reach
        if before < self.low:
            before = self.low
        if after > self.high:
            after = self.high
        if high - low < 0.02:
            middle = (low + high) / 2
            low, high = middle - 0.01, middle + 0.01
        least, most = low + 0.005, high - 0.005
        onward, back = along + 0.01, along - 0.01
        size, columns = self.size, self.columns
        for key in range(int(low // size), int(high // size) + 1):
            column = columns.get(key)
            if column is None:
                continue
            entries, starts, ended, ends = column
            for at in range(bisect_left(starts, back), len(entries)):
                start, end, left, right = entries[at]
                if start >= after:
                    break
                if left < most and least < right and end > onward:
                    after = start
                    break
            for at in range(bisect_right(ends, onward) - 1, -1, -1):
                _, end, left, right = ended[at]
                if end <= before:
                    break
                if left < most and least < right:
                    before = end
                    break
        return before, after


def _column(entries: list[_Entry]) -> _Column:
    started = sorted(entries)
    ended = sorted(entries, key=_end)
    return started, [entry[0] for entry in started], ended, [entry[1] for entry in ended]


def _end(entry: _Entry) -> float:
    return entry[1]


class Line:
    """A straight line through free space, from ``low`` to ``high``; ``opens``: which ends are at the border.

    ``cost`` is what it took to get here in the search with the number ``search``, ``uses`` how many ways lie here.
    """

    __slots__ = ("at", "cost", "crossed", "high", "low", "opens", "search", "upright", "uses")

    def __init__(self, upright: bool, at: float, low: float, high: float, opens: tuple[bool, bool]) -> None:
        self.upright, self.at, self.low, self.high, self.opens = upright, at, low, high, opens
        self.crossed: list[Line] | None = None
        self.uses = self.search = 0
        self.cost = 0.0


_Drawn = tuple[list[float], list[Line]]


class Field:
    """The free space of one container.

    Arguments:
        bounds: the inside of the container.
        boxes: what stands in it and is not to be run through.
    """

    __slots__ = ("_lines", "bounds", "boxes", "level", "upright")

    def __init__(self, bounds: Rect, boxes: Sequence[Rect]) -> None:
        self.bounds = bounds
        self.boxes = boxes
        left, top, right, bottom = bounds
        self.upright = Sight([(box[0], box[2], box[1], box[3]) for box in boxes], top, bottom)
        self.level = Sight([(box[1], box[3], box[0], box[2]) for box in boxes], left, right)
        self._lines: tuple[_Drawn, _Drawn] | None = None

    def line(self, upright: bool, at: float, low: float, high: float) -> Line:
        """The line through a free stretch, as long as it can be."""
        sight = self.upright if upright else self.level
        start, end = sight.behind(at, low), sight.ahead(at, high)
        return Line(upright, at, start, end, (start <= sight.low, end >= sight.high))

    def ray(self, upright: bool, at: float, start: float, onward: bool) -> Line:
        """The line that leaves a box (or the border) at ``start``."""
        sight = self.upright if upright else self.level
        if onward:
            end = sight.ahead(at, start)
            return Line(upright, at, start, max(end, start), (False, end >= sight.high))
        end = sight.behind(at, start)
        return Line(upright, at, min(end, start), start, (end <= sight.low, False))

    def crossing(self, line: Line) -> list[Line]:
        """The lines that cross one, in their order along it."""
        if line.crossed is None:
            if self._lines is None:
                self._lines = self._draw()
            places, others = self._lines[0 if line.upright else 1]
            at = line.at
            line.crossed = [
                other
                for other in others[bisect_left(places, line.low) : bisect_right(places, line.high)]
                if other.low <= at <= other.high
            ]
        return line.crossed

    def _draw(self) -> tuple[_Drawn, _Drawn]:
        """The level lines and the upright ones, from left to right and downwards, each with their places."""
        uprights: dict[int, list[Line]] = {}
        levels: dict[int, list[Line]] = {}
        for left, top, right, bottom in self.boxes:
            self._beside(True, left, right, top, bottom, uprights)
            self._beside(False, top, bottom, left, right, levels)
        return _in_order(levels), _in_order(uprights)

    def _beside(
        self, upright: bool, low: float, high: float, start: float, end: float, found: dict[int, list[Line]]
    ) -> None:
        """Draw the lines beside two sides of a box, ``low`` and ``high``, that reach from ``start`` to ``end``."""
        sight = self.level if upright else self.upright
        for side, away in ((low, -NEAR), (high, NEAR)):
            if _passed(found.get(round((side + away) / 2)), start, end):
                continue
            before, after = sight.room(side, start, end, 2 * NEAR)
            gap = after - side if away > 0 else side - before
            if gap < 2.0:
                continue
            at = side + (away if gap >= 2 * NEAR else gap / 2 if away > 0 else -gap / 2)
            same = found.setdefault(round(at / 2), [])
            if not _passed(same, start, end):
                same.append(self.line(upright, at, start, end))


def _passed(lines: Sequence[Line] | None, start: float, end: float) -> bool:
    """Whether one of some lines goes on past a box."""
    if lines:
        for line in lines:
            if line.low <= start and end <= line.high:
                return True
    return False


def _in_order(found: dict[int, list[Line]]) -> _Drawn:
    lines = sorted((line for same in found.values() for line in same), key=_place)
    return [line.at for line in lines], lines


def _place(line: Line) -> float:
    return line.at
