"""Clusters of containers, what runs in them, the images they run, and batch work."""

from __future__ import annotations

from collections.abc import Mapping

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    InConfig,
    KnownAs,
    Only,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    contains,
    guarded_by,
    inside,
    member_of,
    routes_to,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE

ECS_CLUSTER = ResourceType(
    key="aws.ecs.cluster",
    kind=Kind.CONTAINER_CLUSTER,
    title="ECS cluster",
    icon="aws/ecs-cluster",
    listing=AwsCall(
        "ecs",
        "list_clusters",
        "clusterArns[]",
        details=(
            AwsDetail(
                "describe_clusters",
                {"clusters": "@item[]", "include": "=TAGS,SETTINGS,CONFIGURATIONS"},
                result="clusters[]",
                match=("clusterArn", "@item"),
                batch=100,
            ),
            # A cluster names its capacity providers, which know the Auto Scaling group.
            AwsDetail(
                "describe_capacity_providers",
                {"capacityProviders": "capacityProviders"},
                result="capacityProviders[]",
                into="CapacityProviders",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ECS::Cluster",
        config="AWS::ECS::Cluster",
        in_config=InConfig(items=False),
        terraform=("aws_ecs_cluster",),
        terraform_fields={
            "clusterArn": "arn",
            "@item": "arn|id",
            "clusterName": "name",
            "status": "",
            "capacityProviders[]": "capacity_providers[]",
            "configuration.executeCommandConfiguration.kmsKeyId": (
                "configuration[].execute_command_configuration[].kms_key_id"
            ),
            # Capacity providers are resources of their own in a state.
            "CapacityProviders[].autoScalingGroupProvider.autoScalingGroupArn": "",
        },
    ),
    id=arn("ecs", "cluster/{clusterName}", given=at("clusterArn") | at("@item")),
    name=at("clusterName"),
    state=at("status").as_state(AWS_LIFECYCLE),
    tags=at("tags"),
    facts={"capacity": at("capacityProviders[]")},
    sublabel=("capacity",),
    links=(
        uses("aws.kms.key", at("configuration.executeCommandConfiguration.kmsKeyId")),
        uses(
            "aws.autoscaling.group",
            at("CapacityProviders[].autoScalingGroupProvider.autoScalingGroupArn"),
        ),
    ),
    volatile=(
        "runningTasksCount",
        "pendingTasksCount",
        "registeredContainerInstancesCount",
        "activeServicesCount",
        "statistics",
    ),
)

# One list for both: a service on Fargate says so by its launch type, or by a capacity provider.
_SERVICE_CALL = AwsCall(
    "ecs",
    "list_clusters",
    "clusterArns[]",
    each=AwsDetail("list_services", {"cluster": "@item"}, result="serviceArns[]"),
    details=(
        AwsDetail(
            "describe_services",
            {"cluster": "@parent", "services": "@item[]", "include": "=TAGS"},
            result="services[]",
            match=("serviceArn", "@item"),
            batch=10,
        ),
    ),
)
_FARGATE = ("FARGATE", "FARGATE_SPOT")
_CAPACITY = "capacityProviderStrategy[].capacityProvider"


def _service(key: str, title: str, icon: str, only: Only) -> ResourceType:
    """One of the two types that ``list_services`` returns together."""
    return ResourceType(
        key=key,
        kind=Kind.CONTAINER_SERVICE,
        title=title,
        icon=icon,
        listing=_SERVICE_CALL,
        known_as=KnownAs(
            cloudformation="AWS::ECS::Service",
            config="AWS::ECS::Service",
            in_config=InConfig(items=False),
            terraform=("aws_ecs_service",),
            terraform_fields={
                # Up to version 5 of the provider only "id" holds the ARN.
                "serviceArn": "arn|id",
                "@item": "arn|id",
                "serviceName": "name",
                "status": "",
                "clusterArn": "cluster",
                "taskDefinition": "task_definition",
                "launchType": "launch_type",
                _CAPACITY: "capacity_provider_strategy[].capacity_provider",
                "loadBalancers[].targetGroupArn": "load_balancer[].target_group_arn",
                "networkConfiguration.awsvpcConfiguration.subnets[]": "network_configuration[].subnets[]",
                "networkConfiguration.awsvpcConfiguration.securityGroups[]": (
                    "network_configuration[].security_groups[]"
                ),
                "roleArn": "iam_role",
            },
        ),
        id=arn("ecs", "service/{serviceName}", given=at("serviceArn") | at("@item")),
        name=at("serviceName"),
        state=at("status").as_state(AWS_LIFECYCLE),
        tags=at("tags"),
        facts={
            "desired": at("desiredCount"),
            "launch_type": at("launchType") | at(_CAPACITY),
            "platform": at("platformVersion"),
        },
        sublabel=("launch_type",),
        links=(
            member_of("aws.ecs.cluster", at("clusterArn")),
            member_of("aws.ec2.subnet", at("networkConfiguration.awsvpcConfiguration.subnets[]")),
            guarded_by("aws.ec2.security_group", at("networkConfiguration.awsvpcConfiguration.securityGroups[]")),
            # Traffic goes from the target group to the service's tasks.
            routes_to("aws.elbv2.target_group", at("loadBalancers[].targetGroupArn"), reverse=True),
            uses("aws.ecs.task_definition", at("taskDefinition")),
            runs_as("aws.iam.role", at("roleArn")),
        ),
        only=only,
        volatile=("runningCount", "pendingCount", "events", "deployments", "taskSets"),
    )


FARGATE_SERVICE = _service(
    "aws.ecs.fargate_service",
    "ECS service on Fargate",
    "aws/fargate-service",
    Only("launchType", equals=_FARGATE, also=(_CAPACITY,)),
)

ECS_SERVICE = _service(
    "aws.ecs.service",
    "ECS service on EC2",
    "aws/ecs-service",
    Only("launchType", equals=_FARGATE, also=(_CAPACITY,), others=True),
)

TASK_DEFINITION = ResourceType(
    key="aws.ecs.task_definition",
    kind=Kind.OTHER,
    title="ECS task definition",
    icon="aws/ecs-task-definition",
    # The newest revision of each family: an account keeps every revision it ever had, thousands of them.
    listing=AwsCall(
        "ecs",
        "list_task_definition_families",
        "families[]",
        arguments={"status": "ACTIVE"},
        item_key="family",
        details=(AwsDetail("describe_task_definition", {"taskDefinition": "@item"}, result="taskDefinition"),),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ECS::TaskDefinition",
        config="AWS::ECS::TaskDefinition",
        in_config=InConfig(items=False),
        terraform=("aws_ecs_task_definition",),
        terraform_fields={
            "taskDefinitionArn": "arn",
            "status": "",
            # The containers are a text of JSON in a state.
            "containerDefinitions[].image": "",
        },
    ),
    id=arn("ecs", "task-definition/{family}", given=at("taskDefinitionArn")),
    name=at("family"),
    state=at("status").as_state(AWS_LIFECYCLE),
    facts={
        "revision": at("revision"),
        "images": at("containerDefinitions[].image"),
        "cpu": at("cpu"),
        "memory_mb": at("memory"),
    },
    sublabel=("images",),
    links=(
        runs_as("aws.iam.role", at("taskRoleArn")),
        uses("aws.iam.role", at("executionRoleArn")),
        # <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>
        uses(
            "aws.ecr.repository",
            at("containerDefinitions[].image").matching(
                r"^[0-9]{12}\.dkr\.ecr[a-z-]*\.[a-z0-9-]+\.amazonaws\.com[a-z.]*/([^:@]+)"
            ),
        ),
        uses("aws.efs.file_system", at("volumes[].efsVolumeConfiguration.fileSystemId")),
    ),
    supporting=True,
)

REPOSITORY = ResourceType(
    key="aws.ecr.repository",
    kind=Kind.OTHER,
    title="ECR repository",
    icon="aws/ecr-repository",
    listing=AwsCall("ecr", "describe_repositories", "repositories[]", arguments={"maxResults": 1000}),
    known_as=KnownAs(
        cloudformation="AWS::ECR::Repository",
        config="AWS::ECR::Repository",
        in_config=InConfig(items=False),
        terraform=("aws_ecr_repository",),
        terraform_fields={
            "repositoryArn": "arn",
            "repositoryName": "name",
            "repositoryUri": "repository_url",
            "encryptionConfiguration.kmsKey": "encryption_configuration[].kms_key",
        },
    ),
    id=arn("ecr", "repository/{repositoryName}", given=at("repositoryArn")),
    name=at("repositoryName"),
    facts={"uri": at("repositoryUri"), "mutability": at("imageTagMutability")},
    sublabel=(),
    links=(uses("aws.kms.key", at("encryptionConfiguration.kmsKey")),),
    supporting=True,
)

EKS_CLUSTER = ResourceType(
    key="aws.eks.cluster",
    kind=Kind.CONTAINER_CLUSTER,
    title="EKS cluster",
    icon="aws/eks-cluster",
    listing=AwsCall(
        "eks",
        "list_clusters",
        "clusters[]",
        arguments={"maxResults": 100},
        item_key="name",
        details=(AwsDetail("describe_cluster", {"name": "@item"}, result="cluster"),),
    ),
    known_as=KnownAs(
        cloudformation="AWS::EKS::Cluster",
        config="AWS::EKS::Cluster",
        in_config=InConfig(items=False),
        terraform=("aws_eks_cluster",),
        terraform_fields={
            "resourcesVpcConfig.vpcId": "vpc_config[].vpc_id",
            "resourcesVpcConfig.subnetIds[]": "vpc_config[].subnet_ids[]",
            "resourcesVpcConfig.securityGroupIds[]": "vpc_config[].security_group_ids[]",
            "resourcesVpcConfig.clusterSecurityGroupId": "vpc_config[].cluster_security_group_id",
            "resourcesVpcConfig.endpointPublicAccess": "vpc_config[].endpoint_public_access",
            "encryptionConfig[].provider.keyArn": "encryption_config[].provider[].key_arn",
        },
    ),
    id=arn("eks", "cluster/{name}", given=at("arn")),
    name=at("name"),
    state=at("status").as_state(AWS_LIFECYCLE),
    tags=at("tags"),
    facts={
        "version": at("version"),
        "platform": at("platformVersion"),
        "endpoint": at("endpoint"),
        "public": at("resourcesVpcConfig.endpointPublicAccess"),
    },
    sublabel=("version",),
    links=(
        inside("aws.ec2.vpc", at("resourcesVpcConfig.vpcId")),
        member_of("aws.ec2.subnet", at("resourcesVpcConfig.subnetIds[]")),
        guarded_by("aws.ec2.security_group", at("resourcesVpcConfig.securityGroupIds[]")),
        guarded_by("aws.ec2.security_group", at("resourcesVpcConfig.clusterSecurityGroupId")),
        runs_as("aws.iam.role", at("roleArn")),
        uses("aws.kms.key", at("encryptionConfig[].provider.keyArn")),
    ),
    volatile=("health",),
)

NODEGROUP = ResourceType(
    key="aws.eks.nodegroup",
    kind=Kind.SCALING_GROUP,
    title="EKS node group",
    icon="aws/eks-nodegroup",
    listing=AwsCall(
        "eks",
        "list_clusters",
        "clusters[]",
        arguments={"maxResults": 100},
        item_key="nodegroupName",
        each=AwsDetail("list_nodegroups", {"clusterName": "@item"}, result="nodegroups[]"),
        details=(
            AwsDetail(
                "describe_nodegroup",
                {"clusterName": "@parent", "nodegroupName": "@item"},
                result="nodegroup",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::EKS::Nodegroup",
        terraform=("aws_eks_node_group",),
        terraform_fields={
            "nodegroupArn": "arn",
            "nodegroupName": "node_group_name",
            "clusterName": "cluster_name",
            "@parent": "cluster_name",
            "subnets[]": "subnet_ids[]",
            "nodeRole": "node_role_arn",
            "instanceTypes[]": "instance_types[]",
            "scalingConfig.desiredSize": "scaling_config[].desired_size",
            "launchTemplate.id": "launch_template[].id",
            "resources.autoScalingGroups[].name": "resources[].autoscaling_groups[].name",
        },
    ),
    # The real ARN ends in a UUID, which only the description gives.
    id=arn("eks", "nodegroup/*/{nodegroupName}", given=at("nodegroupArn")),
    name=at("nodegroupName"),
    state=at("status").as_state(AWS_LIFECYCLE),
    tags=at("tags"),
    facts={
        "size": at("instanceTypes[]"),
        "desired": at("scalingConfig.desiredSize"),
        "version": at("version"),
        "capacity": at("capacityType"),
    },
    links=(
        member_of("aws.eks.cluster", at("clusterName") | at("@parent")),
        member_of("aws.ec2.subnet", at("subnets[]")),
        contains("aws.autoscaling.group", at("resources.autoScalingGroups[].name")),
        uses("aws.ec2.launch_template", at("launchTemplate.id")),
        runs_as("aws.iam.role", at("nodeRole")),
    ),
    volatile=("health",),
    supporting=True,
)

_BATCH_STATE: Mapping[str, str] = {**AWS_LIFECYCLE, "valid": "running", "invalid": "failed"}

COMPUTE_ENVIRONMENT = ResourceType(
    key="aws.batch.compute_environment",
    kind=Kind.BATCH,
    title="Batch compute environment",
    icon="aws/batch-compute-environment",
    listing=AwsCall("batch", "describe_compute_environments", "computeEnvironments[]"),
    known_as=KnownAs(
        cloudformation="AWS::Batch::ComputeEnvironment",
        config="AWS::Batch::ComputeEnvironment",
        in_config=InConfig(items=False),
        terraform=("aws_batch_compute_environment",),
        terraform_fields={
            "computeEnvironmentArn": "arn",
            "computeEnvironmentName": "compute_environment_name|name",
            "ecsClusterArn": "ecs_cluster_arn",
            "computeResources.type": "compute_resources[].type",
            "computeResources.subnets[]": "compute_resources[].subnets[]",
            "computeResources.instanceTypes[]": "compute_resources[].instance_type[]",
            "computeResources.securityGroupIds[]": "compute_resources[].security_group_ids[]",
            "computeResources.instanceRole": "compute_resources[].instance_role",
            "computeResources.minvCpus": "compute_resources[].min_vcpus",
            "computeResources.maxvCpus": "compute_resources[].max_vcpus",
            "eksConfiguration.eksClusterArn": "eks_configuration[].eks_cluster_arn",
        },
    ),
    id=arn("batch", "compute-environment/{computeEnvironmentName}", given=at("computeEnvironmentArn")),
    name=at("computeEnvironmentName"),
    state=at("status").as_state(_BATCH_STATE),
    tags=at("tags"),
    facts={
        "size": at("computeResources.instanceTypes[]"),
        "capacity": at("computeResources.type"),
        "minimum": at("computeResources.minvCpus"),
        "maximum": at("computeResources.maxvCpus"),
    },
    sublabel=("capacity",),
    links=(
        member_of("aws.ec2.subnet", at("computeResources.subnets[]")),
        guarded_by("aws.ec2.security_group", at("computeResources.securityGroupIds[]")),
        runs_as("aws.iam.role", at("serviceRole")),
        runs_as("aws.iam.instance_profile", at("computeResources.instanceRole")),
        uses("aws.ecs.cluster", at("ecsClusterArn")),
        uses("aws.eks.cluster", at("eksConfiguration.eksClusterArn")),
    ),
    volatile=("computeResources.desiredvCpus", "statusReason"),
)

JOB_QUEUE = ResourceType(
    key="aws.batch.job_queue",
    kind=Kind.QUEUE,
    title="Batch job queue",
    icon="aws/batch-job-queue",
    listing=AwsCall("batch", "describe_job_queues", "jobQueues[]"),
    known_as=KnownAs(
        cloudformation="AWS::Batch::JobQueue",
        config="AWS::Batch::JobQueue",
        in_config=InConfig(items=False),
        terraform=("aws_batch_job_queue",),
        terraform_fields={
            "jobQueueArn": "arn",
            "jobQueueName": "name",
            "status": "",
            "computeEnvironmentOrder[].computeEnvironment": (
                "compute_environment_order[].compute_environment|compute_environments[]"
            ),
        },
    ),
    id=arn("batch", "job-queue/{jobQueueName}", given=at("jobQueueArn")),
    name=at("jobQueueName"),
    state=at("status").as_state(_BATCH_STATE),
    tags=at("tags"),
    facts={"priority": at("priority")},
    sublabel=(),
    links=(routes_to("aws.batch.compute_environment", at("computeEnvironmentOrder[].computeEnvironment")),),
    volatile=("statusReason",),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    ECS_CLUSTER,
    FARGATE_SERVICE,
    ECS_SERVICE,
    TASK_DEFINITION,
    REPOSITORY,
    EKS_CLUSTER,
    NODEGROUP,
    COMPUTE_ENVIRONMENT,
    JOB_QUEUE,
)

JOINS: tuple[TerraformJoin, ...] = ()
