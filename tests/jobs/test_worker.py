"""The worker: a job ends once, whoever dies on the way, and its row tells how."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from cloudviz.errors import BadInput, NotFound
from cloudviz.jobs import tasks
from cloudviz.jobs.imports import import_files
from cloudviz.jobs.tasks import Ended, Run
from cloudviz.jobs.worker import Worker
from cloudviz.runtime.settings import JobSettings, Settings
from cloudviz.store import Store

STATE = Path(__file__).parent.parent / "payloads" / "terraform" / "inframap" / "repeated_modules.json"


def quick(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        jobs=JobSettings(lease_seconds=5, heartbeat_seconds=0.1, poll_seconds=0.05, concurrency=4),
    )


@asynccontextmanager
async def working(store: Store, settings: Settings) -> AsyncIterator[Worker]:
    worker = Worker(store, settings)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await running


async def ended(store: Store, job_id: str, seconds: float = 30) -> object:
    async with asyncio.timeout(seconds):
        while not (job := await store.jobs.get(job_id)).is_finished:
            await asyncio.sleep(0.02)
    return job


async def test_import_draw_and_export_by_jobs(store: Store, tmp_path: Path) -> None:
    settings = quick(tmp_path)
    async with working(store, settings) as worker:
        imported = await store.jobs.enqueue("import", {"paths": [str(STATE)], "source": "file:mods"})
        worker.ring()
        job = await ended(store, imported.id)
        assert (job.status, job.attempt) == ("succeeded", 1), job.error
        assert job.result["resources"] > 5
        drawn = await ended(store, (await store.jobs.enqueue("draw", {"options": {"theme": "dark"}})).id)
        assert drawn.status == "succeeded", drawn.error
        diagram = await store.diagrams.get(drawn.result["diagram_id"])
        assert diagram.mermaid_code.startswith("flowchart TD")
        exported = await ended(store, (await store.jobs.enqueue("export", {})).id)
    document = orjson.loads((tmp_path / "job-files" / exported.result["file"]).read_bytes())
    assert len(document["resources"]) == exported.result["resources"]
    assert [each.name for each in (tmp_path / "job-files").iterdir()] == [exported.result["file"]]


async def test_an_import_tells_how_far_it_is(store: Store, tmp_path: Path) -> None:
    second = tmp_path / "second.json"
    second.write_bytes(STATE.read_bytes())
    job = await store.jobs.enqueue("import", {"paths": [str(STATE), str(second)]})
    run = Run(store, quick(tmp_path), job)
    done = await tasks.run_import(run)
    assert (run.progress["done"], run.progress["total"], run.progress["at"]) == (2, 2, "second.json")
    assert 0 < done.result["resources"] <= run.progress["resources"]


async def test_a_cleanup_is_a_job(store: Store, tmp_path: Path) -> None:
    settings = quick(tmp_path)
    settings.retention.diagrams_days = 1
    kept = await store.diagrams.save([], "flowchart TD", "light", "hierarchical", {}, None, {})
    async with working(store, settings):
        job = await ended(store, (await store.jobs.enqueue("cleanup", {})).id)
    assert (job.status, job.error) == ("succeeded", None)
    assert job.result["removed"]["diagrams"] == 0 and await store.diagrams.get(kept)


async def test_a_refusal_and_a_bug_end_their_job_and_not_the_worker(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(run: Run) -> Ended:
        raise ZeroDivisionError("canary")

    monkeypatch.setitem(tasks.TASKS, "broken", broken)
    async with working(store, quick(tmp_path)):
        first = await store.jobs.enqueue("import", {"paths": [str(tmp_path / "missing.tfstate")]})
        second = await store.jobs.enqueue("broken", {})
        third = await store.jobs.enqueue("no-such-kind", {})
        fourth = await store.jobs.enqueue("import", {"paths": [str(STATE)]})
        refused, bug, fine = [await ended(store, each.id) for each in (first, second, fourth)]
    assert (refused.status, refused.error["code"]) == ("failed", NotFound.code)
    assert "missing.tfstate" in str(refused.error)
    assert bug.status == "failed"
    assert "canary" not in str(bug.error)
    # A kind that nobody here knows is a newer release's: it waits for a worker of that one.
    assert (await store.jobs.get(third.id)).status == "queued"
    assert fine.status == "succeeded"


async def test_cancelling_a_running_job_ends_it_as_cancelled(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def patient(run: Run) -> Ended:
        while not run.stop.is_set():
            run.progress = {"at": "waiting"}
            await asyncio.sleep(0.01)
        return Ended({"steps": 1}, "cancelled")

    monkeypatch.setitem(tasks.TASKS, "patient", patient)
    async with working(store, quick(tmp_path)):
        job = await store.jobs.enqueue("patient", {})
        async with asyncio.timeout(20):
            while (await store.jobs.get(job.id)).progress != {"at": "waiting"}:
                await asyncio.sleep(0.02)
        await store.jobs.request_cancel(job.id)
        done = await ended(store, job.id)
    assert (done.status, done.result) == ("cancelled", {"steps": 1})


async def test_a_killed_worker_loses_no_job(
    store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL in the middle of a job: its lease runs out, another worker takes it with a higher token."""
    script = textwrap.dedent(
        f"""
        import asyncio, sys
        from cloudviz.jobs import tasks
        from cloudviz.jobs.worker import Worker
        from cloudviz.runtime.settings import Settings
        from cloudviz.store import open_store

        async def hang(run):
            print("started", flush=True)
            await asyncio.sleep(600)

        tasks.TASKS["long"] = hang

        async def main():
            store = await open_store({url!r})
            settings = Settings(data_dir={str(tmp_path)!r}, jobs={{"lease_seconds": 5, "poll_seconds": 0.05}})
            await Worker(store, settings).run()

        asyncio.run(main())
        """
    )
    job = await store.jobs.enqueue("long", {"n": 1})
    victim = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    assert (await asyncio.to_thread(victim.stdout.readline)).strip() == "started"
    before = await store.jobs.get(job.id)
    assert (before.status, before.attempt) == ("running", 1)
    victim.send_signal(signal.SIGKILL)
    victim.wait()

    ran: list[int] = []

    async def finish(run: Run) -> Ended:
        ran.append(run.job.token)
        return Ended({"n": run.job.arguments["n"]})

    monkeypatch.setitem(tasks.TASKS, "long", finish)
    async with working(store, quick(tmp_path)):
        after = await ended(store, job.id)
    assert (after.status, after.attempt, after.result) == ("succeeded", 2, {"n": 1})
    assert ran == [after.token]
    assert after.token > before.token


async def test_an_import_that_is_refused_leaves_no_row(store: Store, tmp_path: Path) -> None:
    wrong = tmp_path / "torn.tfstate"
    wrong.write_bytes(STATE.read_bytes()[:900])
    with pytest.raises(BadInput):
        await import_files(store, [wrong])
    assert (await store.discoveries.page()).items == []
