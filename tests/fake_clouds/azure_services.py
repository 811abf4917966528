"""What a shop runs on: machines, apps, storage, databases, messages, models."""

from __future__ import annotations

from typing import Any

from fake_clouds.azure_network import Network, address
from fake_clouds.azure_truth import Group, ref


def build_services(group: Group, index: int, network: Network) -> None:
    """Everything of shop ``index`` besides its network."""
    identity = group.add(
        "azure.support.user_assigned_identity",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        f"shop-{index}-id",
        state=None,
    )
    stores = _stores(group, index, network, identity)
    watched = _watched(group, index)
    _machines(group, index, network, identity, stores)
    host = _apps(group, index, network, identity, stores, watched)
    _entrances(group, index, network, identity, host)
    _databases(group, index, network, identity, stores)
    _analytics(group, index, network, identity, stores, watched, host)
    group.add(
        "azure.other",
        "Microsoft.Portal/dashboards",
        f"board-{index}",
        state=None,
        tags={"hidden-title": "<script>alert(1)</script> 🛒"},
    )


def _subnet_rules(*subnets: str) -> dict[str, Any]:
    return {"virtualNetworkRules": [{"id": ref(each), "action": "Allow"} for each in subnets]}


def _stores(group: Group, index: int, network: Network, identity: str) -> dict[str, str]:
    """Key vault, storage accounts with what is in them, a private endpoint, a registry."""
    web, data = network.subnets["web"], network.subnets["data"]
    vault = group.add(
        "azure.security.key_vault",
        "Microsoft.KeyVault/vaults",
        f"vault-{index}",
        {
            "sku": {"name": "standard"},
            "vaultUri": f"https://vault-{index}.vault.azure.net/",
            "networkAcls": _subnet_rules(data),
        },
        links=((data, "attached_to"),),
    )
    endpoint = group.id_of("Microsoft.Network/privateEndpoints", f"store-{index}-pe")
    account = group.add(
        "azure.storage.storage_account",
        "Microsoft.Storage/storageAccounts",
        f"shopstore{index}",
        {
            "primaryEndpoints": {"blob": f"https://shopstore{index}.blob.core.windows.net/"},
            "networkAcls": _subnet_rules(web),
            "privateEndpointConnections": [{"properties": {"privateEndpoint": {"id": ref(endpoint)}}}],
            "encryption": {"keyvaultproperties": {"keyvaulturi": f"https://vault-{index}.vault.azure.net"}},
        },
        kind="StorageV2",
        sku={"name": "Standard_LRS", "tier": "Standard"},
        identity=identity,
        links=((web, "attached_to"), (endpoint, "attached_to"), (vault, "uses")),
    )
    card = group.id_of("Microsoft.Network/networkInterfaces", f"store-{index}-pe-nic")
    group.add(
        "azure.support.private_endpoint",
        "Microsoft.Network/privateEndpoints",
        f"store-{index}-pe",
        {
            "subnet": {"id": ref(data)},
            "networkInterfaces": [{"id": ref(card)}],
            "privateLinkServiceConnections": [{"properties": {"privateLinkServiceId": ref(account)}}],
        },
        inside=data,
        links=((card, "attached_to"),),
    )
    group.add(
        "azure.network.network_interface",
        "Microsoft.Network/networkInterfaces",
        f"store-{index}-pe-nic",
        {
            "privateEndpoint": {"id": ref(endpoint)},
            "ipConfigurations": [{"properties": {"subnet": {"id": ref(data)}, "privateIPAddress": "10.0.0.40"}}],
        },
        inside=data,
    )
    kinds = "Microsoft.Storage/storageAccounts/blobServices/containers"
    for name in ("orders", "images"):
        group.listed(
            "azure.storage.blob_container",
            account,
            "/blobServices/default/containers",
            kinds,
            name,
            {"publicAccess": "None"},
        )
    share = f"share-{index}"
    group.listed(
        "azure.storage.file_share",
        account,
        "/fileServices/default/shares",
        "Microsoft.Storage/storageAccounts/fileServices/shares",
        share,
        {"accessTier": "Hot", "shareQuota": 100},
    )
    group.add(
        "azure.storage.storage_account",
        "Microsoft.Storage/storageAccounts",
        f"shopfiles{index}",
        kind="FileStorage",
        sku={"name": "Premium_LRS", "tier": "Premium"},
    )
    registry = group.add(
        "azure.integration.container_registry",
        "Microsoft.ContainerRegistry/registries",
        f"shopimages{index}",
        {"loginServer": f"shopimages{index}.azurecr.io"},
        sku={"name": "Premium"},
        identity=identity,
    )
    share_id = f"{account}/fileServices/default/shares/{share}"
    return {"vault": vault, "account": account, "share": share_id, "registry": registry}


