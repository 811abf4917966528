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

DOCUMENTS = Path(googleapiclient.discovery_cache.__file__).parent / "documents"

SCHEMAS = {
    "gcp.compute.instance": ("compute.v1", "Instance"),
    "gcp.compute.gke_cluster": ("container.v1", "Cluster"),
    "gcp.network.network": ("compute.v1", "Network"),
    "gcp.network.subnetwork": ("compute.v1", "Subnetwork"),
    "gcp.network.firewall": ("compute.v1", "Firewall"),
    "gcp.network.address": ("compute.v1", "Address"),
    "gcp.storage.bucket": ("storage.v1", "Bucket"),
    "gcp.storage.disk": ("compute.v1", "Disk"),
    "gcp.database.cloud_sql": ("sqladmin.v1", "DatabaseInstance"),
    "gcp.security.service_account": ("iam.v1", "ServiceAccount"),
}
"""The schema of each type's REST resource, which is also the data of its asset."""

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(type key, path) → why it may be read although the document does not have it."""

FIRST_SIX = {
    "gcp.compute.instance",
    "gcp.compute.gke_cluster",
    "gcp.network.network",
    "gcp.network.subnetwork",
    "gcp.storage.bucket",
    "gcp.database.cloud_sql",
}


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


@pytest.mark.parametrize("declared", gcp.TYPES, ids=lambda declared: declared.key)
def test_every_path_is_in_the_discovery_document(declared: ResourceType) -> None:
    name, schema = SCHEMAS[declared.key]
    schemas = document(name)["schemas"]
    wrong = [
        path
        for path in declared.paths()
        if (declared.key, path) not in EXCEPTIONS and property_at(schemas, schemas[schema], path) is None
    ]
    assert not wrong, f"{declared.key} reads what {name}#{schema} does not have"


@pytest.mark.parametrize("declared", gcp.TYPES, ids=lambda declared: declared.key)
def test_the_fallback_method_exists(declared: ResourceType) -> None:
    assert isinstance(declared.listing, AssetList)
    name, _ = SCHEMAS[declared.key]
    holder: dict[str, Any] = document(name)
    *resources, method = declared.listing.direct.split(".")[1:]
    for resource in resources:
        holder = holder["resources"][resource]
    assert holder["methods"][method]["httpMethod"] == "GET"


def test_exceptions_are_needed() -> None:
    for (key, path), reason in EXCEPTIONS.items():
        name, schema = SCHEMAS[key]
        schemas = document(name)["schemas"]
        assert reason
        assert property_at(schemas, schemas[schema], path) is None, f"{key} {path} needs no exception"


def test_a_misspelt_path_is_found() -> None:
    schemas = document("compute.v1")["schemas"]
    instance = schemas["Instance"]
    assert property_at(schemas, instance, "networkInterfaces[].subnetwork") is not None
    assert property_at(schemas, instance, "networkInterfaces[].subnet") is None
    assert property_at(schemas, instance, "networkInterfaces.subnetwork") is None
    assert property_at(schemas, instance, "name[]") is None


def test_the_first_six_are_there() -> None:
    assert {declared.key for declared in catalogue().of("gcp")} >= FIRST_SIX
    assert set(SCHEMAS) == {declared.key for declared in gcp.TYPES}
