"""File systems and archives."""

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
    inside,
    routes_to,
    tag,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE
from cloudviz.inventory.model import LinkKind

FILE_SYSTEM = ResourceType(
    key="aws.efs.file_system",
    kind=Kind.FILE_SHARE,
    title="EFS file system",
    icon="aws/efs-file-system",
    listing=AwsCall(
        "efs",
        "describe_file_systems",
        "FileSystems[]",
        details=(
            # Only its mount targets know the network of a file system.
            AwsDetail(
                "describe_mount_targets",
                {"FileSystemId": "FileSystemId"},
                result="MountTargets[]",
                into="MountTargets",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::EFS::FileSystem",
        config="AWS::EFS::FileSystem",
        in_config=InConfig(items=False),
        terraform=("aws_efs_file_system",),
        terraform_fields={
            "FileSystemArn": "arn",
            "FileSystemId": "id",
            "LifeCycleState": "",
            "AvailabilityZoneName": "availability_zone_name",
            # Mount targets are resources of their own in a state: see JOINS.
            "MountTargets[].VpcId": "",
            "MountTargets[].SubnetId": "",
            "MountTargets[].IpAddress": "",
        },
    ),
    id=arn("elasticfilesystem", "file-system/{FileSystemId}", given=at("FileSystemArn")),
    name=tag("Name") | at("Name") | at("FileSystemId"),
    state=at("LifeCycleState").as_state(AWS_LIFECYCLE),
    zone=at("AvailabilityZoneName"),
    tags=at("Tags"),
    facts={
        "class": at("PerformanceMode"),
        "throughput": at("ThroughputMode"),
        "encrypted": at("Encrypted"),
        "private_ip": at("MountTargets[].IpAddress"),
    },
    sublabel=("class",),
    links=(
        inside("aws.ec2.vpc", at("MountTargets[].VpcId")),
        attached("aws.ec2.subnet", at("MountTargets[].SubnetId")),
        uses("aws.kms.key", at("KmsKeyId")),
    ),
    volatile=("SizeInBytes",),
)

VAULT = ResourceType(
    key="aws.glacier.vault",
    kind=Kind.BUCKET,
    title="S3 Glacier vault",
    icon="aws/glacier-vault",
    listing=AwsCall(
        "glacier",
        "list_vaults",
        "VaultList[]",
        # "-" is the account of the credentials.
        arguments={"accountId": "-"},
        details=(
            AwsDetail(
                "list_tags_for_vault",
                {"accountId": "=-", "vaultName": "VaultName"},
                result="Tags",
                into="Tags",
                is_tags=True,
            ),
            AwsDetail(
                "get_vault_notifications",
                {"accountId": "=-", "vaultName": "VaultName"},
                result="vaultNotificationConfig",
                into="Notifications",
                none_when=("ResourceNotFoundException",),
            ),
        ),
    ),
    known_as=KnownAs(
        terraform=("aws_glacier_vault",),
        terraform_fields={
            "VaultARN": "arn",
            "VaultName": "name",
            "CreationDate": "",
            "Notifications.SNSTopic": "notification[].sns_topic",
        },
    ),
    id=arn("glacier", "vaults/{VaultName}", given=at("VaultARN")),
    name=at("VaultName"),
    tags=at("Tags"),
    facts={"created": at("CreationDate")},
    sublabel=(),
    links=(routes_to("aws.sns.topic", at("Notifications.SNSTopic")),),
    volatile=("SizeInBytes", "NumberOfArchives", "LastInventoryDate"),
)

FSX = ResourceType(
    key="aws.fsx.file_system",
    kind=Kind.FILE_SHARE,
    title="FSx file system",
    icon="aws/fsx-file-system",
    listing=AwsCall("fsx", "describe_file_systems", "FileSystems[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::FSx::FileSystem",
        terraform=(
            "aws_fsx_lustre_file_system",
            "aws_fsx_windows_file_system",
            "aws_fsx_ontap_file_system",
            "aws_fsx_openzfs_file_system",
        ),
        terraform_fields={
            "ResourceARN": "arn",
            "FileSystemId": "id",
            "FileSystemType": "",
            "Lifecycle": "",
            "DNSName": "dns_name",
        },
    ),
    id=arn("fsx", "file-system/{FileSystemId}", given=at("ResourceARN")),
    name=tag("Name") | at("FileSystemId"),
    state=at("Lifecycle").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "engine": at("FileSystemType"),
        "capacity_gb": at("StorageCapacity"),
        "class": at("StorageType"),
        "endpoint": at("DNSName"),
    },
    links=(
        inside("aws.ec2.vpc", at("VpcId")),
        attached("aws.ec2.subnet", at("SubnetIds[]")),
        uses("aws.kms.key", at("KmsKeyId")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (FILE_SYSTEM, FSX, VAULT)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_efs_mount_target",
        LinkKind.ATTACHED_TO,
        ("aws.efs.file_system", "file_system_id"),
        ("aws.ec2.subnet", "subnet_id"),
    ),
)
