"""Named credentials: kept sealed, used by name, never shown; and a canary that must turn up nowhere."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.api.serving import Server, assert_problem, serve, settings_with

from cloudviz.access.credentials import Credentials
from cloudviz.errors import Unavailable

CANARY = "canary/9f8b2c+SECRETxYz0123456789abcdefgh"
AWS = {
    "name": "prod-readonly",
    "provider": "aws",
    "secret": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": CANARY},
}


async def test_a_credential_is_kept_and_never_shown(server: Server) -> None:
    made = await server.post("/admin/credentials", json=AWS, role="admin")
    assert made.status_code == 201, made.text
    assert made.json()["facts"] == {"access_key_id": "AKIAIOSFODNN7EXAMPLE"}
    assert made.json()["key_id"] == "local:kept" and made.json()["created_by"] == "admin"
    listed = await server.get("/admin/credentials", role="admin")
    assert [each["name"] for each in listed.json()["items"]] == ["prod-readonly"]
    assert CANARY not in made.text + listed.text
    record = await server.store.credentials.by_name("prod-readonly")
    assert CANARY.encode() not in record.sealed and "sealed" not in repr(record)
    opened = await Credentials.of(server.settings, server.store).open("prod-readonly", "aws")
    assert opened == AWS["secret"]
    assert (await server.store.credentials.by_name("prod-readonly")).last_used_at is not None
    assert_problem(await server.post("/admin/credentials", json=AWS, role="admin"), 409, "conflict")
    assert (await server.ask("DELETE", "/admin/credentials/prod-readonly", role="admin")).status_code == 204
    assert_problem(await server.ask("DELETE", "/admin/credentials/prod-readonly", role="admin"), 404, "not_found")
    actions = [each.action for each in await server.store.audit.page(target="prod-readonly")]
    assert {"credential.added", "credential.deleted"} <= set(actions)


async def test_only_administrators_see_credentials(light_server: Server) -> None:
    for role in ("viewer", "operator"):
        for method, path in (
            ("GET", "/admin/credentials"),
            ("POST", "/admin/credentials"),
            ("DELETE", "/admin/credentials/x"),
            ("GET", "/admin/audit/verify"),
        ):
            reply = await light_server.ask(method, path, role=role, json=AWS if method == "POST" else None)
            assert_problem(reply, 403, "forbidden")


GCP = {"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com", "private_key": CANARY}


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "../x"},
        {"name": "x" * 101},
        {"provider": "openstack"},
        {"secret": {}},
        {"secret": {"access_key_id": "A"}},
        {"secret": {"access_key_id": "A", "secret_access_key": CANARY, "endpoint_url": "http://169.254.169.254"}},
        {"secret": {"access_key_id": "A", "secret_access_key": CANARY * 1000}},
        {"secret": {"access_key_id": "A", "secret_access_key": {"x": CANARY}}},
        {"provider": "azure"},
        {"provider": "gcp", "secret": {**GCP, "type": "external_account"}},
        {"provider": "gcp", "secret": {**GCP, "token_uri": "http://169.254.169.254/token"}},
        {"provider": "gcp", "secret": {**GCP, "universe_domain": "evil.example"}},
        {"provider": "gcp", "secret": {**GCP, "credential_source": "x"}},
        {"secrets": {}},
    ],
)
async def test_credentials_that_are_none(light_server: Server, change: dict[str, Any]) -> None:
    reply = await light_server.post("/admin/credentials", json={**AWS, **change}, role="admin")
    assert_problem(reply, 422, "invalid")
    assert CANARY not in reply.text


async def test_a_discovery_names_a_credential(light_server: Server) -> None:
    await light_server.post("/admin/credentials", json=AWS, role="admin")
    accepted = await light_server.post("/aws/discover", json={"credential": "prod-readonly"})
    assert accepted.status_code == 202, accepted.text
    assert_problem(await light_server.post("/aws/discover", json={"credential": "none"}), 404, "not_found")
    assert_problem(
        await light_server.post("/azure/discover", json={"credential": "prod-readonly"}), 422, "invalid"
    )


async def test_rotation_moves_all_and_the_old_key_may_go(sqlite_url: str, tmp_path: Path) -> None:
    old, new = f"old:{'1' * 64}", f"new:{'2' * 64}"

    def settings(keys: str) -> Any:
        return settings_with(sqlite_url, tmp_path, secrets={"keys": keys})

    async for server in serve(settings(old)):
        kept = Credentials.of(settings(old), server.store)
        for number in range(5):
            await kept.add(f"c{number}", "aws", AWS["secret"], by="tests")  # type: ignore[arg-type]
        with pytest.raises(Unavailable, match="not configured"):
            await Credentials.of(settings(new), server.store).open("c0", "aws")
        both = Credentials.of(settings(f"{new},{old}"), server.store)
        assert (await both.open("c0", "aws"))["secret_access_key"] == CANARY, "old ones open meanwhile"
        done = await both.rotate()
        assert (done.moved, done.current, done.failed) == (5, 0, ())
        assert (await both.rotate()).current == 5
        only = Credentials.of(settings(new), server.store)
        assert [(await only.open(f"c{n}", "aws"))["secret_access_key"] for n in range(5)] == [CANARY] * 5


async def test_a_row_that_was_swapped_does_not_open_and_does_not_stop_a_rotation(light_server: Server) -> None:
    kept = Credentials.of(light_server.settings, light_server.store)
    one = await kept.add("one", "aws", AWS["secret"], by="tests")  # type: ignore[arg-type]
    two = await kept.add("two", "aws", {"access_key_id": "B", "secret_access_key": "b"}, by="tests")
    assert await light_server.store.credentials.reseal(one, two.sealed, two.key_id)
    reply = await light_server.post("/aws/test-connection", json={"credential": "one"})
    assert_problem(reply, 500, "seal_broken")
    given = {"keys": f"n:{'3' * 64}", "former_keys": ["local"]}
    assert await kept.open("two", "aws")
    settings = light_server.settings.model_copy(
        update={"secrets": type(light_server.settings.secrets).model_validate(given)}
    )
    done = await Credentials.of(settings, light_server.store).rotate()
    assert done.moved == 0 and len(done.failed) == 2, "their key is not in the new ring"


@pytest.fixture
async def moto_working(
    sqlite_url: str, tmp_path: Path, moto_server: Any, aws_credentials: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Server]:
    """A server with its worker, whose AWS is moto, and which has no credentials of its own."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_server.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    async for each in serve(settings_with(sqlite_url, tmp_path, log_level="debug"), embedded_worker=True):
        yield each


