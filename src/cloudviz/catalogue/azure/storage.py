"""Storage accounts and disks."""

from __future__ import annotations

from cloudviz.catalogue.azure.management import IN_ITS_GROUP
from cloudviz.catalogue.declare import (
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arm,
    at,
    attached,
    runs_as,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_DISK, AZURE_PROVISIONING

STORAGE_ACCOUNT = ResourceType(
    key="azure.storage.storage_account",
    kind=Kind.BUCKET,
    title="Storage account",
    icon="azure/storage-account",
    listing=ArmList("microsoft.storage/storageaccounts", "2024-01-01"),
    known_as=KnownAs(
        terraform=("azurerm_storage_account",),
        terraform_fields={
            # ARM's sku is tier and replication in one word, Standard_LRS; a state holds them apart.
            "sku.name": "account_replication_type",
            "sku.tier": "account_tier",
            "kind": "account_kind",
            "properties.accessTier": "access_tier",
            "properties.primaryEndpoints.blob": "primary_blob_endpoint",
            "properties.allowBlobPublicAccess": "allow_nested_items_to_be_public",
            "properties.networkAcls.virtualNetworkRules[].id": "network_rules[].virtual_network_subnet_ids[]",
            "identity.userAssignedIdentities{}": "identity[].identity_ids[]",
        },
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.provisioningState").as_state(AZURE_PROVISIONING),
    region=at("location").as_location(),
    tags=at("tags"),
    facts={
        "size": at("sku.name"),
        "tier": at("sku.tier"),
        "class": at("kind"),
        "access_tier": at("properties.accessTier"),
        "endpoint": at("properties.primaryEndpoints.blob"),
        "public": at("properties.allowBlobPublicAccess"),
    },
    links=(
        # A service endpoint rule: who in this subnet may come in.
        attached("azure.network.subnet", at("properties.networkAcls.virtualNetworkRules[].id")),
        runs_as("azure.support.user_assigned_identity", at("identity.userAssignedIdentities{}")),
        IN_ITS_GROUP,
    ),
)

MANAGED_DISK = ResourceType(
    key="azure.storage.managed_disk",
    kind=Kind.DISK,
    title="Managed disk",
    icon="azure/managed-disk",
    listing=ArmList("microsoft.compute/disks", "2024-03-02"),
    known_as=KnownAs(
        terraform=("azurerm_managed_disk",),
        terraform_fields={
            "zones[]": "zone|zones[]",
            "sku.name": "storage_account_type",
            "properties.diskSizeGB": "disk_size_gb",
            "properties.osType": "os_type",
        },
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.diskState").as_state(AZURE_DISK),
    region=at("location").as_location(),
    zone=at("zones[]"),
    tags=at("tags"),
    facts={
        "size": at("sku.name"),
        "capacity_gb": at("properties.diskSizeGB"),
        "platform": at("properties.osType"),
    },
    links=(
        attached("azure.compute.virtual_machine", at("managedBy"), reverse=True),
        IN_ITS_GROUP,
    ),
)

TYPES: tuple[ResourceType, ...] = (STORAGE_ACCOUNT, MANAGED_DISK)

JOINS: tuple[TerraformJoin, ...] = ()
