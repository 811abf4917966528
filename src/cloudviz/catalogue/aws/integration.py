"""Queues, topics, rules and state machines: what carries messages, and who decides where they go."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    InConfig,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    routes_to,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE, State
from cloudviz.inventory.model import LinkKind

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
            AwsDetail("list_queue_tags", {"QueueUrl": "@item"}, result="Tags", into="Tags", is_tags=True),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::SQS::Queue",
        config="AWS::SQS::Queue",
        in_config=InConfig(items=False),
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
        # May also be an alias, alias/aws/sqs being AWS's own key.
        uses("aws.kms.key", at("KmsMasterKeyId")),
    ),
    volatile=(
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
    ),
)

TOPIC = ResourceType(
    key="aws.sns.topic",
    kind=Kind.TOPIC,
    title="SNS topic",
    icon="aws/sns-topic",
    listing=AwsCall(
        "sns",
        "list_topics",
        "Topics[]",
        details=(
            AwsDetail("get_topic_attributes", {"TopicArn": "TopicArn"}, result="Attributes"),
            AwsDetail(
                "list_subscriptions",
                result="Subscriptions[]",
                into="Subscriptions",
                match=("TopicArn", "TopicArn"),
                bulk=True,
            ),
            AwsDetail(
                "list_tags_for_resource", {"ResourceArn": "TopicArn"}, result="Tags[]", into="Tags", is_tags=True
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::SNS::Topic",
        config="AWS::SNS::Topic",
        in_config=InConfig(items=False),
        terraform=("aws_sns_topic",),
        terraform_fields={
            "TopicArn": "arn",
            "KmsMasterKeyId": "kms_master_key_id",
            "FifoTopic": "fifo_topic",
            # Subscriptions are resources of their own in a state: see JOINS.
            "Subscriptions[].Endpoint": "",
            "Subscriptions[].Protocol": "",
        },
    ),
    id=arn("sns", "{TopicArn}", given=at("TopicArn")),
    name=at("TopicArn").tail(":"),
    tags=at("Tags"),
    facts={"fifo": at("FifoTopic"), "protocols": at("Subscriptions[].Protocol"), "title": at("DisplayName")},
    sublabel=(),
    links=(
        routes_to("aws.sqs.queue", at("Subscriptions[].Endpoint").matching(r"^(arn:[^:]*:sqs:.+)$")),
        # A function may be subscribed by alias (…:function:name:live); the function is what there is to see.
        routes_to(
            "aws.lambda.function",
            at("Subscriptions[].Endpoint").matching(r"^(arn:[^:]*:lambda:.*:function:[^:]+)"),
        ),
        routes_to(
            "aws.firehose.delivery_stream",
            at("Subscriptions[].Endpoint").matching(r"^(arn:[^:]*:firehose:.+)$"),
        ),
        uses("aws.kms.key", at("KmsMasterKeyId")),
    ),
    volatile=("SubscriptionsConfirmed", "SubscriptionsPending", "SubscriptionsDeleted"),
)

STATE_MACHINE = ResourceType(
    key="aws.sfn.state_machine",
    kind=Kind.WORKFLOW,
    title="Step Functions state machine",
    icon="aws/step-functions-state-machine",
    listing=AwsCall(
        "stepfunctions",
        "list_state_machines",
        "stateMachines[]",
        arguments={"maxResults": 1000},
        details=(
            AwsDetail("describe_state_machine", {"stateMachineArn": "stateMachineArn"}),
            AwsDetail(
                "list_tags_for_resource",
                {"resourceArn": "stateMachineArn"},
                result="tags[]",
                into="tags",
                is_tags=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::StepFunctions::StateMachine",
        config="AWS::StepFunctions::StateMachine",
        in_config=InConfig(items=False),
        terraform=("aws_sfn_state_machine",),
        terraform_fields={"stateMachineArn": "arn|id", "creationDate": "creation_date"},
    ),
    id=arn("states", "stateMachine:{name}", given=at("stateMachineArn")),
    name=at("name"),
    state=at("status").as_state(AWS_LIFECYCLE),
    tags=at("tags"),
    facts={"class": at("type"), "created": at("creationDate")},
    sublabel=("class",),
    links=(
        runs_as("aws.iam.role", at("roleArn")),
        # The definition is a text of JSON, with the ARNs of what its steps call anywhere in it.
        routes_to(
            "aws.lambda.function",
            at("definition").finding(r"arn:[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+"),
        ),
        routes_to("aws.sns.topic", at("definition").finding(r"arn:[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+")),
        # SQS is called by URL: https://sqs.<region>.amazonaws.com/<account>/<name>
        routes_to(
            "aws.sqs.queue",
            at("definition")
            .finding(r"https://sqs\.[a-z0-9-]+\.amazonaws\.com/\d{12}/[\w.-]+")
            .rewritten(r"^https://sqs\.([a-z0-9-]+)\.amazonaws\.com/(\d{12})/(.+)$", r"arn:aws:sqs:\1:\2:\3"),
        ),
        routes_to(
            "aws.sfn.state_machine",
            at("definition").finding(r"arn:[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[\w-]+"),
        ),
    ),
)

RULE = ResourceType(
    key="aws.events.rule",
    kind=Kind.OTHER,
    title="EventBridge rule",
    icon="aws/eventbridge-rule",
    listing=AwsCall(
        "events",
        # ListRules gives those of one bus, of the default bus unless another is named.
        "list_event_buses",
        "EventBuses[]",
        each=AwsDetail("list_rules", {"EventBusName": "Name"}, result="Rules[]"),
        details=(
            AwsDetail(
                "list_targets_by_rule",
                {"Rule": "Name", "EventBusName": "@parent"},
                result="Targets[]",
                into="Targets",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::Events::Rule",
        config="AWS::Events::Rule",
        terraform=("aws_cloudwatch_event_rule",),
        # Targets are resources of their own in a state: see JOINS.
        terraform_fields={"Arn": "arn", "State": "state", "Targets[].Arn": ""},
    ),
    id=arn("events", "rule/{Name}", given=at("Arn")),
    name=at("Name"),
    state=at("State").as_state({"enabled": State.RUNNING, "disabled": State.STOPPED}),
    facts={"schedule": at("ScheduleExpression"), "description": at("Description")},
    sublabel=("schedule",),
    links=(
        routes_to("aws.lambda.function", at("Targets[].Arn").matching(r"^(arn:[^:]*:lambda:.*:function:[^:]+)")),
        *(
            routes_to(target, at("Targets[].Arn").matching(rf"^(arn:[^:]*:{service}:.+)$"))
            for service, target in (
                ("sqs", "aws.sqs.queue"),
                ("sns", "aws.sns.topic"),
                ("states", "aws.sfn.state_machine"),
                ("kinesis", "aws.kinesis.stream"),
                ("firehose", "aws.firehose.delivery_stream"),
                ("batch", "aws.batch.job_queue"),
            )
        ),
        runs_as("aws.iam.role", at("RoleArn")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (QUEUE, TOPIC, STATE_MACHINE, RULE)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_sns_topic_subscription",
        LinkKind.ROUTES_TO,
        ("aws.sns.topic", "topic_arn"),
        ("aws.sqs.queue", at("endpoint").matching(r"^(arn:[^:]*:sqs:.+)$")),
    ),
    TerraformJoin(
        "aws_sns_topic_subscription",
        LinkKind.ROUTES_TO,
        ("aws.sns.topic", "topic_arn"),
        ("aws.lambda.function", at("endpoint").matching(r"^(arn:[^:]*:lambda:.*:function:[^:]+)")),
    ),
    TerraformJoin(
        "aws_cloudwatch_event_target",
        LinkKind.ROUTES_TO,
        ("aws.events.rule", "rule"),
        (
            "aws.lambda.function|aws.sqs.queue|aws.sns.topic|aws.sfn.state_machine|aws.kinesis.stream",
            at("arn").matching(r"^(arn:[^:]*:(?:lambda|sqs|sns|states|kinesis):.+)$"),
        ),
    ),
)