def _watched(group: Group, index: int) -> dict[str, str]:
    """Log Analytics and Application Insights."""
    cluster = group.add(
        "azure.support.log_analytics_cluster",
        "Microsoft.OperationalInsights/clusters",
        f"logs-{index}",
        sku={"name": "CapacityReservation", "capacity": 500},
    )
    workspace = group.add(
        "azure.management.log_analytics_workspace",
        "Microsoft.OperationalInsights/workspaces",
        f"log-{index}",
        {"sku": {"name": "PerGB2018"}, "retentionInDays": 30, "features": {"clusterResourceId": ref(cluster)}},
        links=((cluster, "member_of"),),
    )
    insights = group.add(
        "azure.support.application_insights",
        "microsoft.insights/components",
        f"insights-{index}",
        {"Application_Type": "web", "WorkspaceResourceId": ref(workspace)},
        links=((workspace, "attached_to"),),
    )
    return {"workspace": workspace, "insights": insights}


def _machines(group: Group, index: int, network: Network, identity: str, stores: dict[str, str]) -> None:
    """Two machines with disks behind a balancer, and a scale set beside them."""
    web = network.subnets["web"]
    encryption = group.add(
        "azure.support.disk_encryption_set",
        "Microsoft.Compute/diskEncryptionSets",
        f"des-{index}",
        {
            "activeKey": {"keyUrl": f"https://vault-{index}.vault.azure.net/keys/disk/1"},
            "encryptionType": "EncryptionAtRestWithCustomerKey",
        },
        identity=identity,
        links=((stores["vault"], "uses"),),
    )
    machines = [group.id_of("Microsoft.Compute/virtualMachines", f"web-{index}-{each}") for each in (1, 2)]
    together = group.add(
        "azure.support.availability_set",
        "Microsoft.Compute/availabilitySets",
        f"together-{index}",
        {"platformFaultDomainCount": 2, "virtualMachines": [{"id": ref(each)} for each in machines]},
        sku={"name": "Aligned"},
        state=None,
    )
    pool = f"{network.balancer}/backendAddressPools/web"
    cards = []
    for number, machine in enumerate(machines, 1):
        name = f"web-{index}-{number}"
        card = group.add(
            "azure.network.network_interface",
            "Microsoft.Network/networkInterfaces",
            f"{name}-nic",
            {
                "virtualMachine": {"id": ref(machine)},
                "networkSecurityGroup": {"id": ref(network.rules)},
                "ipConfigurations": [
                    {
                        "properties": {
                            "privateIPAddress": f"10.0.0.{number}",
                            "subnet": {"id": ref(web)},
                            "loadBalancerBackendAddressPools": [{"id": ref(pool)}],
                        }
                    }
                ],
            },
            inside=web,
            links=((network.rules, "guarded_by"),),
        )
        cards.append(card)
        system = group.add(
            "azure.storage.managed_disk",
            "Microsoft.Compute/disks",
            f"{name}-os",
            {"diskSizeGB": 30, "diskState": "Attached", "osType": "Linux"},
            sku={"name": "Premium_LRS"},
            managedBy=ref(machine),
            state=None,
        )
        copy = group.add(
            "azure.support.snapshot",
            "Microsoft.Compute/snapshots",
            f"{name}-snapshot",
            {"diskSizeGB": 30, "creationData": {"sourceResourceId": ref(system)}},
            sku={"name": "Standard_LRS"},
            links=((system, "member_of"),),
        )
        data = group.add(
            "azure.storage.managed_disk",
            "Microsoft.Compute/disks",
            f"{name}-data",
            {
                "diskSizeGB": 512,
                "diskState": "Attached",
                "creationData": {"sourceResourceId": ref(copy)},
                "encryption": {"diskEncryptionSetId": ref(encryption)},
            },
            sku={"name": "Premium_LRS"},
            managedBy=ref(machine),
            state=None,
            links=((copy, "uses"), (encryption, "uses")),
        )
        power = "PowerState/running" if number == 1 else "PowerState/deallocated"
        group.add(
            "azure.compute.virtual_machine",
            "Microsoft.Compute/virtualMachines",
            name,
            {
                "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
                "storageProfile": {
                    "osDisk": {"osType": "Linux", "managedDisk": {"id": ref(system)}},
                    "dataDisks": [{"managedDisk": {"id": ref(data)}}],
                },
                "networkProfile": {"networkInterfaces": [{"id": ref(card)}]},
                "availabilitySet": {"id": ref(together)},
                "diagnosticsProfile": {
                    "bootDiagnostics": {"storageUri": f"https://shopstore{index}.blob.core.windows.net/"}
                },
                "extended": {"instanceView": {"powerState": {"code": power}}},
            },
            inside=web,
            identity=identity,
            zones=["1"],
            tags={"role": "web"},
            links=(
                (card, "attached_to"),
                (system, "attached_to"),
                (data, "attached_to"),
                (together, "member_of"),
                (stores["account"], "uses"),
            ),
        )
    _scale_set(group, index, network, identity, pool, cards)


