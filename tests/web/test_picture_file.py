"""A picture in one HTML file, opened from the disk in a real Chromium: no server, no request, no complaint."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.unit.diagram.estates import estate
from tests.unit.diagram.hostile import NAMES
from tests.unit.diagram.scenes import changes_and_costs, web_estate
from tests.unit.diagram.test_render_drawio import hostile
from tests.web.map_page import eventually
from tests.web.test_hard_cases import AXE

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.render import render
from cloudviz.diagram.scene.document import Scene
from cloudviz.normalise import normalise
from cloudviz.sources.demo import snapshots

pytestmark = pytest.mark.browser

ENGINE = "document.querySelector('.map-stage').engine"


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """``opened(scene)``: the file in a page. It may ask for nothing but itself, and complain of nothing."""
    contexts: list[BrowserContext] = []
    requests: list[str] = []
    complaints: list[str] = []

    def open_one(scene: Scene, fragment: str = "", size: tuple[int, int] = (1440, 900)) -> Page:
        path = tmp_path / f"picture-{len(contexts)}.html"
        path.write_bytes(render(scene, "html"))
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url.split("#")[0]))
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.goto(path.as_uri() + fragment)
        expect(page.locator("body")).to_have_attribute("data-ready", "true")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert {url for url in requests if not url.startswith("data:")} == {
        (tmp_path / f"picture-{number}.html").as_uri() for number in range(len(contexts))
    }
    assert complaints == []


def demo(**options: object) -> Scene:
    graph, _ = normalise(snapshots()[-1].items)
    return picture(graph, PictureOptions(title="All that we run", **options), gaps=2)  # type: ignore[arg-type]


def find(page: Page, letters: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Find a resource")).to_be_focused()
    page.keyboard.type(letters)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")


def test_the_demo_opens_whole_and_says_what_it_is(opened: Callable[..., Page]) -> None:
    scene = demo()
    page = opened(scene)
    assert page.title() == "All that we run"
    expect(page.get_by_role("heading", level=1)).to_have_text("All that we run")
    expect(page.locator(".map-footer")).to_contain_text(f"{scene.summary.resources} resources")
    expect(page.locator(".map-footer")).to_contain_text("2 gaps")
    world, seen = page.evaluate(f"[{ENGINE}.model.world, {ENGINE}.camera.visible()]")
    assert seen["minX"] <= world["minX"] and seen["maxX"] >= world["maxX"]
    assert seen["minY"] <= world["minY"] and seen["maxY"] >= world["maxY"]
    expect(page.locator(".legend")).to_contain_text("Virtual machine (")
    # The letters are Inter, which the file carries.
    assert page.evaluate("document.fonts.check('600 12px Inter')")
    assert page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').length") >= 1


def test_somebody_searches_clicks_and_reads(opened: Callable[..., Page]) -> None:
    page = opened(demo())
    find(page, "web-alb")
    panel = page.locator(".side .panel")
    expect(panel.get_by_role("heading", name="web-alb")).to_be_visible()
    expect(panel).to_contain_text("aws.elbv2.alb")
    expect(panel).to_contain_text("Routes to")
    console = panel.get_by_role("link", name="Open in the cloud's console")
    assert str(console.get_attribute("href")).startswith("https://console.aws.amazon.com/go/view?arn=arn%3Aaws%3A")
    assert console.get_attribute("rel") == "noreferrer noopener"
    assert quote("loadbalancer/app/web-alb", safe="") in page.url

    panel.get_by_role("button", name="VPC prod").click()
    expect(panel.get_by_role("heading", name="VPC prod")).to_be_visible()
    expect(panel).to_contain_text("boxes inside")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_click_on_a_stack_lists_its_members_and_hovering_names_a_box(opened: Callable[..., Page]) -> None:
    scene = web_estate()
    page = opened(scene)
    functions = next(node for node in scene.nodes if node.id == "fn")
    box = page.locator(".map-surface").bounding_box()
    assert box
    at = page.evaluate(
        f"([x, y]) => {ENGINE}.camera.toScreen(x, y)",
        [functions.x + functions.width / 2, functions.y + functions.height / 2],
    )
    page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
    expect(page.locator(".tooltip")).to_contain_text("stack of 12")
    assert page.evaluate(f"{ENGINE}.hovered.what") == "node"
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    panel = page.locator(".side .panel")
    expect(panel).to_contain_text("12 resources in this stack")
    expect(panel.locator("code", has_text="0")).not_to_have_count(0)


def test_it_is_driven_by_keys_and_wheel(opened: Callable[..., Page]) -> None:
    page = opened(web_estate())
    surface = page.locator(".map-surface")
    surface.focus()
    before = page.evaluate(f"{ENGINE}.camera.view()")
    page.keyboard.press("+")
    assert page.evaluate(f"{ENGINE}.camera.zoom") > before["zoom"]
    page.keyboard.press("ArrowRight")
    page.mouse.move(700, 450)
    page.mouse.wheel(0, -200)
    page.keyboard.press("0")
    eventually(
        lambda: page.evaluate(f"{ENGINE}.camera.zoom") == pytest.approx(before["zoom"]), "the whole picture again"
    )
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".side .panel")).to_be_visible()


def test_an_address_opens_what_it_names(opened: Callable[..., Page]) -> None:
    page = opened(web_estate(), "#bast")
    expect(page.locator(".side .panel").get_by_role("heading", name="bastion")).to_be_visible()
    opened(web_estate(), "#%E0%A4%A")
    opened(web_estate(), "#no-such-thing")


def test_changes_are_named_in_legend_and_panel(opened: Callable[..., Page]) -> None:
    scene = changes_and_costs("dark")
    page = opened(scene)
    for word in ("Added", "Removed", "Changed"):
        expect(page.locator(".legend")).to_contain_text(word)
    changed = next(node for node in scene.nodes if node.change == "changed")
    find(page, changed.label)
    expect(page.locator(".side .panel")).to_contain_text("changed")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 19, 29)"


def test_hostile_names_are_only_words(opened: Callable[..., Page]) -> None:
    for name, other in zip(NAMES, reversed(NAMES), strict=True):
        if not name.strip() or "\ud800" <= name[0] <= "\udfff":
            continue
        page = opened(hostile(name, other), "#box")
        # Its own two scripts have done their work and are gone.
        assert page.evaluate("document.querySelectorAll('script, iframe, object, img').length") == 0
        expect(page.locator(".side .panel")).to_be_visible()
        page.context.close()


def test_it_prints_the_whole_picture_without_its_tools(opened: Callable[..., Page], tmp_path: Path) -> None:
    from pypdf import PdfReader

    page = opened(demo())
    find(page, "web-alb")
    before = page.evaluate(f"{ENGINE}.camera.view()")
    printed = tmp_path / "printed.pdf"
    page.pdf(path=str(printed), format="A4", landscape=True, print_background=True)
    text = " ".join(sheet.extract_text() for sheet in PdfReader(printed).pages)
    assert "All that we run" in text and "Legend" in text and "resources" in text
    assert "Find by name" not in text and "Open in the cloud" not in text
    assert page.evaluate(f"{ENGINE}.camera.view()") == pytest.approx(before)


def test_ten_thousand_boxes_can_be_used(opened: Callable[..., Page]) -> None:
    scene = picture(estate(21_500), PictureOptions(max_nodes=0))
    assert sum(not node.container for node in scene.nodes) > 10_000
    page = opened(scene)
    target = next(node for node in reversed(scene.nodes) if not node.container and len(node.members) == 1)
    find(page, target.members[0])
    expect(page.locator(".side .panel")).to_contain_text(target.members[0])
    assert page.evaluate(f"{ENGINE}.camera.zoom") > 0.5


def test_readers_of_the_screen_are_served(opened: Callable[..., Page]) -> None:
    page = opened(demo())
    find(page, "web-alb")
    session = page.context.new_cdp_session(page)
    # axe comes by the debugger: the file's own policy lets no other script in.
    session.send("Page.setBypassCSP", {"enabled": True})
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    assert json.dumps([(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]) == "[]"


def test_a_large_file_is_taken_apart_by_the_browser(opened: Callable[..., Page]) -> None:
    scene = picture(estate(2_500), PictureOptions(max_nodes=0))
    assert b'<script type="application/zlib" id="cloudviz-picture">' in render(scene, "html")
    page = opened(scene)
    assert page.evaluate(f"{ENGINE}.model.nodes.length") == len(scene.nodes)
