"""SIGKILL: what was at work is told of as failed, says why, and goes on where it was."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.system.test_resume import Home, at_call

from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import DiscoveryInfo, Graph, Inventory, Resource
from cloudviz.store import Store, migrate, open_store
from cloudviz.store.records import JobRecord
from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_faults import FaultyAws
from fake_clouds.aws_truth import Truth


def listed(home: Home) -> list[dict[str, object]]:
    code, out, errors = home.run("discoveries", "list", "-o", "json")
    assert code == 0, errors
    found: list[dict[str, object]] = json.loads(out)
    return found


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def large_document() -> bytes:
    """An inventory that takes seconds to record."""
    resources = {}
    for number in range(30_000):
        key = f"arn:aws:ec2:eu-west-1:1:instance/i-{number:08x}"
        resources[key] = Resource(
            key,
            "aws",
            "aws.ec2.instance",
            "AWS::EC2::Instance",
            "virtual_machine",
            f"web-{number}",
            "1",
            "eu-west-1",
        )
    return to_bytes(Inventory(DiscoveryInfo("", "aws", ""), Graph(resources)))


def test_an_import_that_is_killed_has_failed_and_is_done_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run("discoveries", "list")  # makes the database
    file = tmp_path / "large.json"
    file.write_bytes(large_document())
    process = home.start("import", str(file))
    until(lambda: home.rows("SELECT status FROM discoveries") == [("running",)])
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert home.rows("SELECT status FROM discoveries") == [("running",)]
    assert home.rows("SELECT count(*) FROM resources") == [(0,)], "nothing half-written"

    (left,) = listed(home)
    assert left["status"] == "failed"
    shown = json.loads(home.run("discoveries", "show", str(left["id"]), "-o", "json")[1])
    assert "ended without a word" in shown["reason"]

    code, out, errors = home.run("import", str(file))
    assert code == 0, errors
    assert "30000 new" in errors
    assert {each["id"]: each["status"] for each in listed(home)} == {
        left["id"]: "failed",
        out.strip(): "completed",
    }


@pytest.mark.moto
def test_a_scan_that_is_killed_has_failed_and_one_at_work_is_not_taken_from_it(
    faulty_aws: FaultyAws, aws_truth: Truth, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    refused: list[tuple[int, str, str]] = []
    started: list[subprocess.Popen[str]] = []

    def twice() -> None:
        """While it is at work, nobody else may resume it; then it dies."""
        ((key, _),) = home.rows("SELECT id, status FROM discoveries")
        assert listed(home)[0]["status"] == "running"
        refused.append(home.run("discover", "aws", "--resume", key))
        started[0].send_signal(signal.SIGKILL)

    faulty_aws.faults.append(at_call(40, twice))
    started.append(home.scan(faulty_aws.url))
    started[0].communicate(timeout=240)
    assert started[0].returncode == -signal.SIGKILL
    ((code, _, errors),) = refused
    assert code == 1 and "somebody is at work on it" in errors

    (left,) = listed(home)
    assert (left["status"], left["resources"]) == ("failed", 0)
    faulty_aws.clear()
    code, out, errors = home.run("discover", "aws", "--resume", str(left["id"]))
    assert code == 0, errors
    assert [(each["id"], each["status"]) for each in listed(home)] == [(out.strip(), "completed")]


WORKER = textwrap.dedent(
    """
    import asyncio, sys
    from cloudviz.jobs.worker import Worker
    from cloudviz.runtime.settings import Settings
    from cloudviz.store import open_store

    async def main():
        store = await open_store(sys.argv[1])
        jobs = {"lease_seconds": 5, "heartbeat_seconds": 0.5, "poll_seconds": 0.05}
        await Worker(store, Settings(data_dir=sys.argv[2], jobs=jobs)).run()

    asyncio.run(main())
    """
)


@pytest.mark.moto
def test_the_next_worker_goes_on_where_the_killed_one_was(
    faulty_aws: FaultyAws, aws_truth: Truth, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    file = tmp_path / "data" / "cloudviz.sqlite3"
    url = f"sqlite:///{file}"
    asyncio.run(migrate(url))

    def worker() -> subprocess.Popen[str]:
        words = [sys.executable, "-c", WORKER, url, str(tmp_path / "data")]
        return subprocess.Popen(words, cwd=tmp_path, env=home.environment, text=True)

    async def asked() -> JobRecord:
        async with await open_store(url) as store:
            request = {"endpoint_url": faulty_aws.url, "regions": list(REGIONS)}
            key = await store.discoveries.create("aws", "aws:default", request)
            arguments = {"provider": "aws", "discovery_id": key, "request": request}
            return await store.jobs.enqueue("discover", arguments)

    async def ended(job: JobRecord) -> JobRecord:
        async with await open_store(url) as store:
            async with asyncio.timeout(240):
                while not (found := await store.jobs.get(job.id)).is_finished:
                    await asyncio.sleep(0.1)
            return await discovered(store, found)

    async def discovered(store: Store, job: JobRecord) -> JobRecord:
        assert (await store.discoveries.get(str(job.arguments["discovery_id"]))).status == "completed"
        return job

    job = asyncio.run(asked())
    victim: list[subprocess.Popen[str]] = []
    faulty_aws.faults.append(at_call(90, lambda: victim[0].send_signal(signal.SIGKILL)))
    victim.append(worker())
    assert victim[0].wait(240) == -signal.SIGKILL
    written, calls = home.written(), len(faulty_aws.calls)
    assert written
    # Whoever looks meanwhile sees it running: the next worker will have it.
    assert [each["status"] for each in listed(home)] == ["running"]

    faulty_aws.clear()
    heir = worker()
    try:
        done = asyncio.run(ended(job))
    finally:
        heir.kill()
        heir.wait()
    assert (done.status, done.attempt) == ("succeeded", 2), done.error
    assert done.result is not None and done.result["resources"] >= len(aws_truth.resources)
    assert home.written() == set()
    # A scan left alone takes all its calls at once; this one was spared those of the parts that were written down.
    alone = Home(tmp_path / "alone")
    alone.folder.mkdir()
    heirs = len(faulty_aws.calls)
    faulty_aws.clear()
    alone.scan(faulty_aws.url).communicate(timeout=240)
    assert heirs <= len(faulty_aws.calls) - len(written) // 2 < heirs + calls
    assert home.inventory() == alone.inventory()
