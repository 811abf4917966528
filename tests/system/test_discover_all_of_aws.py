"""A live scan of something of every AWS service, over real HTTP, against a truth written down by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import boto3
import pytest
from tests.tiers import nightly_after

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.inventory.model import CoverageStatus, Graph
from cloudviz.normalise import normalise
from cloudviz.sources.aws import AwsProvider, Limits, permissions
from cloudviz.sources.aws.model import action
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig
from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_faults import Fault, FaultyAws, deny, refuse, refuse_first_time_every_second, say
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import ACCOUNT, CREDENTIALS, MotoServer

pytestmark = [pytest.mark.moto, pytest.mark.usefixtures("aws_credentials")]


def scan(url: str, *, limits: Limits | None = None, role: str | None = None, **config: Any) -> DiscoveryResult:
    provider = AwsProvider(endpoint_url=url, role_arn=role, limits=limits or Limits(attempts=3))
    return asyncio.run(provider.discover_resources(ProviderConfig(**{"regions": REGIONS, **config})))


def graph_of(result: DiscoveryResult) -> Graph:
    graph, problems = normalise(result.items())
    assert problems == []
    return graph


def unseen(result: DiscoveryResult) -> set[str]:
    return {entry.type for entry in result.coverage() if entry.status != CoverageStatus.SEEN}


@pytest.fixture(scope="module")
def whole(moto_server: MotoServer, all_aws_truth: Truth) -> DiscoveryResult:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            if value:
                patch.setenv(name, value)
        return scan(moto_server.url)


# -- the estate ---------------------------------------------------------------------------------------------


def test_every_headline_type_is_in_the_estate(all_aws_truth: Truth) -> None:
    headline = {each.key for each in catalogue().of("aws") if not each.supporting}
    assert headline <= {kind for _, kind in all_aws_truth.resources}


def test_every_resource_and_nothing_else_is_found(whole: DiscoveryResult, all_aws_truth: Truth) -> None:
    assert unseen(whole) == set()
    assert {(each.id, each.type) for each in graph_of(whole).resources.values()} == all_aws_truth.resources


def test_every_link_and_nothing_else_is_found(whole: DiscoveryResult, all_aws_truth: Truth) -> None:
    found = {(link.source, link.target, link.kind) for link in graph_of(whole).links}
    assert found == all_aws_truth.links


def test_everything_sits_where_it_belongs(whole: DiscoveryResult, all_aws_truth: Truth) -> None:
    graph = graph_of(whole)
    assert {key: each.parent for key, each in graph.resources.items() if each.parent} == all_aws_truth.parents
    assert {key: each.region for key, each in graph.resources.items()} == all_aws_truth.regions


def test_names_and_tags_are_those_given(whole: DiscoveryResult, all_aws_truth: Truth) -> None:
    resources = graph_of(whole).resources
    assert {key: resources[key].name for key in all_aws_truth.names} == all_aws_truth.names
    assert {key: dict(resources[key].tags) for key in all_aws_truth.tags} == all_aws_truth.tags


def test_every_type_has_been_given_tags_that_has_any(whole: DiscoveryResult, all_aws_truth: Truth) -> None:
    tagged = {kind for key, kind in all_aws_truth.resources if key in all_aws_truth.tags}
    bulk = {each.key for each in catalogue().of("aws") if _has_bulk_tags(each)}
    assert bulk - tagged == {"aws.elbv2.gwlb"}, "there is no Gateway Load Balancer in the estate"


def _has_bulk_tags(declared: ResourceType) -> bool:
    assert isinstance(declared.listing, AwsCall)
    return any(detail.is_tags for detail in declared.listing.details)


def test_a_service_whose_description_is_denied_is_of_neither_type(
    faulty_aws: FaultyAws, all_aws_truth: Truth
) -> None:
    """Whether it runs on Fargate is in the description: without it neither type was seen."""
    faulty_aws.faults.append(Fault(deny(), "ecs", "DescribeServices"))
    result = scan(faulty_aws.url, types=["aws.ecs.*service"])
    assert unseen(result) == {"aws.ecs.service", "aws.ecs.fargate_service"}
    assert {entry.permission for entry in result.coverage()} == {"ecs:DescribeServices"}


# -- calls --------------------------------------------------------------------------------------------------


def test_the_policy_allows_exactly_the_calls_of_a_full_scan(faulty_aws: FaultyAws, all_aws_truth: Truth) -> None:
    scan(faulty_aws.url)
    needed = set(permissions(catalogue().of("aws")))
    # Asked only when the regions are not given.
    assert faulty_aws.permissions() == needed - {"ec2:DescribeRegions"}


def test_tags_in_bulk_save_calls_and_say_the_same(faulty_aws: FaultyAws, all_aws_truth: Truth) -> None:
    theirs = graph_of(scan(faulty_aws.url))
    in_bulk = len(faulty_aws.calls)
    asked = [call for call in faulty_aws.calls if call.service == "tag"]
    assert {call.region for call in asked} == set(REGIONS)
    faulty_aws.clear()
    faulty_aws.faults.append(Fault(deny(), "tag"))
    one_by_one = scan(faulty_aws.url)
    assert in_bulk * 1.3 < len(faulty_aws.calls)
    assert unseen(one_by_one) == set()
    ours = graph_of(one_by_one)
    # moto answers these two with no tags where it is asked for those of one thing.
    odd = {"aws.cloudfront.distribution", "aws.comprehend.endpoint"}
    assert {key: each for key, each in ours.resources.items() if each.type not in odd} == {
        key: each for key, each in theirs.resources.items() if each.type not in odd
    }


def test_where_both_ways_to_tags_are_denied_the_one_permission_is_named(
    faulty_aws: FaultyAws, all_aws_truth: Truth
) -> None:
    faulty_aws.faults.extend([Fault(deny(), "tag"), Fault(deny(), "sqs", "ListQueueTags")])
    result = scan(faulty_aws.url, types=["aws.sqs.queue", "aws.sns.topic"])
    status = {(entry.type, entry.status, entry.permission) for entry in result.coverage()}
    assert status == {("aws.sqs.queue", "denied", "tag:GetResources"), ("aws.sns.topic", "seen", None)}
    assert len(result.items()) == len(
        all_aws_truth.of_type("aws.sqs.queue") + all_aws_truth.of_type("aws.sns.topic")
    )


def test_tags_that_break_off_are_a_gap_and_not_their_absence(faulty_aws: FaultyAws, all_aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(refuse(400, "ThrottlingException"), "tag", region="eu-west-1"))
    result = scan(faulty_aws.url, types=["aws.sqs.queue"], limits=Limits(attempts=1))
    assert {(entry.region, entry.status) for entry in result.coverage()} == {
        ("eu-west-1", "throttled"),
        ("us-east-1", "seen"),
    }


def test_where_a_service_may_not_be_asked_for_all_tags_are_read(
    faulty_aws: FaultyAws, all_aws_truth: Truth
) -> None:
    faulty_aws.faults.append(Fault(refuse(400, "InvalidParameterException"), "tag", times=1))
    result = scan(faulty_aws.url, regions=["us-east-1"], types=["aws.sqs.queue"])
    assert unseen(result) == set()
    assert all(dict(each.tags) == {"env": "prod"} for each in graph_of(result).resources.values())


def test_only_the_services_wanted_are_asked_for_their_tags(faulty_aws: FaultyAws, all_aws_truth: Truth) -> None:
    scan(faulty_aws.url, types=["aws.ec2.vpc"])
    assert "tag:GetResources" not in faulty_aws.permissions()


# -- a cloud that says no -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), [(429, "TooManyRequestsException"), (503, "ServiceUnavailable")])
def test_half_of_all_calls_refused_once_cost_half_as_many_again(
    faulty_aws: FaultyAws, all_aws_truth: Truth, status: int, code: str
) -> None:
    scan(faulty_aws.url)
    smooth = len(faulty_aws.calls)
    faulty_aws.clear()
    faulty_aws.faults.append(Fault(refuse_first_time_every_second(status, code)))
    result = scan(faulty_aws.url, limits=Limits())
    assert unseen(result) == set()
    assert {(each.id, each.type) for each in graph_of(result).resources.values()} == all_aws_truth.resources
    assert len(faulty_aws.calls) <= 1.5 * smooth + 1


def _services() -> list[str]:
    return sorted({each.split(":")[0] for each in permissions(catalogue().of("aws"))} - {"sts", "tag"})


def _needing(service: str) -> set[str]:
    """The types that can't be seen whole without a service."""
    found = set()
    for declared in catalogue().of("aws"):
        call = declared.listing
        assert isinstance(call, AwsCall)
        needed = [call.permission or action(call.service, call.operation)]
        for detail in (*call.details, *([call.each] if call.each else [])):
            if not detail.is_tags:
                needed.append(detail.permission or action(detail.service or call.service, detail.operation))
        if any(each.startswith(f"{service}:") for each in needed):
            found.add(declared.key)
    return found


