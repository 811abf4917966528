"""Lines from afar: what leads between containers while their content is too small to be seen, counted and bundled.

At each level a box that is not born yet is stood for by the innermost container around it that is. The lines whose
ends are not both there lead between those instead, as many as there are in one: a bundle. Bundles of a level are
for that level only; a level deeper other boxes are there, and other bundles.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NOBODY = -1

Box = tuple[float, float, float, float]
"""Left, top, width, height."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Links between two boxes and what is in them.

    ``source`` and ``target`` are numbers of boxes, in the direction in which most of the links point; ``kind`` is
    empty where the links are of several.
    """

    source: int
    target: int
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class BundledLine:
    """What a line of the scene counts for: numbers of its boxes, its kind, and for how many links it stands."""

    source: int
    target: int
    kind: str
    count: int


def stand_ins(level: int, born: Sequence[int], parents: Sequence[int]) -> array[int]:
    """For each box the one that stands for it at a level: itself, a container around it, or :data:`NOBODY`."""
    found = array("l", [-2]) * len(born)
    for number in range(len(born)):
        way = []
        at = number
        while at != NOBODY and found[at] == -2 and born[at] > level:
            way.append(at)
            at = parents[at]
        stands = NOBODY if at == NOBODY else found[at] if found[at] != -2 else at
        if at != NOBODY:
            found[at] = stands
        for each in way:
            found[each] = stands
    return found


def bundled(level: int, lines: Sequence[BundledLine], born: Sequence[int], parents: Sequence[int]) -> list[Bundle]:
    """The bundles of a level, those of most links first.

    Left out are lines that are there themselves, and those between a container and what is in it.
    """
    stands = stand_ins(level, born, parents)
    counts: dict[tuple[int, int], list[int]] = {}
    kinds: dict[tuple[int, int], str] = {}
    for line in lines:
        if min(line.source, line.target) < 0 or max(born[line.source], born[line.target]) <= level:
            continue
        source, target = stands[line.source], stands[line.target]
        if source == target or NOBODY in (source, target):
            continue
        pair = (source, target) if source < target else (target, source)
        both = counts.get(pair)
        if both is None:
            if _is_around(source, target, parents) or _is_around(target, source, parents):
                continue
            both = counts[pair] = [0, 0]
            kinds[pair] = line.kind
        both[source > target] += line.count
        if kinds[pair] != line.kind:
            kinds[pair] = ""
    found = [
        Bundle(*(pair if forth >= back else pair[::-1]), kinds[pair], forth + back)
        for pair, (forth, back) in counts.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.source, each.target))


def between(one: Box, other: Box) -> list[tuple[float, float]]:
    """A straight line between two boxes beside each other, from border to border, along that of their middles."""
    start, end = _middle(one), _middle(other)
    return [_leaving(one, end), _leaving(other, start)]


def _is_around(outer: int, inner: int, parents: Sequence[int]) -> bool:
    return any(at == outer for at in _around(inner, parents))


def _around(number: int, parents: Sequence[int]) -> Iterator[int]:
    at = parents[number]
    while at >= 0:
        yield at
        at = parents[at]


def _middle(box: Box) -> tuple[float, float]:
    x, y, width, height = box
    return x + width / 2, y + height / 2


def _leaving(box: Box, towards: tuple[float, float]) -> tuple[float, float]:
    """Where the line from the middle of a box to a point outside crosses its border."""
    x, y = _middle(box)
    across, down = towards[0] - x, towards[1] - y
    reach = min(
        box[2] / 2 / abs(across) if across else float("inf"), box[3] / 2 / abs(down) if down else float("inf"), 1.0
    )
    return round(x + across * reach, 2), round(y + down * reach, 2)
