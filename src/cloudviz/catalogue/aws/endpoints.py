"""Private doors out of a VPC, and bridges between VPCs."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
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

TYPES: tuple[ResourceType, ...] = (VPC_ENDPOINT, VPC_PEERING)

JOINS: tuple[TerraformJoin, ...] = ()
