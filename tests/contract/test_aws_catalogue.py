"""Every path, parameter and permission of the AWS declarations exists in AWS's own models.

A path that is misspelt would read nothing for ever, and no other test could tell that from "there is none".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.validate import ParamValidator
from moto.iam.aws_managed_policies import aws_managed_policies_data

from cloudviz.catalogue import aws
from cloudviz.catalogue.declare import Arn, AwsCall, AwsDetail, ResourceType
from cloudviz.catalogue.paths import FILTER
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import RawItem, Scope
from cloudviz.normalise import normalise
from cloudviz.sources.aws.permissions import ALWAYS, COSTS, permissions

PAYLOADS = Path(__file__).parent.parent / "payloads" / "aws"

EXCEPTIONS: dict[tuple[str, str], str] = {
    (
        "aws.iam.role",
        "AssumeRolePolicyDocument.Statement[].Principal.AWS[]",
    ): "a policy document: a string in the model, which botocore decodes to an object",
}
"""(type key, path) → why it may be read although botocore's shape does not have it."""

NO_RECORDING: dict[str, str] = {
    "aws.docdb.cluster": "no public recording; moto 5.2 refuses the engine; same shape as aws.rds.cluster",
}

NOT_IN_CLOUDFORMATION: dict[str, str] = {
    "aws.glacier.vault": "CloudFormation has no Glacier",
    "aws.ec2.snapshot": "CloudFormation makes snapshots of volumes that it deletes, and does not know them after",
    "aws.comprehend.endpoint": "CloudFormation knows Comprehend's models, not their endpoints",
}

HEADLINE: dict[str, tuple[str, ...]] = {
    "EC2": ("aws.ec2.instance",),
    "Lambda": ("aws.lambda.function",),
    "ECS": ("aws.ecs.cluster", "aws.ecs.service"),
    "Fargate": ("aws.ecs.fargate_service",),
    "Batch": ("aws.batch.compute_environment",),
    "S3": ("aws.s3.bucket",),
    "EBS": ("aws.ec2.volume",),
    "EFS": ("aws.efs.file_system",),
    "Glacier": ("aws.glacier.vault",),
    "RDS": ("aws.rds.instance",),
    "Aurora": ("aws.rds.cluster",),
    "DynamoDB": ("aws.dynamodb.table",),
    "ElastiCache": ("aws.elasticache.cluster",),
    "VPC": (
        "aws.ec2.vpc",
        "aws.ec2.subnet",
        "aws.ec2.route_table",
        "aws.ec2.internet_gateway",
        "aws.ec2.nat_gateway",
        "aws.ec2.security_group",
    ),
    "ALB": ("aws.elbv2.alb",),
    "NLB": ("aws.elbv2.nlb",),
    "CloudFront": ("aws.cloudfront.distribution",),
    "Route 53": ("aws.route53.hosted_zone",),
    "Redshift": ("aws.redshift.cluster",),
    "EMR": ("aws.emr.cluster",),
    "Kinesis": ("aws.kinesis.stream",),
    "Athena": ("aws.athena.workgroup",),
    "SageMaker": ("aws.sagemaker.endpoint", "aws.sagemaker.notebook_instance"),
    "Comprehend": ("aws.comprehend.endpoint",),
    "Rekognition": ("aws.rekognition.collection",),
}
"""Each name that the specification gives under "AWS Resources (42 types)" → the types that are meant."""

BESIDES = {
    "aws.apigateway.rest_api",
    "aws.autoscaling.group",
    "aws.cloudwatch.alarm",
    "aws.eks.cluster",
    "aws.iam.role",
    "aws.kms.key",
    "aws.secretsmanager.secret",
    "aws.sfn.state_machine",
    "aws.sns.topic",
    "aws.sqs.queue",
}
"""The headline types that fill up the 42."""

every_type = pytest.mark.parametrize("declared", aws.TYPES, ids=lambda declared: declared.key)
every_recorded_type = pytest.mark.parametrize(
    "declared",
    [each for each in aws.TYPES if each.key not in NO_RECORDING],
    ids=lambda declared: declared.key,
)


@cache
def _session() -> Any:
    return botocore.session.Session()


@cache
def operation(service: str, name: str) -> Any:
    """botocore's model of an operation; KeyError when there is none of that name."""
    model = _session().get_service_model(service)
    return model.operation_model({xform_name(each): each for each in model.operation_names}[name])


def shape_at(shape: Any, path: str) -> Any:
    """The shape of the value that ``path`` reads, or None when there is no such member."""
    for piece in path.split("."):
        chosen = FILTER.match(piece)
        if chosen:
            shape = shape_at(shape, f"{chosen['name']}[]")
            if shape is None or chosen["key"] not in shape.members:
                return None
            continue
        if piece == "*":
            if shape.type_name != "map":
                return None
            shape = shape.value
            continue
        name = piece.removesuffix("[]")
        if name:
            if shape.type_name == "structure":
                shape = shape.members.get(name)
            elif shape.type_name == "map":
                words = getattr(shape.key, "enum", None)
                shape = shape.value if not words or name in words else None
            else:
                shape = None
        if shape is None:
            return None
        if piece.endswith("[]"):
            if shape.type_name != "list":
                return None
            shape = shape.member
    return shape


