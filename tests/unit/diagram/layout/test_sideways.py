"""The hierarchical layout from left to right."""

from __future__ import annotations

import pytest
from tests.unit.diagram.estates import estate
from tests.unit.diagram.graphs import graph_of, node, small_estate, thing

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.check import check

RIGHT = PictureOptions(direction="right")


@pytest.mark.parametrize(("size", "budget"), [(20, 100), (100, 100), (1000, 100), (1000, 0), (3000, 0)])
def test_a_picture_of_any_size_is_sound_and_no_line_runs_through_a_box(size, budget):
    scene = picture(estate(size), PictureOptions(direction="right", max_nodes=budget))
    report = check(scene.to_document())
    assert report.is_sound, report
    assert report.foreign_crossings == 0.0
    assert 0.6 <= report.aspect <= 2.2, report
    assert scene.direction == "right"


def test_the_entry_stands_left_of_what_it_leads_to():
    scene = picture(small_estate(), RIGHT)
    balancer, zone = node(scene, "alb"), node(scene, "zone:vpc/eu-west-1a")
    assert balancer.x + balancer.width < zone.x


def test_like_subnets_of_two_zones_stand_in_line_public_ones_first():
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
        thing("more-web-a", "virtual_machine", parent="app-a", type="aws.test.other"),
        *(thing(f"nat-{zone}", "gateway", parent=f"public-{zone}") for zone in "ab"),
    )
    scene = picture(graph, RIGHT)
    lefts = {name: [node(scene, f"{name}-{zone}").x for zone in "ab"] for name in ("public", "app", "data")}
    assert all(one == other for one, other in lefts.values())
    assert lefts["public"] < lefts["app"] < lefts["data"]
    assert node(scene, "zone:vpc/za").y < node(scene, "zone:vpc/zb").y


def test_a_picture_of_the_other_direction_is_no_previous_one():
    down = picture(small_estate(), PictureOptions())
    afresh = picture(small_estate(), RIGHT).to_document()
    assert picture(small_estate(), RIGHT, previous=down).to_document() == afresh
