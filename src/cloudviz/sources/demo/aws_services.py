"""Functions, queues, roles and the edge of the demo's AWS account, and types that CloudViz keeps as ``aws.other``.

Shapes: ListFunctions with tags and event sources (Lambda), GetQueueAttributes (SQS), the RoleDetailList of
GetAccountAuthorizationDetails and ListInstanceProfiles (IAM); CloudFront, Route 53, WAF, ElastiCache, KMS and
Secrets Manager as their list calls answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from cloudviz.sources.demo.aws_network import Network
from cloudviz.sources.demo.aws_place import ACCOUNT, AwsPlace
from cloudviz.sources.demo.estate import Body, hex_of, hourly


def role_arn(name: str, path: str = "/") -> str:
    """The ARN of a role of this account."""
    return f"arn:aws:iam::{ACCOUNT}:role{path}{name}"


def role(
    account: AwsPlace, name: str, service: str, *, profile: bool = False, trusts: str = "", path: str = "/"
) -> None:
    """A role that ``service`` may take on, or the role ``trusts``; ``profile`` adds its instance profile."""
    principal: Body = {"AWS": role_arn(trusts)} if trusts else {"Service": service}
    created = "2024-02-13T07:50:01+00:00"
    details: Body = {
        "Path": path,
        "RoleName": name,
        "RoleId": f"AROA{hex_of(name, 17).upper()}",
        "Arn": role_arn(name, path),
        "CreateDate": created,
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        },
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}],
        "AttachedManagedPolicies": [],
        "Tags": account.tags(name),
        "RoleLastUsed": {"LastUsedDate": account.plan.taken_at, "Region": "us-east-1"},
    }
    account.add("aws.iam.role", "AWS::IAM::Role", details)
    if profile:
        brief = {key: details[key] for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate")}
        account.add(
            "aws.iam.instance_profile",
            "AWS::IAM::InstanceProfile",
            {
                "Path": "/",
                "InstanceProfileName": name,
                "InstanceProfileId": f"AIPA{hex_of(name, 17).upper()}",
                "Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/{name}",
                "CreateDate": created,
                "Roles": [brief],
                "Tags": [],
            },
        )


def function(
    place: AwsPlace,
    name: str,
    runtime: str,
    memory: int,
    owner: str,
    monthly: str,
    *,
    role_name: str = "acme-lambda",
    network: Network | None = None,
    sources: Sequence[str] = (),
    dead_letters: str = "",
    tags: dict[str, str] | None = None,
) -> str:
    """A function, fed by ``sources`` (ARNs of queues and streams). Returns its ARN."""
    arn = place.arn("lambda", f"function:{name}")
    body: Body = {
        "FunctionName": name,
        "FunctionArn": arn,
        "Runtime": runtime,
        "Role": role_arn(role_name),
        "Handler": "app.handler",
        "CodeSize": 1048576 + int(hex_of(name, 5), 16),
        "Description": "",
        "Timeout": 30,
        "MemorySize": memory,
        "LastModified": "2025-10-28T14:03:55.000+0000",
        "CodeSha256": hex_of(name, 44),
        "Version": "$LATEST",
        "Environment": {
            "Variables": {"STAGE": "prod", "DATABASE_PASSWORD": "never shown: environments are redacted"}
        },
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": hex_of(f"{name}/revision", 32),
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "EphemeralStorage": {"Size": 512},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{name}"},
        "Tags": {"env": "prod", "owner": owner, **(tags or {})},
    }
    if network is not None:
        body["VpcConfig"] = {
            "SubnetIds": network.in_tier("app"),
            "SecurityGroupIds": [network.groups["lambda"]],
            "VpcId": network.vpc,
        }
    if sources:
        body["EventSourceMappings"] = [
            {
                "UUID": hex_of(f"{name}/{source}", 32),
                "BatchSize": 10,
                "EventSourceArn": source,
                "FunctionArn": arn,
                "State": "Enabled",
                "StateTransitionReason": "USER_INITIATED",
            }
            for source in sources
        ]
    if dead_letters:
        body["DeadLetterConfig"] = {"TargetArn": dead_letters}
    place.add("aws.lambda.function", "AWS::Lambda::Function", body, arn, Decimal(monthly))
    return arn


def queue(place: AwsPlace, name: str, owner: str, *, dead_letters: str = "", monthly: str = "4.00") -> str:
    """A queue. Returns its ARN."""
    arn = place.arn("sqs", name)
    body: Body = {
        "@item": f"https://sqs.{place.region}.amazonaws.com/{ACCOUNT}/{name}",
        "QueueArn": arn,
        "ApproximateNumberOfMessages": hex_of(f"{name}{place.plan.moment}", 1),
        "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "CreatedTimestamp": "1708420442",
        "LastModifiedTimestamp": "1708420442",
        "VisibilityTimeout": "60",
        "MaximumMessageSize": "262144",
        "MessageRetentionPeriod": "1209600" if name.endswith("-dlq") else "345600",
        "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "20",
        "SqsManagedSseEnabled": "true",
        "Tags": {"env": "prod", "owner": owner},
    }
    if dead_letters:
        policy = {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 5}
        body["RedrivePolicy"] = json.dumps(policy)
    place.add("aws.sqs.queue", "AWS::SQS::Queue", body, arn, Decimal(monthly))
    return arn


def secret_arn(place: AwsPlace, name: str) -> str:
    """The ARN of a secret, with the six characters that Secrets Manager adds."""
    return place.arn("secretsmanager", f"secret:{name}-{hex_of(f'{place.region}/{name}', 6)}")


def secret(place: AwsPlace, name: str) -> None:
    """A secret as ListSecrets shows it: everything but its value."""
    place.add(
        "aws.secretsmanager.secret",
        "AWS::SecretsManager::Secret",
        {
            "ARN": secret_arn(place, name),
            "Name": name,
            "RotationEnabled": True,
            "KmsKeyId": place.kms_key("data"),
            "Tags": place.tags(name),
        },
        secret_arn(place, name),
        Decimal("0.40"),
    )


def key(place: AwsPlace, alias: str) -> None:
    """A customer-managed key as DescribeKey shows it."""
    arn = place.kms_key(alias)
    place.add(
        "aws.kms.key",
        "AWS::KMS::Key",
        {
            "AWSAccountId": ACCOUNT,
            "KeyId": arn.rsplit("/", 1)[-1],
            "Arn": arn,
            "CreationDate": "2024-02-13T07:49:12.661000+00:00",
            "Enabled": True,
            "Description": f"acme {alias}",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "KeyManager": "CUSTOMER",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "MultiRegion": False,
            "Tags": place.tags(f"acme-{alias}"),
        },
        arn,
        Decimal("1.00"),
    )


def cache_group(place: AwsPlace, name: str, members: Sequence[str], size: str) -> None:
    """A group of Redis nodes that replicate each other; the nodes are what costs."""
    arn = place.arn("elasticache", f"replicationgroup:{name}")
    place.add(
        "aws.elasticache.replication_group",
        "AWS::ElastiCache::ReplicationGroup",
        {
            "ReplicationGroupId": name,
            "ARN": arn,
            "Description": "Sessions of the shop",
            "Status": "available",
            "MemberClusters": list(members),
            "AutomaticFailover": "enabled",
            "MultiAZ": "enabled",
            "CacheNodeType": size,
            "AtRestEncryptionEnabled": True,
            "Tags": place.tags(name),
        },
    )


def cache(place: AwsPlace, network: Network, name: str, size: str, dollars: str, zone: str) -> None:
    """A Redis node."""
    arn = place.arn("elasticache", f"cluster:{name}")
    place.add(
        "aws.elasticache.cluster",
        "AWS::ElastiCache::CacheCluster",
        {
            "CacheClusterId": name,
            "Name": name,
            "ARN": arn,
            "CacheNodeType": size,
            "Engine": "redis",
            "EngineVersion": "7.1.0",
            "CacheClusterStatus": "available",
            "NumCacheNodes": 1,
            "PreferredAvailabilityZone": zone,
            "CacheSubnetGroupName": "data",
            "SecurityGroups": [{"SecurityGroupId": network.groups["cache"], "Status": "active"}],
            "ReplicationGroupId": "session-cache",
            "Tags": place.tags(name, owner="team-web"),
        },
        arn,
        hourly(dollars),
    )


def edge(account: AwsPlace) -> None:
    """What stands before everything: name, content delivery, web firewall."""
    distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E2ACMEWEB7F3QK"
    firewall = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/acme-web-acl/{hex_of('waf', 32)}"
    account.add(
        "aws.route53.hosted_zone",
        "AWS::Route53::HostedZone",
        {
            "Id": "/hostedzone/Z0ACME3EXAMPLE1",
            "Name": "acme.example.",
            "CallerReference": "acme",
            "Config": {"PrivateZone": False},
            "ResourceRecordSetCount": 14,
        },
    )
    account.add(
        "aws.cloudfront.distribution",
        "AWS::CloudFront::Distribution",
        {
            "Id": "E2ACMEWEB7F3QK",
            "ARN": distribution,
            "Status": "Deployed",
            "DomainName": "d1acme0example.cloudfront.net",
            "Aliases": {"Quantity": 1, "Items": ["www.acme.example"]},
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {"Id": "assets", "DomainName": "acme-assets.s3.us-east-1.amazonaws.com", "OriginPath": ""}
                ],
            },
            "PriceClass": "PriceClass_100",
            "Enabled": True,
            "WebACLId": firewall,
        },
        distribution,
        Decimal("212.40"),
    )
    account.add(
        "aws.wafv2.web_acl",
        "AWS::WAFv2::WebACL",
        {
            "Name": "acme-web-acl",
            "Id": hex_of("waf", 32),
            "Description": "Managed rules before the shop",
            "LockToken": hex_of("waf-lock", 32),
            "ARN": firewall,
        },
        firewall,
        Decimal("9.00"),
    )
