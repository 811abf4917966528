"""What traffic goes through: balancers, gateways, firewalls, content delivery, names."""

from __future__ import annotations

from cloudviz.catalogue.azure.tracked import AS_IDENTITIES, HOST, IDENTITIES_IN_TERRAFORM, tracked
from cloudviz.catalogue.declare import (
    ArmList,
    ArmPart,
    KnownAs,
    ResourceType,
    TerraformJoin,
    at,
    attached,
    contains,
    guarded_by,
    inside,
    member_of,
    routes_to,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import State
from cloudviz.inventory.model import LinkKind

LOAD_BALANCER = tracked(
    "azure.network.load_balancer",
    Kind.LOAD_BALANCER,
    "Load balancer",
    ArmList("microsoft.network/loadbalancers", "2023-09-01"),
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
        # The id of a backend begins with the id of its interface, or of the set whose instance has it.
        routes_to(
            "azure.network.network_interface|azure.compute.vm_scale_set",
            at("properties.backendAddressPools[].properties.backendIPConfigurations[].id"),
        ),
    ),
)

APPLICATION_GATEWAY = tracked(
    "azure.network.application_gateway",
    Kind.LOAD_BALANCER,
    "Application gateway",
    ArmList("microsoft.network/applicationgateways", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_application_gateway",),
        terraform_fields={
            "zones[]": "zones[]",
            "properties.sku.name": "sku[].name",
            "properties.sku.tier": "sku[].tier",
            "properties.gatewayIPConfigurations[].properties.subnet.id": "gateway_ip_configuration[].subnet_id",
            "properties.frontendIPConfigurations[].properties.publicIPAddress.id": (
                "frontend_ip_configuration[].public_ip_address_id"
            ),
            "properties.backendAddressPools[].properties.backendAddresses[].fqdn": (
                "backend_address_pool[].fqdns[]"
            ),
            "properties.firewallPolicy.id": "firewall_policy_id",
            **IDENTITIES_IN_TERRAFORM,
        },
    ),
    zone=at("zones[]"),
    facts={"size": at("properties.sku.name"), "tier": at("properties.sku.tier")},
    links=(
        inside("azure.network.subnet", at("properties.gatewayIPConfigurations[].properties.subnet.id")),
        attached(
            "azure.network.public_ip", at("properties.frontendIPConfigurations[].properties.publicIPAddress.id")
        ),
        routes_to(
            "azure.network.network_interface|azure.compute.vm_scale_set",
            at("properties.backendAddressPools[].properties.backendIPConfigurations[].id"),
        ),
        routes_to(
            "azure.compute.app_service|azure.support.container_app",
            at("properties.backendAddressPools[].properties.backendAddresses[].fqdn"),
        ),
        guarded_by("azure.support.waf_policy", at("properties.firewallPolicy.id")),
        AS_IDENTITIES,
    ),
)

GATEWAY = tracked(
    "azure.network.gateway",
    Kind.GATEWAY,
    "VPN / ExpressRoute / NAT gateway",
    ArmList("microsoft.network/virtualnetworkgateways", "2023-09-01"),
    known_as=KnownAs(
        # One headline type and two ARM types: what leads out of a network.
        arm=("microsoft.network/natgateways",),
        terraform=("azurerm_virtual_network_gateway", "azurerm_nat_gateway"),
        terraform_fields={
            "zones[]": "zones[]",
            "sku.name": "sku_name",
            "properties.sku.name": "sku",
            "properties.gatewayType": "type",
            "properties.ipConfigurations[].properties.subnet.id": "ip_configuration[].subnet_id",
            "properties.ipConfigurations[].properties.publicIPAddress.id": (
                "ip_configuration[].public_ip_address_id"
            ),
            "properties.publicIpAddresses[].id": "",
            "properties.subnets[].id": "",
        },
    ),
    zone=at("zones[]"),
    facts={
        # A NAT gateway has its sku at the top, a virtual network gateway in its properties.
        "size": at("sku.name") | at("properties.sku.name"),
        "gateway": at("properties.gatewayType"),
    },
    links=(
        inside("azure.network.subnet", at("properties.ipConfigurations[].properties.subnet.id")),
        attached("azure.network.public_ip", at("properties.ipConfigurations[].properties.publicIPAddress.id")),
        attached("azure.network.public_ip", at("properties.publicIpAddresses[].id")),
        routes_to("azure.network.subnet", at("properties.subnets[].id"), reverse=True),
    ),
)

