"""Databases and caches."""

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
    attached,
    inside,
    member_of,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_PROVISIONING, State

_SERVER_STATES = {
    **AZURE_PROVISIONING,
    "ready": State.RUNNING,
    "disabled": State.STOPPED,
    "dropping": State.DELETING,
    "starting": State.PENDING,
    "stopping": State.STOPPING,
    "restarting": State.UPDATING,
    "inaccessible": State.FAILED,
}
"""``state`` of the flexible servers, and of a logical server, whose only lasting one is "Ready"."""

SQL_SERVER = tracked(
    "azure.database.sql_server",
    Kind.DATABASE_CLUSTER,
    "Azure SQL logical server",
    ArmList("microsoft.sql/servers", "2021-11-01"),
    known_as=KnownAs(
        terraform=("azurerm_mssql_server", "azurerm_sql_server"),
        terraform_fields={
            "properties.version": "version",
            "properties.fullyQualifiedDomainName": "fully_qualified_domain_name",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    state=at("properties.state").as_state(_SERVER_STATES),
    facts={"version": at("properties.version"), "endpoint": at("properties.fullyQualifiedDomainName")},
    sublabel=(),
    links=(BY_ENDPOINT, AS_IDENTITIES),
)

SQL_DATABASE = tracked(
    "azure.database.sql_database",
    Kind.DATABASE,
    "Azure SQL database",
    ArmList("microsoft.sql/servers/databases", "2021-11-01", system_names=("master",)),
    known_as=KnownAs(
        terraform=("azurerm_mssql_database", "azurerm_sql_database"),
        terraform_fields={
            "sku.name": "sku_name|requested_service_objective_name",
            "properties.collation": "collation",
            # Terraform counts gigabytes, ARM bytes: the fact is ARM's alone.
            "properties.maxSizeBytes": "",
            "properties.elasticPoolId": "elastic_pool_id",
        },
    ),
    state=at("properties.status").as_state(AZURE_PROVISIONING),
    facts={
        "size": at("sku.name"),
        "tier": at("sku.tier"),
        "collation": at("properties.collation"),
        "max_bytes": at("properties.maxSizeBytes"),
    },
    links=(
        # The id of a database begins with the id of its server.
        member_of("azure.database.sql_server", at("id")),
        member_of("azure.support.sql_elastic_pool", at("properties.elasticPoolId")),
    ),
)

COSMOS_DB = tracked(
    "azure.database.cosmos_db",
    Kind.DATABASE,
    "Cosmos DB account",
    ArmList("microsoft.documentdb/databaseaccounts", "2023-11-15"),
    known_as=KnownAs(
        terraform=("azurerm_cosmosdb_account",),
        terraform_fields={
            "kind": "kind",
            "properties.databaseAccountOfferType": "offer_type",
            "properties.documentEndpoint": "endpoint",
            "properties.locations[].locationName": "geo_location[].location",
            "properties.virtualNetworkRules[].id": "virtual_network_rule[].id",
            "properties.keyVaultKeyUri": "key_vault_key_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={
        "engine": at("kind"),
        "size": at("properties.databaseAccountOfferType"),
        "endpoint": at("properties.documentEndpoint"),
        "regions": at("properties.locations[].locationName"),
    },
    sublabel=("engine",),
    links=(
        attached("azure.network.subnet", at("properties.virtualNetworkRules[].id")),
        BY_ENDPOINT,
        uses("azure.security.key_vault", at("properties.keyVaultKeyUri").matching(HOST_LABEL)),
        AS_IDENTITIES,
    ),
)

MYSQL_FLEXIBLE_SERVER = tracked(
    "azure.database.mysql_flexible_server",
    Kind.DATABASE,
    "MySQL flexible server",
    ArmList("microsoft.dbformysql/flexibleservers", "2023-12-30"),
    known_as=KnownAs(
        terraform=("azurerm_mysql_flexible_server",),
        terraform_fields={
            "properties.availabilityZone": "zone",
            "sku.name": "sku_name",
            "properties.version": "version",
            "properties.fullyQualifiedDomainName": "fqdn",
            "properties.network.delegatedSubnetResourceId": "delegated_subnet_id",
            "properties.network.privateDnsZoneResourceId": "private_dns_zone_id",
            "properties.state": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    state=at("properties.state").as_state(_SERVER_STATES),
    zone=at("properties.availabilityZone"),
    facts={
        "size": at("sku.name"),
        "version": at("properties.version"),
        "endpoint": at("properties.fullyQualifiedDomainName"),
    },
    links=(
        inside("azure.network.subnet", at("properties.network.delegatedSubnetResourceId")),
        uses("azure.support.private_dns_zone", at("properties.network.privateDnsZoneResourceId")),
        BY_ENDPOINT,
        AS_IDENTITIES,
    ),
)

POSTGRESQL_FLEXIBLE_SERVER = tracked(
    "azure.database.postgresql_flexible_server",
    Kind.DATABASE,
    "PostgreSQL flexible server",
    ArmList("microsoft.dbforpostgresql/flexibleservers", "2024-08-01"),
    known_as=KnownAs(
        terraform=("azurerm_postgresql_flexible_server",),
        terraform_fields={
            "properties.availabilityZone": "zone",
            "sku.name": "sku_name",
            "properties.version": "version",
            "properties.fullyQualifiedDomainName": "fqdn",
            "properties.network.delegatedSubnetResourceId": "delegated_subnet_id",
            "properties.network.privateDnsZoneArmResourceId": "private_dns_zone_id",
            "properties.state": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    state=at("properties.state").as_state(_SERVER_STATES),
    zone=at("properties.availabilityZone"),
    facts={
        "size": at("sku.name"),
        "version": at("properties.version"),
        "endpoint": at("properties.fullyQualifiedDomainName"),
    },
    links=(
        inside("azure.network.subnet", at("properties.network.delegatedSubnetResourceId")),
        uses("azure.support.private_dns_zone", at("properties.network.privateDnsZoneArmResourceId")),
        BY_ENDPOINT,
        AS_IDENTITIES,
    ),
)

REDIS_CACHE = tracked(
    "azure.database.redis_cache",
    Kind.CACHE,
    "Azure Cache for Redis",
    ArmList("microsoft.cache/redis", "2024-03-01"),
    known_as=KnownAs(
        terraform=("azurerm_redis_cache",),
        terraform_fields={
            "zones[]": "zones[]",
            "properties.sku.name": "sku_name",
            "properties.redisVersion": "redis_version",
            "properties.hostName": "hostname",
            "properties.subnetId": "subnet_id",
            "properties.linkedServers[].id": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    zone=at("zones[]"),
    facts={
        "size": at("properties.sku.name"),
        "version": at("properties.redisVersion"),
        "endpoint": at("properties.hostName"),
    },
    links=(
        inside("azure.network.subnet", at("properties.subnetId")),
        BY_ENDPOINT,
        # Its twin in another region.
        member_of("azure.database.redis_cache", at("properties.linkedServers[].id")),
        AS_IDENTITIES,
    ),
)

SQL_ELASTIC_POOL = tracked(
    "azure.support.sql_elastic_pool",
    Kind.DATABASE_CLUSTER,
    "SQL elastic pool",
    ArmList("microsoft.sql/servers/elasticpools", "2021-11-01"),
    known_as=KnownAs(
        terraform=("azurerm_mssql_elasticpool",),
        terraform_fields={"sku.name": "sku[].name", "sku.capacity": "sku[].capacity", "properties.state": ""},
    ),
    state=at("properties.state").as_state(_SERVER_STATES),
    facts={"size": at("sku.name"), "capacity": at("sku.capacity")},
    links=(member_of("azure.database.sql_server", at("id")),),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    SQL_SERVER,
    SQL_DATABASE,
    COSMOS_DB,
    MYSQL_FLEXIBLE_SERVER,
    POSTGRESQL_FLEXIBLE_SERVER,
    REDIS_CACHE,
    SQL_ELASTIC_POOL,
)

JOINS: tuple[TerraformJoin, ...] = ()
