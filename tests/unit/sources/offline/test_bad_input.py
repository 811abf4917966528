"""Files that are no state: each is refused with one line that says what is wrong, where, and what to do."""

from __future__ import annotations

import copy
import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.sources.offline.states import resource, state, write

from cloudviz.errors import BadInput, CloudVizError, UnknownFormat
from cloudviz.normalise import normalise
from cloudviz.sources.offline import OfflineResult, read_paths

ARN = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
GOOD = state(
    resource(
        "aws_instance",
        "web",
        {
            "id": "i-1",
            "arn": ARN,
            "subnet_id": "subnet-1",
            "tags": {"Name": "web"},
            "root_block_device": [{"volume_id": "v"}],
        },
        module="module.a",
        keys=("k",),
        sensitive_attributes=[[{"type": "get_attr", "value": "user_data"}]],
    ),
    resource("aws_caller_identity", "me", {"id": "1", "account_id": "123456789012"}, mode="data"),
    resource("aws_route_table_association", "x", {"id": "a", "subnet_id": "subnet-1", "route_table_id": "rtb-1"}),
    resource("google_compute_instance", "g", {"id": "x", "name": "g", "project": "p", "zone": "europe-west1-b"}),
    resource("azurerm_subnet", "s", {"id": "/subscriptions/S/resourceGroups/R/providers/Microsoft.Network/x/y"}),
)
TEXT = json.dumps(GOOD, indent=2).encode()


def refusal(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_paths([path])
    line = caught.value.one_line()
    assert "\n" not in line
    return line.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty. Write it again with `terraform state pull > FILE`."),
        (b" \n\t ", "is empty."),
        (b"hello", "is not JSON."),
        (b"version: 4\n", "is not JSON."),
        (b'resource "aws_vpc" "main" {\n}\n', "is a Terraform configuration"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer"),
        (b"PK\x03\x04\x14\x00", "is a damaged zip archive"),
        (b"\x89PNG\r\n\x1a\n\x00", "is a PNG picture."),
        (b"SQLite format 3\x00" + b"\x00" * 80, "is a SQLite database."),
        (bytes(range(256)), "is binary, or text in an encoding other than UTF-8."),
        (json.dumps(GOOD).encode("utf-16-le"), "is binary, or text in an encoding other than UTF-8."),
        (b'\xff\xfe{"a\x00"', "is damaged UTF-16"),
        ('{"version": 4, "lineage": "Zürich"}'.encode("latin-1"), "is not UTF-8 at line 1, column 29 (byte 28)."),
        (b"[]", "is JSON, and of no format that CloudViz reads (its keys: no keys)."),
        (b"{}", "is JSON, and of no format that CloudViz reads (its keys: no keys)."),
        (b'{"Bookings": []}', "is JSON, and of no format that CloudViz reads (its keys: 'Bookings')."),
        (b'{\n  "version": 4,\n  "resources": [', "ends in the middle, at line 3, column 17 (byte 34)."),
        (b'{\n  "version": 4,\n}', "is not JSON at line 2, column 15 (byte 16): trailing comma is not allowed."),
        (b'{"version": 4} trailing', "is not JSON at line 1, column 16 (byte 15)"),
        (b'{"version": 4, "serial": NaN}', "is not JSON at line 1, column 26 (byte 25)"),
        (b"[" * 100_000, "is nested more than 512 levels deep."),
        (b'{"a":' * 100_000, "is nested more than 512 levels deep."),
        (gzip.compress(TEXT, mtime=0)[:-20], "is a damaged gzip file"),
        (b"\x1f\x8b" + b"x" * 40, "is a damaged gzip file"),
        (gzip.compress(b"", mtime=0), "is empty."),
        (gzip.compress(b"\x00" * 50_000_000, mtime=0), "is binary"),
    ],
)
def test_what_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    assert refusal(tmp_path, content).startswith(said)


