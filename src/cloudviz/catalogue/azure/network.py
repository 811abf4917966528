"""Networks, and what connects to them."""

from __future__ import annotations

from cloudviz.catalogue.azure.management import IN_ITS_GROUP
from cloudviz.catalogue.declare import (
    ArmList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arm,
    at,
    attached,
    guarded_by,
    inside,
    routes_to,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_PROVISIONING
from cloudviz.inventory.model import LinkKind

VIRTUAL_NETWORK = ResourceType(
    key="azure.network.virtual_network",
    kind=Kind.NETWORK,
    title="Virtual network",
    icon="azure/virtual-network",
    listing=ArmList("microsoft.network/virtualnetworks", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_virtual_network",),
        terraform_fields={"properties.addressSpace.addressPrefixes[]": "address_space[]"},
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.provisioningState").as_state(AZURE_PROVISIONING),
    region=at("location").as_location(),
    tags=at("tags"),
    facts={"address_range": at("properties.addressSpace.addressPrefixes[]")},
    links=(
        routes_to(
            "azure.network.virtual_network",
            at("properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id"),
        ),
        IN_ITS_GROUP,
    ),
)

SUBNET = ResourceType(
    key="azure.network.subnet",
    kind=Kind.SUBNET,
    title="Subnet",
    icon="azure/subnet",
    # No row of its own in Resource Graph: subnets are read out of their network's properties.subnets.
    listing=ArmList("microsoft.network/virtualnetworks/subnets", "2023-09-01", in_resource_graph=False),
    known_as=KnownAs(
        terraform=("azurerm_subnet",),
        terraform_fields={
            "properties.addressPrefix": "address_prefix",
            "properties.addressPrefixes[]": "address_prefixes[]",
            "properties.networkSecurityGroup.id": "network_security_group_id",
        },
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.provisioningState").as_state(AZURE_PROVISIONING),
    facts={"address_range": at("properties.addressPrefix") | at("properties.addressPrefixes[]")},
    links=(
        # The id of a subnet begins with the id of its network.
        inside("azure.network.virtual_network", at("id")),
        guarded_by("azure.network.network_security_group", at("properties.networkSecurityGroup.id")),
    ),
)

NETWORK_INTERFACE = ResourceType(
    key="azure.network.network_interface",
    kind=Kind.NETWORK_INTERFACE,
    title="Network interface",
    icon="azure/network-interface",
    listing=ArmList("microsoft.network/networkinterfaces", "2023-09-01"),
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
    id=arm(),
    name=at("name"),
    state=at("properties.provisioningState").as_state(AZURE_PROVISIONING),
    region=at("location").as_location(),
    tags=at("tags"),
    facts={"private_ip": at("properties.ipConfigurations[].properties.privateIPAddress")},
    sublabel=("private_ip",),
    links=(
        inside("azure.network.subnet", at("properties.ipConfigurations[].properties.subnet.id")),
        attached("azure.compute.virtual_machine", at("properties.virtualMachine.id"), reverse=True),
        attached("azure.network.public_ip", at("properties.ipConfigurations[].properties.publicIPAddress.id")),
        guarded_by("azure.network.network_security_group", at("properties.networkSecurityGroup.id")),
        # The id of a backend pool begins with the id of its load balancer.
        routes_to(
            "azure.network.load_balancer",
            at("properties.ipConfigurations[].properties.loadBalancerBackendAddressPools[].id"),
            reverse=True,
        ),
        IN_ITS_GROUP,
    ),
)

NETWORK_SECURITY_GROUP = ResourceType(
    key="azure.network.network_security_group",
    kind=Kind.FIREWALL,
    title="Network security group",
    icon="azure/network-security-group",
    listing=ArmList("microsoft.network/networksecuritygroups", "2024-05-01"),
    known_as=KnownAs(
        terraform=("azurerm_network_security_group",),
        terraform_fields={"properties.securityRules[]": "security_rule[]"},
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.provisioningState").as_state(AZURE_PROVISIONING),
    region=at("location").as_location(),
    tags=at("tags"),
    facts={"rules": at("properties.securityRules[]").count()},
    sublabel=(),
    links=(
        guarded_by("azure.network.subnet", at("properties.subnets[].id"), reverse=True),
        guarded_by("azure.network.network_interface", at("properties.networkInterfaces[].id"), reverse=True),
        IN_ITS_GROUP,
    ),
)

PUBLIC_IP = ResourceType(
    key="azure.network.public_ip",
    kind=Kind.PUBLIC_ADDRESS,
    title="Public IP address",
    icon="azure/public-ip",
    listing=ArmList("microsoft.network/publicipaddresses", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_public_ip",),
        terraform_fields={
            "zones[]": "zones[]",
            "sku.name": "sku",
            "properties.ipAddress": "ip_address",
            "properties.dnsSettings.fqdn": "fqdn",
        },
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.provisioningState").as_state(AZURE_PROVISIONING),
    region=at("location").as_location(),
    zone=at("zones[]"),
    tags=at("tags"),
    facts={
        "public_ip": at("properties.ipAddress"),
        "dns_name": at("properties.dnsSettings.fqdn"),
        "size": at("sku.name"),
    },
    sublabel=("public_ip",),
    links=(
        # The id of an IP configuration begins with the id of what the address is plugged into.
        attached(
            "azure.network.network_interface|azure.network.load_balancer",
            at("properties.ipConfiguration.id"),
            reverse=True,
        ),
        IN_ITS_GROUP,
    ),
)

LOAD_BALANCER = ResourceType(
    key="azure.network.load_balancer",
    kind=Kind.LOAD_BALANCER,
    title="Load balancer",
    icon="azure/load-balancer",
    listing=ArmList("microsoft.network/loadbalancers", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_lb",),
        terraform_fields={
            "sku.name": "sku",
            "properties.frontendIPConfigurations[].properties.privateIPAddress": "private_ip_address",
            "properties.frontendIPConfigurations[].properties.subnet.id": "frontend_ip_configuration[].subnet_id",
            "properties.frontendIPConfigurations[].properties.publicIPAddress.id": (
                "frontend_ip_configuration[].public_ip_address_id"
            ),
        },
    ),
    id=arm(),
    name=at("name"),
    state=at("properties.provisioningState").as_state(AZURE_PROVISIONING),
    region=at("location").as_location(),
    tags=at("tags"),
    facts={
        "size": at("sku.name"),
        "private_ip": at("properties.frontendIPConfigurations[].properties.privateIPAddress"),
        "ports": at("properties.loadBalancingRules[].properties.frontendPort"),
    },
    links=(
        # Only an internal load balancer has its frontend in a subnet.
        inside("azure.network.subnet", at("properties.frontendIPConfigurations[].properties.subnet.id")),
        attached(
            "azure.network.public_ip", at("properties.frontendIPConfigurations[].properties.publicIPAddress.id")
        ),
        routes_to(
            "azure.network.network_interface",
            at("properties.backendAddressPools[].properties.backendIPConfigurations[].id"),
        ),
        IN_ITS_GROUP,
    ),
)

TYPES: tuple[ResourceType, ...] = (
    VIRTUAL_NETWORK,
    SUBNET,
    NETWORK_INTERFACE,
    NETWORK_SECURITY_GROUP,
    PUBLIC_IP,
    LOAD_BALANCER,
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
)
