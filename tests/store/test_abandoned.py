"""A discovery whose process is gone ends as failed and says so; one that is at work is left alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import update

from cloudviz.errors import Conflict, NotFound
from cloudviz.runtime import process
from cloudviz.store import Store, tables
from cloudviz.store.discoveries import LEASE_SECONDS


async def rewrite(store: Store, key: str, **values: object) -> None:
    async with store._database.writing() as connection:
        await connection.execute(update(tables.discoveries).where(tables.discoveries.c.id == key).values(**values))


async def past(store: Store, seconds: float) -> object:
    async with store._database.reading() as connection:
        return await store._database.now(connection) - timedelta(seconds=seconds)


def dead() -> str:
    """The identity of a process that has ended."""
    words = [sys.executable, "-c", "from cloudviz.runtime import process; print(process.identity())"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


async def test_what_runs_here_is_left_alone_even_when_it_is_silent(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:x", {})
    await store.discoveries.start(key)
    await rewrite(store, key, lease_until=await past(store, 3600))
    assert await store.discoveries.close_abandoned() == []
    assert (await store.discoveries.get(key)).status == "running"


async def test_what_a_dead_process_ran_has_failed(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:x", {})
    await store.discoveries.start(key)
    await rewrite(store, key, owner=dead())
    assert await store.discoveries.close_abandoned() == [key]
    found = await store.discoveries.get(key)
    assert (found.status, found.completed_at is not None) == ("failed", True)
    assert "ended without a word" in found.reason
    assert await store.discoveries.close_abandoned() == []
    await store.discoveries.start(key)
    assert (await store.discoveries.get(key)).reason == ""


async def test_what_runs_elsewhere_is_known_by_its_beat(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:x", {})
    await store.discoveries.start(key)
    await rewrite(store, key, owner="elsewhere:boot/1:17:99")
    assert await store.discoveries.close_abandoned() == []
    await rewrite(store, key, lease_until=await past(store, 1))
    await store.discoveries.beat(key)
    assert await store.discoveries.close_abandoned() == []
    await rewrite(store, key, lease_until=await past(store, 1))
    assert await store.discoveries.close_abandoned() == [key]


async def test_what_nobody_began_has_failed_after_a_while(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:x", {})
    assert await store.discoveries.close_abandoned() == []
    await rewrite(store, key, created_at=await past(store, LEASE_SECONDS + 1))
    assert await store.discoveries.close_abandoned() == [key]
    assert "nobody has begun it" in (await store.discoveries.get(key)).reason


async def test_what_a_job_carries_out_is_the_jobs_affair(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:x", {})
    job = await store.jobs.enqueue("discover", {"discovery_id": key})
    await rewrite(store, key, created_at=await past(store, 3600))
    assert await store.discoveries.close_abandoned() == []
    await store.discoveries.start(key)
    await rewrite(store, key, owner=dead())
    assert await store.discoveries.close_abandoned() == []
    await store.jobs.request_cancel(job.id)
    assert await store.discoveries.close_abandoned() == [key]


async def test_only_one_reopens(store: Store) -> None:
    key = await store.discoveries.create("aws", "aws:x", {})
    with pytest.raises(Conflict, match="pending"):
        await store.discoveries.reopen(key)
    await store.discoveries.finish(key, "failed", "the network went away\x00")
    assert (await store.discoveries.get(key)).reason == "the network went away\ufffd"
    await store.discoveries.reopen(key)
    found = await store.discoveries.get(key)
    assert (found.status, found.completed_at, found.reason) == ("pending", None, "")
    with pytest.raises(Conflict):
        await store.discoveries.reopen(key)
    with pytest.raises(NotFound):
        await store.discoveries.reopen("nothing")


def test_this_process_lives_and_others_are_told_apart() -> None:
    assert process.is_running(process.identity()) is True
    assert process.is_running(dead()) is False
    host, place, number, _ = process.identity().rsplit(":", 3)
    assert process.is_running(f"{host}:{place}:{number}:1") is False, "the number was given out again"
    for unknown in ("", "nonsense", f"{host}:elsewhere/1:{number}:5", f"{host}::{number}:5"):
        assert process.is_running(unknown) is None
