"""Going on with a discovery over HTTP, with the meaning that ``--resume`` has on the command line."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.api.serving import Server, assert_problem

CLOUDS = {
    "aws": {"regions": ["eu-west-1"], "services": ["s3"]},
    "azure": {"subscriptions": ["00000000-0000-0000-0000-000000000001"]},
    "gcp": {"projects": ["shop-prod-1"]},
}


async def ended(server: Server, cloud: str, status: str = "failed", **request: Any) -> str:
    key = await server.store.discoveries.create(cloud, f"{cloud}:default", request or CLOUDS[cloud])
    await server.store.discoveries.start(key)
    await server.store.discoveries.finish(key, status, "the network went away")
    return key


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_it_goes_on_as_it_was_asked_for(server: Server, cloud: str, status: str) -> None:
    key = await ended(server, cloud, status)
    assert (await server.get(f"/{cloud}/discoveries/{key}")).json()["reason"] == "the network went away"
    reply = await server.post(f"/{cloud}/discover", json={"resume": key})
    assert reply.status_code == 202, reply.text
    assert reply.json()["discovery_id"] == key
    assert reply.headers["location"] == f"/{cloud}/discoveries/{key}"
    job = await server.store.jobs.get(reply.json()["job_id"])
    assert job.arguments == {"provider": cloud, "discovery_id": key, "request": CLOUDS[cloud]}
    found = (await server.get(reply.headers["location"])).json()
    assert (found["status"], found["job_id"], found["reason"]) == ("pending", job.id, None)
    audit = await server.store.audit.page(action="discovery.requested")
    assert [(entry.target, entry.detail) for entry in audit.items] == [(key, {"provider": cloud, "resumed": True})]


async def test_what_is_unknown_is_not_found(light_server: Server) -> None:
    for key in ("nonsense", "2f1b6a9e-6f3c-4a0e-8a39-0a4b5c6d7e8f", "' OR 1=1 --"):
        assert_problem(await light_server.post("/aws/discover", json={"resume": key}), 404, "not_found")


async def test_what_is_at_work_of_another_cloud_or_complete_conflicts(light_server: Server) -> None:
    store = light_server.store
    running = await store.discoveries.create("aws", "aws:default", {})
    await store.discoveries.start(running)
    imported = await store.discoveries.create("aws", "file:prod.tfstate", {})
    await store.discoveries.finish(imported, "failed")
    for key, says in (
        (running, "somebody is at work on it"),
        (await ended(light_server, "azure"), "is one of azure"),
        (await ended(light_server, "aws", "completed"), "nothing left to resume"),
        (await ended(light_server, "aws", "partial"), "nothing left to resume"),
        (imported, "is an import"),
    ):
        reply = await light_server.post("/aws/discover", json={"resume": key})
        assert_problem(reply, 409, "conflict")
        assert says in reply.json()["detail"]
        assert reply.json()["hint"]
    assert (await light_server.get("/jobs")).json()["items"] == []


async def test_it_is_resumed_as_it_was_asked_for_or_not_at_all(light_server: Server) -> None:
    key = await ended(light_server, "aws")
    reply = await light_server.post("/aws/discover", json={"resume": key, "regions": ["us-east-1"]})
    assert_problem(reply, 422, "invalid")
    assert (await light_server.store.discoveries.get(key)).status == "failed"


async def test_asked_twice_it_is_resumed_once(server: Server) -> None:
    key = await ended(server, "aws")
    headers = {**await server.headers("operator"), "Idempotency-Key": "again"}
    first = await server.client.post("/aws/discover", json={"resume": key}, headers=headers)
    second = await server.client.post("/aws/discover", json={"resume": key}, headers=headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    other = await server.client.post("/aws/discover", json={"resume": await ended(server, "aws")}, headers=headers)
    assert_problem(other, 422, "invalid")

    fresh = await ended(server, "aws")
    plain = await server.headers("operator")
    replies = await asyncio.gather(
        *(server.client.post("/aws/discover", json={"resume": fresh}, headers=plain) for _ in range(5))
    )
    assert sorted(reply.status_code for reply in replies) == [202, 409, 409, 409, 409]


async def test_the_description_says_how(light_server: Server) -> None:
    description = (await light_server.client.get("/openapi.json")).json()
    for cloud, model in (("aws", "Aws"), ("azure", "Azure"), ("gcp", "Gcp")):
        operation = description["paths"][f"/{cloud}/discover"]["post"]
        assert {"202", "404", "409", "422"} <= operation["responses"].keys()
        schema = description["components"]["schemas"][f"{model}DiscoverRequest"]
        assert "resume" in schema["properties"]
        assert any("resume" in example for example in schema["examples"])
