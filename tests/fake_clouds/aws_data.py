"""File systems, caches, warehouses and streams."""

from __future__ import annotations

from fake_clouds.aws_place import PAIRS, PROD, Place
from fake_clouds.moto import ACCOUNT


class Data(Place):
    """Seeds them."""

    def _files(self) -> None:
        truth, web, efs = self.truth, self.web, self.client("efs")
        named = [{"Key": "Name", "Value": "shared"}]
        made = efs.create_file_system(CreationToken="shared", Encrypted=True, KmsKeyId=self.key, Tags=named)
        arn = truth.add(
            made["FileSystemArn"], "aws.efs.file_system", self.region, name="shared", tags={"Name": "shared"}
        )
        truth.link(arn, self.key, "uses")
        for subnet in web.private[:2]:
            efs.create_mount_target(
                FileSystemId=made["FileSystemId"], SubnetId=subnet, SecurityGroups=[web.groups["web-app"]]
            )
        self.subnets(arn, web.private[:2], "attached_to")
        self.parent(arn, self.vpc)
        glacier = self.client("glacier")
        glacier.create_vault(accountId="-", vaultName="attic")
        vault = truth.add(
            self.arn("glacier", "vaults/attic"), "aws.glacier.vault", self.region, name="attic", tags=PROD
        )
        self.bulk[vault] = PROD
        glacier.set_vault_notifications(
            accountId="-",
            vaultName="attic",
            vaultNotificationConfig={"SNSTopic": self.topics["alerts"], "Events": ["ArchiveRetrievalCompleted"]},
        )
        truth.link(vault, self.topics["alerts"], "routes_to")

    def _caches(self) -> None:
        truth, web, cache = self.truth, self.web, self.client("elasticache")
        cache.create_cache_subnet_group(
            CacheSubnetGroupName="private", CacheSubnetGroupDescription="private", SubnetIds=web.private[:2]
        )
        made = cache.create_cache_cluster(
            CacheClusterId="sessions",
            Engine="memcached",
            CacheNodeType="cache.t3.micro",
            NumCacheNodes=1,
            CacheSubnetGroupName="private",
            SecurityGroupIds=[web.groups["web-db"]],
            NotificationTopicArn=self.topics["alerts"],
            Tags=PAIRS,
        )["CacheCluster"]
        arn = truth.add(made["ARN"], "aws.elasticache.cluster", self.region, name="sessions", tags=PROD)
        self.cache = made
        self.parent(arn, self.vpc)
        self.subnets(arn, web.private[:2])
        # moto's reply has neither the security groups nor the topic that it was given.
        group = cache.create_replication_group(
            ReplicationGroupId="cart",
            ReplicationGroupDescription="carts",
            CacheNodeType="cache.t3.micro",
            Tags=PAIRS,
        )["ReplicationGroup"]
        truth.add(group["ARN"], "aws.elasticache.replication_group", self.region, name="cart", tags=PROD)
        for member in group.get("MemberClusters", []):
            truth.link(group["ARN"], self.arn("elasticache", f"cluster:{member}"), "contains")

    # -- analytics ------------------------------------------------------------------------------------------

    def _analytics(self) -> None:
        truth, web = self.truth, self.web
        bucket = f"estate-{self.region}-1"
        redshift = self.client("redshift")
        redshift.create_cluster_subnet_group(
            ClusterSubnetGroupName="private", Description="private", SubnetIds=web.private[:2]
        )
        redshift.create_cluster(
            ClusterIdentifier="warehouse",
            NodeType="ra3.large",
            MasterUsername="admin",
            MasterUserPassword="Corr3ctHorse",
            ClusterSubnetGroupName="private",
            VpcSecurityGroupIds=[web.groups["web-db"]],
            IamRoles=[web.roles["web"]],
            KmsKeyId=self.key,
            Encrypted=True,
            Tags=PAIRS,
        )
        arn = truth.add(
            self.arn("redshift", "cluster:warehouse"),
            "aws.redshift.cluster",
            self.region,
            name="warehouse",
            tags=PROD,
        )
        self.parent(arn, self.vpc)
        self.guarded(arn, "web-db", adopted=False)
        truth.link(arn, web.roles["web"], "runs_as")
        truth.link(arn, self.key, "uses")

        emr = self.client("emr")
        made = emr.run_job_flow(
            Name="crunch",
            ReleaseLabel="emr-7.5.0",
            LogUri=f"s3://{bucket}/logs/",
            ServiceRole="batch",
            JobFlowRole="web",
            Instances={
                "InstanceGroups": [
                    {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1, "Name": "master"}
                ],
                "Ec2SubnetId": web.private[0],
                "EmrManagedMasterSecurityGroup": web.groups["web-app"],
                "EmrManagedSlaveSecurityGroup": web.groups["web-db"],
                "KeepJobFlowAliveWhenNoSteps": True,
            },
            Tags=PAIRS,
        )
        cluster = truth.add(made["ClusterArn"], "aws.emr.cluster", self.region, name="crunch", tags=PROD)
        self.parent(cluster, web.ec2_arn("subnet", web.private[0]))
        self.guarded(cluster, "web-app", adopted=False)
        self.guarded(cluster, "web-db", adopted=False)
        truth.link(cluster, web.roles["batch"], "runs_as")
        truth.link(cluster, f"arn:aws:iam::{ACCOUNT}:instance-profile/web", "runs_as")
        truth.link(cluster, f"arn:aws:s3:::{bucket}", "uses")
        for machine in emr.list_instances(ClusterId=made["JobFlowId"])["Instances"]:
            truth.link(cluster, web.ec2_arn("instance", machine["Ec2InstanceId"]), "contains")
        # EMR lets its two groups reach each other.
        truth.link(self.group("web-app"), self.group("web-db"), "routes_to")
        truth.link(self.group("web-db"), self.group("web-app"), "routes_to")
        # In a private subnet it makes a third, by which it reaches both and the master reaches it:
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html
        wanted = [{"Name": "group-name", "Values": ["ElasticMapReduce-ServiceAccess"]}]
        (door,) = web.ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
        access = web.ec2_arn("security-group", door["GroupId"])
        truth.link(access, self.group("web-app"), "routes_to")
        truth.link(access, self.group("web-db"), "routes_to")
        truth.link(self.group("web-app"), access, "routes_to")

        kinesis = self.client("kinesis")
        kinesis.create_stream(StreamName="clicks", ShardCount=1)
        stream = truth.add(
            self.arn("kinesis", "stream/clicks"), "aws.kinesis.stream", self.region, name="clicks", tags=PROD
        )
        kinesis.add_tags_to_stream(StreamName="clicks", Tags=PROD)
        self.bulk[stream] = PROD
        kinesis.start_stream_encryption(StreamName="clicks", EncryptionType="KMS", KeyId=self.key)
        truth.link(stream, self.key, "uses")
        web.functions.create_event_source_mapping(
            EventSourceArn=stream, FunctionName="handler-9", StartingPosition="LATEST"
        )
        truth.link(stream, web.function_arns[9], "routes_to")
        firehose = self.client("firehose").create_delivery_stream(
            DeliveryStreamName="archive",
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={"KinesisStreamARN": stream, "RoleARN": web.roles["batch"]},
            ExtendedS3DestinationConfiguration={
                "RoleARN": web.roles["batch"],
                "BucketARN": f"arn:aws:s3:::{bucket}",
            },
        )["DeliveryStreamARN"]
        truth.add(firehose, "aws.firehose.delivery_stream", self.region, name="archive")
        truth.link(stream, firehose, "routes_to")
        truth.link(firehose, f"arn:aws:s3:::{bucket}", "routes_to")
        truth.link(firehose, web.roles["batch"], "runs_as")

        self.client("athena").create_work_group(
            Name="reports",
            Configuration={
                "ResultConfiguration": {
                    "OutputLocation": f"s3://{bucket}/athena/",
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": self.key},
                }
            },
            Tags=PAIRS,
        )
        group = truth.add(
            self.arn("athena", "workgroup/reports"), "aws.athena.workgroup", self.region, name="reports", tags=PROD
        )
        truth.link(group, f"arn:aws:s3:::{bucket}", "uses")
        truth.link(group, self.key, "uses")
