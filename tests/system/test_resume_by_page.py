"""Scans killed at any point: they end as if left alone, and read no page twice."""

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
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.commands import run_cloudviz
from tests.tiers import nightly_after

from fake_clouds import aws_bulk, azure, azure_estate, gcp, gcp_estate
from fake_clouds.gcp import on, switched_off

KILLS = int(os.environ.get("CLOUDVIZ_TEST_KILLS", "8"))
"""At so many random points the scan is killed; 20 before a release."""

SIGNING_IN = ("/subscriptions", "/v3/projects:search")
"""What every try asks for, to learn where to look."""

AZURE_UNDER_WAY = 40
"""Two batches of eight lists are read at a time, one waits and one is written down; and some pages."""

GCP_UNDER_WAY = 12
"""Of each of two projects a page is asked for, one waits and one is written down; Vision's lists are one part."""


AWS_UNDER_WAY = 9
"""Of each of three long lists a page is asked for, one waits and one is written down."""


@dataclass
class Cloud:
    """A fake, however it counts: ``words`` is the scan, ``marks`` is one mark for each call, of what it asked for.

    ``at_call`` has something done when so many calls have come; ``clear`` makes the fake behave, and forget.
    """

    words: tuple[str, ...]
    under_way: int
    marks: Callable[[], list[str]]
    at_call: Callable[[int, Callable[[], None]], None]
    clear: Callable[[], None]
    refuse_tokens: Callable[[], None]
    undisturbed: str = ""
    calls: int = 0
    environment: dict[str, str] = field(default_factory=dict)


