"""Machines, groups of them, the balancers before them, functions and queues."""

from __future__ import annotations

import json
from typing import Any

from fake_clouds.aws_web_place import FUNCTIONS, INSTANCES, WebPlace, code, named, spec
from fake_clouds.moto import ACCOUNT


class Machines(WebPlace):
    """Seeds them."""

    def _instances(self) -> None:
        ec2, truth, region = self.ec2, self.truth, self.region
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        self.image = image
        for index in range(INSTANCES):
            name = f"web-{index}"
            launched = ec2.run_instances(
                ImageId=image,
                InstanceType="t3.large" if index % 2 else "m5.xlarge",
                MinCount=1,
                MaxCount=1,
                SubnetId=self.private[index % 3],
                SecurityGroupIds=[self.groups["web-app"]],
                IamInstanceProfile={"Name": "web" if index % 2 else "batch"},
                TagSpecifications=spec("instance", name),
            )["Instances"][0]
            key = launched["InstanceId"]
            self.machines.append(key)
            truth.names[self.ec2_arn("instance", key)] = name
            truth.link(
                self.ec2_arn("instance", key),
                f"arn:aws:iam::{ACCOUNT}:instance-profile/{'web' if index % 2 else 'batch'}",
                "runs_as",
            )
            if index % 2 == 0:
                volume = ec2.create_volume(
                    Size=100 + index,
                    VolumeType="gp3",
                    AvailabilityZone=f"{region}{'abc'[index % 3]}",
                    TagSpecifications=spec("volume", f"{name}-data"),
                )["VolumeId"]
                ec2.attach_volume(VolumeId=volume, InstanceId=key, Device="/dev/sdf")
        for index in range(5):
            ec2.create_volume(Size=10, AvailabilityZone=f"{region}{'abc'[index % 3]}")
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        eip = truth.add(self.ec2_arn("elastic-ip", address), "aws.ec2.eip", region)
        ec2.associate_address(AllocationId=address, InstanceId=self.machines[0])
        truth.link(eip, self.ec2_arn("instance", self.machines[0]), "attached_to")

    def _scaling(self) -> None:
        ec2, truth, region = self.ec2, self.truth, self.region
        template = ec2.create_launch_template(
            LaunchTemplateName=f"workers-{region}",
            LaunchTemplateData={
                "ImageId": self.image,
                "InstanceType": "c5.large",
                "SecurityGroupIds": [self.groups["web-app"]],
            },
        )["LaunchTemplate"]["LaunchTemplateId"]
        template_arn = truth.add(
            self.ec2_arn("launch-template", template),
            "aws.ec2.launch_template",
            region,
            name=f"workers-{region}",
        )
        for name, target in (("workers", self.targets["instances"]), ("spare", "")):
            self.scaling.create_auto_scaling_group(
                AutoScalingGroupName=name,
                LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
                MinSize=1,
                MaxSize=9,
                DesiredCapacity=3,
                VPCZoneIdentifier=",".join(self.private[:2]),
                TargetGroupARNs=[target] if target else [],
                Tags=[{"Key": "env", "Value": "prod", "PropagateAtLaunch": False}],
            )
            said = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
            group = said["AutoScalingGroups"][0]
            arn = truth.add(
                group["AutoScalingGroupARN"], "aws.autoscaling.group", region, name=name, tags={"env": "prod"}
            )
            truth.link(arn, template_arn, "uses")
            truth.link(
                arn,
                f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/"
                "AWSServiceRoleForAutoScaling",
                "runs_as",
            )
            for subnet in self.private[:2]:
                truth.link(arn, self.ec2_arn("subnet", subnet), "member_of")
            assert len(group["Instances"]) == 3
            for instance in group["Instances"]:
                truth.link(arn, self.ec2_arn("instance", instance["InstanceId"]), "contains")
                if target:
                    truth.link(target, self.ec2_arn("instance", instance["InstanceId"]), "routes_to")
            if target:
                truth.link(arn, target, "attached_to")

    # -- load balancers -------------------------------------------------------------------------------------

    def _balancers(self, vpc: str) -> None:
        elb, truth, region = self.elb, self.truth, self.region
        vpc_arn = self.ec2_arn("vpc", vpc)
        self.targets: dict[str, str] = {}
        for name, kind, protocol in (("instances", "instance", "HTTP"), ("network", "instance", "TCP")):
            said = elb.create_target_group(
                Name=name, Protocol=protocol, Port=80, VpcId=vpc, TargetType=kind, Tags=named(name)
            )
            self.targets[name] = truth.add(
                said["TargetGroups"][0]["TargetGroupArn"],
                "aws.elbv2.target_group",
                region,
                parent=vpc_arn,
                name=name,
                tags={"Name": name, "env": "prod"},
            )
        said = elb.create_target_group(Name="function", TargetType="lambda")
        self.targets["function"] = truth.add(
            said["TargetGroups"][0]["TargetGroupArn"], "aws.elbv2.target_group", region, name="function"
        )
        for name in ("instances", "network"):
            members = self.machines[:4]
            elb.register_targets(TargetGroupArn=self.targets[name], Targets=[{"Id": key} for key in members])
            for key in members:
                truth.link(self.targets[name], self.ec2_arn("instance", key), "routes_to")
        elb.register_targets(TargetGroupArn=self.targets["function"], Targets=[{"Id": self.function_arns[0]}])
        truth.link(self.targets["function"], self.function_arns[0], "routes_to")
        for name, kind, wanted in (
            ("front", "application", ("instances", "function")),
            ("inner", "application", ("instances",)),
            ("raw", "network", ("network",)),
        ):
            arguments: dict[str, Any] = {"Name": name, "Type": kind, "Tags": named(name)}
            arguments["Subnets"] = self.public
            if kind == "application":
                arguments["SecurityGroups"] = [self.groups["web-lb"]]
            arn = elb.create_load_balancer(**arguments)["LoadBalancers"][0]["LoadBalancerArn"]
            truth.add(
                arn,
                "aws.elbv2.alb" if kind == "application" else "aws.elbv2.nlb",
                region,
                parent=vpc_arn,
                name=name,
                tags={"Name": name, "env": "prod"},
            )
            for subnet in self.public:
                truth.link(arn, self.ec2_arn("subnet", subnet), "member_of")
            if kind == "application":
                truth.link(arn, self.ec2_arn("security-group", self.groups["web-lb"]), "guarded_by")
            for port, target in enumerate(wanted, start=80):
                elb.create_listener(
                    LoadBalancerArn=arn,
                    Protocol="HTTP" if kind == "application" else "TCP",
                    Port=port,
                    DefaultActions=[{"Type": "forward", "TargetGroupArn": self.targets[target]}],
                )
                truth.link(arn, self.targets[target], "routes_to")

    # -- functions and queues -------------------------------------------------------------------------------

    def _functions(self) -> None:
        truth, region = self.truth, self.region
        queues: list[str] = []
        urls: list[str] = []
        for index in range(10):
            name = f"work-{index}"
            url = self.sqs.create_queue(QueueName=name, tags={"env": "prod"})["QueueUrl"]
            urls.append(url)
            queues.append(
                truth.add(
                    f"arn:aws:sqs:{region}:{ACCOUNT}:{name}",
                    "aws.sqs.queue",
                    region,
                    name=name,
                    tags={"env": "prod"},
                )
            )
        for index in range(1, 5):
            policy = {"deadLetterTargetArn": queues[0], "maxReceiveCount": "5"}
            self.sqs.set_queue_attributes(QueueUrl=urls[index], Attributes={"RedrivePolicy": json.dumps(policy)})
            truth.link(queues[index], queues[0], "routes_to")
        self.queues = queues
        self.function_arns: list[str] = []
        packed = code()
        for index in range(FUNCTIONS):
            name = f"handler-{index}"
            arguments: dict[str, Any] = {
                "FunctionName": name,
                "Runtime": "python3.13",
                "Role": self.roles["lambda"],
                "Handler": "app.handler",
                "Code": {"ZipFile": packed},
                "Tags": {"env": "prod", "index": str(index)},
            }
            if index < 4:
                arguments["VpcConfig"] = {
                    "SubnetIds": self.private[:2],
                    "SecurityGroupIds": [self.groups["web-app"]],
                }
            made = self.functions.create_function(**arguments)
            arn = truth.add(
                f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}",
                "aws.lambda.function",
                region,
                # AWS finds the VPC of the subnets; moto answers vpc-123abc for all, which no list holds.
                parent=self.ec2_arn("vpc", made["VpcConfig"]["VpcId"]) if index < 4 else "",
                name=name,
                tags={"env": "prod", "index": str(index)},
            )
            truth.link(arn, self.roles["lambda"], "runs_as")
            if index < 4:
                for subnet in self.private[:2]:
                    truth.link(arn, self.ec2_arn("subnet", subnet), "member_of")
                truth.link(arn, self.ec2_arn("security-group", self.groups["web-app"]), "guarded_by")
            self.function_arns.append(arn)
        for index in (6, 7):
            self.functions.create_event_source_mapping(
                EventSourceArn=queues[index], FunctionName=f"handler-{index}"
            )
            truth.link(queues[index], self.function_arns[index], "routes_to")
