"""Every path of the Azure declarations is in a body that ARM really sent (tests/payloads/azure).

ARM publishes no one schema that ships with Python, so recorded bodies stand for it. A path that no recording has
is a named exception with its reason.
"""

from __future__ import annotations

import json
import re
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

COMMON = {
    "tags": "every tracked ARM resource may have tags",
    "zones[]": "every zonal ARM resource has it at the top: ARM reference of availability zones",
    "identity.userAssignedIdentities{}": "one form for every resource with a managed identity",
    "properties.privateEndpointConnections[].properties.privateEndpoint.id": (
        "Microsoft.Network common types: one form for every service behind a private endpoint"
    ),
}
"""Paths that mean the same in every ARM resource that has them: recorded for one type, read for all."""

GRAPH = "only Resource Graph writes it: sample queries and the resourcecontainers table in its reference"
LAID_IN = "the scan lays it in, from rows of Resource Graph that say more of their owner"
EXAMPLE = "in an example of ARM's reference (azure-rest-api-specs); no recording has one"
MODEL = "in the models of the service's azure-mgmt package; no recording has one"
FREE_FORM = "a free map in the models: learn.microsoft.com/azure/azure-monitor/containers, enabling AKS monitoring"
PREVIEW = "preview versions of the API only; absent from the stable models"

EXCEPTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    GRAPH: {
        "azure.compute.virtual_machine": ("properties.extended.instanceView.powerState.code",),
        "azure.support.subscription": (
            "name",
            "properties.managementGroupAncestorsChain[].name",
            "properties.state",
        ),
        "azure.support.vmss_instance": ("properties.extended.instanceView.powerState.code",),
    },
    LAID_IN: {
        "azure.network.dns_zone": ("aliasRecords[].properties.targetResource.id",),
        "azure.support.private_dns_zone": ("virtualNetworkLinks[].properties.virtualNetwork.id",),
    },
    EXAMPLE: {
        "azure.ai.machine_learning_workspace": ("properties.containerRegistry",),
        "azure.compute.kubernetes_cluster": (
            "properties.networkProfile.loadBalancerProfile.effectiveOutboundIPs[].id",
        ),
        "azure.compute.virtual_machine": ("properties.virtualMachineScaleSet.id",),
        "azure.compute.vm_scale_set": (
            "properties.virtualMachineProfile.networkProfile"
            ".networkInterfaceConfigurations[].properties.ipConfigurations[].properties.applicationGatewayBackendAddressPools[].id",
            "properties.virtualMachineProfile.networkProfile"
            ".networkInterfaceConfigurations[].properties.networkSecurityGroup.id",
        ),
        "azure.network.firewall": (
            "properties.ipConfigurations[].properties.publicIPAddress.id",
            "properties.ipConfigurations[].properties.subnet.id",
        ),
        "azure.network.gateway": ("properties.subnets[].id",),
        "azure.network.public_ip": ("properties.natGateway.id",),
    },
    MODEL: {
        "azure.ai.bot_service": ("sku.name",),
        "azure.ai.cognitive_services": (
            "properties.networkAcls.virtualNetworkRules[].id",
            "properties.userOwnedStorage[].resourceId",
        ),
        "azure.analytics.data_factory": ("properties.encryption.vaultBaseUrl",),
        "azure.analytics.event_hubs_namespace": (
            "properties.clusterArmId",
            "properties.encryption.keyVaultProperties[].keyVaultUri",
        ),
        "azure.compute.app_service": ("properties.virtualNetworkSubnetId",),
        "azure.compute.container_instance": (
            "properties.imageRegistryCredentials[].server",
            "properties.ipAddress.ip",
            "properties.sku",
            "properties.subnetIds[].id",
            "properties.volumes[].azureFile.shareName",
        ),
        "azure.compute.kubernetes_cluster": (
            "properties.agentPoolProfiles[].vnetSubnetID",
            "properties.fqdn",
        ),
        "azure.compute.vm_scale_set": ("properties.virtualMachineProfile.storageProfile.osDisk.osType",),
        "azure.database.cosmos_db": (
            "properties.keyVaultKeyUri",
            "properties.virtualNetworkRules[].id",
        ),
        "azure.database.mysql_flexible_server": (
            "properties.network.delegatedSubnetResourceId",
            "properties.network.privateDnsZoneResourceId",
        ),
        "azure.database.redis_cache": (
            "properties.linkedServers[].id",
            "properties.subnetId",
        ),
        "azure.database.sql_database": ("properties.elasticPoolId",),
        "azure.integration.api_management": (
            "properties.hostnameConfigurations[].keyVaultId",
            "properties.publicIpAddressId",
            "properties.virtualNetworkConfiguration.subnetResourceId",
        ),
        "azure.integration.service_bus_namespace": ("properties.encryption.keyVaultProperties[].keyVaultUri",),
        "azure.management.log_analytics_workspace": ("properties.features.clusterResourceId",),
        "azure.network.application_gateway": (
            "properties.backendAddressPools[].properties.backendAddresses[].fqdn",
            "properties.backendAddressPools[].properties.backendIPConfigurations[].id",
        ),
        "azure.network.firewall": ("properties.ipConfigurations[].properties.privateIPAddress",),
        "azure.network.network_interface": (
            "properties.ipConfigurations[].properties.applicationGatewayBackendAddressPools[].id",
            "properties.privateEndpoint.id",
        ),
        "azure.network.network_security_group": ("properties.networkInterfaces[].id",),
        "azure.network.subnet": (
            "properties.addressPrefixes[]",
            "properties.natGateway.id",
        ),
        "azure.network.virtual_network": ("properties.ddosProtectionPlan.id",),
        "azure.storage.managed_disk": (
            "properties.creationData.sourceResourceId",
            "properties.encryption.diskEncryptionSetId",
        ),
        "azure.storage.storage_account": ("properties.networkAcls.virtualNetworkRules[].id",),
        "azure.support.application_insights": ("properties.WorkspaceResourceId",),
        "azure.support.availability_set": ("properties.virtualMachines[].id",),
        "azure.support.connection": ("properties.virtualNetworkGateway2.id",),
        "azure.support.firewall_policy": (
            "properties.basePolicy.id",
            "properties.firewalls[].id",
        ),
        "azure.support.traffic_manager": ("properties.endpoints[].properties.targetResourceId",),
        "azure.support.virtual_hub": ("properties.azureFirewall.id",),
    },
    FREE_FORM: {
        "azure.compute.kubernetes_cluster": (
            "properties.addonProfiles.omsagent.config.logAnalyticsWorkspaceResourceID",
        ),
    },
    PREVIEW: {
        "azure.integration.container_registry": ("properties.networkRuleSet.virtualNetworkRules[].id",),
    },
}
"""reason → type key → paths."""

