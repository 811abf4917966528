"""The circular layout, for dependencies: the most linked box of a container in the middle, the others around it.

Boxes of one size stand on rings, in the order of their distance from the middle; what is linked has its place in
the same direction. Containers gather around the one that most lines lead to.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, hypot, pi, sin

from cloudviz.diagram.layout.free import GAP, gap, grid
from cloudviz.diagram.layout.snug import Point, Tie, placed
from cloudviz.diagram.scene.document import SceneNode

_WIDE = 1.3  # rings are as much wider than high: pages are, and boxes
_FIRST = 6  # boxes on the innermost ring, twice as many on the second …
_MORE = 8  # … or so many where that completes the picture
_CROWD = 60  # boxes beyond which rings are drawn on a grid
_FEW = 3  # boxes that stand in a row


def arrange(boxes: Sequence[SceneNode], ties: Sequence[Tie], aspect: float, press: float) -> list[Point]:
    """Places of boxes in one container; see :data:`cloudviz.diagram.layout.free.Arrange`."""
    if any(box.container for box in boxes):
        sizes = [(box.width, box.height) for box in boxes]
        return placed(sizes, ties, gap(len(ties)), aspect, press, round_=bool(ties))[0]
    if len(boxes) <= _FEW or (not ties and len(boxes) <= 4):
        return grid(boxes)
    return _rings(boxes, ties)


def _rings(boxes: Sequence[SceneNode], ties: Sequence[Tie]) -> list[Point]:
    width, height = boxes[0].width + GAP, boxes[0].height + GAP
    near: list[list[int]] = [[] for _ in boxes]
    for tie in ties:
        near[tie.one].append(tie.other)
        near[tie.other].append(tie.one)
    order = _order(near)
    if len(boxes) > _CROWD:
        return _disc(order, width, height)
    middles: list[Point] = [(0.0, 0.0)] * len(boxes)
    turns = [0.0] * len(boxes)
    start, ring, radius = 1, 1, 0.0
    placed = [order[0]]
    while start < len(order):
        left = len(order) - start
        count = left if left <= _MORE * ring else _FIRST * ring
        members = order[start : start + count]
        known = set(placed)

        def wish(box: int, known: set[int] = known) -> tuple[float, int]:
            inner = [turns[other] for other in near[box] if other in known and other != order[0]]
            return (sum(inner) / len(inner) if inner else 0.0, order.index(box))

        if ring > 1:
            members = sorted(members, key=wish)
        angles = [-pi / 2 + 2 * pi * (at + (0.5 if count == 2 else 0.0)) / count for at in range(count)]
        radius = _radius(angles, radius, [middles[box] for box in placed], width, height)
        for box, angle in zip(members, angles, strict=True):
            turns[box] = angle
            middles[box] = (radius * _WIDE * cos(angle), radius * sin(angle))
        placed.extend(members)
        start, ring = start + count, ring + 1
    return [(x - width / 2, y - height / 2) for x, y in middles]


def _disc(order: Sequence[int], width: float, height: float) -> list[Point]:
    """Places on a grid, from the middle outwards: rings of a crowd, between which lines run straight."""
    across = int((len(order) * _WIDE * height / width) ** 0.5 / 2) + 2
    down = int((len(order) * width / _WIDE / height) ** 0.5 / 2) + 2
    spots = sorted(
        (round(hypot(x * width / _WIDE, y * height) / height), atan2(x * width / _WIDE, -y * height), y, x)
        for y in range(-down, down + 1)
        for x in range(-across, across + 1)
    )
    places: list[Point] = [(0.0, 0.0)] * len(order)
    for box, (_, _, y, x) in zip(order, spots, strict=False):
        places[box] = (x * width, y * height)
    return places


def _radius(angles: Sequence[float], least: float, inner: Sequence[Point], width: float, height: float) -> float:
    """The smallest ring outside of those there are on which boxes do not come too near to any."""
    radius = least + height / 2
    while True:
        places = [(radius * _WIDE * cos(angle), radius * sin(angle)) for angle in angles]
        pairs = [(places[at - 1], place) for at, place in enumerate(places)] if len(places) > 1 else []
        pairs += [(place, other) for place in places for other in inner[-40:]]
        if all(abs(x1 - x2) >= width - 0.01 or abs(y1 - y2) >= height - 0.01 for (x1, y1), (x2, y2) in pairs):
            return radius
        radius += height / 16


def _order(near: Sequence[Sequence[int]]) -> list[int]:
    """The most linked box first, then breadth-first from it, then the other parts the same way."""
    seen: set[int] = set()
    order: list[int] = []
    for root in sorted(range(len(near)), key=lambda box: (-len(near[box]), box)):
        if root in seen:
            continue
        seen.add(root)
        queue = [root]
        for box in queue:
            for other in sorted(near[box]):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        order.extend(queue)
    return order
