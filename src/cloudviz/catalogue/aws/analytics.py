"""Warehouses, clusters that crunch data, streams, and queries over files."""

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
    contains,
    guarded_by,
    inside,
    member_of,
    routes_to,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE, State

S3_URI = r"^s3[an]?://([^/]+)"
"""The bucket of ``s3://bucket/path``, and of Hadoop's ``s3a://`` and ``s3n://``."""

WAREHOUSE = ResourceType(
    key="aws.redshift.cluster",
    kind=Kind.WAREHOUSE,
    title="Redshift cluster",
    icon="aws/redshift-cluster",
    listing=AwsCall("redshift", "describe_clusters", "Clusters[]", arguments={"MaxRecords": 100}),
    known_as=KnownAs(
        cloudformation="AWS::Redshift::Cluster",
        config="AWS::Redshift::Cluster",
        in_config=InConfig(items=False),
        terraform=("aws_redshift_cluster",),
        terraform_fields={
            "ClusterStatus": "",
            "NumberOfNodes": "number_of_nodes",
            "Endpoint.Address": "dns_name|endpoint",
            "VpcId": "",
            "VpcSecurityGroups[].VpcSecurityGroupId": "vpc_security_group_ids[]",
            "IamRoles[].IamRoleArn": "iam_roles[]",
            "MasterPasswordSecretArn": "master_password_secret_arn",
        },
    ),
    # The ARN that the API gives, ClusterNamespaceArn, is that of its data.
    id=arn("redshift", "cluster:{ClusterIdentifier}"),
    name=at("ClusterIdentifier"),
    state=at("ClusterStatus").as_state(AWS_LIFECYCLE),
    zone=at("AvailabilityZone"),
    tags=at("Tags"),
    facts={
        "size": at("NodeType"),
        "nodes": at("NumberOfNodes"),
        "encrypted": at("Encrypted"),
        "public": at("PubliclyAccessible"),
        "endpoint": at("Endpoint.Address"),
    },
    links=(
        inside("aws.ec2.vpc", at("VpcId")),
        guarded_by("aws.ec2.security_group", at("VpcSecurityGroups[].VpcSecurityGroupId")),
        runs_as("aws.iam.role", at("IamRoles[].IamRoleArn")),
        uses("aws.kms.key", at("KmsKeyId")),
        uses("aws.secretsmanager.secret", at("MasterPasswordSecretArn")),
    ),
    volatile=("TotalStorageCapacityInMegaBytes", "NextMaintenanceWindowStartTime"),
)

_EMR_STATE = {
    "starting": State.PENDING,
    "bootstrapping": State.PENDING,
    "running": State.RUNNING,
    "waiting": State.RUNNING,
    "terminating": State.DELETING,
    "terminated": State.TERMINATED,
    "terminated_with_errors": State.FAILED,
}

