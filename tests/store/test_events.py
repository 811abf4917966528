"""The outbox: an event is there when, and only when, what it tells of was committed."""

from __future__ import annotations

import asyncio

import pytest
from tests.store.estates import graph, machine, record, seen

from cloudviz.errors import Conflict
from cloudviz.store import Store, open_store
from cloudviz.store.events import Event
from cloudviz.store.jobs import MAX_ATTEMPTS


async def kinds(store: Store) -> list[tuple[str, str]]:
    return [(each.kind, each.subject) for each in await store.events.after(0)]


async def test_the_end_of_a_discovery_and_what_it_changed_is_told(store: Store):
    first, _ = await record(store, graph(machine("a"), machine("b"), machine("c")), [seen(count=3)], 1)
    await store.discoveries.finish(first, "completed")
    assert await kinds(store) == [("discovery.completed", f"discovery:{first}")]

    now = graph(machine("b", state="stopped"), machine("c"), machine("d"))
    second, _ = await record(store, now, [seen(count=3)], 2)
    at = await store.events.newest()
    await store.discoveries.finish(second, "partial", "no rights")
    ended, changed = await store.events.after(at)
    assert (ended.kind, ended.body["reason"], ended.body["resources"]) == ("discovery.partial", "no rights", 3)
    assert (changed.kind, changed.subject) == ("change.detected", f"discovery:{second}")
    assert changed.body["since"] == first
    assert {each: changed.body[each] for each in ("added", "changed", "removed", "unchanged")} == {
        "added": 1,
        "changed": 1,
        "removed": 1,
        "unchanged": 1,
    }
    assert changed.body["types"] == {"aws.ec2.instance": {"added": 1, "changed": 1, "removed": 1}}
    names = {sort: [each["name"] for each in found] for sort, found in changed.body["examples"].items()}
    assert names == {"added": ["d"], "changed": ["b"], "removed": ["a"]}

    third, _ = await record(store, now, [seen(count=3)], 3)
    at = await store.events.newest()
    await store.discoveries.finish(third, "completed")
    assert [each.kind for each in await store.events.after(at)] == ["discovery.completed"]


async def test_what_was_cancelled_or_will_be_tried_again_is_not_told(store: Store):
    made = await store.discoveries.create("aws", "aws:profile/prod", {})
    await store.discoveries.finish(made, "failed", "throttled", is_told=False)
    await store.discoveries.finish(made, "cancelled")
    assert await kinds(store) == []


async def test_events_of_a_job_are_written_with_its_end_or_not_at_all(store: Store):
    ready = Event("diagram.ready", "diagram:1", {"n": 1})
    job = await store.jobs.enqueue("draw", {})
    held = await store.jobs.claim("w")
    assert held is not None
    with pytest.raises(Conflict):
        await store.jobs.finish(job.id, "w", held.token + 1, {}, events=[ready])
    assert await kinds(store) == []
    await store.jobs.finish(job.id, "w", held.token, {}, events=[ready])
    with pytest.raises(Conflict):
        await store.jobs.finish(job.id, "w", held.token, {}, events=[ready])
    assert await kinds(store) == [("diagram.ready", "diagram:1")]


async def test_a_job_that_fails_is_told_once_and_its_discovery_with_it(store: Store):
    job = await store.jobs.enqueue("discover", {"provider": "aws", "discovery_id": "d1"})
    for attempt in range(1, MAX_ATTEMPTS + 1):
        held = await store.jobs.claim("w")
        assert held is not None and held.attempt == attempt
        await store.jobs.fail(job.id, "w", held.token, {"code": "unavailable", "detail": "away"}, retry=True)
    told = await store.events.after(0)
    assert [(each.kind, each.subject) for each in told] == [
        ("job.failed", f"job:{job.id}"),
        ("discovery.failed", "discovery:d1"),
    ]
    assert told[0].body["error"] == {"code": "unavailable", "detail": "away"}
    assert told[1].body["reason"] == "away"


async def test_a_job_whose_workers_all_died_is_told(store: Store):
    job = await store.jobs.enqueue("draw", {})
    for _ in range(MAX_ATTEMPTS):
        assert await store.jobs.claim("w", lease_seconds=0) is not None
    assert await store.jobs.claim("w") is None
    (told,) = await store.events.after(0)
    assert (told.kind, told.subject, told.body["error"]["code"]) == ("job.failed", f"job:{job.id}", "worker_lost")


async def test_who_reads_by_position_misses_nothing_and_sees_nothing_twice(url: str):
    """Eight writers, and a reader who asks while they write: positions become visible in their order."""
    stores = [await open_store(url) for _ in range(3)]
    try:

        async def write(store: Store, name: int) -> None:
            for number in range(10):
                await store.events.append("job.failed", f"job:{name}.{number}", {"n": number})

        read: list[str] = []

        async def listen() -> None:
            position = 0
            while len(read) < 80:
                for each in await stores[2].events.after(position, limit=7):
                    assert each.position > position
                    position = each.position
                    read.append(each.subject)
                await asyncio.sleep(0)

        writers = (write(stores[name % 2], name) for name in range(8))
        await asyncio.wait_for(asyncio.gather(listen(), *writers), 60)
        assert sorted(read) == sorted(f"job:{name}.{number}" for name in range(8) for number in range(10))
        assert await stores[0].events.after(0, kinds=["diagram.ready"]) == []
    finally:
        for store in stores:
            await store.close()