FRONT_DOOR_CDN = tracked(
    "azure.network.front_door_cdn",
    Kind.CDN,
    "Front Door / CDN profile",
    ArmList("microsoft.cdn/profiles", "2023-05-01", is_global=True),
    known_as=KnownAs(
        arm=("microsoft.network/frontdoors",),
        terraform=("azurerm_cdn_frontdoor_profile", "azurerm_cdn_profile", "azurerm_frontdoor"),
        terraform_fields={
            "sku.name": "sku_name|sku",
            "properties.backendPools[].properties.backends[].address": "backend_pool[].backend[].address",
            "properties.frontendEndpoints[].properties.webApplicationFirewallPolicyLink.id": (
                "frontend_endpoint[].web_application_firewall_policy_link_id"
            ),
            "properties.provisioningState": "",
        },
    ),
    facts={"size": at("sku.name")},
    links=(
        # Only a classic Front Door says what is behind it, by host name.
        routes_to(
            "azure.compute.app_service|azure.support.container_app|azure.network.public_ip",
            at("properties.backendPools[].properties.backends[].address"),
        ),
        guarded_by(
            "azure.support.waf_policy",
            at("properties.frontendEndpoints[].properties.webApplicationFirewallPolicyLink.id"),
        ),
    ),
)

DNS_ZONE = tracked(
    "azure.network.dns_zone",
    Kind.DNS_ZONE,
    "DNS zone",
    ArmList(
        "microsoft.network/dnszones",
        "2018-05-01",
        is_global=True,
        # Only an alias record names a resource; all others hold text.
        parts=(
            ArmPart(
                tuple(f"microsoft.network/dnszones/{record}" for record in ("a", "aaaa", "cname")),
                "aliasRecords",
                table="dnsresources",
                having="properties.targetResource.id",
            ),
        ),
    ),
    known_as=KnownAs(
        terraform=("azurerm_dns_zone",),
        terraform_fields={
            "properties.numberOfRecordSets": "number_of_record_sets",
            "aliasRecords[].properties.targetResource.id": "",
        },
    ),
    state=None,
    facts={"records": at("properties.numberOfRecordSets")},
    sublabel=(),
    links=(
        routes_to(
            "azure.network.public_ip|azure.support.traffic_manager|azure.network.front_door_cdn"
            "|azure.support.cdn_endpoint",
            at("aliasRecords[].properties.targetResource.id"),
        ),
    ),
)

FIREWALL = tracked(
    "azure.network.firewall",
    # A place that traffic goes through. The kind "firewall" is for rules, which a picture folds away.
    Kind.GATEWAY,
    "Azure Firewall",
    ArmList("microsoft.network/azurefirewalls", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_firewall",),
        terraform_fields={
            "zones[]": "zones[]",
            "properties.sku.tier": "sku_tier",
            "properties.ipConfigurations[].properties.privateIPAddress": "ip_configuration[].private_ip_address",
            "properties.hubIPAddresses.privateIPAddress": "virtual_hub[].private_ip_address",
            "properties.ipConfigurations[].properties.subnet.id": "ip_configuration[].subnet_id",
            "properties.ipConfigurations[].properties.publicIPAddress.id": (
                "ip_configuration[].public_ip_address_id"
            ),
            "properties.firewallPolicy.id": "firewall_policy_id",
            "properties.virtualHub.id": "virtual_hub[].virtual_hub_id",
        },
    ),
    zone=at("zones[]"),
    facts={
        "size": at("properties.sku.tier"),
        "private_ip": at("properties.ipConfigurations[].properties.privateIPAddress")
        | at("properties.hubIPAddresses.privateIPAddress"),
    },
    links=(
        inside("azure.network.subnet", at("properties.ipConfigurations[].properties.subnet.id")),
        attached("azure.network.public_ip", at("properties.ipConfigurations[].properties.publicIPAddress.id")),
        guarded_by("azure.support.firewall_policy", at("properties.firewallPolicy.id")),
        member_of("azure.support.virtual_hub", at("properties.virtualHub.id")),
    ),
    aliases=("private_ip",),
)

