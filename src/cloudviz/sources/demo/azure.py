"""The demo's Azure subscription: a hub with a jump host, a spoke with a shop's web and database tiers.

Shapes: ARM resources as Azure Resource Graph and the resource providers return them (Microsoft.Network
2024-05-01, Microsoft.Compute 2024-07-01, Microsoft.Sql 2023-08-01, Microsoft.Storage 2024-01-01).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cloudviz.inventory.model import Scope
from cloudviz.sources.demo.estate import Body, Estate, gigabytes, guid_of, hex_of, hourly

SUBSCRIPTION = guid_of("acme-retail")
LOCATION = "westeurope"
HOURLY = {
    "Standard_D2s_v5": "0.115",
    "Standard_D4s_v5": "0.23",
    "Standard_B2s": "0.0496",
    "Standard_E4s_v5": "0.304",
}
"""Pay-as-you-go Linux prices in West Europe, dollars an hour."""


@dataclass(frozen=True, slots=True)
class Group:
    """A resource group, in which everything of Azure lives."""

    estate: Estate
    name: str

    def id(self, native_type: str, name: str) -> str:
        """The ARM id of a resource in this group; a child's name is ``parent/child``."""
        provider, *types = native_type.split("/")
        pairs = "/".join(f"{kind}/{part}" for kind, part in zip(types, name.split("/"), strict=True))
        return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{self.name}/providers/{provider}/{pairs}"

    def add(
        self,
        type_key: str,
        native_type: str,
        name: str,
        properties: Body,
        *,
        monthly: Decimal | None = None,
        tags: Body | None = None,
        **more: object,
    ) -> str:
        """Put one resource into the snapshot and return its id."""
        identifier = self.id(native_type, name)
        body: Body = {
            "id": identifier,
            "name": name.rsplit("/", 1)[-1],
            "type": native_type,
            "location": LOCATION,
            "tags": {"env": "prod", "owner": "team-shop", **(tags or {})},
            "properties": {"provisioningState": "Succeeded", **properties},
            **more,
        }
        costs = (identifier.lower(), monthly) if monthly is not None else None
        self.estate.add(Scope("azure", SUBSCRIPTION), type_key, native_type.lower(), body, costs=costs)
        return identifier


def build_azure(estate: Estate) -> None:
    """Everything of the subscription."""
    plan = estate.plan
    hub, shop, data = Group(estate, "rg-hub"), Group(estate, "rg-shop-prod"), Group(estate, "rg-shop-data")
    for group in (hub, shop, data):
        _resource_group(group)
    guards = {
        name: _security_group(shop, f"nsg-{name}", port)
        for name, port in (("web", 443), ("app", 8080), ("data", 1433))
    }
    guards["jump"] = _security_group(hub, "nsg-jump", 22)
    hub_subnets = _network(hub, "vnet-hub", "10.60.0.0/16", {"snet-jump": ("10.60.1.0/24", guards["jump"])})
    subnets = _network(
        shop,
        "vnet-shop",
        "10.61.0.0/16",
        {
            "snet-web": ("10.61.1.0/24", guards["web"]),
            "snet-app": ("10.61.11.0/24", guards["app"]),
            "snet-data": ("10.61.21.0/24", guards["data"]),
        },
    )
    pool = _load_balancer(shop, "lb-shop", [f"vm-web-{index}" for index in range(1, 7)])
    for index in range(1, 7):
        _machine(
            shop,
            f"vm-web-{index}",
            plan.azure_web_size,
            subnets["snet-web"],
            f"10.61.1.{9 + index}",
            zone=index % 3 + 1,
            pool=pool,
        )
    for index in range(1, 4):
        stopped = index == 3 and plan.since(3)
        _machine(
            shop,
            f"vm-app-{index}",
            "Standard_E4s_v5",
            subnets["snet-app"],
            f"10.61.11.{9 + index}",
            zone=index,
            data_disk=256,
            stopped=stopped,
        )
    _machine(hub, "vm-jump", "Standard_B2s", hub_subnets["snet-jump"], "10.60.1.4", zone=1, public=True)
    _databases(data, subnets["snet-data"])
    for name, sku, size in (
        ("stacmeassets", "Standard_ZRS", 900),
        ("stacmebackups", "Standard_GRS", 4200),
        ("stacmelogs", "Standard_LRS", 1500),
    ):
        _storage_account(data, name, sku, size, subnets["snet-app"])
    if plan.since(2):
        _storage_account(data, "stacmeexports", "Standard_LRS", 120, subnets["snet-app"])
    _others(shop, data)


