"""A scene document that a user gives as the previous picture is read, or refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.diagram.graphs import small_estate

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.scene.document import scene_from_document
from cloudviz.errors import BadInput, TooLarge
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import MOST_SCENE_BYTES, draw, read_scene


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
    picture(small_estate(), PictureOptions(), previous=scene_from_document(huge))
    with pytest.raises(BadInput):
        read_scene(written(tmp_path, huge))


def scaled(factor: float) -> dict[str, Any]:
    """A picture with every measure times a number: sound in itself, and no page."""
    made = document()
    for key in ("width", "height"):
        made[key] *= factor
    for node in made["nodes"]:
        for key in ("x", "y", "width", "height"):
            node[key] *= factor
    for edge in made["edges"]:
        edge["points"] = [[x * factor, y * factor] for x, y in edge["points"]]
        edge["label_at"] = edge["label_at"] and [each * factor for each in edge["label_at"]]
    return made


def first(key: str, **fields: Any) -> dict[str, Any]:
    made = document()
    return {**made, key: [{**made[key][0], **fields}, *made[key][1:]]}


@pytest.mark.parametrize(
    "content",
    [
        scaled(1e6),
        scaled(1e150),
        scaled(-1),
        {**document(), "width": 1e308},
        {**document(), "width": 4e5, "height": 4e5},
        first("nodes", count=None),
        first("nodes", count="5"),
        first("nodes", height=-1e300),
        first("nodes", label=5),
        first("nodes", members=[{}]),
        first("nodes", cost_monthly="much"),
        first("nodes", surprise=1),
        first("nodes", parent=document()["nodes"][0]["id"]),
        first("nodes", parent=document()["nodes"][1]["id"]),
        {**document(), "nodes": document()["nodes"] + document()["nodes"][:1]},
        first("edges", points=[[1e300, -1e300], [1, 2]]),
        first("edges", points=[[1, 2]] * 100_000),
        first("edges", points=[[1e5, 1e5], [1, 2]]),
        first("edges", source="nobody"),
        first("edges", label_at=[1]),
        {**document(), "summary": {}},
        b"[" * 100_000,
        b'{"format": NaN}',
    ],
)
def test_a_scene_made_up_to_break_layout_is_refused_in_words(tmp_path: Path, content: object) -> None:
    with pytest.raises(BadInput) as caught:
        read_scene(written(tmp_path, content))
    assert "no scene document" in caught.value.one_line()


def test_what_never_ends_is_no_picture() -> None:
    with pytest.raises(BadInput):
        read_scene(Path("/dev/zero"))


def test_a_file_larger_than_any_picture_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    with path.open("wb") as file:
        file.truncate(MOST_SCENE_BYTES * 20)
    with pytest.raises(TooLarge):
        read_scene(path)
