"""Private doors out of a VPC, and bridges between VPCs."""

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
    member_of,
    tag,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE

VPC_ENDPOINT = ResourceType(
    key="aws.ec2.vpc_endpoint",
    kind=Kind.GATEWAY,
    title="VPC endpoint",
    icon="aws/vpc-endpoint",
    listing=AwsCall("ec2", "describe_vpc_endpoints", "VpcEndpoints[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::VPCEndpoint",
        config="AWS::EC2::VPCEndpoint",
        in_config=InConfig(),
        terraform=("aws_vpc_endpoint",),
        terraform_fields={
            "VpcEndpointId": "id",
            "State": "state",
            "Groups[].GroupId": "security_group_ids[]",
            "VpcEndpointType": "vpc_endpoint_type",
        },
    ),
    id=arn("ec2", "vpc-endpoint/{VpcEndpointId}", owner=at("OwnerId")),
    name=tag("Name") | at("VpcEndpointId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={"service": at("ServiceName"), "class": at("VpcEndpointType")},
    sublabel=("service",),
    links=(
        inside("aws.ec2.vpc", at("VpcId")),
        member_of("aws.ec2.subnet", at("SubnetIds[]")),
        guarded_by("aws.ec2.security_group", at("Groups[].GroupId")),
        attached("aws.ec2.route_table", at("RouteTableIds[]")),
    ),
    supporting=True,
)

VPC_PEERING = ResourceType(
    key="aws.ec2.vpc_peering",
    kind=Kind.GATEWAY,
    title="VPC peering connection",
    icon="aws/vpc-peering-connection",
    listing=AwsCall(
        "ec2", "describe_vpc_peering_connections", "VpcPeeringConnections[]", arguments={"MaxResults": 1000}
    ),
    known_as=KnownAs(
        cloudformation="AWS::EC2::VPCPeeringConnection",
        config="AWS::EC2::VPCPeeringConnection",
        terraform=("aws_vpc_peering_connection",),
        terraform_fields={
            "VpcPeeringConnectionId": "id",
            "Status.Code": "accept_status",
            "RequesterVpcInfo.VpcId": "vpc_id",
            "AccepterVpcInfo.VpcId": "peer_vpc_id",
            "AccepterVpcInfo.OwnerId": "peer_owner_id",
        },
    ),
    # Both sides list it; it belongs to the account that asked for it.
    id=arn("ec2", "vpc-peering-connection/{VpcPeeringConnectionId}", owner=at("RequesterVpcInfo.OwnerId")),
    name=tag("Name") | at("VpcPeeringConnectionId"),
    state=at("Status.Code").as_state({**AWS_LIFECYCLE, "pending-acceptance": "pending", "rejected": "failed"}),
    tags=at("Tags"),
    facts={"peer_account": at("AccepterVpcInfo.OwnerId")},
    sublabel=(),
    links=(
        attached("aws.ec2.vpc", at("RequesterVpcInfo.VpcId")),
        attached("aws.ec2.vpc", at("AccepterVpcInfo.VpcId")),
    ),
    supporting=True,
)

TRANSIT_GATEWAY = ResourceType(
    key="aws.ec2.transit_gateway",
    kind=Kind.GATEWAY,
    title="Transit gateway",
    icon="aws/transit-gateway",
    listing=AwsCall("ec2", "describe_transit_gateways", "TransitGateways[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::TransitGateway",
        config="AWS::EC2::TransitGateway",
        terraform=("aws_ec2_transit_gateway",),
        terraform_fields={
            "TransitGatewayId": "id",
            "TransitGatewayArn": "arn",
            "State": "",
            "Options.AmazonSideAsn": "amazon_side_asn",
        },
    ),
    id=arn("ec2", "transit-gateway/{TransitGatewayId}", given=at("TransitGatewayArn"), owner=at("OwnerId")),
    name=tag("Name") | at("TransitGatewayId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={"description": at("Description"), "as_number": at("Options.AmazonSideAsn")},
    sublabel=(),
    supporting=True,
)

TRANSIT_GATEWAY_ATTACHMENT = ResourceType(
    key="aws.ec2.transit_gateway_attachment",
    kind=Kind.GATEWAY,
    title="Transit gateway attachment",
    icon="aws/transit-gateway-attachment",
    listing=AwsCall(
        "ec2",
        "describe_transit_gateway_attachments",
        "TransitGatewayAttachments[]",
        arguments={"MaxResults": 1000},
    ),
    known_as=KnownAs(
        cloudformation="AWS::EC2::TransitGatewayAttachment",
        config="AWS::EC2::TransitGatewayAttachment",
        terraform=("aws_ec2_transit_gateway_vpc_attachment",),
        terraform_fields={
            "TransitGatewayAttachmentId": "id",
            "ResourceId": "vpc_id",
            "ResourceType": "",
            "State": "",
        },
    ),
    # The gateway's account lists it too; it belongs to that of what is attached.
    id=arn("ec2", "transit-gateway-attachment/{TransitGatewayAttachmentId}", owner=at("ResourceOwnerId")),
    name=tag("Name") | at("TransitGatewayAttachmentId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={"purpose": at("ResourceType")},
    sublabel=("purpose",),
    links=(
        attached("aws.ec2.transit_gateway", at("TransitGatewayId")),
        attached("aws.ec2.vpc", at("ResourceId").starting("vpc-")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (VPC_ENDPOINT, VPC_PEERING, TRANSIT_GATEWAY, TRANSIT_GATEWAY_ATTACHMENT)

JOINS: tuple[TerraformJoin, ...] = ()
