"""The nightly scan in CI: the commands of the workflow, run one after the other as GitHub runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from fake_clouds.moto import CREDENTIALS, MotoServer

WORKFLOW = Path(__file__).resolve().parents[2] / "examples" / "nightly-scan" / "workflow.yml"


def night(url: str, folder: Path) -> str:
    """One night: all steps that call cloudviz. Returns what they said."""
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    job = workflow["jobs"]["scan"]
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        **{key: value for key, value in CREDENTIALS.items() if value},
        "AWS_ENDPOINT_URL": url,
        **{key: value.replace("${{ github.workspace }}", str(folder)) for key, value in job["env"].items()},
    }
    said = ""
    steps = [
        step["run"] for step in job["steps"] if "cloudviz " in step.get("run", "").replace("install cloudviz", "")
    ]
    assert len(steps) == 2
    for step in steps:
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
        said += done.stderr
    return said


@pytest.mark.nightly
@pytest.mark.moto
def test_two_nights_are_scanned_drawn_and_compared(moto_server: MotoServer, tmp_path: Path) -> None:
    import boto3

    moto_server.reset()
    night(moto_server.url, tmp_path)
    report = tmp_path / "report"
    assert (report / "estate.svg").read_bytes().startswith(b"<svg") and not (report / "changes.csv").exists()
    given = {
        key.lower(): value
        for key, value in CREDENTIALS.items()
        if key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    client = boto3.client("s3", endpoint_url=moto_server.url, region_name="eu-west-1", **given)
    client.create_bucket(Bucket="of-tonight", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    night(moto_server.url, tmp_path)
    changes = (report / "changes.csv").read_text(encoding="utf-8")
    assert "added,aws.s3.bucket,of-tonight" in changes
