"""The gate before the whole API: every layer within sees the request as it was before the proxies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from tests.api.serving import Server, assert_problem, serve, settings_with

PAGE = "https://maps.example.org"


async def gated(url: str, folder: Path, **settings: Any) -> Any:
    async for each in serve(settings_with(url, folder, server=settings)):
        yield each


async def test_cors_origins_on_replies_of_every_layer(sqlite_url: str, tmp_path: Path) -> None:
    async for server in gated(sqlite_url, tmp_path, cors_origins=[PAGE]):
        for method, path, status in (
            ("GET", "/health/live", 200),
            ("GET", "/resources", 401),
            ("GET", "/nowhere", 404),
            ("GET", "/resources?q=" + "x" * 20_000, 414),
        ):
            reply = await server.client.request(method, path, headers={"Origin": PAGE})
            assert reply.status_code == status
            assert reply.headers["access-control-allow-origin"] == PAGE, path
            assert "Origin" in reply.headers["vary"]
            other = await server.client.request(method, path, headers={"Origin": "https://evil.example"})
            assert "access-control-allow-origin" not in other.headers
        asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
        assert (await server.client.options("/aws/discover", headers=asked)).status_code == 204


async def test_proxy_headers_reach_the_audit(sqlite_url: str, tmp_path: Path) -> None:
    headers = {"X-Forwarded-For": "6.6.6.6, 198.51.100.7"}
    wrong = {"username": "nobody", "password": "wrong"}
    async for server in gated(sqlite_url, tmp_path, trusted_proxies=["192.0.2.1"]):
        await server.client.post("/auth/login", json=wrong, headers=headers)
        assert (await server.store.audit.page(action="sign_in.failed")).items[0].address == "198.51.100.7"
    async for server in gated(sqlite_url, tmp_path):
        await server.client.post("/auth/login", json=wrong, headers=headers)
        assert (await server.store.audit.page(action="sign_in.failed")).items[0].address == "192.0.2.1"


async def test_networks_that_are_not_allowed(sqlite_url: str, tmp_path: Path) -> None:
    async for server in gated(sqlite_url, tmp_path, allowed_networks=["198.51.100.0/24"]):
        for path in ("/health", "/auth/login", "/", "/docs"):
            assert_problem(await server.client.get(path), 403, "forbidden")
        transport = httpx.ASGITransport(server.app, client=("198.51.100.3", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://cloudviz.test") as inside:
            assert (await inside.get("/health/live")).status_code == 200


async def test_json_that_only_attackers_send(light_server: Server) -> None:
    for body in ("[" * 5000, '{"limit":' + "9" * 5000 + "}", '{"a":' * 100 + "1" + "}" * 100):
        reply = await light_server.post(
            "/resources/search", content=body, headers={"Content-Type": "application/json"}, role="viewer"
        )
        assert_problem(reply, 400, "bad_input")
