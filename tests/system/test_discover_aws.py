"""A live scan of a web estate of 552 resources over real HTTP, against a truth written down by hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import boto3
import httpx
import pytest
from tests.tiers import nightly_after

from cloudviz.catalogue.declare import AwsCall
from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.inventory.model import Coverage, CoverageStatus, Graph
from cloudviz.normalise import normalise
from cloudviz.sources.aws import AwsProvider, Limits
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig, ScanProgress
from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_faults import Fault, FaultyAws, deny, drip, hang, refuse, say, tear
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import ACCOUNT, MotoServer, free_port

pytestmark = [pytest.mark.moto, pytest.mark.usefixtures("aws_credentials")]

WEB = {
    "aws.autoscaling.group",
    "aws.dynamodb.table",
    "aws.ec2.instance",
    "aws.ec2.internet_gateway",
    "aws.ec2.nat_gateway",
    "aws.ec2.route_table",
    "aws.ec2.security_group",
    "aws.ec2.subnet",
    "aws.ec2.volume",
    "aws.ec2.vpc",
    "aws.elbv2.alb",
    "aws.elbv2.nlb",
    "aws.iam.role",
    "aws.lambda.function",
    "aws.rds.cluster",
    "aws.rds.instance",
    "aws.s3.bucket",
    "aws.sqs.queue",
}

IMPATIENT = Limits(connect=5, read=8, call=12, listing=90, sign_in=8, attempts=1)
"""For tests of a cloud that does not answer. moto on a busy machine takes seconds for a long list."""


def scan(
    url: str,
    *,
    regions: Sequence[str] = REGIONS,
    types: Sequence[str] = (),
    limits: Limits | None = None,
    **more: Any,
) -> DiscoveryResult:
    provider = AwsProvider(endpoint_url=url, limits=limits or Limits(attempts=2))
    return asyncio.run(provider.discover_resources(ProviderConfig(regions=regions, types=types, **more)))


def graph_of(result: DiscoveryResult) -> Graph:
    graph, problems = normalise(result.items())
    assert problems == []
    return graph


def entries(result: DiscoveryResult, type_key: str) -> list[Coverage]:
    return [entry for entry in result.coverage() if entry.type == type_key]


def unseen(result: DiscoveryResult) -> set[str]:
    return {entry.type for entry in result.coverage() if entry.status != CoverageStatus.SEEN}


@pytest.fixture(scope="module")
def whole(moto_server: MotoServer, aws_truth: Truth) -> DiscoveryResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        return scan(moto_server.url)


# -- the estate ---------------------------------------------------------------------------------------------


def test_the_estate_is_worth_scanning(aws_truth: Truth) -> None:
    assert len(aws_truth.resources) >= 500
    assert {kind for _, kind in aws_truth.resources} >= WEB


def test_every_resource_and_nothing_else_is_found(whole: DiscoveryResult, aws_truth: Truth) -> None:
    found = {(each.id, each.type) for each in graph_of(whole).resources.values()}
    assert found == aws_truth.resources


def test_every_link_and_nothing_else_is_found(whole: DiscoveryResult, aws_truth: Truth) -> None:
    found = {(link.source, link.target, link.kind) for link in graph_of(whole).links}
    assert found == aws_truth.links


def test_everything_sits_where_it_belongs(whole: DiscoveryResult, aws_truth: Truth) -> None:
    graph = graph_of(whole)
    assert {key: each.parent for key, each in graph.resources.items() if each.parent} == aws_truth.parents
    assert {key: each.region for key, each in graph.resources.items()} == aws_truth.regions
    assert {each.account for each in graph.resources.values()} == {ACCOUNT, ""} or {
        each.account for each in graph.resources.values()
    } == {ACCOUNT}


def test_names_tags_and_states_are_those_given(whole: DiscoveryResult, aws_truth: Truth) -> None:
    resources = graph_of(whole).resources
    assert {key: resources[key].name for key in aws_truth.names} == aws_truth.names
    assert {key: dict(resources[key].tags) for key in aws_truth.tags} == aws_truth.tags
    states = {each.state for each in resources.values() if each.type == "aws.ec2.instance"}
    assert states == {"running"}
    assert {each.state for each in resources.values() if each.type == "aws.rds.instance"} == {"running"}


def test_each_region_and_type_is_accounted_for(whole: DiscoveryResult) -> None:
    known = catalogue()
    expected = set()
    for declared in known.of("aws"):
        everywhere = isinstance(declared.listing, AwsCall) and declared.listing.is_global and not declared.region
        for region in ("",) if everywhere else REGIONS:
            expected.add((ACCOUNT, region, declared.key))
        if isinstance(declared.listing, AwsCall) and declared.listing.also:
            expected.add((ACCOUNT, "global", declared.key))
    coverage = whole.coverage()
    assert {(each.account, each.region, each.type) for each in coverage} == expected
    assert {each.status for each in coverage} == {CoverageStatus.SEEN}
    assert len(coverage) == len(expected)


def test_two_scans_give_the_same_graph(whole: DiscoveryResult, moto_server: MotoServer) -> None:
    assert graph_of(scan(moto_server.url)) == graph_of(whole)


def test_application_and_network_balancers_are_listed_by_one_call(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    scan(faulty_aws.url, regions=["us-east-1"], types=["aws.elbv2.alb", "aws.elbv2.nlb"])
    made = [call.action for call in faulty_aws.calls if call.service == "elasticloadbalancing"]
    assert made.count("DescribeLoadBalancers") == 1
    assert made.count("DescribeListeners") == 3
    assert [call.action for call in faulty_aws.calls if call.service == "tag"] == ["GetResources"]


# -- what was asked for -------------------------------------------------------------------------------------


def test_only_the_regions_asked_for_are_listed_buckets_included(moto_server: MotoServer, aws_truth: Truth) -> None:
    result = scan(moto_server.url, regions=["eu-west-1"])
    found = {each.id: each.region for each in graph_of(result).resources.values()}
    assert found == {key: at for key, at in aws_truth.regions.items() if at in ("eu-west-1", "global")}
    assert [entry.region for entry in entries(result, "aws.s3.bucket")] == ["eu-west-1"]


def test_only_the_types_asked_for_are_listed(moto_server: MotoServer, aws_truth: Truth) -> None:
    result = scan(moto_server.url, types=["aws.sqs.*", "aws.ec2.vpc"])
    assert {entry.type for entry in result.coverage()} == {"aws.sqs.queue", "aws.ec2.vpc"}
    assert {item.type_key for item in result.items()} == {"aws.sqs.queue", "aws.ec2.vpc"}


def test_without_regions_every_enabled_one_is_looked_into(moto_server: MotoServer, aws_truth: Truth) -> None:
    result = scan(moto_server.url, regions=(), types=["aws.sqs.queue"])
    covered = {entry.region for entry in result.coverage()}
    assert covered >= {"us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1"}
    assert sum(entry.count for entry in result.coverage()) == len(aws_truth.of_type("aws.sqs.queue"))


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (ProviderConfig(regions=["eu-west-1; rm -rf /"]), "not the name of an AWS region"),
        (ProviderConfig(accounts=["123"]), "not an AWS account id"),
        (ProviderConfig(types=["aws.ec2.instnace"]), "no AWS resource type"),
    ],
)
def test_what_cannot_exist_is_refused_before_any_call(
    faulty_aws: FaultyAws, config: ProviderConfig, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        asyncio.run(AwsProvider(endpoint_url=faulty_aws.url).discover_resources(config))
    assert faulty_aws.calls == []


def test_progress_counts_up_to_the_end(moto_server: MotoServer, aws_truth: Truth) -> None:
    said: list[ScanProgress] = []
    result = scan(moto_server.url, on_progress=said.append)
    assert [each.done for each in said] == list(range(1, len(said) + 1))
    assert {each.total for each in said} == {len(said)}
    assert said[-1].resources == len(result.items())


def test_a_cancelled_scan_ends_and_says_what_it_skipped(moto_server: MotoServer, aws_truth: Truth) -> None:
    said: list[ScanProgress] = []
    result = scan(moto_server.url, on_progress=said.append, cancelled=lambda: len(said) >= 5)
    status = {entry.status for entry in result.coverage()}
    assert status == {CoverageStatus.SEEN, CoverageStatus.SKIPPED}


# -- accounts -----------------------------------------------------------------------------------------------


def test_a_role_is_assumed_in_each_account(moto_server: MotoServer, aws_truth: Truth) -> None:
    provider = AwsProvider(endpoint_url=moto_server.url, role_arn="arn:aws:iam::{account}:role/CloudVizRead")
    config = ProviderConfig(accounts=["111122223333", ACCOUNT], regions=["eu-west-1"], types=["aws.sqs.queue"])
    result = asyncio.run(provider.discover_resources(config))
    counts = {entry.account: entry.count for entry in result.coverage()}
    assert counts == {"111122223333": 0, ACCOUNT: 10}


def test_an_account_whose_role_is_denied_is_a_gap_and_the_others_are_scanned(
    faulty_aws: FaultyAws, aws_truth: Truth
) -> None:
    provider = AwsProvider(endpoint_url=faulty_aws.url, role_arn="CloudVizRead")
    config = ProviderConfig(accounts=["111122223333", ACCOUNT], regions=["eu-west-1"], types=["aws.sqs.queue"])
    faulty_aws.faults.append(Fault(deny(), "sts", "AssumeRole", times=1))
    result = asyncio.run(provider.discover_resources(config))
    shut, opened = result.coverage()
    assert (shut.account, shut.status, shut.permission) == ("111122223333", "denied", "sts:AssumeRole")
    assert (opened.account, opened.status, opened.count) == (ACCOUNT, "seen", 10)


def test_accounts_that_the_credentials_are_not_for_are_refused(moto_server: MotoServer) -> None:
    config = ProviderConfig(accounts=["111122223333"])
    with pytest.raises(CloudRefused, match="for account 123456789012, not for 111122223333") as caught:
        asyncio.run(AwsProvider(endpoint_url=moto_server.url).discover_resources(config))
    assert "--role-arn" in caught.value.hint


# -- blind is not empty -------------------------------------------------------------------------------------


def test_with_one_list_denied_all_the_rest_is_complete(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(deny(), "ec2", "DescribeVolumes"))
    result = scan(faulty_aws.url)
    assert unseen(result) == {"aws.ec2.volume"}
    found = {(each.id, each.type) for each in graph_of(result).resources.values()}
    assert found == {(key, kind) for key, kind in aws_truth.resources if kind != "aws.ec2.volume"}


@pytest.mark.parametrize(
    ("service", "action", "types", "named"),
    [
        ("ec2", "DescribeVolumes", ["aws.ec2.volume"], False),
        ("sqs", "ListQueues", ["aws.sqs.queue"], True),
        ("sqs", "ListQueues", ["aws.sqs.queue"], False),
        ("dynamodb", "ListTables", ["aws.dynamodb.table"], False),
        ("lambda", "ListFunctions", ["aws.lambda.function"], True),
        ("s3", "ListAllMyBuckets", ["aws.s3.bucket"], False),
        ("iam", "GetAccountAuthorizationDetails", ["aws.iam.role"], False),
        (
            "elasticloadbalancing",
            "DescribeLoadBalancers",
            ["aws.elbv2.alb", "aws.elbv2.gwlb", "aws.elbv2.nlb"],
            True,
        ),
    ],
)
def test_a_denied_list_is_named_with_its_permission(
    faulty_aws: FaultyAws, aws_truth: Truth, service: str, action: str, types: list[str], named: bool
) -> None:
    faulty_aws.faults.append(Fault(deny(named=named), service, action))
    result = scan(faulty_aws.url, types=[*types, "aws.ec2.vpc"])
    assert unseen(result) == set(types)
    for entry in result.coverage():
        if entry.type in types:
            assert (entry.status, entry.permission, entry.count) == ("denied", f"{service}:{action}", 0)


@pytest.mark.parametrize(
    ("service", "action", "type_key"),
    [
        ("sqs", "GetQueueAttributes", "aws.sqs.queue"),
        ("dynamodb", "DescribeTable", "aws.dynamodb.table"),
        ("lambda", "ListEventSourceMappings", "aws.lambda.function"),
        ("s3", "GetBucketVersioning", "aws.s3.bucket"),
        ("elasticloadbalancing", "DescribeTargetHealth", "aws.elbv2.target_group"),
        ("rds", "DescribeDBSubnetGroups", "aws.rds.cluster"),
    ],
)
def test_a_denied_detail_keeps_the_items_and_names_its_permission(
    faulty_aws: FaultyAws, aws_truth: Truth, service: str, action: str, type_key: str
) -> None:
    faulty_aws.faults.append(Fault(deny(named=False), service, action))
    result = scan(faulty_aws.url, types=[type_key, "aws.ec2.vpc"])
    assert unseen(result) == {type_key}
    for entry in entries(result, type_key):
        assert (entry.status, entry.permission) == ("denied", f"{service}:{action}")
        assert "incomplete" in str(entry.detail)
    # The same ids: a queue or table whose attributes are denied is still that queue or table.
    found = {each.id for each in graph_of(result).resources.values() if each.type == type_key}
    assert found == set(aws_truth.of_type(type_key))


def test_without_the_region_of_buckets_none_of_their_regions_is_seen(
    faulty_aws: FaultyAws, aws_truth: Truth
) -> None:
    faulty_aws.faults.append(Fault(deny(), "s3", "GetBucketLocation"))
    result = scan(faulty_aws.url, types=["aws.s3.bucket"])
    assert {(entry.region, entry.status) for entry in result.coverage()} == {
        ("", "denied"),
        ("eu-west-1", "denied"),
        ("us-east-1", "denied"),
    }
    assert {each.id for each in graph_of(result).resources.values()} == set(aws_truth.of_type("aws.s3.bucket"))


def test_a_detail_denied_everywhere_is_not_asked_for_every_item(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(deny(), "s3", "GetBucketVersioning"))
    scan(faulty_aws.url, types=["aws.s3.bucket"])
    asked = [call for call in faulty_aws.calls if call.action == "GetBucketVersioning"]
    assert len(asked) == 16 < len(aws_truth.of_type("aws.s3.bucket"))


def test_the_region_of_a_bucket_is_not_asked_where_the_list_gives_it(
    faulty_aws: FaultyAws, aws_truth: Truth
) -> None:
    """moto leaves BucketRegion out, AWS gives it: as in the API reference's sample of ListBuckets."""
    bucket = (
        "<Bucket><Name>estate-eu-west-1-3</Name><CreationDate>2026-10-01T10:00:00.000Z</CreationDate>"
        "<BucketRegion>eu-west-1</BucketRegion></Bucket>"
    )
    body = f"<ListAllMyBucketsResult><Buckets>{bucket}</Buckets></ListAllMyBucketsResult>".encode()
    faulty_aws.faults.append(Fault(say(body, "application/xml"), "s3", "ListAllMyBuckets"))
    result = scan(faulty_aws.url, types=["aws.s3.bucket"])
    assert "s3:GetBucketLocation" not in faulty_aws.permissions()
    assert {call.region for call in faulty_aws.calls if call.action == "GetBucketVersioning"} == {"eu-west-1"}
    eu, us = entries(result, "aws.s3.bucket")
    assert (eu.region, eu.status, eu.count) == ("eu-west-1", "seen", 1)
    assert (us.region, us.status, us.count) == ("us-east-1", "seen", 0)


