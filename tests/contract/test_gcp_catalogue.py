"""Every path of the GCP declarations exists in Google's own discovery documents.

A path that is misspelt would read nothing for ever, and no other test could tell that from "there is none".
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache
import pytest

from cloudviz.catalogue import gcp
from cloudviz.catalogue.declare import AssetList, ResourceType
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import RawItem, Scope
from cloudviz.normalise import normalise

PAYLOADS = Path(__file__).parent.parent / "payloads" / "gcp"
DOCUMENTS = Path(googleapiclient.discovery_cache.__file__).parent / "documents"

SCHEMAS = {
    "gcp.compute.instance": [("compute.v1", "Instance")],
    "gcp.compute.instance_group": [("compute.v1", "InstanceGroupManager"), ("compute.v1", "InstanceGroup")],
    "gcp.compute.gke_cluster": [("container.v1", "Cluster")],
    "gcp.compute.cloud_run_service": [("run.v2", "GoogleCloudRunV2Service"), ("run.v1", "Service")],
    "gcp.compute.cloud_function": [("cloudfunctions.v2", "Function"), ("cloudfunctions.v1", "CloudFunction")],
    "gcp.compute.app_engine": [("appengine.v1", "Application")],
    "gcp.storage.bucket": [("storage.v1", "Bucket")],
    "gcp.storage.disk": [("compute.v1", "Disk")],
    "gcp.storage.filestore": [("file.v1", "Instance")],
    "gcp.database.cloud_sql": [("sqladmin.v1", "DatabaseInstance")],
    "gcp.database.firestore": [("firestore.v1", "GoogleFirestoreAdminV1Database")],
    "gcp.database.bigtable": [("bigtableadmin.v2", "Instance")],
    "gcp.database.spanner": [("spanner.v1", "Instance")],
    "gcp.database.memorystore": [("redis.v1", "Instance"), ("redis.v1", "Cluster"), ("memcache.v1", "Instance")],
    "gcp.network.network": [("compute.v1", "Network")],
    "gcp.network.subnetwork": [("compute.v1", "Subnetwork")],
    "gcp.network.firewall": [("compute.v1", "Firewall")],
    "gcp.network.router": [("compute.v1", "Router")],
    "gcp.network.address": [("compute.v1", "Address")],
    "gcp.network.forwarding_rule": [("compute.v1", "ForwardingRule")],
    "gcp.network.url_map": [("compute.v1", "UrlMap")],
    "gcp.network.backend_service": [("compute.v1", "BackendService")],
    "gcp.network.cdn_backend_bucket": [("compute.v1", "BackendBucket")],
    "gcp.network.dns_zone": [("dns.v1", "ManagedZone")],
    "gcp.data.bigquery": [("bigquery.v2", "Dataset"), ("bigquery.v2", "Table")],
    "gcp.data.dataflow_job": [("dataflow.v1b3", "Job")],
    "gcp.data.pubsub_topic": [("pubsub.v1", "Topic")],
    "gcp.data.pubsub_subscription": [("pubsub.v1", "Subscription")],
    "gcp.ai.vertex_ai": [
        ("aiplatform.v1", "GoogleCloudAiplatformV1Endpoint"),
        ("aiplatform.v1", "GoogleCloudAiplatformV1Model"),
    ],
    "gcp.ai.automl": [("aiplatform.v1", "GoogleCloudAiplatformV1TrainingPipeline")],
    "gcp.ai.vision_product_set": [("vision.v1", "ProductSet")],
    "gcp.security.service_account": [("iam.v1", "ServiceAccount")],
    "gcp.security.kms_key": [("cloudkms.v1", "CryptoKey")],
    "gcp.security.secret": [("secretmanager.v1", "Secret")],
    "gcp.support.app_engine_service": [("appengine.v1", "Service")],
    "gcp.support.app_engine_version": [("appengine.v1", "Version")],
    "gcp.support.artifact_repository": [("artifactregistry.v1", "Repository")],
    "gcp.support.bigtable_cluster": [("bigtableadmin.v2", "Cluster")],
    "gcp.support.cloud_run_job": [("run.v2", "GoogleCloudRunV2Job")],
    "gcp.support.folder": [("cloudresourcemanager.v3", "Folder"), ("cloudresourcemanager.v2", "Folder")],
    "gcp.support.gke_node_pool": [("container.v1", "NodePool")],
    "gcp.support.health_check": [("compute.v1", "HealthCheck")],
    "gcp.support.image": [("compute.v1", "Image")],
    "gcp.support.instance_template": [("compute.v1", "InstanceTemplate")],
    "gcp.support.kms_key_ring": [("cloudkms.v1", "KeyRing")],
    "gcp.support.neg": [("compute.v1", "NetworkEndpointGroup")],
    "gcp.support.organization": [
        ("cloudresourcemanager.v3", "Organization"),
        ("cloudresourcemanager.v1", "Organization"),
    ],
    "gcp.support.project": [("cloudresourcemanager.v1", "Project"), ("cloudresourcemanager.v3", "Project")],
    "gcp.support.pubsub_schema": [("pubsub.v1", "Schema")],
    "gcp.support.route": [("compute.v1", "Route")],
    "gcp.support.security_policy": [("compute.v1", "SecurityPolicy")],
    "gcp.support.snapshot": [("compute.v1", "Snapshot")],
    "gcp.support.spanner_database": [("spanner.v1", "Database")],
    "gcp.support.target_pool": [("compute.v1", "TargetPool")],
    "gcp.support.target_proxy": [
        ("compute.v1", "TargetHttpProxy"),
        ("compute.v1", "TargetHttpsProxy"),
        ("compute.v1", "TargetSslProxy"),
        ("compute.v1", "TargetTcpProxy"),
    ],
    "gcp.support.vertex_dataset": [("aiplatform.v1", "GoogleCloudAiplatformV1Dataset")],
    "gcp.support.vpc_connector": [("vpcaccess.v1", "Connector")],
    "gcp.support.vpn_gateway": [("compute.v1", "VpnGateway")],
    "gcp.support.vpn_tunnel": [("compute.v1", "VpnTunnel")],
}
"""The schemas of each type's REST resources, which are also the data of its assets. A path is in one of them."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("gcp.support.gke_node_pool", "cluster"): "only a state has it apart; the cloud's body has its full name",
    ("gcp.support.app_engine_version", "service"): "only a state has it apart; the cloud's body has its full name",
    ("gcp.support.bigtable_cluster", "instance"): "only a template needs it; the cloud's body has its full name",
    ("gcp.support.spanner_database", "instance"): "only a state has it apart; the cloud's body has its full name",
    ("gcp.security.kms_key", "ring"): "only a template needs it; the cloud's body has its full name",
}
"""(type key, path) → why it may be read although no document has it."""

