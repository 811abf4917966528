"""A backup is restored into an empty database, whole, or not at all."""

from __future__ import annotations

import shutil
import stat
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import orjson
import pytest
from tests.store.estates import day, graph, machine, record, seen

from cloudviz.errors import BadInput, CloudVizError, Conflict, NotFound, Unavailable
from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import Link
from cloudviz.inventory.select import Selection
from cloudviz.runtime.settings import StorageSettings
from cloudviz.runtime.storage import Bucket, Storage, object_name
from cloudviz.runtime.storage.disk import DiskStorage
from cloudviz.store import AuditEntry, Store, open_store
from cloudviz.store.backup import back_up, check, restore
from cloudviz.store.backup_folder import back_up_into, back_up_to
from fake_clouds.moto import MotoServer

HOSTILE = 'tab\t back\\slash \\N "quotes" <script> \u202e 🦀 ' + "x" * 1000


@pytest.fixture
def target(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database of the kind of ``url``."""
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/restored/cloudviz.db"
    made: str = request.getfixturevalue("postgres_server").url()
    return made


@pytest.fixture
async def filled(url: str) -> str:
    """A database that has something in many tables."""
    async with await open_store(url) as store:
        a, b = machine("a", region="eu-west-1", tags={"k\t": HOSTILE}), machine("b")
        await record(store, graph(a, b, links=[Link(a.id, b.id, "uses")]), [seen()], 1)
        await record(store, graph(a), [seen()], 2)
        await store.people.create("ann", "ann@example.org", "hash", ["admin"])
        await store.jobs.enqueue("draw", {"name": HOSTILE})
        for number in range(3):
            await store.audit.append_many(
                [AuditEntry(at=day(3), actor="ann", action="test", target=str(number), detail={"said": HOSTILE})]
            )
    return url


async def everything(store: Store) -> list[object]:
    graph_now = await store.inventories.inventory(Selection())
    history = await store.inventories.history(machine("b").id)
    report = await store.audit.verify()
    people = [(each.username, each.password_hash) for each in await store.people.page()]
    return [to_bytes(graph_now), history, report, people, list(await store.jobs.page())]


async def test_what_was_backed_up_is_there_again(filled: str, target: str, tmp_path: Path):
    file = tmp_path / "backup.cvb"
    made = await back_up(filled, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = await restore(target, file)
    assert restored == made
    async with await open_store(filled) as before, await open_store(target) as after:
        found = await everything(after)
        assert found == await everything(before)
        assert found[2].holds and found[2].entries == 3
        # Counters go on where they were, and search finds what was indexed before.
        await after.audit.append_many([AuditEntry(at=day(3), actor="ann", action="test", target="4")])
        assert (await after.audit.verify()).entries == 4
        await record(after, graph(machine("c")), [seen()], 3)
        assert [each.id for each in await after.inventories.page(Selection(text="instance/c"))] == [
            machine("c").id
        ]


async def test_a_filled_database_is_left_alone(filled: str, tmp_path: Path):
    file = tmp_path / "backup.cvb"
    await back_up(filled, file)
    with pytest.raises(Conflict, match="not empty"):
        await restore(filled, file)
    with pytest.raises(Conflict, match="there already"):
        await back_up(filled, file)


def changed(source: Path, target: Path, name: str, make) -> Path:
    """A copy of a backup with one part changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, make(content) if each.startswith(name) else content)
    return target


def newer(manifest: bytes) -> bytes:
    return orjson.dumps(orjson.loads(manifest) | {"revision": "2099_01_01_later"})


def other(manifest: bytes) -> bytes:
    said = orjson.loads(manifest)
    said["database"] = "sqlite" if said["database"] == "postgresql" else "postgresql"
    return orjson.dumps(said)


async def test_what_is_wrong_leaves_the_database_empty(filled: str, target: str, tmp_path: Path):
    file = tmp_path / "backup.cvb"
    made = await back_up(filled, file)
    part = "tables/audit" if made.rows else "database.sqlite3"
    bad = [
        (changed(file, tmp_path / "1", "manifest.json", newer), "newer CloudViz"),
        (changed(file, tmp_path / "2", "manifest.json", other), "same kind of database"),
        (changed(file, tmp_path / "3", "manifest.json", lambda _: b"[]"), "no backup"),
        (changed(file, tmp_path / "4", part, lambda it: it.replace(b"ann", b"bob")), "damaged"),
    ]
    cut = tmp_path / "5"
    cut.write_bytes(file.read_bytes()[:-100])
    bad.append((cut, "no backup"))
    for wrong, said in bad:
        with pytest.raises(BadInput) as caught:
            await restore(target, wrong)
        assert said in caught.value.one_line()
    with pytest.raises(NotFound):
        await restore(target, tmp_path / "nothing")
    # After all of that it is still as empty as a restore wants it.
    await restore(target, file)


async def test_a_backup_that_can_t_be_made_leaves_no_file(target: str, url: str, tmp_path: Path):
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(CloudVizError, match="holds no CloudViz database"):
        await back_up(target, folder / "file")
    assert not list(folder.iterdir())
    shutil.rmtree(folder)
    with pytest.raises(BadInput, match="can't be written"):
        await back_up(url, folder / "file")


# ---- files, keys, and folders of backups

KEY = bytes(range(32))


async def stored(storage: Storage, *contents: bytes) -> list[str]:
    names = [object_name(each, "svg") for each in contents]
    for name, content in zip(names, contents, strict=True):
        await storage.put(name, content, "image/svg+xml")
    return names


