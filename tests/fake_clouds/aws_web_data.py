"""Databases, tables and buckets."""

from __future__ import annotations

from typing import Any

from fake_clouds.aws_web_place import BUCKETS, TABLES, WebPlace, named
from fake_clouds.moto import ACCOUNT


class WebData(WebPlace):
    """Seeds them."""

    def _databases(self, vpc: str) -> None:
        rds, truth, region = self.rds, self.truth, self.region
        vpc_arn = self.ec2_arn("vpc", vpc)
        group = self.ec2_arn("security-group", self.groups["web-db"])
        rds.create_db_subnet_group(
            DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=self.private
        )

        def database(name: str, arn: str) -> None:
            truth.add(arn, "aws.rds.instance", region, parent=vpc_arn, name=name)
            for subnet in self.private:
                truth.link(arn, self.ec2_arn("subnet", subnet), "member_of")

        for index in range(4):
            name = f"orders-{index}"
            said = rds.create_db_instance(
                DBInstanceIdentifier=name,
                DBInstanceClass="db.m5.large",
                Engine="postgres",
                MasterUsername="admin",
                MasterUserPassword="correct horse",
                AllocatedStorage=100,
                DBSubnetGroupName="private",
                VpcSecurityGroupIds=[self.groups["web-db"]],
                Tags=named(name),
            )["DBInstance"]
            database(name, said["DBInstanceArn"])
            truth.link(said["DBInstanceArn"], group, "guarded_by")
            truth.tags[said["DBInstanceArn"]] = {"Name": name, "env": "prod"}
        replica = rds.create_db_instance_read_replica(
            DBInstanceIdentifier="orders-0-copy", SourceDBInstanceIdentifier="orders-0"
        )["DBInstance"]["DBInstanceArn"]
        database("orders-0-copy", replica)
        truth.link(replica, group, "guarded_by")
        truth.link(replica, f"arn:aws:rds:{region}:{ACCOUNT}:db:orders-0", "uses")
        cluster = rds.create_db_cluster(
            DBClusterIdentifier="ledger",
            Engine="aurora-postgresql",
            MasterUsername="admin",
            MasterUserPassword="correct horse",
            DBSubnetGroupName="private",
            VpcSecurityGroupIds=[self.groups["web-db"]],
            Tags=named("ledger"),
        )["DBCluster"]["DBClusterArn"]
        truth.add(
            cluster,
            "aws.rds.cluster",
            region,
            parent=vpc_arn,
            name="ledger",
            tags={"Name": "ledger", "env": "prod"},
        )
        truth.link(cluster, group, "guarded_by")
        # What moto calls the key that AWS keeps for databases which name none.
        own_key = f"arn:aws:kms:{region}:{ACCOUNT}:key/default_kms_key_id"
        truth.link(cluster, own_key, "uses")
        for subnet in self.private:
            truth.link(cluster, self.ec2_arn("subnet", subnet), "member_of")
        for index in range(2):
            name = f"ledger-{index}"
            member = rds.create_db_instance(
                DBInstanceIdentifier=name,
                DBInstanceClass="db.r5.large",
                Engine="aurora-postgresql",
                DBClusterIdentifier="ledger",
                DBSubnetGroupName="private",
            )["DBInstance"]["DBInstanceArn"]
            database(name, member)
            truth.link(member, cluster, "member_of")
            truth.link(member, own_key, "uses")
            # The groups of an Aurora member are its cluster's.
            truth.link(member, group, "guarded_by")

    def _tables(self) -> None:
        for index in range(TABLES):
            name = f"table-{index}"
            arguments: dict[str, Any] = {
                "TableName": name,
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
                "Tags": [{"Key": "env", "Value": "prod"}],
            }
            if index == 0:
                arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
            said = self.dynamo.create_table(**arguments)["TableDescription"]
            table = self.truth.add(
                f"arn:aws:dynamodb:{self.region}:{ACCOUNT}:table/{name}",
                "aws.dynamodb.table",
                self.region,
                name=name,
                tags={"env": "prod"},
            )
            if index == 0:
                self.functions.create_event_source_mapping(
                    EventSourceArn=said["LatestStreamArn"], FunctionName="handler-8", StartingPosition="LATEST"
                )
                self.truth.link(table, self.function_arns[8], "routes_to")

    def _buckets(self) -> None:
        s3, truth, region = self.s3, self.truth, self.region
        for index in range(BUCKETS):
            name = f"estate-{region}-{index}"
            if region == "us-east-1":
                s3.create_bucket(Bucket=name)
            else:
                s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
            arn = truth.add(f"arn:aws:s3:::{name}", "aws.s3.bucket", region, name=name)
            if index % 2 == 0:
                s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": named(name)})
                truth.tags[arn] = {"Name": name, "env": "prod"}
            if index == 0:
                s3.put_bucket_notification_configuration(
                    Bucket=name,
                    NotificationConfiguration={
                        "LambdaFunctionConfigurations": [
                            {"LambdaFunctionArn": self.function_arns[1], "Events": ["s3:ObjectCreated:*"]}
                        ],
                        "QueueConfigurations": [{"QueueArn": self.queues[9], "Events": ["s3:ObjectRemoved:*"]}],
                    },
                )
                truth.link(arn, self.function_arns[1], "routes_to")
                truth.link(arn, self.queues[9], "routes_to")
            if index == 2:
                s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
