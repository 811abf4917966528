"""The edge: kept replies are the routes' own bytes, limits are told and held, and every access is recorded."""

from __future__ import annotations

import ast
import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import brotli
import httpx
import orjson
import pytest
from tests.api.serving import PASSWORD, Server, assert_problem, instance, serve, settings_with
from tests.servers import RedisServer, redis

from cloudviz.api.edge import Edge
from cloudviz.inventory.model import Link

SOURCES = Path(__file__).parents[2] / "src" / "cloudviz"


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture
async def shared_server(sqlite_url: str, tmp_path: Path, redis_server: RedisServer) -> AsyncIterator[Server]:
    """The API on SQLite with a Redis."""
    settings = settings_with(sqlite_url, tmp_path, redis_url=redis_server.url)
    async for each in serve(settings):
        await each.app.state.house.redis.call("FLUSHALL")
        yield each


async def filled(server: Server) -> str:
    """Sixty machines with a link, and a kept picture; returns the picture's id."""
    machines = [instance(number) for number in range(60)]
    await server.record(machines, [Link(machines[0].id, machines[1].id, "uses")])
    reply = await server.post("/visualization/generate", json={"layout": "grid"})
    assert reply.status_code == 200, reply.text
    found: str = reply.json()["diagram_id"]
    return found


def hot_routes(diagram: str) -> list[str]:
    one = quote(instance(1).id, safe="")
    return [
        "/resources",
        "/resources?limit=7&provider=aws&region=eu-west-1",
        "/resources?tag=env%3Dprod&q=web&limit=3",
        "/aws/resources?limit=5",
        "/gcp/resources",
        "/resources/facets",
        f"/resources/{one}",
        f"/resources/{instance(1).id}",
        f"/resources/{one}/neighbours?hops=2",
        f"/resources/{one}/history",
        f"/visualization/diagrams/{diagram}/export?format=svg",
        f"/visualization/diagrams/{diagram}/export?format=json",
        f"/visualization/diagrams/{diagram}/export?format=png",
    ]


def without_chance(reply: httpx.Response) -> dict[str, str]:
    """The headers, without those that no two replies share."""
    return {name: value for name, value in reply.headers.items() if name not in ("x-request-id", "ratelimit")}


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
async def test_every_hot_route_answers_the_same_with_the_cache_off(shared_server: Server, coding: str) -> None:
    """Cold, from this process's memory, from Redis, and made anew: the same headers and the same bytes."""
    routes = hot_routes(await filled(shared_server))
    house = shared_server.app.state.house
    headers = {"Accept-Encoding": coding}
    for route in routes:
        cold = await shared_server.get(route, headers=headers)
        hits = house.replies.hits
        warm = await shared_server.get(route, headers=headers)
        assert house.replies.hits == hits + 1, route
        house.replies._kept.clear()
        from_redis = await shared_server.get(route, headers=headers)
        house.replies._kept.clear()
        house.replies._settings.replies = False
        off = await shared_server.get(route, headers=headers)
        house.replies._settings.replies = True
        assert cold.status_code == 200, (route, cold.text)
        for other in (warm, from_redis, off):
            assert (other.content, without_chance(other)) == (cold.content, without_chance(cold)), route


async def test_the_bytes_are_those_that_the_route_itself_makes(light_server: Server) -> None:
    routes = hot_routes(await filled(light_server))
    headers = await light_server.headers("operator")
    await light_server.get("/resources")

    class Bare:
        """The app from within the edge."""

        async def __call__(self, scope, receive, send):  # type: ignore[no-untyped-def]
            scope["app"] = light_server.app
            layer = light_server.app.middleware_stack
            while not isinstance(layer, Edge):
                layer = getattr(layer, "app", None) or layer._app
            await layer._app(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(Bare()), base_url="http://cloudviz.test") as inner:
        for route in routes:
            own = await inner.get(route, headers=headers)
            told = await light_server.get(route)
            assert own.status_code == 200 and own.content == told.content, route
            assert own.headers["content-type"] == told.headers["content-type"]
            assert own.headers.get("link") == told.headers.get("link")


