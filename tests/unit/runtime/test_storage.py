"""The storage of exported files: one suite for a folder, moto's S3, and an S3 that checks when links end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest

from cloudviz.errors import BadInput, NotFound, Unavailable
from cloudviz.runtime.settings import Settings
from cloudviz.runtime.storage import Storage, object_name, open_storage
from fake_clouds.moto import MotoServer
from fake_clouds.s3rver import BUCKET, KEYS, s3rver

CONTENT = b"<svg>\xff\x00</svg>" * 60_000  # more than one piece
NAME = object_name(CONTENT, "svg")


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    with s3rver() as address:
        yield address


def settings_of(url: str, folder: Path, **storage: object) -> Settings:
    return Settings.model_validate({"storage_url": url, "data_dir": folder / "data", "storage": storage})


@pytest.fixture
def s3_storage(s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return open_storage(settings_of(f"s3://{BUCKET}/maps/prod", tmp_path, endpoint=s3_server, region="eu-west-1"))


@pytest.fixture(params=["folder", pytest.param("moto", marks=pytest.mark.moto), "s3rver"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return open_storage(settings_of(f"file://{tmp_path}/files", tmp_path))
    if request.param == "s3rver":
        found: Storage = request.getfixturevalue("s3_storage")
        return found
    request.getfixturevalue("aws_credentials")
    moto: MotoServer = request.getfixturevalue("moto_server")
    bucket = f"files-{hashlib.md5(str(tmp_path).encode()).hexdigest()}"
    boto3.client("s3", endpoint_url=moto.url, region_name="us-east-1").create_bucket(Bucket=bucket)
    return open_storage(settings_of(f"s3://{bucket}/some/prefix/", tmp_path, endpoint=moto.url))


async def test_an_object_is_named_by_its_content_and_comes_back_in_pieces(storage: Storage) -> None:
    assert hashlib.sha256(CONTENT).hexdigest() + ".svg" == NAME
    assert not await storage.has(NAME)
    await storage.put(NAME, CONTENT, "image/svg+xml")
    await storage.put(NAME, CONTENT, "image/svg+xml")
    pieces = [piece async for piece in storage.read(NAME)]
    assert b"".join(pieces) == CONTENT and len(pieces) > 1
    assert await storage.has(NAME)
    (kept,) = [each async for each in storage.listed() if each.name == NAME]
    assert kept.size == len(CONTENT) and kept.is_ours
    assert abs(kept.written_at - datetime.now(UTC)) < timedelta(minutes=5)
    await storage.remove([NAME, object_name(b"never there", "svg")])
    assert not await storage.has(NAME)
    assert [each async for each in storage.listed() if each.name == NAME] == []


async def test_what_is_not_there_is_not_found(storage: Storage) -> None:
    with pytest.raises(NotFound):
        await anext(storage.read(object_name(b"something else", "png")))


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "/etc/passwd", f"../{NAME}", f"{NAME}/..", NAME.upper(), f"{NAME}\n", "é"],
)
async def test_no_name_leads_out_of_the_storage(storage: Storage, name: str) -> None:
    with pytest.raises(NotFound):
        await anext(storage.read(name))
    with pytest.raises(NotFound):
        await storage.put(name, b"x", "text/plain")
    with pytest.raises(NotFound):
        await storage.remove([name])
    with pytest.raises(NotFound):
        await storage.link(name, 60, file_name="x", media_type="x") or await storage.has(name)


async def test_it_says_what_it_is(storage: Storage) -> None:
    assert (
        await storage.check() in ("a folder", f"S3, bucket {BUCKET}") or "bucket files-" in await storage.check()
    )


async def test_a_presigned_link_works_and_says_how_to_save_the_file(s3_storage: Storage) -> None:
    await s3_storage.put(NAME, CONTENT, "image/svg+xml")
    link = await s3_storage.link(NAME, 600, file_name="shop.svg", media_type="image/svg+xml")
    query = parse_qs(urlsplit(link).query)
    assert urlsplit(link).path == f"/{BUCKET}/maps/prod/{NAME[:2]}/{NAME}"  # path addressing
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"] and query["X-Amz-Expires"] == ["600"]
    reply = httpx.get(link)
    assert (reply.status_code, reply.content) == (200, CONTENT)
    assert reply.headers["content-disposition"] == 'attachment; filename="shop.svg"'
    assert reply.headers["content-type"] == "image/svg+xml"
    assert reply.headers["cache-control"] == "private, max-age=600, immutable"


async def test_a_presigned_link_is_over_after_its_time(
    s3_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed for ten minutes, eleven minutes ago: the server compares with its own clock."""
    await s3_storage.put(NAME, CONTENT, "image/svg+xml")
    earlier = datetime.now(UTC) - timedelta(minutes=11)

    import botocore.auth

    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: earlier.replace(tzinfo=None))
    link = await s3_storage.link(NAME, 600, file_name="shop.svg", media_type="image/svg+xml")
    longer = await s3_storage.link(NAME, 900, file_name="shop.svg", media_type="image/svg+xml")
    monkeypatch.undo()
    refused = httpx.get(link)
    assert refused.status_code == 403 and "Request has expired" in refused.text
    assert httpx.get(longer).status_code == 200