def test_one_bucket_that_denies_leaves_the_other_region_seen(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(deny(), "s3", "GetBucketVersioning", "eu-west-1", times=1))
    result = scan(faulty_aws.url, types=["aws.s3.bucket"])
    eu, us = entries(result, "aws.s3.bucket")
    assert (eu.region, eu.status, eu.count) == ("eu-west-1", "denied", 12)
    assert str(eu.detail).startswith("1 of 12 are incomplete")
    assert (us.region, us.status, us.count) == ("us-east-1", "seen", 12)


def test_throttling_that_does_not_end_is_throttled(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(refuse(400, "ThrottlingException", "Rate exceeded"), "dynamodb", "ListTables"))
    faulty_aws.faults.append(Fault(refuse(503, "RequestLimitExceeded"), "ec2", "DescribeVpcs"))
    result = scan(faulty_aws.url, types=["aws.dynamodb.table", "aws.ec2.vpc", "aws.sqs.queue"])
    assert {entry.status for entry in entries(result, "aws.dynamodb.table")} == {"throttled"}
    assert {entry.status for entry in entries(result, "aws.ec2.vpc")} == {"throttled"}
    assert {entry.status for entry in entries(result, "aws.sqs.queue")} == {"seen"}


def test_throttling_that_ends_is_waited_out(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(refuse(400, "ThrottlingException"), "dynamodb", "ListTables", times=1))
    faulty_aws.faults.append(Fault(refuse(500, "InternalError"), "ec2", "DescribeVpcs", times=1))
    result = scan(faulty_aws.url, types=["aws.dynamodb.table", "aws.ec2.vpc"])
    assert unseen(result) == set()


