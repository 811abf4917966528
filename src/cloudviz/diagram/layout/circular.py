"""The circular layout, for dependencies: the most linked box of a container in the middle, the others on rings.

On each ring neighbours touch circle to circle; what is linked with the middle comes first, so that it is on the
innermost ring, and linked boxes follow each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, cos, pi, sin

from cloudviz.diagram.layout.free import SPACE, Links, Point, Size, reach, separate, tighten

_ONE_RING = 9  # boxes that may stand on one ring; more of them get several


def arrange(sizes: Sequence[Size], links: Links) -> list[Point]:
    """Places for the middles of some boxes; see :data:`cloudviz.diagram.layout.free.Arrange`."""
    count = len(sizes)
    if count == 1:
        return [(0.0, 0.0)]
    order = _order(count, links)
    places: list[Point] = [(0.0, 0.0)] * count
    radii = [reach(size) + SPACE / 2 for size in sizes]
    inner = 0.0
    start = 0
    if count >= 4 and links:
        inner, start = radii[order[0]], 1
    while start < count:
        start, inner = _ring(order, start, inner, radii, places)
    return tighten(separate(places, sizes), sizes)


def _ring(
    order: Sequence[int], start: int, inner: float, radii: Sequence[float], places: list[Point]
) -> tuple[int, float]:
    """Fill one ring around a disc of radius ``inner``; returns where the next begins, and the new disc."""
    rest = order[start:]
    if inner == 0.0:
        members = list(rest[: max(_ONE_RING, 2)]) if len(rest) > _ONE_RING else list(rest)
        radius = _radius(members, radii)
    else:
        widest = 0.0
        members = []
        for at in rest:
            widest_now = max(widest, radii[at])
            radius = inner + widest_now
            if members and sum(_angle(radius, radii[key]) for key in (*members, at)) > 2 * pi:
                break
            members.append(at)
            widest = widest_now
            if len(members) > 400:
                break
        radius = inner + widest
    angles = [_angle(radius, radii[at]) for at in members]
    spare = max(2 * pi - sum(angles), 0.0) / len(members)
    turn = -pi / 2 - angles[0] / 2
    for at, angle in zip(members, angles, strict=True):
        turn += angle / 2
        places[at] = (round(radius * cos(turn), 2), round(radius * sin(turn), 2))
        turn += angle / 2 + spare
    return start + len(members), radius + max(radii[at] for at in members)


def _angle(radius: float, half: float) -> float:
    """The angle that a circle of radius ``half`` takes on a ring."""
    return 2 * asin(min(half / max(radius, half), 1.0))


def _radius(members: Sequence[int], radii: Sequence[float]) -> float:
    """The smallest ring on which some circles find room."""
    low = max(radii[at] for at in members)
    high = low + sum(radii[at] for at in members)
    for _ in range(40):
        middle = (low + high) / 2
        if sum(_angle(middle, radii[at]) for at in members) > 2 * pi:
            low = middle
        else:
            high = middle
    return high


def _order(count: int, links: Links) -> list[int]:
    """The most linked box, then breadth-first from it, so that rings are distances."""
    near: list[list[int]] = [[] for _ in range(count)]
    degree = [0.0] * count
    for source, target, weight in links:
        near[source].append(target)
        near[target].append(source)
        degree[source] += weight
        degree[target] += weight
    seen = [False] * count
    order: list[int] = []
    for root in sorted(range(count), key=lambda at: (-degree[at], at)):
        if seen[root]:
            continue
        seen[root] = True
        queue = [root]
        for at in queue:
            for other in sorted(near[at]):
                if not seen[other]:
                    seen[other] = True
                    queue.append(other)
        order.extend(queue)
    return order
