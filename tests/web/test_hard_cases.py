"""What a cloud or a bad day can do to the page: hostile names, gaps, refusals, no answer, small screens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.web.conftest import Open
from tests.web.map_page import MapPage
from tests.web.serving import Served, served

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
LONG = "long-" + "x" * 995
NAMES = [
    "<script>window.broken = 1</script>",
    '"><img src=x onerror="window.broken = 1">',
    'O\'Reilly & "Sons" <b>bold</b>',
    "שרת-ייצור-ראשי",
    "\u202eevil\u202c",
    "🦄🚀📦",
    LONG,
]


def hostile_inventory() -> bytes:
    """A network with one machine for each name, which also stands in tags and properties; one type denied."""
    account, region = "111122223333", "eu-west-1"
    arn = f"arn:aws:ec2:{region}:{account}"
    common = {
        "provider": "aws",
        "account": account,
        "region": region,
        "zone": None,
        "state": None,
        "cost_monthly": None,
        "currency": None,
    }
    network = {
        **common,
        "id": f"{arn}:vpc/vpc-1",
        "type": "aws.ec2.vpc",
        "native_type": "AWS::EC2::VPC",
        "kind": "network",
        "name": NAMES[0],
        "parent": None,
        "tags": {},
        "properties": {},
    }
    machines = [
        {
            **common,
            "id": f"{arn}:instance/i-{number}",
            "type": "aws.ec2.instance",
            "native_type": "AWS::EC2::Instance",
            "kind": "virtual_machine",
            "name": name,
            "parent": network["id"],
            "state": "running",
            "tags": {name: name},
            "properties": {"description": name, name[:100]: [name, {"deep": name}]},
        }
        for number, name in enumerate(NAMES)
    ]
    seen = {
        "provider": "aws",
        "account": account,
        "region": region,
        "status": "seen",
        "permission": None,
        "detail": None,
    }
    coverage = [
        {**seen, "type": "aws.ec2.instance", "count": len(machines)},
        {**seen, "type": "aws.ec2.vpc", "count": 1},
        {
            **seen,
            "type": "aws.ec2.volume",
            "count": 0,
            "status": "denied",
            "permission": "ec2:DescribeVolumes",
            "detail": f"AccessDenied: {NAMES[1]} is not authorized",
        },
    ]
    document = {
        "format": "cloudviz.inventory/1",
        "discovery": {
            "id": "00000000-0000-4000-8000-000000000001",
            "provider": "aws",
            "source": "aws:test",
            "started_at": "2026-11-24T08:00:00Z",
            "completed_at": "2026-11-24T08:01:00Z",
        },
        "resources": sorted([network, *machines], key=lambda item: str(item["id"])),
        "links": [],
        "coverage": coverage,
        "problems": [],
    }
    return json.dumps(document).encode()


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    with served("serve", "--database", f"sqlite:///{folder / 'c.sqlite3'}", folder=folder) as server:
        server.ask("POST", "/imports", files={"files": ("estate.json", hostile_inventory(), "application/json")})
        yield server


def overflows(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def unharmed(page: Page) -> None:
    assert page.evaluate("window.broken") is None
    assert page.locator("img, b").count() == 0
    assert not overflows(page)


@pytest.mark.parametrize("size", [(1440, 900), (390, 800)])
def test_hostile_names_stay_text_everywhere(
    hostile_server: Served, open_page: Open, size: tuple[int, int]
) -> None:
    page = open_page(hostile_server, "/map?max_nodes=0", tokens=hostile_server.admin(), size=size)
    shown = MapPage(page).ready()
    unharmed(page)
    for item in hostile_server.get("/resources", type="aws.ec2.instance")["items"]:
        shown.find(item["id"])
        expect(shown.panel.get_by_role("heading", level=2)).to_have_text(item["name"])
        for box in page.locator(".panel details").all():
            box.locator("summary").first.click()
        unharmed(page)
        panel = page.locator(".panel-body")
        assert panel.evaluate("element => element.scrollWidth <= element.clientWidth")
    page.goto(f"{hostile_server.base}/#/resources")
    expect(page.locator(".row-name", has_text="<script>").first).to_be_visible()
    unharmed(page)
    heights = page.locator("tr[aria-rowindex]").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert len(set(heights)) == 1


def test_blind_is_not_empty(hostile_server: Served, open_page: Open) -> None:
    page = open_page(hostile_server, "/map", tokens=hostile_server.admin())
    MapPage(page).ready()
    badge = page.get_by_role("button", name="1 gap in what could be seen")
    expect(badge).to_have_text("1 gap")
    expect(page.locator(".map-footer")).to_contain_text("1 gap")
    badge.click()
    panel = page.get_by_role("region", name="Coverage")
    expect(panel).to_contain_text("Blind is not empty")
    gap = panel.locator(".gap")
    for text in ("Denied", "aws.ec2.volume", "eu-west-1", "ec2:DescribeVolumes", "AccessDenied"):
        expect(gap).to_contain_text(text)
    expect(panel).to_contain_text("111122223333")
    unharmed(page)


def test_a_complete_look_says_so(demo_server: Served, open_page: Open) -> None:
    report = demo_server.get("/visualization/map/coverage")
    page = open_page(demo_server, "/map?panel=coverage", tokens=demo_server.admin())
    panel = page.get_by_role("region", name="Coverage")
    expect(panel).to_contain_text(
        "Blind is not empty" if report["gaps"] else "All that was asked for could be seen."
    )


def test_a_refused_filter_is_told_with_its_hint_and_can_be_cleared(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map?filter=colour%3Dred", tokens=demo_server.admin(), refusals=True)
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("colour=red")
    expect(notice).to_contain_text("provider=")
    notice.get_by_role("button", name="Clear the filter").click()
    MapPage(page).ready()
    expect(notice).to_have_count(0)


def test_a_filter_that_fits_nothing_says_so(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map?filter=name%3Dnosuchthing", tokens=demo_server.admin(), refusals=True)
    expect(page.get_by_role("heading", name="No resource matches")).to_be_visible()
    page.locator(".map-notice").get_by_role("button", name="Clear the filter").click()
    MapPage(page).ready()


def test_without_an_answer_one_can_try_again(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/resources", tokens=demo_server.admin(), refusals=True)
    expect(page.locator(".row-name").first).to_be_visible()

    def cut(route: Route) -> None:
        route.abort("connectionrefused")

    page.route("**/visualization/map/atlas*", cut)
    page.get_by_role("link", name="Map", exact=True).click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("CloudViz does not answer")
    page.unroute("**/visualization/map/atlas*", cut)
    notice.get_by_role("button", name="Try again").click()
    MapPage(page).ready()


def test_a_resource_that_is_gone_and_a_page_that_never_was(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map?select=arn%3Aaws%3Anone", tokens=demo_server.admin(), refusals=True)
    expect(page.locator(".panel").get_by_role("alert")).to_contain_text("there is no resource")
    page.goto(f"{demo_server.base}/#/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to the map").click()
    MapPage(page).ready()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "place",
    [
        "/sign-in",
        "/map",
        "/map?panel=coverage",
        "/map?panel=filters&layer=state",
        "/map?panel=outline",
        "/resources",
        "/scans",
        "/automation/schedules",
        "/automation/webhooks",
        "/keys",
        "/admin/people",
        "/admin/audit",
        "/admin/credentials",
        "/admin/settings",
        "/admin/installation",
    ],
)
def test_no_barrier_is_found(hostile_server: Served, open_page: Open, place: str, scheme: str) -> None:
    assert AXE.is_file(), "axe-core is missing: run `make web`"
    tokens = None if place == "/sign-in" else hostile_server.admin()
    page = open_page(hostile_server, place, tokens=tokens, color_scheme=scheme)
    ready = {"/sign-in": ".sign-in-card", "/resources": ".row-name", "/scans": ".list-table"}.get(
        place,
        ".map-stage[data-nodes]:not([aria-busy])"
        if place.startswith("/map")
        else ".page :is(.list-table, .notice, dl)",
    )
    expect(page.locator(ready).first).to_be_attached()
    if "coverage" in place:
        expect(page.locator(".gap")).to_be_visible()
    assert violations(page) == []


def test_details_and_options_have_no_barrier(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map", tokens=demo_server.admin())
    shown = MapPage(page).ready()
    shown.find("web")
    expect(shown.panel.locator(".facts").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Picture options").click()
    expect(page.get_by_label("Layout")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("place", ["/map", "/resources"])
def test_a_phone_shows_all_of_it(demo_server: Served, open_page: Open, place: str) -> None:
    page = open_page(demo_server, place, tokens=demo_server.admin(), size=(390, 800), has_touch=True)
    ready = ".row-name" if place == "/resources" else ".map-stage[data-nodes]:not([aria-busy])"
    expect(page.locator(ready).first).to_be_attached()
    assert not overflows(page)
    for button in page.get_by_role("button").all():
        if button.is_visible():
            box = button.bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390.5


def test_a_phone_has_its_filters_and_all_of_the_map_above_them(demo_server: Served, open_page: Open) -> None:
    page = open_page(
        demo_server, "/map?panel=filters", tokens=demo_server.admin(), size=(390, 800), has_touch=True
    )
    MapPage(page).ready()
    expect(page.get_by_label("AWS", exact=False).first).to_be_visible()
    free = page.evaluate(
        """() => {
          const {camera, model, inset} = document.querySelector(".map-stage").engine, {world} = model;
          const from = camera.toScreen(world.minX, world.minY), to = camera.toScreen(world.maxX, world.maxY);
          return [from.x, from.y - inset.top, camera.width - to.x, camera.height - inset.bottom - to.y];
        }"""
    )
    assert min(free) >= 0
