"""The list of resources: all of them page by page, found by letters and facets, opened and shown on the map."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import Open
from tests.web.map_page import MapPage, eventually
from tests.web.serving import Served

pytestmark = pytest.mark.browser


def rows(page: Page) -> list[str]:
    return page.locator(".resource-table tbody tr[aria-rowindex] .row-name").all_inner_texts()


@pytest.fixture
def listed(demo_server: Served, open_page: Open) -> Page:
    page = open_page(demo_server, "/resources", tokens=demo_server.admin())
    expect(page.locator(".row-name").first).to_be_visible()
    return page


def test_scrolling_loads_all_pages_and_keeps_few_rows(listed: Page, demo_server: Served) -> None:
    total = sum(demo_server.get("/resources/facets")["provider"].values())
    assert total > 300
    expect(listed.locator(".tally")).to_contain_text("First")
    table = listed.locator(".table-scroll")

    def at_the_end() -> bool:
        table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        return f"{total} resources" in listed.locator(".tally").inner_text()

    eventually(at_the_end, "all pages")
    # The page that came last made the list longer than it was scrolled.
    table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
    last = listed.locator(f"tr[aria-rowindex='{total + 1}']")
    expect(last).to_be_visible()
    assert len(rows(listed)) < 80


def test_letters_find_and_facets_narrow(listed: Page, demo_server: Served) -> None:
    listed.get_by_label("Search by name or id").fill("orders")
    found = demo_server.get("/resources", q="orders", limit=500)["items"]
    assert 3 < len(found) < 100
    expect(listed.locator(".tally")).to_have_text(f"{len(found)} resources")
    assert "q=orders" in listed.url

    facets = demo_server.get("/resources/facets", q="orders")
    kind, number = max(facets["type"].items(), key=lambda item: int(item[1]))
    line = listed.locator(".facet-line", has_text=kind)
    expect(line.locator(".facet-count")).to_have_text(str(number))
    line.get_by_role("checkbox").check()
    expect(listed.locator(".tally")).to_have_text(f"{number} resources")
    names = sorted(item["name"] for item in found if item["type"] == kind)
    assert sorted(rows(listed)) == names

    listed.go_back()
    expect(listed.locator(".tally")).to_have_text(f"{len(found)} resources")
    listed.get_by_role("button", name="Clear all").click()
    expect(listed.get_by_label("Search by name or id")).to_have_value("")
    expect(listed.locator(".tally")).to_contain_text("First")


def test_nothing_found_says_what_to_do(listed: Page) -> None:
    listed.get_by_label("Search by name or id").fill("no such thing anywhere")
    expect(listed.get_by_role("heading", name="No resource matches")).to_be_visible()
    expect(listed.get_by_text("Try fewer letters or fewer filters.")).to_be_visible()


def test_a_row_opens_its_details_and_leads_to_the_map(demo_server: Served, open_page: Open) -> None:
    balancer = next(
        node
        for node in demo_server.get("/visualization/map/scene", max_nodes=0)["nodes"]
        if node["kind"] == "load_balancer" and not node["container"] and node["count"] == 1
    )
    page = open_page(demo_server, f"/resources?type={balancer['type']}", tokens=demo_server.admin())
    page.get_by_role("button", name=balancer["label"], exact=True).click()
    panel = page.locator(".side .panel")
    expect(panel).to_contain_text(balancer["id"])
    expect(page.locator("tr.chosen")).to_have_count(1)
    panel.get_by_role("button", name="Show on the map").click()
    shown = MapPage(page).ready()
    eventually(lambda: shown.camera()["zoom"] > 0.8, "a view from near")
    expect(shown.panel).to_contain_text(balancer["id"])
    x, _ = shown.middle(balancer)
    assert 0 < x < 1440 - 380
