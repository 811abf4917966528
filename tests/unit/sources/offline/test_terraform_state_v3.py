"""States of Terraform 0.7 to 0.11."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.sources.offline.states import write

from cloudviz.errors import BadInput
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

VPC_ARN = "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"


def entry(native_type: str, attributes: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"type": native_type, "primary": {"id": attributes["id"], "attributes": attributes}, **more}


STATE = {
    "version": 3,
    "terraform_version": "0.11.14",
    "serial": 3,
    "lineage": "x",
    "modules": [
        {
            "path": ["root"],
            "outputs": {},
            "resources": {
                "aws_vpc.main": entry("aws_vpc", {"id": "vpc-1", "arn": VPC_ARN, "cidr_block": "10.0.0.0/16"}),
                "data.aws_ami.linux": entry("aws_ami", {"id": "ami-1"}),
            },
        },
        {
            "path": ["root", "web", "nodes"],
            "resources": {
                "aws_instance.node.0": entry(
                    "aws_instance",
                    {
                        "id": "i-1",
                        "subnet_id": "subnet-1",
                        "instance_type": "t2.small",
                        "vpc_security_group_ids.#": "2",
                        "vpc_security_group_ids.3021": "sg-1",
                        "vpc_security_group_ids.899": "sg-2",
                        "root_block_device.#": "1",
                        "root_block_device.0.volume_id": "vol-1",
                        "tags.%": "1",
                        "tags.Name": "node-0",
                    },
                    deposed=[{"id": "i-0", "attributes": {"id": "i-0"}}],
                ),
                "aws_subnet.a": entry(
                    "aws_subnet", {"id": "subnet-1", "vpc_id": "vpc-1", "availability_zone": "eu-west-1b"}
                ),
            },
        },
    ],
}


def test_modules_flat_attributes_and_deposed_objects(tmp_path: Path) -> None:
    result = read_paths([write(tmp_path / "old", STATE)])
    assert result.problems == []
    assert [item.where.split(": ")[1] for item in result.items] == [
        "aws_vpc.main",
        "module.web.module.nodes.aws_instance.node[0]",
        "module.web.module.nodes.aws_instance.node[0] (deposed)",
        "module.web.module.nodes.aws_subnet.a",
    ]
    graph, problems = normalise(result.items)
    assert problems == []
    prefix = "arn:aws:ec2:eu-west-1:123456789012:"
    node = graph.resources[f"{prefix}instance/i-1"]
    assert (node.name, node.parent) == ("node-0", f"{prefix}subnet/subnet-1")
    assert graph.resources[f"{prefix}subnet/subnet-1"].parent == VPC_ARN
    assert {(link.kind, link.target.rsplit("/")[-1]) for link in graph.links if link.source == node.id} == {
        ("member_of", "subnet-1"),
        ("guarded_by", "sg-1"),
        ("guarded_by", "sg-2"),
        ("attached_to", "vol-1"),
    }


@pytest.mark.parametrize("modules", [7, [3], [{"resources": [1]}]])
def test_what_is_no_state_inside_is_refused(tmp_path: Path, modules: object) -> None:
    with pytest.raises(BadInput):
        read_paths([write(tmp_path / "old", {**STATE, "modules": modules})])
