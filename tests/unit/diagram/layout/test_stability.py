"""What two pictures have in common stands in both at the same place."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, pairwise

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.diagram.estates import estate
from tests.unit.diagram.graphs import graph_of, graphs, node, small_estate, thing

from cloudviz.diagram import PictureOptions, Scene, picture
from cloudviz.diagram.check import check
from cloudviz.diagram.options import LAYOUTS
from cloudviz.diagram.scene.document import SceneEdge, scene_from_document
from cloudviz.inventory.model import Graph

BOXES = ("network", "subnet")


def changed(
    graph: Graph,
    rng: random.Random,
    count: int,
    step: int,
    what: tuple[str, ...] = ("add", "remove", "rename"),
) -> Graph:
    """The same estate some time later: things came, went and were renamed."""
    found = dict(graph.resources)
    for key in rng.sample(sorted(key for key, item in found.items() if item.kind not in BOXES), count):
        kind = rng.choice(what)
        if kind == "remove":
            del found[key]
        elif kind == "rename":
            found[key] = replace(found[key], name=found[key].name + " renamed to something longer")
        else:
            found[f"{key}-{step}"] = replace(found[key], id=f"{key}-{step}", name=f"{found[key].name}-{step}")
    return Graph(found, [link for link in graph.links if link.source in found and link.target in found])


def moved(before: Scene, after: Scene) -> list[str]:
    """Leaves that are in both pictures, in the same container, and not at the same place."""
    was = {each.id: each for each in before.nodes}
    return [
        each.id
        for each in after.nodes
        if not each.container
        and each.id in was
        and each.parent == was[each.id].parent
        and (each.x, each.y) != (was[each.id].x, was[each.id].y)
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("size", "budget"), [(20, 100), (200, 0), (1000, 100)])
def test_the_same_estate_again_gives_the_same_bytes(layout, size, budget):
    graph, options = estate(size), PictureOptions(layout=layout, max_nodes=budget)
    first = picture(graph, options)
    stored = scene_from_document(orjson.loads(orjson.dumps(first.to_document())))
    again = picture(graph, options, previous=stored)
    assert orjson.dumps(again.to_document()) == orjson.dumps(first.to_document())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(4))
def test_when_one_in_a_hundred_changes_nothing_else_moves(layout, seed):
    rng = random.Random(seed)
    graph, options = estate(100 + 7 * seed), PictureOptions(layout=layout)
    scene = picture(graph, options)
    for step in range(4):
        graph = changed(graph, rng, 1, step)
        following = picture(graph, options, previous=scene)
        assert moved(scene, following) == []
        assert check(following.to_document()).is_sound
        scene = following


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_moves_for_what_goes_or_gets_another_name(layout):
    rng = random.Random(layout)
    graph, options = estate(700), PictureOptions(layout=layout, max_nodes=0)
    # a disk without its machine would be drawn by itself
    graph.resources = {key: item for key, item in graph.resources.items() if item.kind != "disk"}
    scene = picture(graph, options)
    for step in range(3):
        graph = changed(graph, rng, 30, step, ("remove", "rename"))
        following = picture(graph, options, previous=scene)
        assert moved(scene, following) == []
        assert check(following.to_document()).is_sound
        scene = following


@pytest.mark.parametrize("layout", LAYOUTS)
def test_where_there_is_no_room_nothing_moves(layout):
    rng = random.Random(layout)
    graph, options = estate(1000), PictureOptions(layout=layout, max_nodes=0)
    scene = picture(graph, options)
    for step in range(3):
        graph = changed(graph, rng, 10, step)
        following = picture(graph, options, previous=scene)
        assert moved(scene, following) == []
        assert check(following.to_document()).is_sound
        scene = following


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_picture_stays_sound_and_page_like_over_many_changes(layout):
    rng = random.Random(5)
    graph, options = estate(200), PictureOptions(layout=layout, max_nodes=120)
    scene = picture(graph, options)
    for step in range(6):
        graph = changed(graph, rng, 10, step)
        scene = picture(graph, options, previous=scene)
        report = check(scene.to_document())
        assert report.is_sound, report
        assert report.foreign_crossings <= 0.02, report
        assert 0.4 < report.aspect < 2.5
        fresh = check(picture(graph, options).to_document())
        assert report.fill > 0.35 * fresh.fill


@settings(max_examples=60, deadline=None)
@given(st.lists(graphs(), min_size=2, max_size=4), st.sampled_from(LAYOUTS), st.sampled_from([0, 100]))
def test_any_graph_after_any_other_gives_a_sound_picture(several, layout, budget):
    options = PictureOptions(layout=layout, max_nodes=budget)
    scene = None
    for graph in several:
        scene = picture(graph, options, previous=scene)
        report = check(scene.to_document())
        assert report.is_sound, report


def test_a_new_box_stands_beside_its_like_and_a_hole_is_filled_first():
    names = [f"queue-{letter}" for letter in "abcdefghi"]
    graph = graph_of(*(thing(name, "queue", name=name * 2) for name in names))
    options = PictureOptions(max_nodes=0)
    first = picture(graph, options)
    hole = (node(first, "queue-e").x, node(first, "queue-e").y)
    without = graph_of(*(item for key, item in graph.resources.items() if key != "queue-e"))
    second = picture(without, options, previous=first)
    assert moved(first, second) == []
    with_new = graph_of(*without.resources.values(), thing("queue-z", "queue", name="queue-zz"))
    third = picture(with_new, options, previous=second)
    assert moved(second, third) == []
    taken = {(each.x, each.y) for each in third.nodes if not each.container}
    assert hole in taken or (node(third, "queue-z").x, node(third, "queue-z").y) in taken
    rows = {each.y for each in first.nodes if not each.container}
    columns = {each.x for each in first.nodes if not each.container}
    assert node(third, "queue-z").y in rows and node(third, "queue-z").x in columns


def test_lines_between_what_stays_stay_too():
    graph, options = small_estate(), PictureOptions()
    first = picture(graph, options)
    more = graph_of(*graph.resources.values(), thing("late", "bucket"))
    more.links.extend(graph.links)
    second = picture(more, options, previous=first)
    lines = {edge.id: edge.points for edge in second.edges}
    assert first.edges
    assert all(lines[edge.id] == edge.points for edge in first.edges)


def test_a_stack_keeps_its_place_when_its_first_member_goes():
    def fleet(numbers: range) -> Graph:
        return graph_of(
            thing("vpc", "network"),
            *(thing(f"vm-{number}", "virtual_machine", parent="vpc") for number in numbers),
            *(thing(f"db-{number}", "database", parent="vpc", name=name) for number, name in enumerate("xyz")),
        )

    first = picture(fleet(range(1, 6)), PictureOptions())
    second = picture(fleet(range(2, 7)), PictureOptions(), previous=first)
    stacks = [next(each for each in scene.nodes if each.count == 5) for scene in (first, second)]
    assert stacks[0].id != stacks[1].id
    assert (stacks[0].x, stacks[0].y) == (stacks[1].x, stacks[1].y)


def test_another_layout_or_another_estate_is_laid_out_afresh():
    graph = estate(100)
    first = picture(graph, PictureOptions(layout="grid"))
    afresh = picture(graph, PictureOptions()).to_document()
    assert picture(graph, PictureOptions(), previous=first).to_document() == afresh
    other = picture(small_estate(), PictureOptions())
    assert picture(graph, PictureOptions(), previous=other).to_document() == afresh


@pytest.mark.parametrize("layout", ["hierarchical", "grid"])
def test_new_lines_do_not_lie_on_lines_that_stayed(layout):
    rng = random.Random(1)
    graph, options = estate(307), PictureOptions(layout=layout, max_nodes=0)
    scene = picture(graph, options)
    for step in range(3):
        graph = changed(graph, rng, 4, step)
        scene = picture(graph, options, previous=scene)
        assert _lying_on_each_other(scene) == []


def _lying_on_each_other(scene: Scene) -> list[tuple[str, str]]:
    """Pairs of edges without a common end that run on one another."""
    tracks: dict[tuple[bool, float], list[tuple[float, float, SceneEdge]]] = {}
    for edge in scene.edges:
        for (x1, y1), (x2, y2) in pairwise(edge.points):
            upright = x1 == x2
            low, high = sorted((y1, y2) if upright else (x1, x2))
            tracks.setdefault((upright, x1 if upright else y1), []).append((low, high, edge))
    found = []
    for spans in tracks.values():
        for (low, high, one), (low2, high2, other) in combinations(spans, 2):
            is_apart = min(high, high2) - max(low, low2) <= 1
            if not is_apart and not {one.source, one.target} & {other.source, other.target}:
                found.append((one.id, other.id))
    return found


def test_what_a_budget_left_open_stays_open():
    rng = random.Random(0)
    graph, options = estate(1000), PictureOptions()
    scene = picture(graph, options)
    for step in range(3):
        graph = changed(graph, rng, 10, step)
        following = picture(graph, options, previous=scene)
        known = {each.id for each in scene.nodes}
        assert sum(each.id not in known for each in following.nodes) <= 6
        assert len(following.nodes) <= 100
        scene = following


def _nine_subnets(each: range, *more) -> Graph:
    """Nine full subnets in rows of three, so that those in the middle have no room to grow."""
    return graph_of(
        thing("vpc", "network"),
        *(thing(f"net-{net}", "subnet", parent="vpc") for net in range(9)),
        *(thing(f"vm-{net}-{vm}", "virtual_machine", parent=f"net-{net}") for net in range(9) for vm in each),
        *more,
    )


def test_what_finds_no_room_joins_its_like_with_its_mark_and_leaves_it_when_there_is_room():
    options = PictureOptions(layout="grid", max_nodes=0)
    first = picture(_nine_subnets(range(6)), options)
    late = [thing(f"late-{net}", "virtual_machine", parent=f"net-{net}") for net in range(9)]
    changes = {item.id: "added" for item in late}
    second = picture(_nine_subnets(range(6), *late), options, previous=first, changes=changes)
    assert moved(first, second) == []
    joined = [each for each in second.nodes if not each.container and each.count > 1]
    assert joined
    for each in joined:
        assert each.id in {before.id for before in first.nodes}
        assert each.change == "changed" and "+1" in each.sublabel
        assert each.count == len(each.members) == 2
    assert sorted(key for each in second.nodes if not each.container for key in each.members) == sorted(
        key for key in _nine_subnets(range(6), *late).resources if key.startswith(("vm", "late"))
    )
    # the same again: who stands for whom stays so
    third = picture(_nine_subnets(range(6), *late), options, previous=second, changes=changes)
    assert third.to_document() == second.to_document()
    # some beside it go, and it has a place of its own
    fourth = picture(_nine_subnets(range(4), *late), options, previous=third)
    assert moved(third, fourth) == []
    assert {each.count for each in fourth.nodes if not each.container} == {1}
    assert check(fourth.to_document()).is_sound
