"""Endpoints that fall silent and come back, over real HTTP: the next scan wastes no time on them, a later one
finds them again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from cloudviz.inventory.model import Coverage, CoverageStatus
from cloudviz.sources.aws import AwsProvider
from cloudviz.sources.aws import Limits as AwsLimits
from cloudviz.sources.azure import AzureProvider
from cloudviz.sources.azure import Limits as AzureLimits
from cloudviz.sources.breaker import REST, Breakers, State
from cloudviz.sources.gcp import GcpProvider
from cloudviz.sources.gcp import Limits as GcpLimits
from cloudviz.sources.provider import CloudProvider, ProviderConfig
from fake_clouds import azure, azure_estate, gcp, gcp_estate
from fake_clouds.aws_faults import Fault, FaultyAws, hang, refuse, say


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def look(provider: CloudProvider, types: Sequence[str], regions: Sequence[str] = ()) -> dict[str, Coverage]:
    """Coverage by type; of several entries for a type one that was not seen, if there is any."""
    result = asyncio.run(provider.discover_resources(ProviderConfig(types=types, regions=regions)))
    entries = sorted(result.coverage(), key=lambda entry: entry.status is not CoverageStatus.SEEN)
    return {entry.type: entry for entry in entries}


def words(found: dict[str, Coverage]) -> dict[str, str]:
    return {key: str(entry.status) for key, entry in found.items()}


@pytest.mark.moto
@pytest.mark.usefixtures("aws_credentials")
def test_aws_that_hangs_and_comes_back(faulty_aws: FaultyAws) -> None:
    clock = Clock()
    breakers = Breakers(clock)
    # A server on a busy machine takes up to 2 s for a list.
    limits = AwsLimits(connect=3, read=4, call=6, listing=60, attempts=1)
    kinds = ["aws.ec2.vpc", "aws.ec2.subnet", "aws.ec2.security_group", "aws.ec2.route_table", "aws.sqs.queue"]
    silent = dict.fromkeys(kinds[:4], "timeout") | {"aws.sqs.queue": "seen"}

    def scan() -> dict[str, Coverage]:
        provider = AwsProvider(endpoint_url=faulty_aws.url, limits=limits, breakers=breakers)
        return look(provider, kinds, ["us-east-1"])

    def asked() -> int:
        return [call.service for call in faulty_aws.calls].count("ec2")

    faulty_aws.faults.append(Fault(hang(), "ec2"))
    assert words(scan()) == silent
    (troubled,) = breakers.troubled()
    assert (troubled.provider, troubled.state) == ("aws", State.OPEN)
    assert troubled.endpoint.startswith("ec2.us-east-1 at 127.0.0.1:")

    clock.now += 10
    again = scan()
    assert words(again) == silent
    # Counted from the start: what was given up may reach the server after the scan.
    assert asked() <= 4
    assert again["aws.ec2.vpc"].detail == f"endpoint {troubled.endpoint} is not answering; next try in 20 s"

    # Still down when it is tried: one call finds that out for all four lists.
    clock.now += REST
    assert words(scan()) == silent
    assert asked() <= 5

    faulty_aws.faults.clear()
    clock.now += 2 * REST
    assert set(words(scan()).values()) == {"seen"}
    assert breakers.troubled() == []


@pytest.mark.moto
@pytest.mark.usefixtures("aws_credentials")
@pytest.mark.parametrize(
    ("behaviour", "status", "opens"),
    [
        (refuse(500, "InternalFailure"), "failed", True),
        (say(b"<html>upstream</html>", status=502), "failed", True),
        (refuse(503, "RequestLimitExceeded"), "throttled", False),
        (refuse(429, "TooManyRequestsException"), "throttled", False),
        (refuse(403, "UnauthorizedOperation"), "denied", False),
    ],
    ids=["500", "502", "503 that throttles", "429", "403"],
)
def test_aws_server_errors_open_the_circuit_and_refusals_do_not(
    faulty_aws: FaultyAws, behaviour: Callable[..., None], status: str, opens: bool
) -> None:
    breakers = Breakers(Clock())
    faulty_aws.faults.append(Fault(behaviour, "ec2"))
    kinds = ["aws.ec2.vpc", "aws.ec2.subnet", "aws.ec2.security_group", "aws.ec2.route_table"]
    provider = AwsProvider(endpoint_url=faulty_aws.url, limits=AwsLimits(attempts=1), breakers=breakers)
    assert words(look(provider, kinds, ["us-east-1"])) == dict.fromkeys(kinds, status)
    assert bool(breakers.troubled()) is opens


def test_azure_that_breaks_connections_and_comes_back() -> None:
    fake = azure.FakeAzure(azure_estate.build(size=400, subscriptions=2))
    try:
        clock = Clock()
        breakers = Breakers(clock)

        def scan() -> dict[str, Coverage]:
            limits = AzureLimits(connect=2, read=2, call=3, attempts=1, backoff=0.01)
            provider = AzureProvider(
                endpoint_url=fake.url, token=azure.TOKEN, limits=limits, max_workers=1, breakers=breakers
            )
            return look(provider, ["azure.storage.blob_container", "azure.storage.storage_account"])

        fake.faults.append(azure.Fault(azure.reset, path="/blobServices/"))
        first = scan()
        broken = {"azure.storage.blob_container": "failed", "azure.storage.storage_account": "seen"}
        assert words(first) == broken
        (troubled,) = breakers.troubled()
        assert troubled.endpoint.startswith(f"127.0.0.1:{fake.port} (")
        fake.calls.clear()
        assert words(scan()) == broken
        assert not [call for call in fake.calls if "blobServices" in call.path]
        fake.faults.clear()
        clock.now += REST
        assert set(words(scan()).values()) == {"seen"}
        assert breakers.troubled() == []
    finally:
        fake.stop()


def test_google_that_answers_503_and_comes_back() -> None:
    google = gcp.FakeGoogle(gcp_estate.build(10, 4))
    try:
        clock = Clock()
        breakers = Breakers(clock)

        def scan() -> dict[str, Coverage]:
            provider = GcpProvider(
                endpoint_url=google.url, token="any", limits=GcpLimits(attempts=1), breakers=breakers
            )
            return look(provider, ["gcp.compute.instance"])

        google.faults.append(gcp.on("cloudasset.googleapis.com", lambda: gcp.error(503, "UNAVAILABLE", "Down")))
        assert words(scan()) == {"gcp.compute.instance": "failed"}
        (troubled,) = breakers.troubled()
        assert troubled.endpoint.startswith("cloudasset.googleapis.com at 127.0.0.1:")
        google.calls.clear()
        again = scan()["gcp.compute.instance"]
        assert str(again.detail).endswith("is not answering; next try in 30 s")
        assert not [call for call in google.calls if call.host == "cloudasset.googleapis.com"]
        google.faults.clear()
        clock.now += REST
        assert words(scan()) == {"gcp.compute.instance": "seen"}
        assert breakers.troubled() == []
    finally:
        google.stop()
