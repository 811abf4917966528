"""Redis Cluster, Sentinel, TLS and ACL users, on real servers: moves, fail-overs in mid-run, who may come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.redis_groups import (
    ACL_PASSWORD,
    ACL_QUOTED,
    ACL_USER,
    RedisCluster,
    RedisGroup,
    TlsFront,
    acl_file,
    ask,
    running,
)
from tests.servers import RedisServer, redis

from cloudviz.runtime.redis import RedisDown, RedisRefused, Script
from cloudviz.runtime.redis.client import Redis, open_redis
from cloudviz.runtime.redis.cluster import slot_of

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
BOTH = Script("return redis.call('INCR', KEYS[1]) + redis.call('INCR', KEYS[2])")
SAFETY = 60.0  # seconds after which something that has to come about is taken to have failed


@pytest.fixture(scope="module")
def cluster() -> Iterator[RedisCluster]:
    with running(RedisCluster(3, 1)) as started:
        yield started


@pytest.fixture(scope="module")
def group() -> Iterator[RedisGroup]:
    with running(RedisGroup(password="open sesame/:@", sentinel_password="watch/:@")) as started:
        yield started


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Redis]:
    client = await open_redis(url)
    try:
        yield client
    finally:
        await client.close()


async def works_again(client: Redis, key: str) -> int:
    """Write until it is taken; how many tries were refused until then."""
    refused = 0
    async with asyncio.timeout(SAFETY):
        while True:
            try:
                await client.call("SET", key, "again")
                return refused
            except RedisDown:
                refused += 1
                await asyncio.sleep(0.02)


async def hears(client: Redis, channel: str) -> None:
    """Wait until what is published is heard."""
    heard: list[bytes] = []
    client.listen(channel, heard.append)
    async with asyncio.timeout(SAFETY):
        while not heard:
            with suppress(RedisDown):
                await client.publish(channel, b"news")
            await asyncio.sleep(0.02)


async def test_a_cluster_answers_from_all_of_its_nodes(cluster: RedisCluster):
    async with connected(cluster.url) as client:
        assert client.is_up and client.kind == "cluster"
        await asyncio.gather(*(client.call("SET", f"k{n}", n) for n in range(300)))
        answers = await asyncio.gather(*(client.call("GET", f"k{n}") for n in range(300)))
        assert answers == [str(n).encode() for n in range(300)]
        sizes = await client.each("DBSIZE")
        assert len(sizes) == 3 and sum(sizes) == 300 and min(sizes) > 50
        told = await asyncio.gather(*(client.run(ADD, [f"n{n}"], [n]) for n in range(30)))
        assert told == list(range(30))
        await hears(client, "everywhere")


async def test_keys_with_one_tag_lie_together(cluster: RedisCluster):
    port = cluster.nodes[0].port
    for key in ("resources:aws:eu-west-1", "{a}b", "a{}b", "a{b", "{}{a}", "ü😀", "x{{y}}z", "limit:read:user:7"):
        assert slot_of(key.encode()) == int(ask(port, "CLUSTER", "KEYSLOT", key)), key
    async with connected(cluster.url) as client:
        assert await client.run(BOTH, ["{tag}one", "{tag}two"]) == 2
        with pytest.raises(RedisRefused) as refused:
            await client.run(BOTH, ["k1", "k2"])
        assert refused.value.kind == "CROSSSLOT"


async def test_a_slot_that_moves_is_followed(cluster: RedisCluster):
    async with connected(cluster.url) as client:
        await client.call("SET", "{moving}here", "1")
        await client.call("SET", "{moving}left", "2")
        target = next(each for each in cluster.masters if each is not cluster.holder("{moving}"))
        cluster.move_slot("{moving}here", target)
        # ASK, for this key alone; the other is answered from where it still is.
        assert await client.call("GET", "{moving}here") == b"1"
        assert await client.call("GET", "{moving}left") == b"2"
        assert await client.run(ADD, ["{moving}here"], [5]) == 6
        cluster.move_slot("{moving}left", target)
        cluster.end_move("{moving}here", target)
        # MOVED, once: the map is put right by it.
        assert await client.call("GET", "{moving}left") == b"2"
        assert await client.call("INCR", "{moving}left") == 3
        assert cluster.holder("{moving}left") is target


async def test_a_planned_failover_of_a_cluster_costs_few_calls(cluster: RedisCluster):
    async with connected(cluster.url) as client:
        master = cluster.holder("planned")
        other = next(each for each in cluster.nodes if each is not master and _follows(each, master))
        done = asyncio.Event()

        async def work() -> tuple[int, int]:
            made = refused = 0
            while not done.is_set() or made < 100:
                try:
                    await client.call("INCR", "planned")
                    made += 1
                except RedisDown:
                    refused += 1
                await asyncio.sleep(0.002)
            return made, refused

        working = asyncio.create_task(work())
        assert await asyncio.to_thread(ask, other.port, "CLUSTER", "FAILOVER") == "OK"
        async with asyncio.timeout(SAFETY):
            while await asyncio.to_thread(cluster.holder, "planned") is not other:
                await asyncio.sleep(0.02)
        done.set()
        made, refused = await working
        # The nodes hold writes back while they change places, and say MOVED afterwards.
        assert made >= 100 and refused <= 5
        assert await client.call("GET", "planned") == str(made).encode()


async def test_a_cluster_that_loses_a_node_serves_the_rest_and_finds_its_successor(cluster: RedisCluster):
    async with connected(cluster.url) as client:
        lost = cluster.holder("lost")
        kept = next(key for key in (f"k{n}" for n in range(50)) if cluster.holder(key) is not lost)
        await client.call("SET", kept, "here")
        lost.kill()
        try:
            with pytest.raises(RedisDown):
                async with asyncio.timeout(SAFETY):
                    while True:
                        await client.call("SET", "lost", "x")
            assert await client.call("GET", kept) == b"here"
            assert not client.is_up
            assert await works_again(client, "lost")
            await hears(client, "after the loss")
            async with asyncio.timeout(SAFETY):
                while not client.is_up:
                    await asyncio.sleep(0.02)
        finally:
            lost.start()
        # A client that knows only nodes which are gone by now finds the others through those that it knows.
        assert await client.call("GET", "lost") == b"again"


async def test_a_group_changes_its_leader_and_is_followed(group: RedisGroup):
    async with connected(group.url) as client:
        assert client.is_up
        before = group.leader()
        await asyncio.to_thread(group.fail_over)
        after = group.leader()
        assert after is not before
        async with asyncio.timeout(SAFETY):
            # What the old one still took may be lost; it cuts its clients off as soon as it knows.
            while await asyncio.to_thread(ask, after.port, "GET", "planned", password=group.password) != "again":
                await works_again(client, "planned")
        await hears(client, "after the change")
        after.kill()
        try:
            assert await works_again(client, "lost")
            await hears(client, "after the loss")
            assert ask(group.leader().port, "GET", "lost", password=group.password) == "again"
        finally:
            after.start()


async def test_a_group_lets_nobody_in_without_the_password(group: RedisGroup):
    for url in (group.url.replace("open%20sesame", "guess"), group.url.replace("=watch", "=guess")):
        async with connected(url) as client:
            with pytest.raises(RedisDown):
                await client.call("PING")


async def test_tls_with_an_authority_of_ones_own():
    with redis(password="secret") as server, running(TlsFront([server.port])) as front:
        place = f"rediss://:secret@127.0.0.1:{front.ports[0]}/2"
        async with connected(f"{place}?ssl_ca_certs={front.authority}") as client:
            value = bytes(range(256)) * 4000
            await client.call("SET", "k", value)
            assert await client.call("GET", "k") == value
            await hears(client, "sealed")
        async with connected(place) as client:  # the system does not know this authority
            with pytest.raises(RedisDown, match="certificate"):
                await client.call("PING")
        async with connected(f"{place}?ssl_ca_certs=/nowhere/at/all.pem") as client:
            with pytest.raises(RedisDown, match="can't be read"):
                await client.call("PING")


async def test_tls_that_asks_for_a_certificate():
    with redis() as server, running(TlsFront([server.port], wants_certificate=True)) as front:
        place = f"rediss://127.0.0.1:{front.ports[0]}/0?ssl_ca_certs={front.authority}"
        async with connected(f"{place}&ssl_certfile={front.certificate}&ssl_keyfile={front.key}") as client:
            assert await client.call("PING") == b"PONG"
        async with connected(place) as client:
            with pytest.raises(RedisDown):
                await client.call("PING")


async def test_a_cluster_behind_tls():
    behind = [0, 0, 0]
    with running(TlsFront(behind)) as front, running(RedisCluster(3, announced=front.ports)) as plain:
        behind[:] = [each.port for each in plain.nodes]
        url = f"rediss+cluster://127.0.0.1:{front.ports[0]}?ssl_ca_certs={front.authority}"
        async with connected(url) as client:
            await asyncio.gather(*(client.call("SET", f"k{n}", n) for n in range(60)))
            assert sum(await client.each("DBSIZE")) == 60 and client.is_up
            await hears(client, "sealed")


async def test_a_user_who_may_only_what_the_guide_says(acl_server: RedisServer):
    url = f"redis://{ACL_USER}:{ACL_QUOTED}@127.0.0.1:{acl_server.port}/0"
    async with connected(url) as client:
        await client.call("SET", "disco:1", "x")
        assert await client.run(ADD, ["limit:read:user:7"], [3]) == 3
        await hears(client, "cloudviz:ended")
        for refused in (("SET", "other", "x"), ("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "GET", "*")):
            with pytest.raises(RedisRefused) as told:
                await client.call(*refused)
            assert told.value.kind == "NOPERM"
    for wrong in (url.replace("sesame", "guess"), url.replace(ACL_USER, "stranger")):
        async with connected(wrong) as client:
            with pytest.raises(RedisDown) as told_down:
                await client.call("PING")
            assert ACL_PASSWORD not in told_down.value.detail


@pytest.fixture
def acl_server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis("--aclfile", str(acl_file(tmp_path))) as server:
        yield server


def _follows(server: RedisServer, master: RedisServer) -> bool:
    told = ask(server.port, "INFO", "replication")
    return "role:slave" in told and f"master_port:{master.port}" in told
