"""A live scan that asks an AWS Config aggregator first, over real HTTP, against a truth written down by hand."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cloudviz.catalogue.declare import AwsCall
from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import Invalid
from cloudviz.inventory.model import Coverage, Graph
from cloudviz.normalise import normalise
from cloudviz.sources.aws import AwsProvider, Limits, permissions
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig
from fake_clouds.aws_config import AGGREGATOR, recorded, recorder, tell
from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_faults import Fault, FaultyAws, deny, refuse, say, tear
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import ACCOUNT, CREDENTIALS, MotoServer

pytestmark = [pytest.mark.moto, pytest.mark.usefixtures("aws_credentials")]

QUIET = "us-west-2"
"""A region with nothing in it but what AWS makes by itself."""

THERE = (*REGIONS, QUIET)
NOTE = "aws.config.aggregator"
READ = sorted(
    each.key
    for each in catalogue().of("aws")
    if each.known_as.in_config is not None and each.known_as.in_config.items
)


def scan(url: str, aggregator: str = AGGREGATOR, **config: Any) -> DiscoveryResult:
    provider = AwsProvider(endpoint_url=url, limits=Limits(attempts=2), config_aggregator=aggregator)
    return asyncio.run(provider.discover_resources(ProviderConfig(**{"regions": THERE, **config})))


def graph_of(result: DiscoveryResult) -> Graph:
    graph, problems = normalise(result.items())
    assert problems == []
    return graph


def by_config(result: DiscoveryResult, detail: str = "read from the Config aggregator") -> set[tuple[str, str]]:
    """(type, region) of what was not listed."""
    return {(each.type, each.region) for each in result.coverage() if detail in (each.detail or "")}


def the_note(result: DiscoveryResult) -> Coverage:
    (note,) = (each for each in result.coverage() if each.type == NOTE)
    assert note.status == "skipped"
    return note


@pytest.fixture(scope="module")
def known(moto_server: MotoServer, all_aws_truth: Truth) -> dict[str, Any]:
    """What Config has recorded of the estate."""
    return recorded(moto_server.url, THERE)


@pytest.fixture(autouse=True)
def told(moto_server: MotoServer, known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A copy to be changed and told again."""
    tell(moto_server.url, known)
    yield copy.deepcopy(known)


@pytest.fixture(scope="module")
def directly(moto_server: MotoServer, all_aws_truth: Truth) -> DiscoveryResult:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            if value:
                patch.setenv(name, value)
        return scan(moto_server.url, "")


def test_everything_is_found_with_its_links_as_if_it_had_been_listed(
    moto_server: MotoServer, all_aws_truth: Truth, directly: DiscoveryResult
) -> None:
    result = scan(moto_server.url)
    assert {each.status for each in result.coverage()} == {"seen"}
    graph, listed = graph_of(result), graph_of(directly)
    here = {key for key, each in graph.resources.items() if each.region != QUIET}
    assert {(key, graph.resources[key].type) for key in here} == all_aws_truth.resources
    found = {(link.source, link.target, link.kind) for link in graph.links if link.source in here}
    assert found == all_aws_truth.links
    assert graph.resources.keys() == listed.resources.keys()
    assert [str(link) for link in graph.links] == [str(link) for link in listed.links]
    read = by_config(result)
    assert {(kind, REGIONS[0]) for kind in READ} <= read
    for key, each in graph.resources.items():
        if each.type == "aws.acm.certificate":
            continue  # moto issues it while we look, and tells in a list what it does not in a description
        other = listed.resources[key]
        assert (each.name, each.parent, each.state, each.zone, each.region, dict(each.tags)) == (
            other.name,
            other.parent,
            other.state,
            other.zone,
            other.region,
            dict(other.tags),
        ), key
        facts = {name: value for name, value in each.properties.items() if name != "configuration"}
        assert facts == {name: other.properties[name] for name in other.properties if name != "configuration"}, key


def test_calls_are_saved_most_where_there_is_little(
    faulty_aws: FaultyAws, all_aws_truth: Truth, moto_server: MotoServer
) -> None:
    counts: dict[tuple[str, str], int] = {}
    for aggregator in ("", AGGREGATOR):
        for region in (REGIONS[0], QUIET):
            faulty_aws.clear()
            scan(faulty_aws.url, aggregator, regions=[region])
            here = [call for call in faulty_aws.calls if call.region == region or call.service == "config"]
            counts[aggregator, region] = len(here)
    assert counts[AGGREGATOR, QUIET] * 1.7 < counts["", QUIET], counts
    assert counts[AGGREGATOR, REGIONS[0]] * 1.15 < counts["", REGIONS[0]], counts


def test_what_is_asked_is_what_the_policy_with_an_aggregator_allows(
    faulty_aws: FaultyAws, all_aws_truth: Truth
) -> None:
    scan(faulty_aws.url)
    plain = set(permissions(catalogue().of("aws")))
    allowed = set(permissions(catalogue().of("aws"), config_aggregator=True))
    asked = faulty_aws.permissions()
    assert asked <= allowed
    assert asked - plain == allowed - plain
    assert {each.split(":")[0] for each in allowed - plain} == {"config"}


