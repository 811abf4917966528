"""Relational databases."""

from __future__ import annotations

from cloudviz.catalogue.azure.management import IN_ITS_GROUP
from cloudviz.catalogue.declare import (
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arm,
    at,
    member_of,
    runs_as,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_PROVISIONING

SQL_SERVER = ResourceType(
    key="azure.database.sql_server",
    kind=Kind.DATABASE_CLUSTER,
    title="Azure SQL logical server",
    icon="azure/sql-server",
    listing=ArmList("microsoft.sql/servers", "2021-11-01"),
    known_as=KnownAs(
        terraform=("azurerm_mssql_server", "azurerm_sql_server"),
        terraform_fields={
            "properties.version": "version",
            "properties.fullyQualifiedDomainName": "fully_qualified_domain_name",
            "identity.userAssignedIdentities{}": "identity[].identity_ids[]",
        },
    ),
    id=arm(),
    name=at("name"),
    # "Ready" is a server's only lasting state.
    state=at("properties.state").as_state({**AZURE_PROVISIONING, "ready": "running", "disabled": "stopped"}),
    region=at("location").as_location(),
    tags=at("tags"),
    facts={
        "version": at("properties.version"),
        "endpoint": at("properties.fullyQualifiedDomainName"),
    },
    sublabel=(),
    links=(
        runs_as("azure.support.user_assigned_identity", at("identity.userAssignedIdentities{}")),
        IN_ITS_GROUP,
    ),
)

SQL_DATABASE = ResourceType(
    key="azure.database.sql_database",
    kind=Kind.DATABASE,
    title="Azure SQL database",
    icon="azure/sql-database",
    listing=ArmList("microsoft.sql/servers/databases", "2021-11-01"),
    known_as=KnownAs(
        terraform=("azurerm_mssql_database", "azurerm_sql_database"),
        terraform_fields={
            "sku.name": "sku_name|requested_service_objective_name",
            "properties.collation": "collation",
            # Terraform counts gigabytes, ARM bytes: the fact is ARM's alone.
            "properties.maxSizeBytes": "",
        },
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.status").as_state(AZURE_PROVISIONING),
    region=at("location").as_location(),
    tags=at("tags"),
    facts={
        "size": at("sku.name"),
        "tier": at("sku.tier"),
        "collation": at("properties.collation"),
        "max_bytes": at("properties.maxSizeBytes"),
    },
    links=(
        # The id of a database begins with the id of its server.
        member_of("azure.database.sql_server", at("id")),
        IN_ITS_GROUP,
    ),
)

TYPES: tuple[ResourceType, ...] = (SQL_SERVER, SQL_DATABASE)

JOINS: tuple[TerraformJoin, ...] = ()
