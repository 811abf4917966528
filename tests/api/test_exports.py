"""Exported files: kept in the storage, handed over from it, linked to for a while, and cleaned up."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.api.serving import SECRET, Server, assert_problem, instance, serve, settings_with

from cloudviz.access.file_links import FileLinks
from cloudviz.jobs import exports
from cloudviz.jobs.exports import clean_up
from fake_clouds.s3rver import BUCKET, KEYS, s3rver

EXPORT = "/visualization/diagrams/{}/export"


async def drawn(server: Server) -> str:
    await server.record([instance(number) for number in range(5)])
    reply = await server.post("/visualization/generate", json={})
    assert reply.status_code == 200, reply.text
    found: str = reply.json()["diagram_id"]
    return found


def files_of(server: Server) -> list[Path]:
    return sorted(path for path in (server.settings.data_dir / "exports").rglob("*") if path.is_file())


async def test_an_export_is_kept_by_its_content_and_taken_from_there(server: Server) -> None:
    diagram = await drawn(server)
    first = await server.get(EXPORT.format(diagram), params={"format": "svg"})
    (kept,) = files_of(server)
    assert kept.read_bytes() == first.content
    assert kept.name == hashlib.sha256(first.content).hexdigest() + ".svg"
    # Another process, that has nothing in memory: what it hands over was not drawn again.
    async for beside in serve(server.settings):
        beside.app.state.house.studio._keeping = None  # drawing would need it
        again = await beside.get(EXPORT.format(diagram), params={"format": "svg"})
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["content-disposition"] == first.headers["content-disposition"]
        assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


async def test_conditions_hold_for_exports(light_server: Server) -> None:
    diagram = await drawn(light_server)
    for format in ("svg", "png", "json"):
        reply = await light_server.get(EXPORT.format(diagram), params={"format": format})
        assert reply.headers["cache-control"] == "private, no-cache"
        unchanged = await light_server.get(
            EXPORT.format(diagram), params={"format": format}, headers={"If-None-Match": reply.headers["etag"]}
        )
        assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_a_picture_that_is_not_kept_is_exported_through_the_storage(light_server: Server) -> None:
    await drawn(light_server)
    reply = await light_server.post("/visualization/export", json={"format": "pdf"})
    (kept,) = files_of(light_server)
    assert kept.read_bytes() == reply.content and kept.suffix == ".pdf"
    assert reply.headers["etag"] == f'"{kept.name[:32]}"'
    twin = await light_server.post("/visualization/export", json={"format": "pdf"})
    assert twin.content == reply.content and files_of(light_server) == [kept]


async def test_a_damaged_file_is_made_anew(light_server: Server) -> None:
    diagram = await drawn(light_server)
    url = EXPORT.format(diagram)
    good = (await light_server.get(url, params={"format": "svg"})).content
    (kept,) = files_of(light_server)
    for damage in (lambda: kept.write_bytes(b"<script>evil</script>"), kept.unlink):
        damage()
        light_server.app.state.house.replies._kept.clear()
        light_server.app.state.house.studio._kept.clear()
        assert (await light_server.get(url, params={"format": "svg"})).content == good
        assert kept.read_bytes() == good


async def test_a_storage_that_is_away_costs_no_export(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("no folder")
    settings = settings_with(sqlite_url, tmp_path)
    settings = settings.model_copy(update={"storage_url": f"file://{tmp_path}/blocked"})
    async for server in serve(settings):
        diagram = await drawn(server)
        assert (await server.get(EXPORT.format(diagram))).status_code == 200
        assert (await server.post("/visualization/export", json={})).status_code == 200
        assert_problem(await server.get(EXPORT.format(diagram) + "/link"), 503, "unavailable")
        asked = {"delivery": "link"}
        assert_problem(await server.post("/visualization/export", json=asked), 503, "unavailable")
        health = (await server.client.get("/health")).json()
        assert health["components"]["storage"]["status"] == "degraded"
        assert str(tmp_path) not in str(health)


# -- links -----------------------------------------------------------------------------------------------


async def test_a_link_gives_the_file_to_who_has_it_and_any_cache_may_keep_it(server: Server) -> None:
    diagram = await drawn(server)
    made = await server.get(EXPORT.format(diagram) + "/link", role="viewer", params={"format": "svg"})
    assert made.status_code == 200 and made.headers["cache-control"] == "no-store"
    link = made.json()
    file = await server.client.get(link["url"])
    own = await server.get(EXPORT.format(diagram), params={"format": "svg"})
    assert file.content == own.content
    assert (link["size"], link["sha256"]) == (len(file.content), hashlib.sha256(file.content).hexdigest())
    assert link["sha256"] in link["url"]  # the address is of the content, so that it never changes its meaning
    public, max_age, immutable = file.headers["cache-control"].split(", ")
    assert (public, immutable) == ("public", "immutable")
    assert 3500 < int(max_age.removeprefix("max-age=")) <= 3600
    assert file.headers["content-disposition"] == f'attachment; filename="{link["file_name"]}"'
    assert "sandbox" in file.headers["content-security-policy"]
    again = await server.client.get(link["url"], headers={"If-None-Match": file.headers["etag"]})
    assert again.status_code == 304 and again.headers["cache-control"].startswith("public, max-age=")
    (entry,) = (await server.store.audit.page(action="file.linked")).items
    assert (entry.actor, entry.detail["seconds"]) == ("viewer", 3600)
    assert "signature" not in str(entry)


async def test_a_link_is_over_after_its_time(light_server: Server) -> None:
    diagram = await drawn(light_server)
    link = (await light_server.get(EXPORT.format(diagram) + "/link", params={"seconds": 60})).json()
    name = urlsplit(link["url"]).path.rpartition("/")[2]
    links = FileLinks([SECRET])
    now = datetime.now(UTC)
    last = await light_server.client.get(links.path(name, now + timedelta(seconds=30)))
    assert last.status_code == 200
    over = await light_server.client.get(links.path(name, now - timedelta(seconds=1)))
    assert assert_problem(over, 403, "forbidden")["detail"] == "this link is over"


async def test_forged_links_are_refused(light_server: Server) -> None:
    diagram = await drawn(light_server)
    url = (await light_server.get(EXPORT.format(diagram) + "/link")).json()["url"]
    path, _, query = url.partition("?")
    expires = query.partition("=")[2].partition("&")[0]
    signature = query.rpartition("=")[2]
    other = (await light_server.get(EXPORT.format(diagram) + "/link", params={"format": "png"})).json()["url"]
    forged = [
        f"{path}?expires={int(expires) + 1}&signature={signature}",
        f"{path}?expires={expires}&signature={signature[:-2]}AA",
        f"{path}?expires={expires}&signature=",
        f"{path}?expires={expires}&signature=%F0%9F%92%A5",
        f"{other.partition('?')[0]}?{query}",
        FileLinks(["another secret of thirty-two bytes"]).path(path.rpartition("/")[2], datetime(2100, 1, 1)),
    ]
    for each in forged:
        assert_problem(await light_server.client.get(each), 403, "forbidden")
    assert_problem(await light_server.client.get(path), 422, "invalid")
    twice = f"{path}?expires=1&expires={expires}&signature={signature}"
    assert (await light_server.client.get(twice)).status_code in (200, 403)


async def test_a_signed_name_that_leads_elsewhere_finds_nothing(light_server: Server) -> None:
    links = FileLinks([SECRET])
    for name in ("..", "x", "%2e%2e%2fsigning.key", "0" * 64 + ".svg"):
        signed = links.path(name, datetime(2100, 1, 1)).replace("%2e%2e%2f", "..%2F")
        reply = await light_server.client.get(signed)
        assert reply.status_code in (403, 404), name


async def test_links_survive_the_exchange_of_keys(sqlite_url: str, tmp_path: Path) -> None:
    async for server in serve(settings_with(sqlite_url, tmp_path)):
        diagram = await drawn(server)
        url = (await server.get(EXPORT.format(diagram) + "/link")).json()["url"]
    auth = {"secret": "f" * 64, "previous_secrets": SECRET}
    async for server in serve(settings_with(sqlite_url, tmp_path, auth=auth)):
        assert (await server.client.get(url)).status_code == 200
    async for server in serve(settings_with(sqlite_url, tmp_path, auth={"secret": "f" * 64})):
        assert_problem(await server.client.get(url), 403, "forbidden")


async def test_links_lead_to_the_cdn(sqlite_url: str, tmp_path: Path) -> None:
    storage = {"cdn_url": "https://cdn.example.org/maps/"}
    async for server in serve(settings_with(sqlite_url, tmp_path, storage=storage)):
        await drawn(server)
        made = await server.post("/visualization/export", json={"delivery": "link", "link_seconds": 120})
        assert made.status_code == 201
        url = made.json()["url"]
        assert made.headers["location"] == url
        assert url.startswith("https://cdn.example.org/maps/visualization/files/")
        # What the CDN asks this server for.
        fetched = await server.client.get(url.removeprefix("https://cdn.example.org/maps"))
        assert fetched.status_code == 200 and fetched.headers["cache-control"].startswith("public")


async def test_s3_answers_its_own_links(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with s3rver() as address:
        storage = {"endpoint": address, "region": "eu-west-1"}
        settings = settings_with(sqlite_url, tmp_path, storage=storage)
        settings = settings.model_copy(update={"storage_url": f"s3://{BUCKET}/prod"})
        async for server in serve(settings):
            diagram = await drawn(server)
            link = (await server.get(EXPORT.format(diagram) + "/link", params={"format": "svg"})).json()
            assert link["url"].startswith(f"{address}/{BUCKET}/prod/")
            own = await server.get(EXPORT.format(diagram), params={"format": "svg"})
            async with httpx.AsyncClient() as outside:
                assert (await outside.get(link["url"])).content == own.content
            health = (await server.client.get("/health")).json()["components"]["storage"]
            assert health == {"status": "healthy", "detail": f"S3, bucket {BUCKET}"}
            assert not (settings.data_dir / "exports").exists()
            # A link of this server's own reaches the same object.
            name = urlsplit(link["url"]).path.rpartition("/")[2]
            by_us = FileLinks([SECRET]).path(name, datetime(2100, 1, 1))
            assert (await server.client.get(by_us)).content == own.content
            monkeypatch.setattr(exports, "WHOLE", 100)  # so that the bucket is asked for the part alone
            part = await server.client.get(by_us, headers={"Range": "bytes=5-99"})
            assert (part.status_code, part.content) == (206, own.content[5:100])


# -- large files and clean-up ---------------------------------------------------------------------------


async def test_a_large_export_is_streamed(light_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for by the hot path, which holds no large reply in memory."""
    diagram = await drawn(light_server)
    url, params = EXPORT.format(diagram), {"format": "png", "scale": 3}
    first = await light_server.get(url, params=params)
    monkeypatch.setattr(exports, "WHOLE", 1000)
    monkeypatch.setattr("cloudviz.api.replies.LARGEST_KEPT", 1000)
    monkeypatch.setattr("cloudviz.runtime.storage.disk.PIECE", 1000)
    async for beside in serve(light_server.settings):
        house = beside.app.state.house
        house.studio._keeping = None  # drawing would need it
        again = await beside.get(url, params=params)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["content-length"] == str(len(first.content))
        assert again.headers["etag"] == first.headers["etag"] and again.headers["x-request-id"]
        assert not house.replies._kept
        held = await beside.get(url, params=params, headers={"If-None-Match": first.headers["etag"]})
        assert (held.status_code, held.content) == (304, b"")


