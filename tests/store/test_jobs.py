"""The queue: leases, heartbeats, fencing tokens, cancelling; two workers never hold one job."""

from __future__ import annotations

import asyncio

import pytest

from cloudviz.errors import Conflict, Invalid, NotFound
from cloudviz.store import Store, open_store
from cloudviz.store.jobs import MAX_ATTEMPTS

NOBODY = "6f9619ff-8b86-d011-b42d-00c04fc964ff"


async def test_a_job_from_the_queue_to_its_end(store: Store):
    made = await store.jobs.enqueue("discover", {"provider": "aws", "n": 1}, requested_by="ann")
    assert (made.status, made.attempt, made.token, made.is_finished) == ("queued", 0, 0, False)
    assert await store.jobs.get(made.id) == made

    held = await store.jobs.claim("w1", lease_seconds=30)
    assert held is not None
    assert (held.id, held.status, held.owner, held.attempt, held.token) == (made.id, "running", "w1", 1, 1)
    assert held.lease_until is not None and held.started_at is not None
    assert await store.jobs.claim("w2") is None

    assert await store.jobs.heartbeat(held.id, "w1", held.token, {"done": 3})
    beaten = await store.jobs.get(held.id)
    assert beaten.progress == {"done": 3}
    assert beaten.lease_until is not None and beaten.lease_until >= held.lease_until
    assert await store.jobs.heartbeat(held.id, "w1", held.token)
    assert (await store.jobs.get(held.id)).progress == {"done": 3}

    done = await store.jobs.finish(held.id, "w1", held.token, {"resources": 5}, "partial")
    assert (done.status, done.result, done.is_finished) == ("partial", {"resources": 5}, True)
    assert done.finished_at is not None and done.owner is None
    assert await store.jobs.claim("w1") is None


async def test_the_oldest_of_the_wanted_kinds_comes_first(store: Store):
    first = await store.jobs.enqueue("draw", {})
    second = await store.jobs.enqueue("discover", {})
    third = await store.jobs.enqueue("draw", {})
    order = [
        await store.jobs.claim("w", kinds=["discover"]),
        await store.jobs.claim("w"),
        await store.jobs.claim("w"),
    ]
    assert [job.id for job in order if job] == [second.id, first.id, third.id]
    assert await store.jobs.claim("w", kinds=[]) is None


async def test_many_claimers_never_get_the_same_job(url: str):
    """Four stores, as four processes would have them, race for thirty jobs."""
    stores = [await open_store(url) for _ in range(4)]
    try:
        wanted = {(await stores[0].jobs.enqueue("draw", {"n": number})).id for number in range(30)}

        async def work(store: Store, name: str) -> list[str]:
            taken = []
            while job := await store.jobs.claim(name):
                taken.append(job.id)
                await store.jobs.finish(job.id, name, job.token, {})
            return taken

        shares = await asyncio.gather(*(work(store, f"w{number}") for number, store in enumerate(stores)))
        taken = [job for share in shares for job in share]
        assert sorted(taken) == sorted(wanted)
        attempts = {job.attempt for job in await stores[0].jobs.page(limit=100)}
        assert attempts == {1}
    finally:
        for store in stores:
            await store.close()


async def test_an_expired_lease_is_taken_over_and_the_old_owner_refused(store: Store):
    await store.jobs.enqueue("discover", {})
    old = await store.jobs.claim("dead", lease_seconds=0)
    new = await store.jobs.claim("alive", lease_seconds=30)
    assert old is not None and new is not None
    assert (new.id, new.owner, new.attempt, new.token > old.token) == (old.id, "alive", 2, True)

    assert not await store.jobs.heartbeat(old.id, "dead", old.token, {"done": 99})
    for refused in (
        store.jobs.finish(old.id, "dead", old.token, {}),
        store.jobs.fail(old.id, "dead", old.token, {}, retry=True),
        # The right name with the token of an earlier life is as wrong.
        store.jobs.finish(old.id, "alive", old.token, {}),
    ):
        with pytest.raises(Conflict, match="not held"):
            await refused
    assert (await store.jobs.get(new.id)).progress == {}
    assert (await store.jobs.finish(new.id, "alive", new.token, {"ok": True})).result == {"ok": True}
    with pytest.raises(Conflict):
        await store.jobs.finish(new.id, "alive", new.token, {})


async def test_a_lease_that_ran_out_unnoticed_is_still_held(store: Store):
    await store.jobs.enqueue("discover", {})
    held = await store.jobs.claim("slow", lease_seconds=0)
    assert held is not None
    assert (await store.jobs.finish(held.id, "slow", held.token, {})).status == "succeeded"


async def test_failing_once_and_for_all_or_to_be_tried_again(store: Store):
    made = await store.jobs.enqueue("discover", {})
    first = await store.jobs.claim("w")
    assert first is not None
    back = await store.jobs.fail(
        made.id, "w", first.token, {"code": "unavailable", "detail": "no net"}, retry=True
    )
    assert (back.status, back.error, back.finished_at) == (
        "queued",
        {"code": "unavailable", "detail": "no net"},
        None,
    )

    again = await store.jobs.claim("w")
    assert again is not None and (again.attempt, again.error) == (2, None)
    ended = await store.jobs.fail(made.id, "w", again.token, {"code": "bad_input"}, retry=False)
    assert (ended.status, ended.error, ended.is_finished) == ("failed", {"code": "bad_input"}, True)


