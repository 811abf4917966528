"""Ways from a VPC to other networks by VPN, and the lists that guard its subnets."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    InConfig,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    attached,
    guarded_by,
    inside,
    tag,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE
from cloudviz.inventory.model import LinkKind

NETWORK_ACL = ResourceType(
    key="aws.ec2.network_acl",
    kind=Kind.FIREWALL,
    title="Network ACL",
    icon="aws/network-acl",
    listing=AwsCall("ec2", "describe_network_acls", "NetworkAcls[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::NetworkAcl",
        config="AWS::EC2::NetworkAcl",
        terraform=("aws_network_acl",),
        terraform_fields={
            "NetworkAclId": "id",
            "IsDefault": "",
            "Entries[]": "ingress[]+egress[]",
            "Associations[].SubnetId": "subnet_ids[]",
        },
    ),
    id=arn("ec2", "network-acl/{NetworkAclId}", owner=at("OwnerId")),
    name=tag("Name") | at("NetworkAclId"),
    tags=at("Tags"),
    facts={"default": at("IsDefault"), "rules": at("Entries[]").count()},
    sublabel=(),
    links=(
        inside("aws.ec2.vpc", at("VpcId")),
        guarded_by("aws.ec2.subnet", at("Associations[].SubnetId"), reverse=True),
    ),
    supporting=True,
)

CUSTOMER_GATEWAY = ResourceType(
    key="aws.ec2.customer_gateway",
    kind=Kind.GATEWAY,
    title="Customer gateway",
    icon="aws/customer-gateway",
    # Neither this nor the two lists below come in pages.
    listing=AwsCall("ec2", "describe_customer_gateways", "CustomerGateways[]"),
    known_as=KnownAs(
        cloudformation="AWS::EC2::CustomerGateway",
        config="AWS::EC2::CustomerGateway",
        in_config=InConfig(items=False),
        terraform=("aws_customer_gateway",),
        terraform_fields={"CustomerGatewayId": "id", "State": "", "IpAddress": "ip_address", "BgpAsn": "bgp_asn"},
    ),
    id=arn("ec2", "customer-gateway/{CustomerGatewayId}"),
    name=tag("Name") | at("DeviceName") | at("CustomerGatewayId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={"public_ip": at("IpAddress"), "as_number": at("BgpAsn")},
    sublabel=("public_ip",),
    links=(uses("aws.acm.certificate", at("CertificateArn")),),
    supporting=True,
)

VPN_GATEWAY = ResourceType(
    key="aws.ec2.vpn_gateway",
    kind=Kind.GATEWAY,
    title="Virtual private gateway",
    icon="aws/vpn-gateway",
    listing=AwsCall("ec2", "describe_vpn_gateways", "VpnGateways[]"),
    known_as=KnownAs(
        cloudformation="AWS::EC2::VPNGateway",
        config="AWS::EC2::VPNGateway",
        in_config=InConfig(items=False),
        terraform=("aws_vpn_gateway",),
        terraform_fields={
            "VpnGatewayId": "id",
            "State": "",
            "AmazonSideAsn": "amazon_side_asn",
            "VpcAttachments[].VpcId": "vpc_id",
        },
    ),
    id=arn("ec2", "vpn-gateway/{VpnGatewayId}"),
    name=tag("Name") | at("VpnGatewayId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={"as_number": at("AmazonSideAsn")},
    sublabel=(),
    links=(attached("aws.ec2.vpc", at("VpcAttachments[].VpcId")),),
    supporting=True,
)

VPN_CONNECTION = ResourceType(
    key="aws.ec2.vpn_connection",
    kind=Kind.GATEWAY,
    title="Site-to-Site VPN connection",
    icon="aws/vpn-connection",
    listing=AwsCall("ec2", "describe_vpn_connections", "VpnConnections[]"),
    known_as=KnownAs(
        cloudformation="AWS::EC2::VPNConnection",
        config="AWS::EC2::VPNConnection",
        in_config=InConfig(items=False),
        terraform=("aws_vpn_connection",),
        terraform_fields={
            "VpnConnectionId": "id",
            "State": "",
            "Type": "type",
            "Options.StaticRoutesOnly": "static_routes_only",
        },
    ),
    id=arn("ec2", "vpn-connection/{VpnConnectionId}"),
    name=tag("Name") | at("VpnConnectionId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={"class": at("Type"), "static_routes": at("Options.StaticRoutesOnly")},
    sublabel=(),
    links=(
        attached("aws.ec2.customer_gateway", at("CustomerGatewayId")),
        attached("aws.ec2.vpn_gateway", at("VpnGatewayId")),
        attached("aws.ec2.transit_gateway", at("TransitGatewayId")),
    ),
    # The first holds the keys that both ends share, and so do the options of each tunnel.
    volatile=("CustomerGatewayConfiguration", "Options.TunnelOptions[].PreSharedKey", "VgwTelemetry"),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (NETWORK_ACL, CUSTOMER_GATEWAY, VPN_GATEWAY, VPN_CONNECTION)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_network_acl_association",
        LinkKind.GUARDED_BY,
        ("aws.ec2.subnet", "subnet_id"),
        ("aws.ec2.network_acl", "network_acl_id"),
    ),
    TerraformJoin(
        "aws_vpn_gateway_attachment",
        LinkKind.ATTACHED_TO,
        ("aws.ec2.vpn_gateway", "vpn_gateway_id"),
        ("aws.ec2.vpc", "vpc_id"),
    ),
)
