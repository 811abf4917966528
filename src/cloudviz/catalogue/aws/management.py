"""What keeps an estate: stacks that made it, settings that it reads, copies of its data."""

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
    member_of,
    routes_to,
    runs_as,
    tag,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE, State

SNAPSHOT = ResourceType(
    key="aws.ec2.snapshot",
    kind=Kind.DISK,
    title="EBS snapshot",
    icon="aws/ebs-snapshot",
    # The account's own; those that others share, or sell, are a hundred thousand.
    listing=AwsCall(
        "ec2", "describe_snapshots", "Snapshots[]", arguments={"OwnerIds": ["self"], "MaxResults": 1000}
    ),
    known_as=KnownAs(
        terraform=("aws_ebs_snapshot", "aws_ebs_snapshot_copy"),
        terraform_fields={
            "SnapshotId": "id",
            "State": "",
            "VolumeSize": "volume_size",
            "StartTime": "start_time",
            "StorageTier": "storage_tier",
        },
    ),
    # EC2 gives the snapshots of a region no account: arn:aws:ec2:eu-west-1::snapshot/snap-0a1b.
    id=arn("ec2", "snapshot/{SnapshotId}", has_account=False),
    name=tag("Name") | at("SnapshotId"),
    state=at("State").as_state({**AWS_LIFECYCLE, "completed": State.RUNNING}),
    tags=at("Tags"),
    facts={
        "capacity_gb": at("VolumeSize"),
        "created": at("StartTime"),
        "encrypted": at("Encrypted"),
        "class": at("StorageTier"),
        "description": at("Description"),
    },
    sublabel=("capacity_gb",),
    links=(
        uses("aws.ec2.volume", at("VolumeId")),
        uses("aws.kms.key", at("KmsKeyId")),
    ),
    volatile=("Progress",),
    supporting=True,
)

STACK = ResourceType(
    key="aws.cloudformation.stack",
    kind=Kind.OTHER,
    title="CloudFormation stack",
    icon="aws/cloudformation-stack",
    listing=AwsCall("cloudformation", "describe_stacks", "Stacks[]"),
    known_as=KnownAs(
        cloudformation="AWS::CloudFormation::Stack",
        config="AWS::CloudFormation::Stack",
        in_config=InConfig(items=False),
        terraform=("aws_cloudformation_stack",),
        terraform_fields={
            "StackId": "id",
            "StackName": "name",
            "StackStatus": "",
            "CreationTime": "",
            "ParentId": "",
            "RoleARN": "iam_role_arn",
            "NotificationARNs[]": "notification_arns[]",
            "EnableTerminationProtection": "",
            "Description": "",
        },
    ),
    # A UUID ends the real ARN.
    id=arn("cloudformation", "stack/{StackName}", given=at("StackId")),
    name=at("StackName"),
    state=at("StackStatus").as_state(
        {
            "create_complete": State.RUNNING,
            "update_complete": State.RUNNING,
            "import_complete": State.RUNNING,
            "create_in_progress": State.PENDING,
            "review_in_progress": State.PENDING,
            "import_in_progress": State.UPDATING,
            "update_in_progress": State.UPDATING,
            "update_complete_cleanup_in_progress": State.UPDATING,
            "rollback_in_progress": State.UPDATING,
            "update_rollback_in_progress": State.UPDATING,
            "delete_in_progress": State.DELETING,
            "update_rollback_complete": State.RUNNING,
            "create_failed": State.FAILED,
            "delete_failed": State.FAILED,
            "rollback_complete": State.FAILED,
            "rollback_failed": State.FAILED,
            "update_failed": State.FAILED,
            "update_rollback_failed": State.FAILED,
        }
    ),
    tags=at("Tags"),
    facts={
        "description": at("Description"),
        "created": at("CreationTime"),
        "protected": at("EnableTerminationProtection"),
    },
    sublabel=(),
    links=(
        member_of("aws.cloudformation.stack", at("ParentId")),
        runs_as("aws.iam.role", at("RoleARN")),
        routes_to("aws.sns.topic", at("NotificationARNs[]")),
    ),
    # What goes in and what comes out may be anything, passwords too; when drift was looked for is no change.
    volatile=("Parameters", "Outputs", "DriftInformation", "LastOperations"),
    supporting=True,
)

PARAMETER = ResourceType(
    key="aws.ssm.parameter",
    kind=Kind.OTHER,
    title="Systems Manager parameter",
    icon="aws/ssm-parameter",
    # Names only: nothing here reads a value.
    listing=AwsCall(
        "ssm",
        "describe_parameters",
        "Parameters[]",
        arguments={"MaxResults": 50},
        details=(
            AwsDetail(
                "list_tags_for_resource",
                {"ResourceType": "=Parameter", "ResourceId": "Name"},
                result="TagList[]",
                into="Tags",
                is_tags=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::SSM::Parameter",
        terraform=("aws_ssm_parameter",),
        terraform_fields={"ARN": "arn", "Name": "name|id", "KeyId": "key_id"},
    ),
    # …:parameter/app/db of /app/db as of app/db.
    id=arn("ssm", "parameter/{Name}", given=at("ARN")),
    name=at("Name"),
    tags=at("Tags"),
    facts={"class": at("Type"), "tier": at("Tier"), "description": at("Description")},
    sublabel=("class",),
    # May also be an alias, alias/aws/ssm being AWS's own key.
    links=(uses("aws.kms.key", at("KeyId")),),
    volatile=("LastModifiedUser",),
    supporting=True,
)

BACKUP_VAULT = ResourceType(
    key="aws.backup.vault",
    kind=Kind.BUCKET,
    title="AWS Backup vault",
    icon="aws/backup-vault",
    listing=AwsCall("backup", "list_backup_vaults", "BackupVaultList[]", arguments={"MaxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::Backup::BackupVault",
        config="AWS::Backup::BackupVault",
        terraform=("aws_backup_vault", "aws_backup_logically_air_gapped_vault"),
        terraform_fields={
            "BackupVaultArn": "arn",
            "BackupVaultName": "name",
            "EncryptionKeyArn": "kms_key_arn|encryption_key_arn",
            "VaultState": "",
            "Locked": "",
            "CreationDate": "",
        },
    ),
    id=arn("backup", "backup-vault:{BackupVaultName}", given=at("BackupVaultArn")),
    name=at("BackupVaultName"),
    state=at("VaultState").as_state(AWS_LIFECYCLE),
    facts={"locked": at("Locked"), "created": at("CreationDate")},
    sublabel=(),
    links=(uses("aws.kms.key", at("EncryptionKeyArn")),),
    volatile=("NumberOfRecoveryPoints",),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (SNAPSHOT, STACK, PARAMETER, BACKUP_VAULT)

JOINS: tuple[TerraformJoin, ...] = ()
