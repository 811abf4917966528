"""The force-directed layout: linked boxes attract, all repel; each container is a field of its own.

Source: Fruchterman, Reingold, "Graph drawing by force-directed placement", Software: Practice and Experience 21
(1991). The start is a spiral and the number of steps is fixed, so the same scene gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, sin, sqrt

from cloudviz.diagram.layout.free import SPACE, Links, Point, Size, gather, reach, separate, tighten
from cloudviz.diagram.layout.packing import columns_for

_STEPS = 60
_MOST = 120  # boxes in one container beyond which forces show a ball of wool, and a grid shows more
_GOLDEN = 2.399963229728653  # the golden angle: a spiral of even density
_PULL = 0.3  # towards the middle, or what is not linked would drift away
_WORK = 60_000  # pairs × steps that one container may cost


def arrange(sizes: Sequence[Size], links: Links) -> list[Point]:
    """Places for the middles of some boxes; see :data:`cloudviz.diagram.layout.free.Arrange`."""
    count = len(sizes)
    radii = [reach(size) for size in sizes]
    if count == 1:
        return [(0.0, 0.0)]
    if count > _MOST or not links:
        return _grid(sizes)
    length = 2 * sum(radii) / count + SPACE
    xs = [length * 0.7 * sqrt(at + 0.5) * cos(at * _GOLDEN) for at in range(count)]
    ys = [length * 0.7 * sqrt(at + 0.5) * sin(at * _GOLDEN) for at in range(count)]
    steps = max(min(_STEPS, _WORK * 2 // (count * count)), 12)
    for step in range(steps):
        heat = length * 0.5 * (1 - step / steps)
        _step(xs, ys, radii, links, length, heat)
    # pages are wider than high
    places = separate([(round(x * 1.25, 2), round(y, 2)) for x, y in zip(xs, ys, strict=True)], sizes)
    return tighten(gather(tighten(places, sizes), sizes), sizes)


def _step(
    xs: list[float], ys: list[float], radii: Sequence[float], links: Links, length: float, heat: float
) -> None:
    count = len(xs)
    move_x, move_y = [0.0] * count, [0.0] * count
    for one in range(count):
        x, y, radius = xs[one], ys[one], radii[one]
        for other in range(one + 1, count):
            across, down = x - xs[other], y - ys[other]
            distance = hypot(across, down) or 0.01
            ideal = radius + radii[other] + SPACE
            if distance > 2 * ideal:
                continue
            force = ideal * ideal / (distance * distance) - 0.25
            across, down = across * force, down * force
            move_x[one] += across
            move_y[one] += down
            move_x[other] -= across
            move_y[other] -= down
    for source, target, _ in links:
        across, down = xs[source] - xs[target], ys[source] - ys[target]
        distance = hypot(across, down) or 0.01
        force = distance / (radii[source] + radii[target] + SPACE)
        move_x[source] -= across * force
        move_y[source] -= down * force
        move_x[target] += across * force
        move_y[target] += down * force
    for at in range(count):
        across, down = move_x[at] - xs[at] * _PULL, move_y[at] - ys[at] * _PULL
        distance = hypot(across, down) or 0.01
        share = min(distance, heat) / distance
        xs[at] += across * share
        ys[at] += down * share


def _grid(sizes: Sequence[Size]) -> list[Point]:
    """Rows of a page-like shape, for boxes among which no force is at work."""
    width = max(size[0] for size in sizes) + SPACE
    height = max(size[1] for size in sizes) + SPACE
    columns = columns_for(len(sizes), width, height, one_row=1)
    return tighten([(at % columns * width, at // columns * height) for at in range(len(sizes))], sizes)
