"""The security headers as a browser sees them: nothing of ours violates the policy, and the policy bites."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page
from tests.web.serving import Served

pytestmark = pytest.mark.browser

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


FORBIDDEN = """() => {
  const script = document.createElement("script");
  script.textContent = "1";
  document.body.append(script);
}"""


def violations(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.violations")
    return found


def test_no_page_violates_the_policy(browser: Browser, demo_server: Served) -> None:
    page = browser.new_page()
    page.add_init_script(WATCH)
    tokens = demo_server.admin()
    kept = json.dumps({"access": tokens["access_token"], "refresh": tokens["refresh_token"]})
    page.add_init_script(f"sessionStorage.setItem('cloudviz.session', {json.dumps(kept)});")
    for place in ("#/map", "#/resources", "#/sign-in", "docs"):
        page.goto(f"{demo_server.base}/{place}")
        page.reload()
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], place
    # The same ears hear what the policy forbids: else the lists above would be empty for another reason.
    page.evaluate(FORBIDDEN)
    page.wait_for_function("window.violations.length > 0")
    assert violations(page)[0].startswith("script-src")
    page.close()
