"""A real Chromium against real servers.

The browser is started anew for each file: Playwright's synchronous interface keeps an event loop in this thread,
which the async tests of other files could not live beside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.conftest import chromium
from tests.web.serving import Served, served

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Once in a profile, so that whoever signs out stays signed out.
_SIGN_IN = """if (!sessionStorage.getItem('signed-in-by-test')) {
  sessionStorage.setItem('signed-in-by-test', 'yes');
  sessionStorage.setItem('cloudviz.session', %s);
}"""

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``cloudviz demo``: three clouds, some 400 resources. Tests only read from it."""
    with served("demo", "--no-browser", folder=tmp_path_factory.mktemp("demo")) as server:
        server.admin()
        yield server


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Served]:
    """``cloudviz serve`` on a database with nothing in it; its link has not been used."""
    with served("serve", "--database", f"sqlite:///{tmp_path / 'c.sqlite3'}", folder=tmp_path) as server:
        yield server


class Visit:
    """What went wrong in a page while a test looked at it; checked when the test is over."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.expected_failures = False

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog: {dialog.message}"))
        page.on("console", lambda message: self._heard(message.type, message.text, message.location["url"]))
        page.on("request", lambda request: self._asked(request.url))

    def _heard(self, kind: str, text: str, url: str) -> None:
        # The browser itself reports each answer of 400 and above; tests of refusals expect those.
        if kind == "error" and not (self.expected_failures and text.startswith("Failed to load resource")):
            self.errors.append(f"{text} {url}")

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.base}/", "blob:", "data:")):
            self.strangers.append(url)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """``open_page(server, "/map", tokens=…)``: a page of a new profile, signed in when there are tokens.

    When the test is over, no page may have thrown, violated its content policy or asked another host.
    """
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_one(
        server: Served,
        place: str = "/map",
        *,
        tokens: dict[str, str] | None = None,
        size: tuple[int, int] = (1440, 900),
        refusals: bool = False,
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", accept_downloads=True, **more
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        visit = Visit(server.base)
        visit.expected_failures = refusals
        visit.watch(page)
        visits.append(visit)
        if tokens is not None:
            kept = json.dumps({"access": tokens["access_token"], "refresh": tokens["refresh_token"]})
            page.add_init_script(_SIGN_IN % json.dumps(kept))
        page.goto(f"{server.base}/#{place}" if place.startswith("/") else place)
        return page

    yield open_one
    for context in contexts:
        context.close()
    for visit in visits:
        assert visit.errors == []
        assert visit.strangers == []
