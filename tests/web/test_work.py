"""What people do in the browser beside looking: scan, import, compare, keep views and keys, administer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import Page, expect
from tests.web.conftest import Open
from tests.web.map_page import MapPage, eventually
from tests.web.serving import Served, served

pytestmark = pytest.mark.browser

SHOP = Path(__file__).parents[2] / "examples" / "shop.tfstate"


@pytest.fixture(scope="module")
def work_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose AWS is moto, with nothing in its inventory at first."""
    folder = tmp_path_factory.mktemp("work")
    moto = ThreadedMotoServer(port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    cloud = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    try:
        database = f"sqlite:///{folder / 'c.sqlite3'}"
        with served("serve", "--database", database, folder=folder, environment=cloud) as server:
            yield server
    finally:
        moto.stop()


def test_a_viewer_is_shown_and_asks_for_nothing_that_is_not_theirs(work_server: Served, open_page: Open) -> None:
    tokens = work_server.add_person("vera", "viewer")
    page = open_page(work_server, "/scans", tokens=tokens, refusals=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    expect(page.get_by_text("Nothing has been scanned or imported yet.")).to_be_visible()
    expect(page.get_by_role("link", name="vera")).to_be_visible()
    for hidden in ("Start a scan", "Import files"):
        expect(page.get_by_role("heading", name=hidden)).to_have_count(0)
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    for tab in ("people", "audit", "credentials", "settings", "installation"):
        page.goto(f"{work_server.base}/#/admin/{tab}")
        expect(page.get_by_role("heading", name="This page is for administrators")).to_be_visible()
        expect(page.get_by_role("table")).to_have_count(0)
    for tab in ("schedules", "webhooks"):
        page.goto(f"{work_server.base}/#/automation/{tab}")
        expect(page.get_by_role("heading", name="This page is for operators")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_count(0)
    page.goto(f"{work_server.base}/#/keys")
    expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    page.goto(f"{work_server.base}/#/map?panel=import")
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(0)
    expect(page.get_by_role("link", name="Scan a cloud or import files")).to_be_hidden()
    theirs = ("/admin", "/webhooks", "/schedules")
    assert not [each for each in asked if not each.startswith("GET") or any(word in each for word in theirs)]


def test_a_scan_is_started_followed_and_shown(work_server: Served, open_page: Open) -> None:
    page = open_page(work_server, "/scans", tokens=work_server.add_person("otto", "operator"))
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    page.get_by_label("Cloud", exact=True).select_option("azure")
    page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Give at least one subscription.")
    page.get_by_label("Cloud", exact=True).select_option("aws")
    page.get_by_label("Regions", exact=True).fill("eu-west-1")
    page.get_by_label("Resource types", exact=True).fill("aws.ec2.vpc, aws.ec2.subnet")
    page.get_by_role("button", name="Scan", exact=True).click()
    card = page.locator(".running-scan")
    expect(card).to_contain_text("AWS")
    expect(card.get_by_role("status")).to_have_text("Completed", timeout=60_000)
    expect(card).to_contain_text("Coverage of this scan: complete")
    expect(page.get_by_role("table")).to_contain_text("Completed")
    card.get_by_role("link", name="Show the map").click()
    shown = MapPage(page).ready()
    expect(shown.footer).to_contain_text("resources shown as")


def test_progress_comes_by_events_and_by_asking_where_none_come_through(
    work_server: Served, open_page: Open
) -> None:
    for streams in (True, False):
        page = open_page(work_server, "/scans", tokens=work_server.admin(), refusals=True)
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        if not streams:  # as a proxy does that holds answers back until they are complete
            page.route(
                "**/jobs/*/events", lambda route: route.fulfill(status=200, body="", content_type="text/html")
            )
        page.get_by_label("Regions", exact=True).fill("eu-west-1")
        page.get_by_label("Resource types", exact=True).fill("aws.ec2.vpc, aws.ec2.subnet")
        page.get_by_role("button", name="Scan", exact=True).click()
        expect(page.locator(".running-scan").get_by_role("status")).to_have_text("Completed", timeout=60_000)
        questions = [url for url in asked if re.search(r"/jobs/[^/]+$", url)]
        assert [url for url in asked if url.endswith("/events")]
        assert len(questions) == 1 if streams else len(questions) > 1


def test_a_file_is_imported_by_choosing_it_and_a_bad_one_is_refused(
    work_server: Served, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(work_server, "/scans", tokens=work_server.admin(), refusals=True)
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    page.locator("#import-files").set_input_files(bad)
    expect(page.locator(".drop-zone").get_by_role("alert")).to_contain_text("The files could not be imported")
    page.locator("#import-files").set_input_files(SHOP)
    expect(page.locator(".drop-zone")).to_contain_text(re.compile(r"Imported \d+ resources and \d+ links"))
    expect(page.get_by_role("table")).to_contain_text("shop.tfstate")


def test_a_file_dropped_on_the_map_is_imported_and_drawn(work_server: Served, open_page: Open) -> None:
    work_server.ask("POST", "/imports", files={"files": ("shop.tfstate", SHOP.read_bytes(), "application/json")})
    page = open_page(work_server, "/map", tokens=work_server.admin(), refusals=True)
    shown = MapPage(page).ready()
    before = shown.shown()
    state = json.loads(SHOP.read_text())
    state["lineage"] = "another"
    text = json.dumps(state).replace("eu-west-1", "eu-north-1").replace("eu-central-1", "eu-north-1")
    drop(
        page, "other.tfstate", text.replace("i-0", "i-9").replace("vpc-0", "vpc-9").replace("subnet-0", "subnet-9")
    )
    expect(page.locator(".side .panel")).to_contain_text("Imported")
    eventually(lambda: shown.ready().shown() > before, "the map with what was dropped")


def drop(page: Page, name: str, text: str) -> None:
    """Let a file fall on the map, as a hand does."""
    page.evaluate(
        """([name, text]) => {
          const data = new DataTransfer();
          data.items.add(new File([text], name, {type: 'application/json'}));
          const stage = document.querySelector('.map-surface');
          for (const type of ['dragenter', 'dragover', 'drop']) {
            stage.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}));
          }
        }""",
        [name, text],
    )


def test_two_moments_are_compared_on_the_map_and_as_a_list(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map", tokens=demo_server.admin())
    shown = MapPage(page).ready()
    compare = page.get_by_label("Compare with")
    since = compare.locator("option").nth(1).get_attribute("value")
    assert since
    compare.select_option(since)
    expected = demo_server.get("/visualization/diff", a=since, b="2100-01-01T00:00:00Z")
    sizes = {name: len(expected[name]) for name in ("added", "changed", "removed")}
    assert all(sizes.values())
    outcome = page.get_by_role("button", name=re.compile(r"\+\d+ added"))
    expect(outcome).to_have_text(
        f"+{sizes['added']} added, ~{sizes['changed']} changed, −{sizes['removed']} removed"
    )
    eventually(lambda: {"added", "removed", "changed"} <= set(shown.page.evaluate(_MARKS)), "marks on the map")
    outcome.click()
    panel = page.get_by_role("region", name="What changed")
    for name in ("Added", "Removed", "Changed"):
        expect(panel).to_contain_text(f"{name} ({sizes[name.lower()]})")
    change = expected["changed"][0]
    for field in change["fields"][:3]:
        expect(
            panel.locator(".change-table").get_by_role("rowheader", name=field, exact=True).first
        ).to_be_visible()


def test_the_past_is_shown_with_what_stayed_in_its_place(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map", tokens=demo_server.admin())
    shown = MapPage(page).ready()
    now = shown.page.evaluate(_PLACES)
    page.get_by_role("button", name="Earlier moment").click()
    expect(page.locator(".time-said")).to_contain_text("As of")
    eventually(lambda: "at=" in shown.address(), "the moment in the address")
    eventually(lambda: shown.ready().page.evaluate(_PLACES) != now, "the earlier map")
    then = shown.page.evaluate(_PLACES)
    both = now.keys() & then.keys()
    stayed = [id for id in both if now[id] == then[id]]
    assert len(stayed) > 0.9 * len(both) > 50


_MARKS = "() => document.querySelector('.map-stage').engine.model.nodes.map(node => node.change)"
_PLACES = """() => Object.fromEntries(document.querySelector('.map-stage').engine.model.nodes
  .filter(node => !node.container).map(node => [node.id, `${node.x},${node.y}`]))"""


def test_filters_layers_and_saved_views(demo_server: Served, open_page: Open) -> None:
    page = open_page(demo_server, "/map", tokens=demo_server.admin())
    shown = MapPage(page).ready()
    facets = demo_server.get("/resources/facets")
    page.get_by_role("button", name="Filters", exact=True).click()
    panel = page.get_by_role("region", name="Filter the map")
    google = panel.get_by_role("checkbox", name=re.compile("^Google Cloud "))
    expect(panel).to_contain_text(str(facets["provider"]["gcp"]))
    google.check()
    expected = demo_server.get("/visualization/map/scene", filter="provider=gcp", max_nodes=0)
    eventually(lambda: shown.ready().shown() == len(expected["nodes"]), "Google Cloud alone")
    # The other clouds stay on offer.
    expect(panel.get_by_role("checkbox", name=re.compile("^Azure "))).to_be_visible()

    page.get_by_role("button", name="Layers").click()
    page.get_by_role("radio", name="Cost a month").check()
    expect(page.locator(".legend")).to_contain_text("Cost a month")
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Name of this view").fill("Google, by cost")
    page.get_by_role("button", name="Save this view").click()
    expect(page.get_by_role("button", name="Google, by cost", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{demo_server.base}/#/map")
    eventually(lambda: shown.ready().shown() > len(expected["nodes"]), "everything")
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("button", name="Google, by cost", exact=True).click()
    eventually(lambda: shown.ready().shown() == len(expected["nodes"]), "the saved view")
    expect(page.locator(".legend")).to_contain_text("Cost a month")

    # It is there in another browser too, and only for who saved it.
    other = open_page(demo_server, "/map", tokens=demo_server.admin())
    MapPage(other).ready()
    other.get_by_role("button", name="Saved views").click()
    expect(other.get_by_role("button", name="Google, by cost", exact=True)).to_be_visible()
    stranger = open_page(demo_server, "/map", tokens=demo_server.add_person("sven", "viewer"))
    MapPage(stranger).ready()
    stranger.get_by_role("button", name="Saved views").click()
    expect(stranger.get_by_text("You have saved no view yet.")).to_be_visible()
    other.get_by_role("button", name="Remove the view Google, by cost").click()
    expect(other.get_by_text("You have saved no view yet.")).to_be_visible()


def test_a_resource_has_its_history_and_a_way_to_the_console(demo_server: Served, open_page: Open) -> None:
    instance = demo_server.get("/resources", type="aws.ec2.instance", limit=1)["items"][0]
    page = open_page(demo_server, f"/map?select={instance['id']}", tokens=demo_server.admin())
    shown = MapPage(page).ready()
    console = shown.panel.get_by_role("link", name="Open in the console")
    expect(console).to_have_attribute("href", re.compile(r"^https://console\.aws\.amazon\.com/"))
    expect(console).to_have_attribute("rel", "noopener noreferrer")
    shown.panel.get_by_role("button", name="Load the history").click()
    expect(shown.panel.locator(".history-list li").last).to_contain_text("First seen")


def test_keys_are_made_once_shown_and_revoked(work_server: Served, open_page: Open) -> None:
    page = open_page(work_server, "/keys", tokens=work_server.admin())
    page.get_by_label("What will use it").fill("nightly pictures")
    page.get_by_role("button", name="Make a key").click()
    key = page.locator(".made-key code").inner_text()
    assert key.startswith("cv_live_")
    row = page.get_by_role("row", name=re.compile("nightly pictures"))
    expect(row).to_contain_text(key[:12])
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(row).to_contain_text("Revoked")
    page.goto(f"{work_server.base}/#/map")
    page.goto(f"{work_server.base}/#/keys")
    expect(row).to_be_visible()
    expect(page.get_by_text(key)).to_have_count(0)


def test_people_and_the_audit_are_looked_after(work_server: Served, open_page: Open) -> None:
    page = open_page(work_server, "/admin/people", tokens=work_server.admin(), refusals=True)
    page.get_by_label("Username").fill("paula")
    page.get_by_label("E-mail address").fill("paula@example.org")
    page.get_by_label("First password").fill("short")
    page.get_by_role("button", name="Add a person").click()
    expect(page.get_by_role("alert")).to_contain_text("password")
    page.get_by_label("First password").fill("a long enough passphrase")
    page.get_by_role("button", name="Add a person").click()
    row = page.get_by_role("row", name=re.compile("paula"))
    expect(row).to_contain_text("active")
    page.get_by_label("Role of paula").select_option("operator")
    expect(page.locator(".toast")).to_contain_text("paula was changed")
    row.get_by_role("button", name="Shut out").click()
    expect(row).to_contain_text("shut out")
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("table")).to_contain_text("paula")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.locator(".verdict")).to_contain_text("as it was written")
    page.get_by_role("link", name="Settings").click()
    row = page.get_by_role("row", name=re.compile(r"^server\.port "))
    expect(row).to_contain_text("flag")
    page.get_by_label("Find a setting").fill("signs tokens")
    secret = page.get_by_role("row", name=re.compile(r"^auth\.secret "))
    expect(secret).to_be_visible()
    expect(row).to_have_count(0)
    page.get_by_label("Find a setting").fill("nothing is called so")
    expect(page.get_by_role("heading", name="No setting matches.")).to_be_visible()
    page.get_by_role("link", name="Installation").click()
    expect(page.locator(".facts")).to_contain_text("Database")


def test_the_script_of_the_first_load_is_small() -> None:
    import gzip

    bundle = Path(__file__).parents[2] / "src" / "cloudviz" / "api" / "bundle" / "assets"
    sizes: dict[str, Any] = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in bundle.glob("*.js")}
    print(f"first load: {sizes} bytes of compressed script")
    assert 0 < sum(sizes.values()) < 300_000


def test_a_schedule_is_made_paused_and_deleted(work_server: Served, open_page: Open) -> None:
    page = open_page(work_server, "/automation/schedules", tokens=work_server.admin(), refusals=True)
    page.get_by_label("Name", exact=True).fill("nightly")
    page.get_by_label("When (cron)").fill("no time at all")
    page.get_by_role("button", name="Make a schedule").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("When (cron)").fill("30 2 * * *")
    page.get_by_role("button", name="Make a schedule").click()
    row = page.get_by_role("row", name=re.compile("nightly"))
    expect(row).to_contain_text("Scan a cloud aws")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("paused")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_role("heading", name="Nothing is scheduled.")).to_be_visible()


def test_a_webhook_that_may_not_be_asked_is_refused(work_server: Served, open_page: Open) -> None:
    page = open_page(work_server, "/automation/webhooks", tokens=work_server.admin(), refusals=True)
    page.get_by_label("Address", exact=True).fill("https://169.254.169.254/latest")
    page.get_by_label("something changed").check()
    page.get_by_role("button", name="Register a webhook").click()
    expect(page.get_by_role("alert")).to_contain_text("may not be asked")
    expect(page.get_by_role("heading", name="Nobody is told of anything.")).to_be_visible()
