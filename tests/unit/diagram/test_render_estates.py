"""Generated estates through the whole diagram: every format is made, and Mermaid takes its own."""

from __future__ import annotations

import os
from xml.etree import ElementTree

import pytest
from tests.unit.diagram import mermaid_judge
from tests.unit.diagram.estates import estate

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.options import FORMATS, THEMES
from cloudviz.diagram.render import render
from cloudviz.diagram.scene.document import Scene


def scene(size: int, boxes: int, theme: str = "enterprise") -> Scene:
    return picture(estate(size), PictureOptions(max_nodes=boxes, theme=theme, show_costs=True), gaps=2)


@pytest.mark.parametrize(("size", "boxes", "theme"), [(1, 100, "light"), (40, 100, "dark"), (400, 60, "modern")])
def test_every_format_is_made(size: int, boxes: int, theme: str) -> None:
    drawn = scene(size, boxes, theme)
    signs = {
        "svg": b"<svg",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "mermaid": b"flowchart TD",
        "markdown": b"# ",
        "json": b"{",
        "drawio": b"<?xml",
        "html": b"<!doctype html>",
    }
    assert set(signs) == set(FORMATS)
    assert theme in THEMES
    for form, sign in signs.items():
        if form in ("png", "pdf"):
            pytest.importorskip("skia", reason="libGL or libEGL is missing")
        assert render(drawn, form, scale=1.0).startswith(sign)
    things = {element.get("data-id") for element in ElementTree.fromstring(render(drawn, "svg")).iter()}
    assert {node.id for node in drawn.nodes} <= things


def test_mermaid_takes_estates_of_any_size() -> None:
    reason = mermaid_judge.missing()
    if reason and not os.environ.get("CI"):
        pytest.skip(reason)
    judge = mermaid_judge.Judge()
    for size, boxes in ((1, 100), (40, 100), (400, 100), (4000, 1000)):
        drawn = scene(size, boxes)
        chart = render(drawn, "mermaid").decode("utf-8")
        assert len(chart) < 50_000
        read = judge(chart)
        assert "error" not in read
        if boxes == 100:
            assert len(read["vertices"]) == sum(not node.container for node in drawn.nodes)
    judge.close()
