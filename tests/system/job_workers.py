"""Workers as people run them, to be killed: `cloudviz serve` with its own one, `cloudviz worker` with Celery."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import Coverage, DiscoveryInfo, Graph, Inventory, Link, Resource
from cloudviz.store import Store
from cloudviz.store.records import JobRecord


def document(account: str, size: int) -> bytes:
    """An inventory of one account, to be imported."""
    graph = Graph()
    for number in range(size):
        key = f"arn:aws:ec2:eu-west-1:{account}:instance/i-{number:08x}"
        graph.resources[key] = Resource(
            key, "aws", "aws.ec2.instance", "AWS::EC2::Instance", "virtual_machine", f"web-{number}", account,
            "eu-west-1", properties={"size": "t3.large", "number": number},
        )  # fmt: skip
        if number:
            graph.links.append(Link(key, key.replace(f"{number:08x}", f"{number - 1:08x}"), "routes_to"))
    seen = Coverage("aws", account, "eu-west-1", "aws.ec2.instance", "seen", size)
    return to_bytes(Inventory(DiscoveryInfo("", "aws", f"inventory:{account}"), graph, [seen]))


def prepared(folder: Path, imports: int, size: int) -> list[Path]:
    """Files to import, an account each."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(imports):
        file = folder / f"account-{number}.json"
        file.write_bytes(document(f"{number:012d}", size + number))
        files.append(file)
    return files


async def enqueued(store: Store, files: list[Path], others: int) -> list[JobRecord]:
    """An import of each file, and as many draws and exports of the account that is there before all of them."""
    jobs = [
        await store.jobs.enqueue("import", {"paths": [str(each)], "source": f"file:{each.name}"}) for each in files
    ]
    for number in range(others):
        base = {"filter": "account=999999999999"}
        jobs.append(await store.jobs.enqueue("draw", {**base, "options": {"title": f"Picture {number}"}}))
        jobs.append(await store.jobs.enqueue("export", {**base, "format": "ndjson"}))
    return jobs


@dataclass
class Workers:
    """Processes that are started, killed and started again.

    Attributes:
        kills: of each kill, when it was (seconds of the wall clock) and which process.
    """

    folder: Path
    command: list[str]
    environment: dict[str, str]
    count: int
    kills: list[tuple[float, int]] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """As many as there shall be."""
        while len(self.processes) < self.count:
            self.processes.append(self._started())

    def _started(self) -> subprocess.Popen[bytes]:
        log = (self.folder / "worker.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "cloudviz.cli.main", *self.command],
                cwd=self.folder, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self, victim: subprocess.Popen[bytes]) -> int:
        """SIGKILL to one of them; another is started in its place."""
        self.processes.remove(victim)
        victim.send_signal(signal.SIGKILL)
        self.kills.append((time.time(), victim.pid))
        victim.wait()
        self.start()
        return victim.pid

    def stop(self, *, ask: bool = True) -> list[int]:
        """SIGTERM to all, unless they were asked already; gives their exit codes."""
        for each in self.processes if ask else ():
            each.send_signal(signal.SIGTERM)
        codes = []
        for each in self.processes:
            try:
                codes.append(each.wait(40))
            except subprocess.TimeoutExpired:
                each.kill()
                codes.append(each.wait())
        self.processes.clear()
        return codes

    @property
    def log(self) -> str:
        """What they said."""
        return (self.folder / "worker.log").read_text(errors="replace")


@contextlib.contextmanager
def workers(folder: Path, command: list[str], count: int, **environment: str) -> Iterator[Workers]:
    """Some workers on one data folder, ended at the end."""
    names = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
    inherited = {key: value for key, value in os.environ.items() if key in names}
    settings = {"CLOUDVIZ_DATA_DIR": str(folder / "data"), "NO_COLOR": "1", **environment}
    started = Workers(folder, command, {**inherited, **settings}, count)
    try:
        started.start()
        yield started
    finally:
        for each in started.processes:
            each.kill()
            each.wait()


def comparable(job: JobRecord) -> dict[str, Any]:
    """What a job came to, without what differs between two runs: ids, and names of files made of them."""
    result = dict(job.result or {})
    for name in ("discovery_id", "diagram_id", "file"):
        result.pop(name, None)
    return {"kind": job.kind, "status": job.status, "error": job.error, **result}
