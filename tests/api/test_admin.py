"""People and the audit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.api.serving import PASSWORD, Server, assert_problem

from cloudviz.errors import Conflict

BO = {"username": "bo", "email": "bo@example.org", "password": "a sentence of words", "roles": ["operator"]}


async def test_an_administrator_adds_people_who_can_sign_in(server: Server) -> None:
    made = await server.post("/admin/users", json=BO, role="admin")
    assert made.status_code == 201, made.text
    assert made.json()["roles"] == ["operator"]
    assert "password" not in made.text and "argon2" not in made.text
    names = [each["username"] for each in (await server.get("/admin/users", role="admin")).json()["items"]]
    assert names == ["admin", "bo"]
    signed_in = await server.client.post("/auth/login", json={"username": "bo", "password": BO["password"]})
    assert signed_in.status_code == 200
    entry = (await server.store.audit.page(action="user.created", actor="admin")).items[0]
    assert (entry.target, entry.detail) == ("bo", {"roles": ["operator"]})


async def test_names_and_addresses_are_unique(server: Server) -> None:
    await server.post("/admin/users", json=BO, role="admin")
    for change in ({"email": "other@example.org"}, {"username": "other"}):
        assert_problem(await server.post("/admin/users", json={**BO, **change}, role="admin"), 409, "conflict")


@pytest.mark.parametrize(
    "change",
    [
        {"username": ""},
        {"username": " bo"},
        {"username": "b\no"},
        {"username": "x" * 51},
        {"username": "<script>"},
        {"email": "nowhere"},
        {"email": "a@b c"},
        {"email": "x" * 100 + "@example.org"},
        {"password": "short"},
        {"roles": ["root"]},
        {"roles": []},
        {"is_admin": True},
    ],
)
async def test_values_that_are_not_acceptable(light_server: Server, change: dict[str, Any]) -> None:
    reply = await light_server.post("/admin/users", json={**BO, **change}, role="admin")
    assert_problem(reply, 422, "invalid")
    assert "a sentence of words" not in reply.text


async def test_the_audit_lists_what_happened_newest_first(server: Server) -> None:
    await server.person("viewer")
    await server.client.post("/auth/login", json={"username": "viewer", "password": "wrong"})
    await server.client.post("/auth/login", json={"username": "viewer", "password": PASSWORD})
    await server.headers("admin")
    lines = (await server.get("/admin/audit?actor=viewer", role="admin")).json()["items"]
    assert [line["action"] for line in lines] == ["sign_in.succeeded", "sign_in.failed"]
    assert {line["address"] for line in lines} == {"192.0.2.1"}


async def add_bo(server: Server) -> int:
    made = await server.post("/admin/users", json=BO, role="admin")
    number: int = made.json()["id"]
    return number


async def bo_s_grant(server: Server, password: str = BO["password"]) -> dict[str, str]:  # type: ignore[assignment]
    reply = await server.client.post("/auth/login", json={"username": "bo", "password": password})
    assert reply.status_code == 200, reply.text
    grant: dict[str, str] = reply.json()
    return grant


async def ends(server: Server, grant: dict[str, str]) -> bool:
    """Whether neither token of a grant is worth anything."""
    headers = {"Authorization": f"Bearer {grant['access_token']}"}
    me = await server.client.get("/auth/me", headers=headers)
    again = await server.client.post("/auth/refresh", json={"refresh_token": grant["refresh_token"]})
    return (me.status_code, again.status_code) == (401, 401)


async def test_the_roles_are_told_lowest_first(light_server: Server) -> None:
    items = (await light_server.get("/admin/roles", role="admin")).json()["items"]
    assert [each["name"] for each in items] == ["viewer", "operator", "admin"]
    assert all(each["title"] and each["allows"] for each in items)


async def test_roles_change_from_the_next_request_on(server: Server) -> None:
    bo, grant = await add_bo(server), await bo_s_grant(server)
    headers = {"Authorization": f"Bearer {grant['access_token']}"}
    for roles in (["viewer"], ["admin"], ["operator", "viewer"]):
        reply = await server.ask("PUT", f"/admin/users/{bo}", role="admin", json={"roles": roles})
        assert sorted(reply.json()["roles"]) == sorted(roles)
        me = (await server.client.get("/auth/me", headers=headers)).json()
        assert sorted(me["roles"]) == sorted(roles)
    entry = (await server.store.audit.page(action="user.roles_changed")).items[0]
    assert entry.detail == {"before": ["admin"], "after": ["viewer", "operator"]}


async def test_who_is_disabled_is_out_at_once_and_may_come_back(server: Server) -> None:
    bo, grant = await add_bo(server), await bo_s_grant(server)
    code = await server.app.state.house.door.sign_in.make_code(await server.store.people.by_id(bo), by="tests")
    off = await server.ask("PUT", f"/admin/users/{bo}", role="admin", json={"roles": ["viewer"], "disabled": True})
    assert off.json()["disabled"] is True
    assert await ends(server, grant)
    right = await server.client.post("/auth/login", json={"username": "bo", "password": BO["password"]})
    wrong = await server.client.post("/auth/login", json={"username": "bo", "password": "wrong"})
    assert right.json()["detail"] == wrong.json()["detail"]
    assert (await server.client.post("/auth/exchange", json={"code": code})).status_code == 401
    on = await server.ask("PUT", f"/admin/users/{bo}", role="admin", json={"roles": ["viewer"], "disabled": False})
    assert on.json()["disabled"] is False
    await bo_s_grant(server)
    assert (await server.get(f"/admin/users/{bo}", role="admin")).json()["roles"] == ["viewer"]


async def test_a_new_password_ends_the_sessions(server: Server) -> None:
    bo, grant = await add_bo(server), await bo_s_grant(server)
    new = {"password": "another sentence of words"}
    assert (await server.ask("PUT", f"/admin/users/{bo}/password", role="admin", json=new)).status_code == 204
    assert await ends(server, grant)
    old = await server.client.post("/auth/login", json={"username": "bo", "password": BO["password"]})
    assert old.status_code == 401
    await bo_s_grant(server, new["password"])
    short = await server.ask("PUT", f"/admin/users/{bo}/password", role="admin", json={"password": "short"})
    assert_problem(short, 422, "invalid")


async def test_all_sessions_of_somebody_end_at_once(server: Server) -> None:
    bo = await add_bo(server)
    grants = [await bo_s_grant(server) for _ in range(3)]
    assert (await server.ask("DELETE", f"/admin/users/{bo}/sessions", role="admin")).status_code == 204
    assert [await ends(server, grant) for grant in grants] == [True] * 3
    mine = [await bo_s_grant(server) for _ in range(2)]
    headers = {"Authorization": f"Bearer {mine[0]['access_token']}"}
    assert (await server.client.post("/auth/revoke-all", headers=headers)).status_code == 204
    assert [await ends(server, grant) for grant in mine] == [True] * 2


async def test_who_is_removed_is_gone(server: Server) -> None:
    bo, grant = await add_bo(server), await bo_s_grant(server)
    assert (await server.ask("DELETE", f"/admin/users/{bo}", role="admin")).status_code == 204
    assert await ends(server, grant)
    for method in ("GET", "DELETE"):
        assert_problem(await server.ask(method, f"/admin/users/{bo}", role="admin"), 404, "not_found")
    assert await add_bo(server) != bo  # an id is never given twice


async def test_the_last_administrator_stays(server: Server) -> None:
    admin = (await server.person("admin")).id
    await add_bo(server)
    for method, body in (
        ("PUT", {"roles": ["viewer"]}),
        ("PUT", {"roles": ["admin"], "disabled": True}),
        ("DELETE", None),
    ):
        reply = await server.ask(method, f"/admin/users/{admin}", role="admin", json=body)
        assert_problem(reply, 409, "conflict")
    assert (await server.get("/admin/users", role="admin")).status_code == 200


async def test_two_administrators_can_t_remove_each_other_at_once(server: Server) -> None:
    bo = await add_bo(server)
    admin = (await server.person("admin")).id
    await server.ask("PUT", f"/admin/users/{bo}", role="admin", json={"roles": ["admin"]})
    admissions = server.app.state.house.door.admissions
    people = [await admissions.numbered(each) for each in (admin, bo)]
    tries = [admissions.set_roles(each, ["viewer"], by="the other") for each in people]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in ended) == 1, ended
