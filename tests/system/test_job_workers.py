"""Workers that are killed, drained, and left without Redis or PostgreSQL: no job is lost, and none ends twice."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers import PostgresServer, RedisServer, postgres, redis
from tests.system.job_workers import Workers, comparable, document, enqueued, prepared, workers

from cloudviz.jobs.imports import import_files
from cloudviz.store import Store, migrate, open_store
from cloudviz.store.records import JobRecord

KILLS = int(os.environ.get("CLOUDVIZ_TEST_KILLS", "20"))
RESUMED_SECONDS = 20.0
HEALED_SECONDS = 5.0
SEED = int(os.environ.get("CLOUDVIZ_TEST_SEED", "7"))


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, since it is killed."""
    with postgres() as started:
        yield started


@pytest.fixture
def broker() -> Iterator[RedisServer]:
    """A Redis of its own."""
    with redis() as started:
        yield started


async def with_base(url: str, folder: Path) -> Store:
    """An open store with one account in it that draws and exports are of."""
    await migrate(url)
    store = await open_store(url)
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / "base.json"
    base.write_bytes(document("999999999999", 60))
    await import_files(store, [base], source="file:base")
    return store


async def are_finished(store: Store, ids: list[str]) -> bool:
    return all([(await store.jobs.get(each)).is_finished for each in ids])


async def all_ended(store: Store, jobs: list[JobRecord], seconds: float) -> list[JobRecord]:
    async with asyncio.timeout(seconds):
        while True:
            state = await store.jobs.state()
            if not sum(count for (_, status), count in state.counts.items() if status in ("queued", "running")):
                return [await store.jobs.get(each.id) for each in jobs]
            await asyncio.sleep(0.1)


async def ends(store: Store, jobs: list[JobRecord]) -> Counter[str]:
    """How often each job came to an end."""
    found: Counter[str] = Counter()
    for job in jobs:
        _, events = await store.jobs.events(job.id)
        found[job.id] = sum(event.what in ("succeeded", "partial", "failed", "cancelled") for event in events)
    return found


async def held_by(store: Store, pid: int) -> list[str]:
    page = await store.jobs.page(status="running", limit=1000)
    return [each.id for each in page if f":{pid}:" in (each.owner or "")]


async def resumed_after(store: Store, job_id: str, killed_at: float) -> float:
    """Seconds from a kill to the next attempt at a job that the victim held."""
    async with asyncio.timeout(60):
        while True:
            _, events = await store.jobs.events(job_id)
            starts = [each.at.timestamp() - killed_at for each in events if each.what == "started"]
            if later := [each for each in starts if each > 0]:
                return min(later)
            await asyncio.sleep(0.05)


def exported(folder: Path, jobs: list[JobRecord]) -> list[str]:
    files = [
        folder / "data" / "job-files" / job.result["file"] for job in jobs if job.kind == "export" and job.result
    ]
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


async def undisturbed(
    url: str, folder: Path, files: list[Path], others: int, command: list[str]
) -> list[JobRecord]:
    """The same jobs, done by one worker that nobody kills."""
    store = await with_base(url, folder)
    async with store:
        jobs = await enqueued(store, files, others)
        with workers(folder, command, 1, DATABASE_URL=url) as calm:
            done = await all_ended(store, jobs, 240)
            assert calm.stop() == [0], calm.log
    return done


async def killed(
    url: str, folder: Path, files: list[Path], others: int, run: Workers, kills: int
) -> tuple[list[JobRecord], list[float]]:
    """The jobs with workers that are killed all the time; and how long it took until each was at work again."""
    chance = random.Random(SEED)
    waits: list[float] = []
    async with await open_store(url) as store:
        jobs = await enqueued(store, files, others)
        while len(run.kills) < kills:
            await asyncio.sleep(chance.uniform(0.5, 3.0))
            async with asyncio.timeout(60):  # until one of them is at work: to kill an idle one proves nothing
                while not (busy := [each for each in run.processes if await held_by(store, each.pid)]):
                    await asyncio.sleep(0.02)
                    if not (await store.jobs.page(status="queued", limit=1)).items:
                        break
            if not busy:
                break
            await asyncio.sleep(chance.uniform(0, 0.2))
            pid = run.kill(chance.choice(busy))
            for job_id in await held_by(store, pid):
                waits.append(await resumed_after(store, job_id, run.kills[-1][0]))
        done = await all_ended(store, jobs, 300)
        assert set((await ends(store, done)).values()) == {1}
    return done, waits


