"""Machines, groups of them, and functions."""

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
    contains,
    guarded_by,
    inside,
    member_of,
    routes_to,
    runs_as,
    tag,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE, AWS_POWER
from cloudviz.inventory.model import LinkKind

INSTANCE = ResourceType(
    key="aws.ec2.instance",
    kind=Kind.VIRTUAL_MACHINE,
    title="EC2 instance",
    icon="aws/ec2-instance",
    listing=AwsCall("ec2", "describe_instances", "Reservations[].Instances[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::Instance",
        config="AWS::EC2::Instance",
        in_config=InConfig(),
        terraform=("aws_instance", "aws_spot_instance_request"),
        terraform_fields={
            "InstanceId": "spot_instance_id|id",
            "State.Name": "instance_state",
            "Placement.AvailabilityZone": "availability_zone",
            "PrivateIpAddress": "private_ip",
            "PublicIpAddress": "public_ip",
            "ImageId": "ami",
            "SecurityGroups[].GroupId": "vpc_security_group_ids[]",
            "BlockDeviceMappings[].Ebs.VolumeId": "root_block_device[].volume_id+ebs_block_device[].volume_id",
            "NetworkInterfaces[].NetworkInterfaceId": (
                "primary_network_interface_id+network_interface[].network_interface_id"
            ),
            # The profile's name, which says as much as its ARN within one account.
            "IamInstanceProfile.Arn": "iam_instance_profile",
            "PlatformDetails": "",
            "Architecture": "",
        },
    ),
    id=arn("ec2", "instance/{InstanceId}"),
    name=tag("Name") | at("InstanceId"),
    state=at("State.Name").as_state(AWS_POWER),
    zone=at("Placement.AvailabilityZone"),
    tags=at("Tags"),
    facts={
        "size": at("InstanceType"),
        "private_ip": at("PrivateIpAddress"),
        "public_ip": at("PublicIpAddress"),
        "image": at("ImageId"),
        "architecture": at("Architecture"),
        "platform": at("PlatformDetails"),
        "lifecycle": at("InstanceLifecycle"),
    },
    links=(
        inside("aws.ec2.subnet", at("SubnetId")),
        inside("aws.ec2.vpc", at("VpcId")),
        guarded_by("aws.ec2.security_group", at("SecurityGroups[].GroupId")),
        attached("aws.ec2.volume", at("BlockDeviceMappings[].Ebs.VolumeId")),
        attached("aws.ec2.network_interface", at("NetworkInterfaces[].NetworkInterfaceId"), reverse=True),
        runs_as("aws.iam.instance_profile", at("IamInstanceProfile.Arn")),
    ),
)

LAUNCH_TEMPLATE = ResourceType(
    key="aws.ec2.launch_template",
    kind=Kind.OTHER,
    title="Launch template",
    icon="aws/launch-template",
    listing=AwsCall("ec2", "describe_launch_templates", "LaunchTemplates[]", arguments={"MaxResults": 200}),
    known_as=KnownAs(
        cloudformation="AWS::EC2::LaunchTemplate",
        config="AWS::EC2::LaunchTemplate",
        in_config=InConfig(items=False),
        terraform=("aws_launch_template",),
        terraform_fields={
            "LaunchTemplateId": "id",
            "LaunchTemplateName": "name",
            "LatestVersionNumber": "latest_version",
        },
    ),
    id=arn("ec2", "launch-template/{LaunchTemplateId}"),
    name=at("LaunchTemplateName") | at("LaunchTemplateId"),
    tags=at("Tags"),
    facts={"version": at("LatestVersionNumber")},
    sublabel=(),
    supporting=True,
)

AUTOSCALING_GROUP = ResourceType(
    key="aws.autoscaling.group",
    kind=Kind.SCALING_GROUP,
    title="Auto Scaling group",
    icon="aws/auto-scaling-group",
    listing=AwsCall(
        "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups[]", arguments={"MaxRecords": 100}
    ),
    known_as=KnownAs(
        cloudformation="AWS::AutoScaling::AutoScalingGroup",
        config="AWS::AutoScaling::AutoScalingGroup",
        in_config=InConfig(),
        terraform=("aws_autoscaling_group",),
        terraform_fields={
            "AutoScalingGroupName": "name",
            "AutoScalingGroupARN": "arn",
            "Tags": "tag|tags",
            "VPCZoneIdentifier": "vpc_zone_identifier[]",
            "TargetGroupARNs[]": "target_group_arns[]",
            "ServiceLinkedRoleARN": "service_linked_role_arn",
            "LaunchTemplate.LaunchTemplateId": "launch_template[].id",
            "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId": (
                "mixed_instances_policy[].launch_template[].launch_template_specification[].launch_template_id"
            ),
            # The group's instances are made by AWS, and are in no state.
            "Instances[].InstanceId": "",
            "Status": "",
        },
    ),
    # The real ARN has a UUID in the middle (autoScalingGroup:<uuid>:autoScalingGroupName/<name>); the built form
    # serves references by name only.
    id=arn(
        "autoscaling",
        "autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}",
        given=at("AutoScalingGroupARN"),
    ),
    name=at("AutoScalingGroupName"),
    state=at("Status").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "desired": at("DesiredCapacity"),
        "minimum": at("MinSize"),
        "maximum": at("MaxSize"),
        "zones": at("AvailabilityZones[]"),
    },
    sublabel=("desired",),
    links=(
        member_of("aws.ec2.subnet", at("VPCZoneIdentifier").split(",")),
        contains("aws.ec2.instance", at("Instances[].InstanceId")),
        attached("aws.elbv2.target_group", at("TargetGroupARNs[]")),
        uses(
            "aws.ec2.launch_template",
            at("LaunchTemplate.LaunchTemplateId")
            | at("MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId"),
        ),
        runs_as("aws.iam.role", at("ServiceLinkedRoleARN")),
    ),
)

