"""Asking for a scan: 202 with a discovery and a job, once per Idempotency-Key; watching and cancelling it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.api.serving import Server, assert_problem

from cloudviz.jobs.worker import Worker


async def test_a_scan_is_accepted_and_queued(server: Server) -> None:
    reply = await server.post("/aws/discover", json={"regions": ["eu-west-1"], "services": ["s3"]})
    assert reply.status_code == 202, reply.text
    accepted = reply.json()
    assert accepted.keys() >= {"discovery_id", "job_id", "status"}
    assert accepted["status"] == "queued"
    assert reply.headers["location"] == f"/aws/discoveries/{accepted['discovery_id']}"
    discovery = (await server.get(reply.headers["location"])).json()
    assert (discovery["status"], discovery["job_id"]) == ("pending", accepted["job_id"])
    assert discovery["request"]["regions"] == ["eu-west-1"]
    job = (await server.get(f"/jobs/{accepted['job_id']}")).json()
    assert (job["kind"], job["status"], job["requested_by"]) == ("discover", "queued", "operator")
    assert "arguments" not in job
    listed = (await server.get("/jobs?status=queued&kind=discover")).json()["items"]
    assert [each["id"] for each in listed] == [accepted["job_id"]]
    audit = await server.store.audit.page(action="discovery.requested")
    assert [(entry.actor, entry.target) for entry in audit.items] == [("operator", accepted["discovery_id"])]


async def test_a_request_that_is_repeated_with_its_key_is_carried_out_once(server: Server) -> None:
    async def ask(key: str, region: str = "eu-west-1", role: str = "operator") -> Any:
        return await server.post(
            "/aws/discover", json={"regions": [region]}, headers={"Idempotency-Key": key}, role=role
        )

    first = await ask("k-1")
    again = await ask("k-1")
    assert (again.status_code, again.json(), again.headers["location"]) == (
        202,
        first.json(),
        first.headers["location"],
    )
    assert_problem(await ask("k-1", region="us-east-1"), 422, "invalid")
    others = [await ask("k-2"), await ask("k-1", role="admin")]
    assert len({reply.json()["job_id"] for reply in (first, *others)}) == 3
    assert len((await server.get("/aws/discoveries")).json()["items"]) == 3


async def test_twins_sent_at_once_are_one_job(server: Server) -> None:
    headers = {**await server.headers("operator"), "Idempotency-Key": "twin"}
    replies = await asyncio.gather(
        *(server.client.post("/aws/discover", json={}, headers=headers) for _ in range(6))
    )
    assert {reply.status_code for reply in replies} == {202}
    assert len({reply.json()["discovery_id"] for reply in replies}) == 1
    assert len((await server.get("/jobs")).json()["items"]) == 1
    pending = (await server.get("/aws/discoveries?status=pending")).json()["items"]
    assert [each["id"] for each in pending] == [replies[0].json()["discovery_id"]]


@pytest.mark.parametrize("key", ["", " ", "ü", "x" * 201])
async def test_a_key_that_is_none(light_server: Server, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    reply = await light_server.ask("POST", "/aws/discover", json={}, headers=headers)
    assert_problem(reply, 422, "invalid")


async def test_a_type_that_does_not_exist_is_refused_at_once(light_server: Server) -> None:
    for body in ({"resource_types": ["aws.ec2.instnace"]}, {"services": ["nothing"]}, {"regionz": []}):
        assert_problem(await light_server.post("/aws/discover", json=body), 422, "invalid")
    assert (await light_server.get("/jobs")).json()["items"] == []


async def test_places_of_google_cloud_that_cannot_be_are_refused_at_once(light_server: Server) -> None:
    for body in (
        {"project_id": "Shop Prod"},
        {"projects": ["shop-prod", "../secrets"]},
        {"regions": ["europe-west1; drop"]},
        {"services": ["nothing"]},
        {"resource_types": ["gcp.compute.nothing"]},
    ):
        assert_problem(await light_server.post("/gcp/discover", json=body), 422, "invalid")
    assert (await light_server.get("/discoveries")).json()["items"] == []


async def test_a_scan_of_google_cloud_is_accepted(server: Server) -> None:
    body = {"project_id": "shop-prod", "projects": ["shop-test"], "regions": ["europe-west1"]}
    accepted = await server.ask("POST", "/gcp/discover", json={**body, "services": ["compute"]})
    assert accepted.status_code == 202
    found = (await server.get(f"/gcp/discoveries/{accepted.json()['discovery_id']}")).json()
    assert found["source"] == "gcp:shop-prod,shop-test"


async def test_places_of_azure_that_cannot_be_are_refused_at_once(light_server: Server) -> None:
    for body in (
        {"subscription_id": "0000", "resource_groups": ["shop"]},
        {"regions": ["west'europe"]},
        {"resource_groups": ["shop' | take 1"]},
        {"resource_types": ["azure.compute.nothing"]},
    ):
        assert_problem(await light_server.post("/azure/discover", json=body), 422, "invalid")
    assert (await light_server.get("/discoveries")).json()["items"] == []


async def test_a_waiting_scan_can_be_cancelled(server: Server) -> None:
    accepted = (await server.post("/aws/discover", json={})).json()
    reply = await server.ask("DELETE", f"/jobs/{accepted['job_id']}")
    assert (reply.status_code, reply.json()["status"]) == (202, "cancelled")
    assert (await server.get(f"/aws/discoveries/{accepted['discovery_id']}")).json()["status"] == "cancelled"


async def test_the_embedded_worker_carries_out_and_tells_why_it_failed(
    working_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens there: the scan must end with one clear line, and must not hang.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    body = {"regions": ["eu-west-1"], "resource_types": ["aws.sqs.queue"]}
    accepted = (await working_server.post("/aws/discover", json=body)).json()
    while True:
        job = (await working_server.get(f"/jobs/{accepted['job_id']}")).json()
        if job["status"] not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    assert job["status"] == "failed", job
    assert job["error"]["code"] == "cloud_refused" and job["error"]["detail"]
    discovery = (await working_server.get(f"/aws/discoveries/{accepted['discovery_id']}")).json()
    assert discovery["status"] == "failed"


async def test_a_scan_that_cannot_begin_ends_its_discovery(server: Server) -> None:
    """A job of an older server, for a subscription that can't be one."""
    discovery = await server.store.discoveries.create("azure", "azure:0000", {})
    arguments = {"provider": "azure", "discovery_id": discovery, "request": {"accounts": ["0000"]}}
    job = await server.store.jobs.enqueue("discover", arguments)
    assert await Worker(server.store, server.settings).run_once()
    ended = (await server.get(f"/jobs/{job.id}")).json()
    assert (ended["status"], ended["error"]["code"]) == ("failed", "invalid")
    assert (await server.get(f"/azure/discoveries/{discovery}")).json()["status"] == "failed"
