"""Signing in, staying signed in, signing out, as a client meets it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.api.serving import PASSWORD, Server, assert_problem, serve, settings_with


async def sign_in(server: Server, role: str = "viewer") -> dict[str, str]:
    await server.person(role)
    reply = await server.client.post("/auth/login", json={"username": role, "password": PASSWORD})
    assert reply.status_code == 200, reply.text
    grant: dict[str, str] = reply.json()
    return grant


def bearer(grant: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {grant['access_token']}"}


async def test_the_right_password_signs_in(server: Server) -> None:
    grant = await sign_in(server, "operator")
    assert grant.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (grant["token_type"], grant["expires_in"]) == ("bearer", 900)
    me = await server.client.get("/auth/me", headers=bearer(grant))
    assert me.json()["username"] == "operator"
    assert me.json()["email"] == "operator@example.org"
    assert me.json()["roles"] == ["operator"]


async def test_wrong_password_and_unknown_name_get_the_same_answer(server: Server) -> None:
    await server.person("viewer")
    wrong = await server.client.post("/auth/login", json={"username": "viewer", "password": "wrong"})
    unknown = await server.client.post("/auth/login", json={"username": "nobody", "password": "wrong"})
    first, second = assert_problem(wrong, 401, "unauthenticated"), assert_problem(unknown, 401, "unauthenticated")
    for each in (first, second):
        del each["request_id"]
    assert first == second
    assert wrong.headers["www-authenticate"].startswith("Bearer")


async def test_guessing_is_slowed_and_says_for_how_long(server: Server) -> None:
    await server.person("viewer")
    for _ in range(6):
        reply = await server.client.post("/auth/login", json={"username": "viewer", "password": "wrong"})
        assert reply.status_code == 401
    slowed = await server.client.post("/auth/login", json={"username": "viewer", "password": PASSWORD})
    assert_problem(slowed, 429, "rate_limited")
    assert slowed.headers["retry-after"] == "1"


async def test_a_storm_of_refused_attempts_does_not_fill_the_audit(light_server: Server) -> None:
    await light_server.person("viewer")
    body = {"username": "viewer", "password": "wrong"}
    told = [(await light_server.client.post("/auth/login", json=body)).status_code for _ in range(30)]
    assert told.count(401) >= 6 and told.count(429) >= 20
    noted = (await light_server.store.audit.page(action="sign_in.slowed", limit=100)).items
    assert 1 <= len(noted) < told.count(429)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer not-a-token",
        "Basic dmlld2VyOnBhc3M=",
        "Bearer a.b.c",
        "bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.",
    ],
)
async def test_without_a_valid_token_nothing_is_served(light_server: Server, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = await light_server.client.get("/resources", headers=headers)
    assert_problem(reply, 401, "unauthenticated")
    assert reply.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_of_another_installation_is_refused(light_server: Server, tmp_path: Path) -> None:
    grant = await sign_in(light_server)
    other = settings_with(
        light_server.settings.database(), tmp_path, auth={"secret": "another secret of 32 characters!!"}
    )
    async for elsewhere in serve(other):
        assert_problem(await elsewhere.client.get("/auth/me", headers=bearer(grant)), 401, "unauthenticated")


async def test_the_lifetime_comes_from_the_settings(sqlite_url: str, tmp_path: Path) -> None:
    async for server in serve(settings_with(sqlite_url, tmp_path, auth={"access_minutes": 3})):
        assert (await sign_in(server))["expires_in"] == 180


async def test_a_refresh_token_works_once(server: Server) -> None:
    first = await sign_in(server)
    reply = await server.client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
    second = reply.json()
    assert reply.status_code == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert (await server.client.get("/auth/me", headers=bearer(second))).status_code == 200
    third = await server.client.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert third.status_code == 200


async def test_reuse_of_a_refresh_token_closes_the_session(server: Server) -> None:
    first = await sign_in(server)
    second = (await server.client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    again = await server.client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert_problem(again, 401, "unauthenticated")
    # Neither hand keeps anything: not the refresh token, not the access tokens.
    after = await server.client.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert_problem(after, 401, "unauthenticated")
    for grant in (first, second):
        assert_problem(await server.client.get("/auth/me", headers=bearer(grant)), 401, "unauthenticated")
    audit = await server.store.audit.page(action="refresh_token.reused")
    assert [entry.actor for entry in audit.items] == ["viewer"]


async def test_of_simultaneous_refreshes_one_wins_and_the_session_ends(server: Server) -> None:
    grant = await sign_in(server)
    body = {"refresh_token": grant["refresh_token"]}
    replies = await asyncio.gather(*(server.client.post("/auth/refresh", json=body) for _ in range(5)))
    assert sorted(reply.status_code for reply in replies).count(200) <= 1
    assert_problem(await server.client.get("/auth/me", headers=bearer(grant)), 401, "unauthenticated")


@pytest.mark.parametrize(
    "token", ["", "x", ".", "00000000-0000-0000-0000-000000000000.x", "00000000-0000-0000-0000-000000000000"]
)
async def test_what_is_no_refresh_token_is_refused(light_server: Server, token: str) -> None:
    reply = await light_server.client.post("/auth/refresh", json={"refresh_token": token})
    assert_problem(reply, 401, "unauthenticated")


async def test_an_access_token_is_no_refresh_token_and_the_other_way_round(light_server: Server) -> None:
    grant = await sign_in(light_server)
    swapped = await light_server.client.post("/auth/refresh", json={"refresh_token": grant["access_token"][:200]})
    assert_problem(swapped, 401, "unauthenticated")
    headers = {"Authorization": f"Bearer {grant['refresh_token']}"}
    assert_problem(await light_server.client.get("/auth/me", headers=headers), 401, "unauthenticated")


async def test_signing_out_ends_both_tokens_at_once(server: Server) -> None:
    grant, other = await sign_in(server), await sign_in(server)
    assert (await server.client.get("/auth/me", headers=bearer(grant))).status_code == 200
    reply = await server.client.post("/auth/logout", headers=bearer(grant))
    assert (reply.status_code, reply.content) == (204, b"")
    assert_problem(await server.client.get("/auth/me", headers=bearer(grant)), 401, "unauthenticated")
    refreshed = await server.client.post("/auth/refresh", json={"refresh_token": grant["refresh_token"]})
    assert_problem(refreshed, 401, "unauthenticated")
    assert (await server.client.get("/auth/me", headers=bearer(other))).status_code == 200


async def a_second_later(server: Server) -> None:
    """So long a session is trusted that was ended behind our back. Redis has a clock of its own."""
    house = server.app.state.house
    if house.redis is not None:
        await asyncio.sleep(1.05)
        return
    recognition = house.door.sign_in.recognition
    before = recognition._monotonic
    recognition._monotonic = lambda: before() + 1.01


async def test_a_session_closed_elsewhere_ends_within_a_second(server: Server) -> None:
    grant = await sign_in(server)
    assert (await server.client.get("/auth/me", headers=bearer(grant))).status_code == 200
    await server.store.people.revoke_session(grant["refresh_token"].partition(".")[0])  # as another process does
    await a_second_later(server)
    assert_problem(await server.client.get("/auth/me", headers=bearer(grant)), 401, "unauthenticated")


async def test_changed_roles_count_at_once_and_a_deleted_person_is_out(server: Server) -> None:
    grant = await sign_in(server, "operator")
    person = await server.person("operator")
    assert (await server.client.post("/imports", headers=bearer(grant))).status_code == 415
    await server.store.people.set_roles(person.id, ["viewer"])
    await a_second_later(server)
    assert_problem(await server.client.post("/imports", headers=bearer(grant)), 403, "forbidden")
    await server.store.people.delete(person.id)
    await a_second_later(server)
    assert_problem(await server.client.get("/auth/me", headers=bearer(grant)), 401, "unauthenticated")


async def test_a_code_signs_in_once(server: Server) -> None:
    admin = await server.app.state.house.door.admissions.first_admin()
    code = await server.app.state.house.door.sign_in.make_code(admin, by="tests")
    replies = await asyncio.gather(*(server.client.post("/auth/exchange", json={"code": code}) for _ in range(4)))
    won = [reply for reply in replies if reply.status_code == 200]
    assert len(won) == 1
    for reply in replies:
        if reply is not won[0]:
            assert_problem(reply, 401, "unauthenticated")
    me = await server.client.get("/auth/me", headers=bearer(won[0].json()))
    assert (me.json()["username"], me.json()["roles"]) == ("admin", ["admin"])
    assert_problem(await server.client.post("/auth/exchange", json={"code": code}), 401, "unauthenticated")


async def test_a_code_is_over_after_its_time_and_is_no_refresh_token(server: Server) -> None:
    from datetime import timedelta

    sign = server.app.state.house.door.sign_in
    person = await server.person("viewer")
    late = await sign.make_code(person, by="tests", lifetime=timedelta(seconds=-1))
    assert_problem(await server.client.post("/auth/exchange", json={"code": late}), 401, "unauthenticated")
    code = await sign.make_code(person, by="tests")
    assert_problem(await server.client.post("/auth/refresh", json={"refresh_token": code}), 401, "unauthenticated")
    grant = await sign_in(server)
    wrong = await server.client.post("/auth/exchange", json={"code": grant["refresh_token"]})
    assert_problem(wrong, 401, "unauthenticated")


async def test_the_first_administrator_is_made_once(server: Server) -> None:
    admissions = server.app.state.house.door.admissions
    first = await admissions.first_admin()
    assert (await admissions.first_admin()).id == first.id
    assert await server.store.people.count() == 1


async def test_no_secret_is_stored_or_audited(server: Server) -> None:
    grant = await sign_in(server)
    await server.client.post("/auth/login", json={"username": "viewer", "password": "hunter2 hunter2"})
    person = await server.person("viewer")
    session = await server.store.people.session(grant["refresh_token"].partition(".")[0])
    assert session is not None
    secret = grant["refresh_token"].partition(".")[2]
    assert secret not in session.refresh_hash
    assert person.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    lines = repr((await server.store.audit.page(limit=100)).items)
    for each in (PASSWORD, "hunter2", secret, grant["access_token"]):
        assert each not in lines
    assert "sign_in.succeeded" in lines and "sign_in.failed" in lines


async def test_an_old_hash_is_renewed_at_sign_in(server: Server) -> None:
    from argon2 import PasswordHasher

    person = await server.person("viewer")
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    await server.store.people.set_password_hash(person.id, old)
    await sign_in(server)
    assert "m=19456,t=2,p=1" in (await server.person("viewer")).password_hash


async def test_identity_providers_are_an_empty_list(light_server: Server) -> None:
    reply = await light_server.client.get("/auth/providers")
    assert (reply.status_code, reply.json()) == (200, {"items": []})
