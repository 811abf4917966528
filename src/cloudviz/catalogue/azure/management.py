"""What others are put into, and the identities they act with."""

from __future__ import annotations

from cloudviz.catalogue.declare import ArmList, KnownAs, LinkRule, ResourceType, TerraformJoin, arm, at, inside
from cloudviz.catalogue.kinds import Kind

IN_ITS_GROUP: LinkRule = inside("azure.support.resource_group", at("id"))
"""Every ARM id names its resource group. Put it last: a subnet or network that holds a resource says more."""

RESOURCE_GROUP = ResourceType(
    key="azure.support.resource_group",
    kind=Kind.RESOURCE_GROUP,
    title="Resource group",
    icon="azure/resource-group",
    listing=ArmList("microsoft.resources/subscriptions/resourcegroups", "2021-04-01"),
    known_as=KnownAs(terraform=("azurerm_resource_group",), arm=("microsoft.resources/resourcegroups",)),
    id=arm(),
    name=at("name"),
    region=at("location").as_location(),
    tags=at("tags"),
    sublabel=(),
    supporting=True,
)

USER_ASSIGNED_IDENTITY = ResourceType(
    key="azure.support.user_assigned_identity",
    kind=Kind.IDENTITY,
    title="Managed identity",
    icon="azure/managed-identity",
    listing=ArmList("microsoft.managedidentity/userassignedidentities", "2023-01-31"),
    known_as=KnownAs(terraform=("azurerm_user_assigned_identity",)),
    id=arm(),
    name=at("name"),
    region=at("location").as_location(),
    tags=at("tags"),
    sublabel=(),
    links=(IN_ITS_GROUP,),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (RESOURCE_GROUP, USER_ASSIGNED_IDENTITY)

JOINS: tuple[TerraformJoin, ...] = ()
