"""Jobs: how long from the queue to the start, and how many a second; beside bare Celery in the same run.

    uv run python benchmarks/jobs.py [--jobs 300] [--singles 40]

Each way is asked for `--singles` jobs one at a time, a while apart, for the time from the call that enqueues to
the first line of the task; then for `--jobs` at once. A job does nothing. Ways:

- in-process, SQLite: the worker of `cloudviz serve` on the embedded database;
- in-process, PostgreSQL;
- a worker process on PostgreSQL, woken by its notifications;
- the same woken by Celery on Redis as well;
- bare Celery on the same Redis, acks_late, prefetch 1, four threads: what a broker alone does, which loses or
  repeats jobs when a worker dies, has no progress, no history, no cancel and no limits for an account.

CPU is of all processes of that way together, and a job's share of it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.servers import postgres, redis

from cloudviz.jobs import tasks
from cloudviz.jobs.celery_doorbell import Doorbell
from cloudviz.jobs.tasks import Ended, Run
from cloudviz.jobs.worker import Worker
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store, migrate, open_store

CONCURRENCY = 4

WORKER = textwrap.dedent(
    """
    import sys, time
    from cloudviz.jobs import tasks
    from cloudviz.jobs.tasks import Ended

    async def nothing(run):
        return Ended({"began": time.time()})

    tasks.TASKS["nothing"] = nothing
    from cloudviz.cli.main import main
    main()
    """
)

CELERY = textwrap.dedent(
    """
    import sys, time
    from celery import Celery

    app = Celery("bare", broker=sys.argv[1], backend=sys.argv[1])
    app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, worker_hijack_root_logger=False,
                    worker_redirect_stdouts=False)

    @app.task(name="nothing")
    def nothing():
        return time.time()

    if __name__ == "__main__":
        app.Worker(pool="threads", concurrency=int(sys.argv[2]), quiet=True, without_gossip=True,
                   without_mingle=True).start()
    """
)


@dataclass(frozen=True)
class Figures:
    """Seconds from the call to the start, and of a batch: jobs a second and CPU seconds a job."""

    latencies: list[float]
    per_second: float
    cpu_per_job: float

    def line(self, name: str) -> str:
        """For the table."""
        middle, late = statistics.median(self.latencies), sorted(self.latencies)[int(len(self.latencies) * 0.95)]
        return (
            f"{name:<44} {middle * 1000:>9.1f} {late * 1000:>9.1f} {self.per_second:>9.0f} "
            f"{self.cpu_per_job * 1000:>9.1f}"
        )


async def nothing(run: Run) -> Ended:
    """A job that does nothing but say when it began."""
    return Ended({"began": time.time()})


def cpu_of(pids: list[int]) -> float:
    """CPU seconds of processes so far."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def measured(store: Store, ring: Any, jobs: int, singles: int, pids: list[int]) -> Figures:
    """Ask one at a time, then all at once."""
    latencies = []
    for _ in range(singles):
        asked = time.time()
        job = await store.jobs.enqueue("nothing", {})
        ring()
        latencies.append((await ended(store, job.id)) - asked)
        await asyncio.sleep(0.05)
    cpu = cpu_of(pids)
    began = time.perf_counter()
    for _ in range(jobs):
        await store.jobs.enqueue("nothing", {})
        ring()
    while True:
        if not await store.jobs.reap() and not (await store.jobs.page(status="running", limit=1)).items:
            break
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    return Figures(latencies, jobs / seconds, (cpu_of(pids) - cpu) / jobs)


async def ended(store: Store, job_id: str) -> float:
    """When the job began."""
    while True:
        job = await store.jobs.get(job_id)
        if job.is_finished:
            return float((job.result or {})["began"])
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def in_process(url: str, folder: Path) -> AsyncIterator[tuple[Store, Any, list[int]]]:
    """A store with a worker in this process."""
    await migrate(url)
    settings = Settings(data_dir=folder)
    settings.jobs.concurrency = CONCURRENCY
    async with await open_store(url) as store:
        worker = Worker(store, settings)
        running = asyncio.create_task(worker.run())
        try:
            yield store, worker.ring, [os.getpid()]
        finally:
            await worker.stop()
            await running


