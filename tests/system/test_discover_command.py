"""``cloudviz discover aws`` as a process: a whole estate, a cloud that denies, and none at all."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.commands import run_cloudviz

from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_faults import Fault, FaultyAws, deny
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import CREDENTIALS, MotoServer, free_port

pytestmark = pytest.mark.moto

BOTH = ("--regions", ",".join(REGIONS))


class Home:
    """A user's machine with moto's credentials."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
        self.environment = {key: value for key, value in os.environ.items() if key in names}
        self.environment |= {key: value for key, value in CREDENTIALS.items() if value}
        self.environment |= {"CLOUDVIZ_DATA_DIR": str(folder / "data"), "NO_COLOR": "1"}

    def run(self, *words: str, without: str = "") -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in self.environment.items() if key != without}
        return run_cloudviz(*words, cwd=self.folder, env=environment, timeout=240)

    def discover(self, url: str, *words: str, without: str = "") -> subprocess.CompletedProcess[str]:
        return self.run("discover", "aws", "--endpoint-url", url, *words, without=without)

    def inventory(self) -> dict[str, set[tuple[str, ...]]]:
        document = json.loads(self.run("export", "inventory").stdout)
        return {
            "resources": {(each["id"], each["type"]) for each in document["resources"]},
            "links": {(each["source"], each["target"], each["kind"]) for each in document["links"]},
        }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_denied_list_costs_nothing_that_was_known(home: Home, faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    """Scan, be denied, look at one region only, scan again: what was found stays found, and is never new twice."""
    first = home.discover(faulty_aws.url, *BOTH)
    assert first.returncode == 0, first.stderr
    assert f"{len(aws_truth.resources)} new, 0 changed, 0 gone" in first.stderr
    assert home.inventory() == {"resources": aws_truth.resources, "links": aws_truth.links}

    faulty_aws.faults.append(Fault(deny(), "ec2", "DescribeVolumes"))
    denied = home.discover(faulty_aws.url, *BOTH)
    assert denied.returncode == 3
    assert "needs ec2:DescribeVolumes" in denied.stderr
    assert "0 new, 0 changed, 0 gone" in denied.stderr
    assert "Traceback" not in denied.stderr
    faulty_aws.clear()

    one_region = home.discover(faulty_aws.url, "--regions", "us-east-1")
    assert one_region.returncode == 0, one_region.stderr
    assert "0 new, 0 changed, 0 gone" in one_region.stderr

    again = home.discover(faulty_aws.url, *BOTH)
    assert again.returncode == 0, again.stderr
    assert "0 new, 0 changed, 0 gone" in again.stderr
    assert home.inventory() == {"resources": aws_truth.resources, "links": aws_truth.links}


def test_what_cannot_be_scanned_is_one_clear_line_and_leaves_nothing(home: Home, moto_server: MotoServer) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    refusals = [
        home.discover(nowhere, *BOTH),
        home.discover("nonsense", *BOTH),
        home.discover(moto_server.url, *BOTH, without="AWS_ACCESS_KEY_ID"),
        home.discover(moto_server.url, *BOTH, "--profile", "nowhere"),
        home.discover(moto_server.url, "--regions", "eu-west-1,;"),
        home.discover(moto_server.url, *BOTH, "--accounts", "12"),
        home.discover(moto_server.url, *BOTH, "--types", "aws.ec2.instnace"),
    ]
    for refusal in refusals:
        assert refusal.returncode == 1, refusal
        assert refusal.stdout == ""
        assert len(refusal.stderr.strip().splitlines()) == 1, refusal.stderr
        assert "Traceback" not in refusal.stderr
    assert home.inventory() == {"resources": set(), "links": set()}
