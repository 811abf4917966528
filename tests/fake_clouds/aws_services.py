"""One or a few things of every other service in a region, beside the web estate: keys, topics, containers, data.

The truth is written down as each thing is made, from what AWS documents and not from CloudViz's catalogue.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fake_clouds.aws_hubs import Hubs
from fake_clouds.moto import ACCOUNT

if TYPE_CHECKING:
    from fake_clouds.aws_estate import _Region

PROD = {"env": "prod"}
PAIRS = [{"Key": "env", "Value": "prod"}]
LOWER = [{"key": "env", "value": "prod"}]


class Services:
    """Everything in one region that the web estate does not have."""

    def __init__(self, region: _Region) -> None:
        self.web = region
        self.truth = region.truth
        self.region = region.region
        self.bulk: dict[str, dict[str, str]] = {}

    def client(self, service: str) -> Any:
        return self.web.estate.client(service, self.region)

    def arn(self, service: str, tail: str) -> str:
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{tail}"

    def group(self, label: str) -> str:
        return self.web.ec2_arn("security-group", self.web.groups[label])

    def subnets(self, arn: str, subnets: list[str], kind: str = "member_of") -> None:
        for subnet in subnets:
            self.truth.link(arn, self.web.ec2_arn("subnet", subnet), kind)

    def guarded(self, arn: str, label: str, *, adopted: bool = True) -> None:
        """A security group; what does not say its network sits in that of its groups."""
        self.truth.link(arn, self.group(label), "guarded_by")
        if adopted:
            self.parent(arn, self.vpc)

    def parent(self, arn: str, parent: str) -> None:
        self.truth.parents[arn] = parent
        self.truth.link(arn, parent, "member_of")

    def seed(self) -> None:
        ec2 = self.web.ec2
        group = ec2.describe_security_groups(GroupIds=[self.web.groups["web-app"]])["SecurityGroups"][0]
        self.vpc = self.web.ec2_arn("vpc", group["VpcId"])
        self._keys_and_secrets()
        self._messages()
        self._containers()
        self._clusters_of_pods()
        self._batch()
        self._files()
        self._caches()
        self._analytics()
        self._learning()
        self._front()
        self._doors()
        Hubs(self).seed()
        self.web.estate.tell_tags(self.region, self.bulk)

    # -- keys, secrets --------------------------------------------------------------------------------------

    def _keys_and_secrets(self) -> None:
        kms, truth = self.client("kms"), self.truth
        made = kms.create_key(Description="orders", Tags=[{"TagKey": "env", "TagValue": "prod"}])["KeyMetadata"]
        kms.create_alias(AliasName="alias/orders", TargetKeyId=made["KeyId"])
        self.key = truth.add(made["Arn"], "aws.kms.key", self.region, name="alias/orders", tags=PROD)
        secret = self.client("secretsmanager").create_secret(
            Name="db-password", SecretString="hunter2", KmsKeyId=made["Arn"], Tags=PAIRS
        )
        self.secret = truth.add(
            secret["ARN"], "aws.secretsmanager.secret", self.region, name="db-password", tags=PROD
        )
        truth.link(self.secret, self.key, "uses")

    # -- messages -------------------------------------------------------------------------------------------

    def _messages(self) -> None:
        truth, web = self.truth, self.web
        sns = self.client("sns")
        self.topics: dict[str, str] = {}
        for name in ("events", "alerts"):
            attributes = {"KmsMasterKeyId": "alias/orders"} if name == "events" else {}
            made = sns.create_topic(Name=name, Attributes=attributes, Tags=PAIRS)["TopicArn"]
            self.topics[name] = truth.add(made, "aws.sns.topic", self.region, name=name, tags=PROD)
        truth.link(self.topics["events"], self.key, "uses")
        sns.subscribe(TopicArn=self.topics["events"], Protocol="sqs", Endpoint=web.queues[1])
        truth.link(self.topics["events"], web.queues[1], "routes_to")
        sns.subscribe(TopicArn=self.topics["events"], Protocol="lambda", Endpoint=web.function_arns[2])
        truth.link(self.topics["events"], web.function_arns[2], "routes_to")
        sns.subscribe(TopicArn=self.topics["alerts"], Protocol="email", Endpoint="ops@example.com")

        queue_url = f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/work-2"
        definition = {
            "StartAt": "Work",
            "States": {
                "Work": {"Type": "Task", "Resource": web.function_arns[3], "Next": "Tell"},
                "Tell": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sqs:sendMessage",
                    "Parameters": {"QueueUrl": queue_url},
                    "Next": "Shout",
                },
                "Shout": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sns:publish",
                    "Parameters": {"TopicArn": self.topics["alerts"]},
                    "End": True,
                },
            },
        }
        made = self.client("stepfunctions").create_state_machine(
            name="orders", definition=json.dumps(definition), roleArn=web.roles["batch"], tags=LOWER
        )["stateMachineArn"]
        self.machine = truth.add(made, "aws.sfn.state_machine", self.region, name="orders", tags=PROD)
        truth.link(made, web.roles["batch"], "runs_as")
        truth.link(made, web.function_arns[3], "routes_to")
        truth.link(made, web.queues[2], "routes_to")
        truth.link(made, self.topics["alerts"], "routes_to")

        events = self.client("events")
        rule = events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")["RuleArn"]
        truth.add(rule, "aws.events.rule", self.region, name="nightly")
        targets = [web.function_arns[5], web.queues[5], self.machine]
        events.put_targets(
            Rule="nightly",
            Targets=[
                {"Id": str(index), "Arn": arn, "RoleArn": web.roles["batch"]} for index, arn in enumerate(targets)
            ],
        )
        for target in targets:
            truth.link(rule, target, "routes_to")

        watch = self.client("cloudwatch")
        for name, namespace, dimension, value, target in (
            ("cpu", "AWS/EC2", "InstanceId", web.machines[1], web.ec2_arn("instance", web.machines[1])),
            ("depth", "AWS/SQS", "QueueName", "work-3", web.queues[3]),
            ("space", "AWS/RDS", "DBInstanceIdentifier", "orders-0", self.arn("rds", "db:orders-0")),
        ):
            watch.put_metric_alarm(
                AlarmName=name,
                Namespace=namespace,
                MetricName="CPUUtilization",
                Dimensions=[{"Name": dimension, "Value": value}],
                Statistic="Average",
                Period=60,
                EvaluationPeriods=1,
                Threshold=80,
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=[self.topics["alerts"]],
                Tags=PAIRS,
            )
            alarm = truth.add(
                self.arn("cloudwatch", f"alarm:{name}"), "aws.cloudwatch.alarm", self.region, name=name, tags=PROD
            )
            truth.link(alarm, self.topics["alerts"], "routes_to")
            truth.link(alarm, target, "uses")
        self.client("logs").create_log_group(logGroupName="/aws/lambda/handler-0", tags=PROD)
        log = truth.add(
            self.arn("logs", "log-group:/aws/lambda/handler-0"),
            "aws.logs.log_group",
            self.region,
            name="/aws/lambda/handler-0",
        )
        truth.link(web.function_arns[0], log, "uses")

    # -- containers -----------------------------------------------------------------------------------------

    def _containers(self) -> None:
        truth, web, ecs = self.truth, self.web, self.client("ecs")
        repository = self.client("ecr").create_repository(repositoryName="team/api")["repository"]
        image = truth.add(repository["repositoryArn"], "aws.ecr.repository", self.region, name="team/api")
        group = web.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["spare"])["AutoScalingGroups"][0]
        ecs.create_capacity_provider(
            name="spare", autoScalingGroupProvider={"autoScalingGroupArn": group["AutoScalingGroupARN"]}
        )
        cluster = ecs.create_cluster(clusterName="app", capacityProviders=["spare", "FARGATE_SPOT"], tags=LOWER)
        arn = truth.add(cluster["cluster"]["clusterArn"], "aws.ecs.cluster", self.region, name="app", tags=PROD)
        truth.link(arn, group["AutoScalingGroupARN"], "uses")
        task = ecs.register_task_definition(
            family="api",
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            taskRoleArn=web.roles["web"],
            executionRoleArn=web.roles["deploy"],
            containerDefinitions=[
                {"name": "api", "image": f"{repository['repositoryUri']}:1.2", "memory": 512},
                {"name": "proxy", "image": "nginx:1.27", "memory": 64},
            ],
        )["taskDefinition"]["taskDefinitionArn"]
        truth.add(task, "aws.ecs.task_definition", self.region, name="api")
        truth.link(task, web.roles["web"], "runs_as")
        truth.link(task, web.roles["deploy"], "uses")
        truth.link(task, image, "uses")
        network = {
            "awsvpcConfiguration": {
                "subnets": web.private[:2],
                "securityGroups": [web.groups["web-app"]],
                "assignPublicIp": "DISABLED",
            }
        }
        for name, more in (
            ("api", {"launchType": "FARGATE", "networkConfiguration": network}),
            (
                "spot",
                {
                    "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
                    "networkConfiguration": network,
                },
            ),
            ("worker", {"launchType": "EC2"}),
        ):
            if name == "api":
                more["loadBalancers"] = [
                    {"targetGroupArn": web.targets["instances"], "containerName": "api", "containerPort": 80}
                ]
            service = ecs.create_service(
                cluster="app", serviceName=name, taskDefinition="api", desiredCount=2, tags=LOWER, **more
            )["service"]["serviceArn"]
            kind = "aws.ecs.service" if name == "worker" else "aws.ecs.fargate_service"
            truth.add(service, kind, self.region, name=name, tags=PROD)
            truth.link(service, arn, "member_of")
            truth.link(service, task, "uses")
            if name != "worker":
                self.subnets(service, web.private[:2])
                self.guarded(service, "web-app")
            if name == "api":
                truth.link(web.targets["instances"], service, "routes_to")

    def _clusters_of_pods(self) -> None:
        truth, web, eks = self.truth, self.web, self.client("eks")
        made = eks.create_cluster(
            name="platform",
            roleArn=web.roles["deploy"],
            resourcesVpcConfig={"subnetIds": web.private[:2], "securityGroupIds": [web.groups["web-app"]]},
            encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": self.key}}],
            tags=PROD,
        )["cluster"]
        cluster = truth.add(made["arn"], "aws.eks.cluster", self.region, name="platform", tags=PROD)
        if made["resourcesVpcConfig"].get("vpcId"):
            self.parent(cluster, web.ec2_arn("vpc", made["resourcesVpcConfig"]["vpcId"]))
        self.guarded(cluster, "web-app", adopted=not made["resourcesVpcConfig"].get("vpcId"))
        own = made["resourcesVpcConfig"].get("clusterSecurityGroupId")
        if own:
            truth.link(cluster, web.ec2_arn("security-group", own), "guarded_by")
        self.subnets(cluster, web.private[:2])
        truth.link(cluster, web.roles["deploy"], "runs_as")
        truth.link(cluster, self.key, "uses")
        nodes = eks.create_nodegroup(
            clusterName="platform",
            nodegroupName="main",
            subnets=web.private[:2],
            nodeRole=web.roles["web"],
            instanceTypes=["m5.large"],
            scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
            tags=PROD,
        )["nodegroup"]
        group = truth.add(nodes["nodegroupArn"], "aws.eks.nodegroup", self.region, name="main", tags=PROD)
        truth.link(group, cluster, "member_of")
        truth.link(group, web.roles["web"], "runs_as")
        self.subnets(group, web.private[:2])
        for scaling in nodes.get("resources", {}).get("autoScalingGroups", []):
            # moto names a group that no list holds, AWS one that its list has.
            truth.link(
                group,
                self.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{scaling['name']}"),
                "contains",
            )

    def _batch(self) -> None:
        truth, web, batch = self.truth, self.web, self.client("batch")
        made = batch.create_compute_environment(
            computeEnvironmentName="nightly",
            type="MANAGED",
            state="ENABLED",
            computeResources={
                "type": "FARGATE",
                "maxvCpus": 16,
                "subnets": web.private[:2],
                "securityGroupIds": [web.groups["web-app"]],
            },
            serviceRole=web.roles["batch"],
            tags=PROD,
        )["computeEnvironmentArn"]
        truth.add(made, "aws.batch.compute_environment", self.region, name="nightly", tags=PROD)
        self.subnets(made, web.private[:2])
        self.guarded(made, "web-app")
        truth.link(made, web.roles["batch"], "runs_as")
        (said,) = batch.describe_compute_environments()["computeEnvironments"]
        truth.add(said["ecsClusterArn"], "aws.ecs.cluster", self.region)
        truth.link(made, said["ecsClusterArn"], "uses")
        queue = batch.create_job_queue(
            jobQueueName="jobs",
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": made}],
            tags=PROD,
        )["jobQueueArn"]
        truth.add(queue, "aws.batch.job_queue", self.region, name="jobs", tags=PROD)
        truth.link(queue, made, "routes_to")

    # -- files, caches --------------------------------------------------------------------------------------

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

    # -- models ---------------------------------------------------------------------------------------------

    def _learning(self) -> None:
        truth, web, maker = self.truth, self.web, self.client("sagemaker")
        maker.create_model(
            ModelName="rank",
            ExecutionRoleArn=web.roles["web"],
            PrimaryContainer={"Image": "rank:1", "ModelDataUrl": "s3://x/m.tgz"},
        )
        maker.create_endpoint_config(
            EndpointConfigName="rank-1",
            ProductionVariants=[
                {
                    "VariantName": "all",
                    "ModelName": "rank",
                    "InitialInstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                }
            ],
            KmsKeyId=self.key,
        )
        made = maker.create_endpoint(EndpointName="rank", EndpointConfigName="rank-1", Tags=PAIRS)["EndpointArn"]
        truth.add(made, "aws.sagemaker.endpoint", self.region, name="rank", tags=PROD)
        truth.link(made, self.key, "uses")
        book = maker.create_notebook_instance(
            NotebookInstanceName="lab",
            InstanceType="ml.t3.medium",
            SubnetId=web.private[0],
            SecurityGroupIds=[web.groups["web-app"]],
            RoleArn=web.roles["web"],
            KmsKeyId=self.key,
            Tags=PAIRS,
        )["NotebookInstanceArn"]
        truth.add(book, "aws.sagemaker.notebook_instance", self.region, name="lab", tags=PROD)
        self.parent(book, web.ec2_arn("subnet", web.private[0]))
        self.guarded(book, "web-app", adopted=False)
        truth.link(book, web.roles["web"], "runs_as")
        truth.link(book, self.key, "uses")

        comprehend = self.client("comprehend")
        model = comprehend.create_document_classifier(
            DocumentClassifierName="mail",
            DataAccessRoleArn=web.roles["batch"],
            LanguageCode="en",
            InputDataConfig={"S3Uri": "s3://x/mail/"},
        )["DocumentClassifierArn"]
        truth.add(model, "aws.comprehend.document_classifier", self.region, name="mail")
        truth.link(model, web.roles["batch"], "runs_as")
        end = comprehend.create_endpoint(EndpointName="mail", ModelArn=model, DesiredInferenceUnits=1, Tags=PAIRS)[
            "EndpointArn"
        ]
        truth.add(end, "aws.comprehend.endpoint", self.region, name="mail", tags=PROD)
        truth.link(end, model, "uses")

        self.client("rekognition").create_collection(CollectionId="visitors")
        faces = truth.add(
            self.arn("rekognition", "collection/visitors"),
            "aws.rekognition.collection",
            self.region,
            name="visitors",
            tags=PROD,
        )
        self.bulk[faces] = PROD

    # -- the front ------------------------------------------------------------------------------------------

    def _front(self) -> None:
        truth, web = self.truth, self.web
        api = self.client("apigateway")
        made = api.create_rest_api(name="shop", tags=PROD, endpointConfiguration={"types": ["REGIONAL"]})["id"]
        rest = truth.add(
            f"arn:aws:apigateway:{self.region}::/restapis/{made}",
            "aws.apigateway.rest_api",
            self.region,
            name="shop",
            tags=PROD,
        )
        (root,) = api.get_resources(restApiId=made)["items"]
        api.put_method(restApiId=made, resourceId=root["id"], httpMethod="POST", authorizationType="NONE")
        uri = (
            f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/{web.function_arns[4]}/invocations"
        )
        api.put_integration(
            restApiId=made,
            resourceId=root["id"],
            httpMethod="POST",
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=uri,
        )
        api.create_deployment(restApiId=made, stageName="prod")
        truth.link(rest, web.function_arns[4], "routes_to")
        http = self.client("apigatewayv2")
        made = http.create_api(Name="hooks", ProtocolType="HTTP", Tags=PROD)["ApiId"]
        hooks = truth.add(
            f"arn:aws:apigateway:{self.region}::/apis/{made}",
            "aws.apigatewayv2.api",
            self.region,
            name="hooks",
            tags=PROD,
        )
        http.create_integration(ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=web.function_arns[10])
        truth.link(hooks, web.function_arns[10], "routes_to")

        certificate = self.client("acm").request_certificate(DomainName="shop.example.com", Tags=PAIRS)[
            "CertificateArn"
        ]
        self.certificate = truth.add(
            certificate, "aws.acm.certificate", self.region, name="shop.example.com", tags=PROD
        )
        balancer = web.elb.describe_load_balancers(Names=["front"])["LoadBalancers"][0]
        self.front = balancer
        web.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTPS",
            Port=443,
            Certificates=[{"CertificateArn": certificate}],
            DefaultActions=[{"Type": "forward", "TargetGroupArn": web.targets["instances"]}],
        )
        truth.link(balancer["LoadBalancerArn"], certificate, "uses")
        waf = self.client("wafv2")
        acl = waf.create_web_acl(
            Name="shield",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={
                "SampledRequestsEnabled": False,
                "CloudWatchMetricsEnabled": False,
                "MetricName": "shield",
            },
        )["Summary"]["ARN"]
        truth.add(acl, "aws.wafv2.web_acl", self.region, name="shield")
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=balancer["LoadBalancerArn"])
        truth.link(balancer["LoadBalancerArn"], acl, "guarded_by")

    def _doors(self) -> None:
        truth, web, ec2 = self.truth, self.web, self.web.ec2
        vpc = self.vpc.rsplit("/", 1)[1]
        tables = ec2.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": ["web-private"]}])[
            "RouteTables"
        ]
        table = tables[0]["RouteTableId"]
        door = ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName=f"com.amazonaws.{self.region}.s3", RouteTableIds=[table]
        )["VpcEndpoint"]["VpcEndpointId"]
        arn = truth.add(self.web.ec2_arn("vpc-endpoint", door), "aws.ec2.vpc_endpoint", self.region)
        self.parent(arn, self.vpc)
        truth.link(arn, web.ec2_arn("route-table", table), "attached_to")
        other = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["data"]}])["Vpcs"][0]["VpcId"]
        peer = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"]
        bridge = truth.add(
            web.ec2_arn("vpc-peering-connection", peer["VpcPeeringConnectionId"]),
            "aws.ec2.vpc_peering",
            self.region,
        )
        truth.link(bridge, self.vpc, "attached_to")
        truth.link(bridge, web.ec2_arn("vpc", other), "attached_to")
        self.other_vpc = web.ec2_arn("vpc", other)


def seed_global(home: Services) -> None:
    """What belongs to no region: the distribution before the front of one, and the zones that name it."""
    truth, region = home.truth, home.region
    estate = home.web.estate
    bucket = f"estate-{region}-3"
    cloudfront = estate.client("cloudfront", "us-east-1")
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={
            "DistributionConfig": {
                "CallerReference": "shop",
                "Comment": "shop",
                "Enabled": True,
                "Aliases": {"Quantity": 1, "Items": ["shop.example.com"]},
                "Origins": {
                    "Quantity": 2,
                    "Items": [
                        {
                            "Id": "front",
                            "DomainName": home.front["DNSName"],
                            "CustomOriginConfig": {
                                "HTTPPort": 80,
                                "HTTPSPort": 443,
                                "OriginProtocolPolicy": "https-only",
                            },
                        },
                        {
                            "Id": "static",
                            "DomainName": f"{bucket}.s3.{region}.amazonaws.com",
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        },
                    ],
                },
                "DefaultCacheBehavior": {
                    "TargetOriginId": "front",
                    "ViewerProtocolPolicy": "redirect-to-https",
                    "MinTTL": 0,
                    "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
                },
                "ViewerCertificate": {
                    "ACMCertificateArn": home.certificate,
                    "SSLSupportMethod": "sni-only",
                    "MinimumProtocolVersion": "TLSv1.2_2021",
                },
            },
            "Tags": {"Items": PAIRS},
        }
    )["Distribution"]
    arn = truth.add(made["ARN"], "aws.cloudfront.distribution", "global", name="shop.example.com", tags=PROD)
    truth.link(arn, home.front["LoadBalancerArn"], "routes_to")
    truth.link(arn, f"arn:aws:s3:::{bucket}", "routes_to")
    truth.link(arn, home.certificate, "uses")

    dns = estate.client("route53", "us-east-1")
    zone = dns.create_hosted_zone(Name="example.com.", CallerReference="1")["HostedZone"]["Id"]
    key = zone.removeprefix("/hostedzone/")
    public = truth.add(
        f"arn:aws:route53:::hostedzone/{key}",
        "aws.route53.hosted_zone",
        "global",
        name="example.com",
        tags=PROD,
    )
    dns.change_tags_for_resource(ResourceType="hostedzone", ResourceId=key, AddTags=PAIRS)
    estate.tell_tags("us-east-1", {public: PROD})
    records: list[dict[str, Any]] = [
        {
            "Name": "shop.example.com.",
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": "Z2FDTNDATAQYW2",
                "DNSName": f"{made['DomainName']}.",
                "EvaluateTargetHealth": False,
            },
        },
        {
            "Name": "direct.example.com.",
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": "Z35SXDOTRQ7X7K",
                "DNSName": f"dualstack.{home.front['DNSName']}.",
                "EvaluateTargetHealth": False,
            },
        },
        {
            "Name": "elsewhere.example.com.",
            "Type": "CNAME",
            "TTL": 300,
            "ResourceRecords": [{"Value": "status.example.net"}],
        },
    ]
    dns.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": each} for each in records]},
    )
    truth.link(public, arn, "routes_to")
    truth.link(public, home.front["LoadBalancerArn"], "routes_to")
    inner = dns.create_hosted_zone(
        Name="internal.",
        CallerReference="2",
        VPC={"VPCRegion": region, "VPCId": home.vpc.rsplit("/", 1)[1]},
        HostedZoneConfig={"PrivateZone": True, "Comment": "inside"},
    )["HostedZone"]["Id"].removeprefix("/hostedzone/")
    private = truth.add(
        f"arn:aws:route53:::hostedzone/{inner}", "aws.route53.hosted_zone", "global", name="internal"
    )
    truth.link(private, home.vpc, "attached_to")
