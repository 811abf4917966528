"""Ways of edges among boxes that stand anywhere: around what is not theirs, upright or level, apart."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudviz.diagram.check import check
from cloudviz.diagram.layout.ways import lead
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode, SceneSummary
from cloudviz.diagram.scene.measures import STACK_REACH


def box(key: str, x: float, y: float, width: float = 120, height: float = 92, parent: str | None = None, **more):
    container = more.pop("container", False)
    label = more.pop("label", "")
    node = SceneNode(key, parent, container, label, title=label, **more)
    node.x, node.y, node.width, node.height = x, y, width, height
    return node


def line(source: str, target: str) -> SceneEdge:
    return SceneEdge(f"{source}->{target}", source, target, "uses")


def judged(nodes: list[SceneNode], edges: list[SceneEdge]):
    width = max(node.x + node.width for node in nodes) + 60
    height = max(node.y + node.height for node in nodes) + 60
    return check(Scene("free", "enterprise", width, height, nodes, edges, SceneSummary()).to_document())


def is_well_drawn(edge: SceneEdge, boxes: dict[str, SceneNode]) -> bool:
    """Upright and level pieces only, from border to border."""
    if not all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise(edge.points)):
        return False
    for (x, y), key in ((edge.points[0], edge.source), (edge.points[-1], edge.target)):
        node = boxes[key]
        cards = STACK_REACH if node.count > 1 else 0.0
        left, right = node.x, round(node.x + node.width + cards, 1)
        top, bottom = round(node.y - cards, 1), round(node.y + node.height, 1)
        at_side = min(abs(x - left), abs(x - right)) < 0.11 and top <= y <= bottom
        at_end = min(abs(y - top), abs(y - bottom)) < 0.11 and left <= x <= right
        if not (at_side or at_end):
            return False
    return True


def test_boxes_that_face_each_other_are_joined_by_one_straight_line():
    nodes = [box("a", 100, 100), box("b", 400, 120)]
    edge = line("a", "b")
    lead(nodes, [edge])
    assert edge.points == [(220, 156), (400, 156)]


def test_a_line_goes_around_the_box_between():
    nodes = [box("a", 100, 100), box("wall", 300, 50, 40, 200), box("b", 400, 100)]
    edge = line("a", "b")
    lead(nodes, [edge])
    assert judged(nodes, [edge]).foreign_crossings == 0.0
    assert is_well_drawn(edge, {node.id: node for node in nodes})


def test_a_line_leaves_and_enters_containers_without_running_over_their_titles():
    nodes = [
        box("out", 60, 300, 300, 200, container=True, label="A container with a long title"),
        box("a", 80, 350, parent="out"),
        box("b", 100, 60),
    ]
    edge = line("a", "b")
    lead(nodes, [edge])
    assert judged(nodes, [edge]).foreign_crossings == 0.0
    for (x1, y1), (x2, y2) in pairwise(edge.points):
        over = min(x1, x2) < 60 + 190 and max(x1, x2) > 72 and min(y1, y2) < 320 and max(y1, y2) > 308
        assert not over


def test_lines_between_the_same_boxes_lie_apart():
    nodes = [box("a", 100, 100), box("b", 500, 400)]
    edges = [line("a", "b"), line("b", "a")]
    lead(nodes, edges)
    one, other = (set(pairwise(edge.points)) for edge in edges)
    assert not one & {(end, start) for start, end in other}
    assert len({edge.points[0] for edge in edges} | {edge.points[-1] for edge in edges}) == 4


def test_lines_of_one_source_share_its_port():
    nodes = [box("a", 300, 100), *(box(f"b{n}", 700 + 200 * n, 400) for n in range(3))]
    edges = [line("a", f"b{n}") for n in range(3)]
    lead(nodes, edges)
    assert len({edge.points[0] for edge in edges}) == 1


def test_an_edge_to_itself_or_to_nothing_has_no_points():
    nodes = [box("a", 100, 100)]
    edges = [line("a", "a"), line("a", "gone")]
    lead(nodes, edges)
    assert [edge.points for edge in edges] == [[], []]
    lead([], [])


def test_a_box_that_is_walled_in_still_gets_its_line():
    nodes = [box("a", 200, 200), box("b", 900, 200)]
    nodes += [box("n", 150, 190, 220, 10), box("s", 150, 292, 220, 10)]
    nodes += [box("w", 190, 200, 10, 92), box("e", 320, 200, 10, 92)]
    edge = line("a", "b")
    lead(nodes, [edge])
    assert len(edge.points) >= 2
    assert is_well_drawn(edge, {node.id: node for node in nodes})


def scattered(seed: int, count: int, links: int, gap: float = 14.0) -> tuple[list[SceneNode], list[SceneEdge]]:
    """Random nested boxes that keep a gap, and random links among all that are not around each other."""
    chance = random.Random(seed)
    nodes: list[SceneNode] = []

    def fill(parent: str | None, left: float, top: float, width: float, height: float, depth: int) -> None:
        placed: list[tuple[float, float, float, float]] = []
        for _ in range(count):
            deep = depth < 2 and chance.random() < 0.45
            w = chance.uniform(180, width * 0.7) if deep and width > 300 else chance.uniform(40, 130)
            h = chance.uniform(150, height * 0.7) if deep and height > 300 else chance.uniform(30, 100)
            if w > width - 2 * gap or h > height - 2 * gap:
                continue
            x, y = (
                chance.uniform(left + gap, left + width - gap - w),
                chance.uniform(top + gap, top + height - gap - h),
            )
            if any(x < r + gap and a - gap < x + w and y < b + gap and t - gap < y + h for a, t, r, b in placed):
                continue
            placed.append((x, y, x + w, y + h))
            is_container = w > 180 and h > 150
            key = f"n{len(nodes)}"
            node = box(key, round(x, 1), round(y, 1), round(w, 1), round(h, 1), parent, container=is_container)
            node.count = chance.choice([1, 1, 1, 5]) if not is_container else 1
            node.label = node.title = "title" if is_container else ""
            nodes.append(node)
            if is_container:
                fill(key, x, y + 30, w, h - 30, depth + 1)

    fill(None, 0, 0, 1800, 1400, 0)
    parents = {node.id: node.parent for node in nodes}

    def around(key: str | None) -> list[str]:
        found = []
        while key is not None:
            found.append(key)
            key = parents[key]
        return found

    keys = [node.id for node in nodes]
    edges = []
    for _ in range(links):
        one, other = chance.choice(keys), chance.choice(keys)
        if one not in around(other) and other not in around(one):
            edges.append(line(one, other))
    return nodes, edges


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 40))
def test_no_line_runs_through_a_box_that_is_not_its_own(seed, count, links):
    nodes, edges = scattered(seed, count, links)
    lead(nodes, edges)
    boxes = {node.id: node for node in nodes}
    assert all(is_well_drawn(edge, boxes) for edge in edges)
    assert judged(nodes, edges).foreign_crossings == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_the_ways_depend_on_nothing_but_the_boxes(seed):
    nodes, edges = scattered(seed, 20, 30)
    lead(nodes, edges)
    first = [edge.points for edge in edges]
    lead(nodes, edges)
    assert [edge.points for edge in edges] == first


def test_hostile_sizes_and_places_get_lines_without_an_error():
    nodes = [
        box("flat", 0, 0, 400, 0),
        box("dot", 500, 0, 0, 0),
        box("huge", 0, 200, 1e6, 1e6, container=True, label="x" * 1000),
        box("in", 10, 240, 5, 5, parent="huge"),
        box("far", -1e5, -1e5, 1, 1),
        box("over", 100, 100, 120, 92),
        box("under", 110, 110, 120, 92),
        box("lost", 40, 40, parent="gone"),
    ]
    keys = [node.id for node in nodes]
    edges = [line(one, other) for one in keys for other in keys if one != other]
    lead(nodes, edges)
    for edge in edges:
        if {edge.source, edge.target} == {"huge", "in"}:
            assert edge.points == []
        assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise(edge.points))