def call_of(declared: ResourceType) -> AwsCall:
    assert isinstance(declared.listing, AwsCall)
    return declared.listing


def item_shape(call: AwsCall) -> Any:
    """The shape of an item before its details: of the list, or of the call for each of its owners."""
    if call.each is not None:
        return shape_at(operation(call.service, call.each.operation).output_shape, call.each.result)
    return shape_at(operation(call.service, call.operation).output_shape, call.result)


def detail_shape(declared: ResourceType, detail: AwsDetail) -> Any:
    reply = operation(detail.service or call_of(declared).service, detail.operation).output_shape
    return shape_at(reply, detail.result) if detail.result else reply


def has(declared: ResourceType, path: str) -> bool:
    """Whether an item, with its details laid in, can have ``path``."""
    call = call_of(declared)
    if path == call.item_key or (path == "@parent" and call.each is not None):
        return True
    if path == "@item" and item_shape(call).type_name == "string":
        return True
    item = item_shape(call)
    overlays = [item, *(detail_shape(declared, each) for each in call.details if not each.into)]
    if any(shape_at(each, path) is not None for each in overlays):
        return True
    head, _, rest = path.partition(".")
    chosen = FILTER.match(head)
    if chosen:
        return has(declared, f"{chosen['name']}[].{chosen['key']}") and has(declared, f"{chosen['name']}[].{rest}")
    for detail in call.details:
        if detail.into and head.removesuffix("[]") == detail.into:
            shape = detail_shape(declared, detail)
            # A list is laid in as a list: Listeners[].Port, never Listeners.Port.
            if detail.result.endswith("[]") and not head.endswith("[]"):
                return not rest
            if head.endswith("[]") and not detail.result.endswith("[]"):
                return False
            return not rest or shape_at(shape, rest) is not None
    return False


@every_type
def test_the_list_and_its_details_exist_and_take_these_parameters(declared: ResourceType) -> None:
    call = call_of(declared)
    for each in call.calls:
        listed = operation(each.service, each.operation)
        assert shape_at(listed.output_shape, each.result) is not None
        report = ParamValidator().validate(dict(each.arguments), listed.input_shape)
        assert not report.has_errors(), report.generate_report()
    for each in call.also:
        assert each.is_global and item_shape(each) is item_shape(call)
    if call.each is not None:
        owners = operation(call.service, call.each.operation)
        assert item_shape(call) is not None
        assert set(call.each.arguments) <= set(owners.input_shape.members)
    for detail in call.details:
        assert detail_shape(declared, detail) is not None, detail.operation
        known = operation(detail.service or call.service, detail.operation).input_shape.members
        for name, source in detail.arguments.items():
            assert name in known, f"{detail.operation} has no parameter {name}"
            assert source.startswith("=") or source == "@arn" or has(declared, source.removesuffix("[]"))
        batched = any(source.endswith("[]") for source in detail.arguments.values())
        assert batched == (detail.batch > 1), f"{detail.operation}: one at a time or many"
        if detail.match is not None:
            theirs, ours = detail.match
            assert shape_at(detail_shape(declared, detail), theirs) is not None
            assert has(declared, ours)
        assert (detail.match is not None) == (detail.bulk or detail.batch > 1)
        assert not detail.is_tags or (detail.into and declared.tags is not None)
        assert not detail.unless or has(declared, detail.unless)


@every_type
def test_every_path_is_in_the_reply(declared: ResourceType) -> None:
    wrong = [
        path
        for path in (*declared.paths(), *declared.volatile)
        if (declared.key, path) not in EXCEPTIONS and not has(declared, path)
    ]
    assert not wrong, f"{declared.key} reads what {call_of(declared).operation} does not answer"


def test_exceptions_are_needed() -> None:
    for (key, path), reason in EXCEPTIONS.items():
        declared = catalogue().get(key)
        assert declared is not None and path in declared.paths()
        assert reason
        assert not has(declared, path), f"{key} {path} needs no exception"


def test_a_misspelt_path_is_found() -> None:
    instance = catalogue().types["aws.ec2.instance"]
    assert has(instance, "BlockDeviceMappings[].Ebs.VolumeId")
    assert not has(instance, "BlockDeviceMappings[].Ebs.VolumeID")
    assert not has(instance, "BlockDeviceMappings.Ebs.VolumeId")
    queue = catalogue().types["aws.sqs.queue"]
    assert has(queue, "RedrivePolicy") and not has(queue, "RedrivePolicies")
    alb = catalogue().types["aws.elbv2.alb"]
    assert has(alb, "Listeners[].Port") and not has(alb, "Listeners.Port")


