"""Caches and the groups that replicate them."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    contains,
    guarded_by,
    inside,
    member_of,
    routes_to,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE

_TAGS = AwsDetail("list_tags_for_resource", {"ResourceName": "ARN"}, result="TagList[]", into="Tags", is_tags=True)

CACHE_CLUSTER = ResourceType(
    key="aws.elasticache.cluster",
    kind=Kind.CACHE,
    title="ElastiCache cluster",
    icon="aws/elasticache-cluster",
    listing=AwsCall(
        "elasticache",
        "describe_cache_clusters",
        "CacheClusters[]",
        arguments={"ShowCacheNodeInfo": True, "MaxRecords": 100},
        details=(
            _TAGS,
            # A cluster names its subnet group only; the group knows the VPC. One paged call a region.
            AwsDetail(
                "describe_cache_subnet_groups",
                result="CacheSubnetGroups[]",
                into="SubnetGroups",
                match=("CacheSubnetGroupName", "CacheSubnetGroupName"),
                bulk=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ElastiCache::CacheCluster",
        terraform=("aws_elasticache_cluster",),
        terraform_fields={
            "ARN": "arn",
            "CacheClusterId": "cluster_id",
            "CacheClusterStatus": "",
            "CacheNodeType": "node_type",
            "NumCacheNodes": "num_cache_nodes",
            "EngineVersion": "engine_version_actual|engine_version",
            "PreferredAvailabilityZone": "availability_zone",
            "CacheNodes[].Endpoint.Address": "cache_nodes[].address",
            "SecurityGroups[].SecurityGroupId": "security_group_ids[]",
            "NotificationConfiguration.TopicArn": "notification_topic_arn",
            # A state names the subnet group only.
            "SubnetGroups[].VpcId": "",
            "SubnetGroups[].Subnets[].SubnetIdentifier": "",
        },
    ),
    id=arn("elasticache", "cluster:{CacheClusterId}", given=at("ARN")),
    name=at("CacheClusterId"),
    state=at("CacheClusterStatus").as_state(AWS_LIFECYCLE),
    zone=at("PreferredAvailabilityZone"),
    tags=at("Tags"),
    facts={
        "engine": at("Engine"),
        "version": at("EngineVersion"),
        "size": at("CacheNodeType"),
        "nodes": at("NumCacheNodes"),
        "endpoint": at("CacheNodes[].Endpoint.Address"),
    },
    sublabel=("engine", "size"),
    links=(
        inside("aws.ec2.vpc", at("SubnetGroups[].VpcId")),
        member_of("aws.ec2.subnet", at("SubnetGroups[].Subnets[].SubnetIdentifier")),
        member_of("aws.elasticache.replication_group", at("ReplicationGroupId")),
        guarded_by("aws.ec2.security_group", at("SecurityGroups[].SecurityGroupId")),
        routes_to("aws.sns.topic", at("NotificationConfiguration.TopicArn")),
    ),
)

REPLICATION_GROUP = ResourceType(
    key="aws.elasticache.replication_group",
    kind=Kind.CACHE,
    title="ElastiCache replication group",
    icon="aws/elasticache-replication-group",
    listing=AwsCall(
        "elasticache",
        "describe_replication_groups",
        "ReplicationGroups[]",
        arguments={"MaxRecords": 100},
        details=(_TAGS,),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ElastiCache::ReplicationGroup",
        terraform=("aws_elasticache_replication_group",),
        terraform_fields={
            "ARN": "arn",
            "ReplicationGroupId": "replication_group_id",
            "Status": "",
            "CacheNodeType": "node_type",
            "MultiAZ": "multi_az_enabled",
            "MemberClusters[]": "member_clusters[]",
            "AtRestEncryptionEnabled": "at_rest_encryption_enabled",
        },
    ),
    id=arn("elasticache", "replicationgroup:{ReplicationGroupId}", given=at("ARN")),
    name=at("ReplicationGroupId"),
    state=at("Status").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "size": at("CacheNodeType"),
        "description": at("Description"),
        "multi_zone": at("MultiAZ"),
        "encrypted": at("AtRestEncryptionEnabled"),
    },
    links=(
        contains("aws.elasticache.cluster", at("MemberClusters[]")),
        uses("aws.kms.key", at("KmsKeyId")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (CACHE_CLUSTER, REPLICATION_GROUP)

JOINS: tuple[TerraformJoin, ...] = ()
