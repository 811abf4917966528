"""PDF: paper sizes, an overview with the pages that it names, links, each font once, names in every script."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.unit.diagram.hostile import NAMES, names
from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.diagram.options import PAGES
from cloudviz.diagram.render import render
from cloudviz.diagram.render.pdf.pages import MARGIN, MOST_TILES, OVERLAP, READABLE, SIZES, plan
from cloudviz.diagram.render.pdf.pages import PAGES as PAPER
from cloudviz.diagram.scene.document import Scene, SceneNode
from cloudviz.diagram.text import clean
from cloudviz.errors import Invalid

BASE = "https://cloudviz.example/#/map?select="


def read(scene: Scene, page: str = "fit", link_base: str = "") -> PdfReader:
    return PdfReader(io.BytesIO(render(scene, "pdf", page=page, link_base=link_base)), strict=True)


def fonts(reader: PdfReader) -> list[Any]:
    return [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]


def estate(boxes: int) -> Scene:
    """Rows of twenty boxes."""
    nodes = [
        SceneNode(
            f"id {number}", None, False, f"box-{number}", "t3.large", kind="queue", members=[f"id {number}"],
            x=40 + number % 20 * 140, y=60 + number // 20 * 112, width=120, height=92,
        )
        for number in range(boxes)
    ]  # fmt: skip
    return Scene("grid", "enterprise", 2880, 160 + (boxes + 19) // 20 * 112, nodes, [], title="Estate")


def test_the_words_of_the_page_option_are_the_same_everywhere() -> None:
    assert PAGES == PAPER


def test_each_weight_of_the_font_is_in_the_file_once_however_many_colours_its_text_has() -> None:
    found = fonts(read(web_estate("colorful")))
    assert [font["/BaseFont"] for font in found] == ["/AAAAAA+Inter-Regular", "/AAAAAA+Inter-SemiBold"]
    assert len(render(estate(1000), "pdf")) < 140_000


def told(reader: PdfReader) -> list[tuple[str, str]]:
    """What a screen reader is told: role and words of each part, in order; each must be marked in its page."""
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    document = root["/StructTreeRoot"]["/K"]
    found = []
    for part in document["/K"]:
        page = part["/Pg"]
        mark = f"/{part['/S'][1:]}<</MCID {part['/K']}>>BDC".encode()
        assert page["/Contents"].get_object().get_data().count(mark) == 1
        parents = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        row = parents[parents.index(page["/StructParents"]) + 1]
        assert row[part["/K"]] == part
        found.append((part["/S"], str(part.get("/Alt", ""))))
    return found


def test_who_cannot_see_a_picture_is_told_its_boxes_and_lines() -> None:
    scene = web_estate()
    heard = told(read(scene))
    figures = [words for role, words in heard if role == "/Figure"]
    assert all(figures)
    assert len(figures) == sum(not node.container for node in scene.nodes) + len(scene.edges)
    assert any(role == "/P" for role, _ in heard)
    for reader in (read(estate(1000)), read(estate(1000), "a4")):
        assert [role for role, _ in told(reader)] == ["/Figure"] * len(reader.pages)
        content = reader.pages[0]["/Contents"].get_object().get_data()
        assert content.count(b"BDC") + content.count(b"BMC") == content.count(b"EMC")


def test_a_small_picture_is_one_sheet_that_lies_as_the_picture_does() -> None:
    wide = Scene("grid", "enterprise", 900, 300, web_estate().nodes[:1])
    for page, (short, long) in SIZES.items():
        laid = plan(900, 300, page)
        assert (laid.whole.width, laid.whole.height) == (long, short)
        assert laid.tiles == ()
        laid = plan(300, 900, page)
        assert (laid.whole.width, laid.whole.height) == (short, long)
    assert len(read(wide, "a4").pages) >= 1


@settings(max_examples=200, deadline=None)
@given(width=st.floats(1, 60_000), height=st.floats(1, 60_000), page=st.sampled_from(sorted(SIZES)))
def test_the_tiles_cover_the_picture_overlap_and_fit_their_paper(width: float, height: float, page: str) -> None:
    laid = plan(width, height, page)
    assert laid.whole.scale * width <= laid.whole.width - 2 * MARGIN + 1e-6
    assert laid.whole.scale * height <= laid.whole.height - 2 * MARGIN + 1e-6
    if laid.sheet is None:
        assert laid.whole.scale >= READABLE
        return
    assert 1 < len(laid.tiles) <= MOST_TILES
    assert len({tile.name for tile in laid.tiles}) == len(laid.tiles)
    for places, lengths, whole in (
        ({tile.x for tile in laid.tiles}, laid.tiles[0].width, width),
        ({tile.y for tile in laid.tiles}, laid.tiles[0].height, height),
    ):
        ordered = sorted(places)
        assert ordered[0] <= 1e-6 and ordered[-1] + lengths >= whole - 1e-6
        assert all(after - before <= lengths - OVERLAP + 1e-6 for before, after in pairwise(ordered))
    for tile in laid.tiles:
        assert tile.width * laid.sheet.scale <= laid.sheet.width - 2 * MARGIN + 1e-6


def test_tiles_are_named_as_on_a_street_map() -> None:
    laid = plan(3000, 2000, "a4")
    assert [tile.name for tile in laid.tiles[:3]] == ["A1", "B1", "C1"]
    assert laid.tiles[-1].name == "D2"


def test_a_large_picture_becomes_an_overview_and_the_pages_that_it_leads_to() -> None:
    reader = read(estate(300), "a4")
    overview, *tiles = reader.pages
    assert len(tiles) >= 6
    said = overview.extract_text()
    assert f"Overview: {len(tiles)} pages follow" in said
    assert reader.page_labels[:3] == ["Overview", "A1", "B1"]
    numbers = {page.indirect_reference: number for number, page in enumerate(reader.pages)}
    led = [numbers[note.get_object()["/Dest"][0]] for note in overview["/Annots"]]
    assert led == list(range(1, len(tiles) + 1))
    assert [item.title for item in reader.outline][:2] == ["Overview", "A1"]
    middle = tiles[1]
    assert f"B1 · page 3 of {len(tiles) + 1}" in middle.extract_text()
    around = {numbers[note.get_object()["/Dest"][0]] for note in middle["/Annots"]}
    columns = len([label for label in reader.page_labels if re.fullmatch("[A-Z]+1", label)])
    assert around == {0, 1, 3, 2 + columns}  # the overview, left, right, below
    assert all(
        tuple(map(float, page.mediabox))[2:] in ((841.89, 595.276), (595.276, 841.89)) for page in reader.pages
    )


def test_no_paper_is_used_for_parts_that_show_nothing() -> None:
    scene = estate(300)
    scene.nodes = [node for node in scene.nodes if node.x < 500 or node.x > 2300]
    scene.title = ""
    labels = read(scene, "a4").page_labels
    assert "A1" in labels and not {"B1", "C1"} & set(labels)
    assert len(labels) < len(read(estate(300), "a4").pages)


def test_the_picture_is_in_the_file_once_for_all_pages() -> None:
    pages = len(read(estate(300), "a4").pages)
    one, many = len(render(estate(300), "pdf")), len(render(estate(300), "pdf", page="a4"))
    assert many < one + 1800 * pages


def test_boxes_lead_to_their_resources_and_stacks_to_nothing() -> None:
    scene = estate(3)
    scene.nodes[2].members = ["a", "b"]
    (page,) = read(scene, link_base=BASE).pages
    links = [note.get_object() for note in page["/Annots"]]
    assert [link["/A"]["/URI"] for link in links] == [f"{BASE}id%20{number}" for number in range(2)]
    left, low, right, high = (float(side) for side in links[0]["/Rect"])
    assert (round(right - left), round(high - low)) == (90, 69)
    assert "/Annots" not in read(scene).pages[0]


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_stay_names(page: str) -> None:
    for name in NAMES:
        nodes = [SceneNode(name, None, False, name, name, members=[name], width=120, height=92)]
        reader = read(Scene("grid", "dark", 300, 150, nodes, title=name), page, BASE)
        assert reader.metadata is not None
        title = clean(name) or "Cloud resources"
        assert (reader.metadata.title or "").strip() == title.encode("utf-16", "replace").decode("utf-16").strip()
        for note in reader.pages[0].get("/Annots", []):
            assert note.get_object()["/A"]["/URI"].startswith(BASE)


@settings(max_examples=60, deadline=None)
@given(name=names)
def test_any_name_at_all_makes_a_file_that_readers_take(name: str) -> None:
    nodes = [SceneNode("a", None, False, name, name, count=2, change=name, width=120, height=92)]
    assert len(read(Scene("grid", "enterprise", 300, 150, nodes, title=name)).pages) == 1


@pytest.mark.parametrize(
    "name", ["веб-1", "日本語サーバー", "قاعدة البيانات", "שרת", "sandbox 🧪", "emoji 😀", "é cafe\u0301", "ß→∞"]
)  # fmt: skip
def test_names_in_every_script_are_found_by_poppler_whatever_fonts_there_are(name: str) -> None:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    nodes = [SceneNode("a", None, False, name, width=152, height=92)]
    done = subprocess.run(
        [tool, "-", "-"],
        input=render(Scene("grid", "enterprise", 300, 150, nodes), "pdf"), capture_output=True, check=True,
    )  # fmt: skip
    text = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", done.stdout.decode("utf-8"))
    assert name in text


def test_the_same_scene_gives_the_same_bytes_and_no_date() -> None:
    for page in ("fit", "a4"):
        drawn = render(changes_and_costs(), "pdf", page=page)
        assert drawn == render(changes_and_costs(), "pdf", page=page)
        assert b"Date" not in drawn


def test_a_page_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid, match="a9"):
        render(web_estate(), "pdf", page="a9")
