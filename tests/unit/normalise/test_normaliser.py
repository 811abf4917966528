"""Parts in any order, written down and read again, give the graph of an undisturbed look."""

from __future__ import annotations

import random
import zlib

import orjson
import pytest

from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import DiscoveryInfo, Graph, Inventory, RawItem, Scope
from cloudviz.normalise import Normaliser, normalise, packed_batch, unpacked_batch
from cloudviz.sources.demo import snapshots


def parts() -> dict[tuple[str, ...], list[RawItem]]:
    made: dict[tuple[str, ...], list[RawItem]] = {}
    for item in snapshots()[-1].items:
        made.setdefault((item.scope.account, item.scope.region, item.native_type), []).append(item)
    # One id in two listings, as CloudTrail's trails of all regions are; and one that is not to be read.
    subnet = {"SubnetId": "subnet-9", "VpcId": "vpc-9", "CidrBlock": "10.0.0.0/24"}
    for rank, state in ((("1", "a", "x"), "pending"), (("1", "b", "x"), "available")):
        scope = Scope("aws", "111122223333", "eu-west-1")
        made[rank] = [
            RawItem(scope, "AWS::EC2::Subnet", {**subnet, "State": state}),
            RawItem(scope, "AWS::X::Y", {}),
        ]
    return made


def written(result: tuple[Graph, list[object]]) -> bytes:
    graph, problems = result
    return to_bytes(Inventory(DiscoveryInfo("", "", ""), graph, [], problems))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole() -> bytes:
    made = parts()
    return written(normalise(item for rank in sorted(made) for item in made[rank]))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_parts_does_not_matter(seed: int, whole: bytes) -> None:
    made = list(parts().items())
    random.Random(seed).shuffle(made)
    normaliser = Normaliser(packed=bool(seed % 2))
    for rank, items in made:
        normaliser.add(items, rank)
    assert written(normaliser.finish()) == whole  # type: ignore[arg-type]
    assert len(normaliser) == 0


def test_parts_that_were_written_down_are_as_good_as_read(whole: bytes) -> None:
    dead, heir = Normaliser(), Normaliser()
    for number, (rank, items) in enumerate(parts().items()):
        if number % 3:
            heir.add(items, rank)
            continue
        for page in packed_batch(dead.read(items)):
            heir.take(unpacked_batch(page), rank)
    assert written(heir.finish()) == whole  # type: ignore[arg-type]


def test_no_secret_is_written_down() -> None:
    body = {"InstanceId": "i-1", "UserData": "canary", "Tags": [{"Key": "db_password", "Value": "canary"}]}
    body |= {
        "SubnetId": "subnet-1",
        "SecurityGroups": [{"GroupId": {"password": "canary"}}],
        "Env": "PASSWORD=canary",
    }
    batch = Normaliser().read([RawItem(Scope("aws", "1", "eu-west-1"), "AWS::EC2::Instance", body)])
    pages = list(packed_batch(batch))
    assert len(pages) == 1
    text = zlib.decompress(pages[0])
    assert b"subnet-1" in text and b"canary" not in text


def test_pages_are_bounded_and_an_empty_listing_has_one() -> None:
    items = [
        RawItem(Scope("aws", "1", "eu-west-1"), "AWS::EC2::VPC", {"VpcId": f"vpc-{number}"})
        for number in range(2500)
    ]
    pages = list(packed_batch(Normaliser().read(items)))
    assert [len(unpacked_batch(page).resources) for page in pages] == [1000, 1000, 500]
    assert len(list(packed_batch(Normaliser().read([])))) == 1


def test_a_page_of_another_release_is_refused() -> None:
    with pytest.raises(ValueError, match="format 99"):
        unpacked_batch(zlib.compress(orjson.dumps({"format": 99})))
