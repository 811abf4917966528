"""The benchmarks run, on a small size, so that they do not rot between releases. No figure is asserted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_first_path_prints_its_table():
    command = [sys.executable, "benchmarks/first_path.py", "--sizes", "60", "--dot-limit", "60"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].startswith("60 resources, ")
    assert [line.split("  ")[1].strip() for line in lines[2:]] == [
        "cloudviz draw, 100 boxes at most",
        "cloudviz draw, every resource a box",
        "dot -Tsvg on the same graph",
    ]
    assert "exit code" not in done.stdout
