"""The filter language: what matches, and what is refused with the term named."""

from __future__ import annotations

import pytest

from cloudviz.errors import Invalid
from cloudviz.inventory.model import Graph, Link, Resource
from cloudviz.inventory.select import Selection, parse_filter

WEB = Resource(
    "arn:i", "aws", "aws.ec2.instance", "AWS::EC2::Instance", "virtual_machine", "web-1",
    account="1", region="eu-west-1", parent="arn:s", state="running", tags={"env": "prod", "team": "a b"},
)  # fmt: skip
SUBNET = Resource("arn:s", "aws", "aws.ec2.subnet", "AWS::EC2::Subnet", "subnet", "app", parent="arn:v")
VPC = Resource("arn:v", "aws", "aws.ec2.vpc", "AWS::EC2::VPC", "network", "main")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type=aws.ec2.*", True),
        ("type=aws.ec2.instance,aws.rds.instance", True),
        ("type=aws.rds.*", False),
        ("region=eu-west-1 state=running", True),
        ("region=us-east-1", False),
        ("tag:env=prod", True),
        ("tag:env=test", False),
        ("tag:env", True),
        ("tag:owner", False),
        ("'tag:team=a b'", True),
        ("kind=virtual_machine provider=aws account=1", True),
        ("WEB", True),
        ("name=web-1", True),
        ("nothing-like-it", False),
        ("", True),
    ],
)
def test_filter(text: str, expected: bool) -> None:
    assert parse_filter(text).matches(WEB) is expected


@pytest.mark.parametrize("term", ["region!=x", "=x", "Region=x", "tag:=x=y=", "type>=1"])
def test_what_looks_like_a_condition_and_is_none_is_no_search(term: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_filter(term)
    assert term in str(caught.value)


def test_an_unknown_term_is_named() -> None:
    with pytest.raises(Invalid, match="colour=red"):
        parse_filter("colour=red")
    with pytest.raises(Invalid, match="open quote"):
        parse_filter('name="web')


def test_a_filtered_graph_keeps_the_ancestors_and_no_dangling_link() -> None:
    graph = Graph({item.id: item for item in (WEB, SUBNET, VPC)}, [Link("arn:i", "arn:s", "member_of")])
    kept = Selection(types=("aws.ec2.instance",)).apply(graph)
    assert set(kept.resources) == {"arn:i", "arn:s", "arn:v"}
    assert [link.target for link in kept.links] == ["arn:s"]
    assert not Selection(types=("gcp.*",)).apply(graph).resources
