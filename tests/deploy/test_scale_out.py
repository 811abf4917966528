"""Scaled out and highly available, under load: what fails when a part is restarted, killed or promoted.

Two servers, a worker and a scheduler behind the gateway of ``deploy/nginx`` with its rules, PostgreSQL with a
synchronous streaming replica, Redis with three Sentinels. Each test tells its figures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import asyncpg
import pytest
from tests.deploy.installation import Installation, Load, jobs_after

pytestmark = [pytest.mark.system_proof, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("installation"))
    try:
        asyncio.run(_replicate_synchronously(made))
        yield made
    finally:
        made.close()


async def _replicate_synchronously(made: Installation) -> None:
    """What was answered is on the replica too, as people have it who promote automatically."""
    connection = await asyncpg.connect(made.database)
    name = made.database.rpartition("/")[2]
    await connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def test_a_rolling_restart_fails_no_request(installation: Installation, figure: Callable[[str], None]):
    with Load(installation) as load:
        for part in installation.servers:
            part.end()
            part.start()
            part.until_ready()
            load.until_well("read")
        for worker in (installation.worker, installation.scheduler):
            worker.end()
            worker.start()
        load.until_well("write")
    ended = jobs_after(installation, load)
    figure(f"rolling restart: {load.told()}; jobs {dict(ended)}")
    assert [load.failed(kind) for kind in load.answers] == [0, 0, 0], load.first
    assert set(ended) == {"succeeded"}


def test_a_killed_worker_loses_no_job(installation: Installation, figure: Callable[[str], None]):
    with Load(installation) as load:
        installation.worker.kill()
        load.until_well("job", 5)
        installation.worker.start()
    ended = jobs_after(installation, load)
    figure(f"worker killed: {load.told()}; jobs {dict(ended)}")
    assert [load.failed(kind) for kind in load.answers] == [0, 0, 0], load.first
    assert set(ended) == {"succeeded"}


def test_redis_fails_over(installation: Installation, figure: Callable[[str], None]):
    with Load(installation) as load:
        leader = installation.redis.leader()
        began = time.monotonic()
        leader.kill()
        installation.redis.wait_for_another_than(leader)
        took = time.monotonic() - began
        load.until_well("read")
        load.until_well("write")
    figure(f"leader of Redis killed: another leads after {took:.1f} s; {load.told(began)}")
    assert [load.failed(kind) for kind in load.answers] == [0, 0, 0], load.first


def test_a_killed_server_fails_no_read(installation: Installation, figure: Callable[[str], None]):
    with Load(installation) as load:
        began = time.monotonic()
        installation.servers[0].kill()
        load.until_well("read", 100)
        load.until_well("write")
        alone = load.told(began)
        installation.servers[0].start()
        installation.servers[0].until_ready()
        load.until_well("read", 100)
    figure(f"server killed: {alone}; when it was back: {load.told(began)}")
    assert load.failed("read") == 0, load.first
    # What it was writing at that moment may have been done: nobody but the client may repeat it.
    assert load.failed("write") + load.failed("job") <= load.writers + 1, load.first


def test_the_primary_dies_and_the_replica_is_promoted(installation: Installation, figure: Callable[[str], None]):
    with Load(installation) as load:
        began = time.monotonic()
        installation.primary.kill()
        time.sleep(2)  # what it takes whoever watches over the two to decide
        installation.replica.promote()
        load.until_well("write", 10)
        load.until_well("read")
        load.until_well("job", 3)
        told = load.told(began)
    ended = jobs_after(installation, load)
    figure(f"primary killed, replica promoted 2 s later: {told}; jobs {dict(ended)}")
    assert set(load.first) <= {503}, load.first
    # Reads go on from the replica, but for those under way; nobody writes while nobody leads.
    assert load.failed("read") <= load.readers * 3
    assert set(ended) == {"succeeded"}  # nothing that was accepted is lost
    installation.command("audit", "verify")
