"""Backups as an operator makes them, of a whole installation and its files, restored into an empty place."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from tests.deploy.installation import EXAMPLE, hash_of
from tests.servers import PostgresServer, postgres

from fake_clouds.moto import CREDENTIALS, MotoServer

pytestmark = [pytest.mark.system_proof, pytest.mark.timeout(600)]


class Place:
    """A database and a storage, and commands that are run there."""

    def __init__(self, folder: Path, database: str, storage: str, **more: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.environment = {
            **os.environ,
            **more,
            "DATABASE_URL": database,
            "CLOUDVIZ_STORAGE_URL": storage,
            "CLOUDVIZ_DATA_DIR": str(folder / "data"),
            "NO_COLOR": "1",
        }

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cloudviz.cli.main", *arguments],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=200,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def inventory_hash(self) -> str:
        """SHA-256 of the resources, links and coverage as they are exported."""
        file = self.folder / "inventory.json"
        file.unlink(missing_ok=True)
        self.run("export", "inventory", "-o", str(file))
        return hash_of(file)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite, disk", "postgresql, disk", "postgresql, s3"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Place, Place, str]:
    """One that is full of things, one that is empty, and what both are."""
    database, _, storage = request.param.partition(", ")
    shared = {
        "CLOUDVIZ_AUTH__SECRET": secrets.token_hex(32),
        "CLOUDVIZ_SECRETS__KEYS": f"main:{secrets.token_hex(32)}",
        "CLOUDVIZ_BACKUP__KEY": secrets.token_hex(32),
    }
    if storage == "s3":
        moto: MotoServer = request.getfixturevalue("moto_server")
        moto.reset()
        shared |= {name: value for name, value in CREDENTIALS.items() if value}
        shared |= {"CLOUDVIZ_STORAGE__ENDPOINT": moto.url, "CLOUDVIZ_STORAGE__REGION": "us-east-1"}
        s3 = boto3.client(
            "s3", endpoint_url=moto.url, aws_access_key_id="testing", aws_secret_access_key="testing",
            region_name="us-east-1",
        )  # fmt: skip
        for name in ("before", "after", "safe-place"):
            s3.create_bucket(Bucket=name)
    made = []
    for name in ("before", "after"):
        folder = tmp_path / name
        url = f"sqlite:///{folder}/c.sqlite3" if database == "sqlite" else _url(request)
        made.append(Place(folder, url, f"s3://{name}" if storage == "s3" else f"file://{folder}/files", **shared))
    return made[0], made[1], request.param


def _url(request: pytest.FixtureRequest) -> str:
    server: PostgresServer = request.getfixturevalue("server")
    return server.url()


def test_an_empty_place_is_filled_from_a_backup(
    places: tuple[Place, Place, str], tmp_path: Path, figure: Callable[[str], None]
):
    before, after, what = places
    before.run("import", str(EXAMPLE))
    before.run("users", "add", "ann", "--email", "ann@example.org", "--role", "operator")
    names = files_of(before)
    assert names
    place = "s3://safe-place/nightly" if what.endswith("s3") else str(tmp_path / "backups")
    said = before.run("backup", "--into", place, "--keep-days", "30")
    assert "read again" in said and "encrypted" in said
    file = said.split(", read again")[0].split()[-1]
    assert file.startswith(f"{place}/cloudviz-") and file.endswith(".cvb")
    data = content(file, before)
    assert b"ann@example.org" not in data and b"<svg" not in data
    # Without the key it is nothing, with it whole.
    keyless = {**before.environment, "CLOUDVIZ_BACKUP__KEY": ""}
    stranger = Place(tmp_path / "stranger", f"sqlite:///{tmp_path}/s.sqlite3", "", **keyless)
    assert "is encrypted" in stranger.run("restore", file, "--check", code=1)
    if what.endswith("s3"):
        assert "backup.key" in stranger.run("backup", "--into", place, code=1)
    after.run("restore", file, "--check")
    after.run("restore", file)
    hashes = before.inventory_hash(), after.inventory_hash()
    assert hashes[0] == hashes[1]
    verified = before.run("audit", "verify"), after.run("audit", "verify")
    assert files_of(after, make=False) == names
    figure(
        f"{what}: {len(data):,} bytes, {len(names)} files, inventory {hashes[0][:12]} on both sides, "
        f"{verified[1].strip().splitlines()[-1]}"
    )


def content(file: str, place: Place) -> bytes:
    """The bytes of a backup, where it is."""
    if not file.startswith("s3://"):
        return Path(file).read_bytes()
    bucket, _, key = file.removeprefix("s3://").partition("/")
    s3 = boto3.client(
        "s3", endpoint_url=place.environment["CLOUDVIZ_STORAGE__ENDPOINT"], aws_access_key_id="testing",
        aws_secret_access_key="testing", region_name="us-east-1",
    )  # fmt: skip
    read: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return read


def files_of(place: Place, *, make: bool = True) -> dict[str, int]:
    """Name → size of the files in the place's storage; with ``make`` some are put there first."""
    program = (
        "import asyncio, json, sys\n"
        "from cloudviz.runtime.settings import load_settings\n"
        "from cloudviz.runtime.storage import object_name, open_storage\n"
        "async def work():\n"
        "    storage = open_storage(load_settings().settings)\n"
        "    for number in range(int(sys.argv[1])):\n"
        "        content = b'<svg>%d</svg>' % number * 1000\n"
        "        await storage.put(object_name(content, 'svg'), content, 'image/svg+xml')\n"
        "    print(json.dumps({each.name: each.size async for each in storage.listed()}))\n"
        "asyncio.run(work())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "5" if make else "0"],
        env=place.environment, cwd=place.folder, capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    found: dict[str, int] = json.loads(done.stdout)
    return found
