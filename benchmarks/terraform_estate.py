"""A Terraform state, version 4, of any number of AWS resources whose references all hold.

The estate is made of equal cells, each a VPC with what a web service needs, spread over regions. Everything is a
function of the cell's number: the same size gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2", "us-west-2")
PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'

JOINS = ("aws_lb_target_group_attachment",)

Attributes = dict[str, Any]
Found = tuple[str, str, Attributes]


def write_state(path: Path, size: int) -> None:
    """Write a state with exactly ``size`` resources."""
    resources = [
        {
            "mode": "managed",
            "type": kind,
            "name": name,
            "provider": PROVIDER,
            "instances": [{"schema_version": 1, "attributes": attributes, "sensitive_attributes": []}],
        }
        for kind, name, attributes in _first(size)
    ]
    document = {
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": 1,
        "lineage": "6f1f2f0e-3b6a-4c4e-9d55-6a1d0a7c1b11",
        "outputs": {},
        "resources": resources,
        "check_results": None,
    }
    path.write_text(json.dumps(document), encoding="utf-8")


def _first(size: int) -> Iterator[Found]:
    """Resources until there are ``size`` of them; what only joins two of them is not counted."""
    seen = 0
    for number in count():
        for found in _cell(number):
            if found[0] not in JOINS:
                if seen == size:
                    return
                seen += 1
            yield found


def _cell(number: int) -> Iterator[Found]:
    """Fifty-one resources; those that others name come first, so that a cut estate dangles nowhere."""
    region = REGIONS[number % len(REGIONS)]
    here = f"arn:aws:%s:{region}:{ACCOUNT}:%s"
    zones = [f"{region}{letter}" for letter in "ab"]
    tags = {"env": "prod" if number % 3 else "test", "cell": str(number)}
    octet = number % 250

    def ident(prefix: str, index: int = 0) -> str:
        return f"{prefix}-0{number:08x}{index:08x}"

    def named(name: str) -> Attributes:
        tagged = {"Name": f"{name}-{number}", **tags}
        return {"tags": tagged, "tags_all": tagged}

    def ec2(kind: str, identifier: str, **more: Any) -> Attributes:
        return {"id": identifier, "arn": here % ("ec2", f"{kind}/{identifier}"), "owner_id": ACCOUNT, **more}

    vpc = ident("vpc")
    yield "aws_vpc", f"v{number}", ec2("vpc", vpc, cidr_block=f"10.{octet}.0.0/16", **named("net"))
    subnets = []
    for index in range(6):
        subnet = ident("subnet", index)
        subnets.append(subnet)
        yield (
            "aws_subnet",
            f"s{number}_{index}",
            ec2(
                "subnet",
                subnet,
                vpc_id=vpc,
                cidr_block=f"10.{octet}.{index}.0/24",
                availability_zone=zones[index % 2],
                map_public_ip_on_launch=index < 2,
                **named(("public", "app", "data")[index // 2]),
            ),
        )
    gateway = ident("igw")
    yield "aws_internet_gateway", f"g{number}", ec2("internet-gateway", gateway, vpc_id=vpc, **named("igw"))
    yield (
        "aws_nat_gateway",
        f"n{number}",
        {
            "id": ident("nat"),
            "region": region,
            "subnet_id": subnets[0],
            "public_ip": f"203.0.113.{octet}",
            **named("nat"),
        },
    )
    yield (
        "aws_route_table",
        f"r{number}",
        ec2(
            "route-table",
            ident("rtb"),
            vpc_id=vpc,
            route=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway, "nat_gateway_id": ""}],
            **named("public"),
        ),
    )
    groups = []
    for index, name in enumerate(("edge", "app", "data")):
        group = ident("sg", index)
        yield (
            "aws_security_group",
            f"sg{number}_{index}",
            ec2(
                "security-group",
                group,
                vpc_id=vpc,
                name=f"{name}-{number}",
                ingress=[{"from_port": 443, "to_port": 443, "protocol": "tcp", "security_groups": groups[-1:]}],
                egress=[],
                **named(name),
            ),
        )
        groups.append(group)
    role = f"role-{number}"
    yield (
        "aws_iam_role",
        f"role{number}",
        {"id": role, "name": role, "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}", **named("role")},
    )
    balancer = here % ("elasticloadbalancing", f"loadbalancer/app/web-{number}/{number:016x}")
    yield (
        "aws_lb",
        f"lb{number}",
        {
            "id": balancer,
            "arn": balancer,
            "name": f"web-{number}",
            "load_balancer_type": "application",
            "internal": False,
            "vpc_id": vpc,
            "subnets": subnets[:2],
            "security_groups": groups[:1],
            **named("web"),
        },
    )
    target = here % ("elasticloadbalancing", f"targetgroup/web-{number}/{number:016x}")
    yield (
        "aws_lb_target_group",
        f"tg{number}",
        {
            "id": target,
            "arn": target,
            "name": f"web-{number}",
            "port": 8080,
            "protocol": "HTTP",
            "vpc_id": vpc,
            "load_balancer_arns": [balancer],
            **named("web"),
        },
    )
    for index in range(12):
        volume = ident("vol", index)
        yield (
            "aws_ebs_volume",
            f"vol{number}_{index}",
            ec2(
                "volume", volume, size=100, type="gp3", encrypted=True, availability_zone=zones[0], **named("data")
            ),
        )
    for index in range(14):
        instance = ident("i", index)
        subnet_at = 2 + index % 2
        yield (
            "aws_instance",
            f"i{number}_{index}",
            ec2(
                "instance",
                instance,
                instance_type="m6i.large" if index % 5 else "c6i.xlarge",
                ami=ident("ami"),
                availability_zone=zones[subnet_at % 2],
                instance_state="running",
                private_ip=f"10.{octet}.{subnet_at}.{10 + index}",
                subnet_id=subnets[subnet_at],
                vpc_security_group_ids=groups[1:2],
                ebs_block_device=[{"volume_id": ident("vol", index), "device_name": "/dev/xvdf"}]
                if index < 12
                else [],
                **named("app"),
            ),
        )
        yield (
            "aws_lb_target_group_attachment",
            f"a{number}_{index}",
            {"id": f"{target}-{index}", "target_group_arn": target, "target_id": instance, "port": 8080},
        )
    for index in range(2):
        name = f"db-{number}-{index}"
        arn = here % ("rds", f"db:{name}")
        yield (
            "aws_db_instance",
            f"db{number}_{index}",
            {
                "id": f"db-{number:026d}{index}",
                "arn": arn,
                "identifier": name,
                "engine": "postgres",
                "engine_version": "16.8",
                "instance_class": "db.m6g.large",
                "allocated_storage": 200,
                "multi_az": index == 0,
                "availability_zone": zones[index],
                "status": "available",
                "vpc_security_group_ids": groups[2:],
                **named("db"),
            },
        )
    dead = here % ("sqs", f"jobs-{number}-dlq")
    for name, redrive in (
        (f"jobs-{number}-dlq", ""),
        (f"jobs-{number}", json.dumps({"deadLetterTargetArn": dead})),
    ):
        yield (
            "aws_sqs_queue",
            name.replace("-", "_"),
            {
                "id": f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/{name}",
                "arn": here % ("sqs", name),
                "name": name,
                "redrive_policy": redrive,
                **named(name),
            },
        )
    for index in range(3):
        name = f"worker-{number}-{index}"
        yield (
            "aws_lambda_function",
            name.replace("-", "_"),
            {
                "id": name,
                "arn": here % ("lambda", f"function:{name}"),
                "function_name": name,
                "runtime": "python3.12",
                "memory_size": 512,
                "role": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                "vpc_config": [{"vpc_id": vpc, "subnet_ids": subnets[2:4], "security_group_ids": groups[1:2]}],
                **named(name),
            },
        )
    yield (
        "aws_s3_bucket",
        f"b{number}",
        {
            "id": f"acme-cell-{number}",
            "bucket": f"acme-cell-{number}",
            "arn": f"arn:aws:s3:::acme-cell-{number}",
            "region": region,
            **named("files"),
        },
    )
    yield (
        "aws_dynamodb_table",
        f"t{number}",
        {
            "id": f"state-{number}",
            "name": f"state-{number}",
            "arn": here % ("dynamodb", f"table/state-{number}"),
            "billing_mode": "PAY_PER_REQUEST",
            **named("state"),
        },
    )
