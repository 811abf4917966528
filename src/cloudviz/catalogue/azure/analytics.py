"""Where data is moved and asked: Synapse, Data Factory, Event Hubs."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import (
    AS_IDENTITIES,
    BY_ENDPOINT,
    HOST_LABEL,
    IDENTITIES_IN_TERRAFORM,
    tracked,
)
from cloudviz.catalogue.declare import (
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    at,
    contains,
    member_of,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_PROVISIONING

SYNAPSE_WORKSPACE = tracked(
    "azure.analytics.synapse_workspace",
    Kind.WAREHOUSE,
    "Synapse workspace",
    ArmList("microsoft.synapse/workspaces", "2021-06-01"),
    known_as=KnownAs(
        terraform=("azurerm_synapse_workspace",),
        terraform_fields={
            "properties.connectivityEndpoints.sql": "connectivity_endpoints[].sql",
            "properties.defaultDataLakeStorage.accountUrl": "storage_data_lake_gen2_filesystem_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"endpoint": at("properties.connectivityEndpoints.sql")},
    sublabel=(),
    links=(
        uses(
            "azure.storage.storage_account",
            at("properties.defaultDataLakeStorage.accountUrl").matching(HOST_LABEL),
        ),
        BY_ENDPOINT,
        AS_IDENTITIES,
    ),
)

DATA_FACTORY = tracked(
    "azure.analytics.data_factory",
    Kind.WORKFLOW,
    "Data factory",
    ArmList("microsoft.datafactory/factories", "2018-06-01"),
    known_as=KnownAs(
        terraform=("azurerm_data_factory",),
        terraform_fields={
            "properties.version": "",
            "properties.encryption.vaultBaseUrl": "customer_managed_key_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"version": at("properties.version")},
    sublabel=(),
    links=(
        uses("azure.security.key_vault", at("properties.encryption.vaultBaseUrl").matching(HOST_LABEL)),
        BY_ENDPOINT,
        AS_IDENTITIES,
    ),
)

EVENT_HUBS_NAMESPACE = tracked(
    "azure.analytics.event_hubs_namespace",
    Kind.STREAM,
    "Event Hubs namespace",
    ArmList("microsoft.eventhub/namespaces", "2024-01-01"),
    known_as=KnownAs(
        terraform=("azurerm_eventhub_namespace",),
        terraform_fields={
            "sku.name": "sku",
            "sku.capacity": "capacity",
            "properties.serviceBusEndpoint": "",
            "properties.clusterArmId": "dedicated_cluster_id",
            "properties.encryption.keyVaultProperties[].keyVaultUri": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={
        "size": at("sku.name"),
        "capacity": at("sku.capacity"),
        "endpoint": at("properties.serviceBusEndpoint"),
    },
    links=(
        BY_ENDPOINT,
        uses(
            "azure.security.key_vault",
            at("properties.encryption.keyVaultProperties[].keyVaultUri").matching(HOST_LABEL),
        ),
        member_of("azure.support.event_hubs_cluster", at("properties.clusterArmId")),
        AS_IDENTITIES,
    ),
    volatile=("properties.updatedAt",),
)

SYNAPSE_POOL = tracked(
    "azure.support.synapse_pool",
    Kind.WAREHOUSE,
    "Synapse pool",
    ArmList("microsoft.synapse/workspaces/sqlpools", "2021-06-01"),
    known_as=KnownAs(
        arm=("microsoft.synapse/workspaces/bigdatapools", "microsoft.synapse/workspaces/kustopools"),
        terraform=("azurerm_synapse_sql_pool", "azurerm_synapse_spark_pool"),
        terraform_fields={
            "sku.name": "sku_name",
            "properties.nodeSize": "node_size",
            "properties.status": "",
            "properties.provisioningState": "",
        },
    ),
    state=(at("properties.status") | at("properties.provisioningState")).as_state(AZURE_PROVISIONING),
    facts={"size": at("sku.name") | at("properties.nodeSize")},
    # The id of a pool begins with the id of its workspace.
    links=(contains("azure.analytics.synapse_workspace", at("id"), reverse=True),),
    supporting=True,
)

EVENT_HUBS_CLUSTER = tracked(
    "azure.support.event_hubs_cluster",
    Kind.STREAM,
    "Event Hubs cluster",
    ArmList("microsoft.eventhub/clusters", "2024-01-01"),
    known_as=KnownAs(
        terraform=("azurerm_eventhub_cluster",),
        terraform_fields={"sku.name": "sku_name", "sku.capacity": "", "properties.provisioningState": ""},
    ),
    facts={"size": at("sku.name"), "capacity": at("sku.capacity")},
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    SYNAPSE_WORKSPACE,
    DATA_FACTORY,
    EVENT_HUBS_NAMESPACE,
    SYNAPSE_POOL,
    EVENT_HUBS_CLUSTER,
)

JOINS: tuple[TerraformJoin, ...] = ()
