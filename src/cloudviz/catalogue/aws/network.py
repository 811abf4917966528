"""VPCs and what is in them: subnets, routes, gateways, firewalls, interfaces."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    InConfig,
    KnownAs,
    Only,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    attached,
    guarded_by,
    inside,
    routes_to,
    tag,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE
from cloudviz.inventory.model import LinkKind

VPC = ResourceType(
    key="aws.ec2.vpc",
    kind=Kind.NETWORK,
    title="VPC",
    icon="aws/vpc",
    listing=AwsCall("ec2", "describe_vpcs", "Vpcs[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::VPC",
        config="AWS::EC2::VPC",
        terraform=("aws_vpc", "aws_default_vpc"),
        terraform_fields={
            "VpcId": "id",
            "State": "",
            "IsDefault": "",
        },
    ),
    id=arn("ec2", "vpc/{VpcId}", owner=at("OwnerId")),
    name=tag("Name") | at("VpcId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={"address_range": at("CidrBlock"), "default": at("IsDefault"), "tenancy": at("InstanceTenancy")},
)

SUBNET = ResourceType(
    key="aws.ec2.subnet",
    kind=Kind.SUBNET,
    title="Subnet",
    icon="aws/subnet",
    listing=AwsCall("ec2", "describe_subnets", "Subnets[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::Subnet",
        config="AWS::EC2::Subnet",
        terraform=("aws_subnet", "aws_default_subnet"),
        terraform_fields={
            "SubnetId": "id",
            "SubnetArn": "arn",
            "State": "",
            "DefaultForAz": "",
        },
    ),
    id=arn("ec2", "subnet/{SubnetId}", given=at("SubnetArn")),
    name=tag("Name") | at("SubnetId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    zone=at("AvailabilityZone"),
    tags=at("Tags"),
    facts={"address_range": at("CidrBlock"), "public": at("MapPublicIpOnLaunch"), "default": at("DefaultForAz")},
    links=(inside("aws.ec2.vpc", at("VpcId")),),
    volatile=("AvailableIpAddressCount",),
)

ROUTE_TABLE = ResourceType(
    key="aws.ec2.route_table",
    kind=Kind.ROUTE_TABLE,
    title="Route table",
    icon="aws/route-table",
    # DescribeRouteTables takes at most 100 a page, the other EC2 lists 1,000.
    listing=AwsCall("ec2", "describe_route_tables", "RouteTables[]", arguments={"MaxResults": 100}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::RouteTable",
        config="AWS::EC2::RouteTable",
        in_config=InConfig(),
        terraform=("aws_route_table", "aws_default_route_table"),
        terraform_fields={
            "RouteTableId": "id",
            "Routes[]": "route[]",
            "Routes[].GatewayId": "route[].gateway_id",
            "Routes[].NatGatewayId": "route[].nat_gateway_id",
            "Routes[].InstanceId": "route[].instance_id",
            "Routes[].NetworkInterfaceId": "route[].network_interface_id",
            # Associations are resources of their own in a state: see JOINS.
            "Associations[].SubnetId": "",
            "Associations[].Main": "",
        },
    ),
    id=arn("ec2", "route-table/{RouteTableId}", owner=at("OwnerId")),
    name=tag("Name") | at("RouteTableId"),
    tags=at("Tags"),
    facts={"routes": at("Routes[]").count(), "main": at("Associations[].Main")},
    sublabel=(),
    links=(
        inside("aws.ec2.vpc", at("VpcId")),
        attached("aws.ec2.subnet", at("Associations[].SubnetId")),
        # GatewayId also holds "local", vgw-… and vpce-…
        routes_to("aws.ec2.internet_gateway", at("Routes[].GatewayId").starting("igw-")),
        routes_to("aws.ec2.nat_gateway", at("Routes[].NatGatewayId")),
        routes_to("aws.ec2.instance", at("Routes[].InstanceId")),
        routes_to("aws.ec2.network_interface", at("Routes[].NetworkInterfaceId")),
    ),
)

INTERNET_GATEWAY = ResourceType(
    key="aws.ec2.internet_gateway",
    kind=Kind.GATEWAY,
    title="Internet gateway",
    icon="aws/internet-gateway",
    listing=AwsCall("ec2", "describe_internet_gateways", "InternetGateways[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::InternetGateway",
        config="AWS::EC2::InternetGateway",
        in_config=InConfig(),
        terraform=("aws_internet_gateway",),
        terraform_fields={
            "InternetGatewayId": "id",
            "Attachments[].VpcId": "vpc_id",
            "Attachments[].State": "",
        },
    ),
    id=arn("ec2", "internet-gateway/{InternetGatewayId}", owner=at("OwnerId")),
    name=tag("Name") | at("InternetGatewayId"),
    state=at("Attachments[].State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    sublabel=(),
    links=(
        inside("aws.ec2.vpc", at("Attachments[].VpcId")),
        attached("aws.ec2.vpc", at("Attachments[].VpcId")),
    ),
)

NAT_GATEWAY = ResourceType(
    key="aws.ec2.nat_gateway",
    kind=Kind.GATEWAY,
    title="NAT gateway",
    icon="aws/nat-gateway",
    listing=AwsCall("ec2", "describe_nat_gateways", "NatGateways[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::NatGateway",
        config="AWS::EC2::NatGateway",
        in_config=InConfig(),
        terraform=("aws_nat_gateway",),
        terraform_fields={
            "NatGatewayId": "id",
            "NatGatewayAddresses[].PublicIp": "public_ip",
            "NatGatewayAddresses[].PrivateIp": "private_ip",
            "NatGatewayAddresses[].AllocationId": "allocation_id",
            "NatGatewayAddresses[].NetworkInterfaceId": "network_interface_id",
            "State": "",
        },
    ),
    id=arn("ec2", "natgateway/{NatGatewayId}"),
    name=tag("Name") | at("NatGatewayId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "public_ip": at("NatGatewayAddresses[].PublicIp"),
        "private_ip": at("NatGatewayAddresses[].PrivateIp"),
        "connectivity": at("ConnectivityType"),
    },
    sublabel=("public_ip", "private_ip"),
    links=(
        inside("aws.ec2.subnet", at("SubnetId")),
        inside("aws.ec2.vpc", at("VpcId")),
        uses("aws.ec2.eip", at("NatGatewayAddresses[].AllocationId")),
        attached("aws.ec2.network_interface", at("NatGatewayAddresses[].NetworkInterfaceId"), reverse=True),
    ),
)

SECURITY_GROUP = ResourceType(
    key="aws.ec2.security_group",
    kind=Kind.FIREWALL,
    title="Security group",
    icon="aws/security-group",
    listing=AwsCall("ec2", "describe_security_groups", "SecurityGroups[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::SecurityGroup",
        config="AWS::EC2::SecurityGroup",
        terraform=("aws_security_group", "aws_default_security_group"),
        terraform_fields={
            "GroupId": "id",
            "GroupName": "name",
            "SecurityGroupArn": "arn",
            "IpPermissions[]": "ingress[]",
            "IpPermissionsEgress[]": "egress[]",
            "IpPermissions[].UserIdGroupPairs[].GroupId": "ingress[].security_groups[]",
            "IpPermissionsEgress[].UserIdGroupPairs[].GroupId": "egress[].security_groups[]",
        },
    ),
    id=arn("ec2", "security-group/{GroupId}", given=at("SecurityGroupArn"), owner=at("OwnerId")),
    name=at("GroupName"),
    tags=at("Tags"),
    facts={
        "description": at("Description"),
        "rules_in": at("IpPermissions[]").count(),
        "rules_out": at("IpPermissionsEgress[]").count(),
    },
    sublabel=(),
    links=(
        inside("aws.ec2.vpc", at("VpcId")),
        # A rule that lets another group in says: traffic goes from that group's members to this one's.
        routes_to("aws.ec2.security_group", at("IpPermissions[].UserIdGroupPairs[].GroupId"), reverse=True),
        routes_to("aws.ec2.security_group", at("IpPermissionsEgress[].UserIdGroupPairs[].GroupId")),
    ),
)

NETWORK_INTERFACE = ResourceType(
    key="aws.ec2.network_interface",
    kind=Kind.NETWORK_INTERFACE,
    title="Network interface",
    icon="aws/network-interface",
    listing=AwsCall("ec2", "describe_network_interfaces", "NetworkInterfaces[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::NetworkInterface",
        config="AWS::EC2::NetworkInterface",
        in_config=InConfig(),
        terraform=("aws_network_interface",),
        terraform_fields={
            "NetworkInterfaceId": "id",
            "PrivateIpAddress": "private_ip",
            "Association.PublicIp": "",
            "Attachment.InstanceId": "attachment[].instance",
            "Groups[].GroupId": "security_groups[]",
            "AvailabilityZone": "",
            "Status": "",
        },
    ),
    id=arn("ec2", "network-interface/{NetworkInterfaceId}", owner=at("OwnerId")),
    name=tag("Name") | at("NetworkInterfaceId"),
    state=at("Status").as_state(AWS_LIFECYCLE),
    zone=at("AvailabilityZone"),
    # EC2 names the tags of an interface TagSet, unlike everywhere else.
    tags=at("TagSet"),
    facts={
        "private_ip": at("PrivateIpAddress"),
        "public_ip": at("Association.PublicIp"),
        "description": at("Description"),
        "purpose": at("InterfaceType"),
    },
    sublabel=("private_ip",),
    links=(
        inside("aws.ec2.subnet", at("SubnetId")),
        inside("aws.ec2.vpc", at("VpcId")),
        attached("aws.ec2.instance", at("Attachment.InstanceId")),
        guarded_by("aws.ec2.security_group", at("Groups[].GroupId")),
    ),
    supporting=True,
)

ELASTIC_IP = ResourceType(
    key="aws.ec2.eip",
    kind=Kind.PUBLIC_ADDRESS,
    title="Elastic IP address",
    icon="aws/elastic-ip",
    listing=AwsCall("ec2", "describe_addresses", "Addresses[]"),
    known_as=KnownAs(
        cloudformation="AWS::EC2::EIP",
        config="AWS::EC2::EIP",
        in_config=InConfig(),
        terraform=("aws_eip",),
        terraform_fields={
            "AllocationId": "allocation_id|id",
            "PrivateIpAddress": "private_ip",
            "InstanceId": "instance",
            "NetworkInterfaceId": "network_interface",
        },
    ),
    id=arn("ec2", "elastic-ip/{AllocationId}"),
    name=tag("Name") | at("PublicIp"),
    tags=at("Tags"),
    facts={"public_ip": at("PublicIp"), "private_ip": at("PrivateIpAddress")},
    sublabel=("public_ip",),
    links=(
        attached("aws.ec2.instance", at("InstanceId")),
        attached("aws.ec2.network_interface", at("NetworkInterfaceId")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    VPC,
    SUBNET,
    ROUTE_TABLE,
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    SECURITY_GROUP,
    NETWORK_INTERFACE,
    ELASTIC_IP,
)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_route_table_association",
        LinkKind.ATTACHED_TO,
        ("aws.ec2.route_table", "route_table_id"),
        ("aws.ec2.subnet", "subnet_id"),
    ),
    TerraformJoin(
        "aws_route",
        LinkKind.ROUTES_TO,
        ("aws.ec2.route_table", "route_table_id"),
        ("aws.ec2.internet_gateway", "gateway_id"),
    ),
    TerraformJoin(
        "aws_route",
        LinkKind.ROUTES_TO,
        ("aws.ec2.route_table", "route_table_id"),
        ("aws.ec2.nat_gateway", "nat_gateway_id"),
    ),
    TerraformJoin(
        "aws_internet_gateway_attachment",
        LinkKind.ATTACHED_TO,
        ("aws.ec2.internet_gateway", "internet_gateway_id"),
        ("aws.ec2.vpc", "vpc_id"),
    ),
    TerraformJoin(
        "aws_eip_association",
        LinkKind.ATTACHED_TO,
        ("aws.ec2.eip", "allocation_id"),
        ("aws.ec2.instance", "instance_id"),
    ),
    TerraformJoin(
        "aws_network_interface_attachment",
        LinkKind.ATTACHED_TO,
        ("aws.ec2.network_interface", "network_interface_id"),
        ("aws.ec2.instance", "instance_id"),
    ),
    # A rule that lets another group in says: traffic goes from that group's members to this one's.
    TerraformJoin(
        "aws_security_group_rule",
        LinkKind.ROUTES_TO,
        ("aws.ec2.security_group", "source_security_group_id"),
        ("aws.ec2.security_group", "security_group_id"),
        only=Only("type", equals=("ingress",)),
    ),
    TerraformJoin(
        "aws_security_group_rule",
        LinkKind.ROUTES_TO,
        ("aws.ec2.security_group", "security_group_id"),
        ("aws.ec2.security_group", "source_security_group_id"),
        only=Only("type", equals=("egress",)),
    ),
    TerraformJoin(
        "aws_vpc_security_group_ingress_rule",
        LinkKind.ROUTES_TO,
        ("aws.ec2.security_group", "referenced_security_group_id"),
        ("aws.ec2.security_group", "security_group_id"),
    ),
    TerraformJoin(
        "aws_vpc_security_group_egress_rule",
        LinkKind.ROUTES_TO,
        ("aws.ec2.security_group", "security_group_id"),
        ("aws.ec2.security_group", "referenced_security_group_id"),
    ),
    TerraformJoin(
        "aws_network_interface_sg_attachment",
        LinkKind.GUARDED_BY,
        ("aws.ec2.network_interface", "network_interface_id"),
        ("aws.ec2.security_group", "security_group_id"),
    ),
)
