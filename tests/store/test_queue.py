"""Who gets which job: priorities, places in a cloud account, and what dead and living workers leave."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from cloudviz.errors import Conflict, Invalid
from cloudviz.runtime import process
from cloudviz.store import Store, open_store
from cloudviz.store.job_rows import NewJob


async def test_priorities_come_first_then_age(store: Store):
    made = [await store.jobs.enqueue("draw", {"n": number}, priority=number % 3 - 1) for number in range(6)]
    order = [await store.jobs.claim("w") for _ in range(6)]
    assert [each.id for each in order if each] == [made[number].id for number in (2, 5, 1, 4, 0, 3)]
    with pytest.raises(Invalid):
        await store.jobs.enqueue("draw", {}, priority=11)


async def test_a_delayed_job_waits_whatever_its_priority(store: Store):
    await store.jobs.add(NewJob("draw", {}, priority=10, delay_seconds=3600))
    low = await store.jobs.enqueue("draw", {}, priority=-10)
    claimed = await store.jobs.claim("w")
    assert claimed is not None and claimed.id == low.id
    assert await store.jobs.claim("w") is None


async def test_one_account_is_read_by_so_many_jobs_at_once(store: Store):
    a1 = await store.jobs.enqueue("discover", {}, accounts=["aws:1"])
    both = await store.jobs.enqueue("discover", {}, accounts=["aws:1", "aws:2"])
    b1 = await store.jobs.enqueue("discover", {}, accounts=["aws:2"])
    free = await store.jobs.enqueue("draw", {})

    async def claim() -> str | None:
        found = await store.jobs.claim("w", per_account=1)
        return found.id if found else None

    assert [await claim() for _ in range(4)] == [a1.id, b1.id, free.id, None]
    first = await store.jobs.get(a1.id)
    await store.jobs.finish(a1.id, "w", first.token, {})
    assert await claim() is None, "aws:2 is still being read"
    second = await store.jobs.get(b1.id)
    await store.jobs.finish(b1.id, "w", second.token, {})
    assert await claim() == both.id


async def test_claimers_that_race_never_pass_the_limit(url: str):
    """Four stores, as four processes would have them, and forty jobs of four accounts, two of each at once."""
    stores = [await open_store(url) for _ in range(4)]
    at_work = {f"aws:{number}": 0 for number in range(4)}
    most = dict(at_work)
    done: list[str] = []
    try:
        for number in range(40):
            account = f"aws:{number % 4}"
            await stores[0].jobs.enqueue("discover", {"account": account}, accounts=[account])

        async def work(store: Store, name: str) -> None:
            while len(done) < 40:
                job = await store.jobs.claim(name, per_account=2)
                if job is None:
                    await asyncio.sleep(0.005)
                    continue
                account = job.arguments["account"]
                at_work[account] += 1
                most[account] = max(most[account], at_work[account])
                await asyncio.sleep(0)
                at_work[account] -= 1
                await store.jobs.finish(job.id, name, job.token, {})
                done.append(job.id)

        await asyncio.wait_for(asyncio.gather(*(work(stores[n % 4], f"w{n}") for n in range(12))), 60)
        assert len(set(done)) == 40
        assert max(most.values()) <= 2
    finally:
        for store in stores:
            await store.close()


async def test_the_lease_of_a_dead_process_ends_at_once_and_of_a_living_one_late(store: Store):
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from cloudviz.runtime.process import identity; print(identity(), flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None and other.stdin is not None
    name = other.stdout.readline().strip()
    await store.jobs.enqueue("draw", {})
    held = await store.jobs.claim(f"{name}#1", lease_seconds=600)
    assert held is not None
    assert await store.jobs.reap() == 0 and await store.jobs.claim("w") is None
    other.kill()
    other.wait()
    assert await store.jobs.reap() == 1
    taken = await store.jobs.claim(f"{process.identity()}#2", lease_seconds=0)
    assert taken is not None and (taken.id, taken.attempt) == (held.id, 2)
    with pytest.raises(Conflict):
        await store.jobs.finish(held.id, f"{name}#1", held.token, {})
    assert await store.jobs.claim("w") is None, "this process lives, and may only be kept from writing"
    await store.jobs.finish(taken.id, f"{process.identity()}#2", taken.token, {})


async def test_a_job_that_is_put_back_is_taken_at_once_and_its_attempt_does_not_count(store: Store):
    made = await store.jobs.enqueue("draw", {})
    held = await store.jobs.claim("w1")
    assert held is not None
    await store.jobs.release(made.id, "w1", held.token)
    again = await store.jobs.claim("w2")
    assert again is not None and (again.attempt, again.token) == (1, held.token + 1)
    with pytest.raises(Conflict):
        await store.jobs.release(made.id, "w1", held.token)


async def test_what_happens_to_a_job_is_told_in_order_and_old_progress_is_let_go(store: Store):
    made = await store.jobs.enqueue("draw", {})
    first = await store.jobs.claim("w")
    assert first is not None
    await store.jobs.fail(made.id, "w", first.token, {"code": "unavailable"}, retry=True)
    held = await store.jobs.claim("w")
    assert held is not None
    for step in range(3):
        await store.jobs.heartbeat(made.id, "w", held.token, {"done": step})
    _, events = await store.jobs.events(made.id)
    expected = ["started", "retried", "started", "progress", "progress", "progress"]
    assert [each.what for each in events] == expected
    follower = NewJob("export", {"n": 1}, "ann")
    await store.jobs.finish(made.id, "w", held.token, {"n": 1}, followers=[follower])
    record, rest = await store.jobs.events(made.id, events[3].position)
    assert [(each.what, each.body.get("done")) for each in rest] == [("progress", 2), ("succeeded", None)]
    assert record.is_finished
    queued = (await store.jobs.page(status="queued")).items
    assert [(each.kind, each.requested_by) for each in queued] == [("export", "ann")]