EXCUSED = {(key, path) for keys in EXCEPTIONS.values() for key, paths in keys.items() for path in paths}

NO_RECORDING = {
    "azure.support.container_app": "no public recording; ARM reference of container apps, 2023-05-01",
    "azure.support.ddos_protection_plan": "no public recording; ARM reference of network, 2023-09-01",
    "azure.support.event_hubs_cluster": "no public recording; ARM reference of event hubs, 2024-01-01",
    "azure.support.log_analytics_cluster": "no public recording; ARM reference of Log Analytics, 2022-10-01",
    "azure.support.management_group": "no public recording; ARM reference of management groups, 2020-05-01",
    "azure.support.synapse_pool": "no public recording; ARM reference of Synapse, 2021-06-01",
}
"""type key → why no recorded body is there. Supporting types only."""

NAMES_OF_THE_SPECIFICATION = {
    "Virtual Machines": "azure.compute.virtual_machine",
    "VM Scale Sets": "azure.compute.vm_scale_set",
    "Container Instances": "azure.compute.container_instance",
    "Storage Accounts": "azure.storage.storage_account",
    "Blob Storage": "azure.storage.blob_container",
    "File Shares": "azure.storage.file_share",
    "SQL Database": "azure.database.sql_database",
    "Cosmos DB": "azure.database.cosmos_db",
    "MySQL": "azure.database.mysql_flexible_server",
    "PostgreSQL": "azure.database.postgresql_flexible_server",
    "Virtual Networks": "azure.network.virtual_network",
    "Load Balancers": "azure.network.load_balancer",
    "Application Gateways": "azure.network.application_gateway",
    "Synapse Analytics": "azure.analytics.synapse_workspace",
    "Data Factory": "azure.analytics.data_factory",
    "Event Hubs": "azure.analytics.event_hubs_namespace",
    "Cognitive Services": "azure.ai.cognitive_services",
    "Machine Learning": "azure.ai.machine_learning_workspace",
    "Bot Services": "azure.ai.bot_service",
}
"""The names of the specification's "Supported Resources" for Azure, and the type that stands for each."""

HEADLINE_COUNT = 38

every_type = pytest.mark.parametrize("declared", azure.TYPES, ids=lambda declared: declared.key)
every_recorded_type = pytest.mark.parametrize(
    "declared",
    [each for each in azure.TYPES if each.key not in NO_RECORDING],
    ids=lambda declared: declared.key,
)


def bodies(key: str) -> list[dict[str, Any]]:
    return json.loads((PAYLOADS / f"{key.removeprefix('azure.')}.json").read_bytes())


