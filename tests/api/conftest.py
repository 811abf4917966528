"""A running API in this process, on a real database: SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.api.serving import Server, serve, settings_with
from tests.servers import PostgresServer

from cloudviz.store import migrate
from fake_clouds.fixtures import aws_credentials, moto_server

__all__ = ["aws_credentials", "moto_server"]


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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
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
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """The API on each database."""
    async for each in serve(settings_with(database_url, tmp_path)):
        yield each


@pytest.fixture
async def light_server(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """The API on SQLite, for what has nothing to do with the database."""
    async for each in serve(settings_with(sqlite_url, tmp_path)):
        yield each


@pytest.fixture
async def working_server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """The API on each database with its embedded worker."""
    async for each in serve(settings_with(database_url, tmp_path), embedded_worker=True):
        yield each