def test_an_aggregator_need_not_be_named(moto_server: MotoServer, all_aws_truth: Truth) -> None:
    result = scan(moto_server.url, "auto", types=["aws.ec2.volume"])
    assert by_config(result) == {("aws.ec2.volume", region) for region in THERE}


def test_one_that_is_not_there_is_refused(moto_server: MotoServer, all_aws_truth: Truth) -> None:
    with pytest.raises(Invalid, match="no Config aggregator 'other'"):
        scan(moto_server.url, "other")
    with pytest.raises(Invalid, match="is not the name of a Config aggregator"):
        scan(moto_server.url, "x' OR 1=1")


def test_where_there_is_none_everything_is_listed_with_a_note(
    moto_server: MotoServer, told: dict[str, Any], all_aws_truth: Truth
) -> None:
    tell(moto_server.url, {**told, "region": "sa-east-1"})
    result = scan(moto_server.url, "auto", types=["aws.ec2.volume"])
    assert "no Config aggregator was found" in str(the_note(result).detail)
    assert by_config(result) == set() and complete(result, all_aws_truth, "aws.ec2.volume")


def complete(result: DiscoveryResult, truth: Truth, *kinds: str) -> bool:
    found = {(each.id, each.type) for each in graph_of(result).resources.values()}
    statuses = {each.status for each in result.coverage() if each.type != NOTE}
    return statuses == {"seen"} and found == {each for each in truth.resources if each[1] in kinds}


@pytest.mark.parametrize("status", ["FAILED", "OUTDATED", None])
def test_a_source_that_is_not_up_to_date_is_listed(
    moto_server: MotoServer, told: dict[str, Any], all_aws_truth: Truth, status: str | None
) -> None:
    told["sources"] = [[ACCOUNT, REGIONS[0], "SUCCEEDED"], [ACCOUNT, QUIET, "SUCCEEDED"]]
    if status:
        told["sources"].append([ACCOUNT, REGIONS[1], status])
    # What it still holds of that region is long gone.
    ghost = next(each for each in told["items"] if each["resourceType"] == "AWS::EC2::Volume")
    told["items"].append({**ghost, "awsRegion": REGIONS[1], "resourceId": "vol-0gone"})
    tell(moto_server.url, told)
    result = scan(moto_server.url, types=["aws.ec2.volume"])
    assert by_config(result) == {("aws.ec2.volume", REGIONS[0]), ("aws.ec2.volume", QUIET)}
    assert (status or "no source") in str(the_note(result).detail) and REGIONS[1] in str(the_note(result).detail)
    assert complete(result, all_aws_truth, "aws.ec2.volume")


def _stopped(told: dict[str, Any]) -> None:
    told["recorders"][REGIONS[1]]["status"]["recording"] = False


def _failing(told: dict[str, Any]) -> None:
    told["recorders"][REGIONS[1]]["status"]["lastStatus"] = "FAILURE"


def _missing(told: dict[str, Any]) -> None:
    del told["recorders"][REGIONS[1]]


def _others(told: dict[str, Any]) -> None:
    told["recorders"][REGIONS[1]] = recorder(allSupported=False, resourceTypes=["AWS::EC2::Instance"])


