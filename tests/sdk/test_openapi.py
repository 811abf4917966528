"""``openapi.json`` and what is made of it are as a fresh generation: ``make openapi`` writes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
