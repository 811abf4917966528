"""``test_connection`` of each cloud over real HTTP: who we are, what we reach, what we may not."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands import run_cloudviz

from cloudviz.errors import CloudRefused, Invalid
from cloudviz.sources.aws import AwsProvider
from cloudviz.sources.aws import Limits as AwsLimits
from cloudviz.sources.azure import AzureProvider
from cloudviz.sources.azure import Limits as AzureLimits
from cloudviz.sources.connection import Connection, Missing, in_time
from cloudviz.sources.gcp import GcpProvider
from cloudviz.sources.gcp import Limits as GcpLimits
from cloudviz.sources.provider import CloudProvider
from fake_clouds import azure_estate, gcp_estate
from fake_clouds.aws_faults import Fault, FaultyAws, deny, hang, refuse
from fake_clouds.azure import TOKEN, FakeAzure
from fake_clouds.gcp import FakeGoogle
from fake_clouds.moto import ACCOUNT, CREDENTIALS, free_port

CLOSED = f"http://127.0.0.1:{free_port()}"


def told(provider: CloudProvider, *accounts: str) -> Connection:
    return asyncio.run(provider.test_connection(accounts))


@pytest.fixture(scope="module")
def azure_server() -> Iterator[FakeAzure]:
    fake = FakeAzure(azure_estate.build(size=20, subscriptions=2))
    yield fake
    fake.stop()


@pytest.fixture
def azure(azure_server: FakeAzure) -> Iterator[FakeAzure]:
    azure_server.reset()
    yield azure_server
    azure_server.reset()


@pytest.fixture(scope="module")
def google_server() -> Iterator[FakeGoogle]:
    fake = FakeGoogle(gcp_estate.build(10, 2))
    yield fake
    fake.stop()


@pytest.fixture
def google(google_server: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGoogle]:
    for name in ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    google_server.clear()
    yield google_server
    google_server.clear()


# -- AWS ----------------------------------------------------------------------------------------------------------


@pytest.mark.moto
@pytest.mark.usefixtures("aws_credentials")
class TestAws:
    def test_says_who_we_are_and_which_regions_are_enabled(self, faulty_aws: FaultyAws) -> None:
        found = told(AwsProvider(endpoint_url=faulty_aws.url))
        assert (found.provider, found.home, found.accounts) == ("aws", ACCOUNT, (ACCOUNT,))
        assert found.identity.startswith(f"arn:aws:sts::{ACCOUNT}:") or f"::{ACCOUNT}:" in found.identity
        assert {"eu-west-1", "us-east-1"} < set(found.regions)
        assert found.missing == ()
        assert [call.permission for call in faulty_aws.calls] == ["sts:GetCallerIdentity", "ec2:DescribeRegions"]

    def test_names_the_permission_that_is_missing(self, faulty_aws: FaultyAws) -> None:
        faulty_aws.faults.append(Fault(deny(), "ec2", "DescribeRegions"))
        found = told(AwsProvider(endpoint_url=faulty_aws.url))
        (missing,) = found.missing
        assert (missing.permission, missing.accounts) == ("ec2:DescribeRegions", (ACCOUNT,))
        assert found.regions == ()

    def test_an_account_without_a_role_is_missing(self, faulty_aws: FaultyAws) -> None:
        found = told(AwsProvider(endpoint_url=faulty_aws.url), ACCOUNT, "210987654321")
        assert [(each.permission, each.accounts) for each in found.missing] == [
            ("sts:AssumeRole", ("210987654321",))
        ]

    def test_wrong_credentials_are_refused_in_one_line(self, faulty_aws: FaultyAws) -> None:
        faulty_aws.faults.append(Fault(refuse(403, "InvalidClientTokenId", "The token is invalid"), "sts"))
        with pytest.raises(CloudRefused, match="InvalidClientTokenId") as refusal:
            told(AwsProvider(endpoint_url=faulty_aws.url))
        assert "testing" not in str(refusal.value)

    def test_no_endpoint_and_no_such_account(self) -> None:
        quick = AwsLimits(connect=1, sign_in=1, attempts=1)
        with pytest.raises(CloudRefused):
            told(AwsProvider(endpoint_url=CLOSED, limits=quick))
        with pytest.raises(Invalid):
            told(AwsProvider(endpoint_url=CLOSED), "shop")

    def test_what_hangs_is_not_waited_for(self, faulty_aws: FaultyAws, monkeypatch: pytest.MonkeyPatch) -> None:
        faulty_aws.faults.append(Fault(hang(), "sts"))
        monkeypatch.setattr("cloudviz.sources.aws.provider.in_time", lambda cloud: in_time(cloud, 0.5))
        with pytest.raises(CloudRefused, match=r"not through within 0\.5 s"):
            told(AwsProvider(endpoint_url=faulty_aws.url))

    def test_on_the_command_line(self, faulty_aws: FaultyAws, tmp_path: Path) -> None:
        command = ["discover", "aws", "--test", "--endpoint-url", faulty_aws.url]
        fine = cli(tmp_path, *command, **CREDENTIALS)
        assert (fine.returncode, "Traceback" in fine.stderr) == (0, False), fine.stderr
        assert ACCOUNT in fine.stdout and "eu-west-1" in fine.stdout
        assert not (tmp_path / "data").exists()
        faulty_aws.faults.append(Fault(deny(), "ec2", "DescribeRegions"))
        denied = cli(tmp_path, *command, **CREDENTIALS)
        assert denied.returncode == 3
        assert f"denied: ec2:DescribeRegions in {ACCOUNT}" in denied.stderr


# -- Azure --------------------------------------------------------------------------------------------------------


def signed(**claims: str) -> str:
    """A token as Entra makes them, with a signature that nobody checks."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2ln"


