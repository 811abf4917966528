"""The judge itself is judged: each fault, put into a scene by hand, is found and counted."""

from __future__ import annotations

from copy import deepcopy

import pytest

from cloudviz.diagram.check import check


def box(key, parent, x, y, width, height, *, container=False, label="", members=None):
    return {
        "id": key,
        "parent": parent,
        "container": container,
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "label": label,
        "sublabel": "",
        "count": 1,
        "members": [] if container else members or [key],
    }


def line(source, target, *points):
    return {"source": source, "target": target, "points": [list(point) for point in points]}


@pytest.fixture
def sound():
    """A container with two boxes side by side and one below, one outside, and a line that goes round."""
    return {
        "width": 400,
        "height": 200,
        "nodes": [
            box("net", None, 0, 0, 300, 200, container=True, label="net"),
            box("a", "net", 10, 50, 80, 50, label="a"),
            box("b", "net", 110, 50, 80, 50),
            box("c", "net", 210, 50, 80, 50),
            box("d", None, 310, 50, 80, 50),
        ],
        "edges": [line("a", "c", (50, 100), (50, 120), (250, 120), (250, 100))],
        "summary": {"resources": 4},
    }


def test_a_sound_scene_has_no_faults(sound):
    report = check(sound)
    assert report.is_sound
    assert (report.overlaps, report.outside_parent, report.cut_labels, report.foreign_crossings) == (0, 0, 0, 0.0)
    assert report.edge_crossings == 0
    assert report.aspect == 2.0
    assert report.fill == pytest.approx(4 * 80 * 50 / (400 * 200))


def test_overlapping_siblings_are_counted_and_nested_ones_are_not(sound):
    sound["nodes"][2]["x"] = 60
    assert check(sound).overlaps == 1


def test_touching_boxes_do_not_overlap(sound):
    sound["nodes"][2]["x"] = 90
    assert check(sound).overlaps == 0


def test_a_box_beyond_its_parent_or_the_page_or_without_its_parent_is_outside(sound):
    sound["nodes"][3]["x"] = 260
    assert check(sound).outside_parent == 1
    sound["nodes"][4]["x"] = 350
    assert check(sound).outside_parent == 2
    sound["nodes"][1]["parent"] = "gone"
    assert check(sound).outside_parent == 3


def test_a_label_wider_than_its_box_is_cut(sound):
    sound["nodes"][1]["label"] = "a much too long name"
    assert check(sound).cut_labels == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda scene: scene["summary"].update(resources=5),
        lambda scene: scene["nodes"][1].update(count=2),
        lambda scene: scene["nodes"][1].update(members=["b"]),
    ],
)
def test_counts_that_do_not_add_up_are_found(sound, change):
    change(sound)
    assert not check(sound).counts_conserved


def test_a_line_through_a_box_that_is_not_its_own_is_foreign(sound):
    straight = deepcopy(sound)
    straight["edges"].append(line("a", "c", (90, 75), (210, 75)))
    assert check(straight).foreign_crossings == 0.5
    into = deepcopy(sound)
    into["edges"] = [line("d", "c", (310, 75), (290, 75))]  # through the border of the box around its end
    assert check(into).foreign_crossings == 0.0
    slanted = deepcopy(sound)
    slanted["edges"] = [line("a", "d", (90, 55), (310, 95))]
    assert check(slanted).foreign_crossings == 1.0


def test_a_line_along_a_border_is_not_foreign(sound):
    sound["edges"] = [line("a", "c", (90, 50), (210, 50))]
    assert check(sound).foreign_crossings == 0.0


def test_crossings_of_lines_are_counted_upright_level_and_slanted(sound):
    sound["edges"] = [
        line("a", "c", (0, 100), (100, 100)),
        line("a", "b", (50, 50), (50, 150)),
        line("b", "c", (0, 60), (100, 160)),
    ]
    assert check(sound).edge_crossings == 3
    sound["edges"][1] = line("a", "b", (50, 100), (50, 150))  # only touches
    assert check(sound).edge_crossings == 2