SUPPORTED_RESOURCES = {
    "Compute Engine": "gcp.compute.instance",
    "GKE": "gcp.compute.gke_cluster",
    "Cloud Run": "gcp.compute.cloud_run_service",
    "Cloud Functions": "gcp.compute.cloud_function",
    "Cloud Storage": "gcp.storage.bucket",
    "Persistent Disk": "gcp.storage.disk",
    "Filestore": "gcp.storage.filestore",
    "Cloud SQL": "gcp.database.cloud_sql",
    "Firestore": "gcp.database.firestore",
    "BigTable": "gcp.database.bigtable",
    "Spanner": "gcp.database.spanner",
    "VPC": "gcp.network.network",
    "Load Balancers": "gcp.network.forwarding_rule",
    "Cloud CDN": "gcp.network.cdn_backend_bucket",
    "BigQuery": "gcp.data.bigquery",
    "DataFlow": "gcp.data.dataflow_job",
    "Pub/Sub": "gcp.data.pubsub_topic",
    "Vertex AI": "gcp.ai.vertex_ai",
    "AutoML": "gcp.ai.automl",
    "Cloud Vision": "gcp.ai.vision_product_set",
}
"""Every name that the product promises for Google Cloud, and the type that keeps the promise."""


_LOOKED = "none among the recordings of cloud-custodian, k8s-config-connector and fixinventory"
NOT_RECORDED: dict[str, str] = {
    "gcp.ai.automl": _LOOKED,
    "gcp.ai.vision_product_set": _LOOKED,
    "gcp.support.cloud_run_job": f"{_LOOKED} but in the v1 shape",
    "gcp.support.neg": _LOOKED,
    "gcp.support.vpn_tunnel": _LOOKED,
}
"""Types of which no public recording was found, and what was looked through. The generated estate has them."""


def payload(declared: ResourceType) -> Path:
    return PAYLOADS / f"{declared.key.removeprefix('gcp.')}.json"


@cache
def document(name: str) -> dict[str, Any]:
    return json.loads((DOCUMENTS / f"{name}.json").read_bytes())


