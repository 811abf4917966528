"""The table of formats in the guide is that of the code, and every recorded source is of the format it is for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cloudviz.jobs.imports import read_files
from cloudviz.sources.offline.documents import parse
from cloudviz.sources.offline.files import Found, open_text
from cloudviz.sources.offline.read import FORMATS, recognise
from cloudviz.sources.offline.terraform_state import ENCRYPTED_STATE, OTHER_STATE_VERSION

ROOT = Path(__file__).parents[4]
PAYLOADS = ROOT / "tests" / "payloads"
CLOUDS = {"AWS": "aws", "Azure": "azure", "Google Cloud": "gcp"}

BY_FOLDER = {
    "files/ari": "Azure Resource Inventory (JSON)",
    "files/arm_templates": "Azure Resource Manager template",
    "files/aws_cli": "AWS command line output",
    "files/azure_list": "Azure resources (az … list, az graph query, ARM replies)",
    "files/google_assets": "Google Cloud assets and gcloud … list",
    "files/steampipe": "Steampipe query results",
    "files/workload_discovery": "AWS Config items and Workload Discovery exports",
    "terraform/google": "",
    "terraform/inframap": "",
}


def expected(path: Path) -> str:
    """The format that a recorded file is of: of a state by the number of its version."""
    if path.is_relative_to(PAYLOADS / "terraform"):
        version = json.loads(path.read_text())["version"]
        return f"Terraform state v{version}" if version in (3, 4) else OTHER_STATE_VERSION.name
    return BY_FOLDER[path.parent.relative_to(PAYLOADS).as_posix()]


def documented() -> dict[str, set[str]]:
    """Format → the clouds that the guide says."""
    text = (ROOT / "docs" / "guide" / "files.md").read_text(encoding="utf-8")
    table = text[text.index("| Format | Clouds |") :].split("\n\n", 1)[0].splitlines()[2:]
    rows = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in table]
    return {row[0]: set(row[1].split(", ")) for row in rows}


def sources() -> list[Path]:
    named = {"SOURCE.txt", "LICENSE.txt"}
    folders = (PAYLOADS / folder for folder in BY_FOLDER)
    return sorted(path for folder in folders for path in folder.iterdir() if path.name not in named)


def test_the_guide_names_every_format_that_is_read() -> None:
    refused = {ENCRYPTED_STATE.name, OTHER_STATE_VERSION.name}
    assert set(documented()) == {each.name for each in FORMATS} - refused


def test_each_folder_of_sources_is_of_a_format() -> None:
    folders = {path.relative_to(PAYLOADS).as_posix() for path in (PAYLOADS / "files").iterdir()}
    assert {each for each in BY_FOLDER if each.startswith("files/")} == folders


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(PAYLOADS).as_posix())
def test_every_recorded_source_is_told_by_its_content_and_of_a_documented_cloud(
    path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "no name says what it is"
    copy.write_bytes(path.read_bytes())
    opened = open_text(Found(copy, "x"))
    name = recognise(parse(opened)).name
    opened.close()
    assert name == expected(path)
    if name == OTHER_STATE_VERSION.name:
        return
    graph = read_files([copy], account="123456789012", region="eu-west-1").graph
    said = {CLOUDS.get(cloud, cloud) for cloud in documented()[name]}
    found = {item.provider for item in graph.resources.values()}
    assert found <= said or "others" in said


def test_a_folder_of_any_names_is_read_and_the_work_of_others_is_not(tmp_path: Path) -> None:
    listed = '{"Vpcs": [{"VpcId": "vpc-1", "OwnerId": "123456789012"}]}'
    (tmp_path / "vpcs.result").write_text(listed)
    (tmp_path / "état 2026").write_text(listed.replace("vpc-1", "vpc-2"), encoding="utf-16")
    (tmp_path / "notes.md").write_text('{"not": "looked at"}')
    (tmp_path / "other.dump").write_text('{"of": "no format"}')
    (tmp_path / "prose.txt").write_text("{curly words}")
    inventory = read_files([tmp_path], region="eu-west-1")
    assert sorted(item.name for item in inventory.graph.resources.values()) == ["vpc-1", "vpc-2"]
    assert [each for each in inventory.problems if each.loss] == []
