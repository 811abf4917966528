"""What AWS Config would have recorded of an estate: asked of the server by calls of this file's own.

Written as Config writes it, from the properties in ``tests/payloads/aws_config`` and not from CloudViz's
catalogue: the replies of each API under ``configuration`` with Java's names, what further calls tell under
``supplementaryConfiguration``, tags apart.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from fake_clouds.moto import ACCOUNT

AGGREGATOR = "whole-organisation"
HOME = "us-east-1"

_RUN = re.compile(r"^[A-Z]+")

_EC2 = (
    ("Instance", "describe_instances", "InstanceId"),
    ("Volume", "describe_volumes", "VolumeId"),
    ("RouteTable", "describe_route_tables", "RouteTableId"),
    ("InternetGateway", "describe_internet_gateways", "InternetGatewayId"),
    ("NatGateway", "describe_nat_gateways", "NatGatewayId"),
    ("NetworkInterface", "describe_network_interfaces", "NetworkInterfaceId"),
    ("EIP", "describe_addresses", "AllocationId"),
    ("VPCEndpoint", "describe_vpc_endpoints", "VpcEndpointId"),
)


def first_lowered(name: str) -> str:
    """``InstanceId`` → ``instanceId``, ``DBInstanceArn`` → ``dBInstanceArn``."""
    return name[:1].lower() + name[1:]


def run_lowered(name: str) -> str:
    """``SSEDescription`` → ``ssedescription``, ``TableArn`` → ``tableArn``."""
    return _RUN.sub(lambda run: run.group().lower(), name)


def java(value: Any, named: Callable[[str], str] = first_lowered) -> Any:
    """A reply with other names; moments as Config writes them."""
    if isinstance(value, dict):
        return {named(key): java(each, named) for key, each in value.items() if key not in ("Tags", "TagSet")}
    if isinstance(value, list):
        return [java(each, named) for each in value]
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


class _Recorder:
    """Records one region."""

    def __init__(self, url: str, region: str) -> None:
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=region)
        config = Config(s3={"addressing_style": "path"})
        self.client = lambda service: session.client(service, endpoint_url=url, config=config)
        self.region = region

    def item(
        self,
        kind: str,
        key: str,
        configuration: Any,
        tags: Sequence[dict[str, str]] = (),
        more: dict[str, Any] | None = None,
        made: str = "2024-01-02T03:04:05Z",
    ) -> dict[str, Any]:
        pairs = [(each["Key"], each["Value"]) for each in tags]
        return {
            "accountId": ACCOUNT,
            "awsRegion": self.region,
            "resourceType": f"AWS::{kind}",
            "resourceId": key,
            "configurationItemStatus": "OK",
            "resourceCreationTime": made,
            "configuration": configuration,
            "supplementaryConfiguration": more or {},
            "tags": [{"key": key, "value": value, "tag": f"{key}={value}"} for key, value in pairs],
        }

    def record(self) -> Iterator[dict[str, Any]]:
        yield from self._ec2()
        groups = self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        for group in groups:
            written = java(group)
            written["availabilityZones"] = [{"value": zone} for zone in group["AvailabilityZones"]]
            yield self.item(
                "AutoScaling::AutoScalingGroup", group["AutoScalingGroupARN"], written, group.get("Tags", ())
            )
        yield from self._tables()
        yield from self._buckets()
        yield from self._secrets_and_certificates()
        yield from self._only_counted()

    def _ec2(self) -> Iterator[dict[str, Any]]:
        ec2 = self.client("ec2")
        for kind, operation, key in _EC2:
            reply = getattr(ec2, operation)()
            reply.pop("ResponseMetadata")
            (found,) = (value for value in reply.values() if isinstance(value, list))
            things = [each for one in found for each in one["Instances"]] if kind == "Instance" else found
            for thing in things:
                tags = thing.get("Tags") or thing.get("TagSet") or ()
                yield self.item(f"EC2::{kind}", thing[key], java(thing), tags)

    def _tables(self) -> Iterator[dict[str, Any]]:
        dynamo = self.client("dynamodb")
        for name in dynamo.list_tables()["TableNames"]:
            table = dynamo.describe_table(TableName=name)["Table"]
            tags = dynamo.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
            yield self.item("DynamoDB::Table", name, java(table, run_lowered), tags)

    def _buckets(self) -> Iterator[dict[str, Any]]:
        s3 = self.client("s3")
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            place = s3.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
            if place != self.region:
                continue
            told = s3.get_bucket_notification_configuration(Bucket=name)
            kinds = (
                ("LambdaFunctionConfigurations", "LambdaFunctionArn", "functionARN", "LambdaConfiguration"),
                ("QueueConfigurations", "QueueArn", "queueARN", "QueueConfiguration"),
                ("TopicConfigurations", "TopicArn", "topicARN", "TopicConfiguration"),
            )
            notified = {
                each["Id"]: {"events": each["Events"], arn: each[key], "type": kind}
                for group, key, arn, kind in kinds
                for each in told.get(group, ())
            }
            more: dict[str, Any] = {
                "BucketNotificationConfiguration": {"configurations": notified},
                "BucketVersioningConfiguration": {
                    "status": s3.get_bucket_versioning(Bucket=name).get("Status", "Off"),
                    "isMfaDeleteEnabled": None,
                },
            }
            tags: Sequence[dict[str, str]] = ()
            try:
                tags = s3.get_bucket_tagging(Bucket=name)["TagSet"]
            except ClientError as error:
                assert error.response["Error"]["Code"] == "NoSuchTagSet"
            try:
                rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
                defaults = [each["ApplyServerSideEncryptionByDefault"] for each in rules]
                # Some documents in an item are written as text.
                more["ServerSideEncryptionConfiguration"] = json.dumps(
                    {
                        "rules": [
                            {
                                "applyServerSideEncryptionByDefault": {
                                    "sseAlgorithm": each["SSEAlgorithm"],
                                    "kmsMasterKeyID": each.get("KMSMasterKeyID"),
                                }
                            }
                            for each in defaults
                        ]
                    }
                )
            except ClientError:
                pass
            made = bucket["CreationDate"].isoformat()
            yield self.item("S3::Bucket", name, {"name": name, "creationDate": made}, tags, more)

    def _secrets_and_certificates(self) -> Iterator[dict[str, Any]]:
        for secret in self.client("secretsmanager").list_secrets()["SecretList"]:
            names = {"KmsKeyId": "KMSKeyId"}
            kept = ("ARN", "Name", "Description", "KmsKeyId", "RotationEnabled", "RotationLambdaARN")
            written = {names.get(key, key): secret[key] for key in kept if key in secret}
            made = secret["CreatedDate"].isoformat()
            yield self.item("SecretsManager::Secret", secret["ARN"], written, secret.get("Tags", ()), made=made)
        acm = self.client("acm")
        for summary in acm.list_certificates()["CertificateSummaryList"]:
            arn = summary["CertificateArn"]
            written = java(acm.describe_certificate(CertificateArn=arn)["Certificate"])
            tags = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
            yield self.item("ACM::Certificate", arn, written, tags)

    def _only_counted(self) -> Iterator[dict[str, Any]]:
        """Of these CloudViz only wants to know whether there are any."""
        counted: tuple[tuple[str, str, str, str], ...] = (
            ("ElasticLoadBalancingV2::LoadBalancer", "elbv2", "describe_load_balancers", "LoadBalancers"),
            ("ElasticLoadBalancing::LoadBalancer", "elb", "describe_load_balancers", "LoadBalancerDescriptions"),
            ("Lambda::Function", "lambda", "list_functions", "Functions"),
            ("RDS::DBInstance", "rds", "describe_db_instances", "DBInstances"),
            ("SQS::Queue", "sqs", "list_queues", "QueueUrls"),
            ("SNS::Topic", "sns", "list_topics", "Topics"),
            ("ECS::Cluster", "ecs", "list_clusters", "clusterArns"),
            ("ECS::TaskDefinition", "ecs", "list_task_definitions", "taskDefinitionArns"),
            ("ECR::Repository", "ecr", "describe_repositories", "repositories"),
            ("EFS::FileSystem", "efs", "describe_file_systems", "FileSystems"),
            ("EKS::Cluster", "eks", "list_clusters", "clusters"),
            ("Kinesis::Stream", "kinesis", "list_streams", "StreamNames"),
            ("KinesisFirehose::DeliveryStream", "firehose", "list_delivery_streams", "DeliveryStreamNames"),
            ("MSK::Cluster", "kafka", "list_clusters_v2", "ClusterInfoList"),
            ("StepFunctions::StateMachine", "stepfunctions", "list_state_machines", "stateMachines"),
            ("CloudWatch::Alarm", "cloudwatch", "describe_alarms", "MetricAlarms"),
            ("Redshift::Cluster", "redshift", "describe_clusters", "Clusters"),
            ("OpenSearch::Domain", "opensearch", "list_domain_names", "DomainNames"),
            ("ApiGateway::RestApi", "apigateway", "get_rest_apis", "items"),
            ("ApiGatewayV2::Api", "apigatewayv2", "get_apis", "Items"),
            ("Batch::ComputeEnvironment", "batch", "describe_compute_environments", "computeEnvironments"),
            ("Batch::JobQueue", "batch", "describe_job_queues", "jobQueues"),
            ("SageMaker::NotebookInstance", "sagemaker", "list_notebook_instances", "NotebookInstances"),
            ("EC2::CustomerGateway", "ec2", "describe_customer_gateways", "CustomerGateways"),
            ("EC2::VPNGateway", "ec2", "describe_vpn_gateways", "VpnGateways"),
            ("EC2::VPNConnection", "ec2", "describe_vpn_connections", "VpnConnections"),
            ("CloudFormation::Stack", "cloudformation", "describe_stacks", "Stacks"),
            ("EC2::LaunchTemplate", "ec2", "describe_launch_templates", "LaunchTemplates"),
        )
        for kind, service, operation, key in counted:
            for number, _thing in enumerate(getattr(self.client(service), operation)().get(key, ())):
                yield self.item(kind, f"{service}-{number}", {})
        ecs = self.client("ecs")
        for cluster in ecs.list_clusters()["clusterArns"]:
            for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
                yield self.item("ECS::Service", arn, {})


def recorder(**group: Any) -> dict[str, Any]:
    """A recorder of everything that records, or of ``group``."""
    whole = {"allSupported": True, "includeGlobalResourceTypes": False, "resourceTypes": []}
    return {
        "recorder": {
            "name": "default",
            "recordingGroup": group or whole,
            "recordingMode": {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": []},
        },
        "status": {"name": "default", "recording": True, "lastStatus": "SUCCESS"},
    }


def recorded(url: str, regions: Sequence[str]) -> dict[str, Any]:
    """All that the fake is to know: everything recorded, every source up to date."""
    return {
        "aggregator": AGGREGATOR,
        "region": HOME,
        "sources": [[ACCOUNT, region, "SUCCEEDED"] for region in regions],
        "recorders": {region: recorder() for region in regions},
        "items": [item for region in regions for item in _Recorder(url, region).record()],
    }


def tell(url: str, known: dict[str, Any]) -> None:
    """Let the server answer for Config."""
    request = urllib.request.Request(f"{url}/fake/config", json.dumps(known).encode())
    with urllib.request.urlopen(request, timeout=60) as reply:
        assert reply.status == 200
