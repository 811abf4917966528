"""Every kind has a glyph of its own that stays inside its square, and the web map gets the same."""

from __future__ import annotations

import json

import pytest

from cloudviz.catalogue.kinds import Kind
from cloudviz.diagram.icons import glyph_of, icon_set, icons_document
from cloudviz.diagram.render.path_data import commands
from cloudviz.diagram.themes import BY_NAME, theme_named


def test_every_kind_has_its_own_glyph() -> None:
    assert set(icon_set()) == {kind.value for kind in Kind}
    drawings = [tuple(path.d for path in glyph.paths) for glyph in icon_set().values()]
    assert len(set(drawings)) == len(drawings)
    assert glyph_of("no such kind") is icon_set()["other"]


@pytest.mark.parametrize("kind", Kind)
def test_a_glyph_stays_inside_its_square(kind: Kind) -> None:
    for path in icon_set()[kind].paths:
        for name, numbers in commands(path.d):
            for value in numbers[5:] if name == "A" else numbers:
                assert 0.75 <= value <= 23.25, (path.d, name, numbers)


@pytest.mark.parametrize("theme", BY_NAME)
def test_the_document_for_the_map_has_what_a_canvas_needs(theme: str) -> None:
    document = json.loads(json.dumps(icons_document(theme)))
    assert set(document) == set(icon_set())
    queue = document["queue"]
    assert queue["viewBox"] == "0 0 24 24"
    assert queue["color"] == theme_named(theme).colour("queue")
    assert queue["tile"] == theme_named(theme).tile("queue")
    for icon in document.values():
        for path in icon["paths"]:
            assert (path["fill"] is None) != (path["stroke"] is None)
            assert path["d"].startswith("M")
