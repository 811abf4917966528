"""Joining an account that is here to an identity of a provider: what works, and who may not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from tests.api.serving import PASSWORD, Server, assert_problem
from tests.api.test_identity_providers import come_back, reasons, serving, signed_in
from tests.fake_clouds.identity_provider import LyingProvider

from cloudviz.access.identities import FRESH
from cloudviz.runtime import clock
from cloudviz.store import tables

ADA = {"provider": "corp", "subject": "ada-1"}


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    made = LyingProvider()
    yield made
    made.stop()


@pytest.fixture
async def server(database_url: str, tmp_path: Path, provider: LyingProvider) -> AsyncIterator[Server]:
    async for each in serving(database_url, tmp_path, provider):
        yield each


@pytest.fixture
async def light(sqlite_url: str, tmp_path: Path, provider: LyingProvider) -> AsyncIterator[Server]:
    async for each in serving(sqlite_url, tmp_path, provider):
        yield each


async def link(server: Server, user_id: int, asked: dict[str, Any], **headers: str) -> httpx.Response:
    headers = headers or await server.headers("admin")
    return await server.client.post(f"/admin/users/{user_id}/identities", json=asked, headers=headers)


async def identities(server: Server, user_id: int) -> list[dict[str, Any]]:
    reply = await server.client.get(f"/admin/users/{user_id}/identities", headers=await server.headers("admin"))
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def test_a_linked_account_is_signed_in_to_until_it_is_unlinked(
    server: Server, provider: LyingProvider
) -> None:
    ada = await server.person("operator")
    made = await link(server, ada.id, ADA)
    assert made.status_code == 201, made.text
    assert await identities(server, ada.id) == [made.json()]
    assert (made.json()["issuer"], made.json()["subject"]) == (provider.url, "ada-1")
    me = await signed_in(server)
    assert (me["id"], me["username"], me["roles"]) == (ada.id, "operator", ["operator"])

    headers = await server.headers("operator")
    place = f"/admin/users/{ada.id}/identities/{made.json()['id']}"
    assert (await server.client.delete(place, headers=await server.headers("admin"))).status_code == 204
    assert (await server.client.get("/auth/me", headers=headers)).status_code == 401
    assert (await signed_in(server))["id"] != ada.id
    assert_problem(await server.client.delete(place, headers=await server.headers("admin")), 404, "not_found")
    for action in ("identity.linked", "identity.unlinked"):
        (entry,) = (await server.store.audit.page(action=action)).items
        assert (entry.actor, entry.target, entry.detail["subject"]) == ("admin", "operator", "ada-1")


async def test_the_roles_of_a_linked_account_follow_its_groups(
    sqlite_url: str, tmp_path: Path, provider: LyingProvider
) -> None:
    async for server in serving(sqlite_url, tmp_path, provider, group_roles={"cloud-team": "viewer"}):
        ada = await server.person("operator")
        assert (await link(server, ada.id, ADA)).status_code == 201
        provider.person["groups"] = ["cloud-team"]
        assert (await signed_in(server))["roles"] == ["viewer"]


async def test_nobody_links_without_having_just_signed_in(light: Server) -> None:
    """An administrator's token that was stolen, or a session left open, leaves no door for later."""
    admin = await light.person("admin")
    grant = await light.client.post("/auth/login", json={"username": "admin", "password": PASSWORD})
    old = {"Authorization": f"Bearer {grant.json()['access_token']}"}
    key = await light.client.post("/auth/api-keys", json={"name": "nightly", "roles": ["admin"]}, headers=old)
    long_ago = clock.now() - FRESH - timedelta(seconds=1)
    async with light.store._database.writing() as connection:
        await connection.execute(update(tables.sessions).values(created_at=long_ago))
    renewed = await light.client.post("/auth/refresh", json={"refresh_token": grant.json()["refresh_token"]})
    tokens = [old["Authorization"], f"Bearer {renewed.json()['access_token']}", f"Bearer {key.json()['key']}"]
    for authorization in tokens:  # a session that is old, the same refreshed, a key
        assert_problem(await link(light, admin.id, ADA, Authorization=authorization), 403, "forbidden")
    noted = (await light.store.audit.page(action="access.denied")).items
    assert [each.detail["needed"] for each in noted] == ["a sign-in of just now"] * len(tokens)
    assert await light.store.people.identities(admin.id) == []

    grant = await light.client.post("/auth/login", json={"username": "admin", "password": PASSWORD})
    fresh = f"Bearer {grant.json()['access_token']}"
    assert (await link(light, admin.id, ADA, Authorization=fresh)).status_code == 201


async def test_nobody_links_their_own_account(light: Server) -> None:
    for role in ("viewer", "operator"):
        me = await light.person(role)
        assert_problem(await link(light, me.id, ADA, **await light.headers(role)), 403, "forbidden")
        assert await light.store.people.identities(me.id) == []


async def test_an_identity_is_taken_from_nobody(light: Server, provider: LyingProvider) -> None:
    guest = await signed_in(light)
    admin = await light.person("admin")
    assert_problem(await link(light, admin.id, ADA), 409, "conflict")
    assert (await signed_in(light))["id"] == guest["id"]


async def test_an_address_links_nobody(light: Server, provider: LyingProvider) -> None:
    """Not the address of an account that is linked, and not a subject that reads like one."""
    admin = await light.person("admin")
    assert (await link(light, admin.id, {"provider": "corp", "subject": admin.email})).status_code == 201
    provider.person |= {"email": admin.email, "email_verified": True, "preferred_username": admin.username}
    me = await signed_in(light)
    assert me["id"] != admin.id and me["roles"] == ["viewer"]
    provider.person["sub"] = admin.email.upper()
    assert (await signed_in(light))["id"] != admin.id


async def test_a_linked_account_that_is_disabled_stays_outside(light: Server, provider: LyingProvider) -> None:
    ada = await light.person("operator")
    await link(light, ada.id, ADA)
    await light.store.people.set_disabled(ada.id, True)
    assert_problem(await come_back(light), 401, "unauthenticated")
    assert await reasons(light) == ["operator is disabled"]


UNACCEPTABLE: list[tuple[dict[str, str], int]] = [
    ({"provider": "other"}, 404),
    ({"tenant": "7b1d9c2e-0000-4000-8000-000000000001"}, 422),
    ({"subject": ""}, 422),
    ({"subject": " ada-1"}, 422),
    ({"subject": "ada\x00"}, 422),
    ({"subject": "x" * 256}, 422),
    ({"email": "ada@example.org"}, 422),
]


async def test_what_can_t_be_linked_is_told(light: Server) -> None:
    ada = await light.person("operator")
    for change, status in UNACCEPTABLE:
        reply = await link(light, ada.id, ADA | change)
        assert reply.status_code == status, reply.text
        assert reply.json()["hint"]
    assert await light.store.people.identities(ada.id) == []
