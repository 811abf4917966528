"""Who may do what: roles, their policies, and the profiles that hand roles to machines."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.inventory.model import LinkKind

ROLE = ResourceType(
    key="aws.iam.role",
    kind=Kind.IDENTITY,
    title="IAM role",
    icon="aws/iam-role",
    # One paged call for roles with their tags and policies, where ListRoles needs two more calls a role at 15/s.
    listing=AwsCall(
        "iam",
        "get_account_authorization_details",
        "RoleDetailList[]",
        arguments={"Filter": ["Role"], "MaxItems": 1000},
        is_global=True,
    ),
    known_as=KnownAs(
        cloudformation="AWS::IAM::Role",
        config="AWS::IAM::Role",
        terraform=("aws_iam_role",),
        terraform_fields={
            "Arn": "arn",
            "RoleName": "name|id",
            "AttachedManagedPolicies[]": "",
            "AttachedManagedPolicies[].PolicyArn": "managed_policy_arns[]",
            "PermissionsBoundary.PermissionsBoundaryArn": "permissions_boundary",
            # A policy is a text of JSON in a state.
            "AssumeRolePolicyDocument.Statement[].Principal.AWS[]": (
                "assume_role_policy:Statement[].Principal.AWS[]"
            ),
        },
    ),
    id=arn("iam", "role/{RoleName}", given=at("Arn"), has_region=False),
    name=at("RoleName"),
    tags=at("Tags"),
    facts={"path": at("Path"), "created": at("CreateDate"), "policies": at("AttachedManagedPolicies[]").count()},
    sublabel=(),
    links=(
        uses("aws.iam.policy", at("AttachedManagedPolicies[].PolicyArn")),
        uses("aws.iam.policy", at("PermissionsBoundary.PermissionsBoundaryArn")),
        # A role named in the trust policy may become this one.
        uses(
            "aws.iam.role",
            at("AssumeRolePolicyDocument.Statement[].Principal.AWS[]").matching(r"^(arn:[^:]*:iam::\d*:role/.+)$"),
            reverse=True,
        ),
    ),
    volatile=("RoleLastUsed", "InstanceProfileList[].Roles[].RoleLastUsed"),
)

INSTANCE_PROFILE = ResourceType(
    key="aws.iam.instance_profile",
    kind=Kind.IDENTITY,
    title="IAM instance profile",
    icon="aws/iam-instance-profile",
    listing=AwsCall(
        "iam", "list_instance_profiles", "InstanceProfiles[]", arguments={"MaxItems": 1000}, is_global=True
    ),
    known_as=KnownAs(
        cloudformation="AWS::IAM::InstanceProfile",
        config="AWS::IAM::InstanceProfile",
        terraform=("aws_iam_instance_profile",),
        terraform_fields={
            "Arn": "arn",
            "InstanceProfileName": "name|id",
            "Roles[].Arn": "role",
        },
    ),
    id=arn("iam", "instance-profile/{InstanceProfileName}", given=at("Arn"), has_region=False),
    name=at("InstanceProfileName"),
    tags=at("Tags"),
    facts={"path": at("Path"), "created": at("CreateDate")},
    sublabel=(),
    links=(runs_as("aws.iam.role", at("Roles[].Arn")),),
    volatile=("Roles[].RoleLastUsed",),
    supporting=True,
)

POLICY = ResourceType(
    key="aws.iam.policy",
    kind=Kind.IDENTITY,
    title="IAM policy",
    icon="aws/iam-policy",
    # The customer's own; AWS's 1,400 managed ones are no resources of the account.
    listing=AwsCall(
        "iam",
        "list_policies",
        "Policies[]",
        arguments={"Scope": "Local", "MaxItems": 1000},
        is_global=True,
    ),
    known_as=KnownAs(
        cloudformation="AWS::IAM::ManagedPolicy",
        config="AWS::IAM::Policy",
        terraform=("aws_iam_policy",),
        terraform_fields={"Arn": "arn", "PolicyName": "name", "CreateDate": ""},
    ),
    id=arn("iam", "policy/{PolicyName}", given=at("Arn"), has_region=False),
    name=at("PolicyName"),
    tags=at("Tags"),
    facts={"path": at("Path"), "created": at("CreateDate")},
    sublabel=(),
    volatile=("AttachmentCount", "PermissionsBoundaryUsageCount"),
    supporting=True,
)

USER = ResourceType(
    key="aws.iam.user",
    kind=Kind.IDENTITY,
    title="IAM user",
    icon="aws/iam-user",
    listing=AwsCall("iam", "list_users", "Users[]", arguments={"MaxItems": 1000}, is_global=True),
    known_as=KnownAs(
        cloudformation="AWS::IAM::User",
        config="AWS::IAM::User",
        terraform=("aws_iam_user",),
        terraform_fields={"Arn": "arn", "UserName": "name|id", "CreateDate": ""},
    ),
    id=arn("iam", "user/{UserName}", given=at("Arn"), has_region=False),
    name=at("UserName"),
    tags=at("Tags"),
    facts={"path": at("Path"), "created": at("CreateDate")},
    sublabel=(),
    volatile=("PasswordLastUsed",),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (ROLE, INSTANCE_PROFILE, POLICY, USER)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_iam_role_policy_attachment",
        LinkKind.USES,
        ("aws.iam.role", "role"),
        ("aws.iam.policy", "policy_arn"),
    ),
)
