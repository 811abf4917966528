"""Machine learning and the services made with it."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import (
    AS_IDENTITIES,
    BY_ENDPOINT,
    HOST,
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
    routes_to,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind

COGNITIVE_SERVICES = tracked(
    "azure.ai.cognitive_services",
    Kind.MACHINE_LEARNING,
    "Azure AI services account",
    ArmList("microsoft.cognitiveservices/accounts", "2023-05-01"),
    known_as=KnownAs(
        terraform=("azurerm_cognitive_account", "azurerm_ai_services"),
        terraform_fields={
            "kind": "kind",
            "sku.name": "sku_name",
            "properties.endpoint": "endpoint",
            "properties.networkAcls.virtualNetworkRules[].id": "network_acls[].virtual_network_rules[].subnet_id",
            "properties.userOwnedStorage[].resourceId": "storage[].storage_account_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"engine": at("kind"), "size": at("sku.name"), "endpoint": at("properties.endpoint")},
    sublabel=("engine",),
    links=(
        attached("azure.network.subnet", at("properties.networkAcls.virtualNetworkRules[].id")),
        BY_ENDPOINT,
        uses("azure.storage.storage_account", at("properties.userOwnedStorage[].resourceId")),
        AS_IDENTITIES,
    ),
)

MACHINE_LEARNING_WORKSPACE = tracked(
    "azure.ai.machine_learning_workspace",
    Kind.MACHINE_LEARNING,
    "Machine Learning workspace",
    ArmList("microsoft.machinelearningservices/workspaces", "2023-04-01"),
    known_as=KnownAs(
        terraform=("azurerm_machine_learning_workspace", "azurerm_ai_foundry", "azurerm_ai_foundry_project"),
        terraform_fields={
            "kind": "kind",
            "sku.name": "sku_name",
            "properties.storageAccount": "storage_account_id",
            "properties.keyVault": "key_vault_id",
            "properties.containerRegistry": "container_registry_id",
            "properties.applicationInsights": "application_insights_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    facts={"class": at("kind"), "size": at("sku.name")},
    sublabel=("class", "size"),
    links=(
        uses("azure.storage.storage_account", at("properties.storageAccount")),
        uses("azure.security.key_vault", at("properties.keyVault")),
        uses("azure.integration.container_registry", at("properties.containerRegistry")),
        uses("azure.support.application_insights", at("properties.applicationInsights")),
        BY_ENDPOINT,
        AS_IDENTITIES,
    ),
)

BOT_SERVICE = tracked(
    "azure.ai.bot_service",
    Kind.MACHINE_LEARNING,
    "Bot Service",
    ArmList("microsoft.botservice/botservices", "2022-09-15", is_global=True),
    known_as=KnownAs(
        terraform=(
            "azurerm_bot_service_azure_bot",
            "azurerm_bot_channels_registration",
            "azurerm_bot_web_app",
        ),
        terraform_fields={
            "kind": "",
            "sku.name": "sku",
            "properties.endpoint": "endpoint",
            "properties.msaAppMSIResourceId": "microsoft_app_msi_id",
        },
    ),
    state=None,
    facts={"class": at("kind"), "size": at("sku.name"), "endpoint": at("properties.endpoint")},
    sublabel=("size", "class"),
    links=(
        # Messages go to the app with the host of this address.
        routes_to(
            "azure.compute.app_service|azure.support.container_app", at("properties.endpoint").matching(HOST)
        ),
        runs_as("azure.support.user_assigned_identity", at("properties.msaAppMSIResourceId")),
        BY_ENDPOINT,
    ),
)

TYPES: tuple[ResourceType, ...] = (COGNITIVE_SERVICES, MACHINE_LEARNING_WORKSPACE, BOT_SERVICE)

JOINS: tuple[TerraformJoin, ...] = ()
