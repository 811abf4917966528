"""Replies that Google really sent, replayed verbatim: the client and the declarations on real bytes."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudviz.inventory.model import CoverageStatus, Graph
from cloudviz.normalise import normalise
from cloudviz.sources.gcp import GcpProvider
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig
from fake_clouds.gcp import Call, FakeGoogle, Reply
from fake_clouds.gcp_estate import Estate

REPLIES = Path(__file__).parent.parent / "payloads" / "gcp_replies"
SWITCHED_OFF = "sql-api-disabled--sql-v1beta4-projects-cloud-custodian-instances.json"
HISTORY = "instance-asset-query--v1-projects-cloud-custodian-batchGetAssetsHistory.json"

RECORDED: dict[str, str] = json.loads((REPLIES / "index.json").read_bytes())
"""Service and path → the file with its answer. Everything else is switched off, as that was recorded too."""

FOUND = Counter(
    {
        "gcp.compute.app_engine": 1,
        "gcp.compute.cloud_function": 3,
        "gcp.compute.gke_cluster": 1,
        "gcp.compute.instance": 1,
        "gcp.data.bigquery": 2,
        "gcp.data.dataflow_job": 1,
        "gcp.data.pubsub_subscription": 1,
        "gcp.data.pubsub_topic": 2,
        "gcp.database.bigtable": 1,
        "gcp.database.cloud_sql": 1,
        "gcp.database.firestore": 2,
        "gcp.database.memorystore": 3,
        "gcp.database.spanner": 1,
        "gcp.network.address": 1,
        "gcp.network.backend_service": 1,
        "gcp.network.cdn_backend_bucket": 1,
        "gcp.network.dns_zone": 1,
        "gcp.network.firewall": 1,
        "gcp.network.forwarding_rule": 1,
        "gcp.network.network": 3,
        "gcp.network.router": 1,
        "gcp.network.subnetwork": 18,
        "gcp.security.kms_key": 1,
        "gcp.security.secret": 3,
        "gcp.security.service_account": 1,
        "gcp.storage.bucket": 1,
        "gcp.storage.disk": 1,
        "gcp.support.app_engine_service": 1,
        "gcp.support.app_engine_version": 1,
        "gcp.support.bigtable_cluster": 1,
        "gcp.support.gke_node_pool": 1,
        "gcp.support.image": 1,
        "gcp.support.kms_key_ring": 1,
        "gcp.support.project": 1,
        "gcp.support.route": 1,
        "gcp.support.snapshot": 1,
        "gcp.support.spanner_database": 2,
        "gcp.support.target_pool": 1,
        "gcp.support.target_proxy": 1,
    }
)
"""What the files hold, counted by hand."""


def replay(call: Call, made: int) -> Reply:
    name = RECORDED.get(call.host + call.path, SWITCHED_OFF)
    recorded = json.loads((REPLIES / name).read_bytes())
    status = int(recorded["headers"].get("status", 200))
    return Reply(status, json.dumps(recorded["body"]).encode())


@pytest.fixture(scope="module")
def result() -> Iterator[DiscoveryResult]:
    fake = FakeGoogle(Estate())
    fake.faults.append(replay)
    provider = GcpProvider(endpoint_url=fake.url)
    yield asyncio.run(provider.discover_resources(ProviderConfig(accounts=("cloud-custodian",))))
    fake.stop()


@pytest.fixture(scope="module")
def graph(result: DiscoveryResult) -> Graph:
    made, problems = normalise(result.items())
    assert problems == []
    return made


def test_every_file_is_replayed() -> None:
    files = {path.name for path in REPLIES.glob("*.json")}
    assert files == {*RECORDED.values(), SWITCHED_OFF, HISTORY, "index.json"}


def test_all_of_it_is_read(graph: Graph, result: DiscoveryResult) -> None:
    assert Counter(each.type for each in graph.resources.values()) == FOUND
    assert {entry.status for entry in result.coverage()} == {CoverageStatus.SEEN}


def test_ids_places_and_states_are_those_of_google(graph: Graph) -> None:
    compute = "//compute.googleapis.com/projects/cloud-custodian"
    told = {
        key: (each.region, each.zone, each.state)
        for key, each in graph.resources.items()
        if not key.startswith(f"{compute}/regions/")
    }
    expected = {
        f"{compute}/zones/us-central1-c/instances/test-ingwar": ("us-central1", "us-central1-c", "stopped"),
        f"{compute}/global/backendServices/new-backend-service": ("global", None, None),
        f"{compute}/global/targetSslProxies/lb2-target-proxy": ("global", None, None),
        "//container.googleapis.com/projects/cloud-custodian/zones/us-central1-a/clusters/standard-cluster-1": (
            "us-central1",
            "us-central1-a",
            "running",
        ),
        "//cloudsql.googleapis.com/projects/cloud-custodian/instances/brenttest-6": (
            "us-central1",
            "us-central1-a",
            "running",
        ),
        "//dns.googleapis.com/projects/cloud-custodian/managedZones/6655816484321954559": ("global", None, None),
        "//storage.googleapis.com/staging.cloud-custodian.appspot.com": ("eu", None, None),
        "//spanner.googleapis.com/projects/cloud-custodian/instances/custodian-spanner": (
            "asia-east1",
            None,
            "running",
        ),
        "//cloudresourcemanager.googleapis.com/projects/111111111111": ("global", None, "running"),
        "//secretmanager.googleapis.com/projects/cloud-custodian/secrets/faes": ("global", None, None),
    }
    assert {key: told[key] for key in expected} == expected


def test_links_are_those_that_the_replies_state(graph: Graph) -> None:
    compute = "//compute.googleapis.com/projects/cloud-custodian"
    found = {(link.source, link.target, link.kind, link.resolved) for link in graph.links}
    machine = f"{compute}/zones/us-central1-c/instances/test-ingwar"
    app = "//appengine.googleapis.com/apps/cloud-custodian"
    assert found >= {
        (machine, f"{compute}/zones/us-central1-c/disks/test-ingwar", "attached_to", True),
        (
            machine,
            "//iam.googleapis.com/projects/team-saasops/serviceAccounts/"
            "gcp-automation@team-saasops.iam.gserviceaccount.com",
            "runs_as",
            False,
        ),
        (f"{app}/services/12277184", app, "member_of", True),
        (app, "//storage.googleapis.com/staging.cloud-custodian.appspot.com", "uses", True),
        (
            f"{compute}/zones/us-central1-c/disks/test-ingwar",
            "//compute.googleapis.com/projects/centos-cloud/global/images/centos-7-v20180716",
            "uses",
            False,
        ),
        (
            "//redis.googleapis.com/projects/cloud-custodian/locations/us-central1/instances/instance-test",
            f"{compute}/global/networks/default",
            "attached_to",
            True,
        ),
    }
    members = [link for link in graph.links if link.target == f"{compute}/global/networks/default"]
    assert len([link for link in members if "/subnetworks/" in link.source]) == 18


def test_an_asset_that_asset_inventory_really_sent() -> None:
    """The recorded history of one asset holds it in the envelope that the list uses too."""
    history = json.loads((REPLIES / HISTORY).read_bytes())["body"]
    page = {"assets": [entry["asset"] for entry in history["assets"]], "readTime": "2020-05-29T16:39:31Z"}
    fake = FakeGoogle(Estate())
    fake.faults.append(lambda call, made: Reply(body=page))
    provider = GcpProvider(endpoint_url=fake.url)
    config = ProviderConfig(accounts=("cloud-custodian",), types=("gcp.compute.instance",))
    result = asyncio.run(provider.discover_resources(config))
    fake.stop()
    made, problems = normalise(result.items())
    assert problems == []
    (machine,) = made.resources.values()
    assert (
        machine.id == "//compute.googleapis.com/projects/cloud-custodian/zones/us-central1-a/instances/instance-1"
    )
    assert (machine.region, machine.zone, machine.state) == ("us-central1", "us-central1-a", "stopped")
    assert dict(machine.tags) == {"quarantined": "testing"}
