"""One suite for both databases: every test that takes ``store`` or ``url`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.servers import PostgresServer

from cloudviz.store import Store, migrate, open_store
from fake_clouds.fixtures import aws_credentials, moto_server

__all__ = ["aws_credentials", "moto_server"]

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated_name(postgres_server: PostgresServer) -> str:
    """A migrated PostgreSQL database that is copied for each test."""
    url = postgres_server.url()
    asyncio.run(migrate(url))
    return url.rpartition("/")[2]


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/folder to be made/cloudviz.db"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database with nothing in it."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path}/cloudviz.db"
        asyncio.run(migrate(made))
        return made
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(like=request.getfixturevalue("migrated_name"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store with nothing in it."""
    async with await open_store(url) as opened:
        yield opened
