"""People and the audit."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.serving import PASSWORD, Server, assert_problem

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
