"""The audit over HTTP and on the command line: filters, verification, and heads that were noted elsewhere."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.api.serving import Server, assert_problem
from typer.testing import CliRunner

from cloudviz.access.anchors import Anchors, read_heads
from cloudviz.cli.main import app
from cloudviz.errors import BadInput
from cloudviz.store import Store
from cloudviz.store.chain import Head


async def tamper(store: Store, *statements: str) -> None:
    async with store.audit._database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_the_audit_is_verified_over_http(server: Server) -> None:
    await server.headers("admin")
    found = (await server.get("/admin/audit/verify", role="admin")).json()
    assert found["holds"] is True and found["entries"] == found["head_seq"] > 0 and found["faults"] == []
    await tamper(server.store, "UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    found = (await server.get("/admin/audit/verify", role="admin")).json()
    assert found["holds"] is False
    assert [(each["kind"], each["seq"]) for each in found["faults"]] == [("changed", 2)]
    entry = (await server.store.audit.page(action="audit.verified")).items[0]
    assert (entry.actor, entry.detail["holds"]) == ("admin", False)


async def test_filters_of_the_audit(server: Server) -> None:
    await server.headers("admin")
    everything = (await server.get("/admin/audit?limit=500", role="admin")).json()["items"]
    instant = everything[0]["at"]
    since = (await server.get("/admin/audit", params={"since": instant}, role="admin")).json()["items"]
    until = (await server.get("/admin/audit", params={"until": instant, "limit": 500}, role="admin")).json()[
        "items"
    ]
    assert all(each["at"] >= instant for each in since) and all(each["at"] < instant for each in until)
    assert until and since
    here = (await server.get("/admin/audit?from_address=192.0.2.1", role="admin")).json()["items"]
    assert here and {each["address"] for each in here} == {"192.0.2.1"}
    for wrong in ("since=yesterday", "until=2026-11-24T08:00:00", "limit=0", "cursor=x"):
        reply = await server.get(f"/admin/audit?{wrong}", role="admin")
        assert reply.status_code in (400, 422)
        assert_problem(reply, reply.status_code, reply.json()["code"])


async def test_heads_are_noted_where_the_database_is_not(light_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "heads"
    store = light_server.store
    anchors = Anchors(store, path, every_seconds=0.01)
    for number in range(3):
        await store.audit.append("ann", "x", str(number), {})
        await anchors.note()
        await anchors.note()
    noted = read_heads(path)
    assert len(noted) == 3 and noted[-1] == await store.audit.head(), "once for each head"
    assert (await store.audit.verify(noted)).holds
    assert oct(path.stat().st_mode)[-3:] == "600"
    running = asyncio.create_task(anchors.run())
    await store.audit.append("ann", "x", "last", {})
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert read_heads(path)[-1] == await store.audit.head(), "the last one when the process stops"
    path.write_text('{"seq": 1}\n')
    with pytest.raises(BadInput) as refused:
        read_heads(path)
    assert "line 1" in refused.value.one_line()
    assert read_heads(tmp_path / "none") == []


def test_verification_on_the_command_line(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloudviz.store import open_store

    monkeypatch.setenv("CLOUDVIZ_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    heads = tmp_path / "heads"

    async def fill() -> Head:
        async with await open_store(sqlite_url) as store:
            for number in range(4):
                await store.audit.append("ann", "x", str(number), {})
            return await Anchors(store, heads).note()

    async def cut() -> None:
        async with await open_store(sqlite_url) as store:
            await tamper(
                store,
                "UPDATE audit_heads SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2) WHERE name = 'end'",
                "DELETE FROM audit WHERE seq > 2",
            )

    head = asyncio.run(fill())
    runner = CliRunner()
    whole = runner.invoke(app, ["audit", "verify", "--heads", str(heads)])
    assert whole.exit_code == 0, whole.output
    assert head.hash in whole.output and "The chain holds" in whole.output
    listed = runner.invoke(app, ["audit", "list", "--actor", "ann", "-o", "json"])
    assert len(json.loads(listed.stdout)) == 4
    asyncio.run(cut())
    assert runner.invoke(app, ["audit", "verify"]).exit_code == 0, "the database alone does not know"
    found = runner.invoke(app, ["audit", "verify", "--heads", str(heads), "-o", "json"])
    assert found.exit_code == 1
    assert [each["kind"] for each in json.loads(found.stdout)] == ["truncated"]
    rotated = runner.invoke(app, ["secrets", "rotate"])
    assert rotated.exit_code == 0 and "0 moved" in rotated.output
