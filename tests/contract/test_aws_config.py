"""What is read from AWS Config is in Config's own properties of each type.

``tests/payloads/aws_config/properties.json`` holds the paths that Config's queries know.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudviz.catalogue import aws
from cloudviz.catalogue.declare import Arn, AwsCall, ResourceType
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import RawItem, Scope
from cloudviz.normalise import normalise
from cloudviz.sources.aws.config_items import lifted

PROPERTIES: dict[str, list[str]] = json.loads(
    (Path(__file__).parent.parent / "payloads" / "aws_config" / "properties.json").read_bytes()
)

NOT_SEARCHED = "supplementaryConfiguration.BucketNotificationConfiguration"
"""A part of an item that no query can search by; a bucket is read from Config only where it is there."""

RECORDED = [each for each in aws.TYPES if each.known_as.in_config is not None]
READ = [each for each in RECORDED if each.known_as.in_config is not None and each.known_as.in_config.items]


def _plain(path: str) -> str:
    return path.replace("[]", "").lower()


def _missing(declared: ResourceType) -> set[str]:
    """Paths that the declaration reads and no item has."""
    in_config = declared.known_as.in_config
    assert in_config is not None
    known = {_plain(each) for each in PROPERTIES[declared.known_as.config]}
    missing = set()
    for path in declared.paths():
        if declared.tags is not None and path in declared.tags.paths:
            continue  # every item has tags
        mapped = in_config.fields.get(path)
        if mapped is None and (head := path.split(".")[0]) in in_config.fields:
            mapped = in_config.fields[head] + path.removeprefix(head)
        if mapped == "" or (mapped or "").startswith(NOT_SEARCHED):
            continue
        wanted = _plain(mapped or f"configuration.{path}")
        if wanted not in known and not any(each.startswith(f"{wanted}.") for each in known):
            missing.add(path)
    return missing


@pytest.mark.parametrize("declared", READ, ids=lambda declared: declared.key)
def test_every_path_is_in_the_items(declared: ResourceType) -> None:
    # An ARN that an item does not give is built from what it gives.
    identity = declared.id
    assert isinstance(identity, Arn)
    given = set(identity.given.paths) if identity.given is not None else set()
    assert _missing(declared) <= given
    assert not set(identity.keys) & _missing(declared)


@pytest.mark.parametrize("declared", RECORDED, ids=lambda declared: declared.key)
def test_what_is_taken_from_config_is_recorded_by_it(declared: ResourceType) -> None:
    assert declared.known_as.config in PROPERTIES
    assert isinstance(declared.listing, AwsCall)
    # Config has things of no region in one region or in several; their lists are one call an account.
    assert not declared.listing.is_global or declared.region is not None


def test_types_that_others_may_lend_are_listed() -> None:
    """Config records what an account owns. A shared VPC or subnet is in its own API's list only."""
    lent = {"aws.ec2.vpc", "aws.ec2.subnet", "aws.ec2.security_group", "aws.ec2.transit_gateway"}
    assert not lent & {each.key for each in RECORDED}


def test_an_item_as_config_writes_it_becomes_what_the_api_lists() -> None:
    """After the sample of a table in AWS's reference, with Java's names, texts, nulls and moments."""
    table = catalogue().types["aws.dynamodb.table"]
    item = {
        "accountId": "123456789012",
        "awsRegion": "eu-west-1",
        "resourceType": "AWS::DynamoDB::Table",
        "resourceId": "orders",
        "configuration": json.dumps(
            {
                "tableName": "orders",
                "tableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
                "tableStatus": "ACTIVE",
                "creationDateTime": 1700000000000,
                "billingModeSummary": {"billingMode": "PAY_PER_REQUEST"},
                "provisionedThroughput": {"readCapacityUnits": "5", "lastIncreaseDateTime": None},
                "ssedescription": {
                    "kmsmasterKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/k",
                    "status": "ENABLED",
                },
                "somethingNew": True,
            }
        ),
        "supplementaryConfiguration": {"ContinuousBackupsDescription": "{}"},
        "tags": [{"key": "env", "value": "prod", "tag": "env=prod"}],
    }
    assert lifted(table, item) == {
        "TableName": "orders",
        "TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
        "TableStatus": "ACTIVE",
        "CreationDateTime": "2023-11-14T22:13:20Z",
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 5},
        "SSEDescription": {"KMSMasterKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/k", "Status": "ENABLED"},
        "Tags": [{"Key": "env", "Value": "prod"}],
    }


@pytest.mark.parametrize("configuration", [None, 7, "{", "[]", [], {"tags": 3, "name": {"a": 1}}, {"name": None}])
def test_an_item_of_any_shape_is_no_accident(configuration: object) -> None:
    for declared in READ:
        for more in (None, 3, {"BucketNotificationConfiguration": 4}, {"BucketVersioningConfiguration": "x"}):
            item = {"configuration": configuration, "supplementaryConfiguration": more, "tags": configuration}
            body = lifted(declared, item)
            scope = Scope("aws", "123456789012", "eu-west-1")
            graph, problems = normalise([RawItem(scope, declared.known_as.config, body, declared.key)])
            assert len(graph.resources) + len(problems) == 1
