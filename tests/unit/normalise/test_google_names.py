"""Google's names: by the project's number or id, in part, by tag, by host."""

from __future__ import annotations

from typing import Any

from cloudviz.inventory.model import Graph, RawItem, Scope
from cloudviz.normalise import normalise

API = "https://www.googleapis.com/compute/v1/projects/shop"
COMPUTE = "//compute.googleapis.com/projects/shop"


def item(asset_type: str, body: dict[str, Any], account: str = "shop") -> RawItem:
    return RawItem(Scope("gcp", account, "europe-west1"), asset_type, body)


def graph_of(*items: RawItem) -> Graph:
    graph, problems = normalise(items)
    assert problems == []
    return graph


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source, link.target, link.kind) for link in graph.links}


def network(name: str) -> RawItem:
    return item("compute.googleapis.com/Network", {"name": name, "selfLink": f"{API}/global/networks/{name}"})


def rule(name: str, network: str, *tags: str) -> RawItem:
    return item(
        "compute.googleapis.com/Firewall",
        {
            "name": name,
            "selfLink": f"{API}/global/firewalls/{name}",
            "network": f"{API}/global/networks/{network}",
            "targetTags": list(tags),
        },
    )


def machine(name: str, network: str, *tags: str) -> RawItem:
    return item(
        "compute.googleapis.com/Instance",
        {
            "name": name,
            "selfLink": f"{API}/zones/europe-west1-b/instances/{name}",
            "networkInterfaces": [{"network": f"{API}/global/networks/{network}"}],
            "tags": {"items": list(tags)},
        },
    )


def test_a_tag_means_every_rule_of_the_network_that_targets_it() -> None:
    graph = graph_of(
        network("a"),
        network("b"),
        rule("one", "a", "web", "db"),
        rule("two", "a", "web"),
        rule("other-network", "b", "web"),
        rule("web", "a"),  # it has that name, and targets nothing
        machine("m", "a", "web"),
        machine("n", "b", "db"),
    )
    guards = {(source, target) for source, target, kind in links(graph) if kind == "guarded_by"}
    at = f"{COMPUTE}/zones/europe-west1-b/instances"
    assert guards == {
        (f"{at}/m", f"{COMPUTE}/global/firewalls/one"),
        (f"{at}/m", f"{COMPUTE}/global/firewalls/two"),
    }


def test_a_project_by_its_number_is_the_project_by_its_id() -> None:
    endpoint = {
        "@asset": "//aiplatform.googleapis.com/projects/77/locations/europe-west1/endpoints/1",
        "@number": "77",
        "displayName": "e",
        "network": "projects/77/global/networks/a",
    }
    secret = {"name": "projects/77/secrets/key", "@number": "77"}
    service = {
        "name": "projects/shop/locations/europe-west1/services/api",
        "template": {
            "containers": [
                {"env": [{"valueSource": {"secretKeyRef": {"secret": "projects/shop/secrets/key"}}}]},
                {"env": [{"valueSource": {"secretKeyRef": {"secret": "gone"}}}]},
            ]
        },
    }
    graph = graph_of(
        item("aiplatform.googleapis.com/Endpoint", endpoint),
        item("secretmanager.googleapis.com/Secret", secret),
        item("run.googleapis.com/Service", service),
        network("a"),
    )
    run = "//run.googleapis.com/projects/shop/locations/europe-west1/services/api"
    assert links(graph) == {
        (endpoint["@asset"], f"{COMPUTE}/global/networks/a", "attached_to"),
        (run, "//secretmanager.googleapis.com/projects/77/secrets/key", "uses"),
        # What is not there has the name it would have.
        (run, "//secretmanager.googleapis.com/projects/77/secrets/gone", "uses"),
    }
    assert {each.account for each in graph.resources.values()} == {"shop"}
    assert not any("@" in key for each in graph.resources.values() for key in each.properties["configuration"])


def test_a_partial_name_is_in_ones_own_project() -> None:
    job = {
        "id": "1",
        "name": "j",
        "location": "europe-west1",
        "environment": {"workerPools": [{"subnetwork": "regions/europe-west1/subnetworks/s"}]},
    }
    (link,) = graph_of(item("dataflow.googleapis.com/Job", job)).links
    assert link.target == f"{COMPUTE}/regions/europe-west1/subnetworks/s"


def test_an_account_is_of_the_project_that_its_address_names() -> None:
    body = {
        "name": "m",
        "selfLink": f"{API}/zones/europe-west1-b/instances/m",
        "serviceAccounts": [
            {"email": "app@other.iam.gserviceaccount.com"},
            {"email": "77-compute@developer.gserviceaccount.com"},
            {"email": "default"},
        ],
    }
    found = {link.target for link in graph_of(item("compute.googleapis.com/Instance", body)).links}
    assert found == {
        "//iam.googleapis.com/projects/other/serviceAccounts/app@other.iam.gserviceaccount.com",
        "//iam.googleapis.com/projects/shop/serviceAccounts/77-compute@developer.gserviceaccount.com",
    }


def test_a_host_that_is_nobodys_is_no_link() -> None:
    body = {"name": "projects/shop/subscriptions/s", "pushConfig": {"pushEndpoint": "https://hooks.example.org/x"}}
    assert graph_of(item("pubsub.googleapis.com/Subscription", body)).links == []


def test_types_of_several_names_keep_their_own() -> None:
    table = {
        "selfLink": "https://bigquery.googleapis.com/bigquery/v2/projects/shop/datasets/d/tables/t",
        "tableReference": {"projectId": "shop", "datasetId": "d", "tableId": "t"},
    }
    model = {"name": "projects/77/locations/europe-west1/models/1", "displayName": "m"}
    graph = graph_of(item("bigquery.googleapis.com/Table", table), item("aiplatform.googleapis.com/Model", model))
    assert {each.native_type for each in graph.resources.values()} == {
        "bigquery.googleapis.com/Table",
        "aiplatform.googleapis.com/Model",
    }
    (link,) = graph.links
    assert (link.target, link.kind) == ("//bigquery.googleapis.com/projects/shop/datasets/d", "member_of")
