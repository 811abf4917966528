"""A newcomer's first ten minutes, step by step as README.md tells them, each with its seconds.

    uv run python benchmarks/first_ten_minutes.py [--walk clone|wheel] [--cold] [--repository PATH]

``clone``: a fresh clone, `make demo`, the link that signs in, then every runnable command of README.md by
``.venv/bin``. ``wheel``: `make wheel` in that clone, a fresh virtual environment with the wheel and nothing of
the checkout but ``examples``, the same demo and the same commands. Without ``--walk`` both, one after the other.
What is downloaded comes from the caches of uv, pip and npm where they have it; ``--cold`` gives them empty ones.
Exit code 1 when a step fails, with what it said. Seconds are of the wall; CPU is that of the step and what it
started, of the demo once it has ended.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"<!-- runnable -->\n```console\n(.*?)```", re.DOTALL)
LINK = re.compile(r"(http://127\.0\.0\.1:\d+)/#/sign-in\?code=(\S+)")
LONGEST = 900.0  # seconds that a step may take


class Stumble(Exception):
    """A step that did not do what the documents say."""


class Walk:
    """Takes the steps and prints the seconds of each.

    Arguments:
        environment: of every step.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.seconds = 0.0

    @contextlib.contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Time what is done inside."""
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        yield
        took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.seconds += took
        print(f"{took:8.1f} {cpu:8.1f}  {words}", flush=True)

    def run(self, command: str, folder: Path, *, by: str = "") -> None:
        """Run what a document tells people to type. ``by`` goes before a command of CloudViz's."""
        words = command
        if by and command.startswith("cloudviz "):
            words = f"{by} {command.removeprefix('cloudviz ')}"
        with self.step(command):
            done = subprocess.run(
                ["bash", "-c", words],
                cwd=folder, env=self.environment, capture_output=True, text=True, timeout=LONGEST, check=False,
            )  # fmt: skip
            if done.returncode:
                raise Stumble(
                    f"{command}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
                )
            if "Traceback" in done.stderr:
                raise Stumble(f"{command}: {done.stderr[-2000:]}")

    def demo(self, command: list[str], folder: Path) -> Callable[[], None]:
        """Start the demo and look at the map by the link that it prints. Returns what ends it."""
        with self.step(" ".join(command) + ", until its link"):
            process = subprocess.Popen(
                command, cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, start_new_session=True,
            )  # fmt: skip
            said: list[str] = []
            found = None
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if found := LINK.search(line):
                    break
            if found is None:
                process.wait()
                raise Stumble(f"the demo printed no link:\n{''.join(said)[-3000:]}")

        def end() -> None:
            with self.step("Ctrl-C"):
                # As a terminal does it: to make and to what it started.
                os.killpg(process.pid, signal.SIGINT)
                try:
                    process.communicate(timeout=30)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    raise Stumble("the demo does not end") from None

        url, code = found.groups()
        with self.step("the link: the page, signed in, the map"):
            page = asked(f"{url}/")
            for name in re.findall(rb'(?:src|href)="[./]*(assets/[^"]+)"', page):
                asked(f"{url}/{name.decode()}")
            token = json.loads(asked(f"{url}/auth/exchange", body={"code": code}))["access_token"]
            shown = json.loads(asked(f"{url}/visualization/map/scene", token=token))["summary"]["resources"]
            if shown < 100:
                raise Stumble(f"the demo shows {shown} resources")
        return end


def asked(url: str, *, token: str = "", body: dict[str, str] | None = None) -> bytes:
    """What a server answers."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if body is not None:
        headers["Content-Type"], data = "application/json", json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as reply:
        content: bytes = reply.read()
        return content


def commands(clone: Path) -> list[str]:
    """What README.md tells people to type and what can be carried out anywhere."""
    blocks = BLOCK.findall((clone / "README.md").read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def from_clone(walk: Walk, repository: Path, folder: Path) -> None:
    """The walk of somebody who cloned."""
    clone = folder / "clone"
    walk.run(f"git clone -q {shlex.quote(str(repository))} clone", folder)
    end = walk.demo(["make", "demo", "ARGS=--port 0 --no-browser"], clone)
    end()
    for command in commands(clone):
        walk.run(command, clone, by=".venv/bin/cloudviz")
    left = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    print(f"{'':17}  git status afterwards: {len(left.stdout.splitlines())} files that README's commands wrote")


def from_wheel(walk: Walk, repository: Path, folder: Path) -> None:
    """The walk of somebody who was given a wheel; making it is a step too."""
    clone, away = folder / "clone", folder / "away"
    if not clone.exists():
        walk.run(f"git clone -q {shlex.quote(str(repository))} clone", folder)
    walk.run("make wheel", clone)
    (wheel,) = (clone / "dist").glob("cloudviz-*.whl")
    away.mkdir()
    (away / wheel.name).write_bytes(wheel.read_bytes())
    # What the commands of README.md draw comes with the documents, not with the wheel.
    subprocess.run(["cp", "-r", str(clone / "examples"), str(away)], check=True)
    walk.run(f"{shlex.quote(sys.executable)} -m venv cloudviz", away)
    walk.run(f"cloudviz/bin/pip install -q --disable-pip-version-check {wheel.name}", away)
    for command in ("cloudviz --version", "cloudviz --help"):
        walk.run(command, away, by="cloudviz/bin/cloudviz")
    end = walk.demo(["cloudviz/bin/cloudviz", "demo", "--port", "0", "--no-browser"], away)
    end()
    for command in commands(clone):
        walk.run(command, away, by="cloudviz/bin/cloudviz")
    walk.run("cloudviz doctor", away, by="cloudviz/bin/cloudviz")


def main() -> None:
    """Walk, and end with 1 where a step stumbles."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--walk", choices=["clone", "wheel"], help="one of the two only")
    reader.add_argument("--cold", action="store_true", help="with empty caches of uv, pip and npm")
    reader.add_argument("--repository", type=Path, default=ROOT, help="what is cloned; this one")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="first-minutes-") as name:
        folder = Path(name)
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("CLOUDVIZ_", "VIRTUAL_ENV", "MAKE", "MFLAGS", "UV_PROJECT"))
            and key not in ("DATABASE_URL", "REDIS_URL", "PYTHONPATH")
        }
        # Not the environment that this program runs in: its tools are not a newcomer's.
        own = str(Path(sys.executable).parent)
        kept["PATH"] = os.pathsep.join(each for each in kept["PATH"].split(os.pathsep) if each != own)
        caches = {
            name: str(folder / name.lower()) for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache")
        }
        walk = Walk({**kept, **(caches if given.cold else {}), "CLOUDVIZ_DATA_DIR": str(folder / "data")})
        print(f"{'seconds':>8} {'CPU':>8}  step")
        try:
            if given.walk != "wheel":
                from_clone(walk, given.repository, folder)
                walk.environment["CLOUDVIZ_DATA_DIR"] = str(folder / "other-data")
            if given.walk != "clone":
                from_wheel(walk, given.repository, folder)
        except Stumble as stumble:
            print(f"A step stumbled. {stumble}", file=sys.stderr)
            sys.exit(1)
        print(f"{walk.seconds:8.1f} {'':8}  in all")


if __name__ == "__main__":
    main()
