"""What keeps an estate, and its ways out by VPN, from recorded replies to resources and links."""

from __future__ import annotations

import json
from pathlib import Path

from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import Graph, RawItem, Scope
from cloudviz.normalise import normalise

PAYLOADS = Path(__file__).parent.parent.parent / "payloads" / "aws"
HERE = "arn:aws:{}:eu-west-1:123456789012:{}"


def read(*names: str) -> tuple[Graph, list[dict]]:
    bodies = {name: json.loads((PAYLOADS / f"{name}.json").read_bytes()) for name in names}
    scope = Scope("aws", "123456789012", "eu-west-1")
    items = [
        RawItem(scope, catalogue().native_name(catalogue().types[f"aws.{name}"]), body, f"aws.{name}")
        for name, found in bodies.items()
        for body in found
    ]
    graph, problems = normalise(items)
    assert problems == []
    return graph, [body for found in bodies.values() for body in found]


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source.split(":", 5)[-1], link.kind, link.target.split(":", 5)[-1]) for link in graph.links}


def test_a_vpn_leads_from_the_office_to_the_gateway_of_a_vpc() -> None:
    graph, (office, door, tunnel) = read("ec2.customer_gateway", "ec2.vpn_gateway", "ec2.vpn_connection")
    far, near = f"customer-gateway/{office['CustomerGatewayId']}", f"vpn-gateway/{door['VpnGatewayId']}"
    connection = f"vpn-connection/{tunnel['VpnConnectionId']}"
    assert links(graph) == {
        (connection, "attached_to", far),
        (connection, "attached_to", near),
        (near, "attached_to", f"vpc/{door['VpcAttachments'][0]['VpcId']}"),
    }
    assert {each.name for each in graph.resources.values()} == {"office", "door", "tunnel"}
    assert {each.state for each in graph.resources.values()} == {"running"}
    assert graph.resources[HERE.format("ec2", far)].properties["public_ip"] == "203.0.113.7"
    assert "canary" not in str([each.properties for each in graph.resources.values()]), "both ends share that key"


def test_a_network_acl_guards_the_subnets_that_it_is_associated_with() -> None:
    graph, bodies = read("ec2.network_acl")
    guarded = {
        (f"subnet/{placed['SubnetId']}", "guarded_by", f"network-acl/{body['NetworkAclId']}")
        for body in bodies
        for placed in body["Associations"]
    }
    inside = {(f"network-acl/{body['NetworkAclId']}", "member_of", f"vpc/{body['VpcId']}") for body in bodies}
    assert guarded and links(graph) == guarded | inside


def test_a_snapshot_names_its_volume_and_no_account() -> None:
    graph, bodies = read("ec2.snapshot")
    assert graph.resources.keys() == {f"arn:aws:ec2:eu-west-1::snapshot/{body['SnapshotId']}" for body in bodies}
    assert {each.account for each in graph.resources.values()} == {"123456789012"}
    assert {(kind, target) for _, kind, target in links(graph)} == {
        ("uses", f"volume/{body['VolumeId']}") for body in bodies
    }


def test_a_stack_says_its_role_and_topic_and_nothing_that_went_in_or_out() -> None:
    graph, (body,) = read("cloudformation.stack")
    (stack,) = graph.resources.values()
    assert (stack.id, stack.name, stack.state) == (body["StackId"], "base", "running")
    assert {(kind, target) for _, kind, target in links(graph)} == {
        ("runs_as", "role/deploy"),
        ("routes_to", "alerts"),
    }
    assert not {"Parameters", "Outputs"} & stack.properties["configuration"].keys()


def test_parameters_are_names_with_their_keys() -> None:
    graph, _ = read("ssm.parameter")
    assert {key: each.name for key, each in graph.resources.items()} == {
        HERE.format("ssm", "parameter/shop/database/password"): "/shop/database/password",
        HERE.format("ssm", "parameter/flags"): "flags",
    }
    secret = graph.resources[HERE.format("ssm", "parameter/shop/database/password")]
    assert secret.properties["class"] == "SecureString" and dict(secret.tags) == {"env": "prod"}
    ((source, kind, target),) = links(graph)
    assert (source, kind) == ("parameter/shop/database/password", "uses") and target.startswith("key/")


def test_jobs_and_tables_stand_on_buckets() -> None:
    graph, _ = read("glue.database", "glue.job", "redshift.serverless_workgroup")
    found = links(graph)
    assert {
        ("database/lake", "uses", "estate-eu-west-1-6"),
        ("job/fill", "uses", "estate-eu-west-1-6"),
        ("job/fill", "runs_as", "role/batch"),
    } <= found
    assert {kind for source, kind, _ in found if source.startswith("workgroup/")} == {"member_of", "guarded_by"}
