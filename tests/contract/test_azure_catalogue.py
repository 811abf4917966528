"""Every path of the Azure declarations is in a body that ARM really sent (tests/payloads/azure).

ARM publishes no one schema that ships with Python, so recorded bodies stand for it. A path that no recording has
is a named exception with its source.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudviz.catalogue import azure
from cloudviz.catalogue.declare import ArmList, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import RawItem, Scope
from cloudviz.normalise import normalise

PAYLOADS = Path(__file__).parent.parent / "payloads" / "azure"

EXCEPTIONS = {
    (
        "azure.compute.virtual_machine",
        "properties.extended.instanceView.powerState.code",
    ): "only Resource Graph adds it: learn.microsoft.com/azure/governance/resource-graph, starter sample queries",
    (
        "azure.network.subnet",
        "properties.addressPrefixes[]",
    ): "ARM reference of subnets, 2023-09-01: a list in place of addressPrefix; Terraform writes only the list",
    (
        "azure.network.network_security_group",
        "properties.networkInterfaces[].id",
    ): "ARM reference of network security groups, 2024-05-01; no recorded group guards an interface",
    (
        "azure.network.public_ip",
        "zones[]",
    ): "ARM reference of public IP addresses, 2023-09-01; none recorded is zonal",
    ("azure.network.load_balancer", "tags"): "every tracked ARM resource may have tags; none recorded does",
    (
        "azure.storage.storage_account",
        "properties.networkAcls.virtualNetworkRules[].id",
    ): "ARM reference of storage accounts, 2024-01-01; recorded accounts hold an empty list there",
    (
        "azure.storage.storage_account",
        "identity.userAssignedIdentities{}",
    ): "ARM reference of storage accounts, 2024-01-01; recorded for virtual machines",
    (
        "azure.database.sql_server",
        "identity.userAssignedIdentities{}",
    ): "ARM reference of SQL servers, 2021-11-01; recorded for virtual machines",
}
"""(type key, path) → where it is documented, or why no recording has it."""

FIRST_SIX = {
    "azure.compute.virtual_machine",
    "azure.network.virtual_network",
    "azure.network.subnet",
    "azure.storage.storage_account",
    "azure.database.sql_database",
    "azure.network.load_balancer",
}


def bodies(key: str) -> list[dict[str, Any]]:
    return json.loads((PAYLOADS / f"{key.removeprefix('azure.')}.json").read_bytes())


def is_recorded(key: str, path: str) -> bool:
    return any(read_path(path)(body) for body in bodies(key))


@pytest.mark.parametrize("declared", azure.TYPES, ids=lambda declared: declared.key)
def test_every_path_is_in_a_recorded_body(declared: ResourceType) -> None:
    missing = [
        path
        for path in declared.paths()
        if (declared.key, path) not in EXCEPTIONS and not is_recorded(declared.key, path)
    ]
    assert not missing


def test_exceptions_are_needed() -> None:
    declared = {(each.key, path) for each in azure.TYPES for path in each.paths()}
    for (key, path), reason in EXCEPTIONS.items():
        assert reason
        assert (key, path) in declared, f"{key} does not read {path} any more"
        assert not is_recorded(key, path), f"{key} {path} needs no exception"


@pytest.mark.parametrize("declared", azure.TYPES, ids=lambda declared: declared.key)
def test_the_recorded_bodies_are_of_the_type(declared: ResourceType) -> None:
    assert isinstance(declared.listing, ArmList)
    names = {declared.listing.arm_type, *declared.known_as.arm}
    assert {body["type"].lower() for body in bodies(declared.key)} <= names


@pytest.mark.parametrize("declared", azure.TYPES, ids=lambda declared: declared.key)
def test_the_recorded_bodies_become_resources(declared: ResourceType) -> None:
    items = [RawItem(Scope("azure"), body["type"], body) for body in bodies(declared.key)]
    graph, problems = normalise(items)
    assert problems == []
    found = {body["id"].lower() for body in bodies(declared.key)}
    assert set(graph.resources) == found
    for resource in graph.resources.values():
        assert resource.type == declared.key
        assert resource.account == resource.id.split("/")[2]
        assert " " not in resource.region and resource.region == resource.region.lower()
        if declared.key != "azure.support.resource_group":
            assert resource.parent is not None


def test_the_first_six_are_there() -> None:
    assert {declared.key for declared in catalogue().of("azure")} >= FIRST_SIX
