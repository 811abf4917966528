"""A discovery that is tried again reads what is left, and ends as one that was never disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from cloudviz.errors import CloudRefused, Conflict, NotFound
from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import Coverage, CoverageStatus, DiscoveryInfo, RawItem, Scope
from cloudviz.inventory.select import Selection
from cloudviz.jobs.discover import discover, resumable
from cloudviz.sources.provider import (
    CloudProvider,
    Connection,
    CostAnalysis,
    DiscoveryResult,
    NotSeen,
    Part,
    ProviderConfig,
    Seen,
    merged_coverage,
)
from cloudviz.store import Store

HERE = Scope("aws", "111122223333", "eu-west-1")


def items(kind: str, **bodies: dict[str, str]) -> list[RawItem]:
    return [RawItem(HERE, f"AWS::EC2::{kind}", body, where=name) for name, body in bodies.items()]


PARTS = [
    Part("subnets", [Seen(HERE, "aws.ec2.subnet", items("Subnet", a={"SubnetId": "subnet-1", "VpcId": "vpc-1"}))]),
    Part(
        "instances",
        [
            Seen(
                HERE,
                "aws.ec2.instance",
                items("Instance", a={"InstanceId": "i-1", "SubnetId": "subnet-1", "UserData": "canary"}, b={}),
            ),
            Seen(HERE, "aws.ec2.volume", []),
        ],
    ),
    Part("vpcs", [Seen(HERE, "aws.ec2.vpc", items("VPC", a={"VpcId": "vpc-1"}))]),
    Part(
        "others",
        [NotSeen(HERE, "aws.other", CoverageStatus.SKIPPED, None, "unknown", items("Odd", a={"Id": "o"}))],
    ),
]


@dataclass
class Cloud(CloudProvider):
    """A cloud of a few parts. ``before`` is asked before each; ``read`` notes what was handed over."""

    parts: list[Part] = field(default_factory=lambda: list(PARTS))
    before: Callable[[str], None] = lambda key: None
    read: list[str] = field(default_factory=list)

    async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
        for part in self.parts:
            if part.key not in config.done:
                self.before(part.key)
                self.read.append(part.key)
                yield part

    async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
        return DiscoveryResult("aws", "aws:fake", await self.collected(config))

    async def get_cost_analysis(self) -> CostAnalysis:
        raise NotImplementedError

    async def test_connection(self, accounts: Sequence[str] = ()) -> Connection:
        raise NotImplementedError


async def inventory(store: Store, discovery_id: str) -> bytes:
    found = await store.inventories.inventory(Selection(discoveries=(discovery_id,)))
    found.discovery = DiscoveryInfo("", "aws", "")
    return to_bytes(found)


@pytest.fixture
async def undisturbed(store: Store) -> bytes:
    key = await store.discoveries.create("aws", "aws:fake", {})
    outcome = await discover(store, Cloud(), ProviderConfig(), key)
    assert (outcome.status, outcome.resources, len(outcome.problems)) == ("completed", 4, 1)
    text = await inventory(store, key)
    assert b"canary" not in text
    return text


def dies_at(key: str, error: type[BaseException]) -> Callable[[str], None]:
    def before(part: str) -> None:
        if part == key:
            raise error("gone")

    return before


@pytest.mark.parametrize("error", [asyncio.CancelledError, CloudRefused])
@pytest.mark.parametrize("number", range(len(PARTS)))
async def test_a_second_try_reads_what_is_left(
    store: Store, undisturbed: bytes, number: int, error: type[BaseException]
) -> None:
    key = await store.discoveries.create("aws", "aws:fake", {})
    keys = [part.key for part in PARTS]
    dying, heir = Cloud(before=dies_at(keys[number], error)), Cloud()
    with pytest.raises(error):
        await discover(store, dying, ProviderConfig(), key)
    assert (await store.discoveries.get(key)).status == "failed"
    assert (await resumable(store, "aws", key)).id == key

    outcome = await discover(store, heir, ProviderConfig(), key)
    assert dying.read + heir.read == keys
    assert outcome.status == "completed"
    assert await inventory(store, key) == undisturbed
    assert [page async for page in store.checkpoints.pages(key)] == []
    with pytest.raises(Conflict, match="nothing left to resume"):
        await resumable(store, "aws", key)


async def test_stopping_keeps_what_was_seen_and_going_on_ends_alike(store: Store, undisturbed: bytes) -> None:
    key = await store.discoveries.create("aws", "aws:fake", {})
    stopped = asyncio.Event()
    skipped = Part("vpcs", [NotSeen(HERE, "aws.ec2.vpc", CoverageStatus.SKIPPED, None, "stopped")])

    def before(part: str) -> None:
        if part == "vpcs":
            stopped.set()

    cloud = Cloud(parts=[*PARTS[:2], skipped], before=before)
    outcome = await discover(store, cloud, ProviderConfig(cancelled=stopped.is_set), key)
    assert (outcome.status, outcome.resources) == ("cancelled", 2)
    heir = Cloud()
    assert (await discover(store, heir, ProviderConfig(), key)).status == "completed"
    assert heir.read == ["vpcs", "others"]
    assert await inventory(store, key) == undisturbed


async def test_what_was_refused_is_asked_for_again(store: Store, undisturbed: bytes) -> None:
    key = await store.discoveries.create("aws", "aws:fake", {})
    denied = Part("subnets", [NotSeen(HERE, "aws.ec2.subnet", CoverageStatus.DENIED, "ec2:DescribeSubnets", "no")])
    with pytest.raises(CloudRefused):
        await discover(
            store, Cloud(parts=[denied, *PARTS[1:]], before=dies_at("vpcs", CloudRefused)), ProviderConfig(), key
        )
    heir = Cloud()
    await discover(store, heir, ProviderConfig(), key)
    assert heir.read == ["subnets", "vpcs", "others"]
    assert await inventory(store, key) == undisturbed


async def test_what_another_release_wrote_down_is_read_again(store: Store, undisturbed: bytes) -> None:
    import zlib

    key = await store.discoveries.create("aws", "aws:fake", {})
    page = zlib.compress(b'{"format": 99}')
    await store.checkpoints.save(key, "vpcs", [(Coverage("aws", "1", "", "aws.ec2.vpc", "seen"), [page])])
    heir = Cloud()
    await discover(store, heir, ProviderConfig(), key)
    assert heir.read == [part.key for part in PARTS]
    assert await inventory(store, key) == undisturbed


async def test_only_what_is_there_can_be_resumed(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:fake", {})
    with pytest.raises(Conflict, match="is one of aws"):
        await resumable(store, "gcp", key)
    with pytest.raises(NotFound):
        await resumable(store, "aws", "00000000-0000-0000-0000-000000000000")


def test_one_blind_part_makes_a_place_blind() -> None:
    seen = Coverage("aws", "1", "r", "t", "seen", 2)
    denied = Coverage("aws", "1", "r", "t", "denied", 1, "p", "d")
    failed = Coverage("aws", "1", "r", "t", "failed", 0)
    for order in ([seen, denied, failed], [denied, seen, failed]):
        assert merged_coverage(order) == [Coverage("aws", "1", "r", "t", "denied", 3, "p", "d")]
    assert merged_coverage([seen, seen]) == [Coverage("aws", "1", "r", "t", "seen", 4)]
    other = Coverage("aws", "1", "a", "t", "seen", 0)
    assert merged_coverage([seen, other]) == [other, seen]


async def test_a_provider_without_a_stream_is_scanned_in_parts_all_the_same(store: Store) -> None:
    class Whole(Cloud):
        async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
            return DiscoveryResult("aws", "aws:fake", [each for part in PARTS for each in part.listings])

        scan = CloudProvider.scan

    parts = [part async for part in Whole().scan(ProviderConfig(done={"111122223333/eu-west-1/aws.ec2.vpc": {}}))]
    assert [part.key.rpartition("/")[2] for part in parts] == [
        "aws.ec2.subnet", "aws.ec2.instance", "aws.ec2.volume", "aws.other",
    ]  # fmt: skip


def many(*names: str) -> list[RawItem]:
    return items("Instance", **{name: {"InstanceId": f"i-{name}"} for name in names})


def in_pieces(last: Seen | NotSeen) -> list[Part]:
    """A list of three pages, between whose pages another part comes."""
    first, second = (Seen(HERE, "aws.ec2.instance", many(*names)) for names in (("a", "b"), ("c",)))
    return [
        Part("instances", [first], goes_on=True),
        PARTS[0],
        Part("instances", [second], goes_on=True),
        Part("instances", [last]),
    ]


async def test_a_part_may_come_in_pieces_and_is_what_it_would_be_at_once(store: Store) -> None:
    whole = Cloud([Part("instances", [Seen(HERE, "aws.ec2.instance", many("a", "b", "c", "d"))]), PARTS[0]])
    found = []
    for cloud in (whole, Cloud(in_pieces(Seen(HERE, "aws.ec2.instance", many("d"))))):
        key = await store.discoveries.create("aws", "aws:fake", {})
        outcome = await discover(store, cloud, ProviderConfig(), key)
        assert (outcome.status, outcome.resources) == ("completed", 5)
        found.append((await inventory(store, key), outcome.coverage))
    assert found[0] == found[1]


@pytest.mark.parametrize("number", [2, 3])
async def test_a_part_that_broke_between_its_pieces_is_read_again_as_a_whole(store: Store, number: int) -> None:
    parts = in_pieces(Seen(HERE, "aws.ec2.instance", many("d")))

    class Dying(Cloud):
        async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
            for part in parts[:number]:
                yield part
            raise CloudRefused("gone")

    key = await store.discoveries.create("aws", "aws:fake", {})
    with pytest.raises(CloudRefused):
        await discover(store, Dying(), ProviderConfig(), key)
    assert set(await store.checkpoints.parts(key)) == {"subnets"}
    heir = Cloud(parts)
    outcome = await discover(store, heir, ProviderConfig(), key)
    assert heir.read == ["instances"] * 3
    assert (outcome.status, outcome.resources) == ("completed", 5)


async def test_a_list_that_broke_after_some_pieces_is_not_seen_and_ends_nothing(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:fake", {})
    await discover(store, Cloud(in_pieces(Seen(HERE, "aws.ec2.instance", many("d")))), ProviderConfig(), key)
    broken = NotSeen(HERE, "aws.ec2.instance", CoverageStatus.THROTTLED, None, "too fast")
    key = await store.discoveries.create("aws", "aws:fake", {})
    outcome = await discover(store, Cloud(in_pieces(broken)), ProviderConfig(), key)
    assert outcome.status == "partial"
    (entry,) = (each for each in outcome.coverage if each.type == "aws.ec2.instance")
    assert (entry.status, entry.count, entry.detail) == (CoverageStatus.THROTTLED, 3, "too fast")
    assert outcome.changes.removed == 0