EMR_CLUSTER = ResourceType(
    key="aws.emr.cluster",
    kind=Kind.ANALYTICS,
    title="EMR cluster",
    icon="aws/emr-cluster",
    listing=AwsCall(
        "emr",
        "list_clusters",
        "Clusters[]",
        # Ended clusters stay in the list for months.
        arguments={"ClusterStates": ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]},
        details=(
            AwsDetail("describe_cluster", {"ClusterId": "Id"}, result="Cluster"),
            AwsDetail("list_instances", {"ClusterId": "Id"}, result="Instances[]", into="Instances"),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::EMR::Cluster",
        terraform=("aws_emr_cluster",),
        terraform_fields={
            "ClusterArn": "arn",
            "Id": "id",
            "Status.State": "cluster_state",
            "Ec2InstanceAttributes.Ec2SubnetId": "ec2_attributes[].subnet_id",
            "Ec2InstanceAttributes.EmrManagedMasterSecurityGroup": (
                "ec2_attributes[].emr_managed_master_security_group"
            ),
            "Ec2InstanceAttributes.EmrManagedSlaveSecurityGroup": (
                "ec2_attributes[].emr_managed_slave_security_group"
            ),
            "Ec2InstanceAttributes.IamInstanceProfile": "ec2_attributes[].instance_profile",
            "MasterPublicDnsName": "master_public_dns",
            "Applications[].Name": "applications[]",
            # The cluster makes its machines; they are in no state.
            "Instances[].Ec2InstanceId": "",
        },
    ),
    id=arn("elasticmapreduce", "cluster/{Id}", given=at("ClusterArn")),
    name=at("Name"),
    state=at("Status.State").as_state(_EMR_STATE),
    tags=at("Tags"),
    facts={
        "version": at("ReleaseLabel"),
        "applications": at("Applications[].Name"),
        "endpoint": at("MasterPublicDnsName"),
    },
    sublabel=("version",),
    links=(
        inside("aws.ec2.subnet", at("Ec2InstanceAttributes.Ec2SubnetId")),
        guarded_by("aws.ec2.security_group", at("Ec2InstanceAttributes.EmrManagedMasterSecurityGroup")),
        guarded_by("aws.ec2.security_group", at("Ec2InstanceAttributes.EmrManagedSlaveSecurityGroup")),
        runs_as("aws.iam.role", at("ServiceRole")),
        runs_as("aws.iam.instance_profile", at("Ec2InstanceAttributes.IamInstanceProfile")),
        uses("aws.s3.bucket", at("LogUri").matching(S3_URI)),
        contains("aws.ec2.instance", at("Instances[].Ec2InstanceId")),
    ),
    volatile=("NormalizedInstanceHours", "Status.Timeline", "Instances[].Status"),
)

STREAM = ResourceType(
    key="aws.kinesis.stream",
    kind=Kind.STREAM,
    title="Kinesis data stream",
    icon="aws/kinesis-stream",
    listing=AwsCall(
        "kinesis",
        "list_streams",
        "StreamNames[]",
        item_key="StreamName",
        details=(
            AwsDetail("describe_stream_summary", {"StreamName": "@item"}, result="StreamDescriptionSummary"),
            AwsDetail("list_tags_for_stream", {"StreamName": "@item"}, result="Tags[]", into="Tags", is_tags=True),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::Kinesis::Stream",
        config="AWS::Kinesis::Stream",
        in_config=InConfig(items=False),
        terraform=("aws_kinesis_stream",),
        terraform_fields={
            "StreamARN": "arn",
            "StreamName": "name",
            "StreamStatus": "",
            "OpenShardCount": "shard_count",
            "RetentionPeriodHours": "retention_period",
            "StreamModeDetails.StreamMode": "stream_mode_details[].stream_mode",
            "KeyId": "kms_key_id",
        },
    ),
    id=arn("kinesis", "stream/{StreamName}", given=at("StreamARN")),
    name=at("StreamName"),
    state=at("StreamStatus").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "capacity": at("StreamModeDetails.StreamMode"),
        "shards": at("OpenShardCount"),
        "retention_h": at("RetentionPeriodHours"),
        "encryption": at("EncryptionType"),
    },
    sublabel=("capacity",),
    links=(uses("aws.kms.key", at("KeyId")),),
)

