"""VPC networks, which are global, their regional subnetworks, rules and addresses."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    attached,
    inside,
    routes_to,
    uses,
)
from cloudviz.catalogue.gcp.names import ASSET, SELF_LINK, account
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS
from cloudviz.inventory.model import LinkKind

NETWORK = ResourceType(
    key="gcp.network.network",
    kind=Kind.NETWORK,
    title="VPC network",
    icon="gcp/vpc-network",
    listing=AssetList("compute.googleapis.com/Network", "compute.networks.list", is_global=True),
    known_as=KnownAs(
        terraform=("google_compute_network",),
        terraform_fields={"IPv4Range": "", "routingConfig.routingMode": "routing_mode"},
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/networks/{name}", given=SELF_LINK),
    name=at("name"),
    facts={
        "address_range": at("IPv4Range"),
        "routing": at("routingConfig.routingMode"),
        "auto_subnets": at("autoCreateSubnetworks"),
    },
    links=(routes_to("gcp.network.network", at("peerings[].network")),),
)

SUBNETWORK = ResourceType(
    key="gcp.network.subnetwork",
    kind=Kind.SUBNET,
    title="Subnetwork",
    icon="gcp/vpc-network",
    listing=AssetList("compute.googleapis.com/Subnetwork", "compute.subnetworks.aggregatedList"),
    known_as=KnownAs(terraform=("google_compute_subnetwork",)),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/subnetworks/{name}", given=SELF_LINK
    ),
    name=at("name"),
    state=at("state").as_state(GCP_STATUS),
    region=at("region").as_location(),
    facts={
        "address_range": at("ipCidrRange"),
        "purpose": at("purpose"),
        "gateway": at("gatewayAddress"),
    },
    links=(inside("gcp.network.network", at("network")),),
    volatile=("fingerprint",),
)

FIREWALL = ResourceType(
    key="gcp.network.firewall",
    kind=Kind.FIREWALL,
    title="VPC firewall rule",
    icon="gcp/firewall-rules",
    listing=AssetList("compute.googleapis.com/Firewall", "compute.firewalls.list", is_global=True),
    known_as=KnownAs(
        terraform=("google_compute_firewall",),
        terraform_fields={"sourceRanges[]": "source_ranges[]", "targetTags[]": "target_tags[]"},
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/firewalls/{name}", given=SELF_LINK),
    name=at("name"),
    facts={
        "direction": at("direction"),
        "priority": at("priority"),
        "sources": at("sourceRanges[]"),
        "targets": at("targetTags[]"),
    },
    sublabel=("direction",),
    links=(
        inside("gcp.network.network", at("network")),
        uses("gcp.security.service_account", account(at("targetServiceAccounts[]"))),
    ),
    # A machine names the rules that guard it by its network tags. A rule without targets guards the whole
    # network, which the picture shows by the box it stands in.
    aliases=("targets",),
)

ADDRESS = ResourceType(
    key="gcp.network.address",
    kind=Kind.PUBLIC_ADDRESS,
    title="Static IP address",
    icon="gcp/external-ip-addresses",
    listing=AssetList(
        "compute.googleapis.com/Address",
        "compute.addresses.aggregatedList",
        also={"compute.googleapis.com/GlobalAddress": ""},
    ),
    known_as=KnownAs(terraform=("google_compute_address", "google_compute_global_address")),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/addresses/{name}", given=SELF_LINK
    ),
    name=at("name"),
    region=at("region").as_location(),
    tags=at("labels"),
    facts={
        "public_ip": at("address"),
        "class": at("addressType"),
        "status": at("status"),
    },
    sublabel=("public_ip",),
    links=(
        attached("gcp.compute.instance|gcp.network.forwarding_rule", at("users[]"), reverse=True),
        uses("gcp.network.router", at("users[]"), reverse=True),
        inside("gcp.network.subnetwork", at("subnetwork")),
        inside("gcp.network.network", at("network")),
    ),
    volatile=("labelFingerprint",),
)

ROUTER = ResourceType(
    key="gcp.network.router",
    kind=Kind.GATEWAY,
    title="Cloud Router",
    icon="gcp/cloud-router",
    listing=AssetList("compute.googleapis.com/Router", "compute.routers.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_router",),
        # A state holds the NATs and interfaces of a router as resources of their own.
        terraform_fields={
            "bgp.asn": "bgp[].asn",
            "nats[].name": "",
            "nats[].subnetworks[].name": "",
            "nats[].natIps[]": "",
            "interfaces[].linkedVpnTunnel": "",
        },
    ),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/routers/{name}", given=SELF_LINK
    ),
    name=at("name"),
    region=at("region").as_location(),
    # Cloud NAT is no asset of its own: the router holds it.
    facts={"nat": at("nats[].name"), "asn": at("bgp.asn")},
    sublabel=(),
    links=(
        inside("gcp.network.network", at("network")),
        attached("gcp.network.subnetwork", at("nats[].subnetworks[].name")),
        uses("gcp.network.address", at("nats[].natIps[]")),
        routes_to("gcp.support.vpn_tunnel", at("interfaces[].linkedVpnTunnel")),
    ),
)

ROUTE = ResourceType(
    key="gcp.support.route",
    kind=Kind.ROUTE_TABLE,
    title="Route",
    icon="gcp/vpc-network",
    listing=AssetList("compute.googleapis.com/Route", "compute.routes.list", is_global=True),
    known_as=KnownAs(terraform=("google_compute_route",)),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/routes/{name}", given=SELF_LINK),
    name=at("name"),
    facts={"address_range": at("destRange"), "priority": at("priority")},
    links=(
        inside("gcp.network.network", at("network")),
        routes_to("gcp.compute.instance", at("nextHopInstance")),
        routes_to("gcp.support.vpn_tunnel", at("nextHopVpnTunnel")),
        routes_to("gcp.network.forwarding_rule", at("nextHopIlb").matching(r"(.+/forwardingRules/.+)")),
    ),
    supporting=True,
)

VPN_GATEWAY = ResourceType(
    key="gcp.support.vpn_gateway",
    kind=Kind.GATEWAY,
    title="VPN gateway",
    icon="gcp/cloud-vpn",
    listing=AssetList("compute.googleapis.com/VpnGateway", "compute.vpnGateways.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_ha_vpn_gateway",),
        terraform_fields={"vpnInterfaces[].ipAddress": "vpn_interfaces[].ip_address"},
    ),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/vpnGateways/{name}", given=SELF_LINK
    ),
    name=at("name"),
    region=at("region").as_location(),
    tags=at("labels"),
    facts={"public_ip": at("vpnInterfaces[].ipAddress")},
    links=(inside("gcp.network.network", at("network")),),
    volatile=("labelFingerprint",),
    supporting=True,
)

VPN_TUNNEL = ResourceType(
    key="gcp.support.vpn_tunnel",
    kind=Kind.GATEWAY,
    title="VPN tunnel",
    icon="gcp/cloud-vpn",
    listing=AssetList("compute.googleapis.com/VpnTunnel", "compute.vpnTunnels.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_vpn_tunnel",), terraform_fields={"vpnGateway": "vpn_gateway", "status": ""}
    ),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/vpnTunnels/{name}", given=SELF_LINK
    ),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    region=at("region").as_location(),
    facts={"peer": at("peerIp")},
    links=(
        attached("gcp.support.vpn_gateway", at("vpnGateway")),
        attached("gcp.network.router", at("router")),
    ),
    volatile=("detailedStatus", "labelFingerprint"),
    supporting=True,
)

DNS_ZONE = ResourceType(
    key="gcp.network.dns_zone",
    kind=Kind.DNS_ZONE,
    title="Cloud DNS zone",
    icon="gcp/cloud-dns",
    listing=AssetList("dns.googleapis.com/ManagedZone", "dns.managedZones.list", is_global=True),
    known_as=KnownAs(
        terraform=("google_dns_managed_zone",),
        terraform_fields={
            "id": "managed_zone_id",
            "privateVisibilityConfig.networks[].networkUrl": "private_visibility_config[].networks[].network_url",
            "peeringConfig.targetNetwork.networkUrl": "peering_config[].target_network[].network_url",
        },
    ),
    # The name of the asset ends in the zone's number, not in its name.
    id=asset_name("dns.googleapis.com", "projects/{project}/managedZones/{id}", given=at(ASSET)),
    name=at("name"),
    tags=at("labels"),
    facts={"domain": at("dnsName"), "visibility": at("visibility")},
    sublabel=("domain",),
    links=(
        attached("gcp.network.network", at("privateVisibilityConfig.networks[].networkUrl")),
        routes_to("gcp.network.network", at("peeringConfig.targetNetwork.networkUrl")),
    ),
)

TYPES: tuple[ResourceType, ...] = (
    NETWORK,
    SUBNETWORK,
    FIREWALL,
    ADDRESS,
    ROUTER,
    ROUTE,
    VPN_GATEWAY,
    VPN_TUNNEL,
    DNS_ZONE,
)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "google_compute_network_peering",
        LinkKind.ROUTES_TO,
        ("gcp.network.network", "network"),
        ("gcp.network.network", "peer_network"),
    ),
    TerraformJoin(
        "google_compute_router_nat",
        LinkKind.USES,
        ("gcp.network.router", "router"),
        ("gcp.network.address", "nat_ips[]"),
    ),
    TerraformJoin(
        "google_compute_router_nat",
        LinkKind.ATTACHED_TO,
        ("gcp.network.router", "router"),
        ("gcp.network.subnetwork", "subnetwork[].name"),
    ),
    TerraformJoin(
        "google_compute_router_interface",
        LinkKind.ROUTES_TO,
        ("gcp.network.router", "router"),
        ("gcp.support.vpn_tunnel", "vpn_tunnel"),
    ),
)
