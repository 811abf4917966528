"""A whole installation as ``deploy/`` describes it, of real parts on this machine.

PostgreSQL with a streaming replica, Redis with Sentinels, servers, a worker and a scheduler as processes of their
own, and nginx before them.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.deploy.gateway import Nginx, sign_in_code
from tests.redis_groups import RedisGroup
from tests.servers import PostgresReplica, PostgresServer, free_port

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/shop.tfstate"

SAFETY = 60.0
"""Seconds after which something that must happen has not."""


def wait_for(holds: Callable[[], bool], what: str) -> None:
    """Until it holds; fails after :data:`SAFETY`."""
    deadline = time.monotonic() + SAFETY
    while not holds():
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.1)


class Part:
    """A process of ``cloudviz``: a server, a worker, a scheduler."""

    def __init__(self, folder: Path, environment: dict[str, str], *arguments: str) -> None:
        self.environment = environment
        self._folder, self._arguments = folder, arguments
        self.log = folder / f"{'-'.join(arguments).replace('/', '_')}.log"
        self.start()

    def start(self) -> None:
        """Start it; its log goes on where it was."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cloudviz.cli.main", *self._arguments],
                env=self.environment, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def said(self) -> str:
        """Its log."""
        return self.log.read_text()

    def end(self) -> None:
        """A SIGTERM, as orchestrators send it; it must end without an error."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.said()[-2000:]

    def kill(self) -> None:
        """What the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait(30)

    def close(self) -> None:
        """At the end of a test."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class ApiServer(Part):
    """A server on a port of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        super().__init__(folder, environment, "serve", "--port", str(self.port))
        self.until_ready()

    def is_ready(self) -> bool:
        """What a load balancer asks."""
        with suppress(OSError, urllib.error.URLError):
            return bool(self.asked("/health/ready")[0] == 200)
        return False

    def until_ready(self) -> None:
        """Until it says so."""

        def there() -> bool:
            assert self.process.poll() is None, self.said()[-2000:]
            return self.is_ready()

        wait_for(there, "the server is ready")

    def asked(self, path: str) -> tuple[int, bytes]:
        """The reply of this server itself."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def two_servers(stack: ExitStack, folder: Path, **more: str) -> list[ApiServer]:
    """Two servers on one SQLite file that holds the example, for tests of what stands before them.

    Jobs wait, so that their events can be followed.
    """
    environment = {
        **os.environ,
        "CLOUDVIZ_DATABASE_URL": f"sqlite:///{folder}/c.sqlite3",
        "CLOUDVIZ_DATA_DIR": str(folder),
        "CLOUDVIZ_AUTH__SECRET": secrets.token_hex(32),
        "CLOUDVIZ_SERVER__TRUSTED_PROXIES": "127.0.0.1",
        "CLOUDVIZ_SERVER__EMBEDDED_WORKER": "false",
        "NO_COLOR": "1",
        **more,
    }
    loaded = Part(folder, environment, "import", str(EXAMPLE))
    assert loaded.process.wait(120) == 0, loaded.said()
    servers = []
    for _ in range(2):
        servers.append(ApiServer(folder, environment))
        stack.callback(servers[-1].close)
    return servers


def signed_in(port: int, servers: list[ApiServer]) -> str:
    """The token of the first administrator, by the link that a server told and through a gateway's port."""
    status, said = Line(port).ask("POST", "/auth/exchange", {"code": sign_in_code(servers[0].said())})
    assert status == 200, said
    return str(json.loads(said)["access_token"])


