"""Networks, and what is plugged into them."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import tracked
from cloudviz.catalogue.declare import (
    ArmChild,
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    at,
    attached,
    guarded_by,
    inside,
    routes_to,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.inventory.model import LinkKind

VIRTUAL_NETWORK = tracked(
    "azure.network.virtual_network",
    Kind.NETWORK,
    "Virtual network",
    ArmList("microsoft.network/virtualnetworks", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_virtual_network",),
        terraform_fields={
            "properties.addressSpace.addressPrefixes[]": "address_space[]",
            "properties.ddosProtectionPlan.id": "ddos_protection_plan[].id",
        },
    ),
    facts={"address_range": at("properties.addressSpace.addressPrefixes[]")},
    links=(
        routes_to(
            "azure.network.virtual_network",
            at("properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id"),
        ),
        uses("azure.support.ddos_protection_plan", at("properties.ddosProtectionPlan.id")),
    ),
)

SUBNET = tracked(
    "azure.network.subnet",
    Kind.SUBNET,
    "Subnet",
    # No row of its own in Resource Graph: subnets are read out of their network's row, with its permission.
    ArmList(
        "microsoft.network/virtualnetworks/subnets",
        "2023-09-01",
        in_resource_graph=False,
        permission="microsoft.network/virtualnetworks/read",
        child=ArmChild("azure.network.virtual_network", path="properties.subnets[]"),
    ),
    known_as=KnownAs(
        terraform=("azurerm_subnet",),
        terraform_fields={
            "properties.addressPrefix": "address_prefix",
            "properties.addressPrefixes[]": "address_prefixes[]",
            "properties.networkSecurityGroup.id": "network_security_group_id",
            "properties.routeTable.id": "route_table_id",
        },
    ),
    in_region=False,
    in_group=False,
    facts={"address_range": at("properties.addressPrefix") | at("properties.addressPrefixes[]")},
    links=(
        # The id of a subnet begins with the id of its network.
        inside("azure.network.virtual_network", at("id")),
        guarded_by("azure.network.network_security_group", at("properties.networkSecurityGroup.id")),
        attached("azure.network.route_table", at("properties.routeTable.id")),
        routes_to("azure.network.gateway", at("properties.natGateway.id")),
    ),
)

NETWORK_INTERFACE = tracked(
    "azure.network.network_interface",
    Kind.NETWORK_INTERFACE,
    "Network interface",
    ArmList("microsoft.network/networkinterfaces", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_network_interface",),
        terraform_fields={
            "properties.ipConfigurations[].properties.subnet.id": "ip_configuration[].subnet_id",
            "properties.ipConfigurations[].properties.privateIPAddress": "private_ip_address",
            "properties.ipConfigurations[].properties.publicIPAddress.id": (
                "ip_configuration[].public_ip_address_id"
            ),
            "properties.virtualMachine.id": "virtual_machine_id",
        },
    ),
    facts={"private_ip": at("properties.ipConfigurations[].properties.privateIPAddress")},
    sublabel=("private_ip",),
    links=(
        inside("azure.network.subnet", at("properties.ipConfigurations[].properties.subnet.id")),
        attached("azure.compute.virtual_machine", at("properties.virtualMachine.id"), reverse=True),
        attached("azure.support.private_endpoint", at("properties.privateEndpoint.id"), reverse=True),
        attached("azure.network.public_ip", at("properties.ipConfigurations[].properties.publicIPAddress.id")),
        guarded_by("azure.network.network_security_group", at("properties.networkSecurityGroup.id")),
        # The id of a backend pool begins with the id of its balancer.
        routes_to(
            "azure.network.load_balancer",
            at("properties.ipConfigurations[].properties.loadBalancerBackendAddressPools[].id"),
            reverse=True,
        ),
        routes_to(
            "azure.network.application_gateway",
            at("properties.ipConfigurations[].properties.applicationGatewayBackendAddressPools[].id"),
            reverse=True,
        ),
    ),
)

NETWORK_SECURITY_GROUP = tracked(
    "azure.network.network_security_group",
    Kind.FIREWALL,
    "Network security group",
    ArmList("microsoft.network/networksecuritygroups", "2024-05-01"),
    known_as=KnownAs(
        terraform=("azurerm_network_security_group",),
        terraform_fields={"properties.securityRules[]": "security_rule[]"},
    ),
    facts={"rules": at("properties.securityRules[]").count()},
    sublabel=(),
    links=(
        guarded_by("azure.network.subnet", at("properties.subnets[].id"), reverse=True),
        guarded_by("azure.network.network_interface", at("properties.networkInterfaces[].id"), reverse=True),
    ),
)

PUBLIC_IP = tracked(
    "azure.network.public_ip",
    Kind.PUBLIC_ADDRESS,
    "Public IP address",
    ArmList("microsoft.network/publicipaddresses", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_public_ip",),
        terraform_fields={
            "zones[]": "zones[]",
            "sku.name": "sku",
            "properties.ipAddress": "ip_address",
            "properties.dnsSettings.fqdn": "fqdn",
            "properties.natGateway.id": "",
        },
    ),
    zone=at("zones[]"),
    facts={
        "public_ip": at("properties.ipAddress"),
        "dns_name": at("properties.dnsSettings.fqdn"),
        "size": at("sku.name"),
    },
    sublabel=("public_ip",),
    links=(
        # The id of an IP configuration begins with the id of what the address is plugged into.
        attached(
            "azure.network.network_interface|azure.network.load_balancer|azure.network.application_gateway"
            "|azure.network.gateway|azure.network.firewall",
            at("properties.ipConfiguration.id"),
            reverse=True,
        ),
        attached("azure.network.gateway", at("properties.natGateway.id"), reverse=True),
    ),
)

ROUTE_TABLE = tracked(
    "azure.network.route_table",
    Kind.ROUTE_TABLE,
    "Route table",
    ArmList("microsoft.network/routetables", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_route_table",),
        terraform_fields={
            "properties.routes[]": "route[]",
            "properties.routes[].properties.nextHopIpAddress": "route[].next_hop_in_ip_address",
            "properties.subnets[].id": "subnets[]",
        },
    ),
    facts={"routes": at("properties.routes[]").count()},
    sublabel=(),
    links=(
        attached("azure.network.subnet", at("properties.subnets[].id"), reverse=True),
        # Given by address only: what has that private address is the next hop.
        routes_to("azure.network.firewall", at("properties.routes[].properties.nextHopIpAddress")),
    ),
)

PRIVATE_ENDPOINT = tracked(
    "azure.support.private_endpoint",
    Kind.NETWORK_INTERFACE,
    "Private endpoint",
    ArmList("microsoft.network/privateendpoints", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_private_endpoint",),
        terraform_fields={
            "properties.subnet.id": "subnet_id",
            "properties.customDnsConfigs[].fqdn": "custom_dns_configs[].fqdn",
            "properties.networkInterfaces[].id": "network_interface[].id",
            "properties.privateLinkServiceConnections[].properties.privateLinkServiceId": (
                "private_service_connection[].private_connection_resource_id"
            ),
        },
    ),
    facts={"dns_name": at("properties.customDnsConfigs[].fqdn")},
    sublabel=("dns_name",),
    links=(
        inside("azure.network.subnet", at("properties.subnet.id")),
        attached("azure.network.network_interface", at("properties.networkInterfaces[].id")),
        # The service says the same of this endpoint, in the same direction.
        attached(
            "azure.storage.storage_account|azure.database.sql_server|azure.database.cosmos_db"
            "|azure.database.mysql_flexible_server|azure.database.postgresql_flexible_server"
            "|azure.database.redis_cache|azure.security.key_vault|azure.integration.container_registry"
            "|azure.integration.service_bus_namespace|azure.integration.api_management"
            "|azure.analytics.event_hubs_namespace|azure.analytics.synapse_workspace"
            "|azure.analytics.data_factory|azure.ai.cognitive_services|azure.ai.machine_learning_workspace"
            "|azure.ai.bot_service|azure.compute.app_service",
            at("properties.privateLinkServiceConnections[].properties.privateLinkServiceId"),
            reverse=True,
        ),
    ),
    supporting=True,
)

DDOS_PROTECTION_PLAN = tracked(
    "azure.support.ddos_protection_plan",
    Kind.FIREWALL,
    "DDoS protection plan",
    ArmList("microsoft.network/ddosprotectionplans", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_network_ddos_protection_plan",),
        terraform_fields={"properties.virtualNetworks[].id": "virtual_network_ids[]"},
    ),
    sublabel=(),
    links=(uses("azure.network.virtual_network", at("properties.virtualNetworks[].id"), reverse=True),),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    VIRTUAL_NETWORK,
    SUBNET,
    NETWORK_INTERFACE,
    NETWORK_SECURITY_GROUP,
    PUBLIC_IP,
    ROUTE_TABLE,
    PRIVATE_ENDPOINT,
    DDOS_PROTECTION_PLAN,
)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "azurerm_virtual_network_peering",
        LinkKind.ROUTES_TO,
        ("azure.network.virtual_network", "id"),
        ("azure.network.virtual_network", "remote_virtual_network_id"),
    ),
    TerraformJoin(
        "azurerm_subnet_network_security_group_association",
        LinkKind.GUARDED_BY,
        ("azure.network.subnet", "subnet_id"),
        ("azure.network.network_security_group", "network_security_group_id"),
    ),
    TerraformJoin(
        "azurerm_subnet_route_table_association",
        LinkKind.ATTACHED_TO,
        ("azure.network.subnet", "subnet_id"),
        ("azure.network.route_table", "route_table_id"),
    ),
    TerraformJoin(
        "azurerm_subnet_nat_gateway_association",
        LinkKind.ROUTES_TO,
        ("azure.network.subnet", "subnet_id"),
        ("azure.network.gateway", "nat_gateway_id"),
    ),
    TerraformJoin(
        "azurerm_nat_gateway_public_ip_association",
        LinkKind.ATTACHED_TO,
        ("azure.network.gateway", "nat_gateway_id"),
        ("azure.network.public_ip", "public_ip_address_id"),
    ),
    TerraformJoin(
        "azurerm_network_interface_security_group_association",
        LinkKind.GUARDED_BY,
        ("azure.network.network_interface", "network_interface_id"),
        ("azure.network.network_security_group", "network_security_group_id"),
    ),
    TerraformJoin(
        "azurerm_network_interface_backend_address_pool_association",
        LinkKind.ROUTES_TO,
        ("azure.network.load_balancer", "backend_address_pool_id"),
        ("azure.network.network_interface", "network_interface_id"),
    ),
    TerraformJoin(
        "azurerm_network_interface_application_gateway_backend_address_pool_association",
        LinkKind.ROUTES_TO,
        ("azure.network.application_gateway", "backend_address_pool_id"),
        ("azure.network.network_interface", "network_interface_id"),
    ),
)
