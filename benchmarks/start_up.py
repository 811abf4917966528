"""How long ``cloudviz`` takes to start, beside a bare Python and the command lines of others that are installed.

    uv run python benchmarks/start_up.py [--rounds 15]

Each is run so many times, one after the other, as a process of its own with its output thrown away; bytecode is
written by a first run that does not count, as pip does when it installs. Milliseconds of CPU time (user and
system, the least of all rounds) and of wall time (the median).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT_MS = 150
"""Of CPU time, for --help and --version."""
PROGRAM = str(Path(sys.executable).with_name("cloudviz"))
ASKED = (
    ("python -c pass", [sys.executable, "-c", "pass"]),
    ("cloudviz --version", [PROGRAM, "--version"]),
    ("cloudviz --help", [PROGRAM, "--help"]),
    ("cloudviz resources list --help", [PROGRAM, "resources", "list", "--help"]),
    ("cloudviz draw --help", [PROGRAM, "draw", "--help"]),
    ("cloudviz types list -o json", [PROGRAM, "types", "list", "-o", "json"]),
    ("ruff --help", ["ruff", "--help"]),
    ("pytest --help", ["pytest", "--help"]),
    ("aws --version", ["aws", "--version"]),
    ("git --help", ["git", "--help"]),
)


def taken(words: list[str], rounds: int) -> tuple[float, float]:
    """Milliseconds of CPU and of wall time of a command."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    cpu, wall = [], []
    for _ in range(rounds + 1):
        before, start = os.times(), time.perf_counter()
        subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        after = os.times()
        wall.append((time.perf_counter() - start) * 1000)
        used = after.children_user + after.children_system - before.children_user - before.children_system
        cpu.append(used * 1000)
    return min(cpu[1:]), statistics.median(wall[1:])


def main() -> None:
    """Print the table; end with 1 when --help or --version takes longer than it may."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rounds", type=int, default=15)
    rounds = reader.parse_args().rounds
    bare, slow = 0.0, False
    print(f"{'':<34} {'CPU ms':>8} {'wall ms':>8}  beside bare Python (CPU)")
    for name, words in ASKED:
        program = shutil.which(words[0], path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        if program is None:
            continue
        cpu, wall = taken([program, *words[1:]], rounds)
        bare = bare or cpu
        may = name.startswith("cloudviz") and name.endswith(("--help", "--version"))
        slow |= may and cpu > LIMIT_MS
        said = f"  over {LIMIT_MS} ms" if may and cpu > LIMIT_MS else ""
        print(f"{name:<34} {cpu:8.0f} {wall:8.0f}  {cpu / max(bare, 1):6.1f}{said}", flush=True)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
