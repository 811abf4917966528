"""What a command does not need it does not load: each of these costs a third of a second of every start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLOW = ("asyncio", "pydantic", "rich", "httpx")  # what no help waits for
HEAVY = ("sqlalchemy", "fastapi", "boto3", "botocore", "alembic", "skia", "moto")
PROGRAM = """
import json, sys
from cloudviz.cli.main import main
sys.argv = ["cloudviz", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "may_load"),
    [
        (["--version"], ()),
        (["--help"], ()),
        (["resources", "list", "--help"], ()),
        (["types", "list", "-o", "json"], ()),
        (["draw", str(ROOT / "examples" / "shop.tfstate"), "-o", "shop.svg"], ()),
        (["draw", str(ROOT / "examples" / "shop.tfstate"), "-o", "shop.png"], ("skia",)),
    ],
    ids=lambda value: "-".join(Path(word).name for word in value) or "nothing",
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], may_load: tuple[str, ...], tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(arguments)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert {name for name in HEAVY if name in loaded} == set(may_load)
    if "--help" in arguments or "--version" in arguments:
        assert not loaded & set(SLOW)
        assert "typer" not in loaded or len(arguments) > 1
