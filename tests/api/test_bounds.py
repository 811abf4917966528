"""Bounds and attacks from outside: a real server, and bytes that no client library would send."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.listening import Listening, listening
from tests.api.serving import instance, settings_with

from cloudviz.inventory.model import Coverage, Graph

BOUNDS = {"max_body_kb": 64, "max_json_depth": 8, "request_seconds": 0.3}


@pytest.fixture(scope="module")
def bounded(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A server with tight bounds and three machines in its inventory."""
    with _serving(migrated_sqlite, tmp_path_factory.mktemp("bounded"), BOUNDS) as running:
        running.do(_filled(running))
        yield running


@pytest.fixture
def hasty(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Listening]:
    """A server that answers at once or not at all."""
    with _serving(migrated_sqlite, tmp_path, {"answer_seconds": 0.3}) as running:

        @running.app.get("/slow")
        async def slow() -> None:
            await asyncio.sleep(3600)

        yield running


def _serving(migrated: Path, folder: Path, bounds: dict[str, Any]) -> AbstractContextManager[Listening]:
    shutil.copy(migrated, folder / "bounded.sqlite3")
    url = f"sqlite:///{folder}/bounded.sqlite3"
    return listening(settings_with(url, folder, server=bounds, limits={"enabled": False}))


async def _filled(running: Listening) -> None:
    store = running.house.store
    resources = [instance(number) for number in range(3)]
    discovery = await store.discoveries.create("aws", "aws:tests", {})
    await store.discoveries.start(discovery)
    seen = [Coverage("aws", "123456789012", "eu-west-1", "aws.ec2.instance", "seen", 3)]
    await store.inventories.record(
        discovery, Graph({each.id: each for each in resources}, []), seen, [], datetime.now(UTC)
    )
    await store.discoveries.finish(discovery, "completed")


def headers(server: Listening, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token(role)}"}


def problem_of(raw: bytes) -> dict[str, Any]:
    """The status and code of a problem document that came over the line."""
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, raw[:500]
    document: dict[str, Any] = json.loads(body)
    assert int(head.split(b" ")[1]) == document["status"]
    return document


def post(path: str, body: bytes, *more: str, close: bool = True) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: maps", "Content-Type: application/json", *more]
    lines += ["Connection: close"] if close else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


# -- bounds ------------------------------------------------------------------------------------------------


def test_a_body_too_large_is_413_whether_declared_or_not(bounded: Listening) -> None:
    declared = bounded.talk(post("/auth/login", b"", "Content-Length: 65537"))
    assert problem_of(declared)["code"] == "too_large"
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    with socket.create_connection((bounded.host, bounded.port), timeout=20) as line:
        line.sendall(post("/auth/login", b"", "Transfer-Encoding: chunked") + chunk * 5)
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_json_nested_too_deep_is_400(bounded: Listening) -> None:
    for body in (b"[" * 9 + b"]" * 9, b'{"a":' * 9 + b"1" + b"}" * 9, b"[" * 60_000):
        reply = bounded.talk(post("/auth/login", body, f"Content-Length: {len(body)}"))
        assert (problem_of(reply)["status"], problem_of(reply)["code"]) == (400, "bad_input")


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1e3", "999999999999999999999", "50.5", "nan"])
def test_a_page_over_its_limit_is_422(bounded: Listening, limit: str) -> None:
    for path in ("/resources", "/jobs", "/discoveries", "/admin/audit"):
        reply = httpx.get(f"{bounded.url}{path}", params={"limit": limit}, headers=headers(bounded, "admin"))
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid")


def test_a_body_that_does_not_come_is_408(bounded: Listening) -> None:
    reply = bounded.talk(post("/auth/login", b'{"username"', "Content-Length: 500"))
    assert (problem_of(reply)["status"], problem_of(reply)["code"]) == (408, "request_timeout")


def test_an_answer_that_does_not_come_is_504(hasty: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = httpx.get(f"{hasty.url}/slow")
    assert (reply.status_code, reply.json()["code"]) == (504, "answer_timeout")
    assert reply.json()["request_id"] == reply.headers["x-request-id"]
    assert reply.headers["content-security-policy"]

    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    # A route whose replies are kept waits for whoever makes the reply, and no longer either.
    given = headers(hasty, "viewer")
    monkeypatch.setattr(hasty.house.replies, "_fetch", never)
    reply = httpx.get(f"{hasty.url}/resources", headers=given)
    assert (reply.status_code, reply.json()["code"]) == (504, "answer_timeout")


def test_huge_headers_are_refused_and_harm_nobody(bounded: Listening) -> None:
    long = "x" * 200_000
    for header in (f"X-Junk: {long}", f"Authorization: Bearer {long}", "Cookie: " + "a=b; " * 40_000):
        with socket.create_connection((bounded.host, bounded.port), timeout=20) as line:
            try:
                line.sendall(
                    f"GET /resources HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n".encode()
                )
                answer = line.recv(200)
            except (ConnectionResetError, BrokenPipeError):
                answer = b""
        assert answer == b"" or answer.split(b" ")[1] in (b"400", b"401", b"431")
    many = "".join(f"X-{number}: y\r\n" for number in range(5000))
    answer = bounded.talk(f"GET /resources HTTP/1.1\r\nHost: x\r\n{many}Connection: close\r\n\r\n".encode())
    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"401", b"431")
    assert httpx.get(f"{bounded.url}/health/live").status_code == 200


def test_requests_that_trickle_in_hold_nobody_else_up(bounded: Listening) -> None:
    lines = [socket.create_connection((bounded.host, bounded.port), timeout=20) for _ in range(50)]
    try:
        for line in lines:
            line.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert httpx.get(f"{bounded.url}/health/live").status_code == 200
    finally:
        for line in lines:
            line.close()


