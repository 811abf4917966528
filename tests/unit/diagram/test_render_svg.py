"""The SVG is valid XML, names everything, and nothing in it runs or loads, whatever the names are."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from tests.unit.diagram.hostile import NAMES, names
from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.catalogue.kinds import Kind
from cloudviz.diagram.render import render
from cloudviz.diagram.render.webfont import font_faces
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.text import clean
from cloudviz.diagram.themes import BY_NAME
from cloudviz.errors import Invalid

SVG = "{http://www.w3.org/2000/svg}"
HARMLESS = {
    SVG + tag for tag in ("svg", "title", "desc", "defs", "style", "symbol", "g", "rect", "path", "text", "use")
}


def tree(scene: Scene) -> ElementTree.Element:
    return ElementTree.fromstring(render(scene, "svg"))


def named(name: str) -> Scene:
    nodes = [
        SceneNode(f"box {name}", None, True, name, name, name, name, role=name, x=10, y=10, width=300, height=200),
        SceneNode(f"a {name}", "b", False, name, name, name, name, x=20, y=60, width=120, height=92, change=name),
        SceneNode("b", "b", False, name, name, name, count=4, x=170, y=60, width=120, height=40),
    ]  # fmt: skip
    edges = [SceneEdge(name, f"a {name}", "b", name, label=name)]
    return Scene("grid", "enterprise", 320, 260, nodes, edges, title=name)


def assert_inert(root: ElementTree.Element) -> None:
    for element in root.iter():
        assert element.tag in HARMLESS
        for attribute, value in element.attrib.items():
            assert not attribute.lower().startswith("on")
            assert "href" not in attribute or value.startswith("#")
    for style in root.iter(f"{SVG}style"):
        assert set(re.findall(r"url\((.{15})", style.text or "")) == {"data:font/woff2"}
        assert "@import" not in (style.text or "")


@settings(max_examples=200, deadline=None)
@given(name=names)
def test_any_name_at_all_makes_valid_inert_xml(name: str) -> None:
    root = tree(named(name))
    assert_inert(root)
    assert len([element for element in root.iter() if element.get("data-id") is not None]) >= 3


def test_a_name_is_shown_as_text_and_only_as_text() -> None:
    for name in NAMES:
        root = tree(named(name))
        assert_inert(root)
        title = root.find(f"{SVG}title")
        assert title is not None
        # XML folds what is no character of its own; what is left is the name.
        wanted = re.sub("[\\ud800-\\udfff\\ufffe\\uffff]", "", clean(name)) or "Cloud resources"
        assert (title.text or "").strip() == wanted.strip() or name.strip() == ""


def test_it_says_what_it_is_to_those_who_cannot_see_it() -> None:
    root = tree(web_estate(title="Production"))
    assert root.get("role") == "graphics-document document"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and desc is not None
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == desc.get("id")
    assert title.text == "Production"
    assert desc.text is not None and desc.text.startswith(
        "107 resources shown as 31; hidden: 31 network interfaces"
    )
    things = {element.get("data-id"): element for element in root.iter() if element.get("data-id")}
    assert set(things) == {item.id for item in (*web_estate().nodes, *web_estate().edges)}
    asg = things["asga"]
    assert asg.get("role") == "graphics-symbol"
    assert asg.findtext(f"{SVG}title") == "web-asg, m6i.large, scaling group, 9 alike"
    assert things["vpc"].get("role") == "graphics-object"
    assert things["asga>dba"].findtext(f"{SVG}title") == "web-asg uses orders-db: 5432"


def test_boxes_lead_where_the_caller_says_and_nowhere_else() -> None:
    base = "https://cloudviz.example/#/map?select="
    for name in NAMES:
        scene = named(name)
        scene.nodes[1].members = [f"id {name}"]
        root = ElementTree.fromstring(render(scene, "svg", link_base=base))
        links = [element.get("href", "") for element in root.iter(f"{SVG}a")]
        assert links[-1].startswith(f"{base}id%20")
        assert all(re.fullmatch(r"https://cloudviz\.example/#/map\?select=[\w.~%-]*", link) for link in links)
    for base in ("javascript:alert(1)", "data:text/html,x", "//x", "file:///etc/passwd", "x"):
        with pytest.raises(Invalid, match="address"):
            render(web_estate(), "svg", link_base=base)


def test_the_base_of_links_cannot_break_out_of_its_attribute() -> None:
    scene = Scene("grid", "enterprise", 200, 200, [SceneNode("a", None, False, "a", members=["a"])])
    root = ElementTree.fromstring(render(scene, "svg", link_base="https://x.example/\"><script>'{}&q="))
    (link,) = root.iter(f"{SVG}a")
    assert link.get("href") == "https://x.example/%22%3E%3Cscript%3E%27%7B%7D&q=a"


def test_without_a_base_boxes_are_anchors() -> None:
    things = {element.get("id") for element in tree(web_estate()).iter() if element.get("data-id")}
    assert {"r-asga", "r-vpc"} <= things
    assert not list(tree(web_estate()).iter(f"{SVG}a"))


def test_text_in_fonts_unknown_to_us_is_held_to_the_width_that_was_measured() -> None:
    texts = {text.text: text for text in tree(changes_and_costs()).iter(f"{SVG}text")}
    held = {said: text.get("textLength") for said, text in texts.items() if text.get("textLength")}
    assert held["日本語サーバー"] == "84"
    assert "веб-1" not in held and "orders-db" not in held
    (arabic,) = [text for said, text in texts.items() if said and said.startswith("قاعدة")]
    assert arabic.get("unicode-bidi") == "plaintext"
    assert float(arabic.get("textLength", "999")) <= 106


def test_ids_come_back_as_they_are() -> None:
    id = "arn:aws:iam::1:role/a'b\"c<d>&e"
    scene = Scene("grid", "enterprise", 200, 200, [SceneNode(id, None, False, "x", width=120, height=92)])
    assert [element.get("data-id") for element in tree(scene).iter() if element.get("data-id")] == [id]


def test_every_icon_that_is_used_is_in_the_file() -> None:
    nodes = [
        SceneNode(kind, None, False, kind, kind=kind, width=120, height=92) for kind in (*Kind, "no such kind")
    ]
    for theme in BY_NAME:
        root = tree(Scene("grid", theme, 200, 200, nodes))
        held = {f"#{symbol.get('id')}" for symbol in root.iter(f"{SVG}symbol")}
        used = [use.get("href") for use in root.iter(f"{SVG}use")]
        assert set(used) == held
        assert len(used) == len(nodes)
        assert len(held) == len(Kind)


def test_a_stack_has_two_cards_behind_it_and_its_number() -> None:
    things = {element.get("data-id"): element for element in tree(web_estate()).iter() if element.get("data-id")}
    cards = [rect for rect in things["asga"].findall(f"{SVG}rect") if rect.get("width") == "120"]
    assert [(rect.get("x"), rect.get("y")) for rect in cards] == [("174", "676"), ("170", "680"), ("166", "684")]
    assert "×9" in [text.text for text in things["asga"].iter(f"{SVG}text")]
    assert len(things["dba"].findall(f"{SVG}rect")) == 1


def test_containers_look_like_what_they_are() -> None:
    things = {element.get("data-id"): element for element in tree(web_estate()).iter() if element.get("data-id")}

    def look(id: str) -> tuple[str | None, bool]:
        rect = things[id].find(f"{SVG}rect")
        assert rect is not None
        return rect.get("fill"), rect.get("stroke-dasharray") is not None

    assert look("acct") == ("none", False)
    assert look("reg") == ("none", True)
    assert look("za") == ("none", True)
    assert look("vpc") == ("#faf7ff", False)
    assert look("puba") == ("#f2f7e8", False)
    assert look("appa") == ("#e9f6f7", False)
    assert look("int") == ("#f8f9fb", False)


def test_weak_links_are_dashed_and_strong_ones_are_not() -> None:
    things = {element.get("data-id"): element for element in tree(web_estate()).iter() if element.get("data-id")}
    dashed = {
        id for id, item in things.items() if item.get("class") == "edge" and "stroke-dasharray" in item[1].attrib
    }
    assert dashed == {"cf>waf", "dba>dbb"}


def test_changes_and_costs_are_shown() -> None:
    root = tree(changes_and_costs())
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "db.r6g.xlarge · €412" in texts
    assert "€18,204" in texts
    assert {"added", "removed", "changed"} <= set(texts)
    assert "1 gap in coverage" in texts
    things = {element.get("data-id"): element for element in root.iter() if element.get("data-id")}
    assert things["a"].findtext(f"{SVG}title") == "веб-1, added, virtual machine (added)"
    border = things["a"].find(f"{SVG}rect")
    assert border is not None and border.get("stroke") == BY_NAME["enterprise"].added


def test_the_font_inside_is_cut_to_the_scripts_shown() -> None:
    latin = len(font_faces("web-asg"))
    assert latin < 32_000
    assert latin < len(font_faces("веб")) < 60_000
    assert len(font_faces("日本")) == latin  # not in the font: the reader's own is used
    assert font_faces("äß…") == font_faces("abc")


def test_the_same_scene_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "import sys; from tests.unit.diagram.scenes import *; from cloudviz.diagram.render import render;"
        "[sys.stdout.buffer.write(render(scene, form)) for scene in (web_estate(), changes_and_costs('dark'))"
        " for form in ('svg', 'json', 'mermaid')]"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout
    assert len(runs[0].stdout) > 100_000


def test_an_unknown_format_or_theme_is_refused() -> None:
    with pytest.raises(Invalid, match="gif"):
        render(web_estate(), "gif")
    with pytest.raises(Invalid, match="neon"):
        render(web_estate("neon"), "svg")


def test_an_empty_scene_is_an_empty_page() -> None:
    assert_inert(tree(Scene("grid", "enterprise", 0, 0)))
