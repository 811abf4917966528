"""Layouts in which boxes stand anywhere: nested bottom-up, each container laid out alone, lines straight.

A layout of this family is a function from the sizes of some boxes, and the links among them, to places for their
middles at which nothing overlaps. :func:`separate`, :func:`tighten` and :func:`gather` help it with that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import hypot, inf

from cloudviz.diagram.layout.cells import PADDING, TITLE_WIDEST
from cloudviz.diagram.layout.ordering import Local
from cloudviz.diagram.layout.packing import ASPECT
from cloudviz.diagram.scene.document import SceneEdge, SceneNode
from cloudviz.diagram.scene.measures import (
    HEADER,
    LEAF_HEIGHT,
    LEAF_PADDING,
    LEAF_WIDEST,
    LEAF_WIDTH,
    PAGE_MARGIN,
    STACK_REACH,
    leaf_text_width,
    title_width,
)

Point = tuple[float, float]
Size = tuple[float, float]
Links = Sequence[tuple[int, int, float]]
"""(index, index, number of links) among the boxes of one container."""
Arrange = Callable[[Sequence[Size], Links], list[Point]]

SPACE = 28.0  # that stays between two boxes


def nest(
    nodes: Sequence[SceneNode],
    children: Mapping[str | None, Sequence[SceneNode]],
    local: Mapping[str | None, Local],
    arrange: Arrange,
    top: float,
) -> Size:
    """Give every node its place and size; returns the size of the whole, margins left out.

    Arguments:
        nodes: parents before their children.
        children: the nodes in each container, ``None`` for the page.
        local: links among the children of each container.
        arrange: the layout of one container.
        top: the y at which the page's contents begin.
    """
    offsets: dict[str, Point] = {}
    for node in reversed(nodes):
        inside = children.get(node.id, ())
        if not inside:
            text = leaf_text_width(node.label, node.sublabel) + 2 * LEAF_PADDING
            node.width, node.height = min(max(LEAF_WIDTH, float(-int(-text // 4) * 4)), LEAF_WIDEST), LEAF_HEIGHT
            continue
        width, height = _inside(inside, local.get(node.id, {}), arrange, offsets)
        title = min(title_width(node.title, node.sublabel), TITLE_WIDEST) + PADDING
        spare = max(title - width - 2 * PADDING, 0.0)
        for child in inside:
            x, y = offsets[child.id]
            offsets[child.id] = (x + PADDING + spare / 2, y + HEADER + PADDING)
        node.width, node.height = width + 2 * PADDING + spare, height + HEADER + 2 * PADDING
    whole = _inside(children.get(None, ()), local.get(None, {}), arrange, offsets)
    by_id = {node.id: node for node in nodes}
    for node in nodes:
        x, y = offsets[node.id]
        left, upper = (PAGE_MARGIN, top) if node.parent is None else (by_id[node.parent].x, by_id[node.parent].y)
        node.x, node.y = left + x, upper + y
    return whole


def _inside(boxes: Sequence[SceneNode], local: Local, arrange: Arrange, offsets: dict[str, Point]) -> Size:
    """Lay out the children of one container from its inner upper left corner; returns the room they take."""
    if not boxes:
        return 0.0, 0.0
    index = {node.id: at for at, node in enumerate(boxes)}
    links = [
        (index[source], index[target], count)
        for source, targets in sorted(local.items())
        if source in index
        for target, count in sorted(targets.items())
        if target in index and target != source
    ]
    sizes = [(node.width, node.height) for node in boxes]
    middles = arrange(sizes, links)
    corners = [(x - w / 2, y - h / 2) for (x, y), (w, h) in zip(middles, sizes, strict=True)]
    left, upper = min(x for x, _ in corners), min(y for _, y in corners)
    right = max(x + w for (x, _), (w, _) in zip(corners, sizes, strict=True))
    lower = max(y + h for (_, y), (_, h) in zip(corners, sizes, strict=True))
    for node, (x, y) in zip(boxes, corners, strict=True):
        offsets[node.id] = (round(x - left, 1), round(y - upper, 1))
    return right - left, lower - upper


def separate(middles: Sequence[Point], sizes: Sequence[Size]) -> list[Point]:
    """Move boxes apart until none comes nearer to another than :data:`SPACE`; where pushing fails, in rows."""
    places = [list(place) for place in middles]
    for _ in range(40):
        pairs = _overlapping(places, sizes)
        if not pairs:
            return [(x, y) for x, y in places]
        for one, other, across, down in pairs:
            if across < down:
                push = across / 2 + 0.01
                first, last = (one, other) if places[one][0] <= places[other][0] else (other, one)
                places[first][0] -= push
                places[last][0] += push
            else:
                push = down / 2 + 0.01
                first, last = (one, other) if places[one][1] <= places[other][1] else (other, one)
                places[first][1] -= push
                places[last][1] += push
    return _shelves([(x, y) for x, y in places], sizes)


def tighten(middles: Sequence[Point], sizes: Sequence[Size]) -> list[Point]:
    """Draw boxes that do not overlap together while they stay apart: both ways, then the way that is too long."""
    places = _drawn(list(middles), sizes, 0.0, True, True)
    for _ in range(2):
        left = min(x - w / 2 for (x, _), (w, _) in zip(places, sizes, strict=True))
        right = max(x + w / 2 for (x, _), (w, _) in zip(places, sizes, strict=True))
        upper = min(y - h / 2 for (_, y), (_, h) in zip(places, sizes, strict=True))
        lower = max(y + h / 2 for (_, y), (_, h) in zip(places, sizes, strict=True))
        share = (right - left) / (lower - upper) / ASPECT
        if share > 1:
            places = _drawn(places, sizes, 1 / share, True, False)
        else:
            places = _drawn(places, sizes, share, False, True)
    return places


def _drawn(places: list[Point], sizes: Sequence[Size], least: float, across: bool, down: bool) -> list[Point]:
    """Places multiplied, one way or both, by the smallest share that leaves no overlap, at least ``least``."""
    low, high = least, 1.0
    for _ in range(9):
        share = (low + high) / 2
        tried = [(x * (share if across else 1.0), y * (share if down else 1.0)) for x, y in places]
        if _overlapping(tried, sizes, at_most=1):
            low = share
        else:
            high = share
    return [(x * (high if across else 1.0), y * (high if down else 1.0)) for x, y in places]


def gather(middles: Sequence[Point], sizes: Sequence[Size]) -> list[Point]:
    """Draw single boxes to the middle of all as far as nothing is in their way, the inner ones first.

    Quadratic in the number of boxes: for the few of one container, where something drifted away.
    """
    places = list(middles)
    count = len(places)
    x0, y0 = sum(x for x, _ in places) / count, sum(y for _, y in places) / count
    for at in sorted(range(count), key=lambda at: (hypot(places[at][0] - x0, places[at][1] - y0), at)):
        x, y = places[at]
        for step in range(1, 20):
            tried = (x0 + (x - x0) * step / 20, y0 + (y - y0) * step / 20)
            if all(
                other == at
                or abs(tried[0] - places[other][0]) >= (sizes[at][0] + sizes[other][0]) / 2 + SPACE
                or abs(tried[1] - places[other][1]) >= (sizes[at][1] + sizes[other][1]) / 2 + SPACE
                for other in range(count)
            ):
                places[at] = tried
                break
    return places


def _overlapping(
    places: Sequence[Sequence[float]], sizes: Sequence[Size], at_most: int | None = None
) -> list[tuple[int, int, float, float]]:
    """Pairs that are too near, with the ways by which they would have to part."""
    order = sorted(range(len(places)), key=lambda at: (places[at][0] - sizes[at][0] / 2, at))
    opened: list[int] = []
    found = []
    for at in order:
        left = places[at][0] - sizes[at][0] / 2
        opened = [other for other in opened if places[other][0] + sizes[other][0] / 2 + SPACE > left + 0.01]
        for other in opened:
            down = (sizes[at][1] + sizes[other][1]) / 2 + SPACE - abs(places[at][1] - places[other][1])
            if down > 0.01:
                across = (sizes[at][0] + sizes[other][0]) / 2 + SPACE - abs(places[at][0] - places[other][0])
                if across > 0.01:
                    found.append((other, at, across, down))
                    if len(found) == at_most:
                        return found
        opened.append(at)
    return found


def _shelves(places: Sequence[Point], sizes: Sequence[Size]) -> list[Point]:
    """Rows in the order of y, in each row in the order of x: what is left of the picture when pushing failed."""
    area = sum((width + SPACE) * (height + SPACE) for width, height in sizes)
    limit = max((area * 1.6) ** 0.5, max(width for width, _ in sizes))
    order = sorted(range(len(places)), key=lambda at: (places[at][1], places[at][0], at))
    rows: list[list[int]] = [[]]
    used = 0.0
    for at in order:
        if rows[-1] and used + sizes[at][0] > limit:
            rows.append([])
            used = 0.0
        rows[-1].append(at)
        used += sizes[at][0] + SPACE
    result: list[Point] = [(0.0, 0.0)] * len(places)
    top = 0.0
    for row in rows:
        left = 0.0
        height = max(sizes[at][1] for at in row)
        for at in sorted(row, key=lambda at: (places[at][0], at)):
            result[at] = (left + sizes[at][0] / 2, top + height / 2)
            left += sizes[at][0] + SPACE
        top += height + SPACE
    return result


def straight(edges: Sequence[SceneEdge], nodes: Sequence[SceneNode]) -> None:
    """Draw every edge as one straight line from border to border."""
    by_id = {node.id: node for node in nodes}
    for edge in edges:
        source, target = by_id[edge.source], by_id[edge.target]
        start = (source.x + source.width / 2, source.y + source.height / 2)
        end = (target.x + target.width / 2, target.y + target.height / 2)
        edge.points = [_border(source, end), _border(target, start)]


def _border(node: SceneNode, towards: Point) -> Point:
    x, y = node.x + node.width / 2, node.y + node.height / 2
    across, down = towards[0] - x, towards[1] - y
    share = min(
        node.width / 2 / abs(across) if across else inf,
        node.height / 2 / abs(down) if down else inf,
    )
    share = 0.0 if share == inf else share
    return round(x + across * share, 1), round(y + down * share, 1)


def reach(size: Size) -> float:
    """Radius of the circle around a box and the decoration of a stack."""
    return float(((size[0] + STACK_REACH) ** 2 + (size[1] + STACK_REACH) ** 2) ** 0.5 / 2)
