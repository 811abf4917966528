"""Lines from afar: what leads between containers while their content is too small to be seen, counted and bundled.

A line whose ends are not both there at a level is counted for the two boxes in which its ends part: between
machines of two accounts for the accounts, between those of two subnets of one network for the subnets. So a map
from afar has few lines, between neighbours, and none across the content of others. Bundles of a level are for that
level only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
class Parting:
    """A line of the scene that can be bundled.

    ``source`` and ``target`` are the numbers of the boxes in which its ends part, ``born`` is the level at which
    the line itself is there; then its kind, and for how many links it stands.
    """

    source: int
    target: int
    born: int
    kind: str
    count: int


def parted(source: int, target: int, parents: Sequence[int]) -> tuple[int, int] | None:
    """The outermost boxes around two that are not around both; None where one of them is around the other."""
    ours, theirs = _with_around(source, parents), _with_around(target, parents)
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            return one, other
    return None


def bundled(level: int, lines: Sequence[Parting], born: Sequence[int]) -> list[Bundle]:
    """The bundles of a level, those of most links first. Lines that are there themselves are in none."""
    counts: dict[tuple[int, int], list[int]] = {}
    kinds: dict[tuple[int, int], str] = {}
    for line in lines:
        source, target = line.source, line.target
        if line.born <= level or born[source] > level or born[target] > level:
            continue
        pair = (source, target) if source < target else (target, source)
        counts.setdefault(pair, [0, 0])[source > target] += line.count
        if kinds.setdefault(pair, line.kind) != line.kind:
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


def _with_around(number: int, parents: Sequence[int]) -> list[int]:
    """A box and the containers around it, outermost first."""
    found = []
    at = number
    while at >= 0:
        found.append(at)
        at = parents[at]
    return found[::-1]


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
