"""Signing in takes the same work whoever is named: the clock tells nobody which names exist.

Work is counted, not timed: on a busy machine a clock would judge the neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import event
from tests.api.serving import PASSWORD, Server, assert_problem


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """Each hash that is computed: what for, and with which parameters."""
    seen: list[tuple[str, Any]] = []
    verify, make = PasswordHasher.verify, PasswordHasher.hash

    def counted_verify(self: PasswordHasher, stored: str, password: Any) -> Any:
        seen.append(("verify", extract_parameters(stored)))
        return verify(self, stored, password)

    def counted_hash(self: PasswordHasher, password: Any, **more: Any) -> str:
        seen.append(("hash", None))
        return make(self, password, **more)

    monkeypatch.setattr(PasswordHasher, "verify", counted_verify)
    monkeypatch.setattr(PasswordHasher, "hash", counted_hash)
    yield seen


async def work(server: Server, hashed: list[tuple[str, Any]], username: str) -> tuple[list[tuple[str, Any]], int]:
    """The hashes of one failed sign-in, and the number of its statements about people."""
    statements: list[str] = []
    engines = {server.store._database._engine.sync_engine, server.store._database._writer.sync_engine}

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    hashed.clear()
    reply = await server.client.post("/auth/login", json={"username": username, "password": "wrong " * 5})
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    assert_problem(reply, 401, "unauthenticated")
    # The audit is written from elsewhere too, now and then.
    return list(hashed), len([each for each in statements if "FROM users" in each or "UPDATE users" in each])


async def test_unknown_disabled_and_passwordless_people_cost_what_others_do(
    light_server: Server, hashed: list[tuple[str, Any]]
) -> None:
    await light_server.person("viewer")
    disabled = await light_server.person("operator")
    await light_server.store.people.set_disabled(disabled.id, True)
    await light_server.store.people.create("guest", "guest@example.org", "!")
    known = await work(light_server, hashed, "viewer")
    assert [what for what, _ in known[0]] == ["verify"]
    for name in ("nobody", "operator", "guest", "", "\u202eviewer", "x" * 200):
        assert await work(light_server, hashed, name) == known, name


async def test_a_hash_is_renewed_once_when_the_parameters_change(
    light_server: Server, hashed: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloudviz.access import passwords
    from cloudviz.access.passwords import Passwords

    person = await light_server.person("viewer")
    before = person.password_hash
    monkeypatch.setattr(passwords, "ITERATIONS", 3)
    sign = light_server.app.state.house.door.sign_in
    stronger = Passwords()
    monkeypatch.setattr(sign, "_passwords", stronger)
    try:
        for expected in (["verify", "hash"], ["verify"]):
            hashed.clear()
            reply = await light_server.client.post(
                "/auth/login", json={"username": "viewer", "password": PASSWORD}
            )
            assert reply.status_code == 200
            assert [what for what, _ in hashed] == expected
        after = (await light_server.person("viewer")).password_hash
        assert "t=3" in after and after != before
    finally:
        stronger.close()


async def test_renewing_never_undoes_a_password_set_meanwhile(light_server: Server) -> None:
    people = light_server.store.people
    person = await light_server.person("viewer")
    await people.set_password_hash(person.id, "set by an administrator")
    assert not await people.renew_password_hash(person.id, person.password_hash, "of the old password")
    assert (await light_server.person("viewer")).password_hash == "set by an administrator"
