"""The picture as one HTML file: whole, deterministic, and closed to everything that a name could bring along."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from tests.unit.diagram.estates import estate
from tests.unit.diagram.hostile import NAMES, names
from tests.unit.diagram.scenes import changes_and_costs, web_estate
from tests.unit.diagram.test_render_drawio import hostile

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.options import THEMES
from cloudviz.diagram.render import html_file, render
from cloudviz.diagram.scene.document import Scene
from cloudviz.diagram.themes import theme_named
from cloudviz.errors import Invalid, Unavailable

WEB = Path(__file__).parents[3] / "web"


class Read(HTMLParser):
    """Start tags with their attributes, and the text of each script, style and title."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style", "title"):
            self.texts.append((tag, ""))
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[-1] = (self._open, self.texts[-1][1] + data)

    def of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    @property
    def data(self) -> Any:
        return json.loads(self.of("script")[0])


def read(scene: Scene) -> Read:
    return Read(render(scene, "html").decode("utf-8"))


def closed(page: Read) -> None:
    """One data block, one script and one style sheet, the last two allowed by their hashes and nothing else."""
    assert [name for name, _ in page.tags] == [
        "html", "head", *["meta"] * 7, "title", "style", "body", "noscript", "script", "script",
    ]  # fmt: skip
    block, script = page.of("script")
    (style,) = page.of("style")
    assert "<" not in block
    policy = next(tag["content"] for _, tag in page.tags if tag.get("http-equiv") == "Content-Security-Policy")
    assert policy == (
        f"default-src 'none'; script-src '{hashed(script)}'; style-src '{hashed(style)}'; font-src data:; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    for _, attributes in page.tags:
        assert not {"style", "src", "href"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    addresses = re.findall(r"url\(([^)]{0,30})", style)
    assert addresses and all(each.startswith(("data:font/woff2", '"data:')) for each in addresses)


def hashed(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.mark.parametrize("theme", THEMES)
def test_it_holds_the_scene_and_the_colours_of_its_theme(theme: str) -> None:
    scene = changes_and_costs(theme)
    page = read(scene)
    closed(page)
    assert page.of("title") == ["Payments — was und wo"]
    data, look = page.data, theme_named(theme)
    assert data["scene"] == scene.to_document()
    assert data["palette"]["ground"] == look.background
    assert data["palette"]["containers"]["account"]["stroke"] == look.roles["account"].border
    assert data["palette"]["dark"] == look.dark
    assert {node.kind for node in scene.nodes if node.kind} <= set(data["icons"])


def test_the_page_reads_every_key_that_it_is_given() -> None:
    """The palette and the data block are declared in TypeScript: both sides must name the same."""
    declared = re.search(r"interface Palette \{(.*?)\n\}", (WEB / "src/engine/palette.ts").read_text(), re.S)
    data = re.search(r"interface PictureData \{(.*?)\n\}", (WEB / "src/viewer/data.ts").read_text(), re.S)
    assert declared and data
    given_data = read(web_estate()).data
    assert set(re.findall(r"^  (\w+):", declared[1], re.M)) == set(given_data["palette"])
    assert set(re.findall(r"^  (\w+):", data[1], re.M)) == set(given_data)
    weak = re.search(r"const WEAK = new Set\(\[(.*?)\]\)", (WEB / "src/engine/paint_edges.ts").read_text(), re.S)
    assert weak and set(re.findall(r'"(\w+)"', weak[1])) == set(given_data["dashed"])


def test_hostile_names_stay_data() -> None:
    for name, other in zip(NAMES, reversed(NAMES), strict=True):
        holds_as_data(name, other)


@settings(max_examples=80)
@given(name=names, other=names)
def test_any_names_at_all_stay_data(name: str, other: str) -> None:
    holds_as_data(name, other)


def holds_as_data(name: str, other: str) -> None:
    page = read(hostile(name, other))
    closed(page)
    labels = [node["label"] for node in page.data["scene"]["nodes"]]
    assert labels == [utf8(name), utf8(name), utf8(other)]
    assert all(address.startswith("https://") for address in page.data["console"].values())


def utf8(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)


def test_links_lead_to_pages_where_somebody_said_where_they_are() -> None:
    scene = web_estate()
    assert Read(render(scene, "html").decode()).data["pages"] == {}
    page = Read(render(scene, "html", link_base="https://cloudviz.example/#/map?select=").decode())
    assert page.data["pages"]["bast"] == "https://cloudviz.example/#/map?select=bast"
    assert "fn" not in page.data["pages"]
    with pytest.raises(Invalid):
        render(scene, "html", link_base="javascript:alert(1)")


def test_the_same_inventory_gives_the_same_bytes() -> None:
    graph = estate(60)
    first = render(picture(graph, PictureOptions()), "html")
    graph.resources = dict(reversed(graph.resources.items()))
    graph.links.reverse()
    assert render(picture(graph, PictureOptions()), "html") == first


def test_what_the_page_itself_weighs_is_little() -> None:
    """Script, styles, font and icons: all that a file has beside its scene."""
    scene = web_estate()
    assert len(render(scene, "html")) - len(render(scene, "json")) < 250_000


def test_where_the_script_was_not_built_it_says_how(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(html_file, "VIEWER", tmp_path)
    html_file._part.cache_clear()
    try:
        with pytest.raises(Unavailable) as caught:
            render(web_estate(), "html")
    finally:
        html_file._part.cache_clear()
    assert "make web" in caught.value.hint


def test_a_large_picture_is_compressed_and_the_same_each_time() -> None:
    scene = picture(estate(2_500), PictureOptions(max_nodes=0))
    content = render(scene, "html")
    page = Read(content.decode("utf-8"))
    closed(page)
    block = page.of("script")[0]
    assert [tag["type"] for name, tag in page.tags if name == "script" and "type" in tag] == ["application/zlib"]
    plain = zlib.decompress(base64.b64decode(block, validate=True))
    assert json.loads(plain)["scene"] == scene.to_document()
    assert len(plain) >= 1_000_000 > 4 * len(block)
    assert render(scene, "html") == content