async def test_a_recording_is_seen_by_the_next_request(shared_server: Server) -> None:
    await shared_server.record([instance(1)])
    assert len((await shared_server.get("/resources")).json()["items"]) == 1
    await shared_server.record([instance(1), instance(2)])
    assert len((await shared_server.get("/resources")).json()["items"]) == 2


async def test_another_process_recording_is_seen_through_redis(
    shared_server: Server, redis_server: RedisServer
) -> None:
    await shared_server.record([instance(1)])
    async for beside in serve(shared_server.settings):
        assert len((await beside.get("/resources")).json()["items"]) == 1
        await shared_server.record([instance(1), instance(2)])
        while len((await beside.get("/resources")).json()["items"]) == 1:
            await asyncio.sleep(0.01)


async def test_redis_holds_replies_under_the_names_of_the_contract(shared_server: Server) -> None:
    diagram = await filled(shared_server)
    for route in ("/aws/resources?region=eu-west-1", f"/visualization/diagrams/{diagram}/export?format=svg"):
        await shared_server.get(route)
    call = shared_server.app.state.house.redis.call
    assert 1700 < await call("TTL", "resources:aws:eu-west-1") <= 1800
    assert 86_000 < await call("TTL", f"diagram:{diagram}") <= 86_400


async def test_conditional_requests(light_server: Server) -> None:
    await light_server.record([instance(number) for number in range(40)])
    for accepted in ("identity", "gzip", "br"):
        whole = await light_server.get("/resources", headers={"Accept-Encoding": accepted})
        tag = whole.headers["etag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            same = await light_server.get(
                "/resources", headers={"If-None-Match": given, "Accept-Encoding": accepted}
            )
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
            assert same.headers["vary"] and same.headers["cache-control"] == "private, no-cache"
        other = await light_server.get("/resources", headers={"If-None-Match": '"other"'})
        assert other.status_code == 200
    await light_server.record([instance(1)])
    assert (await light_server.get("/resources", headers={"If-None-Match": tag})).status_code == 200


