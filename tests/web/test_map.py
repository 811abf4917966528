"""The map of the demo estate: what is drawn, how one moves, what a click opens, what is saved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import Open
from tests.web.map_page import MapPage, eventually
from tests.web.serving import Served

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(demo_server: Served) -> dict[str, Any]:
    return dict(demo_server.get("/visualization/map/scene", max_nodes=0))


@pytest.fixture
def shown(demo_server: Served, open_page: Open) -> MapPage:
    return MapPage(open_page(demo_server, "/map", tokens=demo_server.admin())).ready()


def leaves(scene: dict[str, Any], stacked: bool = False) -> list[dict[str, Any]]:
    return [node for node in scene["nodes"] if not node["container"] and (node["count"] > 1) is stacked]


def aim(shown: MapPage, node: dict[str, Any]) -> None:
    """Look at a node from near, without the help of the page's own search."""
    x, y = node["x"] + node["width"] / 2, node["y"] + node["height"] / 2
    # Drawn at once: a frame later would do for people, but not for the next line of a test.
    shown.page.evaluate(
        """view => {
          const {engine} = document.querySelector('.map-stage');
          engine.look(view);
          engine.draw(performance.now());
        }""",
        {"x": x, "y": y, "zoom": 1},
    )


def test_the_map_draws_the_scene_of_the_server(shown: MapPage, scene: dict[str, Any], demo_server: Served) -> None:
    assert shown.shown() == len(scene["nodes"]) > 50
    expect(shown.footer).to_contain_text(
        f"{scene['summary']['resources']} resources shown as {scene['summary']['shown']} boxes"
    )
    icons = demo_server.get("/visualization/map/icons")
    drawn = leaves(scene)[:8]
    assert drawn
    for node in drawn:
        aim(shown, node)
        # A corner of the icon's tile: 36 px in the middle, 11 px below the upper edge (scene/measures.py).
        tile = shown.colour(node["x"] + node["width"] / 2 - 15, node["y"] + 11 + 3)
        assert tile == icons[node["kind"]]["tile"], node["label"]
        assert shown.colour(node["x"] + 6, node["y"] + node["height"] - 6) == "#ffffff"


def test_the_first_look_shows_all_of_the_picture(shown: MapPage, scene: dict[str, Any]) -> None:
    box = shown.surface.bounding_box()
    assert box is not None
    tools = shown.page.locator(".map-tools").bounding_box()
    assert tools is not None
    left, top = shown.place(0, 0)
    right, bottom = shown.place(scene["width"], scene["height"])
    assert left >= box["x"] and right <= box["x"] + box["width"]
    assert top >= tools["y"] + tools["height"] and bottom <= box["y"] + box["height"]


def test_dragging_wheel_and_keys_move_the_view(shown: MapPage) -> None:
    page, before = shown.page, shown.camera()
    page.mouse.move(700, 500)
    page.mouse.down()
    page.mouse.move(760, 470, steps=6)
    page.mouse.up()
    after = shown.camera()
    assert (before["x"] - after["x"]) * before["zoom"] == pytest.approx(60, abs=0.5)
    assert (after["y"] - before["y"]) * before["zoom"] == pytest.approx(30, abs=0.5)
    expect(shown.panel).to_have_count(0)

    box = shown.surface.bounding_box()
    assert box is not None
    x, y = 500.0, 400.0
    under = (after["x"] + (x - box["x"]) / after["zoom"], after["y"] + (y - box["y"]) / after["zoom"])
    page.mouse.move(x, y)
    page.mouse.wheel(0, -240)
    eventually(lambda: shown.camera()["zoom"] > after["zoom"] * 1.2, "a nearer view")
    assert shown.place(*under) == pytest.approx((x, y), abs=0.5)

    shown.surface.focus()
    near = shown.camera()
    page.keyboard.press("ArrowRight")
    eventually(lambda: shown.camera()["x"] > near["x"], "a step to the right")
    page.keyboard.press("+")
    eventually(lambda: shown.camera()["zoom"] > near["zoom"] * 1.4, "a step nearer")
    page.keyboard.press("0")
    eventually(lambda: shown.camera()["zoom"] == pytest.approx(before["zoom"]), "all of it")