@pytest.mark.parametrize("service", nightly_after(0, _services(), every=4))
def test_with_any_one_service_denied_the_rest_is_complete(
    faulty_aws: FaultyAws, all_aws_truth: Truth, service: str
) -> None:
    faulty_aws.faults.append(Fault(deny(), service))
    result = scan(faulty_aws.url, regions=["us-east-1"])
    lost = _needing(service)
    assert lost and unseen(result) == lost
    assert {entry.status for entry in result.coverage() if entry.type in lost} == {CoverageStatus.DENIED}
    expected = {
        (key, kind)
        for key, kind in all_aws_truth.resources
        if kind not in lost and all_aws_truth.regions[key] in ("us-east-1", "global")
    }
    assert {(each.id, each.type) for each in graph_of(result).resources.values()} == expected


# -- an organisation ----------------------------------------------------------------------------------------

ROLE = "arn:aws:iam::{account}:role/CloudVizRead"


def _organisation(members: Sequence[tuple[str, str]]) -> bytes:
    accounts = [
        {"Id": account, "Status": status, "Arn": "arn:aws:organizations::x"} for account, status in members
    ]
    return json.dumps({"Accounts": accounts}).encode()


@pytest.mark.parametrize("accounts", [("all",), ()], ids=["all", "an ARN with {account}"])
def test_all_active_accounts_of_the_organisation_are_entered(
    faulty_aws: FaultyAws, all_aws_truth: Truth, accounts: tuple[str, ...]
) -> None:
    members = [("333333333333", "SUSPENDED"), ("222222222222", "ACTIVE"), (ACCOUNT, "ACTIVE")]
    reply = say(_organisation(members), "application/x-amz-json-1.1")
    faulty_aws.faults.append(Fault(reply, "organizations", "ListAccounts"))
    result = scan(faulty_aws.url, role=ROLE, accounts=accounts, types=["aws.sqs.queue"])
    counts = {entry.account: entry.count for entry in result.coverage() if entry.region == "us-east-1"}
    assert counts == {"222222222222": 0, ACCOUNT: 10}


