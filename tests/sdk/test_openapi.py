"""``openapi.json`` and what is made of it are as a fresh generation: ``make openapi`` writes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.unit.diagram import node_judge

ROOT = Path(__file__).parents[2]


def test_what_is_committed_is_what_the_application_says(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "openapi.py", "--check"],
        cwd=tmp_path,
        env={"PATH": "", "HOME": str(tmp_path), "CLOUDVIZ_SERVER__MAX_BODY_KB": "7", "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_the_description_has_no_errors_by_redocly_s_rules() -> None:
    """``npm run lint`` in sdk/js, which `make test` runs too."""
    node_judge.required()
    done = subprocess.run(
        ["node", "lint.mjs"], cwd=ROOT / "sdk" / "js", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0 errors")


def test_the_python_client_knows_nothing_of_the_server(tmp_path: Path) -> None:
    """It is imported where there is only httpx: nothing of the server's package comes with it."""
    program = "import sys, cloudviz_client, cloudviz_client.webhooks; "
    program += "print([name for name in sys.modules if name.partition('.')[0] == 'cloudviz'])"
    environment = {"PYTHONPATH": str(ROOT / "sdk" / "python" / "src"), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