@pytest.mark.parametrize("behaviour", nightly_after(1, [hang, drip]), ids=["hangs", "drips"])
def test_a_region_that_does_not_answer_times_out_and_the_other_is_complete(
    faulty_aws: FaultyAws, aws_truth: Truth, behaviour: Any
) -> None:
    faulty_aws.faults.append(Fault(behaviour(), region="eu-west-1"))
    result = scan(faulty_aws.url, limits=IMPATIENT)
    by_region: dict[str, set[str]] = {}
    for entry in result.coverage():
        by_region.setdefault(entry.region, set()).add(entry.status)
    # Buckets are listed in us-east-1; the tags of those in eu-west-1 are read there.
    seen = {"": {"seen"}, "global": {"seen"}, "us-east-1": {"seen"}}
    assert by_region == {**seen, "eu-west-1": {"timeout"}}
    found = {each.id for each in graph_of(result).resources.values()}
    expected = {key for key, region in aws_truth.regions.items() if region in ("us-east-1", "global")}
    assert found - set(aws_truth.of_type("aws.s3.bucket")) == {
        key for key in expected if not key.startswith("arn:aws:s3")
    }


@pytest.mark.parametrize(
    ("service", "action", "type_key"),
    [
        ("dynamodb", "ListTables", "aws.dynamodb.table"),
        ("sqs", "ListQueues", "aws.sqs.queue"),
        ("lambda", "ListFunctions", "aws.lambda.function"),
        ("ec2", "DescribeVolumes", "aws.ec2.volume"),
        ("rds", "DescribeDBInstances", "aws.rds.instance"),
        ("s3", "ListAllMyBuckets", "aws.s3.bucket"),
    ],
)
@pytest.mark.parametrize(
    "behaviour",
    [
        tear(),
        tear(honest_length=False),
        tear(0.0),
        say(b"<html><body>Sign in to the hotel's network</body></html>"),
    ],
    ids=["torn", "cut off", "empty", "web page"],
)
def test_a_broken_reply_is_a_failure_and_never_an_empty_list(
    faulty_aws: FaultyAws, aws_truth: Truth, behaviour: Any, service: str, action: str, type_key: str
) -> None:
    faulty_aws.faults.append(Fault(behaviour, service, action))
    result = scan(faulty_aws.url, types=[type_key, "aws.ec2.vpc"], limits=Limits(attempts=1))
    assert unseen(result) == {type_key}
    assert {(entry.status, entry.count) for entry in entries(result, type_key)} == {("failed", 0)}


