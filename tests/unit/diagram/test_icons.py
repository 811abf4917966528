"""Every kind has a glyph of its own that stays inside its square, and the web map gets the same."""

from __future__ import annotations

import json

import pytest

from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.registry import catalogue
from cloudviz.diagram.icons import IconGlyph, glyph_of, icon_set, icons_document, variant_set
from cloudviz.diagram.icons.variants import VARIANT_OF, VARIANTS
from cloudviz.diagram.render.path_data import commands
from cloudviz.diagram.themes import BY_NAME, theme_named


def test_every_kind_has_its_own_glyph() -> None:
    assert set(icon_set()) == {kind.value for kind in Kind}
    drawings = [tuple(path.d for path in glyph.paths) for glyph in icon_set().values()]
    assert len(set(drawings)) == len(drawings)
    assert glyph_of("no such kind") is icon_set()["other"]


def test_types_that_their_kind_does_not_tell_have_a_glyph_of_their_own() -> None:
    assert glyph_of("gateway", "aws.ec2.nat_gateway") is not glyph_of("gateway", "aws.ec2.internet_gateway")
    assert glyph_of("gateway", "aws.ec2.internet_gateway") is icon_set()["gateway"]
    assert set(VARIANT_OF.values()) == set(VARIANTS)
    assert [key for key in VARIANT_OF if catalogue().get(key) is None] == []
    drawings = [tuple(path.d for path in glyph.paths) for glyph in (*icon_set().values(), *variant_set().values())]
    assert len(set(drawings)) == len(drawings)
    assert not icon_set().keys() & variant_set().keys()


@pytest.mark.parametrize("glyph", [*icon_set().values(), *variant_set().values()], ids=lambda glyph: glyph.name)
def test_a_glyph_stays_inside_its_square(glyph: IconGlyph) -> None:
    for path in glyph.paths:
        for name, numbers in commands(path.d):
            for value in numbers[5:] if name == "A" else numbers:
                assert 0.75 <= value <= 23.25, (path.d, name, numbers)


@pytest.mark.parametrize("theme", BY_NAME)
def test_the_document_for_the_map_has_what_a_canvas_needs(theme: str) -> None:
    document = json.loads(json.dumps(icons_document(theme)))
    assert set(document) == set(icon_set()) | set(VARIANT_OF)
    gateway = document["aws.ec2.nat_gateway"]
    assert gateway["paths"] != document["gateway"]["paths"]
    assert gateway["tile"] == document["gateway"]["tile"]
    queue = document["queue"]
    assert queue["viewBox"] == "0 0 24 24"
    assert queue["color"] == theme_named(theme).colour("queue")
    assert queue["tile"] == theme_named(theme).tile("queue")
    for icon in document.values():
        for path in icon["paths"]:
            assert (path["fill"] is None) != (path["stroke"] is None)
            assert path["d"].startswith("M")