@every_type
def test_every_link_leads_to_a_declared_type(declared: ResourceType) -> None:
    known = {each.key for each in aws.TYPES}
    for rule in declared.links:
        assert set(rule.targets) <= known


def test_terraform_joins_link_types_that_may_exist() -> None:
    known = {each.key for each in aws.TYPES}
    for join in aws.JOINS:
        for key, path in (join.source, join.target):
            assert set(key.split("|")) <= known and path


@every_type
def test_a_bare_reference_can_be_made_an_arn(declared: ResourceType) -> None:
    assert isinstance(declared.id, Arn)
    assert len(declared.id.keys) == 1
    scope = Scope("aws", "123456789012", "eu-west-1", "aws-cn")
    built = declared.id.build({declared.id.keys[0]: "x-1"}, scope)
    assert re.fullmatch(r"arn:aws-cn:[a-z0-9-]+:(eu-west-1)?:(123456789012)?:.*x-1", built)


@cache
def actions_aws_itself_grants() -> frozenset[str]:
    """Every action that one of AWS's managed policies names in full, 15,000 of them.

    botocore knows operations, which are not always actions: ListBuckets needs s3:ListAllMyBuckets.
    """
    return frozenset(re.findall(r'"([a-z0-9-]+:[A-Za-z0-9]+)"', json.dumps(_policies())))


def _policies() -> Any:
    data = aws_managed_policies_data
    return json.loads(data) if isinstance(data, str) else data


def _all_permissions() -> Iterator[str]:
    yield from permissions(aws.TYPES)
    yield from ALWAYS
    yield from COSTS


def test_every_permission_exists() -> None:
    # Needs no permission at all, so no policy names it.
    assert sorted(set(_all_permissions()) - actions_aws_itself_grants() - {"sts:GetCallerIdentity"}) == []


def test_every_permission_only_reads() -> None:
    # GET is all of API Gateway's reading: its actions are HTTP methods.
    words = ("Describe", "List", "Get", "GET")
    assert [each for each in _all_permissions() if not each.split(":")[1].startswith(words)] == []


@every_recorded_type
def test_a_recorded_payload_normalises_to_this_type(declared: ResourceType) -> None:
    path = PAYLOADS / f"{declared.key.removeprefix('aws.')}.json"
    bodies = json.loads(path.read_bytes())
    assert bodies
    native = catalogue().native_name(declared)
    scope = Scope("aws", "123456789012", "eu-west-1")
    assert all(is_of_type(declared, body) for body in bodies)
    # Without the key the native name and the item itself must lead to the same type.
    for key in (declared.key, None):
        items = [RawItem(scope, native, body, key) for body in bodies]
        graph, problems = normalise(items)
        assert problems == []
        assert {each.type for each in graph.resources.values()} == {declared.key}
        # Some recordings were made anonymous by giving several things one id.
        assert isinstance(declared.id, Arn)
        assert len(graph.resources) == len({body[declared.id.keys[0]] for body in bodies})
    for resource in graph.resources.values():
        assert resource.id.startswith("arn:aws:")
        assert resource.name
        assert resource.properties["configuration"]


@every_recorded_type
def test_every_link_and_fact_is_read_from_some_payload(declared: ResourceType) -> None:
    """Half of what a declaration reads is in its recordings: a type whose details were forgotten fails."""
    bodies = json.loads((PAYLOADS / f"{declared.key.removeprefix('aws.')}.json").read_bytes())
    fields = declared.fields()
    read = {name for name, value in fields.items() if any(value.all(body, {}) for body in bodies)}
    assert len(read) * 2 >= len(fields), sorted(set(fields) - read)


def test_exactly_forty_two_headline_types_cover_the_specification() -> None:
    headline = {each.key for each in aws.TYPES if not each.supporting}
    assert len(headline) == 42
    assert headline == {key for keys in HEADLINE.values() for key in keys} | BESIDES
    assert all(each.icon.startswith("aws/") for each in aws.TYPES)


def test_what_files_call_a_type_is_told_or_there_is_no_name() -> None:
    assert {each.key for each in aws.TYPES if not each.known_as.cloudformation} == set(NOT_IN_CLOUDFORMATION)
    assert {each.key for each in aws.TYPES if not each.known_as.terraform} == {"aws.comprehend.endpoint"}
    assert all(catalogue().native_name(each) for each in aws.TYPES)


def test_payloads_without_a_type_are_left_over_from_something() -> None:
    names = {each.key.removeprefix("aws.") for each in aws.TYPES} - {
        key.removeprefix("aws.") for key in NO_RECORDING
    }
    assert {path.stem for path in PAYLOADS.glob("*.json")} == names
    source = (PAYLOADS / "SOURCE.txt").read_text(encoding="utf-8")
    assert all(f"{name}.json" in source for name in names)
