"""The table of Google's REST lists against Google's own discovery documents: path, parameters, members."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache
import pytest

from cloudviz.sources.gcp.methods import METHODS, permission_of

DOCUMENTS = Path(googleapiclient.discovery_cache.__file__).parent / "documents"
VERSIONS = {
    "aiplatform": "v1",
    "appengine": "v1",
    "artifactregistry": "v1",
    "bigquery": "v2",
    "bigtableadmin": "v2",
    "cloudfunctions": "v2",
    "cloudkms": "v1",
    "cloudresourcemanager": "v1",
    "compute": "v1",
    "container": "v1",
    "dataflow": "v1b3",
    "dns": "v1",
    "file": "v1",
    "firestore": "v1",
    "iam": "v1",
    "memcache": "v1",
    "pubsub": "v1",
    "redis": "v1",
    "run": "v2",
    "secretmanager": "v1",
    "spanner": "v1",
    "sql": "v1",
    "storage": "v1",
    "vision": "v1",
    "vpcaccess": "v1",
}


@cache
def document(service: str) -> dict[str, Any]:
    name = {"sql": "sqladmin"}.get(service, service)
    found: dict[str, Any] = json.loads((DOCUMENTS / f"{name}.{VERSIONS[service]}.json").read_bytes())
    return found


def documented(name: str) -> dict[str, Any]:
    service, *resources, method = name.split(".")
    holder = document(service)
    for resource in resources:
        holder = holder["resources"][resource]
    found: dict[str, Any] = holder["methods"][method]
    return found


def example_path(name: str) -> str:
    """The method's path with something in place of each placeholder."""
    method = METHODS[name]
    path = method.path.replace("{project}", "p").replace("{location}", "l")
    if "{parent}" in path:
        above = re.sub(r"^/(?:bigquery/)?v\d\w*/", "", example_path(method.parents))
        path = path.replace("{parent}", f"{above}/x")
    return path


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_path_is_that_of_the_method(name: str) -> None:
    told = documented(name)
    service = document(name.split(".")[0])
    path = "/" + service["servicePath"] + told.get("flatPath", told["path"])
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))
    assert re.fullmatch(pattern, example_path(name)), (path, example_path(name))
    assert told["httpMethod"] == "GET"
    root = service["rootUrl"].removeprefix("https://").rstrip("/")
    assert METHODS[name].host.replace("{location}-", "") == root


@pytest.mark.parametrize("name", sorted(METHODS))
def test_parameters_and_members_are_those_of_the_method(name: str) -> None:
    method, told = METHODS[name], documented(name)
    assert {key for key, _ in method.parameters} <= set(told.get("parameters", {}))
    schemas = document(name.split(".")[0])["schemas"]
    members = schemas[told["response"]["$ref"]]["properties"]
    if method.is_aggregated:
        place = schemas[members["items"]["additionalProperties"]["$ref"]]["properties"]
        assert place[method.items]["type"] == "array"
    elif method.items:
        assert members[method.items]["type"] == "array"
    paged = "pageToken" in told.get("parameters", {})
    assert not paged or "nextPageToken" in members


@pytest.mark.parametrize("name", sorted(METHODS))
def test_permissions_have_the_form_of_permissions(name: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-zA-Z]+\.(?:list|get|use)", permission_of(name))
    assert METHODS[name].parents in (*METHODS, "")
