"""Where code and containers run without a machine of one's own."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import AS_IDENTITIES, BY_ENDPOINT, IDENTITIES_IN_TERRAFORM, tracked
from cloudviz.catalogue.declare import (
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    at,
    attached,
    contains,
    inside,
    member_of,
    tag,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_PROVISIONING, State
from cloudviz.inventory.model import LinkKind

CONTAINER_INSTANCE = tracked(
    "azure.compute.container_instance",
    Kind.CONTAINER_SERVICE,
    "Container instance",
    ArmList("microsoft.containerinstance/containergroups", "2023-05-01"),
    known_as=KnownAs(
        terraform=("azurerm_container_group",),
        terraform_fields={
            "zones[]": "zones[]",
            "properties.sku": "sku",
            "properties.osType": "os_type",
            "properties.containers[].properties.image": "container[].image",
            "properties.ipAddress.ip": "ip_address",
            "properties.subnetIds[].id": "subnet_ids[]",
            "properties.imageRegistryCredentials[].server": "image_registry_credential[].server",
            "properties.volumes[].azureFile.shareName": "container[].volume[].share_name",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    zone=at("zones[]"),
    facts={
        "size": at("properties.sku"),
        "platform": at("properties.osType"),
        "image": at("properties.containers[].properties.image"),
        "public_ip": at("properties.ipAddress.ip"),
    },
    sublabel=("image",),
    links=(
        inside("azure.network.subnet", at("properties.subnetIds[].id")),
        # A registry is named by its login server, a share by its name alone.
        uses("azure.integration.container_registry", at("properties.imageRegistryCredentials[].server")),
        uses("azure.storage.file_share", at("properties.volumes[].azureFile.shareName")),
        AS_IDENTITIES,
    ),
)

KUBERNETES_CLUSTER = tracked(
    "azure.compute.kubernetes_cluster",
    Kind.CONTAINER_CLUSTER,
    "AKS cluster",
    ArmList("microsoft.containerservice/managedclusters", "2023-08-01"),
    known_as=KnownAs(
        terraform=("azurerm_kubernetes_cluster", "azurerm_kubernetes_automatic_cluster"),
        terraform_fields={
            "properties.kubernetesVersion": "kubernetes_version",
            "properties.agentPoolProfiles[].vmSize": "default_node_pool[].vm_size",
            "properties.agentPoolProfiles[].count": "default_node_pool[].node_count",
            "properties.agentPoolProfiles[].vnetSubnetID": "default_node_pool[].vnet_subnet_id",
            "properties.fqdn": "fqdn",
            "properties.nodeResourceGroup": "node_resource_group",
            "properties.networkProfile.loadBalancerProfile.effectiveOutboundIPs[].id": (
                "network_profile[].load_balancer_profile[].effective_outbound_ips[]"
            ),
            "properties.addonProfiles.omsagent.config.logAnalyticsWorkspaceResourceID": (
                "oms_agent[].log_analytics_workspace_id"
            ),
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={
        "version": at("properties.kubernetesVersion"),
        "size": at("properties.agentPoolProfiles[].vmSize"),
        "nodes": at("properties.agentPoolProfiles[].count"),
        "endpoint": at("properties.fqdn"),
    },
    sublabel=("version", "size"),
    links=(
        inside("azure.network.subnet", at("properties.agentPoolProfiles[].vnetSubnetID")),
        # Its machines, balancers and addresses are in a resource group of their own, named but not by id.
        contains("azure.support.resource_group", at("properties.nodeResourceGroup")),
        attached(
            "azure.network.public_ip",
            at("properties.networkProfile.loadBalancerProfile.effectiveOutboundIPs[].id"),
        ),
        uses(
            "azure.management.log_analytics_workspace",
            at("properties.addonProfiles.omsagent.config.logAnalyticsWorkspaceResourceID"),
        ),
        AS_IDENTITIES,
    ),
)

APP_SERVICE = tracked(
    "azure.compute.app_service",
    Kind.CONTAINER_SERVICE,
    "App Service / Function app",
    ArmList("microsoft.web/sites", "2023-12-01"),
    known_as=KnownAs(
        terraform=(
            "azurerm_linux_web_app",
            "azurerm_windows_web_app",
            "azurerm_linux_function_app",
            "azurerm_windows_function_app",
            "azurerm_function_app_flex_consumption",
            "azurerm_app_service",
            "azurerm_function_app",
            "azurerm_logic_app_standard",
        ),
        terraform_fields={
            "kind": "kind",
            "properties.sku": "",
            "properties.state": "",
            "properties.defaultHostName": "default_hostname|default_site_hostname",
            "properties.serverFarmId": "service_plan_id|app_service_plan_id",
            "properties.virtualNetworkSubnetId": "virtual_network_subnet_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    state=at("properties.state").as_state(AZURE_PROVISIONING),
    # One ARM type for web apps, function apps and Standard logic apps; ``kind`` tells them apart.
    facts={
        "application": at("kind"),
        "size": at("properties.sku"),
        "endpoint": at("properties.defaultHostName"),
    },
    sublabel=("application",),
    links=(
        member_of("azure.support.app_service_plan", at("properties.serverFarmId")),
        # Its traffic goes out through this subnet; it does not stand in it.
        attached("azure.network.subnet", at("properties.virtualNetworkSubnetId")),
        uses("azure.support.application_insights", tag("hidden-link: /app-insights-resource-id")),
        BY_ENDPOINT,
        AS_IDENTITIES,
    ),
    aliases=("endpoint",),
    volatile=("properties.lastModifiedTimeUtc",),
)

APP_SERVICE_PLAN = tracked(
    "azure.support.app_service_plan",
    Kind.SCALING_GROUP,
    "App Service plan",
    ArmList("microsoft.web/serverfarms", "2023-12-01"),
    known_as=KnownAs(
        terraform=("azurerm_service_plan", "azurerm_app_service_plan"),
        terraform_fields={
            "sku.name": "sku_name|sku[].size",
            "sku.capacity": "worker_count|sku[].capacity",
            "kind": "os_type|kind",
            "properties.status": "",
        },
    ),
    state=at("properties.status").as_state({**AZURE_PROVISIONING, "ready": State.RUNNING}),
    facts={"size": at("sku.name"), "capacity": at("sku.capacity"), "platform": at("kind")},
    supporting=True,
)

CONTAINER_APP = tracked(
    "azure.support.container_app",
    Kind.CONTAINER_SERVICE,
    "Container App",
    ArmList("microsoft.app/containerapps", "2023-05-01"),
    known_as=KnownAs(
        terraform=("azurerm_container_app",),
        terraform_fields={
            "properties.configuration.ingress.fqdn": "ingress[].fqdn",
            "properties.template.containers[].image": "template[].container[].image",
            "properties.configuration.registries[].server": "registry[].server",
            "properties.provisioningState": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={
        "image": at("properties.template.containers[].image"),
        "endpoint": at("properties.configuration.ingress.fqdn"),
    },
    sublabel=("image",),
    links=(
        uses("azure.integration.container_registry", at("properties.configuration.registries[].server")),
        AS_IDENTITIES,
    ),
    aliases=("endpoint",),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    CONTAINER_INSTANCE,
    KUBERNETES_CLUSTER,
    APP_SERVICE,
    APP_SERVICE_PLAN,
    CONTAINER_APP,
)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "azurerm_app_service_virtual_network_swift_connection",
        LinkKind.ATTACHED_TO,
        ("azure.compute.app_service", "app_service_id"),
        ("azure.network.subnet", "subnet_id"),
    ),
)
