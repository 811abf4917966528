"""Signing in by link and by password, staying signed in, signing out."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.fake_clouds.identity_provider import CLIENT, CLIENT_SECRET, LyingProvider
from tests.web.conftest import Open
from tests.web.map_page import MapPage, eventually
from tests.web.serving import PASSWORD, Served, served

pytestmark = pytest.mark.browser


def kept(page: Page) -> dict[str, str]:
    return dict(json.loads(page.evaluate("sessionStorage.getItem('cloudviz.session') ?? '{}'")))


def test_a_link_signs_in_once_and_leaves_no_code_behind(empty_server: Served, open_page: Open) -> None:
    page = open_page(empty_server, empty_server.link, refusals=True)
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    expect(page.get_by_text("cloudviz import terraform.tfstate")).to_be_visible()
    assert "code" not in page.url
    assert page.evaluate("localStorage.length") == 0 and page.context.cookies() == []
    token = kept(page)["access"]
    assert (
        httpx.get(f"{empty_server.base}/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    )

    again = open_page(empty_server, empty_server.link, refusals=True)
    expect(again.get_by_role("alert")).to_contain_text("The sign-in link did not work")
    expect(again.get_by_label("Password")).to_be_visible()
    assert kept(again) == {}


def test_a_wrong_password_is_told_a_right_one_signs_in_and_out(demo_server: Served, open_page: Open) -> None:
    demo_server.add_person("vera", "viewer")
    page = open_page(demo_server, "/resources?q=web", refusals=True)
    page.get_by_label("Username").fill("vera")
    page.get_by_label("Password").fill("not this")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    expect(page.get_by_label("Password")).to_have_value("")

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    # Back to what was asked for at first.
    expect(page.get_by_role("heading", name="Resources")).to_be_visible()
    assert "q=web" in page.url
    expect(page.locator(".who")).to_have_text("vera")

    token = kept(page)["access"]
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert kept(page) == {}
    asked = {"Authorization": f"Bearer {token}"}
    eventually(
        lambda: httpx.get(f"{demo_server.base}/auth/me", headers=asked).status_code == 401,
        "the end of the session",
    )


def test_an_access_token_that_ran_out_is_renewed_unseen(demo_server: Served, open_page: Open) -> None:
    tokens = {**demo_server.add_person("rene", "viewer"), "access_token": "run.out.token"}
    page = open_page(demo_server, "/map", tokens=tokens, refusals=True)
    MapPage(page).ready()
    renewed = kept(page)
    assert renewed["access"] != "run.out.token" and renewed["refresh"] != tokens["refresh_token"]


def test_a_session_that_ended_asks_to_sign_in_and_leads_back(demo_server: Served, open_page: Open) -> None:
    demo_server.add_person("edda", "viewer")
    over = {"access_token": "run.out.token", "refresh_token": "over"}
    page = open_page(demo_server, "/resources?provider=gcp", tokens=over, refusals=True)
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    page.get_by_label("Username").fill("edda")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Google Cloud")).to_be_checked()


def test_a_hostile_way_back_leads_to_the_map_and_nowhere_else(demo_server: Served, open_page: Open) -> None:
    demo_server.add_person("hans", "viewer")
    page = open_page(demo_server, "/sign-in?next=https%3A%2F%2Fexample.org%2F")
    page.get_by_label("Username").fill("hans")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    MapPage(page).ready()
    assert page.url.startswith(f"{demo_server.base}/#/map")


def test_the_whole_way_by_an_identity_provider(tmp_path: Path, browser: Browser) -> None:
    provider = LyingProvider(person={"sub": "ada-1", "preferred_username": "ada"})
    (tmp_path / "cloudviz.toml").write_text(
        f"""[oidc.providers.corp]
title = "Example <b>Corp</b>"
issuer = "{provider.url}"
client_id = "{CLIENT}"
client_secret = "{CLIENT_SECRET}"
"""
    )
    try:
        with served("serve", "--database", f"sqlite:///{tmp_path / 'c.sqlite3'}", folder=tmp_path) as server:
            # Not by open_page: this page leads to another host, and must.
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{server.base}/#/sign-in")
            page.get_by_role("link", name="Sign in with Example <b>Corp</b>").click()
            expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
            assert "code" not in page.url and page.context.cookies() == []
            token = kept(page)["access"]
            me = httpx.get(f"{server.base}/auth/me", headers={"Authorization": f"Bearer {token}"}).json()
            assert (me["username"], me["roles"]) == ("ada", ["viewer"])

            provider.answer = lambda query: query | {"state": "of somebody else"}
            again = browser.new_context().new_page()
            again.goto(f"{server.base}/#/sign-in")
            again.get_by_role("link", name="Sign in with Example <b>Corp</b>").click()
            expect(again.get_by_role("alert")).to_contain_text("did not succeed")
            context.close()
            again.context.close()
    finally:
        provider.stop()
