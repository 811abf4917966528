"""The states of tests/payloads/terraform/inframap, read to hand-checked contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudviz.errors import BadInput
from cloudviz.inventory.model import Graph, Problem
from cloudviz.normalise import normalise
from cloudviz.sources.offline import OfflineResult, read_paths

FILES = Path(__file__).parents[3] / "payloads" / "terraform" / "inframap"


def read(name: str, **asked: str) -> tuple[OfflineResult, Graph, list[Problem]]:
    result = read_paths([FILES / name], **asked)
    graph, problems = normalise(result.items)
    return result, graph, problems


def types(graph: Graph) -> dict[str, int]:
    counted: dict[str, int] = {}
    for resource in graph.resources.values():
        counted[resource.native_type if resource.type.endswith(".other") else resource.type] = (
            counted.get(resource.native_type if resource.type.endswith(".other") else resource.type, 0) + 1
        )
    return counted


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source.rsplit("/")[-1], link.kind, link.target.rsplit("/")[-1]) for link in graph.links}


EXPECTED = {
    "aws_state_multiple_hanging_edges.json": {
        "aws.ec2.security_group": 4,
        "aws.ecs.cluster": 1,
        "aws.ecs.service": 1,
        "aws_lb": 1,
    },
    "aws_state_sg.json": {
        "aws.ec2.security_group": 3,
        "aws.ec2.launch_template": 1,
        "aws.rds.instance": 1,
        "aws_lb": 1,
    },
    "aws_state_sgr.json": {
        "aws.ec2.instance": 1,
        "aws.ec2.security_group": 4,
        "aws.rds.instance": 1,
        "aws.elasticache.cluster": 1,
        "aws.elb.load_balancer": 1,
    },
    "flexibleengine_state.json": {
        "flexibleengine_blockstorage_volume_v2": 2,
        "flexibleengine_compute_instance_v2": 2,
        "flexibleengine_networking_port_v2": 2,
        "flexibleengine_networking_secgroup_rule_v2": 1,
        "flexibleengine_networking_secgroup_v2": 2,
    },
    "flexibleengine_state_attach.json": {
        "flexibleengine_compute_instance_v2": 2,
        # Two attachments are written with one and the same id: one thing.
        "flexibleengine_compute_interface_attach_v2": 1,
        "flexibleengine_networking_port_v2": 2,
        "flexibleengine_networking_secgroup_rule_v2": 1,
        "flexibleengine_networking_secgroup_v2": 2,
    },
    "flexibleengine_state_tf_011.json": {
        "flexibleengine_compute_instance_v2": 2,
        "flexibleengine_networking_port_v2": 2,
        "flexibleengine_networking_secgroup_rule_v2": 1,
        "flexibleengine_networking_secgroup_v2": 2,
    },
    "openstack_state_lb.json": {
        "openstack_compute_instance_v2": 2,
        "openstack_lb_listener_v2": 1,
        "openstack_lb_loadbalancer_v2": 1,
        "openstack_lb_member_v2": 1,
        "openstack_lb_pool_v2": 1,
        "openstack_networking_port_v2": 2,
        "openstack_networking_secgroup_rule_v2": 1,
        "openstack_networking_secgroup_v2": 3,
    },
    "openstack_state_sg.json": {
        "openstack_compute_instance_v2": 2,
        "openstack_networking_port_v2": 2,
        "openstack_networking_secgroup_rule_v2": 1,
        "openstack_networking_secgroup_v2": 2,
    },
    "repeated_modules.json": {
        "aws.ec2.eip": 1,
        "aws.ec2.instance": 7,
        "aws.ec2.internet_gateway": 1,
        "aws.ec2.nat_gateway": 1,
        "aws.ec2.security_group": 2,
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_managed_resource_is_there(name: str) -> None:
    _, graph, problems = read(name)
    assert problems == []
    assert types(graph) == EXPECTED[name]


def test_rules_that_name_groups_are_links() -> None:
    _, graph, _ = read("aws_state_sg.json")
    # Port 3306 of the database's group is open to the machines' group, and port 80 of that to the balancer's.
    assert edges(graph) == {
        ("sg-0e74bbe876eba7e6f", "routes_to", "sg-011db815ad698b58a"),
        ("sg-0cfe32960213dea69", "routes_to", "sg-0e74bbe876eba7e6f"),
    }


def test_addresses_tell_modules_and_indexes() -> None:
    result, _, _ = read("repeated_modules.json")
    addresses = {item.where.split(": ", 1)[1] for item in result.items}
    assert "module.ec2_ubuntu_a[0].aws_instance.this[0]" in addresses
    assert "module.ec2_openvpn.module.bastion_sg.aws_security_group.this_name_prefix[0]" in addresses


def test_a_state_that_names_no_account_says_how_to_give_it() -> None:
    result, graph, _ = read("repeated_modules.json")
    assert [problem.what.split(" (")[0] for problem in result.problems] == [
        "does not say the account of 12 resources",
        "does not say the region of 12 resources",
    ]
    assert all("give it with --" in problem.what for problem in result.problems)
    assert "arn:aws:ec2:::instance/i-0a21b3e118e0ba2ef" in graph.resources


def test_what_the_caller_says_is_taken() -> None:
    result, graph, _ = read("repeated_modules.json", account="123456789012", region="eu-west-1")
    assert result.problems == []
    assert "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a21b3e118e0ba2ef" in graph.resources


def test_flat_attributes_are_unfolded() -> None:
    result, _, _ = read("aws_state_multiple_hanging_edges.json")
    (group,) = [item for item in result.items if item.where.endswith("aws_security_group.ecs_service")]
    assert group.body == {"id": "sg-0547bedace3d64924", "ingress": [], "egress": []}


def test_a_state_without_resources_is_empty_and_says_so() -> None:
    result, graph, _ = read("empty.json")
    assert graph.resources == {}
    assert [problem.what for problem in result.problems] == ["holds no resources"]


def test_a_resource_without_an_id_is_a_problem() -> None:
    result, graph, _ = read("error_missing_id.json")
    assert graph.resources == {}
    (problem,) = result.problems
    assert problem.what == "has no id and was left out"
    assert problem.where.endswith("error_missing_id.json: aws_db_instance.mydb")


def test_an_old_version_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadInput) as caught:
        read("invalid_version_state.json")
    assert caught.value.detail == "is a Terraform state of version 2, written by Terraform 0.11.14."
    assert "terraform refresh" in caught.value.hint


def test_the_folder_as_a_whole_is_read_though_one_file_is_refused() -> None:
    result = read_paths([FILES])
    assert len(result.sources) == 11
    assert [problem.where.rsplit("/", 1)[-1] for problem in result.problems if "version 2" in problem.what] == [
        "invalid_version_state.json"
    ]
