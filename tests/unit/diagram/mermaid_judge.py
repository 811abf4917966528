"""Mermaid's own parser in one Node process, asked line by line."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2] / "golden" / "mermaid"
CACHE = Path(__file__).parents[3] / ".cache" / "mermaid-judge"


def missing() -> str:
    """Why the judge cannot be asked here; empty when it can."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "Node.js with npm is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return "" if int(version.strip().lstrip("v").split(".")[0]) >= 20 else f"Node.js {version} is older than 20"


def installed() -> Path:
    """The folder with the judge and its packages, installed from the lock file where it is not there yet."""
    stamp = hashlib.sha256()
    for name in ("package-lock.json", "package.json", "judge.mjs"):
        stamp.update((PACKAGE / name).read_bytes())
    folder = CACHE / stamp.hexdigest()[:16]
    if folder.exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=CACHE))
    for name in ("package-lock.json", "package.json", "judge.mjs"):
        shutil.copy(PACKAGE / name, fresh)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
        cwd=fresh,
        check=True,
        capture_output=True,
        timeout=240,
    )
    try:
        fresh.rename(folder)
    except OSError:  # another worker was first
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


class Judge:
    """Asks what Mermaid makes of a diagram: its vertices, subgraphs, edges and classes, or the error."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", "judge.mjs"],
            cwd=installed(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, diagram: str) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(diagram) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
