"""``Idempotency-Key`` on what creates: one effect, one answer, each caller's own."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text
from tests.api.serving import EXAMPLE, Server, assert_problem, instance

KEY = {"Idempotency-Key": "7c0e-1"}
BO: dict[str, Any] = {
    "username": "bo",
    "email": "bo@example.org",
    "password": "a sentence of words",
    "roles": ["operator"],
}


async def test_the_same_request_is_answered_as_before(server: Server) -> None:
    first = await server.post("/admin/users", json=BO, role="admin", headers=KEY)
    assert first.status_code == 201 and "idempotent-replayed" not in first.headers
    for _ in range(2):
        again = await server.post("/admin/users", json=BO, role="admin", headers=KEY)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotent-replayed"] == "true"
    assert len(await server.store.audit.page(action="user.created", target="bo")) == 1
    other = await server.post("/admin/users", json={**BO, "roles": ["viewer"]}, role="admin", headers=KEY)
    assert_problem(other, 422, "invalid")
    elsewhere = await server.post("/admin/credentials", json=_credential(), role="admin", headers=KEY)
    assert_problem(elsewhere, 422, "invalid")
    assert_problem(await server.post("/admin/users", json=BO, role="admin"), 409, "conflict")


def _credential() -> dict[str, Any]:
    return {"name": "c", "provider": "aws", "secret": {"access_key_id": "A", "secret_access_key": "s"}}


async def test_requests_side_by_side_have_one_effect(server: Server) -> None:
    await server.headers("admin")
    replies = await asyncio.gather(
        *(server.post("/admin/users", json=BO, role="admin", headers=KEY) for _ in range(8))
    )
    statuses = sorted(each.status_code for each in replies)
    assert statuses.count(201) >= 1 and set(statuses) <= {201, 409}
    assert len({each.content for each in replies if each.status_code == 201}) == 1
    for each in replies:
        if each.status_code == 409:
            assert "still under way" in each.json()["detail"]
    assert len(await server.store.audit.page(action="user.created", target="bo")) == 1
    assert (await server.post("/admin/users", json=BO, role="admin", headers=KEY)).status_code == 201


async def test_keys_are_each_callers_own(server: Server) -> None:
    admissions = server.app.state.house.door.admissions
    await admissions.add("root", "root@example.org", "another sentence", ["admin"], by="tests")
    signed_in = await server.client.post("/auth/login", json={"username": "root", "password": "another sentence"})
    other = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    await server.post("/admin/users", json=BO, role="admin", headers=KEY)
    reply = await server.client.post("/admin/users", json=BO, headers={**KEY, **other})
    assert_problem(reply, 409, "conflict")
    cy = {**BO, "username": "cy", "email": "cy@example.org"}
    reply = await server.client.post("/admin/users", json=cy, headers={**KEY, **other})
    assert reply.status_code == 201


async def test_what_was_refused_may_be_tried_again(server: Server) -> None:
    await server.post("/admin/users", json=BO, role="admin")
    assert_problem(await server.post("/admin/users", json=BO, role="admin", headers=KEY), 409, "conflict")
    person = await server.store.people.by_username("bo")
    assert person is not None
    await server.store.people.delete(person.id)
    assert (await server.post("/admin/users", json=BO, role="admin", headers=KEY)).status_code == 201


async def test_keys_are_kept_for_a_day(server: Server) -> None:
    await server.post("/admin/users", json=BO, role="admin", headers=KEY)
    accepted = await server.post("/aws/discover", json={}, headers=KEY)
    again = await server.post("/aws/discover", json={}, headers=KEY)
    assert again.json() == accepted.json()
    assert_problem(
        await server.post("/aws/discover", json={"regions": ["eu-west-1"]}, headers=KEY), 422, "invalid"
    )
    past = "'2020-01-01T00:00:00.000000Z'"
    async with server.store.jobs._database.writing() as connection:
        await connection.execute(text(f"UPDATE repeatable_requests SET expires_at = {past}"))
        await connection.execute(text(f"UPDATE jobs SET created_at = {past}"))
    assert_problem(await server.post("/admin/users", json=BO, role="admin", headers=KEY), 409, "conflict")
    later = await server.post("/aws/discover", json={"regions": ["eu-west-1"]}, headers=KEY)
    assert later.status_code == 202 and later.json()["job_id"] != accepted.json()["job_id"]


async def test_a_request_whose_process_died_is_carried_out_by_a_repeat(server: Server) -> None:
    person = await server.person("admin")
    begun = await server.store.repeats.begin(f"person:{person.id}", KEY["Idempotency-Key"], "hash")
    assert isinstance(begun, str)
    async with server.store.jobs._database.writing() as connection:
        await connection.execute(text("UPDATE repeatable_requests SET created_at = '2020-01-01T00:00:00.000000Z'"))
    assert (await server.post("/admin/users", json=BO, role="admin", headers=KEY)).status_code == 201
    # What the dead one still tries to write is refused.
    await server.store.repeats.finish(f"person:{person.id}", KEY["Idempotency-Key"], begun, 500, {}, b"{}")
    assert (await server.post("/admin/users", json=BO, role="admin", headers=KEY)).status_code == 201


async def test_a_picture_is_drawn_once(light_server: Server) -> None:
    await light_server.record([instance(1)])
    first = await light_server.post("/visualization/generate", json={}, headers=KEY)
    assert first.status_code == 200, first.text
    again = await light_server.post("/visualization/generate", json={}, headers=KEY)
    assert (first.status_code, again.content) == (200, first.content)
    assert len(await light_server.store.diagrams.page()) == 1
    other = await light_server.post("/visualization/generate", json={"layout": "grid"}, headers=KEY)
    assert_problem(other, 422, "invalid")


async def test_openapi_names_the_header(light_server: Server) -> None:
    document = (await light_server.client.get("/openapi.json")).json()
    for path in ("/aws/discover", "/azure/discover", "/gcp/discover", "/admin/users", "/visualization/generate"):
        operation = document["paths"][path]["post"]
        assert "Idempotency-Key" in [each["name"] for each in operation["parameters"]], path
        assert {"409", "422"} <= set(operation["responses"])


def _form(content: bytes, source: str = "here") -> dict[str, Any]:
    return {"files": {"file": ("a.tfstate", content)}, "data": {"source": source}}


async def test_an_import_is_carried_out_once(server: Server) -> None:
    content = EXAMPLE.read_bytes()
    first = await server.post("/imports", headers=KEY, **_form(content))
    assert first.status_code == 201, first.text
    again = await server.post("/imports", headers=KEY, **_form(content))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert len((await server.store.discoveries.page()).items) == 1
    # Other bytes, or another source, are another request.
    for form in (_form(content + b"\n"), _form(content, "there")):
        assert_problem(await server.post("/imports", headers=KEY, **form), 422, "invalid")
    # What is refused gives the key back; without a key it is done each time.
    other = {"Idempotency-Key": "another"}
    assert_problem(await server.post("/imports", headers=other, **_form(b"{}")), 400, "unknown_format")
    assert (await server.post("/imports", headers=other, **_form(content))).status_code == 201
    assert (await server.post("/imports", **_form(content))).status_code == 201
    assert len((await server.store.discoveries.page()).items) == 3
    assert not list((server.settings.data_dir / "uploads").iterdir())


async def test_an_api_key_is_made_once_and_told_once(server: Server) -> None:
    asked = {"name": "ci", "roles": ["viewer"]}
    first = await server.post("/auth/api-keys", json=asked, headers=KEY)
    assert first.status_code == 201, first.text
    again = await server.post("/auth/api-keys", json=asked, headers=KEY)
    problem = assert_problem(again, 409, "conflict")
    assert first.json()["id"] in problem["detail"] and first.json()["key"] not in again.text
    assert len((await server.get("/auth/api-keys")).json()["items"]) == 1
    assert_problem(await server.post("/auth/api-keys", json={**asked, "name": "cd"}, headers=KEY), 422, "invalid")
    # Its secret is not among what is kept of the request.
    async with server.store._database.reading() as connection:
        kept = (await connection.exec_driver_sql("SELECT body FROM repeatable_requests")).all()
    assert kept and all(first.json()["key"].encode() not in bytes(row[0]) for row in kept)
    assert (await server.client.get("/auth/me", headers={"X-API-Key": first.json()["key"]})).status_code == 200
