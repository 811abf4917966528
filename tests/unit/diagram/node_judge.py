"""A judge in one Node process: the parser of the program that our output is for, asked line by line."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parents[2] / "golden"
CACHE = Path(__file__).parents[3] / ".cache"
FILES = ("package-lock.json", "package.json", "judge.mjs")


def missing() -> str:
    """Why no judge can be asked here; empty when it can."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "Node.js with npm is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return "" if int(version.strip().lstrip("v").split(".")[0]) >= 20 else f"Node.js {version} is older than 20"


def required() -> None:
    """Skip the test where no judge can be asked; in CI go on, and fail."""
    reason = missing()
    if reason and not os.environ.get("CI"):
        pytest.skip(reason)


def installed(name: str, beside: Path = GOLDEN) -> Path:
    """The folder with the judge and its packages, installed from the lock file where it is not there yet."""
    package, cache = beside / name, CACHE / f"{name}-judge"
    stamp = hashlib.sha256()
    for file in FILES:
        stamp.update((package / file).read_bytes())
    folder = cache / stamp.hexdigest()[:16]
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=cache))
    for file in FILES:
        shutil.copy(package / file, fresh)
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
    """Asks what the program makes of a file; ``error`` in the answer where it refuses it.

    Arguments:
        name: the folder below ``tests/golden`` with the judge and its packages.
    """

    def __init__(self, name: str) -> None:
        self._process = subprocess.Popen(
            ["node", "judge.mjs"],
            cwd=installed(name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, text: str) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
