"""Which Terraform resources are things of a cloud, and of which."""

from __future__ import annotations

PROVIDERS: dict[str, str] = {
    "aws": "aws",
    "awscc": "aws",
    "azurerm": "azure",
    "azapi": "azure",
    "azurestack": "azure",
    "google": "gcp",
}
"""The first word of a resource type → the provider word of CloudViz; any other word stands for itself."""

HELPERS: dict[str, str] = {
    "archive": "packs files on the machine that runs Terraform",
    "cloudinit": "renders text for user data",
    "external": "calls a program",
    "http": "fetches a page",
    "local": "writes files on the machine that runs Terraform",
    "null": "is a place to hang provisioners on",
    "random": "draws a name or password",
    "template": "renders text",
    "terraform": "stores a value in the state (terraform_data)",
    "time": "remembers a moment",
    "tls": "makes keys and certificates inside the state",
}
"""Providers whose resources exist in no cloud, and why. They are left out and counted."""

SETTINGS: dict[str, str] = {
    "aws_autoscaling_policy": "a rule of its group",
    "aws_default_network_acl": "adopts what every VPC has",
    "aws_ebs_encryption_by_default": "a switch of the account",
    "aws_ecr_lifecycle_policy": "a rule of its repository",
    "aws_ecr_repository_policy": "the policy of its repository",
    "aws_iam_account_alias": "a name of the account",
    "aws_iam_account_password_policy": "a rule of the account",
    "aws_iam_group_membership": "who is in a group",
    "aws_iam_group_policy": "written into its group",
    "aws_iam_group_policy_attachment": "which policy a group has",
    "aws_iam_policy_attachment": "which policy others have",
    "aws_iam_role_policy": "written into its role",
    "aws_iam_role_policy_attachment": "which policy a role has",
    "aws_iam_user_group_membership": "which groups a user is in",
    "aws_iam_user_policy": "written into its user",
    "aws_iam_user_policy_attachment": "which policy a user has",
    "aws_lb_listener_rule": "a line of its listener",
    "aws_alb_listener_rule": "a line of its listener",
    "aws_sqs_queue_redrive_policy": "written into its queue",
    "aws_lambda_permission": "a statement in its function's policy",
    "aws_lb_listener_certificate": "which certificate a listener has",
    "aws_main_route_table_association": "which route table is a VPC's main one",
    "aws_route": "a line of its route table",
    "aws_route53_record": "a line of its zone",
    "aws_s3_account_public_access_block": "a switch of the account",
    "aws_s3_bucket_accelerate_configuration": "a switch of its bucket",
    "aws_s3_bucket_acl": "written into its bucket",
    "aws_s3_bucket_cors_configuration": "written into its bucket",
    "aws_s3_bucket_intelligent_tiering_configuration": "written into its bucket",
    "aws_s3_bucket_inventory": "written into its bucket",
    "aws_s3_bucket_lifecycle_configuration": "written into its bucket",
    "aws_s3_bucket_logging": "written into its bucket",
    "aws_s3_bucket_metric": "written into its bucket",
    "aws_s3_bucket_object": "a file in its bucket",
    "aws_s3_bucket_object_lock_configuration": "written into its bucket",
    "aws_s3_bucket_ownership_controls": "written into its bucket",
    "aws_s3_bucket_policy": "written into its bucket",
    "aws_s3_bucket_public_access_block": "written into its bucket",
    "aws_s3_bucket_replication_configuration": "written into its bucket",
    "aws_s3_bucket_request_payment_configuration": "written into its bucket",
    "aws_s3_bucket_server_side_encryption_configuration": "written into its bucket",
    "aws_s3_bucket_versioning": "written into its bucket",
    "aws_s3_bucket_website_configuration": "written into its bucket",
    "aws_s3_object": "a file in its bucket",
    "aws_secretsmanager_secret_policy": "the policy of its secret",
    "aws_secretsmanager_secret_version": "the value of a secret",
    "aws_sns_topic_policy": "the policy of its topic",
    "aws_sqs_queue_policy": "the policy of its queue",
    "aws_sqs_queue_redrive_allow_policy": "the policy of its queue",
    "aws_vpc_dhcp_options_association": "which options a VPC has",
    "azurerm_key_vault_access_policy": "a line of its vault's policy",
    "azurerm_key_vault_secret": "the value of a secret",
    "azurerm_resource_provider_registration": "a switch of the subscription",
    "azurerm_storage_blob": "a file in its container",
    "google_project_service": "a switch of the project",
    "google_secret_manager_secret_version": "the value of a secret",
    "google_service_account_key": "the value of a secret",
    "google_storage_bucket_acl": "written into its bucket",
    "google_storage_bucket_object": "a file in its bucket",
    "google_storage_default_object_acl": "written into its bucket",
}
"""Types that Terraform needs to write one setting into another resource. In the cloud they are no resources: no
scan could find them, and they have no id there. They are left out and counted, unless the catalogue makes a link
of them (``TerraformJoin``)."""

_GOOGLE_BINDINGS = ("_iam_member", "_iam_binding", "_iam_policy", "_iam_audit_config")


def is_helper(native_type: str) -> bool:
    """Whether a type belongs to a provider whose resources exist in no cloud."""
    return native_type.split("_", 1)[0] in HELPERS


def is_setting(native_type: str) -> bool:
    """Whether a type only writes a setting into another resource."""
    if native_type in SETTINGS:
        return True
    return native_type.startswith("google_") and native_type.endswith(_GOOGLE_BINDINGS)


def provider_of(native_type: str) -> str:
    """``aws``, ``azure``, ``gcp``, or the type's own first word, such as ``openstack``."""
    prefix = native_type.split("_", 1)[0]
    return PROVIDERS.get(prefix, prefix)
