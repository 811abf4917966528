"""A running API in this process, on real parts: SQLite with the cache in memory, and PostgreSQL with Redis.

What takes ``server`` or ``working_server`` is the contract, and holds on all of :data:`BACK_ENDS`; those with a
cluster or with Sentinels are run nightly (``make test-nightly``, or ``pytest --nightly tests/api -k sentinel``).
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.api.serving import Server, serve, settings_with
from tests.redis_groups import RedisCluster, RedisGroup, ask, running
from tests.servers import PostgresServer, RedisServer, redis

from cloudviz.store import migrate
from fake_clouds.fixtures import aws_credentials, moto_server

__all__ = ["aws_credentials", "moto_server"]

BACK_ENDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgres),
    pytest.param("postgresql-cluster", marks=[pytest.mark.postgres, pytest.mark.nightly]),
    pytest.param("postgresql-sentinel", marks=[pytest.mark.postgres, pytest.mark.nightly]),
]


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for the session."""
    with redis() as started:
        yield started


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[RedisCluster]:
    """One cluster of three nodes for the session."""
    with running(RedisCluster()) as started:
        yield started


@pytest.fixture(scope="session")
def redis_group() -> Iterator[RedisGroup]:
    """One group with its Sentinels for the session."""
    with running(RedisGroup(password="open sesame/:@")) as started:
        yield started


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database, to be copied: migrating takes longer than most of these tests."""
    path = tmp_path_factory.mktemp("api") / "empty.sqlite3"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """The name of a migrated, empty database, to be copied."""
    url = postgres_server.url()
    asyncio.run(migrate(url))
    return url.rpartition("/")[2]


@pytest.fixture(params=BACK_ENDS)
def back_end(request: pytest.FixtureRequest) -> str:
    """The name of what the API stands on."""
    name: str = request.param
    return name


@pytest.fixture
def redis_url(request: pytest.FixtureRequest, back_end: str) -> str:
    """The URL of an empty Redis, or nothing for the cache in memory."""
    if back_end == "sqlite":
        return ""
    if back_end == "postgresql":
        server: RedisServer = request.getfixturevalue("redis_server")
        ask(server.port, "FLUSHALL")
        return server.url
    kind = back_end.removeprefix("postgresql-").replace("sentinel", "group")
    group: RedisCluster | RedisGroup = request.getfixturevalue(f"redis_{kind}")
    group.flush()
    return group.url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, back_end: str, tmp_path: Path) -> str:
    """An empty, migrated database of each kind."""
    if back_end == "sqlite":
        path = tmp_path / "api.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(like=request.getfixturevalue("migrated_postgres"))


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """For what has nothing to do with the database."""
    path = tmp_path / "api.sqlite3"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def server(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """The API on each of the back ends."""
    async for each in serve(settings_with(database_url, tmp_path, redis_url=redis_url)):
        yield each


@pytest.fixture
async def light_server(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """The API on SQLite, for what has nothing to do with the database."""
    async for each in serve(settings_with(sqlite_url, tmp_path)):
        yield each


@pytest.fixture
async def working_server(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """The API on each of the back ends, with its embedded worker."""
    async for each in serve(settings_with(database_url, tmp_path, redis_url=redis_url), embedded_worker=True):
        yield each
