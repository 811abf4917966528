"""A moto server: AWS over real HTTP, in a process of its own.

Cold start of all its backends takes 15 s, so one server serves a test run; ``reset`` empties it in 0.2 s.
Write to it from one thread only: its backends are not made for more.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "123456789012"

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""What moto takes for the credentials of account 123456789012, and nothing of the machine's own."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class MotoServer:
    """A running server. ``url`` is what ``--endpoint-url`` takes."""

    url: str
    process: subprocess.Popen[bytes]

    def reset(self) -> None:
        """Forget everything; the default VPC of each region comes back when it is asked for."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        with urllib.request.urlopen(request, timeout=60) as reply:
            assert reply.status == 200

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def start_moto() -> MotoServer:
    """Start a server on a free port and wait until it answers."""
    port = free_port()
    # DescribeRegions and the default VPCs come from moto itself; IAM's own managed policies are not needed.
    environment = {**os.environ, **CREDENTIALS, "MOTO_IAM_LOAD_MANAGED_POLICIES": "false"}
    # Moto issues a certificate a minute after it was asked for: on a slow machine between two scans of one test.
    environment["MOTO_ACM_VALIDATION_WAIT"] = "86400"
    environment["PYTHONPATH"] = str(Path(__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, "-m", "fake_clouds.moto_more", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = MotoServer(f"http://127.0.0.1:{port}", process)
    deadline = time.monotonic() + 60
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the moto server ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(f"{server.url}/moto-api/", timeout=5):
                return server
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                server.stop()
                raise
            time.sleep(0.1)
