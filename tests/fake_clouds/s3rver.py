"""npm's s3rver: an S3 server that, unlike moto, refuses links that are over and keys that it does not know."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.unit.diagram import node_judge

BUCKET = "cloudviz-files"
KEYS = {"AWS_ACCESS_KEY_ID": "S3RVER", "AWS_SECRET_ACCESS_KEY": "S3RVER"}
"""The one pair that it knows."""


@contextlib.contextmanager
def s3rver() -> Iterator[str]:
    """Its address, with an empty bucket."""
    node_judge.required()
    folder = node_judge.installed("s3rver", Path(__file__).parent)
    process = subprocess.Popen(
        ["node", "judge.mjs", BUCKET],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield next(line.strip() for line in process.stdout if line.startswith("http://"))
    finally:
        process.stdin.close()
        process.wait(timeout=20)
