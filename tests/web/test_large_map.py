"""A map of ten thousand resources, and at night of a hundred thousand: window by window from a real server."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import Open
from tests.web.estates import estate
from tests.web.map_page import MapPage, eventually
from tests.web.serving import Served, served
from tests.web.test_work import drop

pytestmark = pytest.mark.browser


def filled(folder: Any, size: int) -> Iterator[Served]:
    with served("serve", "--database", f"sqlite:///{folder / 'c.sqlite3'}", folder=folder) as server:
        headers = {"Authorization": f"Bearer {server.admin()['access_token']}"}
        # One document may have 48 MiB.
        for part in range(0, size, 50_000):
            document = estate(min(size, 50_000), part // 100)
            files = {"files": (f"estate-{part}.json", document, "application/json")}
            reply = httpx.post(f"{server.base}/imports", headers=headers, files=files, timeout=300)
            reply.raise_for_status()
            if reply.status_code == 202:
                finished(server, reply.json()["job_id"])
        yield server


def finished(server: Served, job: str) -> None:
    end = time.monotonic() + 300
    while (found := server.get(f"/jobs/{job}"))["status"] not in ("succeeded", "partial"):
        assert found["status"] in ("queued", "running"), found
        assert time.monotonic() < end
        time.sleep(0.5)


@pytest.fixture(scope="module")
def large_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from filled(tmp_path_factory.mktemp("large"), 10_000)


def here(page: Page) -> int:
    return int(page.locator(".map-stage").get_attribute("data-here") or 0)


def walk_through(server: Served, open_page: Open, size: int) -> None:
    """From afar to one machine and its neighbours, with no more of the map in the browser than it shows."""
    page = open_page(server, "/map", tokens=server.admin())
    page.set_default_timeout(180_000)
    # The layout of the whole estate is computed first, once.
    expect(page.locator(".map-stage[data-nodes]:not([aria-busy])")).to_be_attached(timeout=180_000)
    shown = MapPage(page).ready()
    expect(shown.footer).to_contain_text(re.compile(r"resources shown as [\d,]+ boxes"))
    assert shown.shown() > size * 0.9
    assert here(page) < 6000

    # From afar lines lead between accounts and networks, each for all links between what is inside.
    bundles = page.evaluate(_BUNDLES)
    assert 0 < len(bundles) < 400
    assert max(bundle["count"] for bundle in bundles) > 10
    assert all(int(bundle["label"] or 1) == bundle["count"] for bundle in bundles)

    # From afar a network is a filled box with its name and count; nothing of what is in it is here.
    name = "i-0000777"
    shown.find(name)
    expect(shown.panel.get_by_role("heading", level=2)).to_have_text(name)
    eventually(lambda: shown.camera()["zoom"] > 0.8, "a view from near")
    eventually(lambda: _chosen(page) == name, "the box of the machine")
    assert here(page) < 6000

    # An interface of that machine has no box: its machine is marked, and lists it beside the other one.
    shown.find("eth-0000001")
    expect(shown.panel.get_by_role("heading", level=2)).to_have_text("eth-0000001")
    expect(shown.panel).to_contain_text(f"It is drawn as a part of {name}")
    eventually(lambda: _chosen(page) == name, "the box of its machine")
    beside = shown.panel.get_by_role("region", name="2 resources folded into the same box")
    expect(beside.get_by_role("listitem")).to_have_text(
        ["eth-0000000 Network interface", "eth-0000001 Network interface"]
    )
    beside.get_by_role("button", name="eth-0000000").click()
    expect(shown.panel.get_by_role("heading", level=2)).to_have_text("eth-0000000")
    shown.panel.get_by_role("button", name=name, exact=True).first.click()
    expect(shown.panel.get_by_role("heading", level=2)).to_have_text(name)
    expect(shown.panel.get_by_role("region", name="2 resources folded into this box")).to_be_visible()

    # What hangs together with the first machine of a subnet, four links away in a chain.
    chain = server.get("/resources", q="i-0000775", limit=1)["items"][0]["id"]
    page.evaluate("id => { location.hash = '#/map?select=' + encodeURIComponent(id) + '&steps=4'; }", chain)
    expect(page.locator(".apart")).to_contain_text("5 boxes set apart")
    end = server.get("/resources", q="i-0000779", limit=1)["items"][0]["id"]
    page.evaluate(
        "ids => { location.hash = '#/map?select=' + ids.map(encodeURIComponent).join('&to='); }", [chain, end]
    )
    expect(page.locator(".toast")).to_contain_text("The way has 4 links")
    page.get_by_role("button", name="Show everything again").click()
    expect(page.locator(".apart")).to_be_hidden()

    # A layer colours what is here and what comes: one machine in five is stopped.
    page.get_by_role("button", name="Layers").click()
    page.get_by_role("radio", name="State").check()
    expect(page.locator(".legend")).to_contain_text("stopped")
    page.get_by_role("button", name="Show everything", exact=True).click()
    eventually(lambda: shown.camera()["zoom"] < 0.2, "all of it")

    # The tree twin tells the same, for those who do not see the picture.
    page.get_by_role("button", name="Outline").click()
    tree = page.get_by_role("tree", name="Outline of the map")
    expect(tree.get_by_role("treeitem").first).to_contain_text("resources")
    tree.get_by_role("treeitem").first.focus()
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem", expanded=True)).to_have_count(1)


_BUNDLES = """() => document.querySelector('.map-stage').engine.model.edges
  .filter(edge => edge.bundle === 0).map(({count, label}) => ({count, label}))"""


def _chosen(page: Page) -> str:
    script = """() => {
      const {engine} = document.querySelector('.map-stage');
      return engine.model && engine.chosen >= 0 ? engine.model.node(engine.chosen).title : '';
    }"""
    return str(page.evaluate(script))


def test_ten_thousand_resources(large_server: Served, open_page: Open) -> None:
    walk_through(large_server, open_page, 10_000)


def boxes(page: Page) -> int:
    """How many boxes the map has; −1 while it is being laid out, which takes long for a large one."""
    ready = page.locator(".map-stage[data-nodes]:not([aria-busy])")
    return int(ready.get_attribute("data-nodes") or 0) if ready.count() else -1


def work_with(server: Served, open_page: Open) -> None:
    """Filter, import, compare and export, on a map of which only windows are in the browser."""
    page = open_page(server, "/map", tokens=server.admin())
    page.set_default_timeout(120_000)
    shown = MapPage(page).ready()
    everything = shown.shown()

    # One account alone, chosen by its count.
    page.get_by_role("button", name="Filters", exact=True).click()
    account = server.get("/resources/facets")["account"]["200000000002"]
    page.get_by_role("checkbox", name=re.compile("^200000000002 ")).check()
    eventually(lambda: 0 < boxes(page) < everything / 2, "one account", 120)
    expect(page.get_by_role("region", name="Filter the map")).to_contain_text(f"{account:,} resources match")

    # What is seen is what is saved: that account's resources, and no other's.
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name=re.compile("^CSV ")).click()
    rows = Path(coming.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(rows) == account + 1
    assert all(",200000000002," in row for row in rows[1:])
    page.get_by_role("button", name="Clear all").click()
    eventually(lambda: boxes(page) == everything, "everything", 120)
    page.keyboard.press("Escape")

    # A file is dropped; what it brought is marked against the moment before.
    drop(page, "more.json", estate(100, 90_000).decode())
    expect(page.locator(".side .panel")).to_contain_text("Imported 105 resources")
    eventually(lambda: boxes(page) > everything, "the larger map", 120)
    page.get_by_role("button", name="Close the details").first.click()
    compare = page.get_by_label("Compare with")
    compare.select_option(compare.locator("option").nth(1).get_attribute("value"))
    expect(page.get_by_role("button", name="+105 added, ~0 changed, −0 removed")).to_be_visible(timeout=120_000)
    eventually(lambda: "added" in page.evaluate(_CHANGES), "marks on the map", 120)


_CHANGES = """() => document.querySelector('.map-stage').engine.model.nodes
  .flatMap(node => Object.keys(node.inside?.changes ?? {}).concat(node.change ?? []))"""


def test_search_by_address_tag_and_type(large_server: Served, open_page: Open) -> None:
    page = open_page(large_server, "/map", tokens=large_server.admin())
    shown = MapPage(page).ready()
    shown.find("10.7.2.9")
    expect(shown.panel).to_contain_text("10.7.2.9")
    box = page.get_by_role("combobox", name="Find a resource")
    box.fill("ec2.subnet")
    page.get_by_role("option", name="Only aws.ec2.subnet").click()
    expect(page.locator(".mark")).to_contain_text("type=aws.ec2.subnet")


def test_the_map_is_loaded_anew_when_the_inventory_has_changed(tmp_path: Any, open_page: Open) -> None:
    with served("serve", "--database", f"sqlite:///{tmp_path / 'c.sqlite3'}", folder=tmp_path) as server:
        for size, leaves in ((4000, 3000), (4100, 4000)):
            files = {"files": ("estate.json", estate(size), "application/json")}
            server.ask("POST", "/imports", files=files)
            if size == 4000:
                page = open_page(server, "/map", tokens=server.admin(), refusals=True)
                shown = MapPage(page).ready()
                before = shown.shown()
                assert before > leaves
        shown.surface.focus()
        for _ in range(6):
            page.keyboard.press("+")
        expect(page.locator(".toast")).to_contain_text("The inventory has changed")
        eventually(lambda: shown.ready().shown() > before, "the larger map")


def test_ten_thousand_are_filtered_exported_imported_and_compared(large_server: Served, open_page: Open) -> None:
    work_with(large_server, open_page)


@pytest.mark.nightly
def test_a_hundred_thousand_resources(tmp_path: Any, open_page: Open) -> None:
    for server in filled(tmp_path, 100_000):
        walk_through(server, open_page, 100_000)
        work_with(server, open_page)
