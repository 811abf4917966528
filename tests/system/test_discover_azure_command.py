"""``cloudviz discover azure`` as a process: a whole estate, a cloud that denies, and none at all."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands import run_cloudviz
from tests.servers import free_port

from fake_clouds.azure import TOKEN, FakeAzure
from fake_clouds.azure_estate import SUBSCRIPTIONS, build
from fake_clouds.azure_truth import AzureEstate


class Home:
    """A user's machine with a token of the fake's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
        self.environment = {key: value for key, value in os.environ.items() if key in names}
        self.environment |= {
            "CLOUDVIZ_DATA_DIR": str(folder / "data"),
            "NO_COLOR": "1",
            "AZURE_ACCESS_TOKEN": TOKEN,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return run_cloudviz(*words, cwd=self.folder, env=self.environment, timeout=240)

    def inventory(self) -> dict[str, set[tuple[str, ...]]]:
        document = json.loads(self.run("export", "inventory").stdout)
        return {
            "resources": {(each["id"], each["type"]) for each in document["resources"]},
            "links": {(each["source"], each["target"], each["kind"]) for each in document["links"]},
        }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture(scope="module")
def estate() -> AzureEstate:
    return build(size=180, subscriptions=2)


@pytest.fixture(scope="module")
def server(estate: AzureEstate) -> Iterator[FakeAzure]:
    fake = FakeAzure(estate)
    yield fake
    fake.stop()


def test_a_denied_type_costs_nothing_that_was_known(home: Home, server: FakeAzure, estate: AzureEstate) -> None:
    """Scan, be denied, look at a part only, scan again: what was found stays found, and is never new twice."""
    everything = ("discover", "azure", "--endpoint-url", server.url)
    first = home.run(*everything)
    assert first.returncode == 0, first.stderr
    assert f"{len(estate.truth.resources)} new, 0 changed, 0 gone" in first.stderr
    assert home.inventory() == {"resources": estate.truth.resources, "links": estate.truth.links}

    server.deny("Microsoft.Network/networkSecurityGroups/read")
    denied = home.run(*everything)
    assert denied.returncode == 3
    assert "needs microsoft.network/networksecuritygroups/read" in denied.stderr
    assert "0 new, 0 changed, 0 gone" in denied.stderr
    assert "Traceback" not in denied.stderr
    server.reset()

    for part in (
        ("--regions", "westeurope"),
        ("--resource-groups", "rg-shop-0"),
        ("--subscriptions", SUBSCRIPTIONS[0]),
        ("--types", "azure.network.*"),
    ):
        partial = home.run(*everything, *part)
        assert partial.returncode == 0, partial.stderr
        assert "0 new, 0 changed, 0 gone" in partial.stderr, part

    gone = estate.truth.of_type("azure.support.logic_app")
    kept = list(estate.tables["resources"])
    estate.tables["resources"][:] = [row for row in kept if row["type"] != "microsoft.logic/workflows"]
    less = home.run(*everything)
    estate.tables["resources"][:] = kept
    assert f"0 new, 0 changed, {len(gone)} gone" in less.stderr

    again = home.run(*everything)
    assert again.returncode == 0, again.stderr
    assert home.inventory() == {"resources": estate.truth.resources, "links": estate.truth.links}


def test_what_cannot_be_scanned_is_one_clear_line_and_leaves_nothing(home: Home, server: FakeAzure) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    refusals = [
        home.run("discover", "azure", "--endpoint-url", nowhere),
        home.run("discover", "azure", "--endpoint-url", "nonsense"),
        home.run("discover", "azure", "--endpoint-url", server.url, "--regions", "west'europe"),
        home.run("discover", "azure", "--endpoint-url", server.url, "--subscriptions", "12"),
        home.run("discover", "azure", "--endpoint-url", server.url, "--management-group", "a/b"),
        home.run("discover", "azure", "--endpoint-url", server.url, "--types", "azure.compute.machine"),
    ]
    for refusal in refusals:
        assert refusal.returncode == 1, refusal
        assert refusal.stdout == ""
        assert len(refusal.stderr.strip().splitlines()) == 1, refusal.stderr
        assert "Traceback" not in refusal.stderr
    assert home.inventory() == {"resources": set(), "links": set()}


def test_the_role_is_printed(home: Home) -> None:
    role = json.loads(home.run("permissions", "azure", "--types", "azure.storage.*").stdout)
    assert role["IsCustom"] is True and role["AssignableScopes"]
    assert "microsoft.storage/storageaccounts/read" in role["Actions"]
    assert "microsoft.web/sites/read" not in role["Actions"]
    assert all(action.endswith("/read") for action in role["Actions"])