def test_line_and_byte_count_bytes(tmp_path: Path) -> None:
    assert refusal(tmp_path, '{"name": "Zürich 🚀", "a": }'.encode()).startswith(
        "is not JSON at line 1, column 27 (byte 30)"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark_are_read(tmp_path: Path, encoding: str) -> None:
    """PowerShell writes UTF-16 for ``terraform show -json > state.json``."""
    path = tmp_path / "x"
    path.write_bytes(json.dumps(GOOD).encode(encoding))
    assert len(read_paths([path]).items) == 4


def test_of_a_key_that_occurs_twice_the_last_counts(tmp_path: Path) -> None:
    """So does Terraform's own reader (Go's encoding/json)."""
    path = tmp_path / "x"
    path.write_text('{"version": 3, "version": 4, "lineage": "x", "resources": []}')
    assert [problem.what for problem in read_paths([path]).problems] == ["holds no resources"]


def test_hostile_names_are_carried_as_they_are(tmp_path: Path) -> None:
    name = "<script>alert('x')</script> \u202e\x07🚀" + "x" * 1000
    document = state(resource("aws_instance", name, {"id": "i-1", "arn": ARN, "tags": {"Name": name}}))
    (item,) = read_paths([write(tmp_path / "x", document)]).items
    assert item.body["tags"] == {"Name": name}


def read_bytes(path: Path, content: bytes) -> OfflineResult | None:
    """The result, or None for a refusal. Anything else is a failure of the test."""
    path.write_bytes(content)
    try:
        result = read_paths([path])
    except CloudVizError as error:
        assert error.one_line()
        return None
    normalise(result.items)
    return result


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, entry in value.items():
            found.extend(places(entry, (*path, key)))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            found.extend(places(entry, (*path, index)))
    return found


SHOWN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "values": {"id": "v", "b": [1]}}
            ],
            "child_modules": [
                {"resources": [{"address": "m.aws_vpc.b", "type": "aws_vpc", "sensitive_values": {"a": True}}]}
            ],
        }
    },
    "prior_state": {"values": {"root_module": {"resources": []}}},
    "resource_changes": [{"address": "a", "type": "aws_vpc", "change": {"after": {"id": 1}}}],
    "configuration": {
        "root_module": {
            "resources": [
                {"address": "aws_vpc.a", "expressions": {"x": {"references": ["var.a"]}, "b": [{"c": {}}]}}
            ],
            "module_calls": {
                "m": {"expressions": {"v": {"references": ["aws_vpc.a.id"]}}, "module": {"outputs": {}}}
            },
        }
    },
}
OLD = {
    "version": 3,
    "modules": [
        {
            "path": ["root", "m"],
            "resources": {
                "aws_vpc.a.0": {"type": "aws_vpc", "primary": {"id": "v", "attributes": {"id": "v", "t.%": "1"}}}
            },
        }
    ],
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
CASES = [(document, place) for document in (GOOD, SHOWN, OLD) for place in places(document)]
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        4,
        1e300,
        "",
        "x",
        "arn:aws:",
        "planned:",
        [],
        [[]],
        {},
        {"a": {"b": 1}},
        [None],
        [{}],
        "9" * 400,
    ]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=st.sampled_from(CASES), odd=ODD, drop=st.booleans())
def test_a_mutilated_state_is_read_or_refused(
    tmp_path: Path, case: tuple[Any, tuple[Any, ...]], odd: Any, drop: bool
) -> None:
    document = copy.deepcopy(case[0])
    *above, last = case[1]
    holder = document
    for step in above:
        holder = holder[step]
    if drop:
        del holder[last]
    else:
        holder[last] = odd
    read_bytes(tmp_path / "x", json.dumps(document).encode())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, len(TEXT)), length=st.integers(0, 40), put=st.binary(max_size=6))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, start: int, length: int, put: bytes) -> None:
    read_bytes(tmp_path / "x", TEXT[:start] + put + TEXT[start + length :])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(TEXT)))
def test_a_torn_file_is_refused(tmp_path: Path, length: int) -> None:
    if TEXT[:length].rstrip() != TEXT:
        assert read_bytes(tmp_path / "x", TEXT[:length]) is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY_JSON)
def test_any_json_is_read_or_refused(tmp_path: Path, document: Any) -> None:
    read_bytes(tmp_path / "x", json.dumps(document).encode())
    read_bytes(tmp_path / "x", json.dumps({"version": 4, "resources": document, "lineage": ""}).encode())


def test_unknown_formats_are_unknown_formats(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat):
        read_paths([write(tmp_path / "x", {"a": 1})])


def test_a_member_whose_header_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "states.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("prod.json", "{}")
    path.write_bytes(path.read_bytes().replace(b"prod.json", b"pr0d.json", 1))
    with pytest.raises(BadInput, match="damaged in its zip archive"):
        read_paths([path])
