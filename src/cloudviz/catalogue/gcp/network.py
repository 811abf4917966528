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
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS
from cloudviz.inventory.model import LinkKind

NETWORK = ResourceType(
    key="gcp.network.network",
    kind=Kind.NETWORK,
    title="VPC network",
    icon="gcp/vpc-network",
    listing=AssetList("compute.googleapis.com/Network", "compute.networks.list"),
    known_as=KnownAs(
        terraform=("google_compute_network",),
        terraform_fields={"IPv4Range": "", "routingConfig.routingMode": "routing_mode"},
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/networks/{name}", given=at("selfLink")),
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
        "compute.googleapis.com", "projects/{project}/regions/{location}/subnetworks/{name}", given=at("selfLink")
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
    listing=AssetList("compute.googleapis.com/Firewall", "compute.firewalls.list"),
    known_as=KnownAs(
        terraform=("google_compute_firewall",),
        terraform_fields={"sourceRanges[]": "source_ranges[]", "targetTags[]": "target_tags[]"},
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/firewalls/{name}", given=at("selfLink")),
    name=at("name"),
    facts={
        "direction": at("direction"),
        "priority": at("priority"),
        "sources": at("sourceRanges[]"),
        "targets": at("targetTags[]"),
    },
    sublabel=("direction",),
    links=(inside("gcp.network.network", at("network")),),
)

ADDRESS = ResourceType(
    key="gcp.network.address",
    kind=Kind.PUBLIC_ADDRESS,
    title="Static IP address",
    icon="gcp/external-ip-addresses",
    listing=AssetList("compute.googleapis.com/Address", "compute.addresses.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_address", "google_compute_global_address"),
        asset=("compute.googleapis.com/GlobalAddress",),
    ),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/regions/{location}/addresses/{name}", given=at("selfLink")
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
        attached("gcp.compute.instance", at("users[]"), reverse=True),
        inside("gcp.network.subnetwork", at("subnetwork")),
        inside("gcp.network.network", at("network")),
    ),
    volatile=("labelFingerprint",),
)

TYPES: tuple[ResourceType, ...] = (NETWORK, SUBNETWORK, FIREWALL, ADDRESS)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "google_compute_network_peering",
        LinkKind.ROUTES_TO,
        ("gcp.network.network", "network"),
        ("gcp.network.network", "peer_network"),
    ),
)
