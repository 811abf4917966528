"""`cloudviz jobs`, `schedules` and `worker --once`, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from cloudviz.cli.main import app
from cloudviz.errors import CloudVizError


class Home:
    """A command line with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.database = f"sqlite:///{folder}/cloudviz.db"
        self.runner = CliRunner()

    def run(self, *words: str) -> str:
        done = self.runner.invoke(app, [*words, "--database", self.database])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    def read(self, *words: str) -> Any:
        return orjson.loads(self.run(*words, "-o", "json"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDVIZ_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path)


def test_a_job_from_its_start_to_its_file(home: Home, tmp_path: Path) -> None:
    key = home.run("jobs", "start", "export", "--arg", "format=ndjson", "--priority", "3")
    (listed,) = home.read("jobs", "list", "--status", "queued")
    assert (listed["id"], listed["kind"], listed["priority"]) == (key, "export", 3)
    home.run("worker", "--once")
    shown = home.read("jobs", "show", key)
    assert (shown["status"], shown["result"]["resources"]) == ("succeeded", 0)
    assert (tmp_path / "data" / "job-files" / f"{key}.ndjson").read_bytes() == b""
    home.run("jobs", "follow", key)
    other = home.run("jobs", "start", "draw")
    home.run("jobs", "cancel", other)
    assert home.read("jobs", "show", other)["status"] == "cancelled"


def test_a_schedule_from_its_making_to_its_end(home: Home) -> None:
    made = ("nightly", "30 2 * * *", "discover", "--arg", "provider=aws", "--arg", 'regions=["eu-west-1"]')
    key = home.run("schedules", "add", *made, "--time-zone", "Europe/Berlin", "--jitter", "60")
    (row,) = home.read("schedules", "list")
    assert (row["id"], row["name"], row["missed"], len(row["next_runs"])) == (key, "nightly", "once", 5)
    assert row["arguments"] == {"provider": "aws", "regions": ["eu-west-1"]}
    home.run("schedules", "pause", "nightly")
    assert home.read("schedules", "show", "nightly")["next_run"] is None
    home.run("schedules", "change", "nightly", "--cron", "@weekly", "--missed", "all")
    home.run("schedules", "resume", key)
    shown = home.read("schedules", "show", "nightly")
    assert (shown["cron"], shown["missed"], shown["time_zone"]) == ("@weekly", "all", "Europe/Berlin")
    job = home.run("schedules", "run", "nightly")
    assert [each["job_id"] for each in home.read("schedules", "show", "nightly")["runs"]] == [job]
    assert home.read("jobs", "show", job)["requested_by"] == "schedule:nightly"
    home.run("schedules", "remove", "nightly")
    assert home.read("schedules", "list") == []


def test_what_can_not_be_is_refused_in_words(home: Home) -> None:
    for words in (
        ("jobs", "start", "no-such"),
        ("jobs", "start", "export", "--arg", "format"),
        ("jobs", "start", "export", "--arg", "format=exe"),
        ("jobs", "show", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        ("schedules", "add", "x", "61 * * * *", "draw"),
        ("schedules", "add", "x", "@daily", "draw", "--time-zone", "Mars"),
        ("schedules", "add", "x", "@daily", "draw", "--missed", "twice"),
        ("schedules", "pause", "nobody"),
    ):
        with pytest.raises(CloudVizError) as refused:
            home.run(*words)
        assert refused.value.hint, words
