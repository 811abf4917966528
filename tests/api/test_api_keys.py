"""Keys of people's programs, as their owners and thieves meet them."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.serving import Server, assert_problem

from cloudviz.access.key_format import is_key


async def make(server: Server, role: str = "operator", **body: Any) -> dict[str, Any]:
    reply = await server.post("/auth/api-keys", role=role, json={"name": "nightly", **body})
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


async def ask(
    server: Server, key: str, path: str = "/auth/me", method: str = "GET", **more: Any
) -> httpx.Response:
    return await server.client.request(method, path, headers={"Authorization": f"Bearer {key}"}, **more)


async def test_a_key_is_shown_once_and_works_in_both_headers(server: Server) -> None:
    made = await make(server)
    assert is_key(made["key"]) and made["key"].startswith(made["prefix"])
    assert (made["roles"], made["access"], made["revoked_at"]) == (["operator"], "write", None)
    for headers in ({"Authorization": f"Bearer {made['key']}"}, {"X-API-Key": made["key"]}):
        me = (await server.client.get("/auth/me", headers=headers)).json()
        assert (me["username"], me["roles"], me["api_key"]) == ("operator", ["operator"], made["id"]), headers
    listed = await server.get("/auth/api-keys")
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
    assert made["key"] not in listed.text and "hash" not in listed.text
    assert listed.json()["items"][0]["last_used_at"] is not None
    entry = (await server.store.audit.page(action="api_key.created")).items[0]
    assert (entry.actor, entry.target, entry.detail["name"]) == ("operator", made["id"], "nightly")
    assert made["key"] not in repr(entry)


async def test_use_is_noted_once_a_minute(light_server: Server) -> None:
    made = await make(light_server)
    holders = light_server.app.state.house.door.sign_in.recognition
    noted = []
    for _ in range(3):
        holders.forget_all()
        assert (await ask(light_server, made["key"])).status_code == 200
        noted.append((await light_server.store.api_keys.get(made["id"])).last_used_at)
    assert noted[0] is not None and len(set(noted)) == 1


async def test_a_revoked_key_is_refused_at_once(server: Server) -> None:
    made = await make(server)
    assert (await ask(server, made["key"])).status_code == 200
    assert (await server.ask("DELETE", f"/auth/api-keys/{made['id']}")).status_code == 204
    assert_problem(await ask(server, made["key"]), 401, "unauthenticated")
    assert (await server.ask("DELETE", f"/auth/api-keys/{made['id']}")).status_code == 204  # again is no harm
    assert len((await server.store.audit.page(action="api_key.revoked")).items) == 1


async def test_a_key_expires(server: Server) -> None:
    made = await make(server, expires_in_days=1)
    end = datetime.fromisoformat(made["expires_at"])
    assert abs(end - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5)
    assert (await make(server, expires_in_days=None))["expires_at"] is None
    person = await server.person("operator")
    keys = server.app.state.house.door.keys
    late = await keys.create(person, "late", days=1, by="tests")
    from sqlalchemy import update

    from cloudviz.store import tables

    async with server.store._database.writing() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await connection.execute(update(tables.api_keys).values(expires_at=past))
    assert_problem(await ask(server, late.key), 401, "unauthenticated")


async def test_a_key_may_do_at_most_what_it_was_given(server: Server) -> None:
    viewer = await make(server, "operator", roles=["viewer"])
    assert_problem(await ask(server, viewer["key"], "/jobs/x", "DELETE"), 403, "forbidden")
    reader = await make(server, "admin", access="read")
    for path in ("/resources", "/admin/users"):
        assert (await ask(server, reader["key"], path)).status_code == 200
    search = await ask(server, reader["key"], "/resources/search", "POST", json={})
    assert search.status_code == 200
    for method, path in (("POST", "/admin/users"), ("POST", "/imports"), ("DELETE", "/jobs/x")):
        document = assert_problem(await ask(server, reader["key"], path, method, json={}), 403, "forbidden")
        assert document["detail"] == "this changes something, and the key only reads"
    too_much = await server.post("/auth/api-keys", role="viewer", json={"name": "x", "roles": ["operator"]})
    assert_problem(too_much, 403, "forbidden")


async def test_a_key_loses_what_its_owner_loses(server: Server) -> None:
    made = await make(server, "operator")
    owner = made["owner"]

    async def change(**body: Any) -> None:
        reply = await server.ask("PUT", f"/admin/users/{owner}", role="admin", json=body)
        assert reply.status_code == 200, reply.text

    await change(roles=["viewer"])
    assert (await ask(server, made["key"])).json()["roles"] == ["viewer"]
    await change(roles=["admin"])  # the key was never given more than operator
    assert (await ask(server, made["key"])).json()["roles"] == ["operator"]
    await change(roles=["admin"], disabled=True)
    assert_problem(await ask(server, made["key"]), 401, "unauthenticated")
    await change(roles=["viewer"], disabled=False)
    assert (await ask(server, made["key"])).status_code == 200
    await server.ask("DELETE", f"/admin/users/{owner}", role="admin")
    assert_problem(await ask(server, made["key"]), 401, "unauthenticated")


async def test_a_key_makes_no_keys_and_closes_no_sessions(light_server: Server) -> None:
    made = await make(light_server, "admin")
    for method, path in (
        ("POST", "/auth/api-keys"),
        ("GET", "/auth/api-keys"),
        ("DELETE", f"/auth/api-keys/{made['id']}"),
        ("POST", "/auth/logout"),
        ("POST", "/auth/revoke-all"),
    ):
        reply = await ask(light_server, made["key"], path, method, json={"name": "x"})
        assert_problem(reply, 403, "forbidden")


async def test_keys_of_others_are_out_of_sight(server: Server) -> None:
    theirs = await make(server, "operator")
    assert (await server.get("/auth/api-keys", role="viewer")).json()["items"] == []
    assert_problem(await server.get("/auth/api-keys?everybody=true", role="viewer"), 403, "forbidden")
    foreign = await server.ask("DELETE", f"/auth/api-keys/{theirs['id']}", role="viewer")
    unknown = await server.ask("DELETE", "/auth/api-keys/5a1c3f0e-6a53-4a0c-9d7c-0d6a1f3b2c11", role="viewer")
    for reply in (foreign, unknown, await server.ask("DELETE", "/auth/api-keys/x", role="viewer")):
        assert_problem(reply, 404, "not_found")
    everybody = (await server.get("/auth/api-keys?everybody=true", role="admin")).json()["items"]
    assert [each["id"] for each in everybody] == [theirs["id"]]
    assert (await server.ask("DELETE", f"/auth/api-keys/{theirs['id']}", role="admin")).status_code == 204


async def test_limits_are_kept_with_the_key_and_told_to_the_caller(server: Server) -> None:
    made = await make(server, limits={"reads": 100, "writes": 5})
    assert made["limits"] == {"reads": 100, "writes": 5}
    caller = await server.app.state.house.door.sign_in.caller(made["key"])
    assert (caller.limits, caller.key, caller.session) == ({"reads": 100, "writes": 5}, made["id"], "")


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": "\u202egpj"},
        {"roles": ["root"]},
        {"access": "all"},
        {"expires_in_days": 0},
        {"expires_in_days": 10**9},
        {"limits": {"reads": 0}},
        {"limits": {"other": 1}},
        {"key": "cv_live_mine"},
    ],
)
async def test_values_that_are_not_acceptable(light_server: Server, body: dict[str, Any]) -> None:
    reply = await light_server.post("/auth/api-keys", json={"name": "nightly", **body})
    assert_problem(reply, 422, "invalid")


async def test_what_is_no_key_is_refused_alike(light_server: Server) -> None:
    key = (await make(light_server))["key"]
    swapped = key[:8] + key[9] + key[8] + key[10:]
    for text in (key[:-1], key + "x", swapped, key.upper(), "cv_live_", "cv_live_" + "0" * 32 + "_000000"):
        assert_problem(await ask(light_server, text), 401, "unauthenticated")
        reply = await light_server.client.get("/auth/me", headers={"X-API-Key": text})
        assert_problem(reply, 401, "unauthenticated")


async def test_no_type_of_secret_passes_for_another(light_server: Server) -> None:
    """Access token, refresh token, code and key: each opens its own door only."""
    key = (await make(light_server))["key"]
    person = await light_server.person("operator")
    sign = light_server.app.state.house.door.sign_in
    code = await sign.make_code(person, by="tests")
    grant = (await light_server.client.post("/auth/exchange", json={"code": code})).json()
    access, refresh = grant["access_token"], grant["refresh_token"]
    unused = await sign.make_code(person, by="tests")
    client = light_server.client
    given = {"access": access, "refresh": refresh, "code": unused, "key": key}
    opened = set()
    for name, secret in given.items():
        if (await client.get("/auth/me", headers={"Authorization": f"Bearer {secret}"})).status_code == 200:
            opened.add((name, "bearer"))
        if (await client.get("/auth/me", headers={"X-API-Key": secret})).status_code == 200:
            opened.add((name, "x-api-key"))
        for path, member in (("/auth/refresh", "refresh_token"), ("/auth/exchange", "code")):
            if name not in ("refresh", "code"):  # these two are used up or close their session when tried
                reply = await client.post(path, json={member: secret[:200]})
                assert reply.status_code == 401
    assert opened == {("access", "bearer"), ("key", "bearer"), ("key", "x-api-key")}
    assert (await client.post("/auth/exchange", json={"code": refresh})).status_code == 401
    assert (await client.post("/auth/refresh", json={"refresh_token": unused})).status_code == 401
    both = await client.get("/auth/me", headers={"Authorization": f"Bearer {access}", "X-API-Key": key})
    assert_problem(both, 401, "unauthenticated")


async def test_a_dump_of_the_database_gives_no_usable_key(light_server: Server) -> None:
    """Every text of the database that could be sent is sent as a key and as a token; none opens anything."""
    made = await make(light_server, "admin")
    grant = (await light_server.client.post("/auth/login", json={"username": "x", "password": "y"})).status_code
    assert grant == 401
    await ask(light_server, made["key"])
    path = Path(light_server.settings.database().removeprefix("sqlite:///"))
    dump = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    key = made["key"].encode()
    assert key not in dump and key[8:40] not in dump and key[14:40] not in dump
    stored = (await light_server.store.api_keys.get(made["id"])).key_hash
    assert stored.encode() in dump  # the dump is whole
    assert hashlib.sha256(key).hexdigest().encode() not in dump
    for text in {stored, made["prefix"], made["id"], *re.findall(r"[0-9a-f]{64}", dump.decode("latin-1"))}:
        for headers in ({"Authorization": f"Bearer {text}"}, {"X-API-Key": text}):
            assert (await light_server.client.get("/auth/me", headers=headers)).status_code == 401


async def test_there_is_an_end_to_the_number_of_keys(light_server: Server) -> None:
    from cloudviz.access.api_keys import MOST_KEYS

    person = await light_server.person("operator")
    for number in range(MOST_KEYS):
        await light_server.store.api_keys.create(person.id, f"k{number}", "p", f"hash {number}", ["viewer"])
    assert_problem(await light_server.post("/auth/api-keys", json={"name": "one more"}), 409, "conflict")