FIREHOSE = ResourceType(
    key="aws.firehose.delivery_stream",
    kind=Kind.STREAM,
    title="Firehose delivery stream",
    icon="aws/firehose-delivery-stream",
    listing=AwsCall(
        "firehose",
        "list_delivery_streams",
        "DeliveryStreamNames[]",
        item_key="DeliveryStreamName",
        details=(
            AwsDetail(
                "describe_delivery_stream",
                {"DeliveryStreamName": "@item"},
                result="DeliveryStreamDescription",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::KinesisFirehose::DeliveryStream",
        config="AWS::KinesisFirehose::DeliveryStream",
        in_config=InConfig(items=False),
        terraform=("aws_kinesis_firehose_delivery_stream",),
        terraform_fields={
            "DeliveryStreamARN": "arn",
            "DeliveryStreamName": "name",
            "DeliveryStreamStatus": "",
            "DeliveryStreamType": "destination",
            "Source.KinesisStreamSourceDescription.KinesisStreamARN": (
                "kinesis_source_configuration[].kinesis_stream_arn"
            ),
            "Destinations[].ExtendedS3DestinationDescription.BucketARN": (
                "extended_s3_configuration[].bucket_arn"
            ),
            "Destinations[].ExtendedS3DestinationDescription.RoleARN": "extended_s3_configuration[].role_arn",
        },
    ),
    id=arn("firehose", "deliverystream/{DeliveryStreamName}", given=at("DeliveryStreamARN")),
    name=at("DeliveryStreamName"),
    state=at("DeliveryStreamStatus").as_state(AWS_LIFECYCLE),
    facts={"source": at("DeliveryStreamType")},
    sublabel=("source",),
    links=(
        routes_to(
            "aws.kinesis.stream",
            at("Source.KinesisStreamSourceDescription.KinesisStreamARN"),
            reverse=True,
        ),
        routes_to("aws.s3.bucket", at("Destinations[].ExtendedS3DestinationDescription.BucketARN")),
        runs_as("aws.iam.role", at("Destinations[].ExtendedS3DestinationDescription.RoleARN")),
    ),
    supporting=True,
)

WORKGROUP = ResourceType(
    key="aws.athena.workgroup",
    kind=Kind.ANALYTICS,
    title="Athena workgroup",
    icon="aws/athena-workgroup",
    listing=AwsCall(
        "athena",
        "list_work_groups",
        "WorkGroups[]",
        arguments={"MaxResults": 50},
        details=(
            AwsDetail("get_work_group", {"WorkGroup": "Name"}, result="WorkGroup"),
            AwsDetail(
                "list_tags_for_resource", {"ResourceARN": "@arn"}, result="Tags[]", into="Tags", is_tags=True
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::Athena::WorkGroup",
        config="AWS::Athena::WorkGroup",
        terraform=("aws_athena_workgroup",),
        terraform_fields={
            "Name": "name|id",
            "State": "state",
            "Configuration.EngineVersion.EffectiveEngineVersion": (
                "configuration[].engine_version[].effective_engine_version"
            ),
            "Configuration.ExecutionRole": "configuration[].execution_role",
            "Configuration.ResultConfiguration.OutputLocation": (
                "configuration[].result_configuration[].output_location"
            ),
            "Configuration.ResultConfiguration.EncryptionConfiguration.KmsKey": (
                "configuration[].result_configuration[].encryption_configuration[].kms_key_arn"
            ),
        },
    ),
    id=arn("athena", "workgroup/{Name}"),
    name=at("Name"),
    state=at("State").as_state({**AWS_LIFECYCLE, "disabled": State.STOPPED}),
    tags=at("Tags"),
    facts={
        "version": at("Configuration.EngineVersion.EffectiveEngineVersion"),
        "description": at("Description"),
    },
    sublabel=("version",),
    links=(
        uses("aws.s3.bucket", at("Configuration.ResultConfiguration.OutputLocation").matching(S3_URI)),
        uses("aws.kms.key", at("Configuration.ResultConfiguration.EncryptionConfiguration.KmsKey")),
        runs_as("aws.iam.role", at("Configuration.ExecutionRole")),
    ),
)

SEARCH_DOMAIN = ResourceType(
    key="aws.opensearch.domain",
    kind=Kind.ANALYTICS,
    title="OpenSearch domain",
    icon="aws/opensearch-domain",
    listing=AwsCall(
        "opensearch",
        "list_domain_names",
        "DomainNames[]",
        details=(AwsDetail("describe_domain", {"DomainName": "DomainName"}, result="DomainStatus"),),
    ),
    known_as=KnownAs(
        cloudformation="AWS::OpenSearchService::Domain",
        config="AWS::OpenSearch::Domain",
        in_config=InConfig(items=False),
        terraform=("aws_opensearch_domain", "aws_elasticsearch_domain"),
        terraform_fields={
            "ARN": "arn",
            "EngineVersion": "engine_version|elasticsearch_version",
            "ClusterConfig.InstanceType": "cluster_config[].instance_type",
            "ClusterConfig.InstanceCount": "cluster_config[].instance_count",
            "VPCOptions.VPCId": "vpc_options[].vpc_id",
            "VPCOptions.SubnetIds[]": "vpc_options[].subnet_ids[]",
            "VPCOptions.SecurityGroupIds[]": "vpc_options[].security_group_ids[]",
            "EncryptionAtRestOptions.KmsKeyId": "encrypt_at_rest[].kms_key_id",
        },
    ),
    id=arn("es", "domain/{DomainName}", given=at("ARN")),
    name=at("DomainName"),
    facts={
        "version": at("EngineVersion"),
        "size": at("ClusterConfig.InstanceType"),
        "nodes": at("ClusterConfig.InstanceCount"),
        "endpoint": at("Endpoint"),
    },
    links=(
        inside("aws.ec2.vpc", at("VPCOptions.VPCId")),
        member_of("aws.ec2.subnet", at("VPCOptions.SubnetIds[]")),
        guarded_by("aws.ec2.security_group", at("VPCOptions.SecurityGroupIds[]")),
        uses("aws.kms.key", at("EncryptionAtRestOptions.KmsKeyId")),
    ),
    supporting=True,
)

KAFKA_CLUSTER = ResourceType(
    key="aws.msk.cluster",
    kind=Kind.STREAM,
    title="MSK cluster",
    icon="aws/msk-cluster",
    listing=AwsCall("kafka", "list_clusters_v2", "ClusterInfoList[]", arguments={"MaxResults": 100}),
    known_as=KnownAs(
        cloudformation="AWS::MSK::Cluster",
        config="AWS::MSK::Cluster",
        in_config=InConfig(items=False),
        terraform=("aws_msk_cluster",),
        terraform_fields={
            "ClusterArn": "arn",
            "ClusterName": "cluster_name",
            "ClusterType": "",
            "State": "",
            "Provisioned.BrokerNodeGroupInfo.InstanceType": "broker_node_group_info[].instance_type",
            "Provisioned.BrokerNodeGroupInfo.ClientSubnets[]": "broker_node_group_info[].client_subnets[]",
            "Provisioned.BrokerNodeGroupInfo.SecurityGroups[]": "broker_node_group_info[].security_groups[]",
            "Provisioned.CurrentBrokerSoftwareInfo.KafkaVersion": "kafka_version",
            "Provisioned.NumberOfBrokerNodes": "number_of_broker_nodes",
            "Provisioned.EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId": (
                "encryption_info[].encryption_at_rest_kms_key_arn"
            ),
            "Serverless.VpcConfigs[].SubnetIds[]": "",
            "Serverless.VpcConfigs[].SecurityGroupIds[]": "",
        },
    ),
    # A UUID ends the real ARN.
    id=arn("kafka", "cluster/{ClusterName}", given=at("ClusterArn")),
    name=at("ClusterName"),
    state=at("State").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "size": at("Provisioned.BrokerNodeGroupInfo.InstanceType"),
        "nodes": at("Provisioned.NumberOfBrokerNodes"),
        "version": at("Provisioned.CurrentBrokerSoftwareInfo.KafkaVersion"),
        "class": at("ClusterType"),
    },
    links=(
        member_of("aws.ec2.subnet", at("Provisioned.BrokerNodeGroupInfo.ClientSubnets[]")),
        member_of("aws.ec2.subnet", at("Serverless.VpcConfigs[].SubnetIds[]")),
        guarded_by("aws.ec2.security_group", at("Provisioned.BrokerNodeGroupInfo.SecurityGroups[]")),
        guarded_by("aws.ec2.security_group", at("Serverless.VpcConfigs[].SecurityGroupIds[]")),
        uses("aws.kms.key", at("Provisioned.EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    WAREHOUSE,
    EMR_CLUSTER,
    STREAM,
    FIREHOSE,
    WORKGROUP,
    SEARCH_DOMAIN,
    KAFKA_CLUSTER,
)

JOINS: tuple[TerraformJoin, ...] = ()
