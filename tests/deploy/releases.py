"""Two releases beside each other: this tree as the newer one or as the older one.

The release before is a commit of this repository: the newest tag ``v*`` whose databases tell who may use them, or
the one that ``CLOUDVIZ_RELEASE_BEFORE`` names. Where there is none (nothing was released before 1.1.0, and shallow
clones have no tags), this tree is the release before, and the release after it is this tree with another version,
another file of the web application and one migration more.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.manifests import ROOT

_VERSIONS = "src/cloudviz/store/migrations/versions"
_TELLS = f"{_VERSIONS}/2026_11_24_schema_use.py"
ASSET = "next-0A1B2C3D.js"
"""A file of the web application that only the newer release has."""

_MIGRATION = '''"""What a release after this one may add."""
import sqlalchemy as sa
from alembic import op

revision = "2031_01_01_next"
down_revision = {head!r}
usable_from = None


def upgrade():
    op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("said", sa.Text()))
    for table in ("resources", "resource_versions", "jobs", "diagrams", "audit", "discoveries"):
        op.add_column(table, sa.Column("steward", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_index("idx_resources_steward", "resources", ["steward"])


def downgrade():
    op.drop_index("idx_resources_steward", "resources")
    for table in ("resources", "resource_versions", "jobs", "diagrams", "audit", "discoveries"):
        op.drop_column(table, "steward")
    op.drop_table("notes")
'''


@dataclass(frozen=True)
class Release:
    """A release in a folder of its own.

    Attributes:
        path: the folder with the package ``cloudviz``, for ``PYTHONPATH``.
        version: as it tells.
        head: its newest revision of the schema.
        what: what stands for it, in words.
    """

    path: Path
    version: str
    head: str
    what: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process run this release."""
        return {"PYTHONPATH": str(self.path)}


def two_releases(folder: Path) -> tuple[Release, Release]:
    """The older one and the newer one, made in a folder."""
    before, after = folder / "before", folder / "after"
    commit = os.environ.get("CLOUDVIZ_RELEASE_BEFORE") or _newest_tag()
    shutil.copytree(ROOT / "src", after, ignore=shutil.ignore_patterns("__pycache__"))
    if commit:
        packed = subprocess.run(
            ["git", "archive", commit, "src"], cwd=ROOT, capture_output=True, check=True
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder / "packed", filter="data")
        (folder / "packed/src").rename(before)
        for built in ("api/bundle", "diagram/render/viewer"):  # they are built, not committed
            shutil.copytree(ROOT / "src/cloudviz" / built, before / "cloudviz" / built, dirs_exist_ok=True)
    else:
        shutil.copytree(after, before)
        head = _head(before)
        versions = after / "cloudviz/store/migrations/versions"
        (versions / "2031_01_01_next.py").write_text(_MIGRATION.format(head=head))
    (after / "cloudviz/api/bundle/assets" / ASSET).write_text("export {};\n")
    said = after / "cloudviz/__init__.py"
    old, new = _version(before), "1.99.0"
    said.write_text(said.read_text().replace(f'"{_version(after)}"', f'"{new}"'))
    older = Release(before, old, _head(before), f"commit {commit}" if commit else "this tree")
    newer = Release(after, new, _head(after), "this tree" if commit else "this tree with one migration more")
    return older, newer


def _newest_tag() -> str:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return ""
    asked = ["git", "tag", "--list", "v*", "--sort=-version:refname"]
    for tag in subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split():
        tells = subprocess.run(
            ["git", "cat-file", "-e", f"{tag}:{_TELLS}"], cwd=ROOT, capture_output=True, check=False
        )
        if tells.returncode == 0:
            return tag
    return ""


def _told(path: Path, program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(path)}, cwd=path,
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.strip()  # fmt: skip


def _head(path: Path) -> str:
    return _told(path, "from cloudviz.store import schema; print(next(reversed(schema.revisions())))")


def _version(path: Path) -> str:
    return _told(path, "import cloudviz; print(cloudviz.__version__)")