PRIVATE_DNS_ZONE = tracked(
    "azure.support.private_dns_zone",
    Kind.DNS_ZONE,
    "Private DNS zone",
    ArmList(
        "microsoft.network/privatednszones",
        "2020-06-01",
        is_global=True,
        parts=(ArmPart(("microsoft.network/privatednszones/virtualnetworklinks",), "virtualNetworkLinks"),),
    ),
    known_as=KnownAs(
        terraform=("azurerm_private_dns_zone",),
        terraform_fields={
            "properties.numberOfRecordSets": "number_of_record_sets",
            "virtualNetworkLinks[].properties.virtualNetwork.id": "",
            "properties.provisioningState": "",
        },
    ),
    facts={"records": at("properties.numberOfRecordSets")},
    sublabel=(),
    links=(attached("azure.network.virtual_network", at("virtualNetworkLinks[].properties.virtualNetwork.id")),),
    supporting=True,
)

WAF_POLICY = tracked(
    "azure.support.waf_policy",
    Kind.FIREWALL,
    "WAF policy",
    ArmList("microsoft.network/applicationgatewaywebapplicationfirewallpolicies", "2023-09-01"),
    known_as=KnownAs(
        arm=("microsoft.network/frontdoorwebapplicationfirewallpolicies",),
        terraform=(
            "azurerm_web_application_firewall_policy",
            "azurerm_cdn_frontdoor_firewall_policy",
            "azurerm_frontdoor_firewall_policy",
        ),
        terraform_fields={
            "properties.policySettings.mode": "policy_settings[].mode|mode",
            "properties.applicationGateways[].id": "",
            "properties.frontendEndpointLinks[].id": "",
            "properties.securityPolicyLinks[].id": "",
            "properties.provisioningState": "",
        },
    ),
    facts={"mode": at("properties.policySettings.mode")},
    sublabel=("mode",),
    links=(
        guarded_by("azure.network.application_gateway", at("properties.applicationGateways[].id"), reverse=True),
        # The id of a frontend, or of a profile's security policy, begins with the id of the front door.
        guarded_by("azure.network.front_door_cdn", at("properties.frontendEndpointLinks[].id"), reverse=True),
        guarded_by("azure.network.front_door_cdn", at("properties.securityPolicyLinks[].id"), reverse=True),
    ),
    supporting=True,
)

FIREWALL_POLICY = tracked(
    "azure.support.firewall_policy",
    Kind.FIREWALL,
    "Firewall policy",
    ArmList("microsoft.network/firewallpolicies", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_firewall_policy",),
        terraform_fields={
            "properties.sku.tier": "sku",
            "properties.basePolicy.id": "base_policy_id",
            "properties.firewalls[].id": "firewalls[]",
            "properties.provisioningState": "",
        },
    ),
    facts={"size": at("properties.sku.tier")},
    links=(
        member_of("azure.support.firewall_policy", at("properties.basePolicy.id")),
        guarded_by("azure.network.firewall", at("properties.firewalls[].id"), reverse=True),
    ),
    supporting=True,
)

VIRTUAL_HUB = tracked(
    "azure.support.virtual_hub",
    Kind.GATEWAY,
    "Virtual hub",
    ArmList("microsoft.network/virtualhubs", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_virtual_hub", "azurerm_route_server"),
        terraform_fields={
            "properties.addressPrefix": "address_prefix",
            "properties.azureFirewall.id": "",
            "properties.provisioningState": "",
        },
    ),
    facts={"address_range": at("properties.addressPrefix")},
    links=(member_of("azure.network.firewall", at("properties.azureFirewall.id"), reverse=True),),
    supporting=True,
)

