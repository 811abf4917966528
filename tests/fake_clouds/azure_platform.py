"""A shop's apps, entrances, databases, messages and models."""

from __future__ import annotations

from fake_clouds.azure_network import Network, address, subnet_rules
from fake_clouds.azure_truth import Group, ref


def apps(
    group: Group, index: int, network: Network, identity: str, stores: dict[str, str], watched: dict[str, str]
) -> str:
    """Containers, clusters and apps. Gives the host name of the web app."""
    web, data = network.subnets["web"], network.subnets["data"]
    group.add(
        "azure.compute.container_instance",
        "Microsoft.ContainerInstance/containerGroups",
        f"job-{index}",
        {
            "sku": "Standard",
            "osType": "Linux",
            "subnetIds": [{"id": ref(data)}],
            "imageRegistryCredentials": [{"server": f"shopimages{index}.azurecr.io", "username": "u"}],
            "volumes": [{"azureFile": {"shareName": f"share-{index}", "storageAccountName": f"shopstore{index}"}}],
        },
        inside=data,
        identity=identity,
        links=((stores["registry"], "uses"), (stores["share"], "uses")),
    )
    nodes = Group(group.estate, group.subscription, f"MC_shop-{index}", group.region, group.shown).open()
    out = group.id_of("Microsoft.Network/publicIPAddresses", f"aks-{index}-ip")
    group.add(
        "azure.network.public_ip",
        "Microsoft.Network/publicIPAddresses",
        f"aks-{index}-ip",
        {"ipAddress": "20.9.9.9"},
        sku={"name": "Standard"},
    )
    balance = {"effectiveOutboundIPs": [{"id": ref(out)}]}
    agent = {"config": {"logAnalyticsWorkspaceResourceID": ref(watched["workspace"])}, "enabled": True}
    group.add(
        "azure.compute.kubernetes_cluster",
        "Microsoft.ContainerService/managedClusters",
        f"aks-{index}",
        {
            "kubernetesVersion": "1.30.1",
            "agentPoolProfiles": [{"vmSize": "Standard_D4s_v5", "count": 3, "vnetSubnetID": ref(web)}],
            "nodeResourceGroup": nodes.name,
            "networkProfile": {"loadBalancerProfile": balance},
            "addonProfiles": {"omsagent": agent},
        },
        inside=web,
        identity=identity,
        links=((nodes.id, "contains"), (out, "attached_to"), (watched["workspace"], "uses")),
    )
    plan = group.add(
        "azure.support.app_service_plan",
        "Microsoft.Web/serverfarms",
        f"plan-{index}",
        {"status": "Ready"},
        kind="linux",
        sku={"name": "P1v3", "capacity": 1},
    )
    host = f"shop-{index}.azurewebsites.net"
    group.add(
        "azure.compute.app_service",
        "Microsoft.Web/sites",
        f"shop-{index}",
        {
            "state": "Running",
            "defaultHostName": host,
            "serverFarmId": ref(plan),
            "virtualNetworkSubnetId": ref(web),
        },
        kind="app,linux",
        identity=identity,
        tags={"hidden-link: /app-insights-resource-id": ref(watched["insights"])},
        links=((plan, "member_of"), (web, "attached_to"), (watched["insights"], "uses")),
    )
    group.add(
        "azure.support.container_app",
        "Microsoft.App/containerApps",
        f"basket-{index}",
        {
            "configuration": {
                "ingress": {"fqdn": f"basket-{index}.azurecontainerapps.io"},
                "registries": [{"server": f"shopimages{index}.azurecr.io"}],
            },
            "template": {"containers": [{"image": "basket:1"}]},
        },
        identity=identity,
        links=((stores["registry"], "uses"),),
    )
    group.add(
        "azure.support.logic_app",
        "Microsoft.Logic/workflows",
        f"flow-{index}",
        {"state": "Enabled"},
        identity=identity,
    )
    return host