def _scale_set(group: Group, index: int, network: Network, identity: str, pool: str, cards: list[str]) -> None:
    web = network.subnets["web"]
    doors = group.id_of("Microsoft.Network/applicationGateways", f"agw-{index}")
    configuration = {
        "properties": {
            "networkSecurityGroup": {"id": ref(network.rules)},
            "ipConfigurations": [
                {
                    "properties": {
                        "subnet": {"id": ref(web)},
                        "loadBalancerBackendAddressPools": [{"id": ref(pool)}],
                        "applicationGatewayBackendAddressPools": [{"id": f"{ref(doors)}/backendAddressPools/x"}],
                    }
                }
            ],
        }
    }
    many = group.add(
        "azure.compute.vm_scale_set",
        "Microsoft.Compute/virtualMachineScaleSets",
        f"many-{index}",
        {"virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": [configuration]}}},
        inside=web,
        sku={"name": "Standard_D2s_v5", "capacity": 2},
        identity=identity,
        links=((network.rules, "guarded_by"),),
    )
    group.link(doors, many, "routes_to")
    backends = [f"{ref(card)}/ipConfigurations/one" for card in cards]
    for instance in ("0", "1"):
        backends.append(f"{ref(many)}/virtualMachines/{instance}/networkInterfaces/nic/ipConfigurations/one")
        group.add(
            "azure.support.vmss_instance",
            "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
            f"many-{index}/{instance}",
            {"extended": {"instanceView": {"powerState": {"code": "PowerState/running"}}}},
            table="computeresources",
            sku={"name": "Standard_D2s_v5"},
            links=((many, "member_of"),),
        )
    group.add(
        "azure.network.load_balancer",
        "Microsoft.Network/loadBalancers",
        f"lb-{index}",
        {
            "frontendIPConfigurations": [{"properties": {"publicIPAddress": {"id": ref(network.address)}}}],
            "backendAddressPools": [
                {"properties": {"backendIPConfigurations": [{"id": each} for each in backends]}}
            ],
        },
        sku={"name": "Standard"},
        links=((many, "routes_to"), *((card, "routes_to") for card in cards)),
    )


def _apps(
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


def _entrances(group: Group, index: int, network: Network, identity: str, host: str) -> None:
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


def _databases(group: Group, index: int, network: Network, identity: str, stores: dict[str, str]) -> None:
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
            **_subnet_rules(web),
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


def _analytics(
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
        {"networkAcls": _subnet_rules(web), "userOwnedStorage": [{"resourceId": ref(stores["account"])}]},
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
