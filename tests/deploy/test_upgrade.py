"""From one release to the next and back, server by server, while people work: nothing fails, nothing is lost."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.deploy.installation import ApiServer, Installation, Load, Part, inventory_hash, jobs_after
from tests.deploy.releases import ASSET, Release, two_releases

pytestmark = [pytest.mark.system_proof, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    return two_releases(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, releases: tuple[Release, Release]
) -> Iterator[Installation]:
    """Of the older release."""
    made = Installation(tmp_path_factory.mktemp("installation"), **releases[0].environment)
    yield made
    made.close()


def replaced(part: Part, release: Release) -> None:
    """The same part of another release, once the one before has ended."""
    part.end()
    part.environment = {**part.environment, **release.environment}
    part.start()
    if isinstance(part, ApiServer):
        part.until_ready()


def versions(installation: Installation) -> list[str]:
    return [json.loads(each.asked("/health")[1])["version"] for each in installation.servers]


def asset(installation: Installation, count: int) -> Counter[int]:
    """How the gateway answers requests for a file that only the newer release has, and never the same address."""
    line = installation.line()
    return Counter(line.ask("GET", f"/assets/{ASSET}?{time.monotonic()}")[0] for _ in range(count))


def test_a_release_is_rolled_out_and_back_under_load(
    installation: Installation, releases: tuple[Release, Release], tmp_path: Path, figure: Callable[[str], None]
):
    older, newer = releases
    first = inventory_hash(installation, tmp_path, older.environment)
    assert versions(installation) == [older.version] * 2
    with Load(installation) as load:
        # Forward: the schema first, while every part is of the older release.
        assert newer.head in installation.command("migrate", **newer.environment)
        for kind in load.answers:
            load.until_well(kind, 10)
        assert all(each.is_ready() for each in installation.servers)
        replaced(installation.servers[0], newer)
        assert versions(installation) == [newer.version, older.version]
        mixed = asset(installation, 20)
        # Both write at the same time, whoever they are.
        installation.command("import", str(_another(tmp_path, "old")), **older.environment)
        installation.command("import", str(_another(tmp_path, "new")), **newer.environment)
        load.until_well("read")
        replaced(installation.servers[1], newer)
        for part in (installation.worker, installation.scheduler):
            replaced(part, newer)
        for kind in load.answers:
            load.until_well(kind, 10)
        assert versions(installation) == [newer.version] * 2
        filled = inventory_hash(installation, tmp_path, newer.environment)
        forward = load.told()
        # And back, where the schema stays.
        for part in (*installation.servers, installation.worker, installation.scheduler):
            replaced(part, older)
            load.until_well("read")
        assert versions(installation) == [older.version] * 2
        assert newer.head in installation.command("migrate", **older.environment)  # it leaves it as it is
        installation.command("backup", str(tmp_path / "between.cvb"), **older.environment)
        for kind in load.answers:
            load.until_well(kind, 10)
        # Only then, and only for who wants it so: the schema too.
        if newer.head != older.head:
            installation.command("migrate", "--to", older.head, **newer.environment)
        for kind in load.answers:
            load.until_well(kind, 10)
    ended = jobs_after(installation, load)
    hashes = [filled, *(inventory_hash(installation, tmp_path, each.environment) for each in (older, older))]
    figure(f"{older.version} ({older.what}) → {newer.version} ({newer.what}): {forward}")
    figure(
        f"and back, with the schema at last: {load.told()}; jobs {dict(ended)}; inventory {filled[:12]} throughout"
    )
    assert [load.failed(kind) for kind in load.answers] == [0, 0, 0], load.first
    assert mixed == {200: 20}
    assert set(ended) == {"succeeded"}
    assert len(set(hashes)) == 1 and first != filled
    assert "holds" in installation.command("audit", "verify", **older.environment)


def _another(folder: Path, name: str) -> Path:
    """A state with a resource of its own."""
    attributes = {"id": f"vpc-{name}", "arn": f"arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-{name}"}
    one = {"mode": "managed", "type": "aws_vpc", "name": name, "provider": 'provider["aws"]'}
    file = folder / f"{name}.tfstate"
    state = {"version": 4, "resources": [{**one, "instances": [{"attributes": attributes}]}]}
    file.write_text(json.dumps(state))
    return file
