"""The edge on its own: pure ASGI, and fair to whatever is within."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import cloudviz
from cloudviz.api.edge import Edge
from cloudviz.api.metrics import Metrics

SOURCES = Path(cloudviz.__file__).parent


def test_no_middleware_of_the_slow_kind() -> None:
    """Each BaseHTTPMiddleware costs 290 µs a request, three times FastAPI itself, and breaks streaming."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.ImportFrom) else []
            assert "BaseHTTPMiddleware" not in names, path
            assert not (isinstance(node, ast.Attribute) and node.attr in ("BaseHTTPMiddleware", "middleware")), (
                path
            )


def client(app: ASGIApp, **limits: Any) -> httpx.AsyncClient:
    given = {"body_limit": 100, "upload_limit": 1000, **limits}
    edge = Edge(app, metrics=Metrics(), **given)
    return httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://edge.test")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.mark.parametrize(("path", "limit"), [("/x", 100), ("/imports", 1000), ("/imports/x", 100)])
async def test_a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not(path: str, limit: int) -> None:
    async with client(echo) as http:
        assert (await http.post(path, content=b"x" * limit)).text == str(limit)
        refused = await http.post(path, content=b"x" * (limit + 1))
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


async def test_a_lying_content_length_does_not_help() -> None:
    async def pieces() -> Any:
        for _ in range(3):
            yield b"x" * 50

    async with client(echo) as http:
        assert (await http.post("/x", content=pieces())).status_code == 413


async def test_an_error_before_the_reply_is_a_problem() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("hunter2")

    async with client(broken) as http:
        reply = await http.get("/x")
    assert (reply.status_code, reply.headers["content-type"]) == (500, "application/problem+json")
    assert "hunter2" not in reply.text and reply.headers["x-content-type-options"] == "nosniff"


async def test_an_error_within_the_reply_breaks_the_connection() -> None:
    """Half a reply must not look whole: the server has to see the error."""

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        async with client(broken) as http:
            await http.get("/x")


async def test_a_route_s_own_headers_win() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Cache-Control": "max-age=5", "Content-Security-Policy": "default-src 'none'"}
        await PlainTextResponse("x", headers=headers)(scope, receive, send)

    async with client(app) as http:
        headers = (await http.get("/x")).headers
    assert headers["cache-control"] == "max-age=5"
    assert headers.get_list("content-security-policy") == ["default-src 'none'"]


async def test_the_lifespan_passes_through() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return {}

    await Edge(app, metrics=Metrics(), body_limit=1, upload_limit=1)({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]
