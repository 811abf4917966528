"""A scene document that a user gives as the previous picture is read, or refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.diagram.graphs import small_estate

from cloudviz.diagram import PictureOptions, picture
from cloudviz.errors import BadInput
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import draw, read_scene


def document() -> dict[str, Any]:
    return picture(small_estate(), PictureOptions()).to_document()


def written(folder: Path, content: object) -> Path:
    path = folder / "before.json"
    path.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
    return path


def test_what_was_written_is_read_back_and_gives_the_same_picture(tmp_path: Path) -> None:
    first = draw(small_estate(), Selection(), PictureOptions(), "json")
    scene = read_scene(written(tmp_path, first.content))
    again = draw(small_estate(), Selection(), PictureOptions(), "json", previous=scene)
    assert again.content == first.content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no scene document"),
        (b"[1, 2]", "no scene document"),
        ({"format": "cloudviz.inventory/1", "resources": []}, "no scene document"),
        ({**document(), "nodes": [{"id": "x"}]}, "no scene document"),
        ({**document(), "width": "wide"}, "no scene document"),
        ({**document(), "nodes": [{**node, "x": "left"} for node in document()["nodes"]]}, "no scene document"),
        ({**document(), "edges": [{**edge, "points": [["a", 1]]} for edge in document()["edges"]]}, "no scene"),
        ({**document(), "nodes": [{**node, "x": 50, "y": 90} for node in document()["nodes"]]}, "overlap"),
    ],
)
def test_what_is_no_scene_is_refused_in_words(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_scene(written(tmp_path, content))
    assert words in caught.value.one_line()
    assert caught.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_scene(tmp_path / "nowhere.json")
    assert "nowhere.json" in caught.value.one_line()


def test_a_page_of_any_size_is_borne(tmp_path: Path) -> None:
    huge = document()
    huge["width"] = huge["height"] = 1e12
    for node in huge["nodes"]:
        if node["parent"] is None:
            node["width"] = node["height"] = 9e11
    picture(small_estate(), PictureOptions(), previous=read_scene(written(tmp_path, huge)))
