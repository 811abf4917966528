"""What serves nothing: found by links and states on three clouds, doubted where nobody looked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cloudviz.catalogue.registry import catalogue
from cloudviz.costs.estimates import FLAT, estimates
from cloudviz.costs.waste import RULES, Confidence, find_waste
from cloudviz.inventory.model import Coverage, Graph, Link, Resource


def thing(type: str, name: str, **more: object) -> Resource:
    provider = type.split(".")[0]
    return Resource(id=name, provider=provider, type=type, native_type="", kind="", name=name, account="1", **more)  # type: ignore[arg-type]


def told(resources: list[Resource], links: list[Link], coverage: tuple[Coverage, ...] = ()) -> dict[str, str]:
    graph = Graph({item.id: item for item in resources}, links)
    return {each.resource.id: f"{each.kind} {each.confidence}" for each in find_waste(graph, coverage)}


CLOUDS = {
    "aws": ("aws.ec2.instance", "aws.ec2.volume", "aws.ec2.eip", "aws.ec2.snapshot", "arn:aws:ec2:::volume/gone"),
    "azure": (
        "azure.compute.virtual_machine",
        "azure.storage.managed_disk",
        "azure.network.public_ip",
        "azure.support.snapshot",
        "/subscriptions/1/resourcegroups/r/providers/microsoft.compute/disks/gone",
    ),
    "gcp": (
        "gcp.compute.instance",
        "gcp.storage.disk",
        "gcp.network.address",
        "gcp.support.snapshot",
        "//compute.googleapis.com/projects/p/zones/z/disks/gone",
    ),
}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_disks_addresses_machines_and_snapshots_of_each_cloud(cloud: str):
    machine, disk, address, snapshot, gone = CLOUDS[cloud]
    resources = [
        thing(machine, "up", state="running"),
        thing(machine, "down", state="stopped"),
        *(thing(disk, name) for name in ("loose", "used", "asleep")),
        thing(address, "free"),
        thing(address, "taken"),
        thing(snapshot, "kept"),
        thing(snapshot, "left"),
    ]
    links = [
        Link("up", "used", "attached_to"),
        Link("down", "asleep", "attached_to"),
        Link("taken", "up", "attached_to"),
        Link("kept", "used", "uses"),
        Link("left", gone, "uses", resolved=False),
    ]
    assert told(resources, links) == {
        "down": "stopped high",
        "loose": "unattached high",
        "asleep": "stopped medium",
        "free": "unattached high",
        "left": "orphaned medium",
    }


def test_a_balancer_is_idle_when_all_of_its_ways_end():
    balancer, group = "aws.elbv2.alb", "aws.elbv2.target_group"
    resources = [
        thing("aws.ec2.instance", "web"),
        *(thing(balancer, name) for name in ("bare", "empty", "serves", "by_address", "elsewhere")),
        thing(group, "g1", properties={"targets": 0}),
        thing(group, "g2", properties={"targets": 1}),
        thing(group, "g3", properties={"targets": 2}),
        thing("aws.ec2.nat_gateway", "routed"),
        thing("aws.ec2.nat_gateway", "alone"),
        thing("aws.ec2.route_table", "rtb"),
    ]
    links = [
        Link("empty", "g1", "routes_to"),
        Link("serves", "g2", "routes_to"),
        Link("g2", "web", "routes_to"),
        Link("by_address", "g3", "routes_to"),
        Link("elsewhere", "unknown", "routes_to", resolved=False),
        Link("rtb", "routed", "routes_to"),
    ]
    assert told(resources, links) == {"bare": "idle medium", "empty": "idle medium", "alone": "idle medium"}


def test_what_nobody_looked_for_is_doubted():
    disk = thing("aws.ec2.volume", "loose")
    (found,) = find_waste(Graph({"loose": disk}, []))
    assert found.confidence is Confidence.LOW and "not looked at" in found.reason
    seen = Coverage("aws", "1", "eu-west-1", "aws.ec2.instance", "seen", 0)
    denied = Coverage("aws", "1", "eu-west-1", "aws.ec2.instance", "denied", 0)
    assert told([disk], [], (seen,)) == {"loose": "unattached high"}
    assert told([disk], [], (denied,)) == {"loose": "unattached low"}


def test_every_type_of_a_rule_is_in_the_catalogue():
    named = {key for rule in RULES for key in (*rule.types, *rule.users)} | FLAT
    assert sorted(named - set(catalogue().types) - {"aws.ecs.fargate"}) == []


def test_a_resource_without_a_bill_is_estimated_from_its_like():
    machine, disk, bucket = "aws.ec2.instance", "aws.ec2.volume", "aws.s3.bucket"

    def priced(kind: str, name: str, cost: str, region: str = "eu", **facts: object) -> Resource:
        return thing(kind, name, region=region, cost_monthly=Decimal(cost), currency="USD", properties=facts)

    found = estimates(
        [
            priced(machine, "a", "70.08", size="t3.large"),
            priced(machine, "b", "60.00", size="t3.large"),
            priced(machine, "c", "10.00", size="t3.large", region="us"),
            priced(disk, "d", "8.00", size="gp3", capacity_gb=100),
            priced(bucket, "e", "500"),
            thing(machine, "here", region="eu", properties={"size": "t3.large"}),
            thing(machine, "there", region="asia", properties={"size": "t3.large"}),
            thing(machine, "odd", region="eu", properties={"size": "x1e.32xlarge"}),
            thing(disk, "large", region="eu", properties={"size": "gp3", "capacity_gb": 250}),
            thing(bucket, "files", region="eu"),
        ]
    )
    assert {key: (str(each.amount), each.like, each.same_region) for key, each in found.items()} == {
        "here": ("65.04", 2, True),
        "there": ("60.00", 3, False),
        "large": ("20.00", 1, True),
    }
    assert found["here"].source == "median of 2 × aws.ec2.instance t3.large in eu, by your bills"
    assert (found["here"].low, found["here"].high) == (Decimal("60.00"), Decimal("70.08"))
