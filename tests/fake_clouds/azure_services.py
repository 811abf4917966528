"""What a shop runs on: machines, storage, logs; its apps and data are in azure_platform."""

from __future__ import annotations

from fake_clouds.azure_network import Network, subnet_rules
from fake_clouds.azure_platform import analytics, apps, databases, entrances
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
    host = apps(group, index, network, identity, stores, watched)
    entrances(group, index, network, identity, host)
    databases(group, index, network, identity, stores)
    analytics(group, index, network, identity, stores, watched, host)
    group.add(
        "azure.other",
        "Microsoft.Portal/dashboards",
        f"board-{index}",
        state=None,
        tags={"hidden-title": "<script>alert(1)</script> 🛒"},
    )


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
            "networkAcls": subnet_rules(data),
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
            "networkAcls": subnet_rules(web),
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