def _resource_group(group: Group) -> None:
    identifier = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group.name}"
    body: Body = {
        "id": identifier,
        "name": group.name,
        "type": "microsoft.resources/subscriptions/resourcegroups",
        "location": LOCATION,
        "tags": {"env": "prod"},
        "properties": {"provisioningState": "Succeeded"},
    }
    scope = Scope("azure", SUBSCRIPTION)
    group.estate.add(
        scope, "azure.support.resource_group", "microsoft.resources/subscriptions/resourcegroups", body
    )


def _security_group(group: Group, name: str, port: int) -> str:
    rule: Body = {
        "name": f"allow-{port}",
        "properties": {
            "provisioningState": "Succeeded",
            "protocol": "Tcp",
            "sourcePortRange": "*",
            "destinationPortRange": str(port),
            "sourceAddressPrefix": "Internet" if port == 443 else "VirtualNetwork",
            "destinationAddressPrefix": "*",
            "access": "Allow",
            "priority": 100,
            "direction": "Inbound",
        },
    }
    return group.add(
        "azure.network.network_security_group",
        "Microsoft.Network/networkSecurityGroups",
        name,
        {"securityRules": [rule], "resourceGuid": guid_of(name)},
    )


def _network(group: Group, name: str, space: str, subnets: dict[str, tuple[str, str]]) -> dict[str, str]:
    """A virtual network with its subnets, which are rows of their own too. Returns the subnets' ids by name."""
    native = "Microsoft.Network/virtualNetworks/subnets"
    bodies: list[Body] = [
        {
            "id": group.id(native, f"{name}/{subnet}"),
            "name": subnet,
            "type": native,
            "properties": {
                "provisioningState": "Succeeded",
                "addressPrefix": prefix,
                "networkSecurityGroup": {"id": guard},
                "privateEndpointNetworkPolicies": "Disabled",
                "privateLinkServiceNetworkPolicies": "Enabled",
            },
        }
        for subnet, (prefix, guard) in subnets.items()
    ]
    group.add(
        "azure.network.virtual_network",
        "Microsoft.Network/virtualNetworks",
        name,
        {
            "addressSpace": {"addressPrefixes": [space]},
            "subnets": bodies,
            "virtualNetworkPeerings": [],
            "resourceGuid": guid_of(name),
            "enableDdosProtection": False,
        },
    )
    for body in bodies:
        row = {**body, "location": LOCATION}
        scope = Scope("azure", SUBSCRIPTION)
        group.estate.add(scope, "azure.network.subnet", native.lower(), row)
    return {str(body["name"]): str(body["id"]) for body in bodies}


def _public_address(group: Group, name: str) -> str:
    return group.add(
        "azure.network.public_ip",
        "Microsoft.Network/publicIPAddresses",
        name,
        {
            "publicIPAllocationMethod": "Static",
            "publicIPAddressVersion": "IPv4",
            "ipAddress": f"192.0.2.{int(hex_of(name, 2), 16)}",
            "idleTimeoutInMinutes": 4,
            "resourceGuid": guid_of(name),
        },
        monthly=hourly("0.005"),
        sku={"name": "Standard", "tier": "Regional"},
    )


def _load_balancer(group: Group, name: str, machines: list[str]) -> str:
    """A public load balancer before the web machines. Returns its backend pool's id."""
    native = "Microsoft.Network/loadBalancers"
    identifier = group.id(native, name)
    pool, front = f"{identifier}/backendAddressPools/web", f"{identifier}/frontendIPConfigurations/public"
    interface = "Microsoft.Network/networkInterfaces"
    group.add(
        "azure.network.load_balancer",
        native,
        name,
        {
            "resourceGuid": guid_of(name),
            "frontendIPConfigurations": [
                {
                    "id": front,
                    "name": "public",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateIPAllocationMethod": "Dynamic",
                        "publicIPAddress": {"id": _public_address(group, "pip-shop")},
                    },
                }
            ],
            "backendAddressPools": [
                {
                    "id": pool,
                    "name": "web",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "backendIPConfigurations": [
                            {"id": f"{group.id(interface, f'nic-{machine}')}/ipConfigurations/primary"}
                            for machine in machines
                        ],
                    },
                }
            ],
            "loadBalancingRules": [
                {
                    "id": f"{identifier}/loadBalancingRules/https",
                    "name": "https",
                    "properties": {
                        "frontendIPConfiguration": {"id": front},
                        "backendAddressPool": {"id": pool},
                        "protocol": "Tcp",
                        "frontendPort": 443,
                        "backendPort": 8443,
                    },
                }
            ],
            "probes": [],
            "inboundNatRules": [],
            "outboundRules": [],
        },
        monthly=hourly("0.025"),
        sku={"name": "Standard", "tier": "Regional"},
    )
    return pool