def test_two_fingers_zoom_where_they_are(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map", tokens=demo_server.admin(), size=(390, 800), has_touch=True)
    shown = MapPage(page).ready()
    before, box = shown.camera(), shown.surface.bounding_box()
    assert box is not None
    middle = (200.0, box["y"] + 300.0)
    under = (
        before["x"] + (middle[0] - box["x"]) / before["zoom"],
        before["y"] + (middle[1] - box["y"]) / before["zoom"],
    )
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (middle[0] - 30, middle[1]), (middle[0] + 30, middle[1]))
    for apart in range(35, 95, 5):
        touch("touchMove", (middle[0] - apart, middle[1]), (middle[0] + apart, middle[1]))
    touch("touchEnd")
    eventually(lambda: shown.camera()["zoom"] > before["zoom"] * 2.5, "a nearer view")
    # Three times as far apart, and what was between the fingers stays there.
    assert shown.camera()["zoom"] == pytest.approx(before["zoom"] * 3, rel=0.08)
    assert shown.place(*under) == pytest.approx(middle, abs=4)
    # The page itself did not zoom or scroll, and nothing was chosen.
    assert page.evaluate("[visualViewport.scale, scrollX, scrollY]") == [1, 0, 0]
    expect(shown.panel).to_have_count(0)

    near = shown.camera()
    touch("touchStart", middle)
    touch("touchMove", (middle[0] + 40, middle[1] + 25))
    touch("touchMove", (middle[0] + 80, middle[1] + 50))
    touch("touchEnd")
    eventually(lambda: shown.camera()["x"] < near["x"], "a drag with one finger")
    assert shown.camera()["zoom"] == near["zoom"]


def test_pointing_names_a_box_and_a_click_opens_its_details(
    shown: MapPage, scene: dict[str, Any], demo_server: Served
) -> None:
    node = next(node for node in leaves(scene) if node["kind"] == "load_balancer")
    aim(shown, node)
    x, y = shown.middle(node)
    shown.page.mouse.move(x, y)
    expect(shown.page.locator(".tooltip")).to_contain_text(node["label"])
    shown.page.mouse.click(x, y)
    resource = demo_server.get(f"/resources/{node['members'][0]}")["resource"]
    expect(shown.panel.get_by_role("heading", level=2)).to_have_text(resource["name"])
    expect(shown.panel).to_contain_text(resource["id"])
    for key, value in resource["tags"].items():
        expect(shown.panel.locator(".tag", has_text=key).filter(has_text=value)).to_have_count(1)
    # What was in sight stays where it was.
    assert shown.middle(node) == pytest.approx((x, y), abs=1)

    shown.panel.locator(".links button").first.click()
    expect(shown.panel).not_to_contain_text(resource["id"])
    shown.page.go_back()
    expect(shown.panel).to_contain_text(resource["id"])
    shown.panel.get_by_role("button", name="Close the details").click()
    expect(shown.panel).to_have_count(0)


def test_a_stack_lists_its_members_by_name(demo_server: Served, open_page: Open) -> None:
    scene = demo_server.get("/visualization/map/scene", max_nodes=100)
    shown = MapPage(open_page(demo_server, "/map?max_nodes=100", tokens=demo_server.admin())).ready()
    stack = max(
        (node for node in leaves(scene, stacked=True) if node["id"].startswith("stack:")),
        key=lambda node: int(node["count"]),
    )
    aim(shown, stack)
    shown.page.mouse.click(*shown.middle(stack))
    expect(shown.panel).to_contain_text(f"{stack['count']} resources in this stack")
    name = demo_server.get(f"/resources/{stack['members'][0]}")["resource"]["name"]
    member = shown.panel.locator(".links button").first
    expect(member).to_have_text(name)
    member.click()
    expect(shown.panel.get_by_role("heading", level=2)).to_have_text(name)


def test_search_flies_to_a_resource(shown: MapPage, scene: dict[str, Any]) -> None:
    node = next(node for node in leaves(scene) if node["kind"] == "load_balancer")
    shown.find(node["members"][0])
    expect(shown.panel).to_contain_text(node["members"][0])
    eventually(lambda: shown.camera()["zoom"] > 0.8, "a view from near")
    panel = shown.page.locator(".side").bounding_box()
    assert panel is not None
    x, y = shown.middle(node)
    assert 0 < x < panel["x"] and 100 < y < 860


_CHOSEN = """() => {
  const {engine} = document.querySelector('.map-stage');
  return engine.chosen >= 0 ? engine.model.node(engine.chosen).id : '';
}"""


