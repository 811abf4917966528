"""A secret in every place where a user can put one, looked for in replies, logs, jobs, traces and stored bytes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.api.serving import PASSWORD, Server, serve, settings_with
from tests.api.test_traces import Receiver, receiver

from cloudviz.runtime.logs import set_up_logs

__all__ = ["receiver"]

CANARY = "canaryQ7xR2mZ9wLk4"
STATE = {
    "version": 4,
    "terraform_version": "1.9.0",
    "serial": 1,
    "lineage": "x",
    "outputs": {"password": {"value": CANARY, "type": "string", "sensitive": True}},
    "resources": [
        {
            "mode": "managed",
            "type": kind,
            "name": "x",
            "provider": 'provider["registry.example.org/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
        }
        for kind, attributes in {
            "aws_db_instance": {
                "arn": "arn:aws:rds:eu-west-1:123456789012:db:shop",
                "id": "shop",
                "identifier": "shop",
                "engine": "postgres",
                "username": "shop",
                "password": CANARY,
            },
            "aws_lambda_function": {
                "arn": "arn:aws:lambda:eu-west-1:123456789012:function:pay",
                "id": "pay",
                "function_name": "pay",
                "environment": [{"variables": {"API_KEY": CANARY, "DB_PASSWORD": CANARY}}],
            },
            "aws_secretsmanager_secret_version": {
                "arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s",
                "id": "s",
                "secret_string": CANARY,
            },
        }.items()
    ],
}
HOOK = f"http://127.0.0.1:9/hook?token={CANARY}"


async def every_reply(server: Server) -> list[str]:
    """What all routes without parameters answer, and those of the things that are there, to an administrator."""
    document = (await server.client.get("/openapi.json")).json()
    paths = [path for path, methods in document["paths"].items() if "get" in methods and "{" not in path]
    items = (await server.get("/resources", role="admin", params={"limit": 100})).json()["items"]
    assert len(items) >= 2
    for each in items:
        paths += [f"/resources/{each['id']}{more}" for more in ("", "/history", "/neighbours")]
    for listed in ("/jobs", "/discoveries", "/visualization/diagrams", "/webhooks"):
        for each in (await server.get(listed, role="admin")).json()["items"]:
            paths.append(f"{listed}/{each['id']}")
    paths += [f"/visualization/map/picture?format={kind}" for kind in ("svg", "json", "html", "csv", "drawio")]
    replies = [await server.get(path, role="admin") for path in paths if path != "/openapi.json"]
    return [f"{reply.url} {dict(reply.headers)} {reply.text}" for reply in replies]


async def test_a_canary_in_every_place_turns_up_nowhere(
    sqlite_url: str, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    outbound: dict[str, Any] = {"allowed_hosts": ["127.0.0.1"], "ports": [9], "allow_http": True}
    settings = settings_with(sqlite_url, tmp_path, outbound=outbound)
    said: list[str] = []
    taken: list[int] = []
    set_up_logs("debug")  # another test may have left them at warnings
    with structlog.testing.capture_logs() as logged:
        async for server in serve(settings, embedded_worker=True):
            secret = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": CANARY}
            asked: list[tuple[str, dict[str, Any]]] = [
                ("/admin/credentials", {"name": "prod", "provider": "aws", "secret": secret}),
                ("/webhooks/register", {"url": HOOK}),
                ("/webhooks/register", {"url": f"ftp://{CANARY}@x"}),
                ("/auth/login", {"username": "admin", "password": CANARY}),
                ("/auth/refresh", {"refresh_token": CANARY}),
                ("/auth/exchange", {"code": CANARY}),
                ("/admin/users", {"username": "bo", "email": "bo", "password": CANARY, "roles": ["viewer"]}),
                ("/aws/discover", {"credential": "prod", "regions": ["eu-west-1"], "webhook_url": HOOK}),
                ("/aws/discover", {"regions": ["eu-west-1"], "secret_access_key": CANARY}),
                ("/visualization/generate", {}),
            ]
            imported = await server.post(
                "/imports", role="admin", files={"file": ("a.tfstate", json.dumps(STATE).encode())}
            )
            assert imported.status_code == 201, imported.text
            said.append(imported.text)
            for path, body in asked:
                reply = await server.post(path, role="admin", json=body)
                assert reply.status_code < 500 or reply.status_code in (502, 503), (path, reply.text)
                said.append(reply.text)
                taken.append(reply.status_code)
            assert taken[:2] == [201, 201], said[1:3]
            assert taken[-1] == 200  # credential, webhook, picture: they were kept
            wrong = await server.client.get("/resources", headers={"Authorization": f"Bearer {CANARY}"})
            said.append(wrong.text)
            async with asyncio.timeout(60):
                while any(
                    each["status"] in ("queued", "running")
                    for each in (await server.get("/jobs", role="admin")).json()["items"]
                ):
                    await asyncio.sleep(0.05)
            said += await every_reply(server)
    assert len(said) > 40 and len(receiver.spans()) > 40 and len(logged) > 40
    for text in [*said, *(json.dumps(line, default=str) for line in logged)]:
        assert CANARY not in text, text[:1000]
    assert CANARY.encode() not in b"".join(receiver.bodies)
    # Every stored byte: database, write-ahead log, exports, keys, uploads.
    stored = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.name.startswith("api.sqlite3") for file in stored)
    for file in stored:
        content = file.read_bytes()
        assert CANARY.encode() not in content, file
        assert PASSWORD.encode() not in content, file
