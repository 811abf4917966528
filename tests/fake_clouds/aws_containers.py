"""Clusters of containers, what runs in them, and batch work."""

from __future__ import annotations

from fake_clouds.aws_place import LOWER, PROD, Place


class Containers(Place):
    """Seeds them."""

    def _containers(self) -> None:
        truth, web, ecs = self.truth, self.web, self.client("ecs")
        repository = self.client("ecr").create_repository(repositoryName="team/api")["repository"]
        image = truth.add(repository["repositoryArn"], "aws.ecr.repository", self.region, name="team/api")
        group = web.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["spare"])["AutoScalingGroups"][0]
        ecs.create_capacity_provider(
            name="spare", autoScalingGroupProvider={"autoScalingGroupArn": group["AutoScalingGroupARN"]}
        )
        cluster = ecs.create_cluster(clusterName="app", capacityProviders=["spare", "FARGATE_SPOT"], tags=LOWER)
        arn = truth.add(cluster["cluster"]["clusterArn"], "aws.ecs.cluster", self.region, name="app", tags=PROD)
        truth.link(arn, group["AutoScalingGroupARN"], "uses")
        task = ecs.register_task_definition(
            family="api",
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            taskRoleArn=web.roles["web"],
            executionRoleArn=web.roles["deploy"],
            containerDefinitions=[
                {"name": "api", "image": f"{repository['repositoryUri']}:1.2", "memory": 512},
                {"name": "proxy", "image": "nginx:1.27", "memory": 64},
            ],
        )["taskDefinition"]["taskDefinitionArn"]
        truth.add(task, "aws.ecs.task_definition", self.region, name="api")
        truth.link(task, web.roles["web"], "runs_as")
        truth.link(task, web.roles["deploy"], "uses")
        truth.link(task, image, "uses")
        network = {
            "awsvpcConfiguration": {
                "subnets": web.private[:2],
                "securityGroups": [web.groups["web-app"]],
                "assignPublicIp": "DISABLED",
            }
        }
        for name, more in (
            ("api", {"launchType": "FARGATE", "networkConfiguration": network}),
            (
                "spot",
                {
                    "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
                    "networkConfiguration": network,
                },
            ),
            ("worker", {"launchType": "EC2"}),
        ):
            if name == "api":
                more["loadBalancers"] = [
                    {"targetGroupArn": web.targets["instances"], "containerName": "api", "containerPort": 80}
                ]
            service = ecs.create_service(
                cluster="app", serviceName=name, taskDefinition="api", desiredCount=2, tags=LOWER, **more
            )["service"]["serviceArn"]
            kind = "aws.ecs.service" if name == "worker" else "aws.ecs.fargate_service"
            truth.add(service, kind, self.region, name=name, tags=PROD)
            truth.link(service, arn, "member_of")
            truth.link(service, task, "uses")
            if name != "worker":
                self.subnets(service, web.private[:2])
                self.guarded(service, "web-app")
            if name == "api":
                truth.link(web.targets["instances"], service, "routes_to")

    def _clusters_of_pods(self) -> None:
        truth, web, eks = self.truth, self.web, self.client("eks")
        made = eks.create_cluster(
            name="platform",
            roleArn=web.roles["deploy"],
            resourcesVpcConfig={"subnetIds": web.private[:2], "securityGroupIds": [web.groups["web-app"]]},
            encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": self.key}}],
            tags=PROD,
        )["cluster"]
        cluster = truth.add(made["arn"], "aws.eks.cluster", self.region, name="platform", tags=PROD)
        if made["resourcesVpcConfig"].get("vpcId"):
            self.parent(cluster, web.ec2_arn("vpc", made["resourcesVpcConfig"]["vpcId"]))
        self.guarded(cluster, "web-app", adopted=not made["resourcesVpcConfig"].get("vpcId"))
        own = made["resourcesVpcConfig"].get("clusterSecurityGroupId")
        if own:
            truth.link(cluster, web.ec2_arn("security-group", own), "guarded_by")
        self.subnets(cluster, web.private[:2])
        truth.link(cluster, web.roles["deploy"], "runs_as")
        truth.link(cluster, self.key, "uses")
        nodes = eks.create_nodegroup(
            clusterName="platform",
            nodegroupName="main",
            subnets=web.private[:2],
            nodeRole=web.roles["web"],
            instanceTypes=["m5.large"],
            scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
            tags=PROD,
        )["nodegroup"]
        group = truth.add(nodes["nodegroupArn"], "aws.eks.nodegroup", self.region, name="main", tags=PROD)
        truth.link(group, cluster, "member_of")
        truth.link(group, web.roles["web"], "runs_as")
        self.subnets(group, web.private[:2])
        for scaling in nodes.get("resources", {}).get("autoScalingGroups", []):
            # moto names a group that no list holds, AWS one that its list has.
            truth.link(
                group,
                self.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{scaling['name']}"),
                "contains",
            )

    def _batch(self) -> None:
        truth, web, batch = self.truth, self.web, self.client("batch")
        made = batch.create_compute_environment(
            computeEnvironmentName="nightly",
            type="MANAGED",
            state="ENABLED",
            computeResources={
                "type": "FARGATE",
                "maxvCpus": 16,
                "subnets": web.private[:2],
                "securityGroupIds": [web.groups["web-app"]],
            },
            serviceRole=web.roles["batch"],
            tags=PROD,
        )["computeEnvironmentArn"]
        truth.add(made, "aws.batch.compute_environment", self.region, name="nightly", tags=PROD)
        self.subnets(made, web.private[:2])
        self.guarded(made, "web-app")
        truth.link(made, web.roles["batch"], "runs_as")
        (said,) = batch.describe_compute_environments()["computeEnvironments"]
        truth.add(said["ecsClusterArn"], "aws.ecs.cluster", self.region)
        truth.link(made, said["ecsClusterArn"], "uses")
        queue = batch.create_job_queue(
            jobQueueName="jobs",
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": made}],
            tags=PROD,
        )["jobQueueArn"]
        truth.add(queue, "aws.batch.job_queue", self.region, name="jobs", tags=PROD)
        truth.link(queue, made, "routes_to")
