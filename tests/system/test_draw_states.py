"""Every recorded Terraform state becomes a picture, or is refused in words that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.drawn import assert_every_layout_is_sound

from cloudviz.diagram.check import check
from cloudviz.diagram.options import PictureOptions
from cloudviz.errors import BadInput
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import draw_files
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

STATES = Path(__file__).parent.parent / "payloads" / "terraform" / "inframap"

# file → resources drawn, plumbing folded away, both counted by hand in the state.
DRAWN = {
    "aws_state_multiple_hanging_edges.json": (3, 4),
    "aws_state_sg.json": (2, 4),
    "aws_state_sgr.json": (4, 4),
    "flexibleengine_state.json": (9, 0),
    "flexibleengine_state_attach.json": (8, 0),
    "flexibleengine_state_tf_011.json": (7, 0),
    "openstack_state_lb.json": (12, 0),
    "openstack_state_sg.json": (7, 0),
    "repeated_modules.json": (10, 2),
}
REFUSED = {
    "empty.json": "holds no resources",
    "error_missing_id.json": "aws_db_instance has no id",
    "invalid_version_state.json": "version 2",
}


def test_the_tables_name_every_state() -> None:
    assert {path.name for path in STATES.glob("*.json")} == {*DRAWN, *REFUSED}


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_state_is_drawn_whole(name: str) -> None:
    picture = draw_files([STATES / name], Selection(), PictureOptions(), "svg")
    summary = picture.scene.summary
    assert (summary.resources, sum(summary.hidden.values())) == DRAWN[name]
    report = check(picture.scene.to_document())
    assert (report.overlaps, report.outside_parent, report.cut_labels) == (0, 0, 0)
    assert report.counts_conserved
    assert picture.content.startswith((b"<svg", b"<?xml"))
    assert_every_layout_is_sound(normalise(read_paths([STATES / name]).items)[0])


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_state_without_a_picture_is_refused_in_words(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        draw_files([STATES / name], Selection(), PictureOptions(), "svg")
    assert REFUSED[name] in caught.value.one_line()
    assert caught.value.hint
