"""Parallel pieces of lines on tracks: each as near as can be to its wish, and a track's width from the others.

What is known is an order, in which lines cross the fewest others, and for each item the room that boxes leave it.
Where too many lines share a gap, the tracks there, and only there, get narrower.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloudviz.diagram.layout.pieces import Piece

TRACK = 8.0  # px between two lines
_TOUCH = 6.0  # px by which two pieces must miss each other lengthwise to share a track
_REACH = 90.0  # px across in which pieces are looked for that might lie too near
_SQUARE = 256.0
_SEEN = 80  # pieces in one place beyond which no track could be told from the next
_REPAIRS = 40  # crowded places that are made narrower one by one in a group of lines


class Item:
    """Pieces of one bundle in one line: ``at`` is the wish, ``low`` to ``high`` the extent, the rest the room."""

    __slots__ = ("at", "before", "gaps", "high", "key", "low", "lowest", "most", "number", "pieces", "place")

    def __init__(self, at: float, low: float, high: float, lowest: float, most: float) -> None:
        self.at = self.place = at
        self.low, self.high, self.lowest, self.most = low, high, lowest, most
        self.key: tuple[float, ...] = ()
        self.pieces: list[Piece] = []
        self.before: list[Item] = []
        self.gaps: list[float] = []
        self.number = 0


def spread(items: Sequence[Item]) -> None:
    """Decide ``place`` of each item; they come in their order."""
    _constrain(items)
    for group in _groups(items):
        if len(group) > 1:
            _solve(group)


def _constrain(items: Sequence[Item]) -> None:
    """For each item, those before it in the order that it must keep away from."""
    squares: dict[int, list[Item]] = {}
    for number, item in enumerate(items):
        item.number = number
        low, high, at = item.low - _TOUCH, item.high + _TOUCH, item.at - _REACH
        seen: set[int] = set()
        for key in range(int(item.low // _SQUARE), int(item.high // _SQUARE) + 1):
            nearby = squares.setdefault(key, [])
            for position in range(len(nearby) - 1, max(len(nearby) - _SEEN, 0) - 1, -1):
                other = nearby[position]
                if other.at < at:
                    break
                if other.number in seen or other.low >= high or low >= other.high or other.most < item.lowest:
                    continue
                seen.add(other.number)
                item.before.append(other)
                item.gaps.append(TRACK)
                if other.low <= item.low and item.high <= other.high:
                    break
            nearby.append(item)


def _groups(items: Sequence[Item]) -> Iterable[list[Item]]:
    root = list(range(len(items)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for item in items:
        for other in item.before:
            root[find(item.number)] = find(other.number)
    groups: dict[int, list[Item]] = {}
    for item in items:
        groups.setdefault(find(item.number), []).append(item)
    return groups.values()


def _solve(group: Sequence[Item]) -> None:
    """Places that keep the order and the distances.

    Two solutions are made, one that gives way upwards and one downwards; halfway between them every distance that
    both keep is kept.
    """
    lowest = _lowest(group)
    most = {item.number: item.most for item in group}
    for item in reversed(group):
        here = most[item.number]
        for other, gap in zip(item.before, item.gaps, strict=True):
            if here - gap < most[other.number]:
                most[other.number] = here - gap
    up: dict[int, float] = {}
    for item in group:
        place = min(item.at, most[item.number])
        for other, gap in zip(item.before, item.gaps, strict=True):
            if up[other.number] + gap > place:
                place = up[other.number] + gap
        up[item.number] = place
    down = {item.number: max(item.at, lowest[item.number]) for item in group}
    for item in reversed(group):
        here = down[item.number] = min(down[item.number], most[item.number])
        for other, gap in zip(item.before, item.gaps, strict=True):
            if here - gap < down[other.number]:
                down[other.number] = here - gap
    for item in group:
        place = (max(up[item.number], lowest[item.number]) + down[item.number]) / 2
        item.place = min(max(place, item.lowest), item.most)


def _lowest(group: Sequence[Item]) -> dict[int, float]:
    """The least place of each item; the gaps of chains that do not fit into their room are made narrower."""
    lowest: dict[int, float] = {}
    pushed: dict[int, int] = {}
    index = {item.number: at for at, item in enumerate(group)}
    repairs = 0
    at = 0
    while at < len(group):
        item = group[at]
        least, by = item.lowest, -1
        for number, other in enumerate(item.before):
            if lowest[other.number] + item.gaps[number] > least:
                least, by = lowest[other.number] + item.gaps[number], number
        pushed[item.number] = by
        if by >= 0 and least > item.most + 0.01:
            chain = [(item, by)]
            while True:
                first, number = chain[-1]
                before = first.before[number]
                if pushed[before.number] < 0:
                    break
                chain.append((before, pushed[before.number]))
            gap = max((item.most - before.lowest) / len(chain), 0.0)
            if repairs < _REPAIRS and any(each.gaps[number] > gap + 0.01 for each, number in chain):
                repairs += 1
                for each, number in chain:
                    each.gaps[number] = min(each.gaps[number], gap)
                at = index[chain[-1][0].number]
                continue
            least = item.most  # too many lines even for the narrowest tracks: some lie on each other
        lowest[item.number] = least
        at += 1
    return lowest