def entrances(group: Group, index: int, network: Network, identity: str, host: str) -> None:
    """Application gateway, Front Door of both kinds, CDN, their rules, API Management."""
    gates, data = network.subnets["gates"], network.subnets["data"]
    app = group.id_of("Microsoft.Web/sites", f"shop-{index}")
    doors = group.id_of("Microsoft.Network/applicationGateways", f"agw-{index}")
    public = address(group, f"agw-{index}-ip", doors)
    waf = group.add(
        "azure.support.waf_policy",
        "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
        f"waf-{index}",
        {"policySettings": {"mode": "Prevention"}, "applicationGateways": [{"id": ref(doors)}]},
    )
    group.add(
        "azure.network.application_gateway",
        "Microsoft.Network/applicationGateways",
        f"agw-{index}",
        {
            "sku": {"name": "WAF_v2", "tier": "WAF_v2"},
            "gatewayIPConfigurations": [{"properties": {"subnet": {"id": ref(gates)}}}],
            "frontendIPConfigurations": [{"properties": {"publicIPAddress": {"id": ref(public)}}}],
            "backendAddressPools": [{"properties": {"backendAddresses": [{"fqdn": host}]}}],
            "firewallPolicy": {"id": ref(waf)},
        },
        inside=gates,
        identity=identity,
        zones=["1", "2"],
        links=((app, "routes_to"), (waf, "guarded_by")),
    )
    classic = group.id_of("Microsoft.Network/frontDoors", f"door-{index}")
    edge_waf = group.add(
        "azure.support.waf_policy",
        "Microsoft.Network/frontdoorWebApplicationFirewallPolicies",
        f"edgewaf{index}",
        {
            "policySettings": {"mode": "Detection"},
            "frontendEndpointLinks": [{"id": f"{ref(classic)}/frontendEndpoints/a"}],
        },
        location="Global",
    )
    group.add(
        "azure.network.front_door_cdn",
        "Microsoft.Network/frontDoors",
        f"door-{index}",
        {
            "backendPools": [{"properties": {"backends": [{"address": host}]}}],
            "frontendEndpoints": [{"properties": {"webApplicationFirewallPolicyLink": {"id": ref(edge_waf)}}}],
        },
        location="Global",
        links=((app, "routes_to"), (edge_waf, "guarded_by")),
    )
    profile = group.add(
        "azure.network.front_door_cdn",
        "Microsoft.Cdn/profiles",
        f"cdn-{index}",
        location="Global",
        sku={"name": "Standard_AzureFrontDoor"},
        kind="frontdoor",
    )
    for arm_type, name, properties, links in (
        ("afdEndpoints", f"afd-{index}", {"hostName": f"afd-{index}.z01.azurefd.net"}, ()),
        ("endpoints", f"cdn-{index}", {"origins": [{"properties": {"hostName": host}}]}, ((app, "routes_to"),)),
    ):
        endpoint = group.add(
            "azure.support.cdn_endpoint",
            f"Microsoft.Cdn/profiles/{arm_type}",
            f"cdn-{index}/{name}",
            properties,
            location="Global",
            links=links,
        )
        group.link(profile, endpoint, "contains")
    api_ip = group.add(
        "azure.network.public_ip",
        "Microsoft.Network/publicIPAddresses",
        f"api-{index}-ip",
        {"ipAddress": "20.8.8.8"},
        sku={"name": "Standard"},
    )
    vault = group.id_of("Microsoft.KeyVault/vaults", f"vault-{index}")
    group.add(
        "azure.integration.api_management",
        "Microsoft.ApiManagement/service",
        f"api-{index}",
        {
            "gatewayUrl": f"https://api-{index}.azure-api.net",
            "virtualNetworkConfiguration": {"subnetResourceId": ref(data)},
            "publicIpAddressId": ref(api_ip),
            "hostnameConfigurations": [{"keyVaultId": f"https://vault-{index}.vault.azure.net/secrets/tls"}],
        },
        inside=data,
        sku={"name": "Premium"},
        identity=identity,
        links=((api_ip, "attached_to"), (vault, "uses")),
    )


def databases(group: Group, index: int, network: Network, identity: str, stores: dict[str, str]) -> None:
    """SQL with a pool, Cosmos DB, MySQL, PostgreSQL, Redis."""
    web, data = network.subnets["web"], network.subnets["data"]
    zone = group.id_of("Microsoft.Network/privateDnsZones", f"privatelink-{index}.postgres.database.azure.com")
    server = group.add(
        "azure.database.sql_server",
        "Microsoft.Sql/servers",
        f"sql-{index}",
        {"state": "Ready", "version": "12.0"},
        identity=identity,
        state=None,
    )
    pool = group.add(
        "azure.support.sql_elastic_pool",
        "Microsoft.Sql/servers/elasticPools",
        f"sql-{index}/pool",
        {"state": "Ready"},
        sku={"name": "GP_Gen5", "capacity": 2},
        state=None,
        links=((server, "member_of"),),
    )
    for name in ("orders", "stock"):
        group.add(
            "azure.database.sql_database",
            "Microsoft.Sql/servers/databases",
            f"sql-{index}/{name}",
            {"status": "Online", "elasticPoolId": ref(pool)},
            sku={"name": "ElasticPool", "tier": "GeneralPurpose"},
            state=None,
            links=((server, "member_of"), (pool, "member_of")),
        )
    # Every server has this one; it is nobody's.
    master = {"id": f"{server}/databases/master", "name": "master", "type": "microsoft.sql/servers/databases"}
    master |= {"subscriptionId": group.subscription, "resourceGroup": group.name, "location": group.region}
    group.estate.put("resources", master | {"properties": {"status": "Online"}})
    group.add(
        "azure.database.cosmos_db",
        "Microsoft.DocumentDB/databaseAccounts",
        f"cosmos-{index}",
        {
            "databaseAccountOfferType": "Standard",
            **subnet_rules(web),
            "keyVaultKeyUri": f"https://vault-{index}.vault.azure.net/keys/cosmos",
        },
        kind="GlobalDocumentDB",
        identity=identity,
        links=((web, "attached_to"), (stores["vault"], "uses")),
    )
    for key, arm_type, name, dns in (
        (
            "azure.database.mysql_flexible_server",
            "Microsoft.DBforMySQL/flexibleServers",
            f"mysql-{index}",
            "privateDnsZoneResourceId",
        ),
        (
            "azure.database.postgresql_flexible_server",
            "Microsoft.DBforPostgreSQL/flexibleServers",
            f"pg-{index}",
            "privateDnsZoneArmResourceId",
        ),
    ):
        group.add(
            key,
            arm_type,
            name,
            {
                "state": "Ready",
                "version": "16",
                "network": {"delegatedSubnetResourceId": ref(data), dns: ref(zone)},
            },
            inside=data,
            sku={"name": "Standard_D4s_v3"},
            identity=identity,
            state=None,
            links=((zone, "uses"),),
        )
    group.add(
        "azure.database.redis_cache",
        "Microsoft.Cache/Redis",
        f"redis-{index}",
        {"sku": {"name": "Premium"}, "subnetId": ref(data), "redisVersion": "6.0"},
        inside=data,
        identity=identity,
    )


