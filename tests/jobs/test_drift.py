"""States against live scans in the store, by the command that a pipeline runs."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.commands import run_cloudviz

from cloudviz.errors import NotFound
from cloudviz.jobs.drift import find_drift
from cloudviz.jobs.imports import import_files, read_files
from cloudviz.store import Store, migrate, open_store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def volumes(**sizes: int) -> dict[str, Any]:
    """What ``aws ec2 describe-volumes`` prints."""
    return {
        "Volumes": [
            {"VolumeId": f"vol-{name}", "Size": size, "AvailabilityZone": "eu-west-1a", "State": "in-use"}
            for name, size in sizes.items()
        ]
    }


def state(**sizes: int) -> dict[str, Any]:
    """A Terraform state of the same."""
    arn = "arn:aws:ec2:eu-west-1:123456789012:volume/vol-"
    instances = [
        {"attributes": {"id": f"vol-{name}", "arn": arn + name, "size": size, "availability_zone": "eu-west-1a"}}
        for name, size in sizes.items()
    ]
    resource = {"mode": "managed", "type": "aws_ebs_volume", "name": "a", "provider": "", "instances": instances}
    return {"version": 4, "lineage": "1", "resources": [resource]}


async def scanned(store: Store, path: Path, hour: int, **sizes: int) -> None:
    """Record what a live scan would have seen of these volumes, and that it saw all there are."""
    path.write_text(json.dumps(volumes(**sizes)))
    seen = read_files([path], account="123456789012")
    key = await store.discoveries.create("aws", "aws:123456789012", {})
    await store.discoveries.start(key)
    await store.inventories.record(key, seen.graph, seen.coverage, [], NOON + timedelta(hours=hour))
    await store.discoveries.finish(key, "completed")


async def test_drift_of_files_and_of_imports(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'cloudviz.db'}"
    await migrate(url)
    store = await open_store(url)
    written = tmp_path / "prod.tfstate"
    written.write_text(json.dumps(state(same=8, grown=8, gone=8)))
    try:
        with pytest.raises(NotFound, match="no live scan"):
            await find_drift(store, [written])
        await scanned(store, tmp_path / "first", 0, same=8, grown=8, gone=8)
        with pytest.raises(NotFound, match="nothing is written down"):
            await find_drift(store, [])
        assert not await find_drift(store, [written])
        await scanned(store, tmp_path / "second", 1, same=8, grown=80, stray=8)
        await import_files(store, [written])
        of_file, of_import = await find_drift(store, [written]), await find_drift(store, [])
    finally:
        await store.close()
    for found in (of_file, of_import):
        assert [each.id.rpartition("/")[2] for each in found.managed] == ["vol-same"]
        assert [each.after.id.rpartition("/")[2] for each in found.changed] == ["vol-grown"]
        assert [each.id.rpartition("/")[2] for each in found.unmanaged] == ["vol-stray"]
        assert [each.id.rpartition("/")[2] for each in found.missing] == ["vol-gone"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CLOUDVIZ_")}
    done = run_cloudviz(
        "drift", written, "--exit-code", "-o", "json", "--database", url, cwd=tmp_path, env=environment
    )
    assert done.returncode == 4, done.stderr
    assert [row["drift"] for row in json.loads(done.stdout)] == ["changed", "unmanaged", "missing", "managed"]
    assert "1 managed, 1 changed, 1 unmanaged, 1 missing." in done.stderr
