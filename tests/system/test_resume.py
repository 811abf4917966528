"""A scan killed at any point and resumed ends in the inventory of one left alone, and reads nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.commands import run_cloudviz
from tests.tiers import nightly_after

from cloudviz.catalogue.registry import catalogue
from cloudviz.sources.aws.model import action
from cloudviz.sources.aws.plan import plan
from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_faults import Behaviour, Call, Fault, FaultyAws
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import CREDENTIALS

pytestmark = pytest.mark.moto

KILLS = int(os.environ.get("CLOUDVIZ_TEST_KILLS", "8"))
"""At so many random points the scan is killed; 20 before a release."""

CALLS = range(6, 160)
"""Between which calls of a scan it is killed: the first few sign in."""


class Home:
    """A user's machine with moto's credentials and a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
        self.environment = {key: value for key, value in os.environ.items() if key in names}
        self.environment |= {key: value for key, value in CREDENTIALS.items() if value}
        self.environment |= {"CLOUDVIZ_DATA_DIR": str(folder / "data"), "NO_COLOR": "1"}

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "cloudviz.cli.main", *words]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        done = run_cloudviz(*words, cwd=self.folder, env=self.environment, timeout=240)
        return done.returncode, done.stdout, done.stderr

    def scan(self, url: str) -> subprocess.Popen[str]:
        return self.start("discover", "aws", "--endpoint-url", url, "--regions", ",".join(REGIONS))

    def inventory(self) -> str:
        """The exported bytes, but for what names the discovery and its time."""
        text = self.run("export", "inventory")[1]
        for key in ("id", "started_at", "completed_at"):
            text = text.replace(f'"{key}": "{json.loads(text)["discovery"][key]}"', f'"{key}": ""', 1)
        return text

    def rows(self, query: str) -> list[tuple[str, ...]]:
        connection = sqlite3.connect(self.folder / "data" / "cloudviz.sqlite3")
        try:
            return list(connection.execute(query))
        finally:
            connection.close()

    def written(self) -> set[str]:
        """The parts that are written down."""
        return {row[0] for row in self.rows("SELECT DISTINCT part FROM discovery_listings")}


def at_call(number: int, then: Callable[[], None]) -> Fault:
    """Does something when so many calls have come, and answers all of them as moto does."""
    lock, count = threading.Lock(), [0]

    def behave(handler: object, call: Call, onward: Callable[[], object]) -> None:
        with lock:
            count[0] += 1
            if count[0] == number:
                then()
        handler.answer(onward())  # type: ignore[attr-defined]

    behaviour: Behaviour = behave  # type: ignore[assignment]
    return Fault(behaviour)


def lists() -> dict[str, str]:
    """Permission of each list → the end of its part's key, where nothing else makes that call."""
    known = catalogue()
    units = plan(known, known.of("aws"), ["here"])
    made = Counter(unit.permission for unit in units)
    for unit in units:
        for detail, _ in unit.details:
            made[detail.permission or action(unit.call.service, detail.operation)] += 2
    return {unit.permission: unit.types[0].key for unit in units if made[unit.permission] == 1}


@pytest.fixture(scope="module")
def undisturbed(
    faulty_server: FaultyAws, aws_truth: Truth, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """The inventory of a scan that was left alone, and how many calls it took."""
    faulty_server.clear()
    home = Home(tmp_path_factory.mktemp("undisturbed"))
    process = home.scan(faulty_server.url)
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    assert home.written() == set()
    text = home.inventory()
    assert len(json.loads(text)["resources"]) >= len(aws_truth.resources)
    yield text, len(faulty_server.calls)


@pytest.mark.parametrize("seed", nightly_after(2, range(KILLS)))
def test_killed_and_resumed(
    seed: int, faulty_aws: FaultyAws, undisturbed: tuple[str, int], tmp_path: Path
) -> None:
    inventory, calls = undisturbed
    home = Home(tmp_path)
    number = random.Random(seed).randrange(CALLS.start, min(CALLS.stop, calls - 1))
    started: list[subprocess.Popen[str]] = []
    faulty_aws.faults.append(at_call(number, lambda: started[0].send_signal(signal.SIGKILL)))
    started.append(home.scan(faulty_aws.url))
    started[0].communicate(timeout=240)
    assert started[0].returncode == -signal.SIGKILL
    written = home.written()
    ((discovery_id, status),) = home.rows("SELECT id, status FROM discoveries")
    assert status == "running"

    faulty_aws.clear()
    code, out, errors = home.run("discover", "aws", "--resume", discovery_id)
    assert code == 0, errors
    assert out.strip() == discovery_id
    assert home.inventory() == inventory
    assert home.written() == set()
    # What was written down is not asked for again, in none of the regions it was written down for.
    names = lists()
    for call in faulty_aws.calls:
        key = names.get(call.permission)
        regional = {part for part in written if key is not None and part.endswith(f"/{key}")}
        assert not any(f"/{place}/" in part for part in regional for place in (call.region, "global")), call
    assert len(faulty_aws.calls) < calls + 10 - len(written)


def test_stopped_and_resumed(faulty_aws: FaultyAws, undisturbed: tuple[str, int], tmp_path: Path) -> None:
    """Ctrl-C keeps what was seen, says how to go on, and going on ends as if nothing had been."""
    inventory, calls = undisturbed
    home = Home(tmp_path)
    started: list[subprocess.Popen[str]] = []
    faulty_aws.faults.append(at_call(calls // 2, lambda: started[0].send_signal(signal.SIGINT)))
    started.append(home.scan(faulty_aws.url))
    out, errors = started[0].communicate(timeout=240)
    assert started[0].returncode == 3, errors
    discovery_id = out.strip()
    assert f"cloudviz discover aws --resume {discovery_id}" in errors
    kept = {each["id"] for each in json.loads(home.inventory())["resources"]}
    whole = {each["id"] for each in json.loads(inventory)["resources"]}
    assert kept < whole and kept
    assert home.written()

    faulty_aws.clear()
    code, _, errors = home.run("discover", "aws", "--resume", discovery_id)
    assert code == 0, errors
    assert home.inventory() == inventory
    assert home.written() == set()

    for words, complaint in (
        (("aws", "--resume", discovery_id), "nothing left to resume"),
        (("azure", "--resume", discovery_id), "is one of aws"),
        (("aws", "--resume", "nonsense"), "there is no discovery"),
    ):
        code, out, errors = home.run("discover", *words)
        assert (code, out) == (1, "")
        assert complaint in errors
    assert home.run("discover", "aws", "--resume", discovery_id, "--regions", "eu-west-1")[0] == 2
