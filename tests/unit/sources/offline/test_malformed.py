"""Malformed files are refused in words, or read in part with problems: no crash, in a second and 200 MB each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tiers import nightly_after
from tests.unit.sources.offline.malformed import malformed, seeds

from cloudviz.errors import CloudVizError
from cloudviz.jobs.imports import read_files

PIECE = 500
PIECES = 20

_READ = """
import sys, time, json
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from tests.unit.sources.offline.malformed import malformed, seeds
from cloudviz.errors import CloudVizError
from cloudviz.jobs.imports import read_files

def peak():
    return [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")][0] / 1024

def rss():
    return [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")][0] / 1024

first, count, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
files = seeds()
for path in files[:40]:
    try:
        read_files([path])
    except CloudVizError:
        pass
told = {"refused": 0, "partial": 0, "read": 0, "crashed": [], "slow": [], "large": []}
told |= {"seconds": 0.0, "megabytes": 0.0}
for number in range(first, first + count):
    seed = files[number % len(files)]
    path = folder / "input"
    path.write_bytes(malformed(seed, number))
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    base, began = rss(), time.process_time()
    try:
        found = read_files([path])
        told["partial" if found.problems else "read"] += 1
    except CloudVizError as refusal:
        told["refused"] += 1
        assert refusal.one_line().strip()
    except BaseException as error:
        told["crashed"].append([seed.name, number, repr(error)[:300]])
    seconds, megabytes = time.process_time() - began, peak() - base
    told["seconds"], told["megabytes"] = max(told["seconds"], seconds), max(told["megabytes"], megabytes)
    if seconds > 1:
        told["slow"].append([seed.name, number, seconds])
    if megabytes > 200:
        told["large"].append([seed.name, number, megabytes])
print(json.dumps(told))
"""


@pytest.mark.parametrize("piece", nightly_after(0, range(PIECES)))
def test_malformed_files(piece: int, tmp_path: Path) -> None:
    """10,000 of them in all. A process of its own is told from the others' memory."""
    root = str(Path(__file__).parents[4])
    arguments = [str(piece * PIECE), str(PIECE), str(tmp_path), root]
    done = subprocess.run([sys.executable, "-c", _READ, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    print(told)
    assert (told["crashed"], told["slow"], told["large"]) == ([], [], [])
    assert told["refused"] + told["partial"] + told["read"] == PIECE


@pytest.mark.parametrize("number", range(0, 120, 6))
def test_some_malformed_files(number: int, tmp_path: Path) -> None:
    files = seeds()
    path = tmp_path / "input"
    path.write_bytes(malformed(files[number * 7 % len(files)], number))
    try:
        found = read_files([path])
    except CloudVizError as refusal:
        assert refusal.one_line().strip()
    else:
        assert found.graph.sorted() is not None


KEYS = [
    "version",
    "resources",
    "type",
    "instances",
    "attributes",
    "id",
    "arn",
    "name",
    "Vpcs",
    "VpcId",
    "kind",
    "rows",
    "akas",
    "$schema",
]
words = st.sampled_from(KEYS) | st.text(max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=30, deadline=None)
@given(document=values)
def test_any_json_is_refused_in_words_or_read_the_same_each_time(
    document: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_text(json.dumps(document))
    told = []
    for _ in range(2):
        try:
            told.append(repr(read_files([path]).graph))
        except CloudVizError as refusal:
            told.append(refusal.one_line())
    assert told[0] == told[1]
