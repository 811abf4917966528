"""What a live server tells Prometheus."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from fake_clouds.fixtures import moto_server

__all__ = ["metric_names", "moto_server"]


@pytest.fixture(scope="session")
def metric_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all metrics that a server declares, with the suffixes of histograms."""
    folder: Path = tmp_path_factory.mktemp("metrics")
    environment = {
        **os.environ,
        "CLOUDVIZ_DATABASE_URL": f"sqlite:///{folder}/m.sqlite3",
        "CLOUDVIZ_DATA_DIR": str(folder),
        "CLOUDVIZ_AUTH__SECRET": secrets.token_hex(32),
        "REDIS_URL": "redis://127.0.0.1:1/0",  # nobody is there: that too is told
        "NO_COLOR": "1",
    }
    command = [sys.executable, "-m", "cloudviz.cli.main", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = None
            while found is None:
                line = process.stdout.readline()
                assert line, "the server ended"
                found = re.search(r"listens on (http://\S+)", line)
            said = ""
            for path in ("/health", "/metrics"):
                with urllib.request.urlopen(found[1] + path, timeout=30) as reply:
                    said = reply.read().decode()
        finally:
            process.terminate()
    names = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", said, re.MULTILINE):
        names |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}
    return names
