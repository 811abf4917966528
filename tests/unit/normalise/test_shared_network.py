"""A VPC shared between accounts is one VPC, and what others put into it sits in it."""

from __future__ import annotations

from typing import Any

from cloudviz.inventory.model import RawItem, Scope
from cloudviz.normalise import normalise

OWNER, TENANT = "111122223333", "444455556666"


def item(account: str, type_key: str, **body: Any) -> RawItem:
    return RawItem(Scope("aws", account, "eu-west-1"), "", body, type_key)


def network(account: str) -> list[RawItem]:
    """What either account gets to see of the owner's network."""
    vpc, subnet = "vpc-0123456789abcdef0", "subnet-0123456789abcdef0"
    return [
        item(account, "aws.ec2.vpc", VpcId=vpc, OwnerId=OWNER),
        item(
            account,
            "aws.ec2.subnet",
            SubnetId=subnet,
            VpcId=vpc,
            OwnerId=OWNER,
            SubnetArn=f"arn:aws:ec2:eu-west-1:{OWNER}:subnet/{subnet}",
        ),
    ]


def test_both_accounts_list_it_and_it_is_there_once() -> None:
    machine = item(
        TENANT,
        "aws.ec2.instance",
        InstanceId="i-0123456789abcdef0",
        SubnetId="subnet-0123456789abcdef0",
        VpcId="vpc-0123456789abcdef0",
    )
    graph, problems = normalise([*network(OWNER), *network(TENANT), machine])
    assert problems == []
    vpc = f"arn:aws:ec2:eu-west-1:{OWNER}:vpc/vpc-0123456789abcdef0"
    subnet = f"arn:aws:ec2:eu-west-1:{OWNER}:subnet/subnet-0123456789abcdef0"
    instance = f"arn:aws:ec2:eu-west-1:{TENANT}:instance/i-0123456789abcdef0"
    assert set(graph.resources) == {vpc, subnet, instance}
    assert graph.resources[subnet].parent == vpc
    assert graph.resources[instance].parent == subnet
    assert graph.resources[vpc].account == OWNER
    assert graph.resources[instance].account == TENANT


def test_an_owner_that_is_no_account_is_not_believed() -> None:
    graph, _ = normalise([item(TENANT, "aws.ec2.vpc", VpcId="vpc-1", OwnerId="amazon/../x")])
    assert list(graph.resources) == [f"arn:aws:ec2:eu-west-1:{TENANT}:vpc/vpc-1"]


def test_names_are_not_shared_between_accounts() -> None:
    """Two accounts may each have a cluster of one name; a reference by name stays in its own account."""
    theirs = item(OWNER, "aws.rds.cluster", DBClusterIdentifier="orders-1a2b3c4d", Engine="aurora-mysql")
    ours = item(TENANT, "aws.rds.instance", DBInstanceIdentifier="one", DBClusterIdentifier="orders-1a2b3c4d")
    graph, _ = normalise([theirs, ours])
    (link,) = graph.links
    assert link.target == f"arn:aws:rds:eu-west-1:{TENANT}:cluster:orders-1a2b3c4d"
    assert not link.resolved