class Installation:
    """Two servers, a worker, a scheduler and what they need; all are stopped by :meth:`close`."""

    def __init__(self, folder: Path, *, leave_seconds: float = 2.0, **more: str) -> None:
        self._stack = ExitStack()
        try:
            self._begin(folder, leave_seconds, more)
        except BaseException:
            self._stack.close()
            raise

    def _begin(self, folder: Path, leave_seconds: float, more: dict[str, str]) -> None:
        self.primary = PostgresServer()
        self._stack.callback(self.primary.stop)
        self.replica = PostgresReplica(self.primary)
        self._stack.callback(self.replica.stop)
        self.redis = RedisGroup()
        self._stack.callback(self.redis.stop)
        url = self.primary.url()
        self.database = url
        name = url.rpartition("/")[2]
        self.environment = {
            **os.environ,
            "DATABASE_URL": (
                f"postgresql://{self.primary.user}:open%20sesame%2F%3A%40@/{name}?host=127.0.0.1,127.0.0.1"
                f"&port={self.primary.port},{self.replica.port}&target_session_attrs=read-write"
            ),
            "CLOUDVIZ_DATABASE_REPLICA_URL": self.replica.url_like(url),
            "REDIS_URL": self.redis.url,
            "CLOUDVIZ_DATA_DIR": str(folder / "data"),
            "CLOUDVIZ_STORAGE_URL": f"file://{folder}/files",
            "CLOUDVIZ_AUTH__SECRET": secrets.token_hex(32),
            "CLOUDVIZ_SECRETS__KEYS": f"main:{secrets.token_hex(32)}",
            "CLOUDVIZ_SERVER__TRUSTED_PROXIES": "127.0.0.1",
            "CLOUDVIZ_SERVER__EMBEDDED_WORKER": "false",
            "CLOUDVIZ_SERVER__LEAVE_SECONDS": str(leave_seconds),
            "CLOUDVIZ_LIMITS__PROCESSES": "2",
            **{f"CLOUDVIZ_LIMITS__{kind}": "1000000" for kind in ("READS", "WRITES", "HEAVY")},
            "NO_COLOR": "1",
            **more,
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.command("import", str(EXAMPLE))
        self.servers: list[ApiServer] = []
        for _ in range(2):
            self.servers.append(self._kept(ApiServer(folder, self.environment)))
        self.worker = self._kept(Part(folder, self.environment, "worker"))
        self.scheduler = self._kept(Part(folder, self.environment, "scheduler"))
        self.gateway = Nginx(folder / "gateway", [each.port for each in self.servers])
        self._stack.callback(self.gateway.stop)
        self.token = signed_in(self.gateway.port, self.servers)

    def _kept(self, part: Any) -> Any:
        self._stack.callback(part.close)
        return part

    def command(self, *arguments: str, **more: str) -> str:
        """What a command of ``cloudviz`` says on both channels; it must succeed. ``more`` is environment."""
        done = subprocess.run(
            [sys.executable, "-m", "cloudviz.cli.main", *arguments],
            env={**self.environment, **more}, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def line(self) -> Line:
        """A connection to the gateway, of the administrator."""
        return Line(self.gateway.port, self.token)

    def close(self) -> None:
        """Stop everything."""
        self._stack.close()


class Line:
    """A connection to a gateway that is opened anew when it is lost, as browsers do."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port, self._context = port, Nginx.trusting()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._open()

    def _open(self) -> None:
        self._connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=60, context=self._context)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body. Status 0 stands for a connection that broke off."""
        headers = dict(self._headers)
        data = None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body)
        try:
            self._connection.request(method, path, data, headers)
            reply = self._connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self._open()
            return 0, repr(error).encode()


def inventory_hash(installation: Installation, folder: Path, environment: dict[str, str]) -> str:
    """SHA-256 of the resources, links and coverage as a command exports them."""
    file = folder / "inventory.json"
    file.unlink(missing_ok=True)
    installation.command("export", "inventory", "-o", str(file), **environment)
    return hash_of(file)


def hash_of(file: Path) -> str:
    """SHA-256 of the resources, links and coverage in an inventory document, of which there must be some."""
    told = json.loads(file.read_bytes())
    assert told["resources"]
    kept = json.dumps([told["resources"], told["links"], told["coverage"]], sort_keys=True)
    return hashlib.sha256(kept.encode()).hexdigest()


def jobs_after(installation: Installation, load: Load) -> Counter[str]:
    """How the jobs that were accepted under load ended, once none is under way."""
    line = installation.line()
    found: Counter[str] = Counter()

    def all_over() -> bool:
        found.clear()
        for job in load.jobs:
            status, said = line.ask("GET", f"/jobs/{job}")
            found["lost" if status == 404 else str(json.loads(said)["status"])] += 1
        return not ({"queued", "running"} & found.keys())

    wait_for(all_over, f"the jobs end: {found}")
    return found


@dataclass
class Load:
    """People who read, draw and start jobs without a pause, and what they are answered.

    Attributes:
        answers: kind of request → status → how many.
        refused: kind → when requests were answered by anything but success, on the monotonic clock.
        first: one reply of each status that was no success.
        jobs: the ids of the jobs that were accepted.
    """

    installation: Installation
    readers: int = 4
    writers: int = 2
    answers: dict[str, Counter[int]] = field(default_factory=dict)
    refused: dict[str, list[float]] = field(default_factory=dict)
    first: dict[int, bytes] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._in_a_row: Counter[str] = Counter()
        work = [("read", number) for number in range(self.readers)]
        work += [("write", number) for number in range(self.writers)] + [("job", 0)]
        for kind, _ in work:
            self.answers[kind], self.refused[kind] = Counter(), []
        self._threads = [threading.Thread(target=self._run, args=each, daemon=True) for each in work]
        for each in self._threads:
            each.start()

    def __enter__(self) -> Load:
        for kind in self.answers:
            self.until_well(kind, 5)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._threads:
            each.join(SAFETY)

    def until_well(self, kind: str, count: int = 20) -> None:
        """Until so many requests in a row were answered."""
        self._in_a_row[kind] = 0
        wait_for(lambda: self._in_a_row[kind] >= count, f"{count} {kind}s in a row: {self.told()} {self.first}")

    def failed(self, kind: str) -> int:
        """How many requests were not answered with success."""
        return sum(count for status, count in self.answers[kind].items() if not 200 <= status < 300)

    def told(self, since: float = 0) -> str:
        """The figures in words; with ``since`` also when the last one failed."""
        parts = []
        for kind, counter in self.answers.items():
            good = sum(counter.values()) - self.failed(kind)
            bad = {status: count for status, count in counter.items() if not 200 <= status < 300}
            after = max(self.refused[kind], default=since) - since
            late = f", the last after {after:.1f} s" if bad and since else ""
            parts.append(f"{kind}s {good} answered, {sum(bad.values())} failed {bad or ''}{late}")
        return "; ".join(parts)

    def _run(self, kind: str, number: int) -> None:
        line, count = self.installation.line(), 0
        while not self._ended.is_set():
            count += 1
            status, said = self._ask(line, kind, number, count)
            self.answers[kind][status] += 1
            if 200 <= status < 300:
                self._in_a_row[kind] += 1
                if kind == "job":
                    self.jobs.append(json.loads(said)["job_id"])
            else:
                self._in_a_row[kind] = 0
                self.first.setdefault(status, said[:500])
                self.refused[kind].append(time.monotonic())
                self._ended.wait(0.1)  # as Retry-After asks, only sooner
            self._ended.wait(0.3 if kind == "job" else 0.02)

    def _ask(self, line: Line, kind: str, number: int, count: int) -> tuple[int, bytes]:
        if kind == "read":  # each is another question, so that none is answered from what is kept
            return line.ask("GET", f"/resources?limit=5&q=web-{number}&region=r{count}")
        if kind == "write":
            return line.ask("POST", "/visualization/generate", {"layout": "grid", "max_nodes": 5})
        return line.ask("POST", "/jobs", {"kind": "draw", "arguments": {"title": f"Picture {count}"}})
