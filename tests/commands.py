"""``cloudviz`` as a process of its own, many times: forked off one that has read the code already.

Starting Python and reading CloudViz takes a second, a hundred times in the tests of the command line. Here one
process does so and forks for each command: the child has the arguments, environment, folder and streams of a
command, runs what the script ``cloudviz`` runs, and ends with its exit code. What the start itself does is proved
by the tests that start Python anew (``tests/contract/test_start_up.py``, ``tests/system/test_wheel.py``).
"""

from __future__ import annotations

import array
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

READ_AHEAD = (
    "cloudviz.cli.main",
    "cloudviz.jobs.imports",
    "cloudviz.store",
    "cloudviz.diagram",
    "sqlalchemy.ext.asyncio",
)


def run_cloudviz(
    *words: str | Path, cwd: Path, env: Mapping[str, str], text: str | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as ``subprocess.run`` would with its output captured."""
    arguments = [str(word) for word in words]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write((text or "").encode())
        given.seek(0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout)
            line.connect(_server())
            request = json.dumps({"words": arguments, "cwd": str(cwd), "env": dict(env)}).encode()
            files = array.array("i", [given.fileno(), out.fileno(), err.fileno()])
            line.sendmsg([len(request).to_bytes(4)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
            line.sendall(request)
            pid = int.from_bytes(line.recv(4))
            try:
                code = int.from_bytes(line.recv(4), signed=True)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, timeout) from None
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read().decode(), err.read().decode())


@cache
def _server() -> str:
    """The address of the process that forks, started with the first command of this one."""
    address = str(Path(tempfile.mkdtemp(prefix="cv-")) / "commands")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("CLOUDVIZ_", "DATABASE_URL"))}
    server = subprocess.Popen(
        [sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=clean
    )
    assert server.stdout is not None and server.stdin is not None
    assert server.stdout.readline() == b"ready\n"
    atexit.register(server.stdin.close)  # it ends with its standard input
    return address


def serve(address: str) -> None:
    """Fork for each command that is asked for, until the asker is gone."""
    import importlib
    import selectors

    for name in READ_AHEAD:
        importlib.import_module(name)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(16)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    chooser = selectors.DefaultSelector()
    chooser.register(listener, selectors.EVENT_READ)
    chooser.register(sys.stdin, selectors.EVENT_READ)
    while True:
        for key, _ in chooser.select():
            if key.fileobj is sys.stdin:
                return
            line, _ = listener.accept()
            # The middle process waits for the command's end and tells it: it has nothing else to do.
            if os.fork() == 0:
                listener.close()
                _attend(line)
                os._exit(0)
            line.close()


def _attend(line: socket.socket) -> None:
    size, ancillary, _, _ = line.recvmsg(4, socket.CMSG_SPACE(3 * 4))
    files = array.array("i")
    files.frombytes(ancillary[0][2][:12])
    left, request = int.from_bytes(size), b""
    while len(request) < left:
        request += line.recv(left - len(request))
    asked = json.loads(request)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(asked["words"], asked["cwd"], asked["env"], list(files))
    line.sendall(pid.to_bytes(4))
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    with contextlib.suppress(OSError):
        line.sendall(code.to_bytes(4, signed=True))


def _become(words: Sequence[str], cwd: str, env: Mapping[str, str], files: Sequence[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, 64)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    sys.argv = ["cloudviz", *words]
    from cloudviz.cli.main import main

    code = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 1
    with contextlib.suppress(ValueError, OSError):
        sys.stdout.flush()
    with contextlib.suppress(ValueError, OSError):
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