def analytics(
    group: Group,
    index: int,
    network: Network,
    identity: str,
    stores: dict[str, str],
    watched: dict[str, str],
    host: str,
) -> None:
    """Messages, pipelines, models and a bot."""
    web = network.subnets["web"]
    vault = f"https://vault-{index}.vault.azure.net"
    keys = {"encryption": {"keyVaultProperties": [{"keyName": "k", "keyVaultUri": vault}]}}
    dedicated = group.add(
        "azure.support.event_hubs_cluster",
        "Microsoft.EventHub/clusters",
        f"hubs-{index}",
        sku={"name": "Dedicated", "capacity": 1},
    )
    group.add(
        "azure.analytics.event_hubs_namespace",
        "Microsoft.EventHub/namespaces",
        f"events-{index}",
        {"clusterArmId": ref(dedicated), **keys},
        sku={"name": "Standard", "capacity": 1},
        identity=identity,
        links=((dedicated, "member_of"), (stores["vault"], "uses")),
    )
    group.add(
        "azure.integration.service_bus_namespace",
        "Microsoft.ServiceBus/namespaces",
        f"bus-{index}",
        dict(keys),
        sku={"name": "Premium"},
        identity=identity,
        links=((stores["vault"], "uses"),),
    )
    synapse = group.add(
        "azure.analytics.synapse_workspace",
        "Microsoft.Synapse/workspaces",
        f"synapse-{index}",
        {"defaultDataLakeStorage": {"accountUrl": f"https://shopstore{index}.dfs.core.windows.net"}},
        identity=identity,
        links=((stores["account"], "uses"),),
    )
    for arm_type in ("sqlPools", "bigDataPools", "kustoPools"):
        pool = group.add(
            "azure.support.synapse_pool",
            f"Microsoft.Synapse/workspaces/{arm_type}",
            f"synapse-{index}/{arm_type.lower()}",
        )
        group.link(synapse, pool, "contains")
    group.add(
        "azure.analytics.data_factory",
        "Microsoft.DataFactory/factories",
        f"factory-{index}",
        {"encryption": {"vaultBaseUrl": vault}},
        identity=identity,
        links=((stores["vault"], "uses"),),
    )
    group.add(
        "azure.ai.cognitive_services",
        "Microsoft.CognitiveServices/accounts",
        f"ai-{index}",
        {"networkAcls": subnet_rules(web), "userOwnedStorage": [{"resourceId": ref(stores["account"])}]},
        kind="OpenAI",
        sku={"name": "S0"},
        identity=identity,
        links=((web, "attached_to"), (stores["account"], "uses")),
    )
    group.add(
        "azure.ai.machine_learning_workspace",
        "Microsoft.MachineLearningServices/workspaces",
        f"ml-{index}",
        {
            "storageAccount": ref(stores["account"]),
            "keyVault": ref(stores["vault"]),
            "containerRegistry": ref(stores["registry"]),
            "applicationInsights": ref(watched["insights"]),
        },
        kind="Default",
        sku={"name": "Basic"},
        identity=identity,
        links=(
            (stores["account"], "uses"),
            (stores["vault"], "uses"),
            (stores["registry"], "uses"),
            (watched["insights"], "uses"),
        ),
    )
    group.add(
        "azure.ai.bot_service",
        "Microsoft.BotService/botServices",
        f"bot-{index}",
        {"endpoint": f"https://{host}/api/messages", "msaAppMSIResourceId": ref(identity)},
        kind="azurebot",
        sku={"name": "F0"},
        location="global",
        state=None,
        links=((group.id_of("Microsoft.Web/sites", f"shop-{index}"), "routes_to"), (identity, "runs_as")),
    )
