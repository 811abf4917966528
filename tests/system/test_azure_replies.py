"""Replies that Azure really sent, given back byte for byte: the client reads what the cloud writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cloudviz.normalise import normalise
from cloudviz.sources.azure import AzureProvider, Limits
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig
from fake_clouds.azure import GRAPH, TOKEN, FakeAzure, Fault, say
from fake_clouds.azure_truth import AzureEstate

REPLIES = Path(__file__).parent.parent / "payloads" / "azure_replies"

RECORDED_IN = "ea42f556-5106-4743-99b0-c129bfa71a47"


def reply(name: str) -> bytes:
    return (REPLIES / name).read_bytes()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAzure]:
    fake = FakeAzure(AzureEstate(subscriptions={RECORDED_IN: "recorded"}))
    yield fake
    fake.stop()


@pytest.fixture
def fake(server: FakeAzure) -> Iterator[FakeAzure]:
    server.reset()
    yield server
    server.reset()


def replay(
    fake: FakeAzure, *given: tuple[str, str], status: int = 200, types: tuple[str, ...] = ()
) -> DiscoveryResult:
    """Scan while each (path or table, file) answers with a recorded reply."""
    for where, name in given:
        is_table = "/" not in where
        fake.faults.append(
            Fault(say(reply(name), status), path=GRAPH if is_table else where, table=where if is_table else "")
        )
    cloud = AzureProvider(endpoint_url=fake.url, token=TOKEN, limits=Limits(attempts=1))
    return asyncio.run(cloud.discover_resources(ProviderConfig(types=types)))


def of_type(result: DiscoveryResult, key: str) -> dict[str, Any]:
    graph, problems = normalise(result.items())
    assert problems == []
    return {each.name: each for each in graph.resources.values() if each.type == key}


def test_a_machine_in_rows_and_columns(fake: FakeAzure) -> None:
    result = replay(fake, ("resources", "graph_columns_machine.json"))
    (machine,) = of_type(result, "azure.compute.virtual_machine").values()
    assert machine.id == (
        f"/subscriptions/{RECORDED_IN}/resourcegroups/test_vm/providers/microsoft.compute/virtualmachines/cctestvm"
    )
    assert (machine.name, machine.region, machine.account) == ("cctestvm", "southcentralus", RECORDED_IN)
    assert machine.properties["size"] == "Basic_A0"
    assert machine.tags["testtag"] == "testvalue"
    graph, _ = normalise(result.items())
    kinds = {(link.kind, link.target.rsplit("/", 2)[-2]) for link in graph.links if link.source == machine.id}
    assert kinds == {
        ("attached_to", "disks"),
        ("attached_to", "networkinterfaces"),
        ("member_of", "resourcegroups"),
    }


def test_storage_accounts_and_their_containers(fake: FakeAzure) -> None:
    """The recording was shortened to one of the 18 rows that it counts: what is missing is noticed."""
    result = replay(
        fake,
        ("resources", "graph_columns_storage.json"),
        ("cctstoragey6akyqpagdt3o/blobServices", "containers.json"),
        ("/blobServices", "containers_none.json"),
        ("/fileServices", "containers_none.json"),
    )
    accounts = of_type(result, "azure.storage.storage_account")
    assert set(accounts) == {"cctstoragey6akyqpagdt3o"}
    told = {(str(each.status), each.detail) for each in result.coverage() if each.type.startswith("azure.storage")}
    assert told == {("failed", "Resource Graph counted 18 rows and gave 1")}
    containers = of_type(result, "azure.storage.blob_container")
    expected = {each["name"] for each in json.loads(reply("containers.json"))["value"]}
    assert set(containers) == expected and expected
    for container in containers.values():
        assert container.parent == accounts["cctstoragey6akyqpagdt3o"].id


@pytest.mark.parametrize("name", ["graph_objects.json", "graph_objects_2.json"])
def test_rows_without_a_type_are_known_by_their_ids(fake: FakeAzure, name: str) -> None:
    result = replay(fake, ("resources", name))
    graph, problems = normalise(result.items())
    assert problems == []
    natives = {each.native_type for each in graph.resources.values()}
    assert "microsoft.mixedreality/spatialanchorsaccounts" in natives
    assert len(graph.resources) == len(json.loads(reply(name))["data"])


def test_a_query_that_is_refused_says_why(fake: FakeAzure) -> None:
    result = replay(
        fake, ("resources", "graph_malformed.json"), status=400, types=("azure.network.virtual_network",)
    )
    (entry,) = result.coverage()
    assert entry.status == "failed"
    assert "Query is invalid" in str(entry.detail) and "correlationId" not in str(entry.detail)


def test_the_list_of_subscriptions(fake: FakeAzure) -> None:
    fake.estate.subscriptions["00000000-0000-0000-0000-000000000000"] = "AzureSDKTest"
    try:
        result = replay(fake, ("/subscriptions", "subscriptions.json"), types=("azure.network.virtual_network",))
    finally:
        del fake.estate.subscriptions["00000000-0000-0000-0000-000000000000"]
    assert {entry.account for entry in result.coverage()} == {"00000000-0000-0000-0000-000000000000"}


def test_costs_by_group(fake: FakeAzure) -> None:
    fake.faults.append(Fault(say(reply("costs.json")), path="CostManagement"))
    analysis = asyncio.run(AzureProvider(endpoint_url=fake.url, token=TOKEN).get_cost_analysis())
    rows = json.loads(reply("costs.json"))["properties"]["rows"]
    assert len(analysis.lines) == len(rows)
    assert sum(line.amount for line in analysis.lines) == sum(Decimal(str(row[0])) for row in rows)
    assert {line.currency for line in analysis.lines} == {"USD"}
