"""The benchmarks run, on a small size, so that they do not rot between releases. No figure is asserted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_scanning_prints_its_table():
    command = [sys.executable, "benchmarks/scan.py", "--sizes", "100,300"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    first = [line.split()[0] for line in lines]
    clouds = ("aws", "azure", "gcp")
    made = ["Resource:", "Link:", "RawItem:"]
    assert first == [
        *made,
        "normalise+link/s",
        "cloud",
        *(word for each in clouds for word in (each, each, f"{each}:")),
    ]
    rows = [line.split() for line in lines[5:] if line.split()[0] in clouds]
    # cloud, resources, links, calls, seconds, CPU s, of it the SDK's, peak MB, both rates, both limits, ratio
    assert all(len(row) == 13 and int(row[1].replace(",", "")) >= 90 for row in rows), done.stdout
    assert all(float(each.replace(",", "")) > 0 for row in rows for each in row[7:12]), done.stdout
    assert [row[6] == "–" for row in rows] == [False, False, True, True, True, True]


def test_scanning_is_given_up_in_time():
    command = [sys.executable, "benchmarks/scan.py", "--sizes", "300", "--clouds", "gcp", "--seconds", "0.1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "gcp: 300 took longer than 0.1 s"


@pytest.mark.nightly
def test_what_a_scan_holds_grows_slowly():
    """Memory for a page of an answer is the same whatever the estate; what stays of a resource is small."""
    command = [sys.executable, "benchmarks/scan.py", "--sizes", "4000,24000", "--clouds", "gcp"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    found = re.search(r" and (-?[0-9.]+) KB of memory each", done.stdout)
    # As plain objects a resource took 13 KB.
    assert found is not None and float(found[1]) < 8, done.stdout


def test_pictures_beside_their_peers_print_their_table():
    asked = ["--sizes", "60", "--large", "300", "--peers", "dot,fdp", "--limit", "60"]
    command = [sys.executable, "benchmarks/diagram.py", *asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].startswith("60 resources, ")
    names = [line[2:28].strip() for line in lines[2:-1] if line[2:28].strip()]
    layouts = ("hierarchical", "force-directed", "circular", "grid")
    assert names == [*(f"CloudViz {layout}" for layout in layouts), "Graphviz dot", "Graphviz fdp"]
    overlaps_and_outside = [line.split()[-6:-4] for line in lines if line.startswith("  CloudViz")]
    assert overlaps_and_outside == [["0", "0"]] * 4
    assert lines[-1].startswith("300 resources to the default picture of ")