def azure_provider(fake: FakeAzure, token: str = TOKEN) -> AzureProvider:
    return AzureProvider(endpoint_url=fake.url, token=token, limits=AzureLimits(attempts=1))


def test_azure_says_tenant_identity_and_subscriptions(azure: FakeAzure) -> None:
    token = signed(tid="6ba7b810-9dad-11d1-80b4-00c04fd430c8", appid="cloudviz-app", oid="1")
    azure.tokens.add(token)
    found = told(azure_provider(azure, token))
    assert (found.home, found.identity) == ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "cloudviz-app")
    assert list(found.accounts) == sorted(azure.estate.subscriptions)
    assert (found.missing, found.untested) == ((), 0)


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.W10.x", "", signed(), signed(upn="x")])
def test_azure_tokens_that_say_little(token: str) -> None:
    from cloudviz.sources.azure.session import claims_of

    assert claims_of(token) == ("", "x" if token == signed(upn="x") else "")


def test_azure_names_what_is_denied_once_for_all_subscriptions(azure: FakeAzure) -> None:
    azure.deny("Microsoft.Compute/virtualMachines/read", "Microsoft.KeyVault/vaults/read")
    found = told(azure_provider(azure))
    both = tuple(sorted(azure.estate.subscriptions))
    assert list(found.missing) == [
        Missing("microsoft.compute/virtualmachines/read", both),
        Missing("microsoft.keyvault/vaults/read", both),
    ]


def test_azure_tells_of_a_subscription_that_is_not_seen(azure: FakeAzure) -> None:
    one = min(azure.estate.subscriptions)
    other = "99999999-aaaa-4000-8000-000000000009"
    found = told(azure_provider(azure), one, other)
    assert list(found.accounts) == [one]
    assert [(each.permission, each.accounts) for each in found.missing] == [
        ("Microsoft.Resources/subscriptions/read", (other,))
    ]


def test_azure_refuses_in_one_line(azure: FakeAzure) -> None:
    with pytest.raises(CloudRefused, match=r"az login|could not list subscriptions"):
        told(azure_provider(azure, "expired"))
    with pytest.raises(Invalid):
        told(azure_provider(azure), "shop")


# -- Google Cloud -------------------------------------------------------------------------------------------------


def google_provider(fake: FakeGoogle) -> GcpProvider:
    return GcpProvider(endpoint_url=fake.url, limits=GcpLimits(attempts=1))


def test_google_says_which_projects_are_reached(google: FakeGoogle) -> None:
    found = told(google_provider(google))
    assert list(found.accounts) == sorted(google.estate.projects)
    assert (found.missing, found.untested) == ((), 0)


def test_google_with_the_inventory_needs_the_direct_lists_for_nothing(google: FakeGoogle) -> None:
    google.withheld.add("compute.instances.list")
    assert told(google_provider(google)).missing == ()
    google.withheld.add("cloudasset.assets.listResource")
    names = tuple(sorted(google.estate.projects))
    assert list(told(google_provider(google)).missing) == [
        Missing("cloudasset.assets.listResource", names),
        Missing("compute.instances.list", names),
    ]


def test_google_tells_a_project_that_is_closed_from_those_that_are_open(google: FakeGoogle) -> None:
    one = min(google.estate.projects)
    found = told(google_provider(google), one, "no-such-project")
    assert list(found.accounts) == [one]
    assert ("resourcemanager.projects.get", ("no-such-project",)) in [
        (each.permission, tuple(each.accounts)) for each in found.missing
    ]
    with pytest.raises(CloudRefused, match="could not enter no-such-project"):
        told(google_provider(google), "no-such-project")


def test_google_refuses_in_one_line(google: FakeGoogle) -> None:
    google.tokens.add("another")
    with pytest.raises(CloudRefused):
        told(google_provider(google))
    with pytest.raises(CloudRefused):
        told(GcpProvider(endpoint_url=CLOSED, limits=GcpLimits(attempts=1)), "shop-prod-1")
    with pytest.raises(Invalid):
        told(google_provider(google), "NO PROJECT")


# -- the command line ---------------------------------------------------------------------------------------------


def cli(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    names = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
    inherited = {key: value for key, value in os.environ.items() if key in names}
    return run_cloudviz(
        *words,
        cwd=folder,
        env={**inherited, "NO_COLOR": "1", "CLOUDVIZ_DATA_DIR": str(folder / "data"), **environment},
    )


def test_azure_and_google_on_the_command_line(azure: FakeAzure, google: FakeGoogle, tmp_path: Path) -> None:
    azure.deny("Microsoft.KeyVault/vaults/read")
    denied = cli(tmp_path, "discover", "azure", "--test", "--endpoint-url", azure.url, AZURE_ACCESS_TOKEN=TOKEN)
    assert denied.returncode == 3, denied.stderr
    assert "denied: microsoft.keyvault/vaults/read in " in denied.stderr
    assert TOKEN not in denied.stdout + denied.stderr
    fine = cli(tmp_path, "discover", "gcp", "--test", "--endpoint-url", google.url)
    assert fine.returncode == 0, fine.stderr
    assert ", ".join(sorted(google.estate.projects)) in fine.stdout
    assert not (tmp_path / "data").exists()
