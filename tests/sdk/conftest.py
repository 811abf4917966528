"""A running server for the clients of both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.listening import Listening, listening
from tests.api.serving import settings_with
from tests.servers import PostgresServer, redis

NOWHERE = "http://127.0.0.1:9"  # where no cloud answers: discoveries fail at once


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.nightly, pytest.mark.postgres])],
)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """One for the module: on SQLite, and on PostgreSQL with Redis at night."""
    folder = tmp_path_factory.mktemp("sdk")
    outbound = {"outbound": {"allowed_hosts": ["127.0.0.1"]}, "limits": {"reads": 100_000, "writes": 100_000}}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": NOWHERE,
            "AWS_MAX_ATTEMPTS": "1",
            "GOOGLE_OAUTH_ACCESS_TOKEN": "testing",
        }.items():
            patch.setenv(name, value)
        if request.param == "sqlite":
            settings = settings_with(f"sqlite:///{folder / 'sdk.sqlite3'}", folder, **outbound)
            with listening(settings, embedded_worker=True) as running:
                yield running
            return
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        with redis() as kept:
            settings = settings_with(postgres.url(), folder, redis_url=kept.url, **outbound)
            with listening(settings, embedded_worker=True) as running:
                yield running