async def kills_change_nothing(
    tmp_path: Path,
    urls: tuple[str, str],
    command: list[str],
    count: int,
    jobs: int,
    kills: int,
    **environment: str,
) -> None:
    files = prepared(tmp_path / "files", jobs * 2 // 5, 200)
    others = jobs * 3 // 10
    calm = await undisturbed(urls[0], tmp_path / "calm", files, others, ["worker", "--no-celery"])
    folder = tmp_path / "wild"
    await (await with_base(urls[1], folder)).close()
    started = time.monotonic()
    with workers(folder, command, count, DATABASE_URL=urls[1], **environment) as run:
        done, waits = await killed(urls[1], folder, files, others, run, kills)
        # One that was started a moment ago does not listen to signals yet.
        assert set(run.stop()) <= {0, -signal.SIGTERM}, run.log[-3000:]
    print(
        f"\n{len(done)} jobs, {len(run.kills)} kills, {len(waits)} jobs lost and resumed, after "
        f"{max(waits, default=0):.1f} s at most, {sum(waits) / max(1, len(waits)):.1f} s on average; "
        f"attempts {dict(Counter(each.attempt for each in done))}; {time.monotonic() - started:.0f} s"
    )
    assert [comparable(each) for each in done] == [comparable(each) for each in calm]
    assert exported(folder, done) == exported(tmp_path / "calm", calm)
    assert waits and max(waits) <= RESUMED_SECONDS
    async with await open_store(urls[1]) as store, await open_store(urls[0]) as other:
        pages = [await each.discoveries.page(limit=1000) for each in (store, other)]
        assert Counter(each.status for each in pages[0]) == Counter(each.status for each in pages[1])
        assert len((await store.diagrams.page(limit=1000)).items) == others


@pytest.mark.nightly
@pytest.mark.timeout(900)
async def test_embedded_workers_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    """`cloudviz serve` on SQLite, killed at twenty points over two hundred jobs."""
    urls = (f"sqlite:///{tmp_path}/calm.db", f"sqlite:///{tmp_path}/wild.db")
    await kills_change_nothing(tmp_path, urls, ["serve", "--port", "0"], 1, 200, KILLS)


@pytest.mark.nightly
@pytest.mark.postgres
@pytest.mark.timeout(900)
async def test_celery_workers_that_are_killed_lose_nothing(
    server: PostgresServer, broker: RedisServer, tmp_path: Path
) -> None:
    """Two `cloudviz worker` on PostgreSQL, woken by Celery on Redis."""
    urls = (server.url(), server.url())
    await kills_change_nothing(tmp_path, urls, ["worker", "--celery"], 2, 200, KILLS, REDIS_URL=broker.url)


@pytest.mark.postgres
async def test_a_worker_that_is_told_to_stop_ends_its_jobs_and_one_in_a_hurry_puts_them_back(
    server: PostgresServer, tmp_path: Path
) -> None:
    """SIGTERM in the middle of an import of seconds; then twice."""
    url = server.url()
    (file,) = prepared(tmp_path / "files", 1, 12_000)
    async with await with_base(url, tmp_path / "run") as store:
        for signals, status in ((1, "succeeded"), (2, "queued")):
            (job,) = await enqueued(store, [file], 0)
            with workers(tmp_path / "run", ["worker", "--no-celery"], 1, DATABASE_URL=url) as run:
                async with asyncio.timeout(60):
                    while (await store.jobs.get(job.id)).status != "running":
                        await asyncio.sleep(0.02)
                run.processes[0].send_signal(signal.SIGTERM)
                await asyncio.sleep(0.1)
                assert run.stop(ask=signals == 2) == [0], run.log
            found = await store.jobs.get(job.id)
            assert found.status in ({status} if signals == 1 else {status, "succeeded"}), run.log
            assert found.attempt == (1 if found.status == "succeeded" else 0)
            assert [each.role for each in (await store.jobs.state()).workers] == []


@pytest.mark.nightly
@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_a_redis_that_is_emptied_and_away_for_a_minute_loses_nothing(
    server: PostgresServer, broker: RedisServer, tmp_path: Path
) -> None:
    """Jobs are put in the queue through it all, by `cloudviz jobs start`, which rings as the API does."""
    import redis as client

    url, folder = server.url(), tmp_path / "run"
    environment = {"DATABASE_URL": url, "REDIS_URL": broker.url}
    made: list[str] = []
    async with await with_base(url, folder) as store:
        with workers(folder, ["worker", "--celery"], 2, **environment) as run:

            async def start() -> None:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "cloudviz.cli.main", "jobs", "start", "export"),
                    *("--arg", "filter=account=999999999999", "--arg", "format=ndjson"),
                    env=run.environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                )  # fmt: skip
                out, errors = await process.communicate()
                assert process.returncode == 0, errors.decode()
                made.append(out.decode().strip())

            for _ in range(3):
                await start()
                client.from_url(broker.url).flushall()
                await start()
            broker.kill()
            gone = time.monotonic()
            while time.monotonic() - gone < 60:
                await start()
                await asyncio.sleep(5)
            async with asyncio.timeout(20):  # without Redis at all
                while not await are_finished(store, made):
                    await asyncio.sleep(0.1)
            broker.start()
            for _ in range(3):
                await start()
            jobs = [await store.jobs.get(each) for each in made]
            done = await all_ended(store, jobs, 60)
            assert run.stop() == [0, 0], run.log[-3000:]
        assert {each.status for each in done} == {"succeeded"} and {each.attempt for each in done} == {1}
        waited = max((each.started_at - each.created_at).total_seconds() for each in done)
        print(f"\n{len(done)} jobs, the longest wait {waited:.2f} s")
        assert waited < 5


