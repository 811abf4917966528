"""``terraform show -json`` of states and plans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.sources.offline.states import write

from cloudviz.errors import BadInput
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

AWS = "registry.terraform.io/hashicorp/aws"
PREFIX = "arn:aws:ec2:eu-west-1:123456789012:"


def shown(address: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    native_type, name = address.split(".")[-2:]
    return {
        "address": address,
        "mode": "managed",
        "type": native_type,
        "name": name.split("[")[0],
        "provider_name": AWS,
        "values": values,
        **more,
    }


VPC = shown("aws_vpc.main", {"id": "vpc-1", "arn": f"{PREFIX}vpc/vpc-1", "cidr_block": "10.0.0.0/16"})
SUBNET = shown("module.net.aws_subnet.a[0]", {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"})
WEB = shown(
    "module.net.module.web.aws_instance.web",
    {"id": "i-1", "subnet_id": "subnet-1", "password_data": "hunter2", "tags": {"Name": "web"}},
    sensitive_values={"password_data": True, "tags": {}, "id": True},
)
TREE = {
    "root_module": {
        "resources": [VPC],
        "child_modules": [
            {
                "address": "module.net",
                "resources": [SUBNET],
                "child_modules": [{"address": "module.net.module.web", "resources": [WEB]}],
            }
        ],
    }
}


def test_a_state_with_modules(tmp_path: Path) -> None:
    document = {"format_version": "1.0", "terraform_version": "1.9.5", "values": TREE}
    result = read_paths([write(tmp_path / "state.json", document)])
    assert result.problems == []
    assert [item.where.split(": ")[1] for item in result.items] == [
        "aws_vpc.main",
        "module.net.aws_subnet.a[0]",
        "module.net.module.web.aws_instance.web",
    ]
    assert result.items[2].body["password_data"] == "[redacted]"
    graph, _ = normalise(result.items)
    assert {key: each.parent for key, each in graph.resources.items()} == {
        f"{PREFIX}vpc/vpc-1": None,
        f"{PREFIX}subnet/subnet-1": f"{PREFIX}vpc/vpc-1",
        f"{PREFIX}instance/i-1": f"{PREFIX}subnet/subnet-1",
    }


def test_an_empty_workspace(tmp_path: Path) -> None:
    result = read_paths([write(tmp_path / "state.json", {"format_version": "1.0", "terraform_version": "1.9.5"})])
    assert (result.items, [problem.what for problem in result.problems]) == ([], ["holds no resources"])


PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.9.5",
    "planned_values": {
        "root_module": {
            "resources": [
                shown("aws_vpc.main", {"cidr_block": "10.0.0.0/16", "arn": None, "tags": {"new": "yes"}}),
                shown("aws_subnet.a[0]", {"cidr_block": "10.0.1.0/24"}),
                shown("aws_subnet.a[1]", {"cidr_block": "10.0.2.0/24"}),
                shown("aws_s3_bucket.logs", {"bucket": "logs"}),
            ],
            "child_modules": [
                {
                    "resources": [
                        shown("module.web.aws_instance.web", {"instance_type": "t3.small"}),
                        shown("module.web.aws_lb.web", {"name": "web", "load_balancer_type": "application"}),
                    ]
                }
            ],
        }
    },
    "resource_changes": [],
    "prior_state": {
        "format_version": "1.0",
        "values": {
            "root_module": {
                "resources": [
                    VPC,
                    shown("aws_vpc.going", {"id": "vpc-9", "arn": f"{PREFIX}vpc/vpc-9"}),
                    {
                        **shown("data.aws_caller_identity.me", {"account_id": "123456789012"}),
                        "mode": "data",
                        "type": "aws_caller_identity",
                    },
                ]
            }
        },
    },
    "configuration": {
        "root_module": {
            "resources": [
                {"address": "aws_vpc.main", "expressions": {"cidr_block": {"constant_value": "10.0.0.0/16"}}},
                {
                    "address": "aws_subnet.a",
                    "expressions": {"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}},
                },
            ],
            "module_calls": {
                "web": {
                    "expressions": {"subnets": {"references": ["aws_subnet.a"]}},
                    "module": {
                        "resources": [
                            {
                                "address": "aws_instance.web",
                                "expressions": {
                                    "subnet_id": {"references": ["aws_subnet.missing.id", "var.nothing"]}
                                },
                            },
                            {"address": "aws_lb.web", "expressions": {"subnets": {"references": ["var.subnets"]}}},
                        ]
                    },
                }
            },
        }
    },
}


def test_a_plan_shows_the_estate_to_come(tmp_path: Path) -> None:
    result = read_paths([write(tmp_path / "plan.json", PLAN)])
    assert [problem.what for problem in result.problems] == ["5 planned resources do not exist yet"]
    graph, problems = normalise(result.items)
    assert problems == []
    vpc = f"{PREFIX}vpc/vpc-1"
    planned = [f"{PREFIX}subnet/planned:aws_subnet.a[{index}]" for index in (0, 1)]
    assert graph.resources[vpc].tags == {"new": "yes"}, "what is there already is completed with its prior state"
    assert f"{PREFIX}vpc/vpc-9" not in graph.resources, "what the plan takes away is not drawn"
    assert [graph.resources[each].parent for each in planned] == [vpc, vpc]
    assert graph.resources["arn:aws:s3:::logs"].account == "123456789012"
    balancer = next(each for each in graph.resources.values() if each.type == "aws.elbv2.alb")
    assert {link.target for link in graph.links if link.source == balancer.id} == set(planned)


def test_a_plan_without_planned_values_is_read_from_its_changes(tmp_path: Path) -> None:
    change = {"actions": ["create"], "after": {"bucket": "logs", "acl": "x"}, "after_sensitive": {"acl": True}}
    gone = {"actions": ["delete"], "before": {"bucket": "old"}, "after": None}
    document = {
        "format_version": "1.2",
        "resource_changes": [
            {"address": "aws_s3_bucket.logs", "type": "aws_s3_bucket", "name": "logs", "change": change},
            {"address": "aws_s3_bucket.old", "type": "aws_s3_bucket", "name": "old", "change": gone},
            "odd",
        ],
    }
    (item,) = read_paths([write(tmp_path / "plan.json", document)]).items
    assert item.body == {"bucket": "logs", "acl": "[redacted]", "id": "planned:aws_s3_bucket.logs"}


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"format 2\.0"):
        read_paths([write(tmp_path / "s.json", {"format_version": "2.0", "values": {}})])


@pytest.mark.parametrize(
    "values",
    [
        7,
        {"root_module": 3},
        {"root_module": {"resources": 3, "child_modules": 4}},
        {"root_module": {"child_modules": [1]}},
    ],
)
def test_wrong_shapes_hold_nothing(tmp_path: Path, values: object) -> None:
    result = read_paths([write(tmp_path / "s.json", {"format_version": "1.0", "values": values})])
    assert result.items == []


def test_providers_schema_is_not_taken_for_a_state(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no format that CloudViz reads"):
        read_paths([write(tmp_path / "s.json", {"format_version": "1.0", "provider_schemas": {}})])
