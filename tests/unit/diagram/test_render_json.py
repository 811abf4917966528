"""The JSON picture is the scene document of the contract, whole and in a fixed order."""

from __future__ import annotations

import json

from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.diagram.render import FORMAT_BY_SUFFIX, MEDIA_TYPES, render
from cloudviz.diagram.scene.document import scene_from_document


def test_it_is_the_scene_document_and_reads_back() -> None:
    for scene in (web_estate(), changes_and_costs()):
        written = render(scene, "json")
        document = json.loads(written)
        assert document == scene.to_document()
        assert render(scene_from_document(document), "json") == written
        assert render(scene_from_document(document), "svg") == render(scene, "svg")


def test_keys_are_sorted_and_text_is_utf8() -> None:
    written = render(changes_and_costs(), "json").decode("utf-8")
    document = json.loads(written)
    assert list(document) == sorted(document)
    assert list(document["nodes"][0]) == sorted(document["nodes"][0])
    assert "日本語サーバー" in written


def test_lone_surrogates_do_not_stop_it() -> None:
    scene = web_estate()
    scene.nodes[0].label = "a\ud800b"
    assert json.loads(render(scene, "json"))["nodes"][0]["label"] == "a\ufffdb"


def test_every_suffix_has_a_format_and_every_format_a_media_type() -> None:
    assert FORMAT_BY_SUFFIX == {
        "svg": "svg", "png": "png", "pdf": "pdf", "mmd": "mermaid", "mermaid": "mermaid", "json": "json",
        "drawio": "drawio", "html": "html", "md": "markdown", "markdown": "markdown",
    }  # fmt: skip
    assert set(FORMAT_BY_SUFFIX.values()) == set(MEDIA_TYPES)
