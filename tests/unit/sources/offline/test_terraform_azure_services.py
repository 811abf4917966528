"""azurerm states of services: the same links and places that a live scan finds, by hand-checked expectations.

Attribute names are those of the azurerm provider's documentation, version 4.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.sources.offline.states import resource, state, write

from cloudviz.inventory.model import Graph
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

AZURE = 'provider["registry.terraform.io/hashicorp/azurerm"]'
GROUP = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/Shop"
NODES = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/MC_Shop"


def arm(kind: str, name: str) -> str:
    namespace, *types = kind.split("/")
    return f"{GROUP}/providers/{namespace}/" + "/".join(
        f"{each}/{part}" for each, part in zip(types, name.split("/"), strict=True)
    )


VNET = arm("Microsoft.Network/virtualNetworks", "hub")
WEB, DATA, FW = (f"{VNET}/subnets/{name}" for name in ("web", "data", "AzureFirewallSubnet"))
IDENTITY = arm("Microsoft.ManagedIdentity/userAssignedIdentities", "id")
ADDRESS = arm("Microsoft.Network/publicIPAddresses", "ip")
NAT = arm("Microsoft.Network/natGateways", "nat")
ROUTES = arm("Microsoft.Network/routeTables", "routes")
FIREWALL = arm("Microsoft.Network/azureFirewalls", "fw")
POLICY = arm("Microsoft.Network/firewallPolicies", "policy")
GATEWAY = arm("Microsoft.Network/applicationGateways", "agw")
WAF = arm("Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies", "waf")
SET = arm("Microsoft.Compute/virtualMachineScaleSets", "many")
CLUSTER = arm("Microsoft.ContainerService/managedClusters", "aks")
PLAN = arm("Microsoft.Web/serverFarms", "plan")
APP = arm("Microsoft.Web/sites", "shop")
REGISTRY = arm("Microsoft.ContainerRegistry/registries", "images")
JOB = arm("Microsoft.ContainerInstance/containerGroups", "job")
VAULT = arm("Microsoft.KeyVault/vaults", "vault")
STORE = arm("Microsoft.Storage/storageAccounts", "store")
CONTAINER = f"{STORE}/blobServices/default/containers/orders"
SHARE = f"{STORE}/fileServices/default/shares/files"
ENDPOINT = arm("Microsoft.Network/privateEndpoints", "pe")
ZONE = arm("Microsoft.Network/privateDnsZones", "privatelink.example")
POSTGRES = arm("Microsoft.DBforPostgreSQL/flexibleServers", "pg")
COSMOS = arm("Microsoft.DocumentDB/databaseAccounts", "cosmos")
REDIS = arm("Microsoft.Cache/redis", "redis")
LOGS = arm("Microsoft.OperationalInsights/workspaces", "logs")
INSIGHTS = arm("Microsoft.Insights/components", "insights")
LEARNING = arm("Microsoft.MachineLearningServices/workspaces", "ml")
BOT = arm("Microsoft.BotService/botServices", "bot")
EVENTS = arm("Microsoft.EventHub/namespaces", "events")
API = arm("Microsoft.ApiManagement/service", "api")


def thing(terraform: str, identifier: str, **attributes: Any) -> dict[str, Any]:
    name = identifier.rsplit("/", 1)[-1]
    return resource(
        terraform, name.replace(".", "_"), {"id": identifier, "name": name, "location": "westeurope", **attributes}
    )


AS_IDENTITY = [{"type": "UserAssigned", "identity_ids": [IDENTITY]}]

RESOURCES = [
    thing("azurerm_resource_group", GROUP),
    thing("azurerm_resource_group", NODES),
    thing("azurerm_virtual_network", VNET, address_space=["10.0.0.0/16"]),
    *(
        resource("azurerm_subnet", each.rsplit("/", 1)[-1], {"id": each, "name": each.rsplit("/", 1)[-1]})
        for each in (WEB, DATA, FW)
    ),
    thing("azurerm_user_assigned_identity", IDENTITY),
    thing("azurerm_public_ip", ADDRESS),
    thing("azurerm_nat_gateway", NAT, sku_name="Standard"),
    resource("azurerm_subnet_nat_gateway_association", "a", {"id": WEB, "subnet_id": WEB, "nat_gateway_id": NAT}),
    resource(
        "azurerm_nat_gateway_public_ip_association",
        "a",
        {"id": f"{NAT}|{ADDRESS}", "nat_gateway_id": NAT, "public_ip_address_id": ADDRESS},
    ),
    thing(
        "azurerm_route_table",
        ROUTES,
        route=[{"name": "out", "next_hop_type": "VirtualAppliance", "next_hop_in_ip_address": "10.0.9.4"}],
    ),
    resource(
        "azurerm_subnet_route_table_association", "a", {"id": WEB, "subnet_id": WEB, "route_table_id": ROUTES}
    ),
    thing("azurerm_firewall_policy", POLICY, sku="Standard"),
    thing(
        "azurerm_firewall",
        FIREWALL,
        sku_tier="Standard",
        firewall_policy_id=POLICY,
        ip_configuration=[{"subnet_id": FW, "public_ip_address_id": ADDRESS, "private_ip_address": "10.0.9.4"}],
    ),
    thing("azurerm_web_application_firewall_policy", WAF, policy_settings=[{"mode": "Prevention"}]),
    thing(
        "azurerm_application_gateway",
        GATEWAY,
        sku=[{"name": "WAF_v2", "tier": "WAF_v2"}],
        gateway_ip_configuration=[{"subnet_id": DATA}],
        frontend_ip_configuration=[{"public_ip_address_id": ADDRESS}],
        backend_address_pool=[{"fqdns": ["shop.azurewebsites.net"]}],
        firewall_policy_id=WAF,
        identity=AS_IDENTITY,
    ),
    thing(
        "azurerm_linux_virtual_machine_scale_set",
        SET,
        sku="Standard_D2s_v5",
        instances=3,
        network_interface=[
            {
                "ip_configuration": [
                    {
                        "subnet_id": WEB,
                        "application_gateway_backend_address_pool_ids": [f"{GATEWAY}/backendAddressPools/x"],
                    }
                ]
            }
        ],
    ),
    thing(
        "azurerm_kubernetes_cluster",
        CLUSTER,
        kubernetes_version="1.30.1",
        node_resource_group="MC_Shop",
        default_node_pool=[{"vm_size": "Standard_D4s_v5", "vnet_subnet_id": WEB, "node_count": 3}],
        oms_agent=[{"log_analytics_workspace_id": LOGS}],
        identity=AS_IDENTITY,
    ),
    thing("azurerm_service_plan", PLAN, sku_name="P1v3", os_type="Linux"),
    thing(
        "azurerm_linux_web_app",
        APP,
        service_plan_id=PLAN,
        default_hostname="shop.azurewebsites.net",
        virtual_network_subnet_id=WEB,
        identity=AS_IDENTITY,
    ),
    thing("azurerm_container_registry", REGISTRY, sku="Premium", login_server="images.azurecr.io"),
    thing(
        "azurerm_container_group",
        JOB,
        subnet_ids=[DATA],
        image_registry_credential=[{"server": "images.azurecr.io", "password": "hunter2"}],
        container=[{"image": "images.azurecr.io/job:1", "volume": [{"share_name": "files"}]}],
    ),
    thing("azurerm_key_vault", VAULT, sku_name="standard", network_acls=[{"virtual_network_subnet_ids": [DATA]}]),
    thing("azurerm_storage_account", STORE, account_kind="StorageV2"),
    resource(
        "azurerm_storage_container",
        "c",
        {"id": "https://store.blob.core.windows.net/orders", "resource_manager_id": CONTAINER, "name": "orders"},
    ),
    resource(
        "azurerm_storage_share",
        "s",
        {"id": "https://store.file.core.windows.net/files", "resource_manager_id": SHARE, "name": "files"},
    ),
    thing(
        "azurerm_private_endpoint",
        ENDPOINT,
        subnet_id=DATA,
        private_service_connection=[{"private_connection_resource_id": STORE}],
    ),
    thing("azurerm_private_dns_zone", ZONE),
    resource(
        "azurerm_private_dns_zone_virtual_network_link",
        "l",
        {"id": f"{ZONE}/virtualNetworkLinks/l", "name": "l", "virtual_network_id": VNET},
    ),
    thing(
        "azurerm_postgresql_flexible_server",
        POSTGRES,
        delegated_subnet_id=DATA,
        private_dns_zone_id=ZONE,
        sku_name="GP_Standard_D4s_v3",
        zone="2",
    ),
    thing(
        "azurerm_cosmosdb_account",
        COSMOS,
        kind="GlobalDocumentDB",
        virtual_network_rule=[{"id": WEB}],
        key_vault_key_id="https://vault.vault.azure.net/keys/k",
    ),
    thing("azurerm_redis_cache", REDIS, subnet_id=DATA, sku_name="Premium"),
    thing("azurerm_log_analytics_workspace", LOGS, sku="PerGB2018"),
    thing("azurerm_application_insights", INSIGHTS, workspace_id=LOGS, application_type="web"),
    thing(
        "azurerm_machine_learning_workspace",
        LEARNING,
        storage_account_id=STORE,
        key_vault_id=VAULT,
        container_registry_id=REGISTRY,
        application_insights_id=INSIGHTS,
    ),
    thing(
        "azurerm_bot_service_azure_bot",
        BOT,
        sku="F0",
        endpoint="https://shop.azurewebsites.net/api/messages",
        microsoft_app_msi_id=IDENTITY,
    ),
    thing("azurerm_eventhub_namespace", EVENTS, sku="Standard", capacity=2, identity=AS_IDENTITY),
    thing(
        "azurerm_api_management",
        API,
        sku_name="Premium_1",
        virtual_network_configuration=[{"subnet_id": DATA}],
        public_ip_address_id=ADDRESS,
    ),
]

EXPECTED = {
    (WEB, "routes_to", NAT),
    (NAT, "attached_to", ADDRESS),
    (WEB, "attached_to", ROUTES),
    (ROUTES, "routes_to", FIREWALL),
    (FIREWALL, "attached_to", ADDRESS),
    (FIREWALL, "guarded_by", POLICY),
    (GATEWAY, "attached_to", ADDRESS),
    (GATEWAY, "guarded_by", WAF),
    (GATEWAY, "routes_to", APP),
    (GATEWAY, "routes_to", SET),
    (GATEWAY, "runs_as", IDENTITY),
    (CLUSTER, "contains", NODES),
    (CLUSTER, "uses", LOGS),
    (CLUSTER, "runs_as", IDENTITY),
    (APP, "member_of", PLAN),
    (APP, "attached_to", WEB),
    (APP, "runs_as", IDENTITY),
    (JOB, "uses", REGISTRY),
    (JOB, "uses", SHARE),
    (VAULT, "attached_to", DATA),
    (STORE, "attached_to", ENDPOINT),
    (ZONE, "attached_to", VNET),
    (POSTGRES, "uses", ZONE),
    (COSMOS, "attached_to", WEB),
    (COSMOS, "uses", VAULT),
    (INSIGHTS, "attached_to", LOGS),
    (LEARNING, "uses", STORE),
    (LEARNING, "uses", VAULT),
    (LEARNING, "uses", REGISTRY),
    (LEARNING, "uses", INSIGHTS),
    (BOT, "routes_to", APP),
    (BOT, "runs_as", IDENTITY),
    (EVENTS, "runs_as", IDENTITY),
    (API, "attached_to", ADDRESS),
}

INSIDE = {
    WEB: VNET,
    DATA: VNET,
    FW: VNET,
    FIREWALL: FW,
    GATEWAY: DATA,
    SET: WEB,
    CLUSTER: WEB,
    JOB: DATA,
    CONTAINER: STORE,
    SHARE: STORE,
    ENDPOINT: DATA,
    POSTGRES: DATA,
    REDIS: DATA,
    API: DATA,
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    path = tmp_path_factory.mktemp("azure") / "services.tfstate"
    result = read_paths([write(path, state(*({**each, "provider": AZURE} for each in RESOURCES)))])
    assert result.problems == []
    found, problems = normalise(result.items)
    assert problems == []
    return found


def test_links_are_those_of_a_live_scan(graph: Graph) -> None:
    found = {(link.source, link.kind, link.target) for link in graph.links}
    places = {(key.lower(), "member_of", holder.lower()) for key, holder in INSIDE.items()}
    groups = {each for each in found if each[1] == "member_of" and each[2] == GROUP.lower()}
    expected = {(source.lower(), kind, target.lower()) for source, kind, target in EXPECTED}
    assert found - groups == expected | places


def test_everything_sits_where_it_belongs(graph: Graph) -> None:
    inside = {key.lower(): holder.lower() for key, holder in INSIDE.items()}
    for key, each in graph.resources.items():
        if each.type == "azure.support.resource_group":
            assert each.parent is None
        else:
            assert each.parent == inside.get(key, GROUP.lower()), key


def test_types_facts_and_secrets(graph: Graph) -> None:
    resources = graph.resources
    assert not [each for each in resources.values() if each.type.endswith(".other")]
    assert resources[NAT.lower()].type == "azure.network.gateway"
    assert resources[NAT.lower()].native_type == "microsoft.network/natgateways"
    assert resources[SET.lower()].properties["size"] == "Standard_D2s_v5"
    assert resources[POSTGRES.lower()].zone == "2"
    assert resources[CONTAINER.lower()].region == "westeurope"
    assert resources[CLUSTER.lower()].properties["version"] == "1.30.1"
    assert "hunter2" not in repr(graph)
