"""Which files are read, and what becomes of those that can't be."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.unit.sources.offline.states import resource, state, write

from cloudviz.errors import BadInput, Cancelled, NotFound, TooLarge, UnknownFormat
from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import DiscoveryInfo, Graph, Inventory, Resource
from cloudviz.sources.offline import files, read_paths
from cloudviz.sources.provider import ScanProgress

ARN = "arn:aws:ec2:eu-west-1:123456789012:vpc/"


def vpc(number: int) -> dict[str, Any]:
    return state(resource("aws_vpc", "a", {"id": f"vpc-{number}", "arn": f"{ARN}vpc-{number}"}))


def test_a_folder_is_read_to_the_bottom_in_order(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / ".terraform").mkdir()
    (tmp_path / "node_modules").mkdir()
    write(tmp_path / "b" / "deep" / "x.json", vpc(1))
    write(tmp_path / "a.tfstate", vpc(2))
    write(tmp_path / "vpcs.txt", vpc(5))
    (tmp_path / "notes.txt").write_text("nothing of ours")
    write(tmp_path / "a.tfstate.backup", vpc(3))
    write(tmp_path / ".hidden.json", vpc(3))
    write(tmp_path / ".terraform" / "terraform.tfstate", vpc(3))
    write(tmp_path / "node_modules" / "package.json", vpc(3))
    (tmp_path / "c.tfstate.gz").write_bytes(gzip.compress(json.dumps(vpc(4)).encode()))
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again.json").symlink_to(tmp_path / "a.tfstate")
    (tmp_path / "nowhere.json").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "pipe.json")
    result = read_paths([tmp_path])
    assert [Path(name).relative_to(tmp_path).as_posix() for name in result.sources] == [
        "a.tfstate",
        "c.tfstate.gz",
        "vpcs.txt",
        "b/deep/x.json",
    ]
    assert [item.body["id"] for item in result.items] == ["vpc-2", "vpc-4", "vpc-5", "vpc-1"]
    assert result.problems == []
    assert read_paths([tmp_path / "a.tfstate", tmp_path]).sources[1:] == result.sources[1:], "each file once"


def test_folders_called_like_an_account_and_a_region_tell_where_their_files_are_from(tmp_path: Path) -> None:
    def printed(folder: str, vpc_id: str) -> None:
        (tmp_path / folder).mkdir(parents=True)
        reply = {"Vpcs": [{"VpcId": vpc_id, "CidrBlock": "10.0.0.0/16", "State": "available", "IsDefault": False}]}
        write(tmp_path / folder / "ec2-describe-vpcs.json", reply)

    printed("123456789012/us-east-1", "vpc-1")
    printed("eu-west-1", "vpc-2")
    printed("prod-eu-1/1234", "vpc-3")  # like neither
    scopes = {item.body["VpcId"]: item.scope for item in read_paths([tmp_path], account="210987654321").items}
    assert (scopes["vpc-1"].account, scopes["vpc-1"].region) == ("210987654321", "us-east-1"), (
        "what is asked counts"
    )
    assert (scopes["vpc-2"].account, scopes["vpc-2"].region) == ("210987654321", "eu-west-1")
    assert scopes["vpc-3"].region == ""
    assert next(iter(read_paths([tmp_path / "123456789012"]).items)).scope.account == "123456789012"


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    assert read_paths([write(tmp_path / "picture.png", vpc(1))]).items


def test_a_bad_file_among_good_ones_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "a.tfstate", vpc(1))
    (tmp_path / "b.tfstate").write_text('{"version": 4,')
    write(tmp_path / "c.json", {"name": "web", "dependencies": {}})
    result = read_paths([tmp_path])
    assert len(result.items) == 1
    assert [(Path(each.where).name, each.what.split(",")[0]) for each in result.problems] == [
        ("b.tfstate", "ends in the middle"),
        ("c.json", "is JSON"),
    ]


def test_when_none_can_be_read_it_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.json", {"name": "web"})
    write(tmp_path / "b.json", [1])
    with pytest.raises(UnknownFormat, match="none of 2 files could be read"):
        read_paths([tmp_path])


@pytest.mark.parametrize("name", ["", "sub"])
def test_nothing_to_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(BadInput, match=r"no \*\.tfstate, \*\.json, .* files"):
        read_paths([tmp_path / name])


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        read_paths([tmp_path / "prod.tfstate"])
    assert caught.value.one_line() == f"{tmp_path}/prod.tfstate: no such file or folder."


@pytest.mark.parametrize("path", [Path("/dev/null"), Path("bad\0name")])
def test_what_is_no_file(path: Path) -> None:
    with pytest.raises((BadInput, NotFound)):
        read_paths([path])


def test_a_pipe_is_read(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, json.dumps(vpc(1)).encode())
    os.close(writer)
    try:
        assert len(read_paths([Path(f"/dev/fd/{reader}")]).items) == 1
    finally:
        os.close(reader)


def test_progress_and_cancelling(tmp_path: Path) -> None:
    write(tmp_path / "a.json", vpc(1))
    write(tmp_path / "b.json", vpc(2))
    seen: list[ScanProgress] = []
    read_paths([tmp_path], on_progress=seen.append)
    assert [(each.done, each.total, each.resources) for each in seen] == [(1, 2, 1), (2, 2, 2)]
    with pytest.raises(Cancelled):
        read_paths([tmp_path], on_progress=seen.append, cancelled=lambda: len(seen) > 2)


def test_a_cloudviz_inventory_is_one_already(tmp_path: Path) -> None:
    graph = Graph({f"{ARN}vpc-1": Resource(f"{ARN}vpc-1", "aws", "aws.ec2.vpc", "AWS::EC2::VPC", "network", "a")})
    inventory = Inventory(DiscoveryInfo("d", "aws", "aws:profile/prod"), graph)
    (tmp_path / "export").write_bytes(to_bytes(inventory))
    result = read_paths([tmp_path / "export"])
    assert result.items == []
    assert [each.graph.resources for each in result.inventories] == [graph.resources]


def test_an_inventory_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cloudviz\.inventory/9"):
        read_paths([write(tmp_path / "x.json", {"format": "cloudviz.inventory/9"})])


def test_a_file_over_the_limit_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.tfstate"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)  # sparse: takes no room
    with pytest.raises(TooLarge, match="more than 1 GiB"):
        read_paths([path])