async def test_files_go_along_and_nothing_is_in_the_clear(filled: str, target: str, tmp_path: Path):
    there, here = DiskStorage(tmp_path / "there"), DiskStorage(tmp_path / "here")
    contents = [b"<svg>" + HOSTILE.encode() * 50, b"", bytes(300_000)]
    names = await stored(there, *contents)
    file = tmp_path / "backup.cvb"
    made = await back_up(filled, file, storage=there, key=KEY)
    assert (made.files, made.is_sealed) == (3, True)
    data = file.read_bytes()
    assert b"PK\x03\x04" not in data and b"ann@example.org" not in data and b"<svg>" not in data
    assert check(file, KEY) == made
    for key, said in ((b"", "is encrypted"), (bytes(32), "another key")):
        with pytest.raises(BadInput, match=said):
            await restore(target, file, storage=here, key=key)
    assert await restore(target, file, storage=here, key=KEY) == made
    assert [await here.content(name) for name in names] == contents
    async with await open_store(filled) as before, await open_store(target) as after:
        assert await everything(after) == await everything(before)


async def test_a_file_that_is_not_what_its_name_says_restores_nothing(filled: str, target: str, tmp_path: Path):
    there, here = DiskStorage(tmp_path / "there"), DiskStorage(tmp_path / "here")
    await stored(there, b"<svg/>")
    file = tmp_path / "backup.cvb"
    await back_up(filled, file, storage=there)
    forged = changed(file, tmp_path / "forged.cvb", "files/", lambda content: b"<svg onload=evil()/>")
    with pytest.raises(BadInput, match="damaged"):
        check(forged)
    with pytest.raises(BadInput, match="damaged"):
        await restore(target, forged, storage=here)
    await restore(target, file, storage=here)  # the database was left empty


async def test_a_name_that_leads_out_of_the_folder_is_none(filled: str, target: str, tmp_path: Path):
    file = tmp_path / "backup.cvb"
    await back_up(filled, file, storage=DiskStorage(tmp_path / "there"))
    evil = tmp_path / "evil.cvb"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(evil, "w") as new:
        for each in old.namelist():
            content = old.read(each)
            if each == "manifest.json":
                content = content.replace(b'"count": 0', b'"count": 1')
            new.writestr(each, content)
        new.writestr("files/../../evil.svg", b"")
    with pytest.raises(CloudVizError):
        await restore(target, evil, storage=DiskStorage(tmp_path / "here"))
    assert not list(tmp_path.rglob("evil.svg"))


async def test_a_folder_keeps_what_is_young_and_what_is_not_its_own(filled: str, tmp_path: Path):
    folder, now = tmp_path / "backups", day(20)
    made, removed = [], []
    for age in (12, 9, 1, 0):
        kept = await back_up_into(folder, filled, now=now - timedelta(days=age), key=KEY, keep_days=10)
        made.append(Path(kept.file).name)
        removed += [Path(each).name for each in kept.removed]
        (folder / "note.txt").touch()
    assert removed == [made[0]]
    assert sorted(each.name for each in folder.iterdir()) == sorted([*made[1:], "note.txt"])
    with pytest.raises(Conflict):
        await back_up_into(folder, filled, now=now, key=KEY)
    assert (folder / made[-1]).exists()


class Damaging(Bucket):
    """Gives back another byte than it was sent."""

    async def get_file(self, name: str, file: Path) -> None:
        await super().get_file(name, file)
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)


async def test_a_bucket_holds_sealed_backups_that_were_read_again_and_lets_old_ones_go(
    filled: str, target: str, tmp_path: Path, moto_server: MotoServer, aws_credentials: None
):
    moto_server.reset()
    settings = StorageSettings(endpoint=moto_server.url, region="us-east-1")
    s3 = boto3.client("s3", endpoint_url=moto_server.url, region_name="us-east-1")
    s3.create_bucket(Bucket="safe-place")
    for other in (
        "nightly/note.txt",
        "nightly/older/cloudviz-20200101T000000Z.cvb",
        "cloudviz-20200101T000000Z.cvb",
    ):
        s3.put_object(Bucket="safe-place", Key=other, Body=b"somebody else's")
    bucket, aside, shown = Bucket("safe-place", "nightly", settings), tmp_path / "aside", "s3://safe-place/nightly"
    now = day(20)
    told: dict[str, Any] = {"key": KEY, "aside": aside, "keep_days": 10}
    made = [await back_up_to(bucket, shown, filled, now=now - timedelta(days=age), **told) for age in (12, 9, 0)]
    assert [each.removed for each in made] == [[], [], [made[0].file]]
    names = {each.name async for each in bucket.names()}
    assert names == {"note.txt", *(Path(each.file).name for each in made[1:])}
    assert made[-1].report.is_sealed and list(aside.iterdir()) == []
    with pytest.raises(Conflict):
        await back_up_to(bucket, shown, filled, now=now, **told)
    # What comes back is the database; what does not come back whole is no backup, and costs no other.
    fetched = tmp_path / "fetched.cvb"
    await bucket.get_file(Path(made[-1].file).name, fetched)
    await restore(target, fetched, key=KEY)
    async with await open_store(filled) as one, await open_store(target) as two:
        assert await everything(one) == await everything(two)
    damaging = Damaging("safe-place", "nightly", settings)
    with pytest.raises(BadInput):
        await back_up_to(damaging, shown, filled, now=now + timedelta(days=30), **told)
    assert {each.name async for each in bucket.names()} == names
    with pytest.raises(Unavailable, match="refused: NoSuchBucket"):
        await back_up_to(Bucket("nowhere", "", settings), "s3://nowhere", filled, now=now, **told)
    with pytest.raises(NotFound):
        await bucket.get_file("cloudviz-20990101T000000Z.cvb", tmp_path / "x")
