"""A shop's network: subnets with their rules and routes, gateways, a firewall, and what names lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fake_clouds.azure_truth import Group, ref


@dataclass
class Network:
    """What the rest of a shop is plugged into, by ids."""

    id: str
    subnets: dict[str, str]
    rules: str
    address: str
    balancer: str


def subnet_rules(*subnets: str) -> dict[str, Any]:
    """Who may come in by a service endpoint."""
    return {"virtualNetworkRules": [{"id": ref(each), "action": "Allow"} for each in subnets]}


def address(group: Group, name: str, owner: str, *, nat: bool = False) -> str:
    """A public address, plugged into ``owner``."""
    plugged = (
        {"natGateway": {"id": ref(owner)}}
        if nat
        else {"ipConfiguration": {"id": f"{ref(owner)}/ipConfigurations/one"}}
    )
    identifier = group.add(
        "azure.network.public_ip",
        "Microsoft.Network/publicIPAddresses",
        name,
        {"ipAddress": "20.1.2.3", **plugged},
        sku={"name": "Standard"},
        zones=["1", "2", "3"],
    )
    group.link(owner, identifier, "attached_to")
    return identifier


def _ip(public: str, subnet: str = "", private: str = "") -> dict[str, Any]:
    properties: dict[str, Any] = {"publicIPAddress": {"id": ref(public)}}
    if subnet:
        properties["subnet"] = {"id": ref(subnet)}
    if private:
        properties["privateIPAddress"] = private
    return {"name": "one", "properties": properties}


def build_network(group: Group, index: int, peer: Network | None) -> Network:
    """The network of shop ``index``, peered with the one before it in the subscription."""
    base = f"10.{index // 200}.{index % 200}"
    vnet = group.id_of("Microsoft.Network/virtualNetworks", f"net-{index}")
    subnets = {
        name: f"{vnet}/subnets/{name}" for name in ("web", "data", "gates", "AzureFirewallSubnet", "GatewaySubnet")
    }
    plan = group.add(
        "azure.support.ddos_protection_plan",
        "Microsoft.Network/ddosProtectionPlans",
        f"ddos-{index}",
        {"virtualNetworks": [{"id": ref(vnet)}]},
    )
    rules = group.add(
        "azure.network.network_security_group",
        "Microsoft.Network/networkSecurityGroups",
        f"rules-{index}",
        {"securityRules": [{"name": "https"}], "subnets": [{"id": ref(subnets["web"])}]},
    )
    gateways = _gateways(group, index, subnets, base)
    routes = group.add(
        "azure.network.route_table",
        "Microsoft.Network/routeTables",
        f"routes-{index}",
        {
            "routes": [
                {
                    "name": "out",
                    "properties": {"nextHopType": "VirtualAppliance", "nextHopIpAddress": f"{base}.4"},
                },
                {"name": "in", "properties": {"nextHopType": "VnetLocal"}},
            ],
            "subnets": [{"id": ref(subnets["web"])}],
        },
        links=((gateways["firewall"], "routes_to"),),
    )
    inner: dict[str, dict[str, Any]] = {
        "web": {
            "networkSecurityGroup": {"id": ref(rules)},
            "routeTable": {"id": ref(routes)},
            "natGateway": {"id": ref(gateways["nat"])},
        }
    }
    rows = []
    for number, (name, identifier) in enumerate(subnets.items()):
        properties = {
            "addressPrefix": f"{base}.{number * 32}/27",
            "provisioningState": "Succeeded",
            **inner.get(name, {}),
        }
        rows.append(
            {
                "id": identifier,
                "name": name,
                "type": "Microsoft.Network/virtualNetworks/subnets",
                "properties": properties,
            }
        )
        group.record(identifier, "azure.network.subnet", group.region, name, inside=vnet, in_group=False)
    group.link(subnets["web"], rules, "guarded_by")
    group.link(subnets["web"], routes, "attached_to")
    group.link(subnets["web"], gateways["nat"], "routes_to")
    peerings = [{"name": "to", "properties": {"remoteVirtualNetwork": {"id": ref(peer.id)}}}] if peer else []
    group.add(
        "azure.network.virtual_network",
        "Microsoft.Network/virtualNetworks",
        f"net-{index}",
        {
            "addressSpace": {"addressPrefixes": [f"{base}.0/24"]},
            "subnets": rows,
            "virtualNetworkPeerings": peerings,
            "ddosProtectionPlan": {"id": ref(plan)},
        },
        tags={"shop": f"shop-{index}", "env": "prod"},
        links=((plan, "uses"), *(((peer.id, "routes_to"),) if peer else ())),
    )
    balancer = group.id_of("Microsoft.Network/loadBalancers", f"lb-{index}")
    public = address(group, f"lb-{index}-ip", balancer)
    network = Network(vnet, subnets, rules, public, balancer)
    _names(group, index, network)
    return network


def _gateways(group: Group, index: int, subnets: dict[str, str], base: str) -> dict[str, str]:
    """NAT, VPN, firewall, and a hub with a firewall of its own."""
    nat = group.id_of("Microsoft.Network/natGateways", f"nat-{index}")
    nat_ip = address(group, f"nat-{index}-ip", nat, nat=True)
    group.add(
        "azure.network.gateway",
        "Microsoft.Network/natGateways",
        f"nat-{index}",
        {"publicIpAddresses": [{"id": ref(nat_ip)}], "subnets": [{"id": ref(subnets["web"])}]},
        sku={"name": "Standard"},
        zones=["1"],
    )
    vpn = group.id_of("Microsoft.Network/virtualNetworkGateways", f"vpn-{index}")
    vpn_ip = address(group, f"vpn-{index}-ip", vpn)
    group.add(
        "azure.network.gateway",
        "Microsoft.Network/virtualNetworkGateways",
        f"vpn-{index}",
        {
            "gatewayType": "Vpn",
            "sku": {"name": "VpnGw1"},
            "ipConfigurations": [_ip(vpn_ip, subnets["GatewaySubnet"])],
        },
        inside=subnets["GatewaySubnet"],
    )
    group.add(
        "azure.support.connection",
        "Microsoft.Network/connections",
        f"to-office-{index}",
        {"connectionType": "IPsec", "connectionStatus": "Connected", "virtualNetworkGateway1": {"id": ref(vpn)}},
        links=((vpn, "attached_to"),),
    )
    firewall = group.id_of("Microsoft.Network/azureFirewalls", f"fw-{index}")
    hub_firewall = group.id_of("Microsoft.Network/azureFirewalls", f"hub-fw-{index}")
    base_policy = group.add(
        "azure.support.firewall_policy",
        "Microsoft.Network/firewallPolicies",
        f"base-policy-{index}",
        {"sku": {"tier": "Standard"}},
    )
    policy = group.add(
        "azure.support.firewall_policy",
        "Microsoft.Network/firewallPolicies",
        f"policy-{index}",
        {
            "sku": {"tier": "Standard"},
            "basePolicy": {"id": ref(base_policy)},
            "firewalls": [{"id": ref(firewall)}],
        },
        links=((base_policy, "member_of"),),
    )
    firewall_ip = address(group, f"fw-{index}-ip", firewall)
    group.add(
        "azure.network.firewall",
        "Microsoft.Network/azureFirewalls",
        f"fw-{index}",
        {
            "sku": {"tier": "Standard"},
            "firewallPolicy": {"id": ref(policy)},
            "ipConfigurations": [_ip(firewall_ip, subnets["AzureFirewallSubnet"], f"{base}.4")],
        },
        inside=subnets["AzureFirewallSubnet"],
        zones=["1"],
        links=((policy, "guarded_by"),),
    )
    hub = group.add(
        "azure.support.virtual_hub",
        "Microsoft.Network/virtualHubs",
        f"hub-{index}",
        {"addressPrefix": f"10.250.{index % 250}.0/24", "azureFirewall": {"id": ref(hub_firewall)}},
    )
    group.add(
        "azure.network.firewall",
        "Microsoft.Network/azureFirewalls",
        f"hub-fw-{index}",
        {
            "sku": {"tier": "Premium"},
            "virtualHub": {"id": ref(hub)},
            "hubIPAddresses": {"privateIPAddress": f"10.250.{index % 250}.132"},
        },
        links=((hub, "member_of"),),
    )
    return {"nat": nat, "vpn": vpn, "firewall": firewall}


def _names(group: Group, index: int, network: Network) -> None:
    """DNS with an alias record, a private zone with a network, Traffic Manager."""
    zone = group.add(
        "azure.network.dns_zone",
        "Microsoft.Network/dnszones",
        f"shop-{index}.example",
        {"numberOfRecordSets": 3},
        location="global",
        state=None,
        links=((network.address, "routes_to"),),
    )
    for record, properties in (
        ("A/@", {"TTL": 300, "targetResource": {"id": ref(network.address)}}),
        ("A/www", {"TTL": 300, "targetResource": {}, "ARecords": [{"ipv4Address": "1.2.3.4"}]}),
    ):
        kind, name = record.split("/")
        row = {"id": f"{zone}/{record}", "name": name, "type": f"microsoft.network/dnszones/{kind.lower()}"}
        row |= {"resourceGroup": group.name, "subscriptionId": group.subscription, "properties": properties}
        group.estate.put("dnsresources", row)
    private = group.add(
        "azure.support.private_dns_zone",
        "Microsoft.Network/privateDnsZones",
        f"privatelink-{index}.postgres.database.azure.com",
        {"numberOfRecordSets": 1},
        location="global",
        links=((network.id, "attached_to"),),
    )
    row = {"id": f"{private}/virtualNetworkLinks/one", "name": "one", "location": "global"}
    row |= {"type": "microsoft.network/privatednszones/virtualnetworklinks", "resourceGroup": group.name}
    row |= {"subscriptionId": group.subscription, "properties": {"virtualNetwork": {"id": ref(network.id)}}}
    group.estate.put("resources", row)
    group.add(
        "azure.support.traffic_manager",
        "Microsoft.Network/trafficManagerProfiles",
        f"tm-{index}",
        {
            "profileStatus": "Enabled",
            "trafficRoutingMethod": "Performance",
            "endpoints": [{"properties": {"targetResourceId": ref(network.address)}}],
        },
        location="global",
        state=None,
        links=((network.address, "routes_to"),),
    )