def property_at(schemas: dict[str, Any], schema: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The schema of the value that ``path`` reads, or None when there is no such property."""
    for piece in path.split("."):
        name = piece.removesuffix("[]").removesuffix("{}")
        while "$ref" in schema:
            schema = schemas[schema["$ref"]]
        found = schema.get("properties", {}).get(name)
        if found is None:
            return None
        schema = found
        while "$ref" in schema:
            schema = schemas[schema["$ref"]]
        if piece.endswith("[]"):
            if schema.get("type") != "array":
                return None
            schema = schema["items"]
        elif schema.get("type") == "array":
            return None  # a list read as if it were one value
    return schema


def holds(key: str, path: str) -> bool:
    """Whether one of a type's schemas has the path. What starts with @ the envelope of an asset has."""
    return path.startswith("@") or any(
        property_at(document(name)["schemas"], document(name)["schemas"][schema], path) is not None
        for name, schema in SCHEMAS[key]
    )


@pytest.mark.parametrize("declared", gcp.TYPES, ids=lambda declared: declared.key)
def test_every_path_is_in_a_discovery_document(declared: ResourceType) -> None:
    wrong = [
        path
        for path in declared.paths()
        if (declared.key, path) not in EXCEPTIONS and not holds(declared.key, path)
    ]
    assert not wrong, f"{declared.key} reads what {SCHEMAS[declared.key]} does not have"


def method_of(name: str) -> dict[str, Any]:
    """The discovery document's entry of a method such as ``compute.instances.aggregatedList``."""
    service, *resources, method = name.split(".")
    versions = {entry[0].split(".")[0]: entry[0] for schemas in SCHEMAS.values() for entry in schemas}
    holder: dict[str, Any] = document("sqladmin.v1" if service == "sql" else versions[service])
    for resource in resources:
        holder = holder["resources"][resource]
    return holder["methods"][method]


@pytest.mark.parametrize("declared", gcp.TYPES, ids=lambda declared: declared.key)
def test_the_methods_to_fall_back_to_exist(declared: ResourceType) -> None:
    assert isinstance(declared.listing, AssetList)
    for name in filter(None, (declared.listing.direct, *declared.listing.also.values())):
        assert method_of(name)["httpMethod"] == "GET"


def test_exceptions_are_needed() -> None:
    for (key, path), reason in EXCEPTIONS.items():
        assert reason
        assert not holds(key, path), f"{key} {path} needs no exception"


def test_a_misspelt_path_is_found() -> None:
    schemas = document("compute.v1")["schemas"]
    instance = schemas["Instance"]
    assert property_at(schemas, instance, "networkInterfaces[].subnetwork") is not None
    assert property_at(schemas, instance, "networkInterfaces[].subnet") is None
    assert property_at(schemas, instance, "networkInterfaces.subnetwork") is None
    assert property_at(schemas, instance, "name[]") is None


def test_there_are_exactly_34_headline_types() -> None:
    types = catalogue().of("gcp")
    assert len([declared for declared in types if not declared.supporting]) == 34
    assert {declared.key for declared in types if declared.supporting} == {
        declared.key for declared in types if declared.key.startswith("gcp.support.")
    }
    assert set(SCHEMAS) == {declared.key for declared in gcp.TYPES}


def test_every_name_that_is_promised_is_a_headline_type() -> None:
    assert len(SUPPORTED_RESOURCES) == 20
    for key in SUPPORTED_RESOURCES.values():
        declared = catalogue().get(key)
        assert declared is not None and not declared.supporting


def test_links_end_in_declared_types() -> None:
    for declared in gcp.TYPES:
        for rule in declared.links:
            for key in rule.targets:
                target = catalogue().get(key)
                assert target is not None, f"{declared.key} links to {key}"
                assert not rule.every or target.aliases


def test_each_asset_type_is_of_one_type_only() -> None:
    names = [name for declared in gcp.TYPES for name in declared.listing.asset_types]  # type: ignore[union-attr]
    assert len(names) == len(set(names))
    assert all(declared.icon.startswith("gcp/") for declared in gcp.TYPES)


@pytest.mark.parametrize("declared", gcp.TYPES, ids=lambda declared: declared.key)
def test_a_recorded_body_is_read(declared: ResourceType) -> None:
    if declared.key in NOT_RECORDED:
        assert not payload(declared).exists(), "it is recorded after all"
        return
    bodies = json.loads(payload(declared).read_bytes())
    scope = Scope("gcp", "recorded-project", "us-central1")
    assert isinstance(declared.listing, AssetList)
    items = [RawItem(scope, declared.listing.asset_type, body, declared.key) for body in bodies]
    graph, problems = normalise(items)
    assert problems == []
    assert len(graph.resources) == len(bodies) > 0
    for resource in graph.resources.values():
        assert resource.id.startswith(f"//{declared.id.service}/")  # type: ignore[union-attr]
        assert resource.name
        assert resource.state != "unknown"
