"""Queues and other things that carry messages."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    routes_to,
    uses,
)
from cloudviz.catalogue.kinds import Kind

QUEUE = ResourceType(
    key="aws.sqs.queue",
    kind=Kind.QUEUE,
    title="SQS queue",
    icon="aws/sqs-queue",
    listing=AwsCall(
        "sqs",
        "list_queues",
        "QueueUrls[]",
        # Without MaxResults SQS gives the first 1,000 and no token for the rest.
        arguments={"MaxResults": 1000},
        item_key="QueueName",
        details=(
            AwsDetail(
                "get_queue_attributes", {"QueueUrl": "@item", "AttributeNames": "=All"}, result="Attributes"
            ),
            AwsDetail("list_queue_tags", {"QueueUrl": "@item"}, result="Tags", into="Tags"),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::SQS::Queue",
        config="AWS::SQS::Queue",
        terraform=("aws_sqs_queue",),
        terraform_fields={
            "QueueArn": "arn",
            "QueueName": "name",
            "@item": "url|id",
            "MessageRetentionPeriod": "message_retention_seconds",
            "VisibilityTimeout": "visibility_timeout_seconds",
        },
    ),
    id=arn("sqs", "{QueueName}", given=at("QueueArn")),
    name=at("QueueName"),
    tags=at("Tags"),
    facts={
        "fifo": at("FifoQueue"),
        "retention_s": at("MessageRetentionPeriod"),
        "visibility_timeout_s": at("VisibilityTimeout"),
        "url": at("@item"),
    },
    sublabel=(),
    links=(
        routes_to("aws.sqs.queue", at("RedrivePolicy").parsed("deadLetterTargetArn")),
        # May also be a bare alias (alias/aws/sqs), AWS's own key, which is no resource of the account.
        uses("aws.kms.key", at("KmsMasterKeyId").starting("arn:")),
    ),
    volatile=(
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
    ),
)

TYPES: tuple[ResourceType, ...] = (QUEUE,)

JOINS: tuple[TerraformJoin, ...] = ()
