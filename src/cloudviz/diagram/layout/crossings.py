"""How many crossings of lines one sees: lines that lie on one another are one line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise

Points = Sequence[tuple[float, float]]


def seen_crossings(lines: Iterable[Points]) -> tuple[int, float]:
    """Places where level pieces cross upright ones, bundles taken as one line; and the length of all that is seen.

    A sweep from left to right over the level pieces that are open at each x: n log n in the pieces.
    """
    level: dict[float, list[tuple[float, float]]] = {}
    upright: dict[float, list[tuple[float, float]]] = {}
    for line in lines:
        for (x1, y1), (x2, y2) in pairwise(line):
            if y1 == y2:
                level.setdefault(y1, []).append((min(x1, x2), max(x1, x2)))
            elif x1 == x2:
                upright.setdefault(x1, []).append((min(y1, y2), max(y1, y2)))
    events: list[tuple[float, int, float, float]] = []
    length = 0.0
    for y, spans in level.items():
        for low, high in _joined(spans):
            length += high - low
            events.append((low, 2, y, 0.0))
            events.append((high, 0, y, 0.0))
    for x, spans in upright.items():
        for low, high in _joined(spans):
            length += high - low
            events.append((x, 1, low, high))
    found = 0
    opened: list[float] = []
    for _, sort, first, second in sorted(events):
        if sort == 2:
            insort(opened, first)
        elif sort == 0:
            del opened[bisect_left(opened, first)]
        else:
            found += max(bisect_left(opened, second) - bisect_right(opened, first), 0)
    return found, length


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    spans.sort()
    joined = [spans[0]]
    for low, high in spans[1:]:
        if low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined
