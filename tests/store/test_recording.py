"""Recording: what is new, what changed, what is gone, and what was only not looked at."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.store.estates import LIVE, day, graph, instant, machine, record, seen

from cloudviz.errors import Invalid, NotFound
from cloudviz.inventory.model import Coverage, Link, Problem, Resource
from cloudviz.inventory.select import Selection
from cloudviz.store import Store

WEB, DB = machine("web"), machine("db")


async def ids(store: Store, **selection: object) -> list[str]:
    return sorted((await store.inventories.read(Selection(**selection))).resources)  # type: ignore[arg-type]


def counts(changes) -> tuple[int, int, int, int]:
    return (changes.added, changes.changed, changes.removed, changes.unchanged)


async def test_what_was_recorded_is_read_again(store: Store):
    subnet = machine("net", type="aws.ec2.subnet", kind="subnet", state=None, zone="eu-west-1a")
    web = machine(
        "web",
        parent=subnet.id,
        zone="eu-west-1a",
        tags={"env": "prod", "naïve": "ja"},
        cost_monthly=Decimal("70.081234567890123456"),
        currency="USD",
        properties={"size": "t3.large", "list": [1, 2.5, None, {"deep": True}], "empty": {}},
    )
    links = [Link(web.id, subnet.id, "member_of"), Link(web.id, "arn:elsewhere", "uses")]
    content = graph(web, subnet, links=links)
    _, changes = await record(store, content, [seen(), seen(kind="aws.ec2.subnet")], 1)

    assert counts(changes) == (2, 0, 0, 0)
    assert await store.inventories.read(Selection()) == content.sorted()
    assert await store.inventories.get(web.id) == web
    unresolved = (await store.inventories.read(Selection())).links[1]
    assert (unresolved.target, unresolved.resolved) == ("arn:elsewhere", False)


async def test_a_second_look_counts_what_changed(store: Store):
    await record(store, graph(WEB, DB), [seen()], 1)
    _, changes = await record(store, graph(machine("web", state="stopped"), machine("new")), [seen()], 2)

    assert counts(changes) == (1, 1, 1, 0)
    assert await ids(store) == sorted([WEB.id, machine("new").id])
    assert await ids(store, at=instant(1)) == sorted([WEB.id, DB.id])
    assert (await store.inventories.read(Selection(at=instant(1)))).resources[WEB.id].state == "running"


async def test_a_look_that_finds_no_change_writes_no_version(store: Store):
    links = [Link(WEB.id, DB.id, "uses")]
    await record(store, graph(WEB, DB, links=links), [seen()], 1)
    second, changes = await record(store, graph(DB, WEB, links=links), [seen()], 2)

    assert counts(changes) == (0, 0, 0, 2)
    (version,) = await store.inventories.history(WEB.id)
    assert (version.valid_from, version.valid_to) == (day(1), None)
    # Yet it is known when it was last seen: that is written once for all resources of the scope.
    assert (version.last_discovery, version.last_seen_at) == (second, day(2))
    assert (await store.discoveries.get(second)).resources_found == 2


@pytest.mark.parametrize("status", ["denied", "throttled", "timeout", "failed", "skipped", "unsupported"])
async def test_what_was_not_seen_is_not_gone_and_later_not_new(store: Store, status: str):
    await record(store, graph(WEB), [seen()], 1)
    _, blind = await record(store, graph(), [seen(status=status)], 2)
    assert counts(blind) == (0, 0, 0, 0)
    assert await ids(store) == [WEB.id]

    _, again = await record(store, graph(WEB), [seen()], 3)
    assert counts(again) == (0, 0, 0, 1)
    assert len(await store.inventories.history(WEB.id)) == 1
    assert (await store.inventories.detail(WEB.id)).first_seen_at == day(1)


async def test_only_the_scopes_looked_at_lose_what_was_not_found(store: Store):
    there = machine("there", region="us-east-1")
    role = machine("role", type="aws.iam.role", region="")
    other = machine("other", account="2")
    await record(
        store,
        graph(WEB, there, role, other),
        [seen(), seen("us-east-1"), seen("", "aws.iam.role"), seen(account="2")],
        1,
    )
    _, changes = await record(store, graph(), [seen()], 2)
    assert counts(changes) == (0, 0, 1, 0)
    assert await ids(store) == sorted([there.id, role.id, other.id])


async def test_a_listing_that_broke_off_keeps_the_rest_and_takes_the_news(store: Store):
    await record(store, graph(WEB, DB), [seen()], 1)
    second, changes = await record(store, graph(machine("web", state="stopped")), [seen(status="throttled")], 2)

    assert counts(changes) == (0, 1, 0, 0)
    assert await ids(store) == sorted([WEB.id, DB.id])
    # What the second look itself saw is the one machine.
    assert [item.id for item in await store.inventories.page(Selection(discoveries=(second,)))] == [WEB.id]
    assert (await store.inventories.history(WEB.id))[0].last_discovery == second
    assert (await store.inventories.history(DB.id))[0].last_seen_at == day(1)


async def test_one_listing_denied_beside_one_seen_makes_nothing_gone(store: Store):
    await record(store, graph(WEB), [seen()], 1)
    await record(store, graph(), [seen(), seen(status="denied")], 2)
    assert await ids(store) == [WEB.id]


@pytest.mark.parametrize("region", ["", "global"])
async def test_a_listing_of_the_whole_account_takes_in_every_region(store: Store, region: str):
    bucket = machine("logs", type="aws.s3.bucket", region="eu-central-1")
    await record(store, graph(bucket), [seen(region, "aws.s3.bucket")], 1)
    _, changes = await record(store, graph(), [seen(region, "aws.s3.bucket")], 2)
    assert changes.removed == 1


async def test_buckets_of_regions_that_were_not_asked_for_are_not_gone(store: Store):
    bucket = machine("logs", type="aws.s3.bucket", region="eu-central-1")
    await record(store, graph(bucket), [seen("eu-central-1", "aws.s3.bucket")], 1)
    _, changes = await record(store, graph(), [seen("us-east-1", "aws.s3.bucket")], 2)
    assert (changes.removed, await ids(store)) == (0, [bucket.id])


async def test_a_resource_that_comes_back_is_new_and_keeps_its_past(store: Store):
    await record(store, graph(WEB), [seen()], 1)
    await record(store, graph(), [seen()], 2)
    _, changes = await record(store, graph(WEB), [seen()], 3)

    assert counts(changes) == (1, 0, 0, 0)
    history = await store.inventories.history(WEB.id)
    assert [(each.valid_from, each.valid_to) for each in history] == [(day(3), None), (day(1), day(2))]
    assert [await ids(store, at=instant(each)) for each in (0.5, 1, 1.5, 2, 2.5, 3, 3.5)] == [
        [],
        [WEB.id],
        [WEB.id],
        [],
        [],
        [WEB.id],
        [WEB.id],
    ]


async def test_links_follow_the_scope_of_their_source(store: Store):
    volume = machine("vol", type="aws.ec2.volume", state=None)
    attached, used = Link(WEB.id, volume.id, "attached_to"), Link(volume.id, DB.id, "uses")
    both = [seen(), seen(kind="aws.ec2.volume")]
    await record(store, graph(WEB, DB, volume, links=[attached, used]), both, 1)
    # Machines are seen again without the link; the volumes are denied, and with them their links.
    await record(store, graph(WEB, DB), [seen(), seen(kind="aws.ec2.volume", status="denied")], 2)

    assert (await store.inventories.read(Selection())).links == [used]
    assert sorted((await store.inventories.read(Selection(at=instant(1)))).links) == sorted([attached, used])


async def test_a_link_to_what_is_gone_stays_and_is_unresolved(store: Store):
    volume = machine("vol", type="aws.ec2.volume")
    link = Link(WEB.id, volume.id, "attached_to")
    await record(store, graph(WEB, volume, links=[link]), [seen(), seen(kind="aws.ec2.volume")], 1)
    await record(store, graph(), [seen(kind="aws.ec2.volume")], 2)
    assert (await store.inventories.read(Selection())).links == [
        Link(WEB.id, volume.id, "attached_to", resolved=False)
    ]


async def test_links_go_with_their_resource(store: Store):
    await record(store, graph(WEB, DB, links=[Link(WEB.id, DB.id, "uses")]), [seen()], 1)
    await record(store, graph(DB), [seen()], 2)
    assert (await store.inventories.read(Selection())).links == []


async def test_a_file_makes_gone_only_what_came_from_it(store: Store):
    """Two states of one account and a live scan: none of them knows all."""
    await record(store, graph(WEB), [seen()], 1, source="file:web.tfstate")
    await record(store, graph(DB), [seen()], 2, source="file:db.tfstate")
    assert await ids(store) == sorted([WEB.id, DB.id])

    _, changes = await record(store, graph(machine("web-2")), [seen()], 3, source="file:web.tfstate")
    assert counts(changes) == (1, 0, 1, 0)
    assert await ids(store) == sorted([DB.id, machine("web-2").id])


async def test_a_file_that_was_emptied_takes_all_it_brought_away(store: Store):
    await record(store, graph(WEB, DB), [seen()], 1, source="file:web.tfstate")
    _, changes = await record(store, graph(), [], 2, source="file:web.tfstate")
    assert changes.removed == 2
    assert await ids(store) == []


async def test_the_cloud_knows_better_than_a_file(store: Store):
    await record(store, graph(WEB, DB), [seen()], 1, source="file:old.tfstate")
    await record(store, graph(WEB), [seen()], 2, source=LIVE)
    assert await ids(store) == [WEB.id]
    assert (await store.inventories.detail(WEB.id)).source == LIVE
    # WEB is the scan's now: the file, read again without it, can't take it away.
    await record(store, graph(), [seen()], 3, source="file:old.tfstate")
    assert await ids(store) == [WEB.id]


async def test_the_same_resource_from_file_and_cloud_is_one_and_unchanged(store: Store):
    await record(store, graph(WEB), [seen()], 1, source="file:web.tfstate")
    _, changes = await record(store, graph(WEB), [seen()], 2, source=LIVE)
    assert counts(changes) == (0, 0, 0, 1)
    assert [each.source for each in await store.inventories.history(WEB.id)] == [LIVE, "file:web.tfstate"]
    assert not await store.inventories.diff(instant(1), instant(2))


async def said_by(store: Store, discovery: str) -> dict[str, Resource]:
    return (await store.inventories.read(Selection(discoveries=(discovery,)))).resources


async def test_what_files_say_is_kept_beside_what_a_scan_saw(store: Store):
    said, again = replace(WEB, state="stopped"), replace(WEB, state="terminated")
    mine, yours = "file:mine.tfstate", "file:yours.tfstate"
    before, _ = await record(store, graph(said, DB), [seen()], 1, source=mine)
    await record(store, graph(WEB, DB), [seen()], 2, source=LIVE)
    assert (await store.inventories.detail(WEB.id)).seen_by == [LIVE, mine]
    assert await said_by(store, before) == {WEB.id: said, DB.id: DB}

    later, changes = await record(store, graph(said), [seen()], 3, source=yours)
    assert counts(changes) == (0, 0, 0, 1)
    assert await store.inventories.get(WEB.id) == WEB
    assert not await store.inventories.diff(instant(2), instant(3))
    assert (await store.inventories.detail(WEB.id)).seen_by == [LIVE, mine, yours]
    assert [each.source for each in await store.inventories.history(WEB.id)] == [LIVE, mine]

    # A file says other things, and no more of one of them.
    latest, _ = await record(store, graph(again), [seen()], 4, source=mine)
    assert await said_by(store, latest) == {WEB.id: again}
    assert await said_by(store, later) == {WEB.id: said}
    assert await said_by(store, before) == {WEB.id: said, DB.id: DB}
    assert (await store.inventories.detail(DB.id)).seen_by == [LIVE]


async def test_of_two_files_the_one_read_last_counts_and_the_other_is_kept(store: Store):
    said = replace(WEB, state="stopped")
    await record(store, graph(WEB), [seen()], 1, source="file:a")
    second, _ = await record(store, graph(said), [seen()], 2, source="file:b")
    assert (await store.inventories.detail(WEB.id)).seen_by == ["file:b", "file:a"]
    await record(store, graph(WEB), [seen()], 3, source="file:a")
    assert (await store.inventories.detail(WEB.id)).seen_by == ["file:a", "file:b"]
    assert await said_by(store, second) == {WEB.id: said}


async def test_recording_a_discovery_again_changes_nothing(store: Store):
    """A worker that was killed after the commit does it all again."""
    discovery, first = await record(
        store, graph(WEB), [seen(), seen(status="denied")], 1, problems=[Problem("a", "b")]
    )
    again = await store.inventories.record(
        discovery, graph(WEB), [seen(), seen(status="denied")], [Problem("a", "b")], day(1)
    )
    assert (counts(first), counts(again)) == ((1, 0, 0, 0), (0, 0, 0, 1))
    assert len(await store.discoveries.coverage(discovery)) == 2
    assert await store.discoveries.problems(discovery) == [Problem("a", "b")]
    assert len(await store.inventories.coverage()) == 2
    kept = (await store.discoveries.get(discovery)).changes
    assert kept is not None and counts(kept) == (1, 0, 0, 0)


async def test_a_late_look_never_runs_backwards(store: Store):
    """A scan that began first and ended last is recorded as of the later instant."""
    await record(store, graph(WEB), [seen()], 3)
    await record(store, graph(machine("web", state="stopped"), DB), [seen()], 2)
    newest, oldest = await store.inventories.history(WEB.id)
    assert (oldest.valid_from, oldest.valid_to) == (day(3), day(3))
    assert (newest.valid_from, newest.valid_to) == (day(3), None)
    assert (await store.inventories.history(DB.id))[0].valid_from == day(2)

    await record(store, graph(), [seen()], 5)
    await record(store, graph(WEB), [seen()], 4)
    assert (await store.inventories.history(WEB.id))[0].valid_from == day(5)


async def test_an_error_in_the_middle_leaves_nothing(store: Store):
    await record(store, graph(WEB), [seen()], 1)
    discovery = await store.discoveries.create("aws", LIVE, {})
    broken = Coverage("aws", "1", "eu-west-1", "aws.ec2.instance", "seen", count="many")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="many"):
        await store.inventories.record(discovery, graph(DB), [broken], [], day(2))

    assert await ids(store) == [WEB.id]
    with pytest.raises(NotFound):
        await store.inventories.history(DB.id)
    assert (await store.discoveries.get(discovery)).seen_at is None
    assert await store.discoveries.coverage(discovery) == []


async def test_recorders_wait_for_each_other(store: Store):
    import asyncio

    machines = [machine(f"m{number}") for number in range(40)]
    parts = [machines[start::4] for start in range(4)]
    looks = [
        record(store, graph(*part), [seen()], 1, source=f"file:{number}") for number, part in enumerate(parts)
    ]
    await asyncio.gather(*looks)
    assert await ids(store) == sorted(item.id for item in machines)
    assert await store.inventories.data_version() == 4


async def test_refusals(store: Store):
    with pytest.raises(NotFound, match="no discovery"):
        await store.inventories.record("6f9619ff-8b86-d011-b42d-00c04fc964ff", graph(), [], [], day(1))
    discovery = await store.discoveries.create("aws", LIVE, {})
    with pytest.raises(Invalid, match="zone"):
        await store.inventories.record(discovery, graph(), [], [], day(1).replace(tzinfo=None))


async def test_a_discovery_tells_what_it_found_and_costs(store: Store):
    items = [machine(f"m{n}", cost_monthly=Decimal("0.1"), currency="USD") for n in range(3)]
    discovery, _ = await record(store, graph(*items, machine("free")), [seen()], 1)
    found = await store.discoveries.get(discovery)
    assert (found.resources_found, found.cost_estimate, found.seen_at) == (4, Decimal("0.3"), day(1))

    mixed, _ = await record(store, graph(items[0], machine("eur", cost_monthly=Decimal(1), currency="EUR")), [], 2)
    assert (await store.discoveries.get(mixed)).cost_estimate is None