@pytest.mark.moto
async def test_a_canary_secret_turns_up_nowhere(moto_working: Server, tmp_path: Path, sqlite_url: str) -> None:
    """Through its whole life: kept, refused, used by a scan, failed, repeated, rotated, deleted."""
    server = moto_working
    said: list[str] = []
    with structlog.testing.capture_logs() as logged:
        for role, body in (
            ("admin", AWS),
            ("admin", AWS),
            ("viewer", AWS),
            ("admin", {**AWS, "name": "x/y"}),
            ("admin", {**AWS, "provider": "azure"}),
            ("admin", {**AWS, "secret": CANARY}),
            ("admin", {**AWS, "name": CANARY[:7], "more": CANARY}),
        ):
            key = {"Idempotency-Key": "once"} if role == "admin" else {}
            said.append((await server.post("/admin/credentials", json=body, role=role, headers=key)).text)
        reply = await server.post("/aws/test-connection", json={"credential": "prod-readonly"})
        assert reply.status_code == 200, reply.text
        said.append(reply.text)
        accepted = await server.post(
            "/aws/discover",
            json={"credential": "prod-readonly", "regions": ["eu-west-1"], "resource_types": ["aws.ec2.vpc"]},
        )
        said.append(accepted.text)
        job = f"/jobs/{accepted.json()['job_id']}"
        async with asyncio.timeout(60):
            while (found := (await server.get(job)).json())["status"] in ("queued", "running"):
                await asyncio.sleep(0.05)
        assert found["status"] == "succeeded", found
        for path in (job, "/jobs", accepted.headers["location"], "/discoveries", "/resources", "/health"):
            said.append((await server.get(path)).text)
        for path in ("/admin/audit", "/admin/credentials", "/metrics", "/admin/users"):
            said.append((await server.get(path, role="admin")).text)
        await Credentials.of(server.settings, server.store).rotate()
        await server.ask("DELETE", "/admin/credentials/prod-readonly", role="admin")
        said.append((await server.post("/aws/test-connection", json={"credential": "prod-readonly"})).text)
        said.append((await server.get("/admin/audit", role="admin")).text)
    assert any("request" in str(line) for line in logged)
    for text in [*said, json.dumps(logged, default=str)]:
        assert CANARY not in text and CANARY.split("+")[1] not in text
    # Every byte of the database and of the data folder, deleted rows and write-ahead log included.
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("api.sqlite3*"):
        shutil.copy(file, copy)
        assert CANARY.encode() not in file.read_bytes(), file
    with sqlite3.connect(copy / "api.sqlite3") as plain:
        assert not [line for line in plain.iterdump() if CANARY in line]
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


async def test_a_traceback_holds_no_secret(light_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in the middle of keeping one: the log shows a traceback, without local variables."""

    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a defect")

    monkeypatch.setattr(light_server.store.credentials, "create", broken)
    with structlog.testing.capture_logs() as logged:
        reply = await light_server.post("/admin/credentials", json=AWS, role="admin")
    assert_problem(reply, 500, "internal")
    assert CANARY not in reply.text + json.dumps(logged, default=str)
