"""Force-directed and circular pictures: compact, page-like, lines around boxes, what is linked near each other."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import dist

import pytest
from tests.unit.diagram.estates import estate
from tests.unit.diagram.graphs import graph_of, node, thing

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.check import check
from cloudviz.diagram.layout.snug import Board, Tie, order_by_links
from cloudviz.inventory.model import LinkKind
from cloudviz.normalise import normalise
from cloudviz.sources import demo

FREE = ("force-directed", "circular")


@pytest.mark.parametrize("layout", FREE)
@pytest.mark.parametrize(
    ("size", "budget"), [(1, 100), (2, 100), (20, 100), (100, 0), (400, 0), (1000, 0), (1000, 100), (10_000, 100)]
)
def test_a_picture_is_a_page_whose_lines_go_around_boxes(layout, size, budget):
    report = check(picture(estate(size), PictureOptions(layout=layout, max_nodes=budget)).to_document())
    assert report.is_sound, report
    assert report.foreign_crossings <= 0.005, report
    if size > 2:
        assert 0.6 <= report.aspect <= 2.2, report


@pytest.mark.parametrize("layout", FREE)
@pytest.mark.parametrize("size", [100, 400, 1000])
def test_the_page_is_filled_as_well_as_that_of_the_default_layout(layout, size):
    pages = {
        name: check(picture(estate(size), PictureOptions(layout=name)).to_document()).fill
        for name in (layout, "hierarchical")
    }
    assert pages[layout] >= 0.65 * pages["hierarchical"]


@pytest.mark.parametrize("layout", FREE)
def test_the_demo_has_no_voids_and_few_crossings(layout):
    graph, _ = normalise(demo.snapshots()[-1].items)
    report = check(picture(graph, PictureOptions(layout=layout)).to_document())
    assert report.is_sound and report.foreign_crossings == 0.0
    assert report.fill > 0.13
    assert report.edge_crossings is not None and report.edge_crossings < 120
    assert 0.6 <= report.aspect <= 2.2


@pytest.mark.parametrize("layout", FREE)
def test_one_account_of_a_thousand_like_things_is_a_page(layout):
    graph = graph_of(*(thing(f"q{n}", "queue", type=f"aws.q{n}.queue") for n in range(1000)))
    report = check(picture(graph, PictureOptions(layout=layout, max_nodes=0)).to_document())
    assert report.is_sound
    assert 0.6 <= report.aspect <= 2.2


def star(count: int):
    return graph_of(
        thing("hub", "queue", type="aws.hub.queue"),
        *(thing(f"f{n}", "function", type=f"aws.f{n}.function") for n in range(count)),
        links=tuple((f"f{n}", "hub", LinkKind.USES) for n in range(count)),
    )


@pytest.mark.parametrize("count", [6, 8, 20])
def test_circular_puts_the_hub_in_the_middle_of_what_uses_it(count):
    scene = picture(star(count), PictureOptions(layout="circular", max_nodes=0))
    hub = node(scene, "hub")
    others = [node(scene, f"f{n}") for n in range(count)]
    middle_x = sum(each.x for each in others) / count
    middle_y = sum(each.y for each in others) / count
    assert dist((hub.x, hub.y), (middle_x, middle_y)) < hub.width
    assert min(each.x for each in others) < hub.x < max(each.x for each in others)
    assert min(each.y for each in others) < hub.y < max(each.y for each in others)


def test_force_directed_puts_what_is_linked_near_each_other():
    keys = [f"q{n}" for n in range(16)]
    pairs = [(keys[at], keys[15 - at]) for at in range(8)]
    graph = graph_of(
        *(thing(key, "queue", type=f"aws.{key}.queue") for key in keys),
        links=tuple((one, other, LinkKind.USES) for one, other in pairs),
    )
    scene = picture(graph, PictureOptions(layout="force-directed"))

    def apart(one: str, other: str) -> float:
        a, b = node(scene, one), node(scene, other)
        return dist((a.x, a.y), (b.x, b.y))

    linked = [apart(*pair) for pair in pairs]
    everything = [apart(*pair) for pair in combinations(keys, 2)]
    assert sum(linked) / len(linked) < 0.5 * sum(everything) / len(everything)


def test_accounts_without_links_stand_beside_each_other_not_far_away():
    graph = graph_of(
        *(thing(f"{account}-{n}", "bucket", account=account) for account in ("1", "2", "3") for n in range(4)),
    )
    scene = picture(graph, PictureOptions(layout="force-directed", max_nodes=0))
    accounts = [each for each in scene.nodes if each.parent is None]
    assert len(accounts) == 3
    area = sum(each.width * each.height for each in accounts)
    assert area > 0.5 * (scene.width - 80) * (scene.height - 132)


@pytest.mark.parametrize("layout", FREE)
def test_lines_are_upright_or_level(layout):
    scene = picture(estate(300), PictureOptions(layout=layout, max_nodes=0))
    assert scene.edges
    for edge in scene.edges:
        assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise(edge.points))


def test_a_board_keeps_its_gap_and_puts_linked_boxes_together():
    sizes = [(400.0, 300.0), (100.0, 80.0), (100.0, 80.0), (200.0, 90.0), (60.0, 200.0)]
    ties = [Tie(1, 4, 1.0, (0.0, 0.0), (0.0, 0.0))]
    board = Board(sizes, ties, 20.0, 1.5, 1.0)
    board.fill(order_by_links(sizes, ties))
    places = [place for place in board.places if place is not None]
    assert len(places) == len(sizes)
    for (one, (x1, y1)), (other, (x2, y2)) in combinations(enumerate(places), 2):
        across = max(x2 - x1 - sizes[one][0], x1 - x2 - sizes[other][0])
        down = max(y2 - y1 - sizes[one][1], y1 - y2 - sizes[other][1])
        assert max(across, down) >= 19.9
    (x1, y1), (x4, y4) = places[1], places[4]
    assert dist((x1 + 50, y1 + 40), (x4 + 30, y4 + 100)) < 250


@pytest.mark.parametrize("layout", FREE)
@pytest.mark.parametrize("count", [70, 200, 1500])
def test_a_crowd_around_one_box_is_still_a_page(layout, count):
    report = check(picture(star(count), PictureOptions(layout=layout, max_nodes=0)).to_document())
    assert report.is_sound
    assert report.foreign_crossings <= 0.01
    assert 0.6 <= report.aspect <= 2.2
