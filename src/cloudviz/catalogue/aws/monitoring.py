"""Alarms and logs."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    InConfig,
    KnownAs,
    LinkRule,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    routes_to,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import State

_WATCHED = (
    ("InstanceId", "aws.ec2.instance"),
    ("DBInstanceIdentifier", "aws.rds.instance"),
    ("DBClusterIdentifier", "aws.rds.cluster"),
    ("QueueName", "aws.sqs.queue"),
    ("FunctionName", "aws.lambda.function"),
    ("TableName", "aws.dynamodb.table"),
    ("AutoScalingGroupName", "aws.autoscaling.group"),
    ("CacheClusterId", "aws.elasticache.cluster"),
)
"""The dimension of a metric → the type of what it measures."""


def _watching() -> tuple[LinkRule, ...]:
    return tuple(uses(target, at(f"Dimensions[Name={name}].Value")) for name, target in _WATCHED)


ALARM = ResourceType(
    key="aws.cloudwatch.alarm",
    kind=Kind.ALARM,
    title="CloudWatch alarm",
    icon="aws/cloudwatch-alarm",
    listing=AwsCall(
        "cloudwatch",
        "describe_alarms",
        "MetricAlarms[]",
        arguments={"MaxRecords": 100, "AlarmTypes": ["MetricAlarm"]},
        details=(
            AwsDetail(
                "list_tags_for_resource",
                {"ResourceARN": "AlarmArn"},
                result="Tags[]",
                into="Tags",
                is_tags=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::CloudWatch::Alarm",
        config="AWS::CloudWatch::Alarm",
        in_config=InConfig(items=False),
        terraform=("aws_cloudwatch_metric_alarm",),
        terraform_fields={
            "AlarmArn": "arn",
            "AlarmName": "alarm_name",
            "StateValue": "",
            "AlarmActions[]": "alarm_actions[]",
            "OKActions[]": "ok_actions[]",
            **{f"Dimensions[Name={name}].Value": f"dimensions.{name}" for name, _ in _WATCHED},
        },
    ),
    id=arn("cloudwatch", "alarm:{AlarmName}", given=at("AlarmArn")),
    name=at("AlarmName"),
    state=at("StateValue").as_state(
        {"ok": State.RUNNING, "alarm": State.FAILED, "insufficient_data": State.UNKNOWN}
    ),
    tags=at("Tags"),
    facts={
        "metric": at("MetricName"),
        "namespace": at("Namespace"),
        "threshold": at("Threshold"),
        "comparison": at("ComparisonOperator"),
    },
    sublabel=("metric",),
    links=(
        routes_to("aws.sns.topic", at("AlarmActions[]").matching(r"^(arn:[^:]*:sns:.+)$")),
        routes_to("aws.sns.topic", at("OKActions[]").matching(r"^(arn:[^:]*:sns:.+)$")),
        *_watching(),
    ),
    # Whether it rings now is for the state, and no change of the alarm.
    volatile=("StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp"),
)

LOG_GROUP = ResourceType(
    key="aws.logs.log_group",
    kind=Kind.OTHER,
    title="CloudWatch log group",
    icon="aws/cloudwatch-log-group",
    listing=AwsCall("logs", "describe_log_groups", "logGroups[]", arguments={"limit": 50}),
    known_as=KnownAs(
        cloudformation="AWS::Logs::LogGroup",
        terraform=("aws_cloudwatch_log_group",),
        terraform_fields={
            "logGroupName": "name",
            "retentionInDays": "retention_in_days",
            "logGroupClass": "log_group_class",
        },
    ),
    # The ARN that the list gives ends in ":*" for policies.
    id=arn("logs", "log-group:{logGroupName}"),
    name=at("logGroupName"),
    facts={"retention_days": at("retentionInDays"), "class": at("logGroupClass")},
    sublabel=(),
    links=(
        uses("aws.kms.key", at("kmsKeyId")),
        # By convention, which AWS itself follows: /aws/lambda/<function>.
        uses("aws.lambda.function", at("logGroupName").matching(r"^/aws/lambda/([^/]+)$"), reverse=True),
    ),
    volatile=("storedBytes",),
    supporting=True,
)

TRAIL = ResourceType(
    key="aws.cloudtrail.trail",
    kind=Kind.OTHER,
    title="CloudTrail trail",
    icon="aws/cloudtrail-trail",
    # A trail of all regions shows in each as a shadow; it is listed where it is at home.
    listing=AwsCall("cloudtrail", "describe_trails", "trailList[]", arguments={"includeShadowTrails": False}),
    known_as=KnownAs(
        cloudformation="AWS::CloudTrail::Trail",
        config="AWS::CloudTrail::Trail",
        terraform=("aws_cloudtrail",),
        terraform_fields={
            "TrailARN": "arn",
            "S3BucketName": "s3_bucket_name",
            "SnsTopicARN": "sns_topic_arn|sns_topic_name",
            "CloudWatchLogsLogGroupArn": "cloud_watch_logs_group_arn",
            "CloudWatchLogsRoleArn": "cloud_watch_logs_role_arn",
        },
    ),
    id=arn("cloudtrail", "trail/{Name}", given=at("TrailARN")),
    name=at("Name"),
    facts={"all_regions": at("IsMultiRegionTrail"), "organisation": at("IsOrganizationTrail")},
    sublabel=(),
    links=(
        routes_to("aws.s3.bucket", at("S3BucketName")),
        routes_to("aws.sns.topic", at("SnsTopicARN")),
        # The ARN of a log group ends in ":*" here.
        routes_to(
            "aws.logs.log_group", at("CloudWatchLogsLogGroupArn").matching(r"^(arn:[^:]*:logs:.+?)(?::\*)?$")
        ),
        runs_as("aws.iam.role", at("CloudWatchLogsRoleArn")),
        uses("aws.kms.key", at("KmsKeyId")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (ALARM, LOG_GROUP, TRAIL)

JOINS: tuple[TerraformJoin, ...] = ()
