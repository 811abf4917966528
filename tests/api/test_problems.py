"""Every refusal is an RFC 9457 problem document, whichever part of the server refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.api.serving import Server, assert_problem, serve, settings_with


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/auth"),
        ("GET", "/aws"),
        ("GET", "/health/"),
        ("GET", "/docs/../secret"),
        ("GET", "/docs/nothing.js"),
        ("GET", "/assets/nothing.js"),
        ("GET", "/assets/%2e%2e/app.py"),
        ("GET", "/assets//etc/passwd"),
        ("POST", "/oracle/discover"),
        ("GET", "/<script>alert(1)</script>"),
        ("GET", "/%F0%9F%92%A9/%E2%80%AE"),
    ],
)
async def test_an_unknown_route(light_server: Server, method: str, path: str) -> None:
    reply = await light_server.client.request(method, path)
    document = assert_problem(reply, 404, "not_found")
    assert document["hint"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/resources", {"GET"}),
        ("GET", "/auth/login", {"POST"}),
        ("PATCH", "/health", {"GET"}),
        ("POST", "/docs", {"GET", "HEAD"}),
        ("TRACE", "/jobs", {"GET"}),
        ("BREW", "/jobs", {"GET"}),
    ],
)
async def test_a_method_that_a_route_does_not_take(
    light_server: Server, method: str, path: str, allowed: set[str]
) -> None:
    reply = await light_server.client.request(method, path)
    assert_problem(reply, 405, "method_not_allowed")
    assert {each.strip() for each in reply.headers["allow"].split(",")} == allowed


async def test_values_that_are_not_acceptable_are_each_named(light_server: Server) -> None:
    reply = await light_server.post("/visualization/generate", json={"layout": "spiral", "max_nodes": -1, "x": 1})
    document = assert_problem(reply, 422, "invalid")
    assert {(each["in"], each["pointer"]) for each in document["errors"]} == {
        ("body", "/layout"),
        ("body", "/max_nodes"),
        ("body", "/x"),
    }
    assert all(each["detail"] for each in document["errors"])


async def test_a_query_value_is_named_too(light_server: Server) -> None:
    document = assert_problem(await light_server.get("/resources?limit=9999"), 422, "invalid")
    assert [(each["in"], each["pointer"]) for each in document["errors"]] == [("query", "/limit")]


async def test_a_password_is_never_repeated(light_server: Server) -> None:
    reply = await light_server.client.post(
        "/auth/login", json={"username": ["hunter2"], "password": {"hunter2": 1}}
    )
    assert_problem(reply, 422, "invalid")
    assert "hunter2" not in reply.text


@pytest.mark.parametrize("body", [b"{", b"", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"username": "a\\u0000"'])
async def test_a_body_that_is_no_json(light_server: Server, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    reply = await light_server.client.post("/auth/login", content=body, headers=headers)
    assert reply.status_code in (400, 422)
    assert_problem(reply, reply.status_code, "bad_input" if reply.status_code == 400 else "invalid")


@pytest.mark.parametrize("text", ["\0", "a\0b"])
async def test_a_zero_byte_is_refused_before_it_reaches_the_database(server: Server, text: str) -> None:
    by_body = await server.post("/resources/search", json={"text": text})
    assert_problem(by_body, 422, "invalid")
    by_tag = await server.post("/resources/search", json={"tags": {text: "x"}})
    assert_problem(by_tag, 422, "invalid")
    for path in ("/resources?q=a%00b", "/resources/a%00b", "/jobs/%00"):
        assert_problem(await server.get(path), 400, "bad_input")
    signing_in = await server.client.post("/auth/login", json={"username": text, "password": "x"})
    assert_problem(signing_in, 422, "invalid")


HOSTILE = (
    "'; DROP TABLE users; --", '"', "%", "_", "\\", "💥" * 50, "\u202egnp.exe", "<script>", "x" * 1000, "{}", "$1"
)  # fmt: skip


async def test_hostile_texts_find_nothing_and_break_nothing(server: Server) -> None:
    for text in HOSTILE:
        found = await server.post("/resources/search", json={"text": text, "types": [text], "tags": {text: text}})
        assert (found.status_code, found.json()) == (200, {"items": [], "next_cursor": None})
        assert (await server.get("/resources", params={"q": text, "region": text})).json()["items"] == []
        assert_problem(await server.get("/resources/" + quote(text, safe="")), 404, "not_found")
        signing_in = await server.client.post("/auth/login", json={"username": text, "password": text})
        assert signing_in.status_code in (401, 422, 429)


async def test_lone_surrogates_are_refused(server: Server) -> None:
    headers = {"Content-Type": "application/json"}
    reply = await server.post("/resources/search", content=b'{"text": "\\ud800"}', headers=headers)
    assert_problem(reply, 422, "invalid")


async def test_a_cursor_that_nobody_was_given(server: Server) -> None:
    for path in ("/resources", "/jobs", "/discoveries", "/visualization/diagrams", "/admin/audit", "/admin/users"):
        for cursor in ("x", "e30", "eyJpZCI6MX0", "💥", "null", "AAAA", "W10=", "x" * 4000):
            reply = await server.get(path, role="admin", params={"cursor": cursor})
            assert_problem(reply, 400, "bad_input")


async def test_an_id_that_does_not_exist(server: Server) -> None:
    for path in (
        "/jobs/{}",
        "/discoveries/{}",
        "/aws/discoveries/{}",
        "/visualization/diagrams/{}",
        "/resources/{}",
    ):
        for unknown in ("00000000-0000-0000-0000-000000000000", "x", "' OR 1=1", "💥"):
            assert_problem(await server.get(path + unknown), 404, "not_found")


async def test_an_instant_that_is_none(server: Server) -> None:
    for at in ("yesterday", "2026-13-01", "0", "9999999999999", "2026-11-24T25:00:00Z"):
        assert_problem(await server.get("/resources", params={"at": at}), 422, "invalid")
        assert_problem(await server.get("/visualization/map/scene", params={"at": at}), 422, "invalid")
        reply = await server.get("/visualization/diff", params={"a": at, "b": at})
        assert_problem(reply, 422, "invalid")


async def test_a_filter_that_is_not_understood(light_server: Server) -> None:
    for text in ("colour=red", "tag:a=b 'open", "typ=x"):
        assert_problem(await light_server.get("/resources", params={"filter": text}), 422, "invalid")


async def test_an_address_over_its_limit(light_server: Server) -> None:
    assert_problem(await light_server.client.get("/resources?q=" + "x" * 20_000), 414, "uri_too_long")


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """A server that takes bodies of 2 KB, and files of 1 MB."""
    limits = {"max_body_kb": 2, "max_upload_mb": 1}
    async for each in serve(settings_with(sqlite_url, tmp_path, server=limits)):
        yield each


async def test_a_body_over_its_limit_is_refused_by_its_declared_length(small: Server) -> None:
    reply = await small.client.post("/auth/login", json={"username": "x" * 3000, "password": "x"})
    document = assert_problem(reply, 413, "too_large")
    assert "2 KB" in document["detail"]


async def test_a_body_over_its_limit_is_refused_as_it_comes_in(small: Server) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            yield b" " * 1024
        raise AssertionError("the server read all of it")

    headers = {"Content-Type": "application/json"}
    reply = await small.client.post("/auth/login", content=endless(), headers=headers)
    assert_problem(reply, 413, "too_large")


async def test_a_file_over_its_limit_is_refused_and_leaves_nothing(small: Server) -> None:
    reply = await small.import_file("big.tfstate", b"x" * (2 * 2**20))
    assert_problem(reply, 413, "too_large")
    uploads = small.settings.data_dir / "uploads"
    assert not uploads.exists() or not list(uploads.iterdir())


async def test_a_defect_of_ours_tells_nothing_but_its_id(light_server: Server) -> None:
    secret = "the database password is hunter2"

    @light_server.app.get("/broken")
    async def broken() -> None:
        raise RuntimeError(secret)

    reply = await light_server.client.get("/broken", headers={"X-Request-Id": "abc-123"})
    document = assert_problem(reply, 500, "internal")
    assert document["request_id"] == "abc-123"
    assert "abc-123" in document["hint"]
    assert "hunter2" not in reply.text and "RuntimeError" not in reply.text
    assert reply.headers["content-security-policy"]


async def test_a_database_that_is_gone_is_503(sqlite_url: str, tmp_path: Path) -> None:
    async for server in serve(settings_with(sqlite_url, tmp_path)):
        headers = await server.headers("viewer")
        await server.store.close()
        Path(sqlite_url.removeprefix("sqlite:///")).unlink()
        Path(sqlite_url.removeprefix("sqlite:///")).mkdir()
        server.app.state.house.door.sign_in.recognition.forget_all()
        reply = await server.client.get("/resources", headers=headers)
        assert_problem(reply, 503, "unavailable")
        ready = await server.client.get("/health/ready")
        assert_problem(ready, 503, "unavailable")
        health = await server.client.get("/health")
        assert health.json()["status"] == "unhealthy"


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "<script>", "../x"])
async def test_a_request_id_that_could_do_harm_in_a_log_is_replaced(light_server: Server, given: str) -> None:
    reply = await light_server.client.get("/health/live", headers={"X-Request-Id": given})
    assert reply.headers["x-request-id"] not in ("", given)


async def test_a_harmless_request_id_is_kept(light_server: Server) -> None:
    reply = await light_server.client.get("/health/live", headers={"X-Request-Id": "trace-42"})
    assert reply.headers["x-request-id"] == "trace-42"
