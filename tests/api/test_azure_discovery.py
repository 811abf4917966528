"""POST /azure/discover from the request to the inventory, against a fake Azure on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from tests.api.serving import Server

from fake_clouds.azure import TOKEN, FakeAzure
from fake_clouds.azure_estate import SUBSCRIPTIONS, build
from fake_clouds.azure_truth import AzureEstate


@pytest.fixture(scope="module")
def estate() -> AzureEstate:
    return build(size=90, subscriptions=1)


@pytest.fixture(scope="module")
def fake(estate: AzureEstate) -> Iterator[FakeAzure]:
    server = FakeAzure(estate)
    yield server
    server.stop()


async def test_a_discovery_fills_the_inventory(
    working_server: Server, fake: FakeAzure, estate: AzureEstate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_ENDPOINT_URL", fake.url)
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    reply = await working_server.post("/azure/discover", json={"subscription_id": SUBSCRIPTIONS[0]})
    assert reply.status_code == 202
    accepted = reply.json()
    job = {}
    for _ in range(600):
        job = (await working_server.get(f"/jobs/{accepted['job_id']}")).json()
        if job["status"] not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    assert job["status"] == "succeeded", job
    discovery = (await working_server.get(f"/azure/discoveries/{accepted['discovery_id']}")).json()
    assert (discovery["status"], discovery["resources_found"]) == ("completed", len(estate.truth.resources))
    found = set()
    asked = {"limit": "100"}
    while True:
        page = (await working_server.get("/azure/resources", params=asked)).json()
        found |= {(each["id"], each["type"]) for each in page["items"]}
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert found == estate.truth.resources
