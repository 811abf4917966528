"""The Terraform state (v4) of an estate in a moto server, attribute by attribute as the AWS provider writes it.

The names are those of the provider's documentation (hashicorp/aws 5), read from boto3 replies with calls of this
file's own, so that a state and a live scan of one estate can be compared without either knowing of the other.
What the provider computes and no picture needs (checksums, timeouts, policies of buckets) is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fake_clouds.terraform_network import Networks
from fake_clouds.terraform_writer import tags_of


def terraform_of(url: str, regions: Iterable[str], account: str) -> dict[str, Any]:
    """The state of everything of the 18 headline types and what joins them, one provider alias a region."""
    writer = _Writer(url, account)
    writer.identity()
    for region in regions:
        writer.region(region)
    return {
        "version": 4,
        "terraform_version": "1.9.5",
        "serial": 1,
        "lineage": "2f2f7a3c-8a55-4a7e-9a52-5f3c0f4c1c11",
        "outputs": {},
        "resources": writer.resources,
        "check_results": None,
    }


class _Writer(Networks):
    """Adds what stands in the networks, and who acts."""

    def identity(self) -> None:
        iam = self._client("iam")
        for listed in iam.list_roles()["Roles"]:
            role = iam.get_role(RoleName=listed["RoleName"])["Role"]
            name = role["RoleName"]
            attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
            self._put(
                "aws_iam_role",
                {
                    "arn": role["Arn"],
                    "assume_role_policy": json.dumps(role["AssumeRolePolicyDocument"]),
                    "create_date": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "description": "",
                    "force_detach_policies": False,
                    "id": name,
                    "inline_policy": [],
                    "managed_policy_arns": [each["PolicyArn"] for each in attached],
                    "max_session_duration": 3600,
                    "name": name,
                    "name_prefix": "",
                    "path": role["Path"],
                    "permissions_boundary": "",
                    "unique_id": role["RoleId"],
                    **tags_of(role.get("Tags")),
                },
            )
            for each in attached:
                policy = each["PolicyArn"]
                self._put(
                    "aws_iam_role_policy_attachment", {"id": f"{name}-1", "policy_arn": policy, "role": name}
                )
        for policy in iam.list_policies(Scope="Local")["Policies"]:
            self._put(
                "aws_iam_policy",
                {
                    "arn": policy["Arn"],
                    "description": "",
                    "id": policy["Arn"],
                    "name": policy["PolicyName"],
                    "path": policy["Path"],
                    "policy_id": policy["PolicyId"],
                    **tags_of(policy.get("Tags")),
                },
            )
        for profile in iam.list_instance_profiles()["InstanceProfiles"]:
            name = profile["InstanceProfileName"]
            self._put(
                "aws_iam_instance_profile",
                {
                    "arn": profile["Arn"],
                    "id": name,
                    "name": name,
                    "path": profile["Path"],
                    "role": profile["Roles"][0]["RoleName"],
                    **tags_of(profile.get("Tags")),
                },
            )

    def region(self, region: str) -> None:
        self._at = region
        self.networks()
        self.gateways()
        self.groups()
        self._machines()
        self.balancers()
        self._scaling()
        self._databases()
        self._functions()
        self._queues_and_tables()
        self._buckets()

    def _machines(self) -> None:
        ec2 = self._client("ec2")
        instances = [each for found in ec2.describe_instances()["Reservations"] for each in found["Instances"]]
        for instance in instances:
            root = instance["RootDeviceName"]
            disks = [
                {
                    "delete_on_termination": True,
                    "device_name": each["DeviceName"],
                    "volume_id": each["Ebs"]["VolumeId"],
                }
                for each in instance["BlockDeviceMappings"]
            ]
            profile = instance.get("IamInstanceProfile", {}).get("Arn", "")
            self._put(
                "aws_instance",
                {
                    "ami": instance["ImageId"],
                    "arn": self._arn("instance", instance["InstanceId"]),
                    "availability_zone": instance["Placement"]["AvailabilityZone"],
                    "ebs_block_device": [disk for disk in disks if disk["device_name"] != root],
                    "iam_instance_profile": profile.rsplit("/", 1)[-1],
                    "id": instance["InstanceId"],
                    "instance_lifecycle": "",
                    "instance_state": instance["State"]["Name"],
                    "instance_type": instance["InstanceType"],
                    "network_interface": [],
                    "primary_network_interface_id": instance["NetworkInterfaces"][0]["NetworkInterfaceId"],
                    "private_ip": instance["PrivateIpAddress"],
                    "public_ip": instance.get("PublicIpAddress", ""),
                    "root_block_device": [disk for disk in disks if disk["device_name"] == root],
                    "security_groups": [],
                    "subnet_id": instance["SubnetId"],
                    "user_data": None,
                    "vpc_security_group_ids": [each["GroupId"] for each in instance["SecurityGroups"]],
                    **tags_of(instance.get("Tags")),
                },
            )
        for volume in ec2.describe_volumes()["Volumes"]:
            self._put(
                "aws_ebs_volume",
                {
                    "arn": self._arn("volume", volume["VolumeId"]),
                    "availability_zone": volume["AvailabilityZone"],
                    "encrypted": volume["Encrypted"],
                    "id": volume["VolumeId"],
                    "iops": volume.get("Iops", 0),
                    "kms_key_id": volume.get("KmsKeyId", ""),
                    "size": volume["Size"],
                    "snapshot_id": volume.get("SnapshotId", ""),
                    "throughput": volume.get("Throughput", 0),
                    "type": volume["VolumeType"],
                    **tags_of(volume.get("Tags")),
                },
            )
            for attachment in volume["Attachments"]:
                self._put(
                    "aws_volume_attachment",
                    {
                        "device_name": attachment["Device"],
                        "id": f"vai-{len(self.resources)}",
                        "instance_id": attachment["InstanceId"],
                        "volume_id": volume["VolumeId"],
                    },
                )
        for interface in ec2.describe_network_interfaces()["NetworkInterfaces"]:
            attachment = interface.get("Attachment") or {}
            self._put(
                "aws_network_interface",
                {
                    "arn": self._arn("network-interface", interface["NetworkInterfaceId"]),
                    "attachment": [
                        {
                            "attachment_id": attachment["AttachmentId"],
                            "device_index": 0,
                            "instance": attachment.get("InstanceId", ""),
                        }
                    ]
                    if attachment.get("AttachmentId")
                    else [],
                    "description": interface.get("Description", ""),
                    "id": interface["NetworkInterfaceId"],
                    "interface_type": interface["InterfaceType"],
                    "owner_id": self._account,
                    "private_ip": interface["PrivateIpAddress"],
                    "security_groups": [each["GroupId"] for each in interface["Groups"]],
                    "subnet_id": interface["SubnetId"],
                    **tags_of(interface.get("TagSet")),
                },
            )

    def _scaling(self) -> None:
        for template in self._client("ec2").describe_launch_templates()["LaunchTemplates"]:
            self._put(
                "aws_launch_template",
                {
                    "arn": self._arn("launch-template", template["LaunchTemplateId"]),
                    "id": template["LaunchTemplateId"],
                    "latest_version": template["LatestVersionNumber"],
                    "name": template["LaunchTemplateName"],
                    **tags_of(template.get("Tags")),
                },
            )
        for group in self._client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]:
            template = group["LaunchTemplate"]
            self._put(
                "aws_autoscaling_group",
                {
                    "arn": group["AutoScalingGroupARN"],
                    "availability_zones": group["AvailabilityZones"],
                    "desired_capacity": group["DesiredCapacity"],
                    "health_check_type": "EC2",
                    "id": group["AutoScalingGroupName"],
                    "launch_template": [
                        {
                            "id": template["LaunchTemplateId"],
                            "name": template["LaunchTemplateName"],
                            "version": template["Version"],
                        }
                    ],
                    "max_size": group["MaxSize"],
                    "min_size": group["MinSize"],
                    "mixed_instances_policy": [],
                    "name": group["AutoScalingGroupName"],
                    "service_linked_role_arn": group.get("ServiceLinkedRoleARN", ""),
                    "tag": [
                        {"key": each["Key"], "propagate_at_launch": True, "value": each["Value"]}
                        for each in group["Tags"]
                    ],
                    "target_group_arns": group.get("TargetGroupARNs", []),
                    "vpc_zone_identifier": group["VPCZoneIdentifier"].split(","),
                },
            )

    def _databases(self) -> None:
        rds = self._client("rds")
        for group in rds.describe_db_subnet_groups()["DBSubnetGroups"]:
            self._put(
                "aws_db_subnet_group",
                {
                    "arn": group["DBSubnetGroupArn"],
                    "id": group["DBSubnetGroupName"],
                    "name": group["DBSubnetGroupName"],
                    "subnet_ids": [each["SubnetIdentifier"] for each in group["Subnets"]],
                    "vpc_id": group["VpcId"],
                    **tags_of(()),
                },
            )
        for cluster in rds.describe_db_clusters()["DBClusters"]:
            self._put(
                "aws_rds_cluster",
                {
                    "arn": cluster["DBClusterArn"],
                    "cluster_identifier": cluster["DBClusterIdentifier"],
                    "cluster_members": [each["DBInstanceIdentifier"] for each in cluster["DBClusterMembers"]],
                    "db_subnet_group_name": cluster["DBSubnetGroup"],
                    "endpoint": cluster["Endpoint"],
                    "engine": cluster["Engine"],
                    "engine_mode": cluster.get("EngineMode", "provisioned"),
                    "engine_version": cluster["EngineVersion"],
                    "engine_version_actual": cluster["EngineVersion"],
                    "iam_roles": [],
                    "id": cluster["DBClusterIdentifier"],
                    "kms_key_id": cluster.get("KmsKeyId", ""),
                    "master_password": "correct horse",
                    "master_user_secret": [],
                    "storage_encrypted": cluster["StorageEncrypted"],
                    "vpc_security_group_ids": [
                        each["VpcSecurityGroupId"] for each in cluster["VpcSecurityGroups"]
                    ],
                    **tags_of(cluster.get("TagList")),
                },
            )
        for database in rds.describe_db_instances()["DBInstances"]:
            common = {
                "arn": database["DBInstanceArn"],
                "availability_zone": database.get("AvailabilityZone", ""),
                "db_subnet_group_name": database.get("DBSubnetGroup", {}).get("DBSubnetGroupName", ""),
                "engine": database["Engine"],
                "engine_version": database["EngineVersion"],
                "identifier": database["DBInstanceIdentifier"],
                "instance_class": database["DBInstanceClass"],
                "kms_key_id": database.get("KmsKeyId", ""),
                "publicly_accessible": database.get("PubliclyAccessible", False),
                "storage_encrypted": database["StorageEncrypted"],
                **tags_of(database.get("TagList")),
            }
            if database.get("DBClusterIdentifier"):
                self._put(
                    "aws_rds_cluster_instance",
                    {
                        **common,
                        "cluster_identifier": database["DBClusterIdentifier"],
                        "endpoint": database["Endpoint"]["Address"],
                        "id": database["DBInstanceIdentifier"],
                    },
                )
                continue
            self._put(
                "aws_db_instance",
                {
                    **common,
                    "address": database["Endpoint"]["Address"],
                    "allocated_storage": database["AllocatedStorage"],
                    # Since version 5 of the provider the id is the resource id, not the identifier.
                    "id": database["DbiResourceId"],
                    "multi_az": database["MultiAZ"],
                    "password": "correct horse",
                    "replicate_source_db": database.get("ReadReplicaSourceDBInstanceIdentifier", ""),
                    "status": database["DBInstanceStatus"],
                    "vpc_security_group_ids": [
                        each["VpcSecurityGroupId"] for each in database["VpcSecurityGroups"]
                    ],
                },
            )

    def _functions(self) -> None:
        client = self._client("lambda")
        for function in client.list_functions()["Functions"]:
            network = function.get("VpcConfig") or {}
            arn = function["FunctionArn"]
            self._put(
                "aws_lambda_function",
                {
                    "architectures": function["Architectures"],
                    "arn": arn,
                    "dead_letter_config": [
                        {"target_arn": each["TargetArn"]}
                        for each in [function.get("DeadLetterConfig") or {}]
                        if each.get("TargetArn")
                    ],
                    "function_name": function["FunctionName"],
                    "handler": function.get("Handler", ""),
                    "id": function["FunctionName"],
                    "kms_key_arn": "",
                    "memory_size": function["MemorySize"],
                    "package_type": function["PackageType"],
                    "role": function["Role"],
                    "runtime": function.get("Runtime", ""),
                    "source_code_size": function["CodeSize"],
                    "timeout": function["Timeout"],
                    "vpc_config": [
                        {
                            "security_group_ids": network["SecurityGroupIds"],
                            "subnet_ids": network["SubnetIds"],
                            "vpc_id": network.get("VpcId", ""),
                        }
                    ]
                    if network.get("SubnetIds")
                    else [],
                    **tags_of(client.list_tags(Resource=arn)["Tags"]),
                },
            )
        for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
            self._put(
                "aws_lambda_event_source_mapping",
                {
                    "event_source_arn": mapping["EventSourceArn"],
                    "function_arn": mapping["FunctionArn"],
                    "function_name": mapping["FunctionArn"],
                    "id": mapping["UUID"],
                    "uuid": mapping["UUID"],
                },
            )

    def _queues_and_tables(self) -> None:
        sqs = self._client("sqs")
        for url in sqs.list_queues().get("QueueUrls", []):
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            self._put(
                "aws_sqs_queue",
                {
                    "arn": attributes["QueueArn"],
                    "fifo_queue": attributes.get("FifoQueue") == "true",
                    "id": url,
                    "kms_master_key_id": attributes.get("KmsMasterKeyId", ""),
                    "message_retention_seconds": int(attributes["MessageRetentionPeriod"]),
                    "name": attributes["QueueArn"].rsplit(":", 1)[1],
                    "redrive_policy": attributes.get("RedrivePolicy", ""),
                    "url": url,
                    "visibility_timeout_seconds": int(attributes["VisibilityTimeout"]),
                    **tags_of(sqs.list_queue_tags(QueueUrl=url).get("Tags")),
                },
            )
        dynamo = self._client("dynamodb")
        for name in dynamo.list_tables()["TableNames"]:
            table = dynamo.describe_table(TableName=name)["Table"]
            self._put(
                "aws_dynamodb_table",
                {
                    "arn": table["TableArn"],
                    "billing_mode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
                    "hash_key": "id",
                    "id": name,
                    "name": name,
                    "read_capacity": 0,
                    "replica": [],
                    "server_side_encryption": [],
                    "stream_arn": table.get("LatestStreamArn", ""),
                    "table_class": "STANDARD",
                    "write_capacity": 0,
                    **tags_of(dynamo.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]),
                },
            )

    def _buckets(self) -> None:
        s3 = self._client("s3")
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            if (s3.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1") != self._at:
                continue
            try:
                tags = s3.get_bucket_tagging(Bucket=name)["TagSet"]
            except s3.exceptions.ClientError:
                tags = []
            self._put(
                "aws_s3_bucket",
                {
                    "arn": f"arn:aws:s3:::{name}",
                    "bucket": name,
                    "id": name,
                    "region": self._at,
                    "server_side_encryption_configuration": [],
                    **tags_of(tags),
                },
            )
            said = s3.get_bucket_notification_configuration(Bucket=name)
            functions = [each["LambdaFunctionArn"] for each in said.get("LambdaFunctionConfigurations", [])]
            queues = [each["QueueArn"] for each in said.get("QueueConfigurations", [])]
            if functions or queues:
                self._put(
                    "aws_s3_bucket_notification",
                    {
                        "bucket": name,
                        "eventbridge": False,
                        "id": name,
                        "lambda_function": [{"events": [], "lambda_function_arn": each} for each in functions],
                        "queue": [{"events": [], "queue_arn": each} for each in queues],
                        "topic": [],
                    },
                )