async def test_codings_hold_the_same_bytes(light_server: Server) -> None:
    await light_server.record([instance(number) for number in range(40)])
    headers = await light_server.headers("viewer")
    plain = await light_server.get("/resources", headers={"Accept-Encoding": "identity"})
    for accepted, coding, opened in (
        ("gzip", "gzip", gzip.decompress),
        ("gzip, br", "br", brotli.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("*", "br", brotli.decompress),
    ):
        request = light_server.client.build_request(
            "GET", "/resources", headers={**headers, "Accept-Encoding": accepted}
        )
        reply = await light_server.client.send(request, stream=True)
        raw = b"".join([piece async for piece in reply.aiter_raw()])
        assert reply.headers["content-encoding"] == coding
        assert int(reply.headers["content-length"]) == len(raw) < len(plain.content)
        assert opened(raw) == plain.content
    assert "content-encoding" not in plain.headers


async def test_a_kept_reply_is_for_nobody_without_a_role(light_server: Server) -> None:
    await light_server.record([instance(1)])
    assert (await light_server.get("/resources", role="viewer")).status_code == 200
    assert_problem(await light_server.get("/resources", role=None), 401, "unauthenticated")
    forged = await light_server.get("/resources", role=None, headers={"Authorization": "Bearer x.y.z"})
    assert_problem(forged, 401, "unauthenticated")
    await light_server.post("/auth/logout", role="viewer")
    assert_problem(await light_server.get("/resources", role="viewer"), 401, "unauthenticated")


async def test_a_token_that_one_process_revokes_dies_in_the_other(shared_server: Server) -> None:
    await shared_server.record([instance(1)])
    async for beside in serve(shared_server.settings):
        headers = await shared_server.headers("viewer")
        assert (await beside.client.get("/resources", headers=headers)).status_code == 200
        await shared_server.post("/auth/logout", role="viewer")
        recognition = beside.app.state.house.door.sign_in.recognition
        while recognition.known(headers["Authorization"].removeprefix("Bearer ").encode()) is not None:
            await asyncio.sleep(0.005)
        assert_problem(await beside.client.get("/resources", headers=headers), 401, "unauthenticated")


async def test_errors_of_hot_routes_are_not_kept(light_server: Server) -> None:
    missing = quote(instance(9).id, safe="")
    first = assert_problem(await light_server.get(f"/resources/{missing}"), 404, "not_found")
    again = assert_problem(await light_server.get(f"/resources/{missing}"), 404, "not_found")
    assert first["request_id"] != again["request_id"]
    await light_server.record([instance(9)])
    assert (await light_server.get(f"/resources/{missing}")).status_code == 200
    assert_problem(await light_server.get("/resources?limit=0"), 422, "invalid")


async def test_a_hundred_who_ask_at_once_cost_one_answer(light_server: Server) -> None:
    await light_server.record([instance(number) for number in range(20)])
    house = light_server.app.state.house
    asked = 0
    page = house.store.inventories.page

    async def counted(*given, **more):  # type: ignore[no-untyped-def]
        nonlocal asked
        asked += 1
        return await page(*given, **more)

    house.store.inventories.page = counted
    await light_server.headers("operator")
    replies = await asyncio.gather(*(light_server.get("/resources?limit=9") for _ in range(100)))
    assert {reply.status_code for reply in replies} == {200} and asked == 1


async def test_replies_stay_within_their_memory(sqlite_url: str, tmp_path: Path) -> None:
    async for server in serve(settings_with(sqlite_url, tmp_path, cache={"memory_mb": 1})):
        await server.record([instance(number, properties={"text": "x" * 2000}) for number in range(30)])
        for number in range(60):
            assert (
                await server.get(
                    f"/resources?limit=20&q=web&state=running&region=eu-west-1&kind=&tag=&account={number},123456789012"
                )
            ).status_code == 200
        assert server.app.state.house.replies.size <= 2**20


async def test_every_access_is_recorded_with_who_and_what(light_server: Server) -> None:
    await light_server.record([instance(1)])
    await light_server.get("/resources", role="viewer")
    await light_server.get("/resources", role="viewer")
    await light_server.get("/resources/none", role="viewer")
    await light_server.client.get("/jobs")
    await light_server.client.get("/health/live")
    await light_server.app.state.house.accesses.flush()
    found = (await light_server.store.audit.page(action="api.read")).items
    assert [
        (each.actor, each.target, each.detail["status"], each.detail["route"]) for each in reversed(found)
    ] == [
        ("viewer", "/resources", 200, "/resources"),
        ("viewer", "/resources", 200, "/resources"),
        ("viewer", "/resources/none", 404, "/resources/{resource_id}"),
        ("", "/jobs", 401, "/jobs"),
    ]
    assert {each.address for each in found} == {"192.0.2.1"}
    assert all(each.detail["request_id"] for each in found)


async def test_accesses_beyond_the_room_for_them_are_counted(sqlite_url: str, tmp_path: Path) -> None:
    async for server in serve(
        settings_with(sqlite_url, tmp_path, audit={"most_waiting": 100, "flush_ms": 60_000})
    ):
        await server.headers("viewer")
        for _ in range(120):
            await server.get("/auth/me", role="viewer")
        text = (await server.client.get("/metrics")).text
        assert 'cloudviz_audit_accesses_total{outcome="dropped"} 21.0' in text


async def test_limits_are_told_then_warned_of_then_held(sqlite_url: str, tmp_path: Path) -> None:
    async for server in serve(settings_with(sqlite_url, tmp_path, limits={"reads": 20, "window_seconds": 3600})):
        replies = [await server.get("/resources", role="viewer") for _ in range(22)]
        assert [reply.status_code for reply in replies] == [200] * 20 + [429] * 2
        assert replies[0].headers["ratelimit-policy"] == '"read";q=20;w=3600'
        assert replies[0].headers["ratelimit"] == '"read";r=19;t=180'
        warned = ["x-ratelimit-warning" in reply.headers for reply in replies[:20]]
        assert warned == [False] * 15 + [True] * 5
        assert (
            replies[15].headers["x-ratelimit-warning"].startswith("16 of 20 requests that read in 1 hour are used")
        )
        paused = [reply.headers.get("x-ratelimit-pause") for reply in replies[:20]]
        assert paused == [None] * 18 + ["180.000"] * 2
        problem = assert_problem(replies[20], 429, "rate_limited")
        assert problem["detail"].startswith(
            "more than 20 requests that read in 1 hour; the limit is wholly there again in"
        )
        assert int(replies[20].headers["retry-after"]) == 180
        assert replies[20].headers["ratelimit"].startswith('"read";r=0;t=')
        # Others behind the same address have limits of their own, and so have other kinds of routes.
        assert (await server.get("/resources", role="operator")).status_code == 200
        assert (await server.post("/auth/logout", role="viewer")).status_code == 204


async def test_who_is_over_a_limit_is_refused_in_the_same_words_at_once(sqlite_url: str, tmp_path: Path) -> None:
    async for server in serve(settings_with(sqlite_url, tmp_path, limits={"reads": 3, "window_seconds": 3600})):
        headers = {**await server.headers("viewer"), "X-Request-Id": "the-same"}
        for _ in range(3):
            assert (await server.client.get("/resources", headers=headers)).status_code == 200
        scope = {
            "type": "http",
            "app": server.app,
            "method": "GET",
            "path": "/resources",
            "raw_path": b"/resources",
            "query_string": b"",
            "client": ("192.0.2.1", 40000),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        at_once: Any = server.app.at_once  # type: ignore[attr-defined]
        for _ in range(20):  # what is known is known for a second, which a busy machine may take for a request
            slowly = await server.client.get("/resources", headers=headers)
            found = at_once(dict(scope))
            if found is not None:
                break
        assert found is not None
        status, head, body = found
        assert status == slowly.status_code == 429
        lines = dict(line.split(b": ", 1) for line in head.strip().split(b"\r\n"))
        assert {name.decode(): value.decode() for name, value in lines.items()}.keys() == slowly.headers.keys()
        assert orjson.loads(body).keys() == slowly.json().keys()
        for name in ("type", "title", "status", "code", "instance", "request_id"):
            assert orjson.loads(body)[name] == slowly.json()[name]
        # An address that no honest client sends is left to whoever says what is wrong with it.
        assert at_once({**scope, "query_string": b"q=%00"}) is None


async def test_who_is_not_signed_in_counts_as_an_address(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_with(sqlite_url, tmp_path, limits={"sign_ins": 3, "strangers": 2, "window_seconds": 3600})
    async for server in serve(settings):
        await server.person("viewer")
        body = {"username": "viewer", "password": PASSWORD}
        told = [(await server.client.post("/auth/login", json=body)).status_code for _ in range(4)]
        assert told == [200, 200, 200, 429]
        told = [(await server.client.get("/resources")).status_code for _ in range(3)]
        assert told == [401, 401, 429]
        elsewhere = httpx.ASGITransport(server.app, client=("192.0.2.2", 1))
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://cloudviz.test") as client:
            assert (await client.post("/auth/login", json=body)).status_code == 200
        for _ in range(5):
            assert (await server.client.get("/health/live")).status_code == 200


async def test_health_and_service_go_on_without_redis(sqlite_url: str, tmp_path: Path) -> None:
    with redis() as server_of_it:
        async for server in serve(settings_with(sqlite_url, tmp_path, redis_url=server_of_it.url)):
            await server.record([instance(1)])
            assert (await server.get("/resources")).status_code == 200
            assert (await server.client.get("/health")).json()["components"]["redis"]["status"] == "healthy"
            server_of_it.kill()
            while server.app.state.house.redis.is_up:
                await asyncio.sleep(0.01)
            health = (await server.client.get("/health")).json()
            assert health["status"] == health["components"]["redis"]["status"] == "degraded"
            await server.record([instance(1), instance(2)])
            for role in ("viewer", "operator"):
                assert len((await server.get("/resources", role=role)).json()["items"]) == 2
            server_of_it.start()
            while not server.app.state.house.redis.is_up:
                await asyncio.sleep(0.01)
            assert (await server.client.get("/health")).json()["components"]["redis"]["status"] == "healthy"


def test_no_middleware_costs_what_the_base_class_of_starlette_costs() -> None:
    named = []
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.id] if isinstance(node, ast.Name) else []
            names += [node.attr] if isinstance(node, ast.Attribute) else []
            names += [each.name for each in node.names] if isinstance(node, ast.ImportFrom) else []
            if "BaseHTTPMiddleware" in names or (isinstance(node, ast.Attribute) and node.attr == "middleware"):
                named.append(f"{path.name}:{node.lineno}")
    assert named == []
