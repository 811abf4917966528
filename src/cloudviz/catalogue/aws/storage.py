"""Disks and buckets."""

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
    attached,
    routes_to,
    tag,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE
from cloudviz.inventory.model import LinkKind

VOLUME = ResourceType(
    key="aws.ec2.volume",
    kind=Kind.DISK,
    title="EBS volume",
    icon="aws/ebs-volume",
    listing=AwsCall("ec2", "describe_volumes", "Volumes[]", arguments={"MaxResults": 500}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::Volume",
        config="AWS::EC2::Volume",
        in_config=InConfig(),
        terraform=("aws_ebs_volume",),
        terraform_fields={
            "VolumeId": "id",
            "VolumeType": "type",
            "Attachments[].InstanceId": "",
            "State": "",
        },
    ),
    id=arn("ec2", "volume/{VolumeId}"),
    name=tag("Name") | at("VolumeId"),
    state=at("State").as_state(AWS_LIFECYCLE),
    zone=at("AvailabilityZone"),
    tags=at("Tags"),
    facts={
        "size": at("VolumeType"),
        "capacity_gb": at("Size"),
        "iops": at("Iops"),
        "throughput": at("Throughput"),
        "encrypted": at("Encrypted"),
    },
    links=(
        attached("aws.ec2.instance", at("Attachments[].InstanceId"), reverse=True),
        uses("aws.kms.key", at("KmsKeyId")),
    ),
)

# Config keeps the notifications by their ids, each with the ARN of what is told.
_NOTIFIED = "supplementaryConfiguration.BucketNotificationConfiguration.configurations.*"
_ENCRYPTION = "server_side_encryption_configuration[].rule[].apply_server_side_encryption_by_default[]"

BUCKET = ResourceType(
    key="aws.s3.bucket",
    kind=Kind.BUCKET,
    title="S3 bucket",
    icon="aws/s3-bucket",
    listing=AwsCall(
        "s3",
        "list_buckets",
        "Buckets[]",
        # With any parameter S3 also answers BucketRegion, which spares a call a bucket.
        arguments={"MaxBuckets": 1000},
        is_global=True,
        permission="s3:ListAllMyBuckets",
        details=(
            AwsDetail(
                "get_bucket_location",
                {"Bucket": "Name"},
                result="LocationConstraint",
                into="LocationConstraint",
                unless="BucketRegion",
            ),
            AwsDetail(
                "get_bucket_tagging",
                {"Bucket": "Name"},
                result="TagSet[]",
                into="Tags",
                none_when=("NoSuchTagSet",),
                is_tags=True,
            ),
            AwsDetail(
                "get_bucket_encryption",
                {"Bucket": "Name"},
                result="ServerSideEncryptionConfiguration",
                into="Encryption",
                none_when=("ServerSideEncryptionConfigurationNotFoundError",),
                permission="s3:GetEncryptionConfiguration",
            ),
            AwsDetail("get_bucket_versioning", {"Bucket": "Name"}, result="Status", into="Versioning"),
            AwsDetail(
                "get_public_access_block",
                {"Bucket": "Name"},
                result="PublicAccessBlockConfiguration",
                into="PublicAccessBlock",
                none_when=("NoSuchPublicAccessBlockConfiguration",),
                permission="s3:GetBucketPublicAccessBlock",
            ),
            AwsDetail(
                "get_bucket_notification_configuration",
                {"Bucket": "Name"},
                into="Notifications",
                permission="s3:GetBucketNotification",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::S3::Bucket",
        config="AWS::S3::Bucket",
        in_config=InConfig(
            fields={
                "BucketRegion": "awsRegion",
                "LocationConstraint": "",
                "Versioning": "supplementaryConfiguration.BucketVersioningConfiguration.status",
                "Encryption": "supplementaryConfiguration.ServerSideEncryptionConfiguration",
                "PublicAccessBlock": "supplementaryConfiguration.PublicAccessBlockConfiguration",
                "Notifications.LambdaFunctionConfigurations[].LambdaFunctionArn": f"{_NOTIFIED}.functionARN",
                "Notifications.QueueConfigurations[].QueueArn": f"{_NOTIFIED}.queueARN",
                "Notifications.TopicConfigurations[].TopicArn": f"{_NOTIFIED}.topicARN",
            },
            # Not among the properties that can be searched, and so perhaps not in what a search gives.
            needs=("supplementaryConfiguration.BucketNotificationConfiguration",),
        ),
        terraform=("aws_s3_bucket",),
        terraform_fields={
            "Name": "bucket|id",
            # Since version 6 of the provider "region" is where it calls, and bucket_region where the bucket is.
            "BucketRegion": "bucket_region|region",
            "LocationConstraint": "",
            "Versioning": "",
            "CreationDate": "",
            "PublicAccessBlock.RestrictPublicBuckets": "",
            "Encryption.Rules[].ApplyServerSideEncryptionByDefault.SSEAlgorithm": f"{_ENCRYPTION}.sse_algorithm",
            "Encryption.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID": (
                f"{_ENCRYPTION}.kms_master_key_id"
            ),
            # Notifications are a resource of their own in a state: see JOINS.
            "Notifications.LambdaFunctionConfigurations[].LambdaFunctionArn": "",
            "Notifications.QueueConfigurations[].QueueArn": "",
            "Notifications.TopicConfigurations[].TopicArn": "",
        },
    ),
    id=arn("s3", "{Name}", has_region=False, has_account=False),
    name=at("Name"),
    region=at("BucketRegion") | at("LocationConstraint"),
    tags=at("Tags"),
    facts={
        "versioning": at("Versioning"),
        "encryption": at("Encryption.Rules[].ApplyServerSideEncryptionByDefault.SSEAlgorithm"),
        "blocks_public_access": at("PublicAccessBlock.RestrictPublicBuckets"),
        "created": at("CreationDate"),
    },
    sublabel=("encryption",),
    links=(
        uses("aws.kms.key", at("Encryption.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID")),
        # A function may be named by alias (…:function:name:live); the function is what there is to see.
        routes_to(
            "aws.lambda.function",
            at("Notifications.LambdaFunctionConfigurations[].LambdaFunctionArn").matching(
                r"^(arn:[^:]*:lambda:.*:function:[^:]+)"
            ),
        ),
        routes_to("aws.sqs.queue", at("Notifications.QueueConfigurations[].QueueArn")),
        routes_to("aws.sns.topic", at("Notifications.TopicConfigurations[].TopicArn")),
    ),
)

TYPES: tuple[ResourceType, ...] = (VOLUME, BUCKET)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_volume_attachment",
        LinkKind.ATTACHED_TO,
        ("aws.ec2.instance", "instance_id"),
        ("aws.ec2.volume", "volume_id"),
    ),
    TerraformJoin(
        "aws_s3_bucket_notification",
        LinkKind.ROUTES_TO,
        ("aws.s3.bucket", "bucket"),
        ("aws.lambda.function", "lambda_function[].lambda_function_arn"),
    ),
    TerraformJoin(
        "aws_s3_bucket_notification",
        LinkKind.ROUTES_TO,
        ("aws.s3.bucket", "bucket"),
        ("aws.sqs.queue", "queue[].queue_arn"),
    ),
)
