"""Storage accounts with what is in them, disks and their copies."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import (
    AS_IDENTITIES,
    BY_ENDPOINT,
    HOST_LABEL,
    IDENTITIES_IN_TERRAFORM,
    tracked,
)
from cloudviz.catalogue.declare import (
    ArmChild,
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    at,
    attached,
    inside,
    member_of,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_DISK

STORAGE_ACCOUNT = tracked(
    "azure.storage.storage_account",
    Kind.BUCKET,
    "Storage account",
    ArmList("microsoft.storage/storageaccounts", "2024-01-01"),
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
            "properties.encryption.keyvaultproperties.keyvaulturi": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
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
        BY_ENDPOINT,
        uses(
            "azure.security.key_vault",
            at("properties.encryption.keyvaultproperties.keyvaulturi").matching(HOST_LABEL),
        ),
        AS_IDENTITIES,
    ),
)

BLOB_CONTAINER = tracked(
    "azure.storage.blob_container",
    Kind.BUCKET,
    "Blob container",
    ArmList(
        "microsoft.storage/storageaccounts/blobservices/containers",
        "2023-05-01",
        in_resource_graph=False,
        child=ArmChild(
            "azure.storage.storage_account",
            suffix="/blobServices/default/containers",
            not_kinds=("filestorage",),
        ),
    ),
    known_as=KnownAs(
        terraform=("azurerm_storage_container",),
        terraform_fields={
            # Its own id is an address until version 4; the ARM id is beside it.
            "id": "resource_manager_id|id",
            "properties.publicAccess": "container_access_type",
        },
    ),
    state=None,
    in_region=False,
    facts={"public": at("properties.publicAccess")},
    sublabel=(),
    links=(
        # The id of a container begins with the id of its account.
        inside("azure.storage.storage_account", at("id")),
    ),
    volatile=("etag", "properties.lastModifiedTime", "properties.leaseState", "properties.leaseStatus"),
)

FILE_SHARE = tracked(
    "azure.storage.file_share",
    Kind.FILE_SHARE,
    "File share",
    ArmList(
        "microsoft.storage/storageaccounts/fileservices/shares",
        "2023-05-01",
        in_resource_graph=False,
        child=ArmChild(
            "azure.storage.storage_account",
            suffix="/fileServices/default/shares",
            not_kinds=("blobstorage", "blockblobstorage"),
        ),
    ),
    known_as=KnownAs(
        terraform=("azurerm_storage_share",),
        terraform_fields={
            "id": "resource_manager_id|id",
            "properties.accessTier": "access_tier",
            "properties.shareQuota": "quota",
        },
    ),
    state=None,
    in_region=False,
    facts={"size": at("properties.accessTier"), "capacity_gb": at("properties.shareQuota")},
    links=(inside("azure.storage.storage_account", at("id")),),
    volatile=("etag", "properties.lastModifiedTime", "properties.shareUsageBytes"),
)

MANAGED_DISK = tracked(
    "azure.storage.managed_disk",
    Kind.DISK,
    "Managed disk",
    ArmList("microsoft.compute/disks", "2024-03-02"),
    known_as=KnownAs(
        terraform=("azurerm_managed_disk",),
        terraform_fields={
            "zones[]": "zone|zones[]",
            "sku.name": "storage_account_type",
            "properties.diskSizeGB": "disk_size_gb",
            "properties.osType": "os_type",
            "properties.encryption.diskEncryptionSetId": "disk_encryption_set_id",
            "properties.creationData.sourceResourceId": "source_resource_id",
        },
    ),
    state=at("properties.diskState").as_state(AZURE_DISK),
    zone=at("zones[]"),
    facts={
        "size": at("sku.name"),
        "capacity_gb": at("properties.diskSizeGB"),
        "platform": at("properties.osType"),
    },
    links=(
        attached("azure.compute.virtual_machine", at("managedBy"), reverse=True),
        uses("azure.support.disk_encryption_set", at("properties.encryption.diskEncryptionSetId")),
        uses("azure.support.snapshot|azure.storage.managed_disk", at("properties.creationData.sourceResourceId")),
    ),
)

SNAPSHOT = tracked(
    "azure.support.snapshot",
    Kind.DISK,
    "Disk snapshot",
    ArmList("microsoft.compute/snapshots", "2024-03-02"),
    known_as=KnownAs(
        terraform=("azurerm_snapshot",),
        terraform_fields={
            "sku.name": "",
            "properties.diskSizeGB": "disk_size_gb",
            "properties.creationData.sourceResourceId": "source_resource_id|source_uri",
            "properties.encryption.diskEncryptionSetId": "disk_encryption_set_id",
            "properties.provisioningState": "",
        },
    ),
    facts={"size": at("sku.name"), "capacity_gb": at("properties.diskSizeGB")},
    links=(
        member_of("azure.storage.managed_disk", at("properties.creationData.sourceResourceId")),
        uses("azure.support.disk_encryption_set", at("properties.encryption.diskEncryptionSetId")),
    ),
    supporting=True,
)

DISK_ENCRYPTION_SET = tracked(
    "azure.support.disk_encryption_set",
    Kind.KEY,
    "Disk encryption set",
    ArmList("microsoft.compute/diskencryptionsets", "2024-03-02"),
    known_as=KnownAs(
        terraform=("azurerm_disk_encryption_set",),
        terraform_fields={
            "properties.encryptionType": "encryption_type",
            "properties.activeKey.keyUrl": "key_vault_key_url|key_vault_key_id",
            "properties.provisioningState": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"encryption": at("properties.encryptionType")},
    sublabel=(),
    links=(
        # Named by the host of the key's address: an id is given only where the vault is in the subscription.
        uses("azure.security.key_vault", at("properties.activeKey.keyUrl").matching(HOST_LABEL)),
        AS_IDENTITIES,
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    STORAGE_ACCOUNT,
    BLOB_CONTAINER,
    FILE_SHARE,
    MANAGED_DISK,
    SNAPSHOT,
    DISK_ENCRYPTION_SET,
)

JOINS: tuple[TerraformJoin, ...] = ()