async def test_a_retry_may_have_to_wait(store: Store):
    made = await store.jobs.enqueue("discover", {})
    held = await store.jobs.claim("w")
    assert held is not None
    await store.jobs.fail(made.id, "w", held.token, {}, retry=True, delay_seconds=3600)
    assert await store.jobs.claim("w") is None


async def test_a_job_that_kills_its_workers_is_given_up(store: Store):
    made = await store.jobs.enqueue("draw", {})
    for attempt in range(1, MAX_ATTEMPTS + 1):
        held = await store.jobs.claim("w", lease_seconds=0)
        assert held is not None and held.attempt == attempt
    assert await store.jobs.claim("w") is None
    lost = await store.jobs.get(made.id)
    assert (lost.status, lost.error is not None and lost.error["code"]) == ("failed", "worker_lost")


async def test_a_job_that_fails_too_often_is_given_up(store: Store):
    made = await store.jobs.enqueue("draw", {})
    for _ in range(MAX_ATTEMPTS):
        held = await store.jobs.claim("w")
        assert held is not None
        ended = await store.jobs.fail(made.id, "w", held.token, {"detail": "again"}, retry=True)
    assert ended.status == "failed"


async def test_cancelling(store: Store):
    waiting = await store.jobs.enqueue("draw", {})
    assert (await store.jobs.request_cancel(waiting.id)).status == "cancelled"
    assert await store.jobs.claim("w") is None

    running = await store.jobs.enqueue("draw", {})
    held = await store.jobs.claim("w")
    assert held is not None
    asked = await store.jobs.request_cancel(running.id)
    assert (asked.status, asked.cancel_requested) == ("running", True)
    assert not await store.jobs.heartbeat(running.id, "w", held.token)
    ended = await store.jobs.finish(running.id, "w", held.token, {"kept": 3}, "cancelled")
    assert (ended.status, ended.result) == ("cancelled", {"kept": 3})
    # What is over stays as it is.
    assert (await store.jobs.request_cancel(running.id)).status == "cancelled"
    assert (await store.jobs.request_cancel(waiting.id)).finished_at is not None


async def test_a_cancelled_job_whose_worker_died_is_closed_not_run(store: Store):
    made = await store.jobs.enqueue("draw", {})
    await store.jobs.claim("dead", lease_seconds=0)
    await store.jobs.request_cancel(made.id)
    assert await store.jobs.claim("w") is None
    assert (await store.jobs.get(made.id)).status == "cancelled"


async def test_a_cancelled_job_is_not_tried_again(store: Store):
    made = await store.jobs.enqueue("draw", {})
    held = await store.jobs.claim("w")
    assert held is not None
    await store.jobs.request_cancel(made.id)
    assert (await store.jobs.fail(made.id, "w", held.token, {}, retry=True)).status == "failed"


async def test_the_same_request_twice_is_one_job(url: str):
    stores = [await open_store(url) for _ in range(2)]
    try:
        made = await asyncio.gather(
            *(stores[number % 2].jobs.enqueue("draw", {"n": number}, requested_by="ann", idempotency_key="k")
              for number in range(6))
        )  # fmt: skip
        assert len({job.id for job in made}) == 1
        jobs = stores[0].jobs
        assert await jobs.by_idempotency_key("ann", "k") == made[0]
        assert await jobs.by_idempotency_key("bob", "k") is None
        assert (await jobs.enqueue("draw", {}, requested_by="bob", idempotency_key="k")).id != made[0].id
        assert (await jobs.enqueue("draw", {}, requested_by="ann")).id != (await jobs.enqueue("draw", {})).id
        with pytest.raises(Invalid, match="too long"):
            await jobs.enqueue("draw", {}, idempotency_key="k" * 501)
    finally:
        for store in stores:
            await store.close()


async def test_pages_are_newest_first(store: Store):
    made = [(await store.jobs.enqueue("draw" if number % 2 else "discover", {})).id for number in range(5)]
    first = await store.jobs.page(limit=3)
    second = await store.jobs.page(limit=3, cursor=first.next_cursor)
    assert [job.id for job in [*first, *second]] == made[::-1]
    assert second.next_cursor is None
    assert [job.id for job in await store.jobs.page(kind="draw")] == [made[3], made[1]]
    assert len(await store.jobs.page(status="running")) == 0


async def test_refusals(store: Store):
    for job_id in (NOBODY, "x", "", "\x00"):
        with pytest.raises(NotFound, match="no job"):
            await store.jobs.get(job_id)
        with pytest.raises(NotFound):
            await store.jobs.request_cancel(job_id)
        with pytest.raises(NotFound):
            await store.jobs.finish(job_id, "w", 1, {})
    made = await store.jobs.enqueue("draw", {})
    with pytest.raises(Invalid, match="running"):
        await store.jobs.finish(made.id, "w", 1, {}, "running")
    with pytest.raises(Conflict):
        await store.jobs.finish(made.id, "w", 1, {})
