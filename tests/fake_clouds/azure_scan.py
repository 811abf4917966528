"""Scanning a fake Azure, for the tests that go the whole way: the estate, the server, and what a scan found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cloudviz.inventory.model import Coverage, CoverageStatus, Graph
from cloudviz.normalise import normalise
from cloudviz.sources.azure import AzureProvider, Limits
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig
from fake_clouds.azure import TOKEN, FakeAzure
from fake_clouds.azure_estate import SUBSCRIPTIONS, build
from fake_clouds.azure_truth import AzureEstate

ONE, TWO = SUBSCRIPTIONS[:2]

QUICK = Limits(backoff=0.01)
"""For tests of a cloud that fails: the first wait after a failure that does not say how long to wait."""

IMPATIENT = Limits(connect=2, read=0.5, call=1, listing=20, sign_in=1, attempts=1, backoff=0.01)
"""For tests of a cloud that does not answer."""

ABOVE = "azure.support.management_group"
OTHER = "azure.other"


def provider(fake: FakeAzure, **more: Any) -> AzureProvider:
    return AzureProvider(
        endpoint_url=fake.url, token=more.pop("token", TOKEN), limits=more.pop("limits", QUICK), **more
    )


def scan(
    fake: FakeAzure,
    *,
    subscriptions: Sequence[str] = (),
    regions: Sequence[str] = (),
    types: Sequence[str] = (),
    on_progress: Any = None,
    cancelled: Any = None,
    **more: Any,
) -> DiscoveryResult:
    config = ProviderConfig(subscriptions, regions, types, on_progress, cancelled)
    return asyncio.run(provider(fake, **more).discover_resources(config))


def graph_of(result: DiscoveryResult) -> Graph:
    graph, problems = normalise(result.items())
    assert problems == []
    return graph


def found(result: DiscoveryResult) -> set[tuple[str, str]]:
    return {(each.id, each.type) for each in graph_of(result).resources.values()}


def entries(result: DiscoveryResult, type_key: str) -> list[Coverage]:
    return [entry for entry in result.coverage() if entry.type == type_key]


def unseen(result: DiscoveryResult) -> set[str]:
    """Types that were not wholly seen, besides those that never are."""
    return {
        entry.type
        for entry in result.coverage()
        if entry.status != CoverageStatus.SEEN and entry.type not in (ABOVE, OTHER)
    }


@pytest.fixture(scope="module")
def shops() -> AzureEstate:
    return build(size=400, subscriptions=2)


@pytest.fixture(scope="module")
def azure_server(shops: AzureEstate) -> Iterator[FakeAzure]:
    fake = FakeAzure(shops)
    yield fake
    fake.stop()


@pytest.fixture
def fake_azure(azure_server: FakeAzure) -> Iterator[FakeAzure]:
    azure_server.reset()
    yield azure_server
    azure_server.reset()


@pytest.fixture(scope="module")
def whole_azure(azure_server: FakeAzure) -> DiscoveryResult:
    azure_server.reset()
    return scan(azure_server)
