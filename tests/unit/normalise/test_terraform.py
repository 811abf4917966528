"""One declaration reads the live reply and the Terraform state."""

from __future__ import annotations

import pytest

from cloudviz.catalogue.declare import (
    AwsCall,
    KnownAs,
    Only,
    ResourceType,
    arn,
    at,
    attached,
    guarded_by,
    inside,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.normalise.terraform import attribute_values, lift, snake_case

INSTANCE = ResourceType(
    key="aws.ec2.instance",
    kind=Kind.VIRTUAL_MACHINE,
    title="EC2 instance",
    listing=AwsCall("ec2", "describe_instances", "Reservations[].Instances[]"),
    id=arn("ec2", "instance/{InstanceId}"),
    known_as=KnownAs(
        terraform=("aws_instance",),
        terraform_fields={
            "InstanceId": "id",
            "SecurityGroups[].GroupId": "vpc_security_group_ids[]|security_groups[]",
            "BlockDeviceMappings[].Ebs.VolumeId": "root_block_device[].volume_id+ebs_block_device[].volume_id",
            "State.Name": "instance_state",
        },
    ),
    state=at("State.Name"),
    tags=at("Tags"),
    facts={"size": at("InstanceType"), "disks": at("BlockDeviceMappings[].Ebs.VolumeId").count()},
    links=(
        inside("aws.ec2.subnet", at("SubnetId")),
        guarded_by("aws.ec2.security_group", at("SecurityGroups[].GroupId")),
        attached("aws.ec2.volume", at("BlockDeviceMappings[].Ebs.VolumeId")),
        attached("aws.ec2.subnet", at("VpcConfig.SubnetIds[]")),
    ),
    only=Only("Type", equals=("application",)),
)


def test_a_state_reads_like_the_reply() -> None:
    body = lift(
        INSTANCE,
        {
            "id": "i-1",
            "instance_type": "t3.large",
            "instance_state": "running",
            "subnet_id": "subnet-1",
            "vpc_security_group_ids": ["sg-1", "sg-2"],
            "security_groups": ["default"],
            "root_block_device": [{"volume_id": "vol-1"}],
            "ebs_block_device": [{"volume_id": "vol-2"}, {"volume_id": ""}],
            "vpc_config": [{"subnet_ids": ["subnet-2", "subnet-3"]}],
            "tags": {"a": "1"},
            "tags_all": {"a": "1", "b": "2"},
            "user_data": "never copied",
        },
    )
    assert body == {
        "InstanceId": "i-1",
        "InstanceType": "t3.large",
        "State": {"Name": "running"},
        "SubnetId": "subnet-1",
        "SecurityGroups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
        "BlockDeviceMappings": [{"Ebs": {"VolumeId": "vol-1"}}, {"Ebs": {"VolumeId": "vol-2"}}],
        "VpcConfig": {"SubnetIds": ["subnet-2", "subnet-3"]},
        "Tags": {"a": "1", "b": "2"},
    }
    for name, field in INSTANCE.fields().items():
        assert name.startswith("links[") or field.one(body, {}) is not None, name


def test_wrong_shapes_give_no_values() -> None:
    body = lift(INSTANCE, {"id": "i-1", "root_block_device": "x", "vpc_config": 3, "tags": None})
    assert body == {"InstanceId": "i-1"}


@pytest.mark.parametrize(
    ("native", "terraform"),
    [
        ("InstanceId", "instance_id"),
        ("DBInstanceArn", "db_instance_arn"),
        ("VpcConfig.SubnetIds[]", "vpc_config[].subnet_ids[]"),
        ("selfLink", "self_link"),
        ("TargetGroupARNs[]", "target_group_ar_ns[]"),  # a plural of an acronym needs an entry in terraform_fields
    ],
)
def test_snake_case(native: str, terraform: str) -> None:
    assert snake_case(native) == terraform


def test_alternatives_and_unions() -> None:
    attributes = {"a": "", "b": "x", "c": ["y", "z"]}
    assert attribute_values("a|b", attributes) == ["x"]
    assert attribute_values("b+c[]", attributes) == ["x", "y", "z"]
    assert attribute_values("a|missing", attributes) == []


BLOCKS = ResourceType(
    key="aws.ec2.route_table",
    kind=Kind.ROUTE_TABLE,
    title="Route table",
    listing=AwsCall("ec2", "describe_route_tables", "RouteTables[]"),
    id=arn("ec2", "route-table/{RouteTableId}"),
    known_as=KnownAs(
        terraform_fields={
            "Routes[]": "route[]",
            "Routes[].GatewayId": "route[].gateway_id",
            "Routes[].NatGatewayId": "route[].nat_gateway_id",
            "Zones": "zones[]",
            "Policy.Statement[].Principal.AWS[]": "policy:Statement[].Principal.AWS[]",
        },
    ),
    facts={"routes": at("Routes[]").count(), "zones": at("Zones").split(",")},
    links=(
        attached("aws.ec2.internet_gateway", at("Routes[].GatewayId")),
        attached("aws.ec2.nat_gateway", at("Routes[].NatGatewayId")),
        attached("aws.iam.role", at("Policy.Statement[].Principal.AWS[]")),
    ),
)


def test_a_list_of_blocks_keeps_its_elements() -> None:
    body = lift(
        BLOCKS,
        {
            "route": [
                {"gateway_id": "igw-1", "nat_gateway_id": ""},
                {"gateway_id": "", "nat_gateway_id": "nat-1"},
                {"transit_gateway_id": "tgw-1"},
            ],
            "zones": ["a", "b"],
            "policy": '{"Statement": [{"Principal": {"AWS": "arn:aws:iam::1:role/a"}}, {"Principal": "*"}]}',
        },
    )
    assert body["Routes"] == [{"GatewayId": "igw-1"}, {"NatGatewayId": "nat-1"}, {}]
    assert BLOCKS.facts["routes"].one(body, {}) == 3
    assert BLOCKS.facts["zones"].all(body, {}) == ["a", "b"]
    assert BLOCKS.links[2].field.all(body, {}) == ["arn:aws:iam::1:role/a"]
