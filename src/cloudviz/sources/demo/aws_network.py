"""VPC, subnets, gateways, route tables and security groups of one region of the demo's AWS account.

Shapes: DescribeVpcs, DescribeSubnets, DescribeInternetGateways, DescribeNatGateways, DescribeRouteTables and
DescribeSecurityGroups of the EC2 API, version 2016-11-15.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudviz.sources.demo.aws_place import ACCOUNT, AwsPlace
from cloudviz.sources.demo.estate import Body, hex_of, hourly

TIERS = {"public": 0, "app": 10, "data": 20}
"""Tier of a subnet → its third octet; the zone's number is added."""

ANYWHERE: Body = {"CidrIp": "0.0.0.0/0"}


@dataclass(slots=True)
class Network:
    """What is built on: ids of the network's parts by name."""

    vpc: str
    zones: tuple[str, ...]
    octet: int
    subnets: dict[tuple[str, str], str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)

    def prefix(self, tier: str, zone: str) -> str:
        """The three octets of a subnet's /24."""
        return f"10.{self.octet}.{TIERS[tier] + self.zones.index(zone) + 1}"

    def in_tier(self, tier: str) -> list[str]:
        """The ids of a tier's subnets, one a zone."""
        return [self.subnets[tier, zone] for zone in self.zones]


def build_network(place: AwsPlace, name: str, octet: int, zones: tuple[str, ...], nat_zones: int) -> Network:
    """A VPC with a public, an application and a data subnet in each zone, and what joins them."""
    vpc = place.id("vpc", name)
    network = Network(vpc, zones, octet)
    cidr = f"10.{octet}.0.0/16"
    place.add(
        "aws.ec2.vpc",
        "AWS::EC2::VPC",
        {
            "OwnerId": ACCOUNT,
            "InstanceTenancy": "default",
            "CidrBlockAssociationSet": [
                {
                    "AssociationId": place.id("vpc-cidr-assoc", name),
                    "CidrBlock": cidr,
                    "CidrBlockState": {"State": "associated"},
                }
            ],
            "IsDefault": False,
            "Tags": place.tags(name, owner="platform", **{"cost-centre": "4100"}),
            "VpcId": vpc,
            "State": "available",
            "CidrBlock": cidr,
            "DhcpOptionsId": place.id("dopt", "default"),
        },
    )
    for tier in TIERS:
        for zone in zones:
            _subnet(place, network, name, tier, zone)
    gateway = _internet_gateway(place, network, name)
    nats = [_nat_gateway(place, network, name, zone) for zone in zones[:nat_zones]]
    _route_table(place, network, f"{name}-public", network.in_tier("public"), gateway=gateway)
    for index, zone in enumerate(zones):
        nat = nats[min(index, len(nats) - 1)]
        subnets = [network.subnets["app", zone]]
        _route_table(place, network, f"{name}-private-{zone[-1]}", subnets, nat=nat)
    _route_table(place, network, f"{name}-data", network.in_tier("data"))
    return network


def _subnet(place: AwsPlace, network: Network, name: str, tier: str, zone: str) -> None:
    title = f"{name}-{tier}-{zone[-1]}"
    identifier = place.id("subnet", title)
    network.subnets[tier, zone] = identifier
    place.add(
        "aws.ec2.subnet",
        "AWS::EC2::Subnet",
        {
            "AvailabilityZoneId": f"{place.region[:2]}{place.region[3]}1-az{network.zones.index(zone) + 1}",
            "OwnerId": ACCOUNT,
            "AssignIpv6AddressOnCreation": False,
            "Ipv6CidrBlockAssociationSet": [],
            "Tags": place.tags(title, tier=tier),
            "SubnetArn": place.arn("ec2", f"subnet/{identifier}"),
            "EnableDns64": False,
            "Ipv6Native": False,
            "SubnetId": identifier,
            "State": "available",
            "VpcId": network.vpc,
            "CidrBlock": f"{network.prefix(tier, zone)}.0/24",
            "AvailableIpAddressCount": 251,
            "AvailabilityZone": zone,
            "DefaultForAz": False,
            "MapPublicIpOnLaunch": tier == "public",
        },
    )


def _internet_gateway(place: AwsPlace, network: Network, name: str) -> str:
    identifier = place.id("igw", name)
    place.add(
        "aws.ec2.internet_gateway",
        "AWS::EC2::InternetGateway",
        {
            "Attachments": [{"State": "available", "VpcId": network.vpc}],
            "InternetGatewayId": identifier,
            "OwnerId": ACCOUNT,
            "Tags": place.tags(f"{name}-igw"),
        },
    )
    return identifier


