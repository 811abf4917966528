"""Stacks and templates of CloudFormation, through the door that `cloudviz import` uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudviz.errors import BadInput
from cloudviz.jobs.imports import read_files

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/edge/1"


def row(native: str, physical: str, **more: Any) -> dict[str, Any]:
    return {
        "StackId": STACK,
        "LogicalResourceId": "x",
        "ResourceType": native,
        "PhysicalResourceId": physical,
        "ResourceStatus": "CREATE_COMPLETE",
        **more,
    }


def read(path: Path, content: Any) -> dict[str, str]:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    found = read_files([path], account="123456789012", region="eu-west-1")
    return {each.id: each.type for each in found.graph.resources.values()}


def test_the_resources_of_a_stack_have_the_ids_of_a_scan(tmp_path: Path) -> None:
    rows = [
        row("AWS::EC2::VPC", "vpc-1"),
        row("AWS::S3::Bucket", "shop-files"),
        row("AWS::ElasticLoadBalancingV2::LoadBalancer", BALANCER),
        row("AWS::Made::Up", "thing"),
        row("AWS::EC2::VPC", "vpc-2", ResourceStatus="DELETE_COMPLETE"),
    ]
    assert read(tmp_path / "a", {"StackResources": rows}) == {
        "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1": "aws.ec2.vpc",
        "arn:aws:s3:::shop-files": "aws.s3.bucket",
        BALANCER: "aws.elbv2.nlb",
        "AWS::Made::Up/123456789012/eu-west-1/thing": "aws.other",
    }


YAML = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Net:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  App:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Net
      CidrBlock: !Select [0, !Cidr [10.0.0.0/16, 4]]
"""


def test_a_template_is_planned_and_linked(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(YAML)
    found = read_files([tmp_path / "a"], account="123456789012", region="eu-west-1")
    arn = "arn:aws:ec2:eu-west-1:123456789012:"
    assert {each.id: each.parent for each in found.graph.resources.values()} == {
        f"{arn}vpc/planned:Net": None,
        f"{arn}subnet/planned:App": f"{arn}vpc/planned:Net",
    }
    assert [(each.what, each.loss) for each in found.problems] == [("2 planned resources do not exist yet", False)]


@pytest.mark.parametrize(
    "text",
    [
        "AWSTemplateFormatVersion: 1\nResources: &a [*a, *a]\n",
        "AWSTemplateFormatVersion: 1\nResources: " + "[" * 5000,
        "AWSTemplateFormatVersion: 1\nResources: !!python/object:os.system {}\n",
    ],
)
def test_hostile_templates_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        read(tmp_path / "a", text)
