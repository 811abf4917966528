"""Databases, tables and buckets of the demo's AWS account.

Shapes: DescribeDBInstances and DescribeDBClusters with its subnet groups (RDS), DescribeTable (DynamoDB),
ListBuckets with what the per-bucket calls add (S3).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cloudviz.sources.demo.aws_network import Network
from cloudviz.sources.demo.aws_place import AwsPlace
from cloudviz.sources.demo.estate import Body, gigabytes, hex_of, hourly

HOURLY = {
    "db.r6g.large": "0.26",
    "db.r6g.xlarge": "0.519",
    "db.t4g.medium": "0.073",
    "db.m6g.large": "0.178",
    "db.t3.small": "0.034",
}
"""On-demand prices in us-east-1, dollars an hour; Aurora and PostgreSQL rounded to one table."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A database engine with its version and port."""

    name: str
    version: str
    port: int


MANAGED_KEY = "aws/rds"
"""The key that AWS keeps for RDS in each account: databases name it, no list of the account holds it."""

AURORA = Engine("aurora-postgresql", "16.6", 5432)
POSTGRES = Engine("postgres", "16.8", 5432)
MYSQL = Engine("mysql", "5.7.44", 3306)


def _subnet_group(place: AwsPlace, network: Network, name: str) -> Body:
    return {
        "DBSubnetGroupName": name,
        "DBSubnetGroupDescription": "Data subnets",
        "VpcId": network.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": network.subnets["data", zone],
                "SubnetAvailabilityZone": {"Name": zone},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for zone in network.zones
        ],
        "DBSubnetGroupArn": place.arn("rds", f"subgrp:{name}"),
    }


def database(
    place: AwsPlace,
    network: Network,
    name: str,
    size: str,
    engine: Engine,
    zone: str,
    *,
    group: str = "db",
    cluster: str = "",
    replica_of: str = "",
    storage: int = 1,
    standby: bool = False,
    owner: str = "team-orders",
) -> None:
    """One database instance; a member of ``cluster`` or on its own disk."""
    arn = place.arn("rds", f"db:{name}")
    body: Body = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": size,
        "Engine": engine.name,
        "DBInstanceStatus": "available",
        "MasterUsername": "acme_admin",
        "Endpoint": {
            "Address": f"{name}.c{hex_of(place.region, 11)}.{place.region}.rds.amazonaws.com",
            "Port": engine.port,
            "HostedZoneId": "Z2R2ITUGPM61AM",
        },
        "AllocatedStorage": storage,
        "InstanceCreateTime": "2024-02-14T10:31:07.219000+00:00",
        "PreferredBackupWindow": "03:10-03:40",
        "BackupRetentionPeriod": 14,
        "DBSecurityGroups": [],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": network.groups[group], "Status": "active"}],
        "AvailabilityZone": zone,
        "DBSubnetGroup": _subnet_group(place, network, "data"),
        "MultiAZ": standby,
        "EngineVersion": engine.version,
        "AutoMinorVersionUpgrade": True,
        "ReadReplicaDBInstanceIdentifiers": [],
        "LicenseModel": "postgresql-license" if engine.port == 5432 else "general-public-license",
        "PubliclyAccessible": False,
        "StorageType": "aurora" if cluster else "gp3",
        "StorageEncrypted": True,
        "KmsKeyId": place.kms_key(MANAGED_KEY),
        "DbiResourceId": f"db-{hex_of(arn, 26).upper()}",
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "DBInstanceArn": arn,
        "DeletionProtection": True,
        "TagList": place.tags(name, owner=owner),
    }
    if cluster:
        body["DBClusterIdentifier"] = cluster
    if replica_of:
        body["ReadReplicaSourceDBInstanceIdentifier"] = replica_of
    price = hourly(HOURLY[size]) * (2 if standby else 1)
    if not cluster:
        price += gigabytes(storage, "0.115") * (2 if standby else 1)
    place.add("aws.rds.instance", "AWS::RDS::DBInstance", body, arn, price)


