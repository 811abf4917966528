"""What a scan wrote down: whole parts, in order, gone when nobody can come back to them."""

from __future__ import annotations

import pytest

from cloudviz.errors import NotFound
from cloudviz.inventory.model import Coverage
from cloudviz.store import Store
from cloudviz.store.checkpoints import CheckpointPage

SEEN = Coverage("aws", "1", "eu-west-1", "aws.ec2.vpc", "seen", 3)
DENIED = Coverage("aws", "1", "eu-west-1", "aws.ec2.subnet", "denied", 0, "ec2:DescribeSubnets", "no")


async def pages(store: Store, discovery_id: str) -> list[CheckpointPage]:
    return [page async for page in store.checkpoints.pages(discovery_id)]


async def test_parts_come_back_as_they_were_written(store: Store) -> None:
    first = await store.discoveries.create("aws", "aws:default", {})
    other = await store.discoveries.create("aws", "aws:default", {})
    hostile = "1/global/'; DROP TABLE x; -- \x00💡"
    await store.checkpoints.save(first, "b", [(SEEN, [b"0", b"\x00\xff", b""]), (DENIED, [b"x"])])
    await store.checkpoints.save(first, hostile, [(SEEN, [b"y"])])
    await store.checkpoints.save(other, "a", [(SEEN, [b"z"])])
    found = await pages(store, first)
    assert [(each.part, each.listing, each.page, each.data) for each in found] == [
        (hostile.replace("\x00", "\ufffd"), 0, 0, b"y"),
        ("b", 0, 0, b"0"),
        ("b", 0, 1, b"\x00\xff"),
        ("b", 0, 2, b""),
        ("b", 1, 0, b"x"),
    ]
    assert [each.coverage for each in found] == [SEEN, SEEN, SEEN, SEEN, DENIED]


async def test_a_part_is_replaced_as_a_whole(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:default", {})
    await store.checkpoints.save(key, "a", [(SEEN, [b"1", b"2"]), (SEEN, [b"3"])])
    await store.checkpoints.save(key, "a", [(DENIED, [b"4"])])
    assert [(each.listing, each.page, each.data) for each in await pages(store, key)] == [(0, 0, b"4")]


async def test_what_nobody_comes_back_to_is_forgotten(store: Store) -> None:
    made = {}
    for name, source, status in (
        ("complete", "aws:other", "completed"),
        ("superseded", "aws:default", "cancelled"),
        ("elsewhere", "aws:other", "failed"),
        ("running", "aws:default", ""),
        ("mine", "aws:default", "completed"),
        ("later", "aws:default", "cancelled"),
    ):
        made[name] = await store.discoveries.create("aws", source, {})
        await store.checkpoints.save(made[name], "a", [(SEEN, [b"1"])])
        if status:
            await store.discoveries.finish(made[name], status)
    await store.checkpoints.clear(made["mine"])
    left = {name for name, key in made.items() if await pages(store, key)}
    assert left == {"elsewhere", "running", "later"}


async def test_an_unknown_discovery_is_refused(store: Store) -> None:
    for key in ("00000000-0000-0000-0000-000000000000", "nonsense"):
        with pytest.raises(NotFound):
            await store.checkpoints.save(key, "a", [(SEEN, [b"1"])])
    with pytest.raises(NotFound):
        await pages(store, "nonsense")
