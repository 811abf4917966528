"""Signing in by a certified OpenID Connect provider: npm's oidc-provider, which enforces PKCE."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from tests.api.serving import Server, assert_problem, serve, settings_with
from tests.fake_clouds.identity_provider import CLIENT, CLIENT_SECRET
from tests.unit.diagram import node_judge

CALLBACK = "http://cloudviz.test/auth/oauth/corp/callback"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    node_judge.required()
    folder = node_judge.installed("oidc_provider", Path(__file__).parents[1] / "fake_clouds")
    process = subprocess.Popen(
        ["node", "judge.mjs", CALLBACK],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "NODE_ENV": "test"},
    )
    assert process.stdin is not None and process.stdout is not None
    yield next(line.strip() for line in process.stdout if line.startswith("http://"))
    process.stdin.close()
    process.wait(timeout=20)


async def through(address: str) -> str:
    """What a browser does at the provider, until it is led back to us."""
    async with httpx.AsyncClient() as browser:
        for _ in range(8):
            reply = await browser.get(address)
            assert reply.is_redirect, reply.text[:500]
            address = str(reply.next_request.url if reply.next_request else "")
            if address.startswith(CALLBACK):
                return address
    raise AssertionError(f"led to {address}")


def provider_settings(issuer: str) -> dict[str, object]:
    return {
        "issuer": issuer,
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "scopes": ["openid", "email", "profile", "groups"],
        "group_roles": {"cloud-team": "operator"},
    }


async def test_the_whole_way_by_a_certified_provider(database_url: str, tmp_path: Path, issuer: str) -> None:
    settings = settings_with(
        database_url,
        tmp_path,
        server={"public_url": "http://cloudviz.test"},
        oidc={"providers": {"corp": provider_settings(issuer)}},
    )
    async for server in serve(settings):
        for _ in range(2):
            begun = await server.client.get("/auth/oauth/corp/login")
            place = await through(begun.headers["location"])
            assert parse_qs(urlsplit(place).query)["iss"] == [issuer]
            back = await server.client.get(place)
            assert back.status_code == 303, back.text
            code = back.headers["location"].partition("#/sign-in?code=")[2]
            grant = (await server.client.post("/auth/exchange", json={"code": code})).json()
            headers = {"Authorization": f"Bearer {grant['access_token']}"}
            me = (await server.client.get("/auth/me", headers=headers)).json()
            assert (me["username"], me["email"], me["roles"]) == ("ada", "ada@example.org", ["operator"])
        assert await server.store.people.count() == 1
        await the_provider_holds_us_to_pkce(server)


async def the_provider_holds_us_to_pkce(server: Server) -> None:
    """A stolen code is of no use with the verifier of another sign-in: the provider itself says no."""
    victim = await server.client.get("/auth/oauth/corp/login")
    stolen = parse_qs(urlsplit(await through(victim.headers["location"])).query)["code"][0]
    thief = await server.client.get("/auth/oauth/corp/login")
    place = urlsplit(await through(thief.headers["location"]))
    query = urlencode({**dict(parse_qsl(place.query)), "code": stolen})
    reply = await server.client.get(f"{place.path}?{query}")
    assert_problem(reply, 401, "unauthenticated")
    reason = (await server.store.audit.page(action="identity.refused")).items[0].detail["reason"]
    assert "invalid_grant" in str(reason)