def _nat_gateway(place: AwsPlace, network: Network, name: str, zone: str) -> str:
    title = f"{name}-nat-{zone[-1]}"
    identifier = place.id("nat", title)
    public = f"203.0.113.{int(hex_of(f'{place.region}{title}', 2), 16)}"
    private = f"{network.prefix('public', zone)}.5"
    subnet = network.subnets["public", zone]
    interface = network_interface(
        place, network, title, title, subnet, zone, private, purpose="nat_gateway", public=public
    )
    allocation = place.id("eipalloc", title)
    place.add(
        "aws.ec2.eip",
        "AWS::EC2::EIP",
        {
            "AllocationId": allocation,
            "AssociationId": place.id("eipassoc", title),
            "Domain": "vpc",
            "NetworkInterfaceId": interface,
            "NetworkInterfaceOwnerId": ACCOUNT,
            "PrivateIpAddress": private,
            "PublicIp": public,
            "PublicIpv4Pool": "amazon",
            "NetworkBorderGroup": place.region,
            "Tags": place.tags(title),
        },
        place.arn("ec2", f"elastic-ip/{allocation}"),
        hourly("0.005"),
    )
    place.add(
        "aws.ec2.nat_gateway",
        "AWS::EC2::NatGateway",
        {
            "CreateTime": "2024-02-13T08:21:40+00:00",
            "NatGatewayAddresses": [
                {
                    "AllocationId": allocation,
                    "NetworkInterfaceId": interface,
                    "PrivateIp": private,
                    "PublicIp": public,
                    "IsPrimary": True,
                    "Status": "succeeded",
                }
            ],
            "NatGatewayId": identifier,
            "State": "available",
            "SubnetId": subnet,
            "VpcId": network.vpc,
            "Tags": place.tags(title),
            "ConnectivityType": "public",
        },
        place.arn("ec2", f"natgateway/{identifier}"),
        hourly("0.045"),
    )
    return identifier


def _route_table(
    place: AwsPlace, network: Network, title: str, subnets: list[str], *, gateway: str = "", nat: str = ""
) -> None:
    identifier = place.id("rtb", title)
    routes: list[Body] = [
        {
            "DestinationCidrBlock": f"10.{network.octet}.0.0/16",
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
    ]
    outward: Body = {"DestinationCidrBlock": "0.0.0.0/0", "Origin": "CreateRoute", "State": "active"}
    if gateway:
        routes.append({**outward, "GatewayId": gateway})
    elif nat:
        routes.append({**outward, "NatGatewayId": nat})
    place.add(
        "aws.ec2.route_table",
        "AWS::EC2::RouteTable",
        {
            "Associations": [
                {
                    "Main": False,
                    "RouteTableAssociationId": place.id("rtbassoc", subnet),
                    "RouteTableId": identifier,
                    "SubnetId": subnet,
                    "AssociationState": {"State": "associated"},
                }
                for subnet in subnets
            ],
            "PropagatingVgws": [],
            "RouteTableId": identifier,
            "Routes": routes,
            "Tags": place.tags(title),
            "VpcId": network.vpc,
            "OwnerId": ACCOUNT,
        },
    )


def network_interface(
    place: AwsPlace,
    network: Network,
    title: str,
    unique: str,
    subnet: str,
    zone: str,
    private: str,
    group: str = "",
    *,
    purpose: str = "interface",
    instance_id: str = "",
    public: str = "",
) -> str:
    """One elastic network interface, of a machine or of a managed service. Returns its id."""
    identifier = place.id("eni", unique)
    body: Body = {
        "AvailabilityZone": zone,
        "Description": "" if instance_id else f"Interface for {title}",
        "Groups": [{"GroupId": group, "GroupName": title}] if group else [],
        "InterfaceType": purpose,
        "Ipv6Addresses": [],
        "MacAddress": "0a:" + ":".join(hex_of(identifier, 10)[at : at + 2] for at in range(0, 10, 2)),
        "NetworkInterfaceId": identifier,
        "OwnerId": ACCOUNT,
        "PrivateIpAddress": private,
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": private}],
        "RequesterManaged": not instance_id,
        "SourceDestCheck": bool(instance_id),
        "Status": "in-use",
        "SubnetId": subnet,
        "TagSet": place.tags(title) if instance_id else [],
        "VpcId": network.vpc,
    }
    if instance_id:
        body["Attachment"] = {
            "AttachmentId": place.id("eni-attach", instance_id),
            "DeleteOnTermination": True,
            "DeviceIndex": 0,
            "InstanceId": instance_id,
            "InstanceOwnerId": ACCOUNT,
            "Status": "attached",
        }
    if public:
        body["Association"] = {"IpOwnerId": ACCOUNT, "PublicIp": public}
    place.add("aws.ec2.network_interface", "AWS::EC2::NetworkInterface", body)
    return identifier


def security_group(
    place: AwsPlace, network: Network, name: str, port: int, sources: tuple[str, ...] = (), *, title: str = ""
) -> str:
    """A group that lets ``port`` in from the ``sources``, from anywhere without any; port 0 lets nothing in."""
    identifier = place.id("sg", f"{network.vpc}/{name}")
    network.groups[name] = identifier
    pairs = [{"UserId": ACCOUNT, "GroupId": network.groups[source]} for source in sources]
    rule: Body = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "UserIdGroupPairs": pairs,
        "IpRanges": [] if pairs else [ANYWHERE],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
    }
    place.add(
        "aws.ec2.security_group",
        "AWS::EC2::SecurityGroup",
        {
            "GroupId": identifier,
            "IpPermissionsEgress": [
                {
                    "IpProtocol": "-1",
                    "UserIdGroupPairs": [],
                    "IpRanges": [ANYWHERE],
                    "Ipv6Ranges": [],
                    "PrefixListIds": [],
                }
            ],
            "Tags": place.tags(title or name),
            "VpcId": network.vpc,
            "SecurityGroupArn": place.arn("ec2", f"security-group/{identifier}"),
            "OwnerId": ACCOUNT,
            "GroupName": name,
            "Description": f"{name} on port {port}" if port else f"{name}, outward only",
            "IpPermissions": [rule] if port else [],
        },
    )
    return identifier
