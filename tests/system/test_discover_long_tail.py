"""A live scan of types that CloudViz does not declare, through Cloud Control over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cloudviz.catalogue.aws.long_tail import ARNS
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import Coverage, Graph, RawItem, Scope, Shape
from cloudviz.normalise import normalise
from cloudviz.sources.aws import AwsProvider, Limits, permissions
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig
from fake_clouds.aws_cloud_control import tell
from fake_clouds.aws_faults import Fault, FaultyAws, deny, refuse, say, tear
from fake_clouds.moto import ACCOUNT, MotoServer

pytestmark = [pytest.mark.moto, pytest.mark.usefixtures("aws_credentials")]

REGIONS = ("eu-west-1", "us-east-1")
LIST = "cloudformation:ListResources"


def _thing(region: str, name: str) -> dict[str, Any]:
    arn = f"arn:aws:iot:{region}:{ACCOUNT}:thing/{name}"
    return {"ThingName": name, "Arn": arn, "Id": "0-0", "Tags": [{"Key": "env", "Value": "prod"}]}


TYPES: dict[str, dict[str, Any]] = {
    "AWS::IoT::Thing": {
        "things": {
            "eu-west-1": {
                name: _thing("eu-west-1", name) for name in ("lift", "door", "<script>", "lamp", "kiln")
            },
            "us-east-1": {"pump": _thing("us-east-1", "pump")},
        }
    },
    # The list tells only what a thing is called.
    "AWS::EC2::KeyPair": {
        "provisioning": "IMMUTABLE",
        "bare": True,
        "things": {"eu-west-1": {"ops": {"KeyName": "ops", "KeyPairId": "key-0a1b2c3d"}}},
    },
    "AWS::EC2::FlowLog": {
        "things": {"eu-west-1": {"fl-0123": {"Id": "fl-0123", "ResourceId": "vpc-0a1b2c3d4e5f60718"}}}
    },
    "AWS::AppSync::Resolver": {"needs": "ApiId"},
    "AWS::ApiGateway::Stage": {
        "things": {"eu-west-1": {"a1|prod": {"RestApiId": "a1", "StageName": "prod"}}},
    },
    # A policy is called by what it is a policy of, which has another type and is declared.
    "AWS::SNS::TopicInlinePolicy": {
        "things": {"eu-west-1": {f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts": {"PolicyDocument": {}}}}
    },
    "AWS::Transfer::Server": {
        "things": {"eu-west-1": {f"arn:aws:transfer:eu-west-1:{ACCOUNT}:server/s-1": {"Domain": "S3"}}}
    },
    "AWS::IAM::Group": {"things": {"us-east-1": {"admins": {"GroupName": "admins"}}}},
    "AWS::Old::Thing": {"refuses": ["UnsupportedActionException", "Resource type does not support LIST action"]},
    "AWS::Only::There": {
        "only_in": ["us-east-1"],
        "things": {"us-east-1": {"x": {"Name": "x", "Secret": "hunter2"}}},
    },
    # Declared types are listed by their own calls.
    "AWS::SQS::Queue": {"things": {"eu-west-1": {"q": {"QueueName": "q"}}}},
}


@pytest.fixture(autouse=True)
def told(moto_server: MotoServer) -> Iterator[None]:
    moto_server.reset()
    tell(moto_server.url, TYPES)
    yield
    moto_server.reset()


def scan(url: str, long_tail: bool = True, **config: Any) -> DiscoveryResult:
    provider = AwsProvider(endpoint_url=url, limits=Limits(attempts=2), long_tail=long_tail)
    return asyncio.run(provider.discover_resources(ProviderConfig(**{"regions": REGIONS, **config})))


def tail_of(result: DiscoveryResult) -> Graph:
    items = [item for item in result.items() if item.type_key is None]
    graph, problems = normalise(items)
    assert problems == []
    return graph


def coverage_of(result: DiscoveryResult) -> dict[tuple[str, str], Coverage]:
    """(region, type) → entry, of all that is not of a declared type."""
    declared = catalogue().types
    return {(each.region, each.type): each for each in result.coverage() if each.type not in declared}


def test_what_there_is_of_other_types_is_found_with_names_tags_and_arns(moto_server: MotoServer) -> None:
    graph = tail_of(scan(moto_server.url))
    found = {key: (each.type, each.native_type, each.name, each.region) for key, each in graph.resources.items()}
    iot = f"arn:aws:iot:eu-west-1:{ACCOUNT}:thing"
    assert found == {
        **{
            f"{iot}/{name}": ("aws.other", "AWS::IoT::Thing", name, "eu-west-1")
            for name in ("lift", "door", "<script>", "lamp", "kiln")
        },
        f"arn:aws:iot:us-east-1:{ACCOUNT}:thing/pump": ("aws.other", "AWS::IoT::Thing", "pump", "us-east-1"),
        f"arn:aws:ec2:eu-west-1:{ACCOUNT}:key-pair/key-0a1b2c3d": (
            "aws.other",
            "AWS::EC2::KeyPair",
            "key-0a1b2c3d",
            "eu-west-1",
        ),
        f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc-flow-log/fl-0123": (
            "aws.other",
            "AWS::EC2::FlowLog",
            "fl-0123",
            "eu-west-1",
        ),
        f"AWS::ApiGateway::Stage/{ACCOUNT}/eu-west-1/a1|prod": (
            "aws.other",
            "AWS::ApiGateway::Stage",
            "prod",
            "eu-west-1",
        ),
        f"AWS::SNS::TopicInlinePolicy/{ACCOUNT}/eu-west-1/of/arn:aws:sns:eu-west-1:{ACCOUNT}:alerts": (
            "aws.other",
            "AWS::SNS::TopicInlinePolicy",
            "alerts",
            "eu-west-1",
        ),
        f"arn:aws:transfer:eu-west-1:{ACCOUNT}:server/s-1": (
            "aws.other",
            "AWS::Transfer::Server",
            "s-1",
            "eu-west-1",
        ),
        f"arn:aws:iam::{ACCOUNT}:group/admins": ("aws.other", "AWS::IAM::Group", "admins", "global"),
        f"AWS::Only::There/{ACCOUNT}/us-east-1/x": ("aws.other", "AWS::Only::There", "x", "us-east-1"),
    }
    assert dict(graph.resources[f"{iot}/lift"].tags) == {"env": "prod"}
    assert {each.account for each in graph.resources.values()} == {ACCOUNT}
    written = [json.dumps(dict(each.properties)) for each in graph.resources.values()]
    assert not any("@identifier" in each or "hunter2" in each for each in written)
    # What it says of a network is a link, as with files.
    (link,) = graph.links
    assert link.target == f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-0a1b2c3d4e5f60718"


def test_a_thing_has_the_id_that_it_has_in_a_terraform_state(moto_server: MotoServer) -> None:
    live = tail_of(scan(moto_server.url))
    scope = Scope("aws", ACCOUNT, "eu-west-1")
    states = {
        "aws_iot_thing": {"id": "lift", "name": "lift", "arn": f"arn:aws:iot:eu-west-1:{ACCOUNT}:thing/lift"},
        "aws_key_pair": {"id": "ops", "arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:key-pair/key-0a1b2c3d"},
        "aws_flow_log": {"id": "fl-0123", "arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc-flow-log/fl-0123"},
        "aws_iam_group": {"id": "admins", "arn": f"arn:aws:iam::{ACCOUNT}:group/admins"},
    }
    items = [RawItem(scope, name, body, shape=Shape.TERRAFORM) for name, body in states.items()]
    offline, problems = normalise(items)
    assert problems == [] and len(offline.resources) == len(states)
    assert offline.resources.keys() <= live.resources.keys()


def test_types_that_cannot_be_listed_are_said_once_and_hide_nothing(moto_server: MotoServer) -> None:
    said = coverage_of(scan(moto_server.url))
    assert {key: str(each.status) for key, each in said.items()} == {
        ("eu-west-1", "aws.other"): "seen",
        ("us-east-1", "aws.other"): "seen",
        ("global", "aws.other"): "seen",
        ("eu-west-1", "AWS::AppSync::Resolver"): "unsupported",
        ("eu-west-1", "AWS::Old::Thing"): "unsupported",
        ("eu-west-1", "AWS::Only::There"): "unsupported",
    }
    assert said["eu-west-1", "aws.other"].count == 10


def long_tail_calls(cloud: FaultyAws) -> set[str]:
    """What IAM calls the calls of Cloud Control; listing stacks is a type of the catalogue."""
    asked = {each for each in cloud.permissions() if each.startswith("cloudformation:")}
    return asked - {"cloudformation:DescribeStacks"}


def test_it_is_done_only_where_it_is_asked_for(faulty_aws: FaultyAws) -> None:
    for result in (scan(faulty_aws.url, False), scan(faulty_aws.url, types=["aws.sqs.queue"])):
        assert coverage_of(result) == {}
    assert not long_tail_calls(faulty_aws)


def test_the_policy_allows_exactly_its_calls(faulty_aws: FaultyAws) -> None:
    scan(faulty_aws.url)
    more = set(permissions(catalogue().of("aws"), long_tail=True)) - set(permissions(catalogue().of("aws")))
    assert long_tail_calls(faulty_aws) == more == {LIST, "cloudformation:GetResource", "cloudformation:ListTypes"}


def test_only_what_the_list_leaves_bare_is_asked_for_by_itself(faulty_aws: FaultyAws) -> None:
    scan(faulty_aws.url)
    assert sum(call.action == "GetResource" for call in faulty_aws.calls) == 2
    listed = [call for call in faulty_aws.calls if call.action == "ListResources"]
    # Ten types, one of them in three pages; nobody asks a second region for what no region can list.
    assert len(listed) == 10 + 2 + 7


def test_a_service_behind_that_denies_is_named_with_its_action(moto_server: MotoServer) -> None:
    message = (
        "User: arn:aws:iam::123456789012:user/scan is not authorized to perform: iot:ListThings "
        "(Service: Iot, Status Code: 403)"
    )
    tell(moto_server.url, {**TYPES, "AWS::IoT::Thing": {"refuses": ["GeneralServiceException", message]}})
    said = coverage_of(scan(moto_server.url))
    for key in (("eu-west-1", "aws.other"), ("eu-west-1", "AWS::IoT::Thing")):
        assert (str(said[key].status), said[key].permission) == ("denied", "iot:ListThings")
    assert said["eu-west-1", "aws.other"].count == 5, "the rest is there"


def test_without_the_right_to_list_nothing_is_asked_a_thousand_times(faulty_aws: FaultyAws) -> None:
    faulty_aws.faults.append(Fault(deny(), "cloudcontrolapi"))
    said = coverage_of(scan(faulty_aws.url))
    assert {str(each.status) for each in said.values()} == {"denied"}
    assert {each.permission for each in said.values()} == {LIST}
    assert sum(call.action == "ListResources" for call in faulty_aws.calls) <= 8


def test_without_the_list_of_types_the_rest_of_the_scan_is_complete(faulty_aws: FaultyAws) -> None:
    faulty_aws.faults.append(Fault(deny(), "cloudformation", "ListTypes"))
    result = scan(faulty_aws.url)
    (entry,) = coverage_of(result).values()
    assert (str(entry.status), entry.permission, entry.region) == ("denied", "cloudformation:ListTypes", "")
    assert {str(each.status) for each in result.coverage()} == {"seen", "denied"}


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (refuse(400, "ThrottlingException"), "throttled"),
        (refuse(500, "ServiceInternalErrorException"), "failed"),
        (tear(), "failed"),
        (say(b"<html>"), "failed"),
        (say(b'{"ResourceDescriptions": [], "NextToken": "again"}', "application/x-amz-json-1.0"), "failed"),
        (
            say(
                b'{"ResourceDescriptions": [{"Identifier": "x", "Properties": "{"}]}', "application/x-amz-json-1.0"
            ),
            "failed",
        ),
    ],
    ids=["429", "500", "a torn page", "a web page", "a page loop", "no JSON in a property"],
)
def test_what_misbehaves_in_one_region_is_a_gap_there_and_nowhere_else(
    faulty_aws: FaultyAws, behaviour: Any, status: str
) -> None:
    faulty_aws.faults.append(Fault(behaviour, "cloudcontrolapi", "ListResources", region="us-east-1"))
    result = scan(faulty_aws.url)
    said = coverage_of(result)
    assert str(said["us-east-1", "aws.other"].status) == status
    assert str(said["us-east-1", "AWS::IoT::Thing"].status) == status
    assert (str(said["eu-west-1", "aws.other"].status), said["eu-west-1", "aws.other"].count) == ("seen", 10)


def test_what_was_read_by_an_earlier_try_is_not_read_again(faulty_aws: FaultyAws) -> None:
    done = {f"{ACCOUNT}/{region}/long-tail/IoT": {} for region in REGIONS}
    graph = tail_of(scan(faulty_aws.url, done=done))
    assert not [key for key in graph.resources if ":iot:" in key]
    assert f"arn:aws:iam::{ACCOUNT}:group/admins" in graph.resources


def test_the_table_of_arns_is_of_types_that_are_not_declared() -> None:
    for name, template in ARNS.items():
        assert not catalogue().by_native(name), name
        assert template.keys and name.startswith("AWS::")
