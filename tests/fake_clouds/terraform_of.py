"""The Terraform state (v4) of an estate in a moto server, attribute by attribute as the AWS provider writes it.

The names are those of the provider's documentation (hashicorp/aws 5), read from boto3 replies with calls of this
file's own, so that a state and a live scan of one estate can be compared without either knowing of the other.
What the provider computes and no picture needs (checksums, timeouts, policies of buckets) is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from botocore.config import Config

PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'


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


def _tags(pairs: Iterable[Mapping[str, str]] | Mapping[str, str] | None) -> dict[str, Any]:
    tags = dict(pairs) if isinstance(pairs, Mapping) else {each["Key"]: each["Value"] for each in pairs or ()}
    return {"tags": tags or None, "tags_all": tags}


def _rule(permission: Mapping[str, Any], group: str) -> dict[str, Any]:
    pairs = [pair["GroupId"] for pair in permission.get("UserIdGroupPairs", ())]
    return {
        "cidr_blocks": [each["CidrIp"] for each in permission.get("IpRanges", ())],
        "description": "",
        "from_port": permission.get("FromPort", 0),
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": [],
        "protocol": permission["IpProtocol"],
        "security_groups": [each for each in pairs if each != group],
        "self": group in pairs,
        "to_port": permission.get("ToPort", 0),
    }


class _Writer:
    def __init__(self, url: str, account: str) -> None:
        self._url = url
        self._account = account
        self._session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
        self._at = "us-east-1"
        self.resources: list[dict[str, Any]] = []

    def _client(self, service: str) -> Any:
        return self._session.client(
            service,
            region_name=self._at,
            endpoint_url=self._url,
            config=Config(s3={"addressing_style": "path"}),
        )

    def _put(self, native_type: str, attributes: dict[str, Any]) -> None:
        self.resources.append(
            {
                "module": "module.estate",
                "mode": "managed",
                "type": native_type,
                "name": f"r{len(self.resources)}",
                "provider": f"{PROVIDER}.{self._at.replace('-', '_')}",
                "instances": [
                    {
                        "schema_version": 0,
                        "attributes": attributes,
                        "sensitive_attributes": [],
                        "private": "bnVsbA==",
                    }
                ],
            }
        )

    def _arn(self, kind: str, key: str) -> str:
        return f"arn:aws:ec2:{self._at}:{self._account}:{kind}/{key}"

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
                    **_tags(role.get("Tags")),
                },
            )
            for each in attached:
                policy = each["PolicyArn"]
                self._put(
                    "aws_iam_role_policy_attachment", {"id": f"{name}-1", "policy_arn": policy, "role": name}
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
                    **_tags(profile.get("Tags")),
                },
            )

    def region(self, region: str) -> None:
        self._at = region
        self._networks()
        self._gateways()
        self._groups()
        self._machines()
        self._balancers()
        self._scaling()
        self._databases()
        self._functions()
        self._queues_and_tables()
        self._buckets()

    def _networks(self) -> None:
        ec2 = self._client("ec2")
        for vpc in ec2.describe_vpcs()["Vpcs"]:
            self._put(
                "aws_default_vpc" if vpc["IsDefault"] else "aws_vpc",
                {
                    "arn": self._arn("vpc", vpc["VpcId"]),
                    "cidr_block": vpc["CidrBlock"],
                    "enable_dns_support": True,
                    "id": vpc["VpcId"],
                    "instance_tenancy": vpc["InstanceTenancy"],
                    "owner_id": self._account,
                    **_tags(vpc.get("Tags")),
                },
            )
        for subnet in ec2.describe_subnets()["Subnets"]:
            self._put(
                "aws_default_subnet" if subnet["DefaultForAz"] else "aws_subnet",
                {
                    "arn": subnet["SubnetArn"],
                    "availability_zone": subnet["AvailabilityZone"],
                    "availability_zone_id": subnet["AvailabilityZoneId"],
                    "cidr_block": subnet["CidrBlock"],
                    "id": subnet["SubnetId"],
                    "map_public_ip_on_launch": subnet["MapPublicIpOnLaunch"],
                    "owner_id": self._account,
                    "vpc_id": subnet["VpcId"],
                    **_tags(subnet.get("Tags")),
                },
            )
        for table in ec2.describe_route_tables()["RouteTables"]:
            key = table["RouteTableId"]
            main = any(each.get("Main") for each in table["Associations"])
            self._put(
                "aws_default_route_table" if main else "aws_route_table",
                {
                    "arn": self._arn("route-table", key),
                    "id": key,
                    "owner_id": self._account,
                    "propagating_vgws": [],
                    "route": [
                        {
                            "cidr_block": route["DestinationCidrBlock"],
                            "gateway_id": route.get("GatewayId", ""),
                            "instance_id": "",
                            "nat_gateway_id": route.get("NatGatewayId", ""),
                            "network_interface_id": "",
                            "transit_gateway_id": "",
                            "vpc_peering_connection_id": "",
                        }
                        for route in table["Routes"]
                        if route.get("GatewayId") != "local"
                    ],
                    "vpc_id": table["VpcId"],
                    **_tags(table.get("Tags")),
                },
            )
            for each in table["Associations"]:
                if each.get("SubnetId"):
                    self._put(
                        "aws_route_table_association",
                        {
                            "gateway_id": "",
                            "id": each["RouteTableAssociationId"],
                            "route_table_id": key,
                            "subnet_id": each["SubnetId"],
                        },
                    )

    def _gateways(self) -> None:
        ec2 = self._client("ec2")
        for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
            self._put(
                "aws_internet_gateway",
                {
                    "arn": self._arn("internet-gateway", gateway["InternetGatewayId"]),
                    "id": gateway["InternetGatewayId"],
                    "owner_id": self._account,
                    "vpc_id": gateway["Attachments"][0]["VpcId"],
                    **_tags(gateway.get("Tags")),
                },
            )
        for nat in ec2.describe_nat_gateways()["NatGateways"]:
            address = nat["NatGatewayAddresses"][0]
            self._put(
                "aws_nat_gateway",
                {
                    "allocation_id": address["AllocationId"],
                    "association_id": "",
                    "connectivity_type": nat.get("ConnectivityType", "public"),
                    "id": nat["NatGatewayId"],
                    "network_interface_id": address.get("NetworkInterfaceId", ""),
                    "private_ip": address.get("PrivateIp", ""),
                    "public_ip": address.get("PublicIp", ""),
                    "secondary_allocation_ids": None,
                    "subnet_id": nat["SubnetId"],
                    **_tags(nat.get("Tags")),
                },
            )
        for address in ec2.describe_addresses()["Addresses"]:
            self._put(
                "aws_eip",
                {
                    "allocation_id": address["AllocationId"],
                    "arn": self._arn("elastic-ip", address["AllocationId"]),
                    "association_id": address.get("AssociationId", ""),
                    "domain": "vpc",
                    "id": address["AllocationId"],
                    "instance": address.get("InstanceId", ""),
                    "network_interface": address.get("NetworkInterfaceId", ""),
                    "private_ip": address.get("PrivateIpAddress", ""),
                    "public_ip": address["PublicIp"],
                    **_tags(address.get("Tags")),
                },
            )

    def _groups(self) -> None:
        for group in self._client("ec2").describe_security_groups()["SecurityGroups"]:
            key = group["GroupId"]
            self._put(
                "aws_default_security_group" if group["GroupName"] == "default" else "aws_security_group",
                {
                    "arn": self._arn("security-group", key),
                    "description": group["Description"],
                    "egress": [_rule(each, key) for each in group["IpPermissionsEgress"]],
                    "id": key,
                    "ingress": [_rule(each, key) for each in group["IpPermissions"]],
                    "name": group["GroupName"],
                    "name_prefix": "",
                    "owner_id": self._account,
                    "revoke_rules_on_delete": False,
                    "vpc_id": group["VpcId"],
                    **_tags(group.get("Tags")),
                },
            )

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
                    **_tags(instance.get("Tags")),
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
                    **_tags(volume.get("Tags")),
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
                    **_tags(interface.get("TagSet")),
                },
            )

    def _balancers(self) -> None:
        elb = self._client("elbv2")
        for balancer in elb.describe_load_balancers()["LoadBalancers"]:
            arn = balancer["LoadBalancerArn"]
            subnets = [each["SubnetId"] for each in balancer["AvailabilityZones"]]
            (tags,) = elb.describe_tags(ResourceArns=[arn])["TagDescriptions"]
            self._put(
                "aws_lb",
                {
                    "arn": arn,
                    "arn_suffix": arn.split("loadbalancer/")[1],
                    "dns_name": balancer["DNSName"],
                    "id": arn,
                    "internal": balancer["Scheme"] == "internal",
                    "ip_address_type": balancer.get("IpAddressType", "ipv4"),
                    "load_balancer_type": balancer["Type"],
                    "name": balancer["LoadBalancerName"],
                    "security_groups": balancer.get("SecurityGroups", []),
                    "subnet_mapping": [{"allocation_id": "", "subnet_id": each} for each in subnets],
                    "subnets": subnets,
                    "vpc_id": balancer["VpcId"],
                    **_tags(tags["Tags"]),
                },
            )
            for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
                self._put(
                    "aws_lb_listener",
                    {
                        "arn": listener["ListenerArn"],
                        "certificate_arn": None,
                        "default_action": [
                            {"order": 1, "target_group_arn": each.get("TargetGroupArn", ""), "type": each["Type"]}
                            for each in listener["DefaultActions"]
                        ],
                        "id": listener["ListenerArn"],
                        "load_balancer_arn": arn,
                        "port": listener["Port"],
                        "protocol": listener["Protocol"],
                        **_tags(()),
                    },
                )
        for target in elb.describe_target_groups()["TargetGroups"]:
            arn = target["TargetGroupArn"]
            self._put(
                "aws_lb_target_group",
                {
                    "arn": arn,
                    "id": arn,
                    "load_balancer_arns": target.get("LoadBalancerArns", []),
                    "name": target["TargetGroupName"],
                    "port": target.get("Port"),
                    "protocol": target.get("Protocol"),
                    "target_type": target["TargetType"],
                    "vpc_id": target.get("VpcId", ""),
                    **_tags(()),
                },
            )
            for health in elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]:
                self._put(
                    "aws_lb_target_group_attachment",
                    {
                        "availability_zone": None,
                        "id": f"{arn}-{len(self.resources)}",
                        "port": health["Target"].get("Port"),
                        "target_group_arn": arn,
                        "target_id": health["Target"]["Id"],
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
                    **_tags(template.get("Tags")),
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
                    **_tags(()),
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
                    "engine_mode": cluster["EngineMode"],
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
                    **_tags(cluster.get("TagList")),
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
                "publicly_accessible": database["PubliclyAccessible"],
                "storage_encrypted": database["StorageEncrypted"],
                **_tags(database.get("TagList")),
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
                    **_tags(client.list_tags(Resource=arn)["Tags"]),
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
                    **_tags(sqs.list_queue_tags(QueueUrl=url).get("Tags")),
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
                    **_tags(dynamo.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]),
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
                    **_tags(tags),
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
