"""What a scan will list."""

from __future__ import annotations

import pytest

from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import Invalid
from cloudviz.sources.aws.permissions import permissions
from cloudviz.sources.aws.plan import plan, selected


def test_types_that_share_a_list_are_one_unit_a_region() -> None:
    known = catalogue()
    units = plan(known, known.of("aws"), ["eu-west-1", "us-east-1"])
    balancers = [
        unit for unit in units if unit.call.service == "elbv2" and unit.call.operation == "describe_load_balancers"
    ]
    assert [unit.region for unit in balancers] == ["eu-west-1", "us-east-1"]
    assert {each.key for each in balancers[0].types} == {"aws.elbv2.alb", "aws.elbv2.gwlb", "aws.elbv2.nlb"}
    assert balancers[0].whole
    assert [detail.operation for detail, _ in balancers[0].details] == ["describe_tags", "describe_listeners"]
    assert len(
        {(unit.call.service, unit.call.operation, repr(unit.call.each), unit.region) for unit in units}
    ) == len(units)


def test_global_lists_come_once() -> None:
    known = catalogue()
    units = plan(known, known.of("aws"), ["eu-west-1", "us-east-1", "sa-east-1"])
    everywhere = [unit.call.operation for unit in units if not unit.region]
    assert sorted(everywhere) == [
        "get_account_authorization_details",
        "list_buckets",
        "list_distributions",
        "list_hosted_zones",
        "list_instance_profiles",
        "list_policies",
        "list_users",
    ]


def test_a_part_of_the_types_of_a_list_is_not_the_whole() -> None:
    known = catalogue()
    (unit,) = plan(known, selected(known, ["aws.elbv2.alb"]), ["eu-west-1"])
    assert [each.key for each in unit.types] == ["aws.elbv2.alb"]
    assert not unit.whole


def test_patterns_choose_types() -> None:
    known = catalogue()
    assert [each.key for each in selected(known, ["aws.sqs.*", "aws.ec2.vpc"])] == ["aws.ec2.vpc", "aws.sqs.queue"]
    assert selected(known, []) == known.of("aws")
    with pytest.raises(Invalid, match=r"'aws\.ec2\.instnace' is no AWS resource type"):
        selected(known, ["aws.ec2.instnace"])


def test_permissions_come_from_the_declarations() -> None:
    known = catalogue()
    assert permissions(selected(known, ["aws.s3.bucket", "aws.rds.cluster"])) == [
        "ec2:DescribeRegions",
        "rds:DescribeDBClusters",
        "rds:DescribeDBSubnetGroups",
        "s3:GetBucketLocation",
        "s3:GetBucketNotification",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:ListAllMyBuckets",
        "sts:GetCallerIdentity",
        "tag:GetResources",
    ]
    assert "elasticloadbalancing:DescribeLoadBalancers" in permissions(selected(known, ["aws.elbv2.nlb"]))
