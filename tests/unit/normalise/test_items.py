"""From raw items to a graph: ids, parents, links, and nothing lost without a word."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import DiscoveryInfo, Graph, Inventory, Link, RawItem, Scope, Shape
from cloudviz.normalise import normalise

EAST = Scope("aws", "123456789012", "us-east-1")
PREFIX = "arn:aws:ec2:us-east-1:123456789012:"

ITEMS = [
    RawItem(EAST, "AWS::EC2::VPC", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}),
    RawItem(
        EAST, "AWS::EC2::Subnet", {"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1a"}
    ),
    RawItem(
        EAST,
        "AWS::EC2::SecurityGroup",
        {"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1"},
    ),
    RawItem(
        EAST,
        "AWS::EC2::Instance",
        {
            "InstanceId": "i-1",
            "InstanceType": "t3.micro",
            "SubnetId": "subnet-1",
            "State": {"Name": "running"},
            "Placement": {"AvailabilityZone": "us-east-1a"},
            "SecurityGroups": [{"GroupId": "sg-1"}],
            "Tags": [{"Key": "Name", "Value": "web-1"}, {"Key": "env", "Value": "prod"}],
        },
    ),
    RawItem(
        EAST,
        "AWS::EC2::Volume",
        {"VolumeId": "vol-1", "Attachments": [{"InstanceId": "i-1"}, {"InstanceId": "i-gone"}]},
    ),
]


def test_a_small_estate_by_hand() -> None:
    graph, problems = normalise(ITEMS)
    assert problems == []
    instance = graph.resources[f"{PREFIX}instance/i-1"]
    assert (instance.type, instance.kind, instance.name) == ("aws.ec2.instance", "virtual_machine", "web-1")
    assert (instance.account, instance.region, instance.zone) == ("123456789012", "us-east-1", "us-east-1a")
    assert (instance.state, instance.parent) == ("running", f"{PREFIX}subnet/subnet-1")
    assert instance.tags == {"Name": "web-1", "env": "prod"}
    assert instance.properties["size"] == "t3.micro"
    assert graph.resources[f"{PREFIX}subnet/subnet-1"].parent == f"{PREFIX}vpc/vpc-1"
    assert graph.links == [
        Link(f"{PREFIX}instance/i-1", f"{PREFIX}security-group/sg-1", "guarded_by"),
        Link(f"{PREFIX}instance/i-1", f"{PREFIX}subnet/subnet-1", "member_of"),
        Link(f"{PREFIX}instance/i-1", f"{PREFIX}volume/vol-1", "attached_to"),
        Link(f"{PREFIX}instance/i-gone", f"{PREFIX}volume/vol-1", "attached_to"),
        Link(f"{PREFIX}security-group/sg-1", f"{PREFIX}vpc/vpc-1", "member_of"),
        Link(f"{PREFIX}subnet/subnet-1", f"{PREFIX}vpc/vpc-1", "member_of"),
    ]


def test_the_order_of_the_input_makes_no_difference() -> None:
    def written(items: list[RawItem]) -> bytes:
        graph, problems = normalise(items)
        return to_bytes(Inventory(DiscoveryInfo("d", "aws", "test"), graph, [], problems))

    shuffled = list(ITEMS)
    random.Random(7).shuffle(shuffled)
    assert written(shuffled) == written(ITEMS)


def test_a_link_to_what_was_not_seen_stays_unresolved() -> None:
    graph, _ = normalise([ITEMS[3]])
    assert {(link.target, link.resolved) for link in graph.links} == {
        (f"{PREFIX}security-group/sg-1", False),
        (f"{PREFIX}subnet/subnet-1", False),
    }


def test_an_unknown_type_is_kept_with_the_references_that_show() -> None:
    item = RawItem(
        EAST,
        "aws_unheard_of",
        {"id": "web", "arn": "arn:aws:unheard:us-east-1:123456789012:thing/web",
         "subnets": ["subnet-1"], "security_groups": ["sg-1"], "instances": ["i-1"]},
        shape=Shape.TERRAFORM,
    )  # fmt: skip
    graph, problems = normalise([*ITEMS, item])
    found = graph.resources[item.body["arn"]]
    assert (found.type, found.native_type, found.kind) == ("aws.other", "aws_unheard_of", "other")
    assert found.parent == f"{PREFIX}subnet/subnet-1"
    kinds = {link.target.rsplit("/", 1)[1]: link.kind for link in graph.links if link.source == found.id}
    assert kinds == {"subnet-1": "member_of", "sg-1": "guarded_by", "i-1": "uses"}
    assert problems == []


def test_an_unknown_aws_type_is_known_by_the_arn_that_bears_its_name() -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:orders"
    graph, problems = normalise([RawItem(EAST, "AWS::Nobody::Topic", {"TopicArn": topic, "Owner": "1"})])
    assert problems == []
    assert (graph.resources[topic].type, graph.resources[topic].name) == ("aws.other", "orders")


def test_an_item_without_an_id_is_a_problem_that_names_its_place() -> None:
    graph, problems = normalise([RawItem(EAST, "AWS::EC2::VPC", {}, where="prod.tfstate: aws_vpc.main")])
    assert not graph.resources
    assert [(problem.what, problem.where) for problem in problems] == [
        ("has no id and was left out", "prod.tfstate: aws_vpc.main")
    ]


def test_a_database_without_a_network_of_its_own_sits_where_its_security_group_sits() -> None:
    database = RawItem(
        EAST,
        "aws_db_instance",
        {"arn": "arn:aws:rds:us-east-1:123456789012:db:orders", "identifier": "orders", "engine": "postgres",
         "vpc_security_group_ids": ["sg-1"], "password": "hunter22"},
        shape=Shape.TERRAFORM,
    )  # fmt: skip
    graph, _ = normalise([*ITEMS, database])
    found = graph.resources["arn:aws:rds:us-east-1:123456789012:db:orders"]
    assert found.parent == f"{PREFIX}vpc/vpc-1"
    assert "hunter22" not in str(found)


bodies = st.dictionaries(
    st.sampled_from(["InstanceId", "SubnetId", "Tags", "State", "SecurityGroups", "Placement", "id", "arn"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
)


@given(st.sampled_from(["AWS::EC2::Instance", "AWS::X::Y", "aws_instance"]), bodies)
def test_it_never_raises_and_an_item_is_a_resource_or_a_problem(name: str, body: dict[str, object]) -> None:
    shape = Shape.TERRAFORM if name.startswith("aws_") else Shape.NATIVE
    graph, problems = normalise([RawItem(EAST, name, body, shape=shape, where="here")])
    assert isinstance(graph, Graph)
    assert len(graph.resources) + len(problems) == 1
