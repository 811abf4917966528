"""What others are put into, the identities they act with, and what watches them."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import AS_IDENTITIES, IDENTITIES_IN_TERRAFORM, tracked
from cloudviz.catalogue.declare import ArmList, KnownAs, ResourceType, TerraformJoin, at, attached, member_of
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import State

LOG_ANALYTICS_WORKSPACE = tracked(
    "azure.management.log_analytics_workspace",
    Kind.ANALYTICS,
    "Log Analytics workspace",
    ArmList("microsoft.operationalinsights/workspaces", "2022-10-01"),
    known_as=KnownAs(
        terraform=("azurerm_log_analytics_workspace",),
        terraform_fields={
            "properties.sku.name": "sku",
            "properties.retentionInDays": "retention_in_days",
            "properties.customerId": "workspace_id",
            "properties.features.clusterResourceId": "",
        },
    ),
    facts={
        "size": at("properties.sku.name"),
        "retention_days": at("properties.retentionInDays"),
        "workspace_id": at("properties.customerId"),
    },
    links=(member_of("azure.support.log_analytics_cluster", at("properties.features.clusterResourceId")),),
)

RESOURCE_GROUP = tracked(
    "azure.support.resource_group",
    Kind.RESOURCE_GROUP,
    "Resource group",
    ArmList("microsoft.resources/subscriptions/resourcegroups", "2021-04-01", table="resourcecontainers"),
    known_as=KnownAs(terraform=("azurerm_resource_group",), arm=("microsoft.resources/resourcegroups",)),
    state=None,
    sublabel=(),
    in_group=False,
    supporting=True,
)

SUBSCRIPTION = tracked(
    "azure.support.subscription",
    Kind.ACCOUNT,
    "Subscription",
    ArmList("microsoft.resources/subscriptions", "2022-12-01", table="resourcecontainers", is_global=True),
    # ARM's own list says displayName and state, Resource Graph name and properties.state.
    name=at("displayName") | at("name"),
    state=(at("state") | at("properties.state")).as_state(
        {
            "enabled": State.RUNNING,
            "warned": State.RUNNING,
            "pastdue": State.RUNNING,
            "disabled": State.STOPPED,
            "deleted": State.TERMINATED,
        }
    ),
    in_region=False,
    sublabel=(),
    links=(member_of("azure.support.management_group", at("properties.managementGroupAncestorsChain[].name")),),
    in_group=False,
    supporting=True,
)

MANAGEMENT_GROUP = tracked(
    "azure.support.management_group",
    Kind.RESOURCE_GROUP,
    "Management group",
    ArmList("microsoft.management/managementgroups", "2020-05-01", table="resourcecontainers", is_global=True),
    known_as=KnownAs(
        terraform=("azurerm_management_group",),
        terraform_fields={
            "properties.displayName": "display_name",
            "properties.details.parent.id": "parent_management_group_id",
        },
    ),
    state=None,
    in_region=False,
    facts={"title": at("properties.displayName")},
    sublabel=("title",),
    links=(member_of("azure.support.management_group", at("properties.details.parent.id")),),
    in_group=False,
    supporting=True,
)

USER_ASSIGNED_IDENTITY = tracked(
    "azure.support.user_assigned_identity",
    Kind.IDENTITY,
    "Managed identity",
    ArmList("microsoft.managedidentity/userassignedidentities", "2023-01-31"),
    known_as=KnownAs(terraform=("azurerm_user_assigned_identity",)),
    icon="managed-identity",
    state=None,
    sublabel=(),
    supporting=True,
)

APPLICATION_INSIGHTS = tracked(
    "azure.support.application_insights",
    Kind.ALARM,
    "Application Insights",
    ArmList("microsoft.insights/components", "2020-02-02"),
    known_as=KnownAs(
        terraform=("azurerm_application_insights",),
        terraform_fields={
            "properties.Application_Type": "application_type",
            "properties.WorkspaceResourceId": "workspace_id",
            "properties.provisioningState": "",
        },
    ),
    facts={"application": at("properties.Application_Type")},
    sublabel=("application",),
    links=(attached("azure.management.log_analytics_workspace", at("properties.WorkspaceResourceId")),),
    supporting=True,
)

LOG_ANALYTICS_CLUSTER = tracked(
    "azure.support.log_analytics_cluster",
    Kind.ANALYTICS,
    "Log Analytics cluster",
    ArmList("microsoft.operationalinsights/clusters", "2022-10-01"),
    known_as=KnownAs(
        terraform=("azurerm_log_analytics_cluster",),
        terraform_fields={
            "sku.capacity": "size_gb",
            "properties.provisioningState": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"capacity_gb": at("sku.capacity")},
    sublabel=("capacity_gb",),
    links=(AS_IDENTITIES,),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    LOG_ANALYTICS_WORKSPACE,
    RESOURCE_GROUP,
    SUBSCRIPTION,
    MANAGEMENT_GROUP,
    USER_ASSIGNED_IDENTITY,
    APPLICATION_INSIGHTS,
    LOG_ANALYTICS_CLUSTER,
)

JOINS: tuple[TerraformJoin, ...] = ()