def aurora_cluster(place: AwsPlace, network: Network, name: str, members: list[str], *, secret: str = "") -> None:
    """An Aurora cluster; the first member writes."""
    arn = place.arn("rds", f"cluster:{name}")
    host = f"{name}.cluster-c{hex_of(place.region, 11)}.{place.region}.rds.amazonaws.com"
    body: Body = {
        "AllocatedStorage": 1,
        "AvailabilityZones": list(network.zones),
        "BackupRetentionPeriod": 14,
        "DBClusterIdentifier": name,
        "DBClusterParameterGroup": "default.aurora-postgresql16",
        "DBSubnetGroup": "data",
        "Status": "available",
        "Endpoint": host,
        "ReaderEndpoint": host.replace(".cluster-", ".cluster-ro-"),
        "MultiAZ": len(members) > 1,
        "Engine": AURORA.name,
        "EngineVersion": AURORA.version,
        "EngineMode": "provisioned",
        "Port": AURORA.port,
        "MasterUsername": "acme_admin",
        "DBClusterMembers": [
            {
                "DBInstanceIdentifier": member,
                "IsClusterWriter": index == 0,
                "DBClusterParameterGroupStatus": "in-sync",
                "PromotionTier": index + 1,
            }
            for index, member in enumerate(members)
        ],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": network.groups["db"], "Status": "active"}],
        "StorageEncrypted": True,
        "KmsKeyId": place.kms_key(MANAGED_KEY),
        "DBClusterArn": arn,
        "AssociatedRoles": [],
        "ClusterCreateTime": "2024-02-14T10:24:41.037000+00:00",
        "DeletionProtection": True,
        "TagList": place.tags(name, owner="team-orders"),
        "SubnetGroups": [_subnet_group(place, network, "data")],
    }
    if secret:
        body["MasterUserSecret"] = {
            "SecretArn": secret,
            "SecretStatus": "active",
            "KmsKeyId": place.kms_key(MANAGED_KEY),
        }
    place.add("aws.rds.cluster", "AWS::RDS::DBCluster", body, arn, gigabytes(640, "0.10"))


def table(place: AwsPlace, name: str, key: str, owner: str, monthly: str) -> str:
    """An on-demand DynamoDB table. Returns the ARN of its stream."""
    arn = place.arn("dynamodb", f"table/{name}")
    stream = f"{arn}/stream/2024-02-20T09:14:02.761"
    place.add(
        "aws.dynamodb.table",
        "AWS::DynamoDB::Table",
        {
            "@item": name,
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "TableName": name,
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "TableStatus": "ACTIVE",
            "CreationDateTime": "2024-02-20T09:14:02.761000+00:00",
            "ProvisionedThroughput": {
                "NumberOfDecreasesToday": 0,
                "ReadCapacityUnits": 0,
                "WriteCapacityUnits": 0,
            },
            "TableSizeBytes": 88213441,
            "ItemCount": 412907,
            "TableArn": arn,
            "TableId": "-".join((hex_of(arn, 8), hex_of(arn, 4), "4000", "8000", hex_of(arn, 12))),
            "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            "LatestStreamArn": stream,
            "LatestStreamLabel": "2024-02-20T09:14:02.761",
            "DeletionProtectionEnabled": True,
            "Tags": place.tags(name, owner=owner),
        },
        arn,
        Decimal(monthly),
    )
    return stream


def bucket(
    account: AwsPlace,
    region: AwsPlace,
    name: str,
    owner: str,
    size: int,
    *,
    notifies: str = "",
    own_key: bool = False,
    **tags: str,
) -> None:
    """A bucket: listed for the whole account, kept in one region."""
    algorithm: Body = {"SSEAlgorithm": "AES256"}
    if own_key:
        algorithm = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": region.kms_key("data")}
    notifications: Body = {}
    if notifies:
        notifications["LambdaFunctionConfigurations"] = [
            {"Id": "on-upload", "LambdaFunctionArn": notifies, "Events": ["s3:ObjectCreated:*"]}
        ]
    account.add(
        "aws.s3.bucket",
        "AWS::S3::Bucket",
        {
            "Name": name,
            "CreationDate": "2024-02-13T07:58:33+00:00",
            "BucketRegion": region.region,
            "Tags": account.tags(name, owner=owner, **tags),
            "Encryption": {
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": algorithm,
                        "BucketKeyEnabled": own_key,
                    }
                ]
            },
            "Versioning": "Enabled",
            "PublicAccessBlock": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
            "Notifications": notifications,
        },
        f"arn:aws:s3:::{name}",
        gigabytes(size, "0.023"),
    )
