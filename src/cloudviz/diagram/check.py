"""The judge of pictures: reads a scene document and counts what is wrong with it.

It knows nothing of how a picture was made, only the document of contract §3, so that it can judge any layout, our
own or another's, and any release.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cloudviz.diagram.scene.measures import leaf_text_width, title_width

Segment = tuple[float, float, float, float]

_BORDER = 6.0  # px that a text keeps from the border of its box, both sides together
_SLACK = 0.5  # px by which rounding may let borders touch
_MOST_SLANTED = 1500  # slanted segments that are compared pair by pair


@dataclass(frozen=True, slots=True)
class SceneReport:
    """What :func:`check` found. The first three must be zero and the fourth true in every picture.

    Attributes:
        overlaps: pairs of boxes in the same container that share some area.
        outside_parent: boxes that reach beyond the box they are in, or beyond the page.
        cut_labels: labels and sublabels wider than their box.
        counts_conserved: the counts of the leaves add up to ``summary.resources``, each leaf has as many members
            as it counts, and no resource is a member of two leaves.
        foreign_crossings: share (0 to 1) of edges that run through a box that is neither an end nor around one.
        edge_crossings: places where two edges cross. ``None`` when there are too many slanted lines to compare.
        aspect: width of the page to its height.
        fill: share (0 to 1) of the page that leaves cover.
    """

    overlaps: int
    outside_parent: int
    cut_labels: int
    counts_conserved: bool
    foreign_crossings: float
    edge_crossings: int | None
    aspect: float
    fill: float

    @property
    def is_sound(self) -> bool:
        """Whether the picture has none of the faults that no picture may have."""
        return self.counts_conserved and not (self.overlaps or self.outside_parent or self.cut_labels)


def check(document: Mapping[str, Any], *, with_lines: bool = True) -> SceneReport:
    """Judge a scene document (contract §3).

    ``with_lines=False`` leaves out what only lines tell, crossings and foreign crossings, as if there were none:
    what is said of the boxes takes a fraction of the time.
    """
    nodes: list[Mapping[str, Any]] = list(document["nodes"])
    children: dict[str | None, list[Mapping[str, Any]]] = {}
    for node in nodes:
        children.setdefault(node["parent"], []).append(node)
    by_id = {node["id"]: node for node in nodes}
    width, height = float(document["width"]), float(document["height"])
    edges = document["edges"] if with_lines else []
    leaves = [node for node in nodes if not node["container"]]
    area = sum(node["width"] * node["height"] for node in leaves)
    return SceneReport(
        overlaps=sum(_overlaps(siblings) for siblings in children.values()),
        outside_parent=_outside(nodes, by_id, width, height),
        cut_labels=sum(map(_cut, nodes)),
        counts_conserved=_conserved(leaves, document["summary"]["resources"]),
        foreign_crossings=_foreign(edges, children, by_id),
        edge_crossings=_crossings(edges),
        aspect=width / height if height else 0.0,
        fill=area / (width * height) if width and height else 0.0,
    )


def _overlaps(siblings: Sequence[Mapping[str, Any]]) -> int:
    """Pairs with common area: a sweep from left to right over the boxes that are open at each x."""
    found = 0
    opened: list[Mapping[str, Any]] = []
    for node in sorted(siblings, key=lambda node: node["x"]):
        opened = [other for other in opened if other["x"] + other["width"] > node["x"] + _SLACK]
        found += sum(
            other["y"] + other["height"] > node["y"] + _SLACK and node["y"] + node["height"] > other["y"] + _SLACK
            for other in opened
        )
        opened.append(node)
    return found


def _outside(
    nodes: Sequence[Mapping[str, Any]], by_id: Mapping[str, Mapping[str, Any]], width: float, height: float
) -> int:
    page = {"x": 0.0, "y": 0.0, "width": width, "height": height}
    found = 0
    for node in nodes:
        parent = page if node["parent"] is None else by_id.get(node["parent"], {})
        found += not parent or not (
            node["x"] >= parent["x"] - _SLACK
            and node["y"] >= parent["y"] - _SLACK
            and node["x"] + node["width"] <= parent["x"] + parent["width"] + _SLACK
            and node["y"] + node["height"] <= parent["y"] + parent["height"] + _SLACK
        )
    return found


def _cut(node: Mapping[str, Any]) -> bool:
    label, sublabel = node["label"], node.get("sublabel") or ""
    text = title_width(label, sublabel) if node["container"] else leaf_text_width(label, sublabel)
    return bool(text > node["width"] - _BORDER)


def _conserved(leaves: Sequence[Mapping[str, Any]], resources: int) -> bool:
    members = [member for node in leaves for member in node["members"]]
    return (
        sum(node["count"] for node in leaves) == resources
        and all(len(node["members"]) == node["count"] for node in leaves)
        and len(set(members)) == len(members)
    )


# -- edges -----------------------------------------------------------------------------------------------------


class _Index:
    """The children of one container, to be asked which of them a segment may touch."""

    def __init__(self, nodes: Sequence[Mapping[str, Any]]) -> None:
        self.nodes = sorted(nodes, key=lambda node: node["y"])
        self.tops = [node["y"] for node in self.nodes]
        self.tallest = max((node["height"] for node in nodes), default=0.0)

    def near(self, segment: Segment) -> Iterator[Mapping[str, Any]]:
        """Children whose inside the segment enters."""
        low, high = min(segment[1], segment[3]), max(segment[1], segment[3])
        first = bisect_left(self.tops, low - self.tallest)
        for node in self.nodes[first : bisect_right(self.tops, high)]:
            if _enters(segment, node):
                yield node


def _foreign(
    edges: Sequence[Mapping[str, Any]],
    children: Mapping[str | None, Sequence[Mapping[str, Any]]],
    by_id: Mapping[str, Mapping[str, Any]],
) -> float:
    drawn = [edge for edge in edges if len(edge["points"]) > 1]
    if not drawn:
        return 0.0
    index = {key: _Index(nodes) for key, nodes in children.items()}
    return sum(_is_foreign(edge, index, by_id) for edge in drawn) / len(drawn)


def _is_foreign(
    edge: Mapping[str, Any], index: Mapping[str | None, _Index], by_id: Mapping[str, Mapping[str, Any]]
) -> bool:
    around: set[str] = set()
    for end in (edge["source"], edge["target"]):
        key: str | None = end
        while key is not None and key in by_id and key not in around:
            around.add(key)
            key = by_id[key]["parent"]
    ends = {edge["source"], edge["target"]}
    for segment in _segments(edge["points"]):
        pending: list[str | None] = [None]
        while pending:
            inside = index.get(pending.pop())
            if inside is None:
                continue
            for node in inside.near(segment):
                if node["id"] not in around:
                    return True
                if node["id"] not in ends:
                    pending.append(node["id"])
    return False


def _segments(points: Sequence[Sequence[float]]) -> Iterator[Segment]:
    for (x1, y1), (x2, y2) in pairwise(points):
        yield x1, y1, x2, y2


def _enters(segment: Segment, node: Mapping[str, Any]) -> bool:
    """Whether a segment has a part strictly inside a box (Liang and Barsky's clipping, 1984)."""
    x1, y1, x2, y2 = segment
    start, end = 0.0, 1.0
    for at, delta, low, high in (
        (x1, x2 - x1, node["x"] + _SLACK, node["x"] + node["width"] - _SLACK),
        (y1, y2 - y1, node["y"] + _SLACK, node["y"] + node["height"] - _SLACK),
    ):
        if delta == 0:
            if not low < at < high:
                return False
            continue
        near, far = sorted(((low - at) / delta, (high - at) / delta))
        start, end = max(start, near), min(end, far)
    return start < end


def _crossings(edges: Iterable[Mapping[str, Any]]) -> int | None:
    """Pairs of segments that cross inside: upright and level ones by a sweep, slanted ones pair by pair."""
    level: list[tuple[float, float, float]] = []
    upright: list[tuple[float, float, float]] = []
    slanted: list[tuple[int, Segment]] = []
    straight: list[tuple[int, Segment]] = []
    for number, edge in enumerate(edges):
        for segment in _segments(edge["points"]):
            x1, y1, x2, y2 = segment
            if y1 == y2:
                level.append((min(x1, x2), max(x1, x2), y1))
                straight.append((number, segment))
            elif x1 == x2:
                upright.append((x1, min(y1, y2), max(y1, y2)))
                straight.append((number, segment))
            else:
                slanted.append((number, segment))
    if len(slanted) > _MOST_SLANTED:
        return None
    found = 0
    for at, (number, segment) in enumerate(slanted):
        others = [*slanted[at + 1 :], *straight]
        found += sum(1 for other, across in others if other != number and _cross(segment, across))
    events: list[tuple[float, int, float, float]] = []
    for left, right, y in level:
        events.append((left, 2, y, 0.0))
        events.append((right, 0, y, 0.0))
    events.extend((x, 1, top, bottom) for x, top, bottom in upright)
    open_levels: list[float] = []
    for _, sort, first, second in sorted(events):
        if sort == 2:
            insort(open_levels, first)
        elif sort == 0:
            del open_levels[bisect_left(open_levels, first)]
        else:
            found += bisect_left(open_levels, second) - bisect_right(open_levels, first)
    return found


def _cross(one: Segment, other: Segment) -> bool:
    def side(segment: Segment, x: float, y: float) -> float:
        return (segment[2] - segment[0]) * (y - segment[1]) - (segment[3] - segment[1]) * (x - segment[0])

    first = side(one, other[0], other[1]) * side(one, other[2], other[3])
    second = side(other, one[0], one[1]) * side(other, one[2], one[3])
    return first < 0 and second < 0