CONNECTION = tracked(
    "azure.support.connection",
    Kind.GATEWAY,
    "VNet gateway connection",
    ArmList("microsoft.network/connections", "2023-09-01"),
    known_as=KnownAs(
        terraform=("azurerm_virtual_network_gateway_connection",),
        terraform_fields={
            "properties.connectionType": "type",
            "properties.connectionStatus": "",
            "properties.virtualNetworkGateway1.id": "virtual_network_gateway_id",
            "properties.virtualNetworkGateway2.id": "peer_virtual_network_gateway_id",
            "properties.provisioningState": "",
        },
    ),
    state=(at("properties.connectionStatus") | at("properties.provisioningState")).as_state(
        {
            "connected": State.RUNNING,
            "connecting": State.PENDING,
            "notconnected": State.STOPPED,
            "succeeded": State.RUNNING,
            "failed": State.FAILED,
        }
    ),
    facts={"connection": at("properties.connectionType")},
    sublabel=("connection",),
    links=(
        attached("azure.network.gateway", at("properties.virtualNetworkGateway1.id")),
        attached("azure.network.gateway", at("properties.virtualNetworkGateway2.id")),
    ),
    volatile=("properties.ingressBytesTransferred", "properties.egressBytesTransferred"),
    supporting=True,
)

CDN_ENDPOINT = tracked(
    "azure.support.cdn_endpoint",
    Kind.CDN,
    "AFD/CDN endpoint",
    ArmList("microsoft.cdn/profiles/afdendpoints", "2023-05-01", is_global=True),
    known_as=KnownAs(
        arm=("microsoft.cdn/profiles/endpoints",),
        terraform=("azurerm_cdn_frontdoor_endpoint", "azurerm_cdn_endpoint"),
        terraform_fields={
            "properties.hostName": "host_name|fqdn",
            "properties.origins[].properties.hostName": "origin[].host_name",
            "properties.provisioningState": "",
        },
    ),
    facts={"dns_name": at("properties.hostName")},
    sublabel=("dns_name",),
    links=(
        # The id of an endpoint begins with the id of its profile.
        contains("azure.network.front_door_cdn", at("id"), reverse=True),
        routes_to(
            "azure.compute.app_service|azure.support.container_app",
            at("properties.origins[].properties.hostName").matching(HOST),
        ),
    ),
    supporting=True,
)

TRAFFIC_MANAGER = tracked(
    "azure.support.traffic_manager",
    Kind.LOAD_BALANCER,
    "Traffic Manager profile",
    ArmList("microsoft.network/trafficmanagerprofiles", "2022-04-01", is_global=True),
    known_as=KnownAs(
        terraform=("azurerm_traffic_manager_profile",),
        terraform_fields={
            "properties.trafficRoutingMethod": "traffic_routing_method",
            "properties.dnsConfig.fqdn": "fqdn",
            "properties.endpoints[].properties.targetResourceId": "",
            "properties.profileStatus": "profile_status",
        },
    ),
    state=at("properties.profileStatus").as_state({"enabled": State.RUNNING, "disabled": State.STOPPED}),
    facts={"routing": at("properties.trafficRoutingMethod"), "dns_name": at("properties.dnsConfig.fqdn")},
    sublabel=("routing",),
    links=(
        routes_to(
            "azure.network.public_ip|azure.compute.app_service|azure.support.traffic_manager",
            at("properties.endpoints[].properties.targetResourceId"),
        ),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    LOAD_BALANCER,
    APPLICATION_GATEWAY,
    GATEWAY,
    FRONT_DOOR_CDN,
    DNS_ZONE,
    FIREWALL,
    PRIVATE_DNS_ZONE,
    WAF_POLICY,
    FIREWALL_POLICY,
    VIRTUAL_HUB,
    CONNECTION,
    CDN_ENDPOINT,
    TRAFFIC_MANAGER,
)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "azurerm_private_dns_zone_virtual_network_link",
        LinkKind.ATTACHED_TO,
        # The id of the link begins with the id of its zone.
        ("azure.support.private_dns_zone", "id"),
        ("azure.network.virtual_network", "virtual_network_id"),
    ),
)
