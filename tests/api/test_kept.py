"""What Redis holds for the API, by the names of the contract; ``/admin/cache``; and Redis away or emptied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.api.serving import PASSWORD, Server, assert_problem, instance, serve, settings_with
from tests.redis_groups import RedisCluster, RedisGroup, ask, running
from tests.servers import RedisServer, redis

from cloudviz.access.door import Door
from cloudviz.jobs.news import tell_of_discoveries
from cloudviz.runtime.redis.client import open_redis
from cloudviz.store import open_store


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisServer]:
    """A Redis that may be killed."""
    with redis() as started:
        yield started


@pytest.fixture
async def kept(sqlite_url: str, tmp_path: Path, own_redis: RedisServer) -> AsyncIterator[Server]:
    """The API on SQLite with an empty Redis."""
    ask(own_redis.port, "FLUSHALL")
    async for each in serve(settings_with(sqlite_url, tmp_path, redis_url=own_redis.url)):
        yield each


def redis_of(server: Server) -> Callable[..., Any]:
    call: Callable[..., Any] = server.app.state.house.redis.call
    return call


@asynccontextmanager
async def beside(server: Server) -> AsyncIterator[Server]:
    """Another process on the same parts."""
    async for other in serve(server.settings):
        yield other


async def test_a_discovery_that_is_over_is_kept_until_it_is_begun_anew(server: Server):
    at_work = await server.store.discoveries.create("aws", "aws:1", {})
    done = await server.record([instance(1)])
    for _ in range(2):
        assert (await server.get(f"/discoveries/{at_work}")).json()["status"] == "pending"
        reply = await server.get(f"/discoveries/{done}")
        assert (reply.json()["status"], len(reply.json()["coverage"])) == ("completed", 1)
        assert (await server.get(f"/aws/discoveries/{done}")).content == reply.content
    house = server.app.state.house
    assert await house.cache.count("disco") == 1
    if house.redis is not None:
        assert 3500 < await redis_of(server)("TTL", f"disco:{done}") <= 3600
    await server.store.discoveries.finish(at_work, "failed", "no")
    assert (await server.get(f"/discoveries/{at_work}")).json()["reason"] == "no"
    await server.store.discoveries.reopen(at_work)
    assert (await server.get(f"/discoveries/{at_work}")).json()["status"] == "pending"
    await server.store.discoveries.finish(at_work, "failed", "again")
    assert (await server.get(f"/discoveries/{at_work}")).json()["reason"] == "again"


async def test_a_finished_discovery_takes_away_what_it_makes_outdated(kept: Server):
    first = await kept.record([instance(1)])
    call = redis_of(kept)
    for route in ("/resources", "/aws/resources?region=eu-west-1", f"/discoveries/{first}"):
        assert (await kept.get(route)).status_code == 200
    await kept.app.state.house.cache.put("costs:aws:2026-11-24", b"x", 14_400)
    names = ("resources:all:all", "resources:aws:eu-west-1", "costs:aws:2026-11-24", f"disco:{first}")
    assert [await call("EXISTS", name) for name in names] == [1, 1, 1, 1]
    await kept.record([instance(2)])
    assert [await call("EXISTS", name) for name in names] == [0, 0, 0, 1]
    # So does one that a process without a server finished: a worker, or a command.
    await kept.get("/resources")
    async with await open_store(kept.settings.database()) as store:
        tell_of_discoveries(store, kept.settings)
        await store.discoveries.finish(first, "completed")
    assert [await call("EXISTS", name) for name in names] == [0, 0, 0, 0]


async def test_sessions_are_shared_and_end_everywhere_at_once(kept: Server):
    person = await kept.person("operator")
    call, key = redis_of(kept), f"session:{person.id}"
    async with beside(kept) as other:
        headers = await kept.headers("operator")
        assert (await kept.get("/auth/me", headers=headers)).status_code == 200
        assert 1700 < await call("TTL", key) <= 1800
        (session,) = [each for each in await call("HKEYS", key) if each != b"generation"]
        assert PASSWORD.encode() not in await call("HGET", key, session)
        assert (await other.client.get("/auth/me", headers=headers)).status_code == 200
        # Roles hold at once in both, though both remember the session.
        await kept.app.state.house.door.admissions.set_roles(person, ["viewer"], by="tests")
        assert await call("HEXISTS", key, session) == 0
        async with asyncio.timeout(20):
            while (await other.client.post("/imports", headers=headers)).status_code != 403:
                await asyncio.sleep(0.01)
        assert (await kept.client.get("/auth/me", headers=headers)).json()["roles"] == ["viewer"]
        # What was read before the end is not put back after it.
        recognition = other.app.state.house.door.sign_in.recognition
        before = await recognition._shared.find(str(person.id), session.decode())
        assert before is not None and before.caller is not None
        assert (await kept.client.post("/auth/logout", headers=headers)).status_code == 204
        await recognition._shared.keep(before.caller, before.until, before.generation)
        assert await call("HEXISTS", key, session) == 0
        async with asyncio.timeout(20):
            while (await other.client.get("/auth/me", headers=headers)).status_code != 401:
                await asyncio.sleep(0.01)


async def test_a_lost_message_costs_a_second_and_no_more(kept: Server, monkeypatch: pytest.MonkeyPatch):
    """Redis is emptied and the message is lost: the session is looked up anew within its second."""
    headers = await kept.headers("viewer")
    person = await kept.person("viewer")
    async with beside(kept) as other:
        assert (await other.client.get("/auth/me", headers=headers)).status_code == 200
        monkeypatch.setattr(kept.app.state.house.redis, "publish", lambda *_: asyncio.sleep(0))
        await kept.app.state.house.door.sign_in.end_sessions(person, by="tests")
        recognition = other.app.state.house.door.sign_in.recognition
        now = recognition._monotonic
        recognition._monotonic = lambda: now() + 1.0
        assert_problem(await other.client.get("/auth/me", headers=headers), 401, "unauthenticated")


async def test_statistics_and_flush(server: Server):
    await server.record([instance(1)])
    await server.get("/resources?limit=1")
    found = await server.get("/admin/cache", role="admin")
    assert found.status_code == 200, found.text
    said = found.json()
    families = {each["family"]: each for each in said["families"]}
    lifetimes = {name: each["lifetime_seconds"] for name, each in families.items()}
    assert lifetimes == {"disco": 3600, "resources": 1800, "costs": 14_400, "diagram": 86_400, "session": 1800}
    assert said["process"]["replies_bytes"] > 0 and said["process"]["replies_misses"] >= 1
    shared = server.app.state.house.redis is not None
    assert said["state"] == ("redis" if shared else "memory")
    if shared:
        assert families["resources"]["keys"] == 1 and families["session"]["keys"] >= 1
        assert said["redis"]["kind"] in ("single", "sentinel", "cluster")
        assert said["redis"]["keys"] >= 2 and said["redis"]["used_bytes"] > 0
        assert "127.0.0.1" not in found.text
    else:
        assert said["redis"] is None
    gone = await server.ask("DELETE", "/admin/cache?family=resources&family=costs", role="admin")
    assert gone.json() == {"flushed": ["costs", "resources"]}
    said = (await server.get("/admin/cache", role="admin")).json()
    assert said["process"]["replies_bytes"] == 0
    assert {each["family"]: each["keys"] for each in said["families"]}["resources"] == 0
    assert (await server.ask("DELETE", "/admin/cache", role="admin")).status_code == 200
    # Nobody is signed out by it, and the next answer is right.
    assert len((await server.get("/resources?limit=1")).json()["items"]) == 1
    entries = (await server.store.audit.page(action="cache.flushed")).items
    assert [each.detail["families"] for each in entries][-1] == ["costs", "resources"]
    wrong = await server.ask("DELETE", "/admin/cache?family=limits", role="admin")
    assert_problem(wrong, 422, "invalid")
    for role in ("viewer", "operator"):
        assert_problem(await server.get("/admin/cache", role=role), 403, "forbidden")


async def test_a_flush_reaches_the_memory_of_other_processes(kept: Server):
    await kept.record([instance(1)])
    async with beside(kept) as other:
        await other.get("/resources")
        assert other.app.state.house.replies.size
        await kept.ask("DELETE", "/admin/cache", role="admin")
        async with asyncio.timeout(20):
            while other.app.state.house.replies.size:
                await asyncio.sleep(0.01)


async def test_it_serves_on_without_redis(kept: Server, own_redis: RedisServer):
    """Killed, hanging, emptied: requests are answered, and revoked sessions and new resources are told of."""
    headers = await kept.headers("operator")
    count = 0

    async def serves() -> None:
        nonlocal count
        count += 1
        await kept.record([instance(number) for number in range(count)])
        listed = await kept.client.get("/resources", headers=headers)
        assert listed.status_code == 200 and len(listed.json()["items"]) == count
        discovery = (await kept.client.get("/discoveries", headers=headers)).json()["items"][0]["id"]
        assert (await kept.client.get(f"/discoveries/{discovery}", headers=headers)).status_code == 200

    await serves()
    ask(own_redis.port, "FLUSHALL")
    await serves()
    own_redis.hang()
    try:
        await serves()
        await serves()
        said = (await kept.get("/admin/cache", role="admin")).json()
        assert said["state"] == "down" and said["redis"] is None
        assert_problem(await kept.ask("DELETE", "/admin/cache", role="admin"), 503, "unavailable")
    finally:
        own_redis.go_on()
    own_redis.kill()
    try:
        await serves()
        health = (await kept.client.get("/health")).json()
        assert health["status"] == "degraded" and health["components"]["redis"]["status"] == "degraded"
        assert (await kept.client.post("/auth/logout", headers=headers)).status_code == 204
        assert (await kept.client.get("/resources", headers=headers)).status_code == 401
    finally:
        own_redis.start()
    kept._tokens.clear()
    headers = await kept.headers("operator")
    async with asyncio.timeout(30):
        while not kept.app.state.house.redis.is_up:
            await asyncio.sleep(0.01)
    await serves()


async def test_a_command_that_takes_something_away_is_heard_of(kept: Server):
    """`cloudviz users` and `cloudviz keys` are processes of their own."""
    headers = await kept.headers("viewer")
    assert (await kept.client.get("/auth/me", headers=headers)).status_code == 200
    own = await open_redis(kept.settings.redis_url.get_secret_value())
    door = Door(kept.settings, kept.store)
    door.sign_in.recognition.join(own, 1800)
    try:
        await door.sign_in.end_sessions(await kept.person("viewer"), by="tests")
        async with asyncio.timeout(20):
            while (await kept.client.get("/auth/me", headers=headers)).status_code != 401:
                await asyncio.sleep(0.01)
    finally:
        door.close()
        await own.close()


@pytest.mark.parametrize("kind", ["cluster", "sentinel"])
async def test_the_api_on_a_cluster_and_on_a_group(sqlite_url: str, tmp_path: Path, kind: str):
    """A thin slice of what runs nightly: kept replies, sessions, limits and a flush, and a node that is lost."""
    servers: RedisCluster | RedisGroup = RedisCluster(3, 1) if kind == "cluster" else RedisGroup()
    with running(servers):
        async for server in serve(settings_with(sqlite_url, tmp_path, redis_url=servers.url)):
            await server.record([instance(1)])
            reply = await server.get("/resources?region=eu-west-1")
            assert reply.headers["ratelimit-policy"] == '"read";q=3000;w=60'
            found = (await server.get("/admin/cache", role="admin")).json()
            assert (found["state"], found["redis"]["kind"]) == ("redis", kind)
            assert found["redis"]["servers"] == (3 if kind == "cluster" else 1)
            assert {each["family"]: each["keys"] for each in found["families"]}["resources"] == 1
            lost = servers.holder("resources:all:all") if isinstance(servers, RedisCluster) else servers.leader()
            lost.kill()
            for number in range(2, 5):
                await server.record([instance(each) for each in range(number)])
                assert len((await server.get("/resources")).json()["items"]) == number
            async with asyncio.timeout(60):
                while not server.app.state.house.redis.is_up:
                    await asyncio.sleep(0.05)
            assert (await server.ask("DELETE", "/admin/cache", role="admin")).status_code == 200
            assert len((await server.get("/resources")).json()["items"]) == 4