@pytest.mark.nightly
@pytest.mark.postgres
@pytest.mark.parametrize("way", ["fast", "kill -9"])
@pytest.mark.timeout(600)
async def test_a_postgresql_that_is_restarted_is_worked_with_within_seconds(
    server: PostgresServer, tmp_path: Path, way: str
) -> None:
    url, folder = server.url(), tmp_path / "run"
    files = prepared(tmp_path / "files", 30, 1500)
    async with await with_base(url, folder) as store:
        with workers(folder, ["worker", "--no-celery"], 2, DATABASE_URL=url) as run:
            jobs = await enqueued(store, files, 15)
            async with asyncio.timeout(60):
                while not (await store.jobs.page(status="succeeded", limit=1)).items:
                    await asyncio.sleep(0.05)
            done_before = {each.id for each in await store.jobs.page(status="succeeded", limit=1000)}
            await asyncio.to_thread(server.down if way == "fast" else server.kill)
            await asyncio.sleep(3)
            await asyncio.to_thread(server.start)
            back = time.time()
            done = await all_ended(store, jobs, 240)
            assert run.stop() == [0, 0], run.log[-3000:]
        after = [each.finished_at.timestamp() - back for each in done if each.id not in done_before]
        after = [each for each in after if each > -1]
        first = min(after)
        print(f"\n{way}: {len(after)} of {len(done)} jobs ended after it, the first {first:.2f} s after")
        assert min(after) <= HEALED_SECONDS
        assert {each.status for each in done} == {"succeeded"}
        assert set((await ends(store, done)).values()) == {1}