def _machine(
    group: Group,
    name: str,
    size: str,
    subnet: str,
    private: str,
    *,
    zone: int,
    pool: str = "",
    data_disk: int = 0,
    public: bool = False,
    stopped: bool = False,
) -> None:
    """A Linux machine with its interface and disks."""
    machine = group.id("Microsoft.Compute/virtualMachines", name)
    configuration: Body = {
        "provisioningState": "Succeeded",
        "privateIPAddress": private,
        "privateIPAllocationMethod": "Dynamic",
        "privateIPAddressVersion": "IPv4",
        "primary": True,
        "subnet": {"id": subnet},
    }
    if pool:
        configuration["loadBalancerBackendAddressPools"] = [{"id": pool}]
    if public:
        configuration["publicIPAddress"] = {"id": _public_address(group, f"pip-{name}")}
    native = "Microsoft.Network/networkInterfaces"
    interface_id = group.id(native, f"nic-{name}")
    interface = group.add(
        "azure.network.network_interface",
        native,
        f"nic-{name}",
        {
            "ipConfigurations": [
                {"id": f"{interface_id}/ipConfigurations/primary", "name": "primary", "properties": configuration}
            ],
            "enableAcceleratedNetworking": True,
            "enableIPForwarding": False,
            "macAddress": "-".join(hex_of(name, 12)[at : at + 2].upper() for at in range(0, 12, 2)),
            "primary": True,
            "virtualMachine": {"id": machine},
            "nicType": "Standard",
        },
    )
    system = _disk(group, f"{name}_OsDisk", 64, machine, zone)
    data = [_disk(group, f"{name}_data", data_disk, machine, zone)] if data_disk else []
    power = "PowerState/deallocated" if stopped else "PowerState/running"
    group.add(
        "azure.compute.virtual_machine",
        "Microsoft.Compute/virtualMachines",
        name,
        {
            "vmId": guid_of(name),
            "hardwareProfile": {"vmSize": size},
            "storageProfile": {
                "imageReference": {
                    "publisher": "Canonical",
                    "offer": "ubuntu-24_04-lts",
                    "sku": "server",
                    "version": "latest",
                },
                "osDisk": {
                    "osType": "Linux",
                    "name": f"{name}_OsDisk",
                    "createOption": "FromImage",
                    "caching": "ReadWrite",
                    "managedDisk": {"storageAccountType": "Premium_LRS", "id": system},
                    "diskSizeGB": 64,
                },
                "dataDisks": [
                    {"lun": 0, "name": f"{name}_data", "createOption": "Attach", "managedDisk": {"id": disk}}
                    for disk in data
                ],
            },
            "osProfile": {
                "computerName": name,
                "adminUsername": "acme",
                "linuxConfiguration": {"disablePasswordAuthentication": True, "provisionVMAgent": True},
            },
            "networkProfile": {"networkInterfaces": [{"id": interface, "properties": {"primary": True}}]},
            "timeCreated": "2024-05-21T07:44:10.112+00:00",
            # Resource Graph lays the power state in here, which the resource provider gives only on request.
            "extended": {
                "instanceView": {"powerState": {"code": power, "displayStatus": power.rsplit("/", 1)[-1]}}
            },
        },
        monthly=Decimal(0) if stopped else hourly(HOURLY[size]),
        zones=[str(zone)],
    )


