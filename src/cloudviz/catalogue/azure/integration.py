"""What applications talk through, and where their images are kept."""

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
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import State

SERVICE_BUS_NAMESPACE = tracked(
    "azure.integration.service_bus_namespace",
    Kind.QUEUE,
    "Service Bus namespace",
    ArmList("microsoft.servicebus/namespaces", "2021-11-01"),
    known_as=KnownAs(
        terraform=("azurerm_servicebus_namespace",),
        terraform_fields={
            "sku.name": "sku",
            "properties.serviceBusEndpoint": "endpoint",
            "properties.encryption.keyVaultProperties[].keyVaultUri": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"size": at("sku.name"), "endpoint": at("properties.serviceBusEndpoint")},
    links=(
        BY_ENDPOINT,
        uses(
            "azure.security.key_vault",
            at("properties.encryption.keyVaultProperties[].keyVaultUri").matching(HOST_LABEL),
        ),
        AS_IDENTITIES,
    ),
    volatile=("properties.updatedAt",),
)

API_MANAGEMENT = tracked(
    "azure.integration.api_management",
    Kind.API,
    "API Management service",
    ArmList("microsoft.apimanagement/service", "2022-08-01"),
    known_as=KnownAs(
        terraform=("azurerm_api_management",),
        terraform_fields={
            "sku.name": "sku_name",
            "properties.gatewayUrl": "gateway_url",
            "properties.publicIPAddresses[]": "public_ip_addresses[]",
            "properties.virtualNetworkConfiguration.subnetResourceId": "virtual_network_configuration[].subnet_id",
            "properties.publicIpAddressId": "public_ip_address_id",
            "properties.hostnameConfigurations[].keyVaultId": "hostname_configuration[].proxy[].key_vault_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={
        "size": at("sku.name"),
        "endpoint": at("properties.gatewayUrl"),
        "public_ip": at("properties.publicIPAddresses[]"),
    },
    links=(
        inside("azure.network.subnet", at("properties.virtualNetworkConfiguration.subnetResourceId")),
        attached("azure.network.public_ip", at("properties.publicIpAddressId")),
        BY_ENDPOINT,
        # A secret's address, not an id.
        uses(
            "azure.security.key_vault", at("properties.hostnameConfigurations[].keyVaultId").matching(HOST_LABEL)
        ),
        AS_IDENTITIES,
    ),
)

CONTAINER_REGISTRY = tracked(
    "azure.integration.container_registry",
    Kind.BUCKET,
    "Container registry",
    ArmList("microsoft.containerregistry/registries", "2023-07-01"),
    known_as=KnownAs(
        terraform=("azurerm_container_registry",),
        terraform_fields={
            "sku.name": "sku",
            "properties.loginServer": "login_server",
            "properties.networkRuleSet.virtualNetworkRules[].id": "network_rule_set[].virtual_network[].subnet_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"size": at("sku.name"), "endpoint": at("properties.loginServer")},
    links=(
        attached("azure.network.subnet", at("properties.networkRuleSet.virtualNetworkRules[].id")),
        BY_ENDPOINT,
        AS_IDENTITIES,
    ),
    aliases=("endpoint",),
)

LOGIC_APP = tracked(
    "azure.support.logic_app",
    Kind.WORKFLOW,
    "Logic app",
    ArmList("microsoft.logic/workflows", "2019-05-01"),
    known_as=KnownAs(
        terraform=("azurerm_logic_app_workflow",),
        terraform_fields={
            "properties.accessEndpoint": "access_endpoint",
            "properties.state": "",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    state=at("properties.state").as_state(
        {"enabled": State.RUNNING, "disabled": State.STOPPED, "suspended": State.STOPPED}
    ),
    facts={"endpoint": at("properties.accessEndpoint")},
    sublabel=(),
    links=(AS_IDENTITIES,),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (SERVICE_BUS_NAMESPACE, API_MANAGEMENT, CONTAINER_REGISTRY, LOGIC_APP)

JOINS: tuple[TerraformJoin, ...] = ()