def test_moto_s_own_organisation_is_listed(moto_server: MotoServer, all_aws_truth: Truth) -> None:
    client = boto3.client("organizations", region_name="us-east-1", endpoint_url=moto_server.url)
    client.create_organization(FeatureSet="ALL")
    made = client.create_account(AccountName="dev", Email="dev@example.com")["CreateAccountStatus"]["AccountId"]
    result = scan(moto_server.url, role=ROLE, accounts=["all"], types=["aws.sqs.queue"])
    assert {entry.account for entry in result.coverage()} == {ACCOUNT, made}


def test_the_organisation_s_own_account_is_entered_with_the_credentials_where_it_has_no_such_role(
    faulty_aws: FaultyAws, all_aws_truth: Truth
) -> None:
    reply = say(_organisation([(ACCOUNT, "ACTIVE")]), "application/x-amz-json-1.1")
    faulty_aws.faults.extend([Fault(reply, "organizations"), Fault(deny(), "sts", "AssumeRole")])
    result = scan(faulty_aws.url, role=ROLE, accounts=["all"], regions=["us-east-1"], types=["aws.sqs.queue"])
    (entry,) = result.coverage()
    assert (entry.account, entry.status, entry.count) == (ACCOUNT, "seen", 10)


def test_an_organisation_that_may_not_be_listed_is_one_clear_line(faulty_aws: FaultyAws) -> None:
    faulty_aws.faults.append(Fault(deny(), "organizations"))
    with pytest.raises(CloudRefused, match="could not list the accounts of the organisation") as caught:
        scan(faulty_aws.url, role=ROLE, accounts=["all"])
    assert "organizations:ListAccounts" in caught.value.detail


def test_all_accounts_without_a_role_are_refused(faulty_aws: FaultyAws) -> None:
    with pytest.raises(Invalid, match="through a role in each of them"):
        scan(faulty_aws.url, accounts=["all"])
    assert faulty_aws.calls == []
