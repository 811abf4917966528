"""Fixtures of the fake clouds, for the conftest files of the folders that use them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fake_clouds import aws_estate
from fake_clouds.aws_faults import FaultyAws
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import CREDENTIALS, MotoServer, start_moto


@pytest.fixture(scope="session")
def moto_server() -> Iterator[MotoServer]:
    """One moto server for the run. Whoever writes to it resets it first."""
    server = start_moto()
    yield server
    server.stop()


@pytest.fixture
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that moto knows, and none of the machine's own."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in CREDENTIALS.items():
        if value:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def aws_truth(moto_server: MotoServer) -> Truth:
    """The web estate, seeded once a module: 9 s for 552 resources. Tests that use it only read."""
    moto_server.reset()
    return aws_estate.seed(moto_server.url)


@pytest.fixture(scope="module")
def all_aws_truth(moto_server: MotoServer) -> Truth:
    """The web estate and things of every other service, seeded once a module. Tests that use it only read."""
    moto_server.reset()
    return aws_estate.seed(moto_server.url, whole=True)


@pytest.fixture(scope="module")
def faulty_server(moto_server: MotoServer) -> Iterator[FaultyAws]:
    proxy = FaultyAws(moto_server.url)
    yield proxy
    proxy.stop()


@pytest.fixture
def faulty_aws(faulty_server: FaultyAws) -> Iterator[FaultyAws]:
    """The proxy before moto, behaving until told otherwise."""
    faulty_server.clear()
    yield faulty_server
    faulty_server.clear()
