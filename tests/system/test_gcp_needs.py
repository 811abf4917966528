"""What a scan of Google Cloud needs, what it refuses before any call, and what Google says was spent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.sources.gcp import GcpProvider, permissions
from cloudviz.sources.provider import ProviderConfig
from fake_clouds.gcp import FakeGoogle, denied, on, switched_off
from fake_clouds.gcp_estate import build
from fake_clouds.gcp_permissions import permission_for


@pytest.fixture(scope="module")
def server() -> Iterator[FakeGoogle]:
    fake = FakeGoogle(build(1, 1))
    yield fake
    fake.stop()


@pytest.fixture
def google(server: FakeGoogle) -> Iterator[FakeGoogle]:
    """The fake, behaving until told otherwise."""
    server.clear()
    yield server
    server.clear()


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


# -- permissions --------------------------------------------------------------------------------------------


def test_the_role_allows_exactly_the_calls_of_a_full_scan(google: FakeGoogle) -> None:
    provider = GcpProvider(endpoint_url=google.url)
    asyncio.run(provider.discover_resources(ProviderConfig()))
    google.faults.append(on("cloudasset.googleapis.com", lambda: switched_off("cloudasset.googleapis.com")))
    asyncio.run(provider.discover_resources(ProviderConfig()))
    made = {permission_for(call) for call in google.calls}
    assert made == set(permissions(catalogue().of("gcp")))


def test_the_role_for_some_types_is_smaller() -> None:
    types = [each for each in catalogue().of("gcp") if each.key == "gcp.security.kms_key"]
    assert permissions(types) == [
        "cloudasset.assets.listResource",
        "cloudkms.cryptoKeys.list",
        "cloudkms.keyRings.list",
        "cloudkms.locations.list",
        "resourcemanager.projects.get",
    ]


# -- what can't be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "asked"),
    [
        ({"organization": "example.com"}, {}),
        ({"folder": "projects/x"}, {}),
        ({"endpoint_url": "ftp://x"}, {}),
        ({}, {"accounts": ["Not A Project"]}),
        ({}, {"regions": ["europe west"]}),
        ({}, {"types": ["gcp.compute.nothing"]}),
    ],
)
def test_what_cannot_be_is_refused_before_any_call(
    google: FakeGoogle, provider: dict[str, Any], asked: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        cloud = GcpProvider(**{"endpoint_url": google.url, **provider})
        asyncio.run(cloud.discover_resources(ProviderConfig(**asked)))
    assert google.calls == []


# -- the bill -----------------------------------------------------------------------------------------------


def test_the_bill_is_read_from_its_export(google: FakeGoogle) -> None:
    google.bill = [
        ("Compute Engine", "shop-prod-1", "europe-west1", "EUR", "2026-10-01", "812.34"),
        ("Cloud Storage", "shop-prod-1", None, "EUR", "2026-11-01", "-3.1"),  # type: ignore[list-item]
    ]
    provider = GcpProvider(
        endpoint_url=google.url, billing_table="billing-prod.costs.gcp_billing_export_resource_v1_0"
    )
    analysis = asyncio.run(provider.get_cost_analysis())
    assert [(line.service, line.region, line.amount, line.start) for line in analysis.lines] == [
        ("Compute Engine", "europe-west1", Decimal("812.34"), "2026-10-01"),
        ("Cloud Storage", "", Decimal("-3.1"), "2026-11-01"),
    ]
    (call,) = google.calls
    assert call.path == "/bigquery/v2/projects/billing-prod/queries"


def test_without_a_table_the_bill_is_refused_with_the_way_to_it(google: FakeGoogle) -> None:
    with pytest.raises(Invalid, match="billing export") as refused:
        asyncio.run(GcpProvider(endpoint_url=google.url).get_cost_analysis())
    assert "GCP_BILLING_TABLE" in refused.value.hint
    with pytest.raises(Invalid, match="not the name of a BigQuery table"):
        asyncio.run(GcpProvider(endpoint_url=google.url, billing_table="x`; DROP").get_cost_analysis())
    assert google.calls == []
    google.faults.append(on("bigquery.googleapis.com", lambda: denied("bigquery.jobs.create")))
    with pytest.raises(CloudRefused, match=r"bigquery\.jobs\.create"):
        table = "billing-prod.costs.export"
        asyncio.run(GcpProvider(endpoint_url=google.url, billing_table=table).get_cost_analysis())
