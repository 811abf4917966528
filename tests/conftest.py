"""What holds for every test: where a part of the machine is missing, say so, and in CI fail.

A skipped test proves nothing, so nothing that CI can install is ever skipped there. Proofs that take minutes each
(kill twenty times, millions of rows, an hour of fuzzing) are marked ``nightly`` and chosen by ``--nightly``,
those of a whole installation ``system_proof`` and ``--system-proof``: they are deselected, not skipped, otherwise.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import PurePath

import pytest
from hypothesis import settings
from tests.servers import PostgresServer, postgres

# An example may take as long as a busy machine makes it take: no test asserts on the clock.
settings.register_profile("cloudviz", deadline=None)
settings.load_profile("cloudviz")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of the browser that tests drive, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="run the proofs that take minutes too")
    parser.addoption(
        "--system-proof", action="store_true", help="run the proofs of a whole installation (make test-system)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for marker in ("nightly", "system_proof"):
        if config.getoption(f"--{marker.replace('_', '-')}"):
            continue
        left_out = [item for item in items if item.get_closest_marker(marker)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if not item.get_closest_marker(marker)]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Takes what a proof has measured, in words; `make test-system` prints them at its end."""

    def told(text: str) -> None:
        request.node.user_properties.append(("figure", text))

    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The proofs of a whole installation as a table: how each ended, what it took, and what it measured."""
    reports = [
        each
        for outcome in ("passed", "failed", "error", "skipped")
        for each in terminalreporter.stats.get(outcome, ())
        if isinstance(each, pytest.TestReport) and "system_proof" in each.keywords
    ]
    if not reports:
        return
    seconds: dict[str, float] = defaultdict(float)
    for each in terminalreporter.stats.get("", ()):  # setting up and taking down, which went well
        if isinstance(each, pytest.TestReport):
            seconds[each.nodeid] += each.duration
    for each in reports:
        seconds[each.nodeid] += each.duration
    terminalreporter.section("what was proved")
    files: dict[str, list[pytest.TestReport]] = defaultdict(list)
    for each in reports:
        files[PurePath(each.nodeid.partition("::")[0]).stem.removeprefix("test_")].append(each)
    for file, found in files.items():
        took = sum(seconds[each] for each in {each.nodeid for each in found})
        terminalreporter.write_line(f"{file.replace('_', ' ')} ({took:.0f} s)")
        for each in found:
            name = each.nodeid.partition("::")[2].removeprefix("test_").replace("_", " ")
            terminalreporter.write_line(f"  {each.outcome:7} {seconds[each.nodeid]:5.0f} s  {name}")
            for what, said in each.user_properties:
                if what == "figure":
                    terminalreporter.write_line(f"{'':18}{said}")
    terminalreporter.write_line(f"{len(reports)} proofs in {sum(seconds.values()) / 60:.1f} minutes")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and chromium() is None:
        what = "no Chromium on PATH; scripts/browser installs Debian's when it may"
        if in_ci():
            pytest.fail(what, pytrace=False)
        pytest.skip(what)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the session. Where it does not start, the test fails: it is never skipped."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of an empty PostgreSQL database that the whole session shares."""
    return postgres_server.url()
