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


class Sight:
    """Boxes as seen along one axis; *across* is the place of a line, *along* a place on it.

    ``boxes`` are (across from, across to, along from, along to).
    """

    __slots__ = ("columns", "high", "low", "size", "starts")

    def __init__(self, boxes: Sequence[_Entry], low: float, high: float) -> None:
        self.low, self.high = low, high
        if len(boxes) <= _FEW and all(box[0] >= _AWAY for box in boxes):
            # so few are looked through faster than they are sorted into columns
            entries = sorted((start, end, from_across, to_across) for from_across, to_across, start, end in boxes)
            self.size = _BEYOND
            self.columns = {0: entries}
            self.starts = {0: [entry[0] for entry in entries]}
            return
        widths = sorted(box[1] - box[0] for box in boxes)
        self.size = min(max(widths[len(widths) // 2], 40.0), 400.0) if widths else 100.0
        columns: dict[int, list[_Entry]] = {}
        for from_across, to_across, start, end in boxes:
            entry = (start, end, from_across, to_across)
            first = int((from_across - _AWAY) // self.size)
            for key in range(first, int((to_across + _AWAY) // self.size) + 1):
                columns.setdefault(key, []).append(entry)
        for entries in columns.values():
            entries.sort()
        self.columns = columns
        self.starts = {key: [entry[0] for entry in entries] for key, entries in columns.items()}

    def ahead(self, across: float, along: float) -> float:
        """Where a line that starts at ``along`` and goes on meets a box or the border."""
        key = int(across // self.size)
        entries = self.columns.get(key)
        if entries:
            low, high = across - _AWAY, across + _AWAY
            for at in range(bisect_left(self.starts[key], along - 0.01), len(entries)):
                start, _, left, right = entries[at]
                if left < high and low < right:
                    return start
        return self.high

    def behind(self, across: float, along: float) -> float:
        """Where a line that starts at ``along`` and goes back meets a box or the border."""
        key = int(across // self.size)
        entries = self.columns.get(key)
        found = self.low
        if entries:
            low, high = across - _AWAY, across + _AWAY
            left_to_see = -1
            for at in range(bisect_left(self.starts[key], along - 0.01) - 1, -1, -1):
                _, end, left, right = entries[at]
                if left < high and low < right and found < end <= along + 0.01:
                    found = end
                    if left_to_see < 0:
                        left_to_see = 3
                if left_to_see == 0:
                    break
                left_to_see -= left_to_see > 0
        return found

    def room(self, along: float, low: float, high: float) -> tuple[float, float]:
        """How far a line across this axis, at ``along`` and from ``low`` to ``high``, may move both ways.

        Boxes that the line is inside of are not seen: they are those around its ends.
        """
        before, after = max(self.low, along - _WIDE), min(self.high, along + _WIDE)
        if high - low < 0.02:
            middle = (low + high) / 2
            low, high = middle - 0.01, middle + 0.01
        least, most = low + 0.005, high - 0.005
        onward, back = along + 0.01, along - 0.01
        columns, starts = self.columns, self.starts
        for key in range(int(low // self.size), int(high // self.size) + 1):
            entries = columns.get(key)
            if not entries:
                continue
            first = bisect_right(starts[key], onward)
            for at in range(first, len(entries)):
                start, _, left, right = entries[at]
                if start >= after:
                    break
                if left < most and least < right:
                    after = start
                    break
            seen = 0
            for at in range(first - 1, -1, -1):
                start, end, left, right = entries[at]
                if left < most and least < right:
                    if end <= onward:
                        if end > before:
                            before = end
                        seen += 1
                    elif start >= back and start < after:
                        after = start
                    if seen > 2:
                        break
        return before, after


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
            for upright, low, high, start, end, found in (
                (True, left, right, top, bottom, uprights),
                (False, top, bottom, left, right, levels),
            ):
                sight = self.level if upright else self.upright
                for side, sign in ((low, -1.0), (high, 1.0)):
                    before, after = sight.room(side, start, end)
                    gap = after - side if sign > 0 else side - before
                    if gap < 2.0:
                        continue
                    at = side + sign * min(NEAR, gap / 2)
                    same = found.setdefault(round(at / 2), [])
                    for line in same:
                        if line.low <= start and end <= line.high:
                            break  # it goes on past this box
                    else:
                        same.append(self.line(upright, at, start, end))
        return _in_order(levels), _in_order(uprights)


def _in_order(found: dict[int, list[Line]]) -> _Drawn:
    lines = sorted((line for same in found.values() for line in same), key=_place)
    return [line.at for line in lines], lines


def _place(line: Line) -> float:
    return line.at