@contextlib.asynccontextmanager
async def elsewhere(url: str, folder: Path, redis_url: str) -> AsyncIterator[tuple[Store, Any, list[int]]]:
    """A store, and `cloudviz worker` in another process; with a Redis woken by Celery too."""
    await migrate(url)
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "CLOUDVIZ_DATA_DIR": str(folder),
        "CLOUDVIZ_JOBS__CONCURRENCY": str(CONCURRENCY),
        **({"REDIS_URL": redis_url} if redis_url else {}),
    }
    words = [sys.executable, "-c", WORKER, "worker", "--celery" if redis_url else "--no-celery"]
    process = await asyncio.to_thread(subprocess.Popen, words, env=environment, stderr=subprocess.DEVNULL)
    bell = Doorbell(Settings(redis_url=redis_url, data_dir=folder)) if redis_url else None
    async with await open_store(url) as store:
        try:
            while True:
                if (await store.jobs.state()).workers:
                    break
                await asyncio.sleep(0.1)
            if redis_url:
                await asyncio.sleep(2)  # Celery's own start
            yield store, bell.ring if bell else lambda: None, [os.getpid(), process.pid]
        finally:
            process.terminate()
            process.wait(30)
            if bell is not None:
                bell.close()


@contextlib.contextmanager
def bare_worker(folder: Path, redis_url: str) -> Iterator[tuple[Any, int]]:
    """A Celery application, and a worker of it in another process."""
    file = folder / "bare.py"
    file.write_text(CELERY)
    process = subprocess.Popen([sys.executable, str(file), redis_url, str(CONCURRENCY)], stderr=subprocess.DEVNULL)
    from celery import Celery

    app = Celery("bare", broker=redis_url, backend=redis_url)
    app.conf.update(task_acks_late=True)
    try:
        app.send_task("nothing").get(timeout=60)
        yield app, process.pid
    finally:
        process.terminate()
        process.wait(30)


def bare(folder: Path, redis_url: str, jobs: int, singles: int) -> Figures:
    """The same with Celery alone."""
    with bare_worker(folder, redis_url) as (app, pid):
        latencies = []
        for _ in range(singles):
            asked = time.time()
            latencies.append(app.send_task("nothing").get(timeout=30) - asked)
            time.sleep(0.05)
        pids = [os.getpid(), pid]
        cpu, began = cpu_of(pids), time.perf_counter()
        waiting = [app.send_task("nothing") for _ in range(jobs)]
        for each in waiting:
            each.get(timeout=60)
        return Figures(latencies, jobs / (time.perf_counter() - began), (cpu_of(pids) - cpu) / jobs)


async def main() -> None:
    """Measure each way, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--singles", type=int, default=40)
    asked = parser.parse_args()
    tasks.TASKS["nothing"] = nothing
    with tempfile.TemporaryDirectory() as place, postgres() as server, redis() as broker:
        folder = Path(place)
        ways: list[tuple[str, Any]] = [
            ("in-process, SQLite", in_process(f"sqlite:///{folder}/jobs.db", folder)),
            ("in-process, PostgreSQL", in_process(server.url(), folder)),
            ("worker, PostgreSQL's notifications", elsewhere(server.url(), folder, "")),
            ("worker, Celery's doorbell and notifications", elsewhere(server.url(), folder, broker.url)),
        ]
        print(f"{'':<44} {'to start':>9} {'p95':>9} {'jobs/s':>9} {'CPU':>9}")
        print(f"{'':<44} {'ms':>9} {'ms':>9} {'':>9} {'ms/job':>9}")
        for name, way in ways:
            async with way as (store, ring, pids):
                print((await measured(store, ring, asked.jobs, asked.singles, pids)).line(name), flush=True)
        figures = await asyncio.to_thread(bare, folder, broker.url, asked.jobs, asked.singles)
        print(figures.line("bare Celery on Redis (no row, no history)"))


if __name__ == "__main__":
    asyncio.run(main())
