"""Edges: round corners, arrow heads, halos where lines cross, labels on pills."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from cloudviz.diagram.bidi import isolate
from cloudviz.diagram.render.operations import Command, Group, Operation, Path, Rect, Text
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.scene.measures import EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT, STACK_REACH
from cloudviz.diagram.text import clean, fit, measure
from cloudviz.diagram.themes import Theme

Point = tuple[float, float]

WEAK_KINDS = frozenset({"replicates", "replication", "guarded_by", "runs_as", "member_of"})
"""Links that say how a thing is kept or protected, not who talks to whom: dashed."""

_DASH = (5.0, 3.5)
_HEAD = 8.0
_HALF_HEAD = 4.0
_HALO = 3.0
_WIDEST = 3.0
_PILL_HEIGHT = 17.0
_PILL_PADDING = 8.0
_LONGEST_LABEL = 140.0


def paint_lines(scene: Scene, theme: Theme) -> tuple[list[Operation], list[Operation]]:
    """The lines of a scene, and the pills that go on top of everything else.

    Lines that share an end on the same side form a bundle: their halos are drawn before any of their lines, so
    that a line is cut only where a stranger crosses it.
    """
    nodes = {node.id: node for node in scene.nodes}
    drawn = [(edge, track) for edge in scene.edges if len(track := _track(edge, nodes)) > 1]
    lines: list[Operation] = []
    pills: list[Operation] = []
    for bundle in _bundles([edge for edge, _ in drawn]):
        group = [drawn[index] for index in bundle]
        shapes = [(edge, track, *_stroke(edge, track, theme)) for edge, track in group]
        lines += [
            Path(path.commands, None, theme.background, path.stroke_width + _HALO) for _, _, path, _ in shapes
        ]
        for edge, _, path, head in shapes:
            lines.append(Group([path, head], "edge", edge.id, _sentence(edge, nodes), edge.kind))
        pills += [pill for edge, track, _, _ in shapes if (pill := _pill(edge, track, theme))]
    return lines, pills


def rounded(points: Sequence[Point], radius: float) -> list[Command]:
    """A polyline whose corners are rounded by at most ``radius``, never by more than half a segment."""
    commands: list[Command] = [("M", points[0])]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        back, ahead = math.dist(before, corner), math.dist(corner, after)
        reach = min(radius, back / 2, ahead / 2)
        if reach < 0.5 or _straight(before, corner, after):
            commands.append(("L", corner))
            continue
        start, end = _towards(corner, before, reach / back), _towards(corner, after, reach / ahead)
        commands += [("L", start), ("Q", (*corner, *end))]
    commands.append(("L", points[-1]))
    return commands


def middle_of(points: Sequence[Point]) -> Point:
    """The middle of the longest segment, where a label finds most room."""
    start, end = max(pairwise(points), key=lambda pair: math.dist(*pair))
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2


def _track(edge: SceneEdge, nodes: dict[str, SceneNode]) -> list[Point]:
    """The points of an edge without repeated ones; straight from box to box where the layout gave none."""
    points: list[Point] = []
    for point in edge.points:
        if not points or math.dist(points[-1], point) > 0.01:
            points.append((float(point[0]), float(point[1])))
    source, target = nodes.get(edge.source), nodes.get(edge.target)
    if len(points) > 1:
        points[-1] = _before_stack(points[-2], points[-1], target)
        return points
    if source is None or target is None or source is target:
        return []
    start, end = _centre(source), _centre(target)
    return [_border(source, end), _border(target, start)] if math.dist(start, end) > 1 else []


def _before_stack(before: Point, tip: Point, target: SceneNode | None) -> Point:
    """The end of a line, pulled back to the hindmost card where it comes from behind a stack.

    The cards behind reach up and to the right, and would hide the arrow head.
    """
    if target is None or target.container or target.count < 2:
        return tip
    x, y = tip
    if abs(y - target.y) < 1 and before[1] < y - STACK_REACH:
        return x, y - min(STACK_REACH, max(x - target.x, 0.0))
    right, low = target.x + target.width, target.y + target.height
    if abs(x - right) < 1 and before[0] > x + STACK_REACH:
        return x + min(STACK_REACH, max(low - y, 0.0)), y
    return tip


def _stroke(edge: SceneEdge, track: list[Point], theme: Theme) -> tuple[Path, Path]:
    weak = edge.kind in WEAK_KINDS
    colour = theme.edge_weak if weak else theme.edge
    width = min(theme.edge_width + 0.25 * math.log2(max(edge.count, 1)), _WIDEST)
    tip, before = track[-1], track[-2]
    length = math.dist(before, tip)
    size = min(_HEAD + (width - theme.edge_width), max(length * 0.8, 3))
    along = ((tip[0] - before[0]) / length, (tip[1] - before[1]) / length)
    half = _HALF_HEAD * size / _HEAD
    base = (tip[0] - along[0] * size, tip[1] - along[1] * size)
    # The line ends inside the head, or its square end would show beside the tip.
    neck = (tip[0] - along[0] * size * 0.7, tip[1] - along[1] * size * 0.7)
    commands = rounded([*track[:-1], neck], theme.edge_radius)
    head: list[Command] = [
        ("M", tip),
        ("L", (base[0] - along[1] * half, base[1] + along[0] * half)),
        ("L", (base[0] + along[1] * half, base[1] - along[0] * half)),
        ("Z", ()),
    ]
    return Path(commands, None, colour, width, _DASH if weak else None), Path(head, colour)


def _pill(edge: SceneEdge, track: list[Point], theme: Theme) -> Operation | None:
    label = fit(edge.label or "", _LONGEST_LABEL, EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT)
    if not label:
        return None
    x, y = edge.label_at or middle_of(track)
    width = measure(label, EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT) + 2 * _PILL_PADDING
    box = Rect(
        x - width / 2, y - _PILL_HEIGHT / 2, width, _PILL_HEIGHT, _PILL_HEIGHT / 2, theme.pill, theme.pill_border
    )
    # 0.36 em below the middle stands the baseline of figures and capitals (Inter: cap height 0.727 em).
    baseline = y + 0.36 * EDGE_LABEL_SIZE
    return Group([box, Text(x, baseline, label, EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT, theme.pill_text, "middle")])


def _sentence(edge: SceneEdge, nodes: dict[str, SceneNode]) -> str:
    ends = [isolate(clean(nodes[end].label)) if end in nodes else end for end in (edge.source, edge.target)]
    words = f"{ends[0]} {edge.kind.replace('_', ' ')} {ends[1]}"
    if edge.label:
        words += f": {clean(edge.label)}"
    return words if edge.count == 1 else f"{words} ({edge.count} links)"


def _bundles(edges: Sequence[SceneEdge]) -> Iterable[list[int]]:
    """Indexes of edges that leave the same box or reach the same box, directly or through others."""
    owner: dict[tuple[str, str], int] = {}
    root = list(range(len(edges)))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    for index, edge in enumerate(edges):
        for end in (("out", edge.source), ("in", edge.target)):
            first = owner.setdefault(end, index)
            high, low = find(index), find(first)
            root[max(high, low)] = min(high, low)
    bundles: dict[int, list[int]] = {}
    for index in range(len(edges)):
        bundles.setdefault(find(index), []).append(index)
    return bundles.values()


def _centre(node: SceneNode) -> Point:
    return node.x + node.width / 2, node.y + node.height / 2


def _border(node: SceneNode, towards: Point) -> Point:
    """Where the straight line from the middle of a box to a point leaves the box."""
    x, y = _centre(node)
    across, down = towards[0] - x, towards[1] - y
    share = min(
        node.width / 2 / abs(across) if across else math.inf,
        node.height / 2 / abs(down) if down else math.inf,
        1.0,
    )
    return x + across * share, y + down * share


def _towards(point: Point, other: Point, share: float) -> Point:
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share


def _straight(a: Point, b: Point, c: Point) -> bool:
    return abs((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])) < 1e-6
