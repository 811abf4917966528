"""Files above 48 MiB are streamed, to the same contents."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.unit.sources.offline.states import resource, state

from cloudviz.errors import BadInput, Cancelled, TooLarge
from cloudviz.sources.offline import files, read_paths
from cloudviz.sources.offline.documents import parse
from cloudviz.sources.offline.files import Found, open_text

BLOB = "x" * 30_000
COUNT = 1_700  # of 30 kB each: 51 MB


def instance(number: int) -> dict[str, Any]:
    arn = f"arn:aws:ec2:eu-west-1:123456789012:instance/i-{number}"
    return {
        "id": f"i-{number}",
        "arn": arn,
        "user_data": BLOB,
        "tags": {"n": str(number)},
        "ids": [1, 2.5, True, None],
    }


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "prod.tfstate"
    resources = [resource("aws_instance", f"r{number}", instance(number)) for number in range(COUNT)]
    path.write_text(json.dumps(state(*resources)))
    assert path.stat().st_size > files.WHOLE_BYTES
    return path


def test_a_large_state_is_streamed(large: Path) -> None:
    opened = open_text(Found(large, "x"))
    assert parse(opened).elements is not None
    opened.close()
    result = read_paths([large])
    assert result.problems == []
    assert [item.body for item in result.items[:2]] == [instance(0), instance(1)]
    assert len(result.items) == COUNT
    assert result.items[-1].scope.account == "123456789012"


def test_a_large_packed_state_is_streamed(large: Path, tmp_path: Path) -> None:
    packed = tmp_path / "prod.tfstate.gz"
    packed.write_bytes(gzip.compress(large.read_bytes(), 1))
    assert len(read_paths([packed]).items) == COUNT


def test_a_large_show_is_streamed(tmp_path: Path) -> None:
    entries = [
        {
            "address": f"aws_instance.r{number}",
            "mode": "managed",
            "type": "aws_instance",
            "values": instance(number),
        }
        for number in range(COUNT)
    ]
    tree = {
        "root_module": {
            "resources": entries[:3],
            "child_modules": [{"child_modules": [{"resources": entries[3:]}]}],
        }
    }
    path = tmp_path / "show.json"
    path.write_text(json.dumps({"format_version": "1.0", "terraform_version": "1.9.5", "values": tree}))
    result = read_paths([path])
    assert [item.body["id"] for item in result.items] == [f"i-{number}" for number in range(COUNT)]


def test_a_large_torn_state_is_refused(large: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn"
    torn.write_bytes(large.read_bytes()[:-100])
    with pytest.raises(BadInput, match="ends in the middle"):
        read_paths([torn])


@pytest.mark.parametrize("content", [b"[" * 51_000_000, b'{"version":4,"lineage":"x","a":' + b"[" * 51_000_000])
def test_a_large_nest_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "nest"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="nested more than 512 levels"):
        read_paths([path])


def test_streaming_can_be_cancelled(large: Path) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        read_paths([large], cancelled=cancelled)


def test_a_large_file_of_a_small_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(json.dumps({"version": 3, "lineage": "x", "modules": [], "pad": "x" * files.WHOLE_BYTES}))
    with pytest.raises(TooLarge, match="48 MiB"):
        read_paths([path])


def test_a_packed_bomb_is_refused_without_unpacking_it_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", 9) as file:
        file.write(b'{"version": 4, "lineage": "x", "resources": [')
        for _ in range(8):
            file.write(b" " * (16 << 20))
        file.write(b"]}")
    code = (
        "import sys; from pathlib import Path; from cloudviz.errors import TooLarge; "
        "from cloudviz.sources.offline import read_paths\n"
        "try: read_paths([Path(sys.argv[1])])\n"
        "except TooLarge as error: print(error.detail); print(Path('/proc/self/status').read_text())"
    )
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    said, *status = run.stdout.splitlines()
    assert said == "unpacks to more than 200 times its size."
    (peak,) = [int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")]
    assert peak < 300, "MiB: one read of 48 MiB and its copies, never the gigabyte"