LAMBDA_FUNCTION = ResourceType(
    key="aws.lambda.function",
    kind=Kind.FUNCTION,
    title="Lambda function",
    icon="aws/lambda-function",
    listing=AwsCall(
        "lambda",
        "list_functions",
        "Functions[]",
        details=(
            AwsDetail("list_tags", {"Resource": "FunctionArn"}, result="Tags", into="Tags", is_tags=True),
            AwsDetail(
                "list_event_source_mappings",
                result="EventSourceMappings[]",
                into="EventSourceMappings",
                match=("FunctionArn", "FunctionArn"),
                bulk=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::Lambda::Function",
        config="AWS::Lambda::Function",
        in_config=InConfig(items=False),
        terraform=("aws_lambda_function",),
        terraform_fields={
            "FunctionArn": "arn",
            "CodeSize": "source_code_size|code_size",
            # Event sources are resources of their own in a state: see JOINS.
            "EventSourceMappings[].EventSourceArn": "",
            "State": "",
        },
    ),
    id=arn("lambda", "function:{FunctionName}", given=at("FunctionArn")),
    name=at("FunctionName"),
    # ListFunctions leaves State out; files and single reads have it.
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "runtime": at("Runtime") | at("PackageType"),
        "memory_mb": at("MemorySize"),
        "timeout_s": at("Timeout"),
        "handler": at("Handler"),
        "architecture": at("Architectures[]"),
        "code_bytes": at("CodeSize"),
    },
    sublabel=("runtime",),
    links=(
        inside("aws.ec2.vpc", at("VpcConfig.VpcId")),
        member_of("aws.ec2.subnet", at("VpcConfig.SubnetIds[]")),
        guarded_by("aws.ec2.security_group", at("VpcConfig.SecurityGroupIds[]")),
        runs_as("aws.iam.role", at("Role")),
        uses("aws.kms.key", at("KMSKeyArn")),
        routes_to("aws.sqs.queue|aws.sns.topic", at("DeadLetterConfig.TargetArn")),
        # Messages go from the event source to the function.
        routes_to(
            "aws.sqs.queue",
            at("EventSourceMappings[].EventSourceArn").matching(r"^(arn:[^:]*:sqs:.+)$"),
            reverse=True,
        ),
        # A table's stream is …:table/<name>/stream/<time>; the table is what there is to see.
        routes_to(
            "aws.dynamodb.table",
            at("EventSourceMappings[].EventSourceArn").matching(r"^(arn:[^:]*:dynamodb:[^/]+/[^/]+)"),
            reverse=True,
        ),
        routes_to(
            "aws.kinesis.stream",
            at("EventSourceMappings[].EventSourceArn").matching(r"^(arn:[^:]*:kinesis:[^/]+/[^/]+)"),
            reverse=True,
        ),
    ),
    volatile=("EventSourceMappings[].LastProcessingResult", "EventSourceMappings[].LastModified"),
)

TYPES: tuple[ResourceType, ...] = (INSTANCE, LAUNCH_TEMPLATE, AUTOSCALING_GROUP, LAMBDA_FUNCTION)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_autoscaling_attachment",
        LinkKind.ATTACHED_TO,
        ("aws.autoscaling.group", "autoscaling_group_name"),
        # Provider versions before 4 call it alb_target_group_arn.
        ("aws.elbv2.target_group", at("lb_target_group_arn") | at("alb_target_group_arn")),
    ),
    TerraformJoin(
        "aws_lambda_event_source_mapping",
        LinkKind.ROUTES_TO,
        ("aws.sqs.queue", at("event_source_arn").matching(r"^(arn:[^:]*:sqs:.+)$")),
        ("aws.lambda.function", "function_arn"),
    ),
    TerraformJoin(
        "aws_lambda_event_source_mapping",
        LinkKind.ROUTES_TO,
        ("aws.dynamodb.table", at("event_source_arn").matching(r"^(arn:[^:]*:dynamodb:[^/]+/[^/]+)")),
        ("aws.lambda.function", "function_arn"),
    ),
    TerraformJoin(
        "aws_lambda_event_source_mapping",
        LinkKind.ROUTES_TO,
        ("aws.kinesis.stream", at("event_source_arn").matching(r"^(arn:[^:]*:kinesis:[^/]+/[^/]+)")),
        ("aws.lambda.function", "function_arn"),
    ),
)
