"""Where keys and secrets are kept."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import BY_ENDPOINT, tracked
from cloudviz.catalogue.declare import ArmList, KnownAs, ResourceType, TerraformJoin, at, attached
from cloudviz.catalogue.kinds import Kind

KEY_VAULT = tracked(
    "azure.security.key_vault",
    Kind.KEY,
    "Key vault",
    ArmList("microsoft.keyvault/vaults", "2023-07-01"),
    known_as=KnownAs(
        terraform=("azurerm_key_vault",),
        terraform_fields={
            "properties.sku.name": "sku_name",
            "properties.vaultUri": "vault_uri",
            "properties.networkAcls.virtualNetworkRules[].id": "network_acls[].virtual_network_subnet_ids[]",
        },
    ),
    facts={"size": at("properties.sku.name"), "endpoint": at("properties.vaultUri")},
    links=(
        attached("azure.network.subnet", at("properties.networkAcls.virtualNetworkRules[].id")),
        BY_ENDPOINT,
    ),
)

TYPES: tuple[ResourceType, ...] = (KEY_VAULT,)

JOINS: tuple[TerraformJoin, ...] = ()
