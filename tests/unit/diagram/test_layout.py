"""Where everything stands: the checker finds nothing, in any layout, at any size, for any graph."""

from __future__ import annotations

import copy
from itertools import pairwise

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.diagram.estates import estate
from tests.unit.diagram.graphs import graph_of, graphs, node, shuffled, small_estate, thing

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.check import check
from cloudviz.diagram.layout import place
from cloudviz.diagram.options import LAYOUTS
from cloudviz.diagram.scene import build
from cloudviz.diagram.scene.measures import STACK_REACH
from cloudviz.errors import Invalid


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("size", "budget"), [(20, 100), (100, 100), (1000, 100), (1000, 0), (10_000, 100), (10_000, 0)]
)
def test_a_picture_of_any_size_is_sound(layout, size, budget):
    scene = picture(estate(size), PictureOptions(layout=layout, max_nodes=budget))
    report = check(scene.to_document())
    assert report.is_sound, report
    assert 0.4 < report.aspect < 2.5
    if layout in ("hierarchical", "grid"):
        assert report.foreign_crossings == 0.0, report
    if layout == "hierarchical":
        assert 0.6 <= report.aspect <= 2.2, report
        assert report.fill > 0.07


def test_a_hundred_thousand_resources_are_a_sound_picture_in_every_layout():
    scene = build(estate(100_000), PictureOptions())  # once: what is shown does not depend on the layout
    for layout in LAYOUTS:
        drawn = copy.deepcopy(scene)
        drawn.layout = layout
        report = check(place(drawn).to_document())
        assert report.is_sound and 0.6 <= report.aspect <= 2.2, (layout, report)
        assert drawn.summary.resources + drawn.summary.containers + sum(drawn.summary.hidden.values()) == 100_000


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_estate_in_any_order_gives_the_same_bytes(layout):
    graph = estate(150)
    options = PictureOptions(layout=layout)
    first = orjson.dumps(picture(graph, options).to_document())
    assert orjson.dumps(picture(shuffled(graph, 7), options).to_document()) == first


@settings(max_examples=200, deadline=None)
@given(graphs(), st.sampled_from(LAYOUTS), st.sampled_from([0, 100]))
def test_a_picture_of_any_graph_is_sound(graph, layout, budget):
    scene = picture(graph, PictureOptions(layout=layout, max_nodes=budget, show_costs=True))
    report = check(scene.to_document())
    assert report.is_sound, report
    if layout in ("hierarchical", "grid"):
        assert report.foreign_crossings == 0.0, report


def test_lines_are_upright_or_level_and_end_at_the_borders_of_their_boxes():
    scene = picture(estate(400), PictureOptions())
    boxes = {each.id: each for each in scene.nodes}
    assert scene.edges
    for edge in scene.edges:
        assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise(edge.points))
        for (x, y), key in ((edge.points[0], edge.source), (edge.points[-1], edge.target)):
            box = boxes[key]
            cards = STACK_REACH if box.count > 1 else 0.0  # lines end at the hindmost card of a stack
            at_side = x in (box.x, round(box.x + box.width + cards, 1)) and box.y <= y <= box.y + box.height
            at_end = (
                y in (round(box.y - cards, 1), round(box.y + box.height, 1)) and box.x <= x <= box.x + box.width
            )
            assert at_side or at_end


def test_like_subnets_of_two_zones_stand_at_the_same_height_public_ones_on_top():
    graph = graph_of(
        thing("vpc", "network"),
        *(
            thing(
                f"{name}-{zone}", "subnet", parent="vpc", zone=f"z{zone}", properties={"public": name == "public"}
            )
            for name in ("data", "app", "public")
            for zone in "ab"
        ),
        *(thing(f"db-{zone}", "database", parent=f"data-{zone}") for zone in "ab"),
        *(thing(f"web-{zone}", "virtual_machine", parent=f"app-{zone}") for zone in "ab"),
        *(thing(f"nat-{zone}", "gateway", parent=f"public-{zone}") for zone in "ab"),
    )
    scene = picture(graph, PictureOptions())
    tops = {name: [node(scene, f"{name}-{zone}").y for zone in "ab"] for name in ("public", "app", "data")}
    assert all(left == right for left, right in tops.values())
    assert tops["public"] < tops["app"] < tops["data"]
    assert node(scene, "zone:vpc/za").x < node(scene, "zone:vpc/zb").x
    assert node(scene, "zone:vpc/za").y == node(scene, "zone:vpc/zb").y


def test_the_entry_stands_above_what_it_leads_to():
    scene = picture(small_estate(), PictureOptions())
    balancer = node(scene, "alb")
    assert balancer.y + balancer.height < node(scene, "zone:vpc/eu-west-1a").y


def test_labels_of_lines_cover_no_box_and_no_other_label():
    scene = picture(estate(400), PictureOptions())
    labelled = [edge for edge in scene.edges if edge.label]
    assert labelled
    places = [edge.label_at for edge in labelled]
    assert len(set(places)) == len(places)
    for edge in labelled:
        x, y = edge.label_at
        assert not any(
            each.x < x < each.x + each.width and each.y < y < each.y + each.height
            for each in scene.nodes
            if not each.container
        )


def test_a_long_name_of_a_container_is_shortened_to_its_box_and_kept_whole_in_the_title():
    name = "the-network-of-" + "everything-" * 30
    scene = picture(
        graph_of(thing("vpc", "network", name=name), thing("vm", "virtual_machine", parent="vpc")),
        PictureOptions(),
    )
    box = node(scene, "vpc")
    assert box.label.endswith("…") and box.width < 500
    assert name in box.title


def test_an_empty_scene_has_a_page():
    scene = place(build(graph_of(), PictureOptions()))
    assert scene.width > 0 and scene.height > 0


def test_an_unknown_layout_is_refused():
    with pytest.raises(Invalid, match="spiral"):
        picture(small_estate(), PictureOptions(layout="spiral"))
