"""What is written down against what there is, as a pure function."""

from __future__ import annotations

from typing import Any

from cloudviz.inventory.drift import drift
from cloudviz.inventory.model import Coverage, Graph, Resource


def machine(name: str, account: str = "1", **more: Any) -> Resource:
    arn = f"arn:aws:ec2:eu-west-1:{account}:instance/{name}"
    return Resource(arn, "aws", "aws.ec2.instance", "AWS::EC2::Instance", "vm", name, account, "eu-west-1", **more)


def graph(*resources: Resource) -> Graph:
    return Graph({each.id: each for each in resources}, [])


def looked(account: str = "1") -> list[Coverage]:
    return [Coverage("aws", account, "eu-west-1", "aws.ec2.instance", "seen", 1)]


def test_each_resource_is_in_one_of_the_lists() -> None:
    written = graph(
        machine("same", state="unknown", properties={"size": "t3.micro", "configuration": {"a": 1}}),
        machine("grown", properties={"size": "t3.micro"}, tags={"env": "prod"}),
        machine("gone"),
        machine("elsewhere", account="2"),
        machine("planned:aws_instance.new"),
    )
    live = graph(
        machine("same", state="running", properties={"size": "t3.micro", "configuration": {"b": 2}}),
        machine("grown", properties={"size": "t3.large"}, tags={"env": "test", "aws:x": "y"}),
        machine("by-hand"),
        machine("of-others", account="9"),
    )
    found = drift(written, live, looked())
    assert [each.name for each in found.managed] == ["same"]
    assert [(each.after.name, each.fields) for each in found.changed] == [
        ("grown", ("properties.size", "tags.env"))
    ]
    assert [each.name for each in found.unmanaged] == ["by-hand"], (
        "what other accounts have is no business of a state"
    )
    assert [each.name for each in found.missing] == ["gone"]
    assert [each.name for each in found.unseen] == ["elsewhere"], "nobody looked into account 2"
    assert found


def test_what_is_as_written_does_not_drift() -> None:
    one = graph(machine("one", properties={"ports": [1, 2], "size": ""}))
    assert not drift(one, graph(machine("one", properties={"ports": [2, 1], "size": "x"})), looked())