PARTS = [
    ("bytes=0-9", slice(0, 10)),
    ("bytes=10-", slice(10, None)),
    ("bytes=-7", slice(-7, None)),
    ("Bytes = 5 - 5 ", slice(5, 6)),
    ("bytes=3-999999999", slice(3, None)),
    ("bytes=-999999999", slice(0, None)),
]
WHOLE = ["bytes=9-3", "bytes=-", "bytes=a-b", "pages=1-2", "bytes=0-1,4-5", "bytes", f"bytes=0-{'9' * 40}"]


@pytest.mark.parametrize("large", [False, True])
async def test_parts_of_files(light_server: Server, monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    """RFC 9110 §14, for a file in memory and for one that is streamed; by a token and by a link."""
    diagram = await drawn(light_server)
    if large:
        monkeypatch.setattr(exports, "WHOLE", 100)
        monkeypatch.setattr("cloudviz.api.replies.LARGEST_KEPT", 100)
        monkeypatch.setattr("cloudviz.runtime.storage.disk.PIECE", 1000)
    own = EXPORT.format(diagram) + "?format=png"
    link = (await light_server.get(EXPORT.format(diagram) + "/link", params={"format": "png"})).json()["url"]
    token = await light_server.headers("viewer")
    for url in (own, link):
        client, whole = light_server.client, await light_server.client.get(url, headers=token)
        content, etag = whole.content, whole.headers["etag"]
        assert whole.status_code == 200 and whole.headers["accept-ranges"] == "bytes"
        for asked, part in PARTS:
            reply = await client.get(url, headers={**token, "Range": asked})
            assert (reply.status_code, reply.content) == (206, content[part]), asked
            start, stop, _ = part.indices(len(content))
            assert reply.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(content)}"
            assert (reply.headers["content-length"], reply.headers["etag"]) == (str(stop - start), etag)
            assert reply.headers["content-type"] == whole.headers["content-type"]
        for asked in WHOLE:
            reply = await client.get(url, headers={**token, "Range": asked})
            assert (reply.status_code, reply.content) == (200, content), asked
            assert "content-range" not in reply.headers
        for asked in (f"bytes={len(content)}-", "bytes=-0"):
            refused = await client.get(url, headers={**token, "Range": asked})
            assert_problem(refused, 416, "range_not_satisfiable")
            assert refused.headers["content-range"] == f"bytes */{len(content)}"
        # A part of the same file only: a weak tag, another one and a date are none.
        for condition, status in ((etag, 206), (f"W/{etag}", 200), ('"other"', 200), ("Tue, 24 Nov 2026", 200)):
            reply = await client.get(url, headers={**token, "Range": "bytes=0-0", "If-Range": condition})
            assert reply.status_code == status, condition
        held = await client.get(url, headers={**token, "Range": "bytes=0-0", "If-None-Match": etag})
        assert (held.status_code, held.content) == (304, b"")
        head = await client.head(url, headers={**token, "Range": "bytes=0-0"})
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "content-type", "etag", "accept-ranges", "content-disposition"):
            assert head.headers[name] == whole.headers[name]


