"""The lines of a picture that was laid out beside an earlier one: what joins unmoved boxes stays as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from cloudviz.diagram.layout.ways import lead
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.scene.measures import EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT, PILL_WIDEST
from cloudviz.diagram.text import fit

_MOST = 3_000_000  # boxes × lines that are compared; beyond it all lines are led anew
_ROUNDS = 3
_CLEAR = 3.0  # px that a line keeps from a box that is new


def keep_lines(scene: Scene, previous: Scene, twins: Mapping[str, SceneNode]) -> None:
    """Give every edge of a placed scene its points, and those that stay their label's place.

    Arguments:
        scene: its nodes have places.
        previous: the earlier picture.
        twins: id of a node → the earlier node whose place it took.
    """
    before = {(edge.source, edge.target): edge for edge in previous.edges}
    by_id = {node.id: node for node in scene.nodes}
    dirty = [node for node in scene.nodes if not _is_unmoved(node, twins)]
    every = len(dirty) * len(scene.edges) > _MOST
    anew: list[SceneEdge] = []
    for edge in scene.edges:
        source, target = by_id[edge.source], by_id[edge.target]
        old = None
        if not every and _is_unmoved(source, twins) and _is_unmoved(target, twins):
            old = before.get((twins[source.id].id, twins[target.id].id))
        if old is None or len(old.points) < 2 or _is_cut(old.points, dirty, _around(edge, by_id)):
            anew.append(edge)
            continue
        edge.points = list(old.points)
        if (
            edge.label
            and old.label_at
            and fit(edge.label, PILL_WIDEST, EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT) == old.label
        ):
            edge.label_at = old.label_at
    for _ in range(_ROUNDS if anew else 0):
        lead(scene.nodes, anew)
        new = {edge.id for edge in anew}
        covered = _covered([edge for edge in scene.edges if edge.id not in new], anew)
        if not covered:
            break
        # led together they lie side by side
        for edge in covered:
            edge.label_at = None
        anew += covered


def _covered(kept: Sequence[SceneEdge], anew: Sequence[SceneEdge]) -> list[SceneEdge]:
    """Of the lines that stayed, those on which a new one lies for some way though they have no end in common."""
    spans: dict[tuple[bool, int], list[tuple[float, float, SceneEdge]]] = {}
    for edge in anew:
        for upright, at, low, high in _pieces(edge):
            spans.setdefault((upright, round(at)), []).append((low, high, edge))
    found = []
    for edge in kept:
        if any(
            min(high, high2) - max(low, low2) > 1.0
            and not {edge.source, edge.target} & {other.source, other.target}
            for upright, at, low, high in _pieces(edge)
            for near in (round(at) - 1, round(at), round(at) + 1)
            for low2, high2, other in spans.get((upright, near), ())
        ):
            found.append(edge)
    return found


def _pieces(edge: SceneEdge) -> Iterator[tuple[bool, float, float, float]]:
    """The straight pieces of a line: whether upright, where, from where to where."""
    for (x1, y1), (x2, y2) in pairwise(edge.points):
        if x1 == x2:
            yield True, x1, min(y1, y2), max(y1, y2)
        else:
            yield False, y1, min(x1, x2), max(x1, x2)


def _is_unmoved(node: SceneNode, twins: Mapping[str, SceneNode]) -> bool:
    twin = twins.get(node.id)
    if twin is None or (node.count > 1) != (twin.count > 1):
        return False  # lines end at the hindmost card of a stack
    return (node.x, node.y, node.width, node.height) == (twin.x, twin.y, twin.width, twin.height)


def _around(edge: SceneEdge, by_id: Mapping[str, SceneNode]) -> set[str]:
    found: set[str] = set()
    for end in (edge.source, edge.target):
        key: str | None = end
        while key is not None and key not in found:
            found.add(key)
            key = by_id[key].parent
    return found


def _is_cut(points: Sequence[tuple[float, float]], boxes: Sequence[SceneNode], around: set[str]) -> bool:
    """Whether a line runs through one of some boxes that are neither its ends nor around them."""
    for (x1, y1), (x2, y2) in pairwise(points):
        left, right = min(x1, x2) - _CLEAR, max(x1, x2) + _CLEAR
        top, bottom = min(y1, y2) - _CLEAR, max(y1, y2) + _CLEAR
        for box in boxes:
            if (
                box.x < right
                and left < box.x + box.width
                and box.y < bottom
                and top < box.y + box.height
                and box.id not in around
            ):
                return True
    return False