# -- smuggling ---------------------------------------------------------------------------------------------

SMUGGLED = b"GET /admin/users HTTP/1.1\r\nHost: x\r\nX-Request-Id: smuggled\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding : chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Content-Length: +5"],
        ["Content-Length: 5, 5"],
        ["Content-Length: 0x5"],
    ],
)
def test_framing_that_two_servers_read_differently_is_refused(bounded: Listening, framing: list[str]) -> None:
    """Behind a proxy that reads it in the other way, the rest would be a request of somebody else's."""
    raw = post("/auth/login", b"0\r\n\r\n" + SMUGGLED, *framing, close=False)
    try:
        answer = bounded.talk(raw)
    except (TimeoutError, ConnectionResetError):
        answer = b"HTTP/1.1 400"
    assert answer.count(b"HTTP/1.1 ") <= 1, answer
    assert b"smuggled" not in answer


def test_a_header_line_can_t_be_smuggled_into_a_reply(bounded: Listening) -> None:
    evil = "x%0d%0aSet-Cookie:%20evil=1"
    given = headers(bounded, "operator")
    for path in (
        f"/resources?q={evil}&limit=1",
        f"/resources/{evil}",
        f"/visualization/files/{evil}?expires=1&signature=x",
        f"/auth/oauth/{evil}/login",
        f"/visualization/map/picture?title={evil}",
    ):
        reply = httpx.get(f"{bounded.url}{path}", headers={**given, "X-Request-Id": "a b"})
        assert (
            "set-cookie" not in reply.headers and "evil" not in str(reply.headers.get("link", "")).split("%0")[0]
        )


def test_who_asks_by_another_host_name_poisons_no_reply(bounded: Listening) -> None:
    given = headers(bounded, "viewer")
    path = f"{bounded.url}/resources?limit=1"
    for name in ("Host", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded"):
        poisoned = httpx.get(path, headers={**given, name: "evil.example.org"})
        assert "evil" not in poisoned.text and "evil" not in str(poisoned.headers)
    assert "evil" not in str(httpx.get(path, headers=given).headers)


def test_no_reply_kept_for_one_role_is_given_to_another(bounded: Listening) -> None:
    viewer, admin = headers(bounded, "viewer"), headers(bounded, "admin")
    for path in ("/admin/users", "/admin/audit", "/admin/settings", "/admin/credentials"):
        assert httpx.get(bounded.url + path, headers=admin).status_code == 200
        assert httpx.get(bounded.url + path, headers=viewer).status_code == 403
        assert httpx.get(bounded.url + path).status_code == 401
    hot = bounded.url + "/resources?limit=2"
    assert httpx.get(hot, headers=admin).status_code == 200
    for given in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}, {"X-API-Key": "cv_live_x"}):
        reply = httpx.get(hot, headers=given)
        assert reply.status_code == 401 and "items" not in reply.text
    etag = httpx.get(hot, headers=admin).headers["etag"]
    assert httpx.get(hot, headers={"If-None-Match": etag}).status_code == 401
    assert httpx.get(hot, headers={"If-None-Match": "*"}).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/resources/../admin/users",
        "/resources/..%2fadmin%2fusers",
        "/resources/%2e%2e/admin/users",
        "//admin/users",
        "/Admin/users",
        "/admin/users/",
        "/admin/users%2f",
        "/admin/users;x=/resources",
        "/resources/..;/admin/users",
        "/admin%2fusers",
        "/resources/%252e%252e/admin/users",
        "http://other/admin/users",
    ],
)
def test_no_spelling_of_a_path_passes_the_check_of_the_role(bounded: Listening, path: str) -> None:
    token = bounded.token("viewer")
    raw = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode()
    answer = bounded.talk(raw)
    assert answer.split(b" ")[1] in (b"400", b"403", b"404"), answer[:300]
    assert b'"username"' not in answer


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00 this is TLS\r\n\r\n",
        b"GET /resources?q=" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/9.9 or so\r\n\r\n",
    ],
)
def test_what_can_t_be_read_is_refused_as_everything_else_is(bounded: Listening, raw: bytes) -> None:
    head, _, body = bounded.talk(raw).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ") and b"content-type: application/problem+json" in head
    document = json.loads(body)
    assert (document["status"], document["code"]) == (400, "bad_input") and b"xxx" not in body


def test_methods_are_not_overridden(bounded: Listening) -> None:
    given = headers(bounded, "viewer")
    for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        reply = httpx.get(f"{bounded.url}/jobs", headers={**given, name: "DELETE"})
        assert reply.status_code == 200
    for method in ("TRACE", "CONNECT", "PROPFIND", "get"):
        answer = bounded.talk(f"{method} /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert answer.split(b" ")[1] in (b"400", b"404", b"405"), answer[:200]


@pytest.mark.parametrize(
    "name", ["ａｄｍｉｎ", "Admin", "ADMIN", "admin\u200b", "\u202eadmin", "аdmin", "admin ", "admin\n"]
)
def test_nobody_takes_a_name_that_looks_like_another_s(bounded: Listening, name: str) -> None:
    bounded.token("admin")
    asked = {
        "username": name,
        "email": f"{len(name)}{ord(name[0])}{ord(name[-1])}@example.org",
        "password": "long enough for anybody",
        "roles": ["viewer"],
    }
    reply = httpx.post(f"{bounded.url}/admin/users", json=asked, headers=headers(bounded, "admin"))
    assert reply.status_code in (409, 422), f"{name!r}: {reply.status_code} {reply.text}"
