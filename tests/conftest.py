"""What holds for every test: where a part of the machine is missing, say so, and in CI fail.

A skipped test proves nothing, so nothing that CI can install is ever skipped there. Proofs that take minutes each
(kill twenty times, millions of rows, an hour of fuzzing) are marked ``nightly`` and chosen by ``--nightly``,
those of a whole installation ``system_proof`` and ``--system-proof``: they are deselected, not skipped, otherwise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

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