def is_recorded(key: str, path: str) -> bool:
    return any(read_path(path)(body) for body in bodies(key))


def arm_types(declared: ResourceType) -> set[str]:
    assert isinstance(declared.listing, ArmList)
    return {declared.listing.arm_type, *declared.known_as.arm}


def test_there_are_exactly_as_many_headline_types_as_promised() -> None:
    assert len([each for each in azure.TYPES if not each.supporting]) == HEADLINE_COUNT
    assert {each.key for each in azure.TYPES if each.supporting} == {
        each.key for each in azure.TYPES if each.key.startswith("azure.support.")
    }


def test_every_name_of_the_specification_is_covered() -> None:
    for name, key in NAMES_OF_THE_SPECIFICATION.items():
        declared = catalogue().get(key)
        assert declared is not None, name
        assert not declared.supporting, name


@every_recorded_type
def test_every_path_is_in_a_recorded_body(declared: ResourceType) -> None:
    missing = [
        path
        for path in declared.paths()
        if (declared.key, path) not in EXCUSED and path not in COMMON and not is_recorded(declared.key, path)
    ]
    assert not missing


def test_exceptions_are_needed() -> None:
    read = {(each.key, path) for each in azure.TYPES for path in each.paths()}
    for key, path in EXCUSED:
        assert (key, path) in read, f"{key} does not read {path} any more"
        assert not is_recorded(key, path), f"{key} {path} needs no exception"
    for path, reason in COMMON.items():
        assert reason
        readers = [each.key for each in azure.TYPES if path in each.paths() and each.key not in NO_RECORDING]
        recorded = [key for key in readers if is_recorded(key, path)]
        assert recorded and len(recorded) < len(readers), path


def test_only_supporting_types_are_without_a_recording() -> None:
    for key, reason in NO_RECORDING.items():
        assert reason
        assert catalogue().types[key].supporting
    stems = {each.key.removeprefix("azure.") for each in azure.TYPES if each.key not in NO_RECORDING}
    assert {path.stem for path in PAYLOADS.glob("*.json")} == stems
    source = (PAYLOADS / "SOURCE.txt").read_text(encoding="utf-8")
    assert all(f"{stem}.json" in source for stem in stems)


@every_type
def test_every_link_leads_to_a_declared_type(declared: ResourceType) -> None:
    known = {each.key for each in azure.TYPES}
    for rule in declared.links:
        assert set(rule.targets) <= known


def test_terraform_joins_link_declared_types() -> None:
    known = {each.key for each in azure.TYPES}
    for join in azure.JOINS:
        for key, path in (join.source, join.target):
            assert set(key.split("|")) <= known and path


@every_type
def test_the_listing_is_well_formed(declared: ResourceType) -> None:
    listing = declared.listing
    assert isinstance(listing, ArmList)
    assert listing.arm_type == listing.arm_type.lower()
    assert all(name == name.lower() for name in declared.known_as.arm)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", listing.api_version)
    assert listing.in_resource_graph == (listing.child is None)
    if listing.child is not None:
        owner = catalogue().get(listing.child.owner)
        assert owner is not None
        assert bool(listing.child.path) != bool(listing.child.suffix)
        assert not listing.child.path or any(read_path(listing.child.path)(body) for body in bodies(owner.key))
    assert declared.icon.startswith("azure/")
    assert declared.title


def test_no_arm_type_belongs_to_two_declarations() -> None:
    names = [name for declared in azure.TYPES for name in arm_types(declared)]
    assert len(names) == len(set(names))


@every_recorded_type
def test_the_recorded_bodies_are_of_the_type(declared: ResourceType) -> None:
    assert {body["type"].lower() for body in bodies(declared.key)} <= arm_types(declared)


@every_recorded_type
def test_the_recorded_bodies_become_resources(declared: ResourceType) -> None:
    items = [RawItem(Scope("azure"), body["type"], body) for body in bodies(declared.key)]
    graph, problems = normalise(items)
    assert problems == []
    found = {body["id"].lower() for body in bodies(declared.key)}
    assert set(graph.resources) == found
    for resource in graph.resources.values():
        assert resource.type == declared.key
        assert resource.native_type in arm_types(declared)
        assert resource.account == resource.id.split("/")[2]
        assert " " not in resource.region and resource.region == resource.region.lower()
        if declared.key not in ("azure.support.resource_group", "azure.support.subscription"):
            assert resource.parent is not None


@every_recorded_type
def test_a_good_part_of_what_a_declaration_reads_is_in_its_recordings(declared: ResourceType) -> None:
    fields = declared.fields()
    read = {name for name, value in fields.items() if any(value.all(body, {}) for body in bodies(declared.key))}
    assert len(read) * 5 >= len(fields) * 2, sorted(set(fields) - read)
