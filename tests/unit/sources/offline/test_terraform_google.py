"""google states: the full resource names of Cloud Asset Inventory, whatever the state calls a thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.sources.offline.states import resource, state, write

from cloudviz.inventory.model import Graph
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

FILES = Path(__file__).parents[3] / "payloads" / "terraform" / "google"
GOOGLE = 'provider["registry.terraform.io/hashicorp/google"]'
API = "https://www.googleapis.com/compute/v1/projects/shop"
COMPUTE = "//compute.googleapis.com/projects/shop"
NETWORK = f"{COMPUTE}/global/networks/main"
SUBNET = f"{COMPUTE}/regions/europe-west1/subnetworks/web"
MACHINE = f"{COMPUTE}/zones/europe-west1-b/instances/web"
DISK = f"{COMPUTE}/zones/europe-west1-b/disks/data"
CLUSTER = "//container.googleapis.com/projects/shop/locations/europe-west1/clusters/main"
DATABASE = "//cloudsql.googleapis.com/projects/shop/instances/orders"
COPY = "//cloudsql.googleapis.com/projects/shop/instances/orders-copy"
BUCKET = "//storage.googleapis.com/shop-logs"
ACCOUNT = "//iam.googleapis.com/projects/shop/serviceAccounts/web@shop.iam.gserviceaccount.com"
FIREWALL = f"{COMPUTE}/global/firewalls/allow-web"

RESOURCES = [
    resource(
        "google_compute_network",
        "n",
        {
            "id": "projects/shop/global/networks/main",
            "name": "main",
            "project": "shop",
            "self_link": f"{API}/global/networks/main",
        },
    ),
    resource(
        "google_compute_subnetwork",
        "s",
        {
            "id": "projects/shop/regions/europe-west1/subnetworks/web",
            "name": "web",
            "project": "shop",
            "region": "europe-west1",
            "ip_cidr_range": "10.0.0.0/20",
            "network": f"{API}/global/networks/main",
            "self_link": f"{API}/regions/europe-west1/subnetworks/web",
        },
    ),
    resource(
        "google_compute_instance",
        "i",
        {
            "id": "projects/shop/zones/europe-west1-b/instances/web",
            "name": "web",
            "project": "shop",
            "zone": "europe-west1-b",
            "machine_type": "e2-small",
            "current_status": "TERMINATED",
            "labels": {"env": "prod"},
            "effective_labels": {"env": "prod", "goog-terraform-provisioned": "true"},
            "network_interface": [
                {
                    "network": f"{API}/global/networks/main",
                    "subnetwork": f"{API}/regions/europe-west1/subnetworks/web",
                    "network_ip": "10.0.0.2",
                    "access_config": [{"nat_ip": "34.1.2.3"}],
                }
            ],
            "boot_disk": [{"source": f"{API}/zones/europe-west1-b/disks/web"}],
            "attached_disk": [{"source": f"{API}/zones/europe-west1-b/disks/data"}],
            "service_account": [{"email": "web@shop.iam.gserviceaccount.com"}],
            "self_link": f"{API}/zones/europe-west1-b/instances/web",
        },
    ),
    resource(
        "google_compute_disk",
        "d",
        {
            "id": "x",
            "name": "data",
            "project": "shop",
            "zone": "europe-west1-b",
            "size": 100,
            "type": "pd-ssd",
            "self_link": f"{API}/zones/europe-west1-b/disks/data",
            "users": [f"{API}/zones/europe-west1-b/instances/web"],
        },
    ),
    resource(
        "google_container_cluster",
        "k",
        {
            "id": "projects/shop/locations/europe-west1/clusters/main",
            "name": "main",
            "project": "shop",
            "location": "europe-west1",
            "master_version": "1.31.1",
            "network": "projects/shop/global/networks/main",
            "subnetwork": "projects/shop/regions/europe-west1/subnetworks/web",
            "self_link": "https://container.googleapis.com/v1/projects/shop/locations/europe-west1/clusters/main",
            "node_config": [{"service_account": "web@shop.iam.gserviceaccount.com"}],
            "resource_labels": {"team": "web"},
        },
    ),
    resource(
        "google_sql_database_instance",
        "o",
        {
            "id": "orders",
            "name": "orders",
            "project": "shop",
            "region": "europe-west1",
            "database_version": "POSTGRES_16",
            "root_password": "hunter2",
            "self_link": "https://sqladmin.googleapis.com/sql/v1beta4/projects/shop/instances/orders",
            "settings": [
                {
                    "tier": "db-f1-micro",
                    "disk_size": 10,
                    "user_labels": {"env": "prod"},
                    "ip_configuration": [{"private_network": "projects/shop/global/networks/main"}],
                }
            ],
        },
    ),
    resource(
        "google_sql_database_instance",
        "c",
        {
            "id": "orders-copy",
            "name": "orders-copy",
            "project": "shop",
            "region": "europe-west1",
            "master_instance_name": "orders",
        },
    ),
    resource(
        "google_storage_bucket",
        "b",
        {
            "id": "shop-logs",
            "name": "shop-logs",
            "project": "shop",
            "location": "EU",
            "storage_class": "STANDARD",
            "self_link": "https://www.googleapis.com/storage/v1/b/shop-logs",
        },
    ),
    resource(
        "google_service_account",
        "a",
        {
            "id": "projects/shop/serviceAccounts/web@shop.iam.gserviceaccount.com",
            "email": "web@shop.iam.gserviceaccount.com",
            "name": "projects/shop/serviceAccounts/web@shop.iam.gserviceaccount.com",
            "project": "shop",
            "display_name": "Web",
            "unique_id": "1",
        },
    ),
    resource(
        "google_compute_firewall",
        "f",
        {
            "id": "projects/shop/global/firewalls/allow-web",
            "name": "allow-web",
            "project": "shop",
            "direction": "INGRESS",
            "network": f"{API}/global/networks/main",
            "self_link": f"{API}/global/firewalls/allow-web",
        },
    ),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    path = tmp_path_factory.mktemp("google") / "shop.tfstate"
    resources = [{**each, "provider": GOOGLE} for each in RESOURCES]
    result = read_paths([write(path, state(*resources))])
    assert result.problems == []
    found, problems = normalise(result.items)
    assert problems == []
    return found


def test_ids_are_full_resource_names(graph: Graph) -> None:
    assert set(graph.resources) == {
        NETWORK, SUBNET, MACHINE, DISK, CLUSTER, DATABASE, COPY, BUCKET, ACCOUNT, FIREWALL
    }  # fmt: skip
    assert {each.account for each in graph.resources.values()} == {"shop"}
    assert {graph.resources[key].region for key in (SUBNET, MACHINE, DISK, CLUSTER, DATABASE, COPY)} == {
        "europe-west1"
    }
    assert graph.resources[BUCKET].region == "eu"
    assert (graph.resources[MACHINE].zone, graph.resources[MACHINE].state) == ("europe-west1-b", "stopped")


def test_everything_sits_where_it_belongs(graph: Graph) -> None:
    assert {key: each.parent for key, each in graph.resources.items() if each.parent} == {
        SUBNET: NETWORK,
        MACHINE: SUBNET,
        CLUSTER: SUBNET,
        FIREWALL: NETWORK,
    }


def test_links(graph: Graph) -> None:
    assert {(link.source, link.kind, link.target) for link in graph.links if link.resolved} == {
        (SUBNET, "member_of", NETWORK),
        (MACHINE, "member_of", SUBNET),
        (MACHINE, "member_of", NETWORK),
        (MACHINE, "attached_to", DISK),
        (MACHINE, "runs_as", ACCOUNT),
        (CLUSTER, "member_of", SUBNET),
        (CLUSTER, "member_of", NETWORK),
        (CLUSTER, "runs_as", ACCOUNT),
        (DATABASE, "attached_to", NETWORK),
        (COPY, "member_of", DATABASE),
        (FIREWALL, "member_of", NETWORK),
    }
    assert {link.target for link in graph.links if not link.resolved} == {
        f"{COMPUTE}/zones/europe-west1-b/disks/web"
    }


def test_facts_labels_and_secrets(graph: Graph) -> None:
    machine = graph.resources[MACHINE]
    assert (machine.properties["size"], machine.properties["public_ip"]) == ("e2-small", "34.1.2.3")
    assert dict(machine.tags) == {"env": "prod", "goog-terraform-provisioned": "true"}
    assert dict(graph.resources[CLUSTER].tags) == {"team": "web"}
    assert dict(graph.resources[DATABASE].tags) == {"env": "prod"}
    assert graph.resources[DATABASE].properties["capacity_gb"] == 10
    assert "hunter2" not in repr(graph)


def test_a_published_sample() -> None:
    result = read_paths([FILES / "example_project_update.tfstate"])
    graph, problems = normalise(result.items)
    assert problems == []
    (project,) = graph.resources.values()
    assert (project.type, project.kind, project.name) == ("gcp.support.project", "account", "My Project")
    assert dict(project.tags)["project-label-key-a"] == "project-label-val-a"