def test_pages_that_go_round_in_a_circle_end(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/again"
    body = f'{{"QueueUrls": ["{url}"], "NextToken": "same"}}'.encode()
    faulty_aws.faults.append(Fault(say(body, "application/x-amz-json-1.0"), "sqs", "ListQueues", "us-east-1"))
    result = scan(faulty_aws.url, regions=["us-east-1"], types=["aws.sqs.queue"])
    (entry,) = result.coverage()
    assert entry.status == "failed"
    assert "same page token twice" in str(entry.detail)


def test_a_service_the_endpoint_does_not_have_is_unsupported(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(refuse(400, "UnknownOperationException"), "sqs", "ListQueues", "eu-west-1"))
    faulty_aws.faults.append(Fault(refuse(401, "AuthFailure"), "ec2", "", "eu-west-1"))
    result = scan(faulty_aws.url, types=["aws.sqs.queue", "aws.ec2.vpc"])
    assert {(entry.region, entry.status) for entry in result.coverage()} == {
        ("eu-west-1", "unsupported"),
        ("us-east-1", "seen"),
    }


def test_when_the_regions_are_denied_the_default_ones_are_scanned_and_the_gap_is_told(
    faulty_aws: FaultyAws, aws_truth: Truth
) -> None:
    faulty_aws.faults.append(Fault(deny(), "ec2", "DescribeRegions"))
    result = scan(faulty_aws.url, regions=(), types=["aws.sqs.queue"])
    (gap,) = entries(result, "aws.region")
    assert (gap.status, gap.permission) == ("denied", "ec2:DescribeRegions")
    assert len(entries(result, "aws.sqs.queue")) == 17


def test_a_bucket_deleted_while_we_look_is_no_gap(faulty_aws: FaultyAws, aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(refuse(404, "NoSuchBucket"), "s3", "GetBucketVersioning", times=1))
    result = scan(faulty_aws.url, types=["aws.s3.bucket"])
    assert unseen(result) == set()
    assert len(result.items()) == len(aws_truth.of_type("aws.s3.bucket")) - 1


# -- nothing could be scanned -------------------------------------------------------------------------------


def test_wrong_credentials_are_one_clear_line(faulty_aws: FaultyAws) -> None:
    said = "The security token included in the request is invalid."
    faulty_aws.faults.append(Fault(refuse(403, "InvalidClientTokenId", said), "sts"))
    with pytest.raises(CloudRefused) as caught:
        scan(faulty_aws.url)
    assert said in caught.value.detail
    assert "renew them" in caught.value.hint
    assert "\n" not in caught.value.one_line()


def test_no_credentials_are_one_clear_line(moto_server: MotoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(CloudRefused, match="no usable AWS credentials"):
        scan(moto_server.url)


def test_a_profile_that_does_not_exist_is_one_clear_line(moto_server: MotoServer) -> None:
    with pytest.raises(CloudRefused, match=r"profile \(nowhere\) could not be found"):
        asyncio.run(
            AwsProvider(profile="nowhere", endpoint_url=moto_server.url).discover_resources(ProviderConfig())
        )


@pytest.mark.parametrize(
    "behaviour", nightly_after(1, [hang(), drip(), say(b"<html>hello</html>"), say(b"", status=500)])
)
def test_an_endpoint_that_is_no_aws_is_one_clear_line(faulty_aws: FaultyAws, behaviour: Any) -> None:
    faulty_aws.faults.append(Fault(behaviour))
    with pytest.raises(CloudRefused, match="could not sign in"):
        scan(faulty_aws.url, limits=IMPATIENT)


def test_an_endpoint_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(CloudRefused, match="could not sign in"):
        scan(f"http://127.0.0.1:{free_port()}")


def test_an_endpoint_that_is_no_address_is_one_clear_line() -> None:
    with pytest.raises(CloudRefused, match="could not sign in"):
        scan("nonsense")


def test_no_thread_outlives_a_scan(moto_server: MotoServer, aws_truth: Truth) -> None:
    scan(moto_server.url, types=["aws.sqs.queue"])
    left = [each for each in threading.enumerate() if each.name.startswith("aws-")]
    for each in left:
        each.join(10)
    assert not [each for each in left if each.is_alive()]


# -- costs --------------------------------------------------------------------------------------------------


def test_costs_come_from_cost_explorer_to_the_cent(moto_server: MotoServer, aws_truth: Truth) -> None:
    groups = [
        {
            "Keys": ["Amazon Relational Database Service", "eu-west-1"],
            "Metrics": {"UnblendedCost": {"Amount": "12.3456789012", "Unit": "USD"}},
        },
        {
            "Keys": ["AWS Identity and Access Management", "NoRegion"],
            "Metrics": {"UnblendedCost": {"Amount": "0", "Unit": "USD"}},
        },
    ]
    page = {
        "results": [
            {"ResultsByTime": [{"TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"}, "Groups": groups}]}
        ]
    }
    httpx.post(f"{moto_server.url}/moto-api/static/ce/cost-and-usage-results", json=page).raise_for_status()
    analysis = asyncio.run(AwsProvider(endpoint_url=moto_server.url).get_cost_analysis())
    assert [(line.service, line.region, line.amount, line.start) for line in analysis.lines] == [
        ("AWS Identity and Access Management", "", Decimal("0"), "2026-10-01"),
        ("Amazon Relational Database Service", "eu-west-1", Decimal("12.3456789012"), "2026-10-01"),
    ]
    assert {line.account for line in analysis.lines} == {ACCOUNT}


def test_denied_costs_name_the_permission(faulty_aws: FaultyAws) -> None:
    faulty_aws.faults.append(Fault(deny(), "ce"))
    with pytest.raises(CloudRefused) as caught:
        asyncio.run(AwsProvider(endpoint_url=faulty_aws.url).get_cost_analysis())
    assert "ce:GetCostAndUsage" in caught.value.hint


def test_the_server_is_moto(moto_server: MotoServer, aws_truth: Truth) -> None:
    """The truth is about the server under test, not about an empty one."""
    client = boto3.client("ec2", region_name="eu-west-1", endpoint_url=moto_server.url)
    assert len(client.describe_vpcs()["Vpcs"]) == 3