async def test_links_name_the_endpoint_that_those_outside_reach(
    s3_server: str, tmp_path: Path, s3_storage: Storage
) -> None:
    storage = open_storage(
        settings_of(
            f"s3://{BUCKET}", tmp_path, endpoint=s3_server, public_endpoint="https://files.example.org", region="x"
        )
    )
    link = await storage.link(NAME, 60, file_name="x.svg", media_type="image/svg+xml")
    assert link.startswith(f"https://files.example.org/{BUCKET}/{NAME[:2]}/{NAME}?")


async def test_a_bucket_that_is_not_there_or_lets_nobody_in_is_said(
    s3_server: str, tmp_path: Path, s3_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = open_storage(settings_of("s3://another-bucket", tmp_path, endpoint=s3_server, region="x"))
    with pytest.raises(Unavailable, match="another-bucket is not there"):
        await absent.check()
    nowhere = open_storage(settings_of("s3://some", tmp_path, endpoint="http://127.0.0.1:9", region="x"))
    with pytest.raises(Unavailable, match="can't be reached: EndpointConnectionError"):
        await nowhere.check()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "UNKNOWN")
    wrong = open_storage(settings_of(f"s3://{BUCKET}", tmp_path, endpoint=s3_server, region="x"))
    with pytest.raises(Unavailable, match="refused: InvalidAccessKeyId") as refused:
        await wrong.put(NAME, CONTENT, "image/svg+xml")
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in refused.value.one_line()


async def test_a_half_written_file_is_taken_away(tmp_path: Path) -> None:
    storage = open_storage(settings_of(f"file://{tmp_path}/files", tmp_path))
    await storage.put(NAME, CONTENT, "image/svg+xml")
    scrap = tmp_path / "files" / NAME[:2] / f"{NAME}.0123.part"
    scrap.write_bytes(b"half")
    assert [each.name async for each in storage.listed()] == [NAME]
    assert await storage.remove_scraps(datetime.now(UTC) - timedelta(days=1)) == 0
    assert await storage.remove_scraps(datetime.now(UTC) + timedelta(days=1)) == 1
    assert not scrap.exists() and await storage.has(NAME)


async def test_a_folder_that_can_t_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file")
    storage = open_storage(settings_of(f"file://{tmp_path}/files", tmp_path))
    with pytest.raises(Unavailable):
        await storage.check()
    with pytest.raises(Unavailable):
        await storage.put(NAME, CONTENT, "image/svg+xml")


@pytest.mark.parametrize(
    "url",
    ["ftp://x/y", "s3://", "s3://A_B", "s3://bucket/../x y", "s3://key:secret@bucket", "s3://bucket?x=1", "file://host/x",
     "file:///", "/var/lib", "file:relative"],
)  # fmt: skip
def test_urls_that_are_none(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput) as refused:
        open_storage(settings_of(url, tmp_path))
    assert "secret" not in refused.value.one_line()


def test_without_the_setting_files_are_in_the_data_folder(tmp_path: Path) -> None:
    from cloudviz.runtime.storage.disk import DiskStorage

    storage = open_storage(settings_of("", tmp_path))
    assert isinstance(storage, DiskStorage) and storage._folder == tmp_path / "data" / "exports"