def _disk(group: Group, name: str, size: int, machine: str, zone: int) -> str:
    return group.add(
        "azure.storage.managed_disk",
        "Microsoft.Compute/disks",
        name,
        {
            "diskSizeGB": size,
            "diskState": "Attached",
            "diskIOPSReadWrite": 500,
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "creationData": {"createOption": "FromImage"},
            "timeCreated": "2024-05-21T07:44:08.702+00:00",
            "uniqueId": guid_of(name),
        },
        monthly=gigabytes(size, "0.135"),
        managedBy=machine,
        sku={"name": "Premium_LRS", "tier": "Premium"},
        zones=[str(zone)],
    )


def _databases(group: Group, subnet: str) -> None:
    server = group.add(
        "azure.database.sql_server",
        "Microsoft.Sql/servers",
        "sql-acme-shop",
        {
            "administratorLogin": "shopadmin",
            "fullyQualifiedDomainName": "sql-acme-shop.database.windows.net",
            "minimalTlsVersion": "1.2",
            "publicNetworkAccess": "Disabled",
            "state": "Ready",
            "version": "12.0",
            "privateEndpointConnections": [],
        },
        kind="v12.0",
    )
    databases = [("shop", "GP_Gen5_4", 4, "736.44"), ("catalogue", "GP_Gen5_2", 2, "368.22")]
    if group.estate.plan.since(3):
        databases.append(("loyalty", "GP_Gen5_2", 2, "368.22"))
    for name, objective, cores, monthly in databases:
        group.add(
            "azure.database.sql_database",
            "Microsoft.Sql/servers/databases",
            f"sql-acme-shop/{name}",
            {
                "collation": "SQL_Latin1_General_CP1_CI_AS",
                "maxSizeBytes": 268435456000,
                "status": "Online",
                "databaseId": guid_of(name),
                "creationDate": "2024-05-22T10:03:55.41Z",
                "currentServiceObjectiveName": objective,
                "requestedServiceObjectiveName": objective,
                "defaultSecondaryLocation": "northeurope",
                "zoneRedundant": True,
                "currentSku": {"name": "GP_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": cores},
            },
            monthly=Decimal(monthly),
            managedBy=server,
            kind="v12.0,user,vcore",
            sku={"name": "GP_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": cores},
        )


def _storage_account(group: Group, name: str, sku: str, size: int, subnet: str) -> None:
    endpoints = {
        service: f"https://{name}.{service}.core.windows.net/" for service in ("blob", "file", "queue", "table")
    }
    group.add(
        "azure.storage.storage_account",
        "Microsoft.Storage/storageAccounts",
        name,
        {
            "accessTier": "Hot",
            "allowBlobPublicAccess": False,
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": True,
            "creationTime": "2024-05-21T07:40:01.3307141Z",
            "primaryLocation": LOCATION,
            "statusOfPrimary": "available",
            "primaryEndpoints": endpoints,
            "networkAcls": {
                "bypass": "AzureServices",
                "defaultAction": "Deny",
                "ipRules": [],
                "virtualNetworkRules": [{"id": subnet, "action": "Allow", "state": "Succeeded"}],
            },
            "encryption": {"keySource": "Microsoft.Storage"},
        },
        monthly=gigabytes(size, "0.0196"),
        kind="StorageV2",
        sku={"name": sku, "tier": "Standard"},
    )


def _others(shop: Group, data: Group) -> None:
    """Types that the bulk API returns beside the ones we know well."""
    data.add(
        "azure.security.key_vault",
        "Microsoft.KeyVault/vaults",
        "kv-acme-shop",
        {
            "sku": {"family": "A", "name": "standard"},
            "tenantId": guid_of("acme-tenant"),
            "enableRbacAuthorization": True,
            "enableSoftDelete": True,
            "vaultUri": "https://kv-acme-shop.vault.azure.net/",
        },
    )
    for name in ("law-acme", "law-acme-audit"):
        data.add(
            "azure.management.log_analytics_workspace",
            "Microsoft.OperationalInsights/workspaces",
            name,
            {"customerId": guid_of(name), "sku": {"name": "PerGB2018"}, "retentionInDays": 90},
            monthly=gigabytes(60, "2.76"),
        )
    # A name that right-to-left readers know and that left-to-right software often breaks on.
    shop.add(
        "azure.support.dashboard",
        "Microsoft.Portal/dashboards",
        "dashboard-1",
        {"lenses": []},
        tags={"hidden-title": "لوحة مراقبة المتجر", "note": '<b>bold?</b> & "quoted"'},
    )