def test_what_is_folded_away_is_shown_at_what_it_belongs_to(shown: MapPage, demo_server: Served) -> None:
    disk = demo_server.get("/resources", type="aws.ec2.volume", limit=1)["items"][0]
    place = demo_server.get("/visualization/map/place", max_nodes=0, id=disk["id"])
    assert place["folded"]
    host = place["node"]
    shown.find(disk["id"])
    expect(shown.panel).to_contain_text(f"It is drawn as a part of {host['title']}")
    eventually(lambda: shown.page.evaluate(_CHOSEN) == host["id"], "the box that it belongs to")
    beside = shown.panel.get_by_role("region", name="folded into")
    expect(beside.locator("[aria-current]")).to_have_text(disk["name"])

    # The tree twin has it too, below the box that it belongs to.
    shown.page.goto(f"{demo_server.base}/#/map?panel=outline")
    tree = shown.page.get_by_role("tree", name="Outline of the map")
    row = tree.locator(".outline-row")
    for each in [*place["path"], host]:
        # The row that was opened last is the innermost; what is in it is asked for when it opens.
        opened = row.filter(has_text=each["title"]).filter(has_not_text="part of this box").last
        expect(opened).to_be_visible()
        opened.locator("xpath=..").focus()
        shown.page.keyboard.press("ArrowRight")
    part = row.filter(has_text=disk["name"]).filter(has_text="Disk · part of this box")
    expect(part).to_be_visible()
    part.locator("xpath=..").focus()
    shown.page.keyboard.press("Enter")
    expect(shown.panel.get_by_role("heading", level=2)).to_have_text(disk["name"])
    shown.panel.get_by_role("button", name="Only its surroundings").click()
    expect(shown.page.locator(".mark")).to_contain_text("Only around")


def test_keyboard_alone_selects_and_opens(shown: MapPage) -> None:
    shown.surface.focus()
    shown.page.keyboard.press("Shift+ArrowRight")
    shown.page.keyboard.press("Shift+ArrowRight")
    expect(shown.page.locator(".toast")).to_contain_text("selected")
    shown.page.keyboard.press("Enter")
    expect(shown.panel).to_be_visible()
    shown.page.keyboard.press("Escape")
    expect(shown.panel).to_have_count(0)


def test_options_ask_for_another_picture_and_the_address_says_so(
    shown: MapPage, demo_server: Served, open_page: Open
) -> None:
    page = shown.page
    page.get_by_role("button", name="Picture options").click()
    page.get_by_label("Filter", exact=True).fill("provider=gcp")
    page.get_by_role("button", name="Apply").click()
    expected = demo_server.get("/visualization/map/scene", filter="provider=gcp", max_nodes=0)
    eventually(lambda: shown.ready().shown() == len(expected["nodes"]), "the filtered picture")
    expect(page.locator(".mark")).to_contain_text("provider=gcp")

    # The same address in another browser shows the same picture from the same place.
    eventually(lambda: "view=" in shown.address(), "the place in the address")
    first = shown.address()
    page.mouse.move(600, 500)
    page.mouse.wheel(0, -240)
    eventually(lambda: shown.address() != first, "the new place in the address")
    other = MapPage(open_page(demo_server, shown.address()[1:], tokens=demo_server.admin())).ready()
    assert other.shown() == shown.shown()
    assert other.camera()["zoom"] == pytest.approx(shown.camera()["zoom"], rel=0.001)

    page.get_by_role("button", name="Remove: Filter: provider=gcp").click()
    eventually(lambda: shown.ready().shown() > len(expected["nodes"]), "the whole picture")


@pytest.mark.parametrize(
    ("name", "suffix", "start"),
    [
        ("SVG", "svg", b"<"),
        ("PNG", "png", b"\x89PNG\r\n"),
        ("PDF", "pdf", b"%PDF-"),
        ("Mermaid", "mmd", b""),
        ("Markdown", "md", b"#"),
        ("JSON", "json", b"{"),
        ("draw.io", "drawio", b"<?xml"),
        ("HTML", "html", b"<!doctype html>"),
        ("CSV", "csv", b"provider,account,"),
        ("XLSX", "xlsx", b"PK"),
    ],
)
def test_the_picture_is_saved_in_each_format(
    shown: MapPage, demo_server: Served, tmp_path: Path, name: str, suffix: str, start: bytes
) -> None:
    shown.page.get_by_role("button", name="Download").click()
    with shown.page.expect_download() as coming:
        shown.page.get_by_role("button", name=re.compile(f"^{re.escape(name)} ")).click()
    saved = tmp_path / coming.value.suggested_filename
    coming.value.save_as(saved)
    assert saved.suffix == f".{suffix}"
    content = saved.read_bytes()
    assert content.startswith(start)
    asked = {"format": name.lower().replace(".", ""), "layout": "hierarchical", "max_nodes": 0}
    assert content == demo_server.ask("GET", "/visualization/map/picture", params=asked).content


def test_signed_out_in_another_place_the_map_says_so(demo_server: Served, open_page: Open) -> None:
    tokens = demo_server.add_person("mona", "viewer")
    page: Page = open_page(demo_server, "/map", tokens=tokens, refusals=True)
    MapPage(page).ready()
    page.evaluate(
        "token => fetch('/auth/logout', {method: 'POST', headers: {Authorization: `Bearer ${token}`}})",
        tokens["access_token"],
    )
    page.get_by_role("combobox", name="Find a resource").fill("web")
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