class Home:
    """A user's machine with a database of its own."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        self.folder, self.cloud = folder, cloud
        names = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
        self.environment = {key: value for key, value in os.environ.items() if key in names}
        self.environment |= {"CLOUDVIZ_DATA_DIR": str(folder / "data"), "NO_COLOR": "1", **cloud.environment}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "cloudviz.cli.main", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> str:
        done = run_cloudviz(*words, cwd=self.folder, env=self.environment, timeout=240)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def killed_at(self, number: int) -> str:
        """Scan, be killed at a call, and give the id of the discovery."""
        started: list[subprocess.Popen[str]] = []
        self.cloud.at_call(number, lambda: started[0].send_signal(signal.SIGKILL))
        started.append(self.start("discover", *self.cloud.words))
        _, errors = started[0].communicate(timeout=240)
        assert started[0].returncode == -signal.SIGKILL, errors
        ((discovery_id, status),) = self.rows("SELECT id, status FROM discoveries")
        assert status == "running"
        return discovery_id

    def rows(self, query: str) -> list[tuple[str, ...]]:
        connection = sqlite3.connect(self.folder / "data" / "cloudviz.sqlite3")
        try:
            return list(connection.execute(query))
        finally:
            connection.close()

    def inventory(self) -> str:
        """The exported bytes, but for what names the discovery and its time."""
        text = self.run("export", "inventory")
        for key in ("id", "started_at", "completed_at"):
            text = text.replace(f'"{key}": "{json.loads(text)["discovery"][key]}"', f'"{key}": ""', 1)
        return text


def counted(number: int, then: Callable[[], None]) -> Callable[[], None]:
    """Called for each call: does something at one of them."""
    lock, count = threading.Lock(), [0]

    def call() -> None:
        with lock:
            count[0] += 1
            if count[0] == number:
                then()

    return call


@pytest.fixture(scope="module")
def azure_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    fake = azure.FakeAzure(azure_estate.build(size=1400, subscriptions=2))

    def clear() -> None:
        fake.reset()
        fake.page, fake.quota = 60, 1000

    def at_call(number: int, then: Callable[[], None]) -> None:
        count = counted(number, then)

        async def behave(turn: azure.Turn) -> azure.Reply:
            count()
            return turn.honest()

        fake.faults.append(azure.Fault(behave))

    def refuse_tokens() -> None:
        async def behave(turn: azure.Turn) -> azure.Reply:
            body = json.loads(turn.call.body or b"{}")
            if "$skipToken" in body.get("options", {}) and not refused:
                refused.append(turn.call.table)
                return azure.error(400, "BadRequest", "The skip token has expired.")
            return turn.honest()

        refused: list[str] = []
        fake.faults.append(azure.Fault(behave, table="resources"))

    cloud = Cloud(
        ("azure", "--endpoint-url", fake.url),
        AZURE_UNDER_WAY,
        lambda: [call.mark for call in fake.calls if call.path not in SIGNING_IN],
        at_call,
        clear,
        refuse_tokens,
        environment={"AZURE_ACCESS_TOKEN": azure.TOKEN},
    )
    _leave_alone(cloud, tmp_path_factory.mktemp("azure"))
    yield cloud
    fake.stop()


@pytest.fixture(scope="module")
def aws_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Three lists of 20 pages. The others have nothing, and as many of them are under way as there are threads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws_bulk, "PAGE", 20)
        fake = aws_bulk.BulkAws(1200)

    def clear() -> None:
        fake.marks.clear()
        fake.when_called = lambda: None

    def at_call(number: int, then: Callable[[], None]) -> None:
        count = counted(number, then)

        def when_called() -> None:
            if fake.marks[-1] in long_lists():
                count()

        fake.when_called = when_called

    def long_lists() -> list[str]:
        names = ("DescribeInstances", "DescribeVolumes", "DescribeNetworkInterfaces")
        return [
            mark for mark in fake.marks if mark.startswith("ec2") and any(f"={name}&" in mark for name in names)
        ]

    cloud = Cloud(
        ("aws", "--endpoint-url", fake.url),
        AWS_UNDER_WAY,
        long_lists,
        at_call,
        clear,
        lambda: None,
        environment={"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "x"},
    )
    _leave_alone(cloud, tmp_path_factory.mktemp("aws"))
    assert cloud.calls == 60
    yield cloud
    fake.stop()


def _google(words: tuple[str, ...], *, is_off: bool = False) -> Iterator[Cloud]:
    fake = gcp.FakeGoogle(gcp_estate.build(1200, 2), page_size=50)

    def clear() -> None:
        fake.clear()
        if is_off:
            fake.faults.append(on("cloudasset.googleapis.com", lambda: switched_off("cloudasset.googleapis.com")))

    def at_call(number: int, then: Callable[[], None]) -> None:
        count = counted(number, then)
        fake.faults.insert(0, lambda call, made: count())

    def refuse_tokens() -> None:
        def fault(call: gcp.Call, made: int) -> gcp.Reply | None:
            if refused or not call.values("pageToken"):
                return None
            refused.append(call.line)
            return gcp.error(400, "INVALID_ARGUMENT", "The page token has expired.")

        refused: list[str] = []
        fake.faults.append(fault)

    yield Cloud(
        ("gcp", "--endpoint-url", fake.url, *words),
        GCP_UNDER_WAY,
        lambda: [call.line for call in fake.calls if call.path not in SIGNING_IN],
        at_call,
        clear,
        refuse_tokens,
    )
    fake.stop()


@pytest.fixture(scope="module", params=["organization", "projects"])
def google_cloud(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    words = ("--organization", gcp_estate.ORGANIZATION) if request.param == "organization" else ()
    for cloud in _google(words):
        _leave_alone(cloud, tmp_path_factory.mktemp("gcp"))
        yield cloud


@pytest.fixture(scope="module")
def google_lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    for cloud in _google((), is_off=True):
        _leave_alone(cloud, tmp_path_factory.mktemp("lists"))
        yield cloud


def _leave_alone(cloud: Cloud, folder: Path) -> None:
    cloud.clear()
    home = Home(folder, cloud)
    home.run("discover", *cloud.words)
    marks = cloud.marks()
    cloud.calls = len(marks)
    assert home.rows("SELECT part FROM discovery_parts") == []
    cloud.undisturbed = home.inventory()


def kill_and_resume(cloud: Cloud, folder: Path, seed: int) -> None:
    cloud.clear()
    home = Home(folder, cloud)
    number = random.Random(seed).randrange(3, cloud.calls)
    discovery_id = home.killed_at(number)
    before = set(cloud.marks())
    written = len(home.rows("SELECT part FROM discovery_parts"))

    cloud.clear()
    assert home.run("discover", cloud.words[0], "--resume", discovery_id).strip() == discovery_id
    assert home.inventory() == cloud.undisturbed
    assert home.rows("SELECT part FROM discovery_parts UNION SELECT part FROM discovery_listings") == []
    again = Counter(cloud.marks())
    assert max(again.values(), default=1) == 1  # nothing twice in one try
    twice = before & again.keys()
    assert len(twice) <= cloud.under_way, (number, written, sorted(twice))
    assert len(before) + len(again) <= cloud.calls + cloud.under_way


@pytest.mark.parametrize("seed", nightly_after(2, range(KILLS)))
def test_azure_killed_and_resumed(seed: int, azure_cloud: Cloud, tmp_path: Path) -> None:
    kill_and_resume(azure_cloud, tmp_path, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(KILLS))
def test_aws_killed_and_resumed(seed: int, aws_cloud: Cloud, tmp_path: Path) -> None:
    kill_and_resume(aws_cloud, tmp_path, seed)


@pytest.mark.parametrize("seed", nightly_after(1, range(KILLS // 2)))
def test_google_killed_and_resumed(seed: int, google_cloud: Cloud, tmp_path: Path) -> None:
    kill_and_resume(google_cloud, tmp_path, seed)


def test_googles_own_lists_killed_and_resumed(google_lists: Cloud, tmp_path: Path) -> None:
    cloud = google_lists
    cloud.clear()
    home = Home(tmp_path, cloud)
    discovery_id = home.killed_at(cloud.calls * 2 // 3)
    # A list is a part as a whole here, with those it needs: at least its own call is not made again.
    written = [part for (part,) in home.rows("SELECT part FROM discovery_parts") if "/gcp." in part]
    assert written
    cloud.clear()
    home.run("discover", "gcp", "--resume", discovery_id)
    assert home.inventory() == cloud.undisturbed
    assert len(cloud.marks()) <= cloud.calls - len(written)


def begin_anew(cloud: Cloud, folder: Path) -> None:
    cloud.clear()
    home = Home(folder, cloud)
    discovery_id = home.killed_at(12)
    cloud.clear()
    cloud.refuse_tokens()
    home.run("discover", cloud.words[0], "--resume", discovery_id)
    assert home.inventory() == cloud.undisturbed
    # The refused call, and the pages that were read before it.
    assert len(cloud.marks()) > 1 + cloud.calls - 12 + 2


def test_a_table_begins_anew_where_its_token_has_expired(azure_cloud: Cloud, tmp_path: Path) -> None:
    begin_anew(azure_cloud, tmp_path)


def test_a_query_begins_anew_where_its_token_has_expired(google_cloud: Cloud, tmp_path: Path) -> None:
    begin_anew(google_cloud, tmp_path)
