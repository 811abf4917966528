"""The first path, as a user walks it: `cloudviz draw STATE -o picture.svg`, one whole process.

    uv run python benchmarks/first_path.py [--sizes 1000,10000] [--dot-limit 120]

A Terraform state of n resources with consistent ids is generated into a temporary folder and drawn twice: with
the default budget of boxes, and with every resource as a box. Beside it, in the same run, Graphviz `dot -Tsvg`
lays out the same resources and links. Seconds are of a whole process, start-up and reading included; CPU is what
it used of them; memory is its peak resident set. The ratio is of CPU seconds, since both run on one core and
other work on the machine does not change it. Read the ratio; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from terraform_estate import write_state

from cloudviz.inventory.model import Graph
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths


@dataclass(frozen=True)
class Run:
    """One process that was measured. ``note`` says why there are no figures."""

    seconds: float = 0.0
    cpu: float = 0.0
    megabytes: float = 0.0
    note: str = ""


def measure(command: Sequence[str], limit: float) -> Run:
    """Run a command to its end, or kill it after ``limit`` seconds."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=words)
        while True:
            # wait4 and not wait: it gives the peak memory of this very child.
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            spent = time.perf_counter() - started
            if done:
                break
            if spent > limit:
                process.send_signal(signal.SIGKILL)
                _, _, usage = os.wait4(process.pid, 0)
                process.returncode = -signal.SIGKILL
                return Run(spent, usage.ru_utime + usage.ru_stime, note=f"not done after {limit:.0f} s")
            time.sleep(0.005)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            words.seek(0)
            said = words.read().decode(errors="replace").strip().splitlines()
            return Run(note=f"exit code {process.returncode}: {said[-1] if said else ''}")
    return Run(spent, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_dot(graph: Graph, path: Path) -> None:
    """The same resources and links as a Graphviz file, one box each."""
    numbers = {key: number for number, key in enumerate(graph.resources)}
    with path.open("w", encoding="utf-8") as file:
        file.write("digraph estate {\nnode [shape=box];\n")
        for key, number in numbers.items():
            label = graph.resources[key].name.replace("\\", "\\\\").replace('"', '\\"')
            file.write(f'n{number} [label="{label}"];\n')
        for link in graph.links:
            if link.source in numbers and link.target in numbers:
                file.write(f"n{numbers[link.source]} -> n{numbers[link.target]};\n")
        file.write("}\n")


def row(name: str, run: Run, peer: Run) -> str:
    if run.note:
        return f"  {name:<38} {run.note}"
    # A peer that was stopped had used this much CPU and was not done: the ratio is below what is printed.
    ratio = f"{'<' if peer.note else ''}{run.cpu / peer.cpu:.3f}" if peer.cpu else "-"
    return f"  {name:<38} {run.seconds:9.2f} {run.cpu:9.2f} {run.megabytes:9.0f} {ratio:>9}"


def figures(size: int, folder: Path, dot_limit: float) -> list[str]:
    state = folder / f"estate-{size}.tfstate"
    write_state(state, size)
    graph, problems = normalise(read_paths([state]).items)
    if problems:
        raise SystemExit(f"the generated estate has problems: {problems[:3]}")
    cloudviz = [str(Path(sys.executable).parent / "cloudviz")]
    runs = {
        "cloudviz draw, 100 boxes at most": [*cloudviz, "draw", str(state), "-o", str(folder / "some.svg")],
        "cloudviz draw, every resource a box": [
            *cloudviz, "draw", str(state), "--max-nodes", "0", "-o", str(folder / "all.svg"),
        ],
    }  # fmt: skip
    if shutil.which("dot") is None:
        peer = Run(note="not installed")
    else:
        write_dot(graph, folder / "estate.dot")
        peer = measure(["dot", "-Tsvg", str(folder / "estate.dot"), "-o", str(folder / "dot.svg")], dot_limit)
    lines = [
        f"{len(graph.resources)} resources, {len(graph.links)} links, {state.stat().st_size / 1e6:.1f} MB of state"
    ]
    lines += [row(name, measure(command, 600), peer) for name, command in runs.items()]
    lines.append(row("dot -Tsvg on the same graph", peer, peer))
    return lines


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", default="1000,10000", help="numbers of resources, separated by commas")
    options.add_argument("--dot-limit", type=float, default=120, help="seconds after which dot is stopped")
    chosen = options.parse_args()
    print(f"  {'':<38} {'seconds':>9} {'CPU s':>9} {'peak MB':>9} {'CPU : dot':>9}")
    with tempfile.TemporaryDirectory(prefix="cloudviz-bench-") as folder:
        for size in (int(text) for text in chosen.sizes.split(",")):
            print("\n".join(figures(size, Path(folder), chosen.dot_limit)), flush=True)


if __name__ == "__main__":
    main()
