"""``cloudviz discover gcp`` as a process: a whole estate, a cloud that denies, and none at all."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands import run_cloudviz
from tests.servers import free_port

from fake_clouds.gcp import FakeGoogle, denied, on, switched_off
from fake_clouds.gcp_estate import ORGANIZATION, REGION, Estate, build


class Home:
    """A user's machine without credentials of Google's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
        self.environment = {key: value for key, value in os.environ.items() if key in names}
        self.environment |= {"CLOUDVIZ_DATA_DIR": str(folder / "data"), "NO_COLOR": "1"}

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
def estate() -> Estate:
    return build(180, 2)


@pytest.fixture
def google(estate: Estate) -> Iterator[FakeGoogle]:
    fake = FakeGoogle(estate)
    yield fake
    fake.stop()


def test_what_is_known_outlives_a_region_a_type_and_a_cloud_that_denies(
    home: Home, google: FakeGoogle, estate: Estate
) -> None:
    truth = estate.truth
    url = ("--endpoint-url", google.url, "--organization", ORGANIZATION)
    first = home.run("discover", "gcp", *url)
    assert first.returncode == 0, first.stderr
    assert f"{len(truth.resources)} resources and {len(truth.links)} links" in first.stderr
    assert f"{len(truth.resources)} new, 0 changed, 0 gone" in first.stderr
    everything = {"resources": truth.resources, "links": truth.links}
    assert home.inventory() == everything

    # A look at one region, or at some types, says nothing of the others.
    for narrow in (("--types", "gcp.storage.*"), ("--regions", REGION), ("--regions", "us-east1")):
        again = home.run("discover", "gcp", *url, *narrow)
        assert again.returncode == 0, again.stderr
        assert "0 new, 0 changed, 0 gone" in again.stderr, narrow
    assert home.inventory()["resources"] == truth.resources

    google.faults.append(on("cloudasset.googleapis.com", lambda: denied("cloudasset.assets.listResource")))
    google.faults.append(on("compute.googleapis.com", lambda: denied("compute.disks.list"), "/disks"))
    narrow_types = ("--types", "gcp.storage.disk,gcp.storage.filestore")
    blind = home.run("discover", "gcp", *url, *narrow_types)
    assert blind.returncode == 3
    assert "needs compute.disks.list" in blind.stderr
    assert "0 new, 0 changed, 0 gone" in blind.stderr
    assert "Traceback" not in blind.stderr
    assert home.inventory()["resources"] == truth.resources

    google.clear()
    assert home.run("discover", "gcp", *url).returncode == 0
    assert home.inventory() == everything


def test_what_is_no_longer_there_is_gone(home: Home, google: FakeGoogle, estate: Estate) -> None:
    url = ("--endpoint-url", google.url, "--projects", "shop-prod-1")
    assert home.run("discover", "gcp", *url).returncode == 0
    google.faults.append(on("cloudasset.googleapis.com", lambda: switched_off("cloudasset.googleapis.com")))
    google.faults.append(on("spanner.googleapis.com", lambda: switched_off("spanner.googleapis.com")))
    after = home.run("discover", "gcp", *url, "--types", "gcp.database.spanner")
    assert after.returncode == 0, after.stderr
    assert "0 new, 0 changed, 1 gone" in after.stderr


def test_no_cloud_and_no_such_place_are_one_line(home: Home) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    for words, said in (
        (("--projects", "shop-prod-1", "--endpoint-url", nowhere), f"no answer from {nowhere}"),
        (("--projects", "Shop Prod"), "is not a Google Cloud project id"),
        (("--regions", "europe west"), "is not the name of a Google Cloud region"),
        (("--types", "gcp.compute.nothing"), "is no gcp resource type"),
        (("--organization", "example.com"), "is not the number"),
    ):
        refused = home.run("discover", "gcp", *words)
        assert refused.returncode == 1, (words, refused.stderr)
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1


def test_the_role_is_written_as_gcloud_takes_it(home: Home) -> None:
    written = home.run("permissions", "gcp", "--types", "gcp.compute.instance")
    assert written.returncode == 0
    role = json.loads(written.stdout)
    assert role["includedPermissions"] == [
        "cloudasset.assets.listResource",
        "compute.instances.list",
        "resourcemanager.projects.get",
    ]
    assert role["stage"] == "GA"
