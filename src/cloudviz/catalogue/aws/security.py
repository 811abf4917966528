"""Keys, secrets, certificates, and the firewall before web traffic."""

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
    guarded_by,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE, State
from cloudviz.inventory.model import LinkKind

_TRIGGERS = {
    "PreSignUp": "pre_sign_up",
    "PostConfirmation": "post_confirmation",
    "PostAuthentication": "post_authentication",
    "PreTokenGeneration": "pre_token_generation",
}
"""The moments at which a user pool calls a function, and what Terraform calls them."""

KEY = ResourceType(
    key="aws.kms.key",
    kind=Kind.KEY,
    title="KMS key",
    icon="aws/kms-key",
    listing=AwsCall(
        "kms",
        "list_keys",
        "Keys[]",
        arguments={"Limit": 1000},
        details=(
            AwsDetail("describe_key", {"KeyId": "KeyId"}, result="KeyMetadata"),
            AwsDetail(
                "list_aliases", result="Aliases[]", into="Aliases", match=("TargetKeyId", "KeyId"), bulk=True
            ),
            AwsDetail("list_resource_tags", {"KeyId": "KeyId"}, result="Tags[]", into="Tags", is_tags=True),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::KMS::Key",
        config="AWS::KMS::Key",
        terraform=("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"),
        terraform_fields={
            "Arn": "arn",
            "KeyArn": "arn",
            "KeyState": "",
            "KeyManager": "",
            "KeySpec": "customer_master_key_spec|key_spec",
            "MultiRegionConfiguration.PrimaryKey.Arn": "primary_key_arn",
            # Aliases are resources of their own in a state.
            "Aliases[].AliasName": "",
        },
    ),
    id=arn("kms", "key/{KeyId}", given=at("Arn") | at("KeyArn")),
    name=at("Aliases[].AliasName") | at("KeyId"),
    state=at("KeyState").as_state(
        {
            **AWS_LIFECYCLE,
            "disabled": State.STOPPED,
            "pendingdeletion": State.DELETING,
            "pendingimport": State.PENDING,
        }
    ),
    tags=at("Tags"),
    facts={
        "alias": at("Aliases[].AliasName"),
        "description": at("Description"),
        "size": at("KeySpec"),
        "managed_by": at("KeyManager"),
        "multi_region": at("MultiRegion"),
    },
    links=(uses("aws.kms.key", at("MultiRegionConfiguration.PrimaryKey.Arn")),),
    # A queue or topic may name its key as alias/orders.
    aliases=("alias",),
    volatile=("Aliases[].LastUpdatedDate",),
)

SECRET = ResourceType(
    key="aws.secretsmanager.secret",
    kind=Kind.SECRET,
    title="Secrets Manager secret",
    icon="aws/secrets-manager-secret",
    listing=AwsCall("secretsmanager", "list_secrets", "SecretList[]", arguments={"MaxResults": 100}),
    known_as=KnownAs(
        cloudformation="AWS::SecretsManager::Secret",
        config="AWS::SecretsManager::Secret",
        in_config=InConfig(fields={"CreatedDate": "resourceCreationTime"}),
        terraform=("aws_secretsmanager_secret",),
        terraform_fields={
            "ARN": "arn",
            "CreatedDate": "",
            "RotationEnabled": "rotation_enabled",
            "RotationLambdaARN": "rotation_lambda_arn",
        },
    ),
    # Six random characters end the real ARN.
    id=arn("secretsmanager", "secret:{Name}", given=at("ARN")),
    name=at("Name"),
    tags=at("Tags"),
    facts={
        "description": at("Description"),
        "rotates": at("RotationEnabled"),
        "created": at("CreatedDate"),
    },
    sublabel=(),
    links=(
        uses("aws.kms.key", at("KmsKeyId")),
        uses("aws.lambda.function", at("RotationLambdaARN")),
    ),
    volatile=("LastAccessedDate", "LastChangedDate", "SecretVersionsToStages"),
)

CERTIFICATE = ResourceType(
    key="aws.acm.certificate",
    kind=Kind.CERTIFICATE,
    title="ACM certificate",
    icon="aws/acm-certificate",
    # Without Includes only RSA 2048 certificates are listed.
    listing=AwsCall(
        "acm",
        "list_certificates",
        "CertificateSummaryList[]",
        arguments={
            "MaxItems": 1000,
            "Includes": {
                "keyTypes": [
                    "RSA_1024",
                    "RSA_2048",
                    "RSA_3072",
                    "RSA_4096",
                    "EC_prime256v1",
                    "EC_secp384r1",
                    "EC_secp521r1",
                ]
            },
        },
        details=(
            AwsDetail(
                "list_tags_for_certificate",
                {"CertificateArn": "CertificateArn"},
                result="Tags[]",
                into="Tags",
                is_tags=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::CertificateManager::Certificate",
        config="AWS::ACM::Certificate",
        in_config=InConfig(
            fields={"SubjectAlternativeNameSummaries[]": "configuration.subjectAlternativeNames[]"}
        ),
        terraform=("aws_acm_certificate",),
        terraform_fields={
            "CertificateArn": "arn",
            "SubjectAlternativeNameSummaries[]": "subject_alternative_names[]",
            "KeyAlgorithm": "key_algorithm",
        },
    ),
    id=arn("acm", "certificate/{CertificateArn}", given=at("CertificateArn")),
    name=at("DomainName"),
    state=at("Status").as_state(
        {
            "issued": State.RUNNING,
            "pending_validation": State.PENDING,
            "inactive": State.STOPPED,
            "expired": State.STOPPED,
            "revoked": State.TERMINATED,
            "validation_timed_out": State.FAILED,
            "failed": State.FAILED,
        }
    ),
    tags=at("Tags"),
    facts={
        "names": at("SubjectAlternativeNameSummaries[]"),
        "expires": at("NotAfter"),
        "algorithm": at("KeyAlgorithm"),
    },
    sublabel=("expires",),
    supporting=True,
)

# CloudFront's own ACLs are in no region, and asked for in us-east-1. What they guard says so itself: WAF does not
# list distributions. https://docs.aws.amazon.com/waf/latest/APIReference/API_ListWebACLs.html
_CLOUDFRONT_ACLS = AwsCall(
    "wafv2", "list_web_acls", "WebACLs[]", arguments={"Scope": "CLOUDFRONT", "Limit": 100}, is_global=True
)

WEB_ACL = ResourceType(
    key="aws.wafv2.web_acl",
    kind=Kind.FIREWALL,
    title="WAF web ACL",
    icon="aws/waf-web-acl",
    listing=AwsCall(
        "wafv2",
        "list_web_acls",
        "WebACLs[]",
        arguments={"Scope": "REGIONAL", "Limit": 100},
        details=(
            # What an ACL guards: load balancers unless another type is asked for.
            AwsDetail(
                "list_resources_for_web_acl",
                {"WebACLArn": "ARN", "ResourceType": "=APPLICATION_LOAD_BALANCER"},
                result="ResourceArns[]",
                into="LoadBalancers",
            ),
            AwsDetail(
                "list_resources_for_web_acl",
                {"WebACLArn": "ARN", "ResourceType": "=API_GATEWAY"},
                result="ResourceArns[]",
                into="Apis",
            ),
        ),
        also=(_CLOUDFRONT_ACLS,),
    ),
    known_as=KnownAs(
        cloudformation="AWS::WAFv2::WebACL",
        config="AWS::WAFv2::WebACL",
        terraform=("aws_wafv2_web_acl",),
        terraform_fields={
            "ARN": "arn",
            # Associations are resources of their own in a state: see JOINS.
            "LoadBalancers[]": "",
            "Apis[]": "",
        },
    ),
    # regional/webacl/… or global/webacl/…, and always named by ARN.
    id=arn("wafv2", "{ARN}", given=at("ARN")),
    name=at("Name"),
    region=at("ARN").matching(r"^arn:[^:]*:wafv2:[^:]*:\d*:(global)/"),
    facts={"description": at("Description")},
    sublabel=(),
    links=(
        guarded_by("aws.elbv2.alb", at("LoadBalancers[]"), reverse=True),
        # …/restapis/<id>/stages/<stage>: the API is what there is to see.
        guarded_by(
            "aws.apigateway.rest_api",
            at("Apis[]").matching(r"^(arn:[^:]*:apigateway:[^:]*::/restapis/[^/]+)"),
            reverse=True,
        ),
    ),
    supporting=True,
)

USER_POOL = ResourceType(
    key="aws.cognito.user_pool",
    kind=Kind.IDENTITY,
    title="Cognito user pool",
    icon="aws/cognito-user-pool",
    listing=AwsCall("cognito-idp", "list_user_pools", "UserPools[]", arguments={"MaxResults": 60}),
    known_as=KnownAs(
        cloudformation="AWS::Cognito::UserPool",
        config="AWS::Cognito::UserPool",
        terraform=("aws_cognito_user_pool",),
        terraform_fields={
            "CreationDate": "creation_date",
            **{f"LambdaConfig.{name}": f"lambda_config[].{field}" for name, field in _TRIGGERS.items()},
        },
    ),
    id=arn("cognito-idp", "userpool/{Id}"),
    name=at("Name"),
    facts={"created": at("CreationDate")},
    sublabel=(),
    links=tuple(uses("aws.lambda.function", at(f"LambdaConfig.{name}")) for name in _TRIGGERS),
    volatile=("LastModifiedDate",),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (KEY, SECRET, CERTIFICATE, WEB_ACL, USER_POOL)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_wafv2_web_acl_association",
        LinkKind.GUARDED_BY,
        ("aws.elbv2.alb", at("resource_arn").matching(r"^(arn:[^:]*:elasticloadbalancing:.+)$")),
        ("aws.wafv2.web_acl", "web_acl_arn"),
    ),
)
