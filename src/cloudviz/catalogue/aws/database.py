"""Relational databases and tables."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    InConfig,
    KnownAs,
    Only,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    guarded_by,
    inside,
    member_of,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE
from cloudviz.inventory.model import LinkKind

RDS_INSTANCE = ResourceType(
    key="aws.rds.instance",
    kind=Kind.DATABASE,
    title="RDS instance",
    icon="aws/rds-instance",
    listing=AwsCall("rds", "describe_db_instances", "DBInstances[]", arguments={"MaxRecords": 100}),
    known_as=KnownAs(
        cloudformation="AWS::RDS::DBInstance",
        config="AWS::RDS::DBInstance",
        in_config=InConfig(items=False),
        terraform=("aws_db_instance", "aws_rds_cluster_instance"),
        terraform_fields={
            "DBInstanceIdentifier": "identifier|id",
            "DBInstanceArn": "arn",
            "DBInstanceClass": "instance_class",
            "EngineVersion": "engine_version_actual|engine_version",
            "DBInstanceStatus": "status",
            "Endpoint.Address": "address|endpoint",
            "DBClusterIdentifier": "cluster_identifier",
            # Reading a state lays the group that db_subnet_group_name names into db_subnet_group.
            "DBSubnetGroup.VpcId": "db_subnet_group[].vpc_id",
            "DBSubnetGroup.Subnets[].SubnetIdentifier": "db_subnet_group[].subnet_ids[]",
            "VpcSecurityGroups[].VpcSecurityGroupId": "vpc_security_group_ids[]",
            "AssociatedRoles[].RoleArn": "",
            "ReadReplicaSourceDBInstanceIdentifier": "replicate_source_db",
        },
    ),
    id=arn("rds", "db:{DBInstanceIdentifier}", given=at("DBInstanceArn")),
    name=at("DBInstanceIdentifier"),
    state=at("DBInstanceStatus").as_state(AWS_LIFECYCLE),
    zone=at("AvailabilityZone"),
    tags=at("TagList"),
    facts={
        "engine": at("Engine"),
        "version": at("EngineVersion"),
        "size": at("DBInstanceClass"),
        "capacity_gb": at("AllocatedStorage"),
        "multi_zone": at("MultiAZ"),
        "encrypted": at("StorageEncrypted"),
        "public": at("PubliclyAccessible"),
        "endpoint": at("Endpoint.Address"),
    },
    sublabel=("engine", "size"),
    links=(
        inside("aws.ec2.vpc", at("DBSubnetGroup.VpcId")),
        member_of("aws.ec2.subnet", at("DBSubnetGroup.Subnets[].SubnetIdentifier")),
        member_of("aws.rds.cluster", at("DBClusterIdentifier")),
        guarded_by("aws.ec2.security_group", at("VpcSecurityGroups[].VpcSecurityGroupId")),
        uses("aws.kms.key", at("KmsKeyId")),
        uses("aws.secretsmanager.secret", at("MasterUserSecret.SecretArn")),
        runs_as("aws.iam.role", at("AssociatedRoles[].RoleArn")),
        uses("aws.rds.instance", at("ReadReplicaSourceDBInstanceIdentifier")),
    ),
    volatile=("LatestRestorableTime",),
)

_CLUSTER_FIELDS = {
    "DBClusterIdentifier": "cluster_identifier|id",
    "DBClusterArn": "arn",
    "EngineVersion": "engine_version_actual|engine_version",
    "DBClusterMembers[]": "",
    "DBClusterMembers[].DBInstanceIdentifier": "cluster_members[]",
    # Reading a state lays the group that db_subnet_group_name names into db_subnet_group.
    "SubnetGroups[].VpcId": "db_subnet_group[].vpc_id",
    "SubnetGroups[].Subnets[].SubnetIdentifier": "db_subnet_group[].subnet_ids[]",
    "VpcSecurityGroups[].VpcSecurityGroupId": "vpc_security_group_ids[]",
    "AssociatedRoles[].RoleArn": "iam_roles[]",
    "Status": "",
}

_CLUSTER_CALL = AwsCall(
    "rds",
    "describe_db_clusters",
    "DBClusters[]",
    arguments={"MaxRecords": 100},
    details=(
        # A cluster names its subnet group only; the group knows the VPC. One paged call a region.
        AwsDetail(
            "describe_db_subnet_groups",
            result="DBSubnetGroups[]",
            into="SubnetGroups",
            match=("DBSubnetGroupName", "DBSubnetGroup"),
            bulk=True,
        ),
    ),
)


def _cluster(
    key: str, title: str, icon: str, only: Only, known_as: KnownAs, *, supporting: bool = False
) -> ResourceType:
    """One of the types that ``describe_db_clusters`` returns together, told apart by ``Engine``."""
    return ResourceType(
        key=key,
        kind=Kind.DATABASE_CLUSTER,
        title=title,
        icon=icon,
        listing=_CLUSTER_CALL,
        known_as=known_as,
        id=arn("rds", "cluster:{DBClusterIdentifier}", given=at("DBClusterArn")),
        name=at("DBClusterIdentifier"),
        state=at("Status").as_state(AWS_LIFECYCLE),
        tags=at("TagList"),
        facts={
            "engine": at("Engine"),
            "version": at("EngineVersion"),
            "mode": at("EngineMode"),
            "members": at("DBClusterMembers[]").count(),
            "multi_zone": at("MultiAZ"),
            "encrypted": at("StorageEncrypted"),
            "endpoint": at("Endpoint"),
        },
        sublabel=("engine",),
        links=(
            inside("aws.ec2.vpc", at("SubnetGroups[].VpcId")),
            member_of("aws.ec2.subnet", at("SubnetGroups[].Subnets[].SubnetIdentifier")),
            member_of("aws.rds.instance", at("DBClusterMembers[].DBInstanceIdentifier"), reverse=True),
            guarded_by("aws.ec2.security_group", at("VpcSecurityGroups[].VpcSecurityGroupId")),
            uses("aws.kms.key", at("KmsKeyId")),
            uses("aws.secretsmanager.secret", at("MasterUserSecret.SecretArn")),
            runs_as("aws.iam.role", at("AssociatedRoles[].RoleArn")),
        ),
        only=only,
        volatile=("LatestRestorableTime", "EarliestRestorableTime"),
        supporting=supporting,
    )


RDS_CLUSTER = _cluster(
    "aws.rds.cluster",
    "Aurora cluster",
    "aws/aurora-cluster",
    Only("Engine", prefix="aurora"),
    KnownAs(
        cloudformation="AWS::RDS::DBCluster",
        config="AWS::RDS::DBCluster",
        terraform=("aws_rds_cluster",),
        terraform_fields=_CLUSTER_FIELDS,
    ),
)

MULTI_AZ_CLUSTER = _cluster(
    "aws.rds.multi_az_cluster",
    "RDS Multi-AZ cluster",
    "aws/rds-cluster",
    Only("Engine", equals=("mysql", "postgres")),
    KnownAs(
        cloudformation="AWS::RDS::DBCluster",
        config="AWS::RDS::DBCluster",
        terraform=("aws_rds_cluster",),
        terraform_fields=_CLUSTER_FIELDS,
    ),
    supporting=True,
)

DOCDB_CLUSTER = _cluster(
    "aws.docdb.cluster",
    "DocumentDB cluster",
    "aws/docdb-cluster",
    Only("Engine", equals=("docdb",)),
    KnownAs(
        cloudformation="AWS::DocDB::DBCluster", terraform=("aws_docdb_cluster",), terraform_fields=_CLUSTER_FIELDS
    ),
    supporting=True,
)

NEPTUNE_CLUSTER = _cluster(
    "aws.neptune.cluster",
    "Neptune cluster",
    "aws/neptune-cluster",
    Only("Engine", equals=("neptune",)),
    KnownAs(
        cloudformation="AWS::Neptune::DBCluster",
        terraform=("aws_neptune_cluster",),
        terraform_fields=_CLUSTER_FIELDS,
    ),
    supporting=True,
)

DYNAMODB_TABLE = ResourceType(
    key="aws.dynamodb.table",
    kind=Kind.TABLE,
    title="DynamoDB table",
    icon="aws/dynamodb-table",
    listing=AwsCall(
        "dynamodb",
        "list_tables",
        "TableNames[]",
        item_key="TableName",
        details=(
            AwsDetail("describe_table", {"TableName": "@item"}, result="Table"),
            AwsDetail(
                "list_tags_of_resource", {"ResourceArn": "TableArn"}, result="Tags[]", into="Tags", is_tags=True
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::DynamoDB::Table",
        config="AWS::DynamoDB::Table",
        in_config=InConfig(),
        terraform=("aws_dynamodb_table",),
        terraform_fields={
            "TableArn": "arn",
            "TableName": "name",
            "TableStatus": "",
            "BillingModeSummary.BillingMode": "billing_mode",
            "ProvisionedThroughput.ReadCapacityUnits": "read_capacity",
            "ProvisionedThroughput.WriteCapacityUnits": "write_capacity",
            "TableClassSummary.TableClass": "table_class",
            "Replicas[].RegionName": "replica[].region_name",
            "SSEDescription.KMSMasterKeyArn": "server_side_encryption[].kms_key_arn",
        },
    ),
    id=arn("dynamodb", "table/{TableName}", given=at("TableArn")),
    name=at("TableName"),
    state=at("TableStatus").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "billing": at("BillingModeSummary.BillingMode"),
        "read_units": at("ProvisionedThroughput.ReadCapacityUnits"),
        "write_units": at("ProvisionedThroughput.WriteCapacityUnits"),
        "class": at("TableClassSummary.TableClass"),
        "replicas": at("Replicas[].RegionName"),
    },
    sublabel=("billing",),
    links=(uses("aws.kms.key", at("SSEDescription.KMSMasterKeyArn")),),
    volatile=(
        "ItemCount",
        "TableSizeBytes",
        "ProvisionedThroughput.NumberOfDecreasesToday",
        "GlobalSecondaryIndexes[].ItemCount",
        "GlobalSecondaryIndexes[].IndexSizeBytes",
        "LocalSecondaryIndexes[].ItemCount",
        "LocalSecondaryIndexes[].IndexSizeBytes",
    ),
)

TYPES: tuple[ResourceType, ...] = (
    RDS_INSTANCE,
    RDS_CLUSTER,
    MULTI_AZ_CLUSTER,
    DOCDB_CLUSTER,
    NEPTUNE_CLUSTER,
    DYNAMODB_TABLE,
)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_rds_cluster_role_association",
        LinkKind.RUNS_AS,
        ("aws.rds.cluster", "db_cluster_identifier"),
        ("aws.iam.role", "role_arn"),
    ),
    TerraformJoin(
        "aws_db_instance_role_association",
        LinkKind.RUNS_AS,
        ("aws.rds.instance", "db_instance_identifier"),
        ("aws.iam.role", "role_arn"),
    ),
)