def _excluded(told: dict[str, Any]) -> None:
    told["recorders"][REGIONS[1]] = recorder(
        allSupported=False,
        exclusionByResourceTypes={"resourceTypes": ["AWS::EC2::Volume"]},
        recordingStrategy={"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    )


def _daily(told: dict[str, Any]) -> None:
    told["recorders"][REGIONS[1]]["recorder"]["recordingMode"]["recordingModeOverrides"] = [
        {"resourceTypes": ["AWS::EC2::Volume"], "recordingFrequency": "DAILY"}
    ]


def _short(told: dict[str, Any]) -> None:
    """An item that is counted and of a thing that was deleted."""
    item = next(
        each
        for each in told["items"]
        if (each["resourceType"], each["awsRegion"]) == ("AWS::EC2::Volume", REGIONS[1])
    )
    item["configurationItemStatus"] = "ResourceDeleted"


@pytest.mark.parametrize("change", [_stopped, _failing, _missing, _others, _excluded, _daily, _short])
def test_what_the_recorder_does_not_vouch_for_is_listed(
    moto_server: MotoServer, told: dict[str, Any], all_aws_truth: Truth, change: Any
) -> None:
    change(told)
    if change is not _short:
        told["items"] = [each for each in told["items"] if each["awsRegion"] != REGIONS[1]]
    tell(moto_server.url, told)
    result = scan(moto_server.url, types=["aws.ec2.volume"])
    assert by_config(result) == {("aws.ec2.volume", REGIONS[0]), ("aws.ec2.volume", QUIET)}
    assert complete(result, all_aws_truth, "aws.ec2.volume")


def test_buckets_whose_notifications_are_not_told_are_listed(
    moto_server: MotoServer, told: dict[str, Any], all_aws_truth: Truth
) -> None:
    bucket = next(each for each in told["items"] if each["resourceType"] == "AWS::S3::Bucket")
    del bucket["supplementaryConfiguration"]["BucketNotificationConfiguration"]
    tell(moto_server.url, told)
    result = scan(moto_server.url, types=["aws.s3.bucket"])
    assert by_config(result) == set() and complete(result, all_aws_truth, "aws.s3.bucket")
    assert "AWS::S3::Bucket lack what links are read from" in str(the_note(result).detail)


def _loop() -> Any:
    page = {"Results": [], "NextToken": "again"}
    return say(json.dumps(page).encode(), "application/x-amz-json-1.1")


FAULTS: dict[str, tuple[Any, str]] = {
    "403": (deny(), "AccessDenied"),
    "429": (refuse(429, "TooManyRequestsException"), "TooManyRequestsException"),
    "500": (refuse(500, "InternalFailure"), "InternalFailure"),
    "a torn page": (tear(), "no JSON"),
    "a page that ends early": (tear(honest_length=False), "no JSON"),
    "a web page": (say(b"<html>sign in</html>"), "no JSON"),
    "a page loop": (_loop(), "same page token twice"),
    "no JSON in a result": (say(b'{"Results": ["{\\"accountId\\""]}', "application/x-amz-json-1.1"), "no JSON"),
    "what was not asked for": (
        say(b'{"Results": ["{\\"accountId\\": \\"999999999999\\"}"]}', "application/x-amz-json-1.1"),
        "not asked for",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_query_that_misbehaves_costs_nothing_but_calls(
    faulty_aws: FaultyAws, all_aws_truth: Truth, fault: str
) -> None:
    behaviour, said = FAULTS[fault]
    faulty_aws.faults.append(Fault(behaviour, "config", "SelectAggregateResourceConfig"))
    result = scan(faulty_aws.url, types=["aws.ec2.volume", "aws.dynamodb.table"])
    # What is empty is known by the counts.
    assert {region for _, region in by_config(result)} <= {QUIET}
    assert said.lower() in str(the_note(result).detail).lower()
    assert complete(result, all_aws_truth, "aws.ec2.volume", "aws.dynamodb.table")


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeConfigurationAggregators",
        "DescribeConfigurationAggregatorSourcesStatus",
        "DescribeConfigurationRecorders",
        "DescribeConfigurationRecorderStatus",
        "GetAggregateDiscoveredResourceCounts",
    ],
)
def test_any_question_denied_leaves_everything_listed_and_names_the_permission(
    faulty_aws: FaultyAws, all_aws_truth: Truth, operation: str
) -> None:
    faulty_aws.faults.append(Fault(deny(), "config", operation))
    result = scan(faulty_aws.url, types=["aws.ec2.volume"])
    assert by_config(result) == set() and complete(result, all_aws_truth, "aws.ec2.volume")
    assert the_note(result).permission == f"config:{operation}"


def test_once_refused_config_is_not_asked_a_thousand_times(faulty_aws: FaultyAws, all_aws_truth: Truth) -> None:
    faulty_aws.faults.append(Fault(deny(), "config", "GetAggregateDiscoveredResourceCounts"))
    scan(faulty_aws.url, types=["aws.ec2.volume"], regions=[*THERE, "eu-west-2", "eu-west-3", "ap-south-1"])
    assert "config:SelectAggregateResourceConfig" not in faulty_aws.permissions()


def test_large_lists_are_not_read_a_hundred_a_page(
    moto_server: MotoServer, told: dict[str, Any], faulty_aws: FaultyAws, all_aws_truth: Truth
) -> None:
    """EC2 lists 500 volumes a page; tables are described one by one."""
    template = {each["resourceType"]: each for each in told["items"]}
    told["items"] = [
        {**template[kind], "awsRegion": QUIET, "resourceId": f"x-{number}"}
        for kind in ("AWS::EC2::Volume", "AWS::DynamoDB::Table")
        for number in range(300)
    ]
    tell(moto_server.url, told)
    result = scan(faulty_aws.url, types=["aws.ec2.volume", "aws.dynamodb.table"], regions=[QUIET])
    assert by_config(result) == {("aws.dynamodb.table", QUIET)}
    assert sum(call.action == "SelectAggregateResourceConfig" for call in faulty_aws.calls) == 3


def test_types_read_from_config_need_no_call_that_config_does_not_spare() -> None:
    for key in READ:
        declared = catalogue().types[key]
        call = declared.listing
        assert isinstance(call, AwsCall) and declared.only is None and call.each is None
        in_config = declared.known_as.in_config
        assert in_config is not None
        for detail in call.details:
            told_of = any(path.split(".")[0] == detail.into for path in in_config.fields)
            assert detail.is_tags or not detail.into or told_of, (key, detail.operation)