async def test_the_clean_up_takes_what_nothing_leads_to(server: Server) -> None:
    storage = server.app.state.house.studio.exports.storage
    diagram = await drawn(server)
    await server.get(EXPORT.format(diagram), params={"format": "svg"})
    (kept,) = files_of(server)
    orphan = kept.parents[1] / "aa" / ("aa" + "0" * 62 + ".png")
    foreign = kept.parents[1] / "aa" / "notes.txt"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"x")
    foreign.write_bytes(b"x")
    assert await clean_up(server.store, storage) == 0  # too young: its row may be about to be written
    later = datetime.now(UTC) + exports.GRACE + timedelta(hours=1)
    assert await clean_up(server.store, storage, later) == 1
    assert kept.exists() and foreign.exists() and not orphan.exists()
    # With its picture gone a file leads nowhere.
    gone = server.settings.retention.model_copy(update={"diagrams_days": 1})
    await server.store.retention.remove(gone, later)
    assert await clean_up(server.store, storage, later) == 1
    assert not kept.exists()


def test_the_command_cleans_up(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(sqlite_url, tmp_path)
    orphan = settings.data_dir / "exports" / "aa" / ("aa" + "0" * 62 + ".png")
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    os.utime(orphan, (0, 0))
    monkeypatch.setenv("CLOUDVIZ_DATA_DIR", str(settings.data_dir))
    command = [sys.executable, "-m", "cloudviz.cli.main", "cleanup", "--database", sqlite_url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 of orphaned files removed" in done.stderr
    assert not orphan.exists()
