"""A classic web estate in two regions, seeded into a moto server, and the truth about it.

The truth is written down as each thing is made, from what AWS documents and not from CloudViz's catalogue: which
things there are, what each sits in, and which refer to which. What AWS makes by itself (default VPCs, main route
tables, root volumes, interfaces) is asked of the server afterwards, with calls of this file's own.
"""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from typing import Any

import boto3
from botocore.config import Config

from fake_clouds.aws_defaults import made_by_aws
from fake_clouds.aws_services import Services, seed_global
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import ACCOUNT

REGIONS = ("us-east-1", "eu-west-1")

INSTANCES = 40
TABLES = 14
BUCKETS = 12
FUNCTIONS = 12


def _named(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}, {"Key": "env", "Value": "prod"}]


def _spec(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": _named(name)}]


def _code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return event\n")
    return packed.getvalue()


class Estate:
    """Seeds one region after the other. One thread only."""

    def __init__(self, url: str, *, whole: bool = False) -> None:
        self._url = url
        self._whole = whole
        self._session = boto3.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1"
        )
        self.truth = Truth()

    def client(self, service: str, region: str) -> Any:
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self._url,
            config=Config(retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}),
        )

    def seed(self) -> Truth:
        roles = self._identity()
        for region in REGIONS:
            here = _Region(self, region, roles)
            here.seed()
            if self._whole:
                services = Services(here)
                services.seed()
                if region == REGIONS[-1]:
                    seed_global(services)
            made_by_aws(here.ec2, self.truth, region)
        return self.truth

    def tell_tags(self, region: str, tags: dict[str, dict[str, str]]) -> None:
        """Tell the bulk API of tags that moto's does not know."""
        request = urllib.request.Request(f"{self._url}/fake/tags", json.dumps({region: tags}).encode())
        with urllib.request.urlopen(request, timeout=60) as reply:
            assert reply.status == 200

    def _identity(self) -> dict[str, str]:
        iam = self.client("iam", "us-east-1")
        truth = self.truth

        def trust(principal: dict[str, Any]) -> str:
            statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
            return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

        roles: dict[str, str] = {}
        for name in ("web", "batch", "lambda", "deploy"):
            service = "lambda.amazonaws.com" if name == "lambda" else "ec2.amazonaws.com"
            iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=trust({"Service": service}),
                Tags=[{"Key": "team", "Value": name}],
            )
            roles[name] = truth.add(
                f"arn:aws:iam::{ACCOUNT}:role/{name}", "aws.iam.role", "global", name=name, tags={"team": name}
            )
        # A role with a path, that the role "deploy" may assume.
        iam.create_role(
            RoleName="audit", Path="/security/", AssumeRolePolicyDocument=trust({"AWS": roles["deploy"]})
        )
        roles["audit"] = truth.add(
            f"arn:aws:iam::{ACCOUNT}:role/security/audit", "aws.iam.role", "global", name="audit"
        )
        truth.link(roles["deploy"], roles["audit"], "uses")
        policy = iam.create_policy(
            PolicyName="read-logs",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "logs:Get*", "Resource": "*"}],
                }
            ),
        )["Policy"]["Arn"]
        truth.add(policy, "aws.iam.policy", "global", name="read-logs")
        iam.attach_role_policy(RoleName="web", PolicyArn=policy)
        truth.link(roles["web"], policy, "uses")
        for name in ("web", "batch"):
            iam.create_instance_profile(InstanceProfileName=name)
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
            profile = truth.add(
                f"arn:aws:iam::{ACCOUNT}:instance-profile/{name}",
                "aws.iam.instance_profile",
                "global",
                name=name,
            )
            truth.link(profile, roles[name], "runs_as")
        return roles


class _Region:
    """Everything in one region."""

    def __init__(self, estate: Estate, region: str, roles: dict[str, str]) -> None:
        self.estate = estate
        self.truth = estate.truth
        self.region = region
        self.roles = roles
        self.ec2 = estate.client("ec2", region)
        self.elb = estate.client("elbv2", region)
        self.scaling = estate.client("autoscaling", region)
        self.rds = estate.client("rds", region)
        self.functions = estate.client("lambda", region)
        self.dynamo = estate.client("dynamodb", region)
        self.sqs = estate.client("sqs", region)
        self.s3 = estate.client("s3", region)
        self.groups: dict[str, str] = {}
        self.public: list[str] = []
        self.private: list[str] = []
        self.machines: list[str] = []

    def ec2_arn(self, kind: str, key: str) -> str:
        return f"arn:aws:ec2:{self.region}:{ACCOUNT}:{kind}/{key}"

    def seed(self) -> None:
        vpcs = [self._network("web", "10.0"), self._network("data", "10.1")]
        self._instances()
        self._functions()
        self._balancers(vpcs[0])
        self._scaling()
        self._databases(vpcs[0])
        self._tables()
        self._buckets()

    # -- network --------------------------------------------------------------------------------------------

    def _network(self, name: str, prefix: str) -> str:
        truth, ec2, region = self.truth, self.ec2, self.region
        vpc = ec2.create_vpc(CidrBlock=f"{prefix}.0.0/16", TagSpecifications=_spec("vpc", name))["Vpc"]["VpcId"]
        vpc_arn = truth.add(
            self.ec2_arn("vpc", vpc), "aws.ec2.vpc", region, name=name, tags={"Name": name, "env": "prod"}
        )
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        igw = truth.add(
            self.ec2_arn("internet-gateway", gateway), "aws.ec2.internet_gateway", region, parent=vpc_arn
        )
        truth.link(igw, vpc_arn, "attached_to")
        public, private = [], []
        for index in range(6):
            label = f"{name}-{'public' if index < 3 else 'private'}-{index % 3}"
            zone = f"{region}{'abc'[index % 3]}"
            subnet = ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"{prefix}.{index * 16}.0/20",
                AvailabilityZone=zone,
                TagSpecifications=_spec("subnet", label),
            )["Subnet"]["SubnetId"]
            truth.add(self.ec2_arn("subnet", subnet), "aws.ec2.subnet", region, parent=vpc_arn, name=label)
            (public if index < 3 else private).append(subnet)
        for label, subnets in (("public", public), ("private", private)):
            table = ec2.create_route_table(VpcId=vpc, TagSpecifications=_spec("route-table", f"{name}-{label}"))
            key = table["RouteTable"]["RouteTableId"]
            arn = truth.add(
                self.ec2_arn("route-table", key),
                "aws.ec2.route_table",
                region,
                parent=vpc_arn,
                name=f"{name}-{label}",
            )
            for subnet in subnets:
                ec2.associate_route_table(RouteTableId=key, SubnetId=subnet)
                truth.link(arn, self.ec2_arn("subnet", subnet), "attached_to")
            if label == "public":
                ec2.create_route(RouteTableId=key, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
                truth.link(arn, igw, "routes_to")
            else:
                nat = self._nat(public[0], vpc_arn)
                ec2.create_route(
                    RouteTableId=key, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat.rsplit("/", 1)[1]
                )
                truth.link(arn, nat, "routes_to")
        before = ""
        for label in ("lb", "app", "db"):
            group = ec2.create_security_group(
                GroupName=f"{name}-{label}", Description=f"{label} of {name}", VpcId=vpc
            )["GroupId"]
            arn = truth.add(
                self.ec2_arn("security-group", group),
                "aws.ec2.security_group",
                region,
                parent=vpc_arn,
                name=f"{name}-{label}",
            )
            permission: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
            if before:
                permission["UserIdGroupPairs"] = [{"GroupId": before}]
                truth.link(self.ec2_arn("security-group", before), arn, "routes_to")
            else:
                permission["IpRanges"] = [{"CidrIp": "0.0.0.0/0"}]
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
            if label == "app":
                # Members may call each other: a group that names itself is no link.
                ec2.authorize_security_group_ingress(
                    GroupId=group,
                    IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}],
                )
            before = group
            self.groups[f"{name}-{label}"] = group
        if name == "web":
            self.public, self.private = public, private
        return vpc

    def _nat(self, subnet: str, vpc_arn: str) -> str:
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        eip = self.truth.add(self.ec2_arn("elastic-ip", address), "aws.ec2.eip", self.region)
        nat = self.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
        arn = self.truth.add(
            self.ec2_arn("natgateway", nat["NatGatewayId"]),
            "aws.ec2.nat_gateway",
            self.region,
            parent=self.ec2_arn("subnet", subnet),
        )
        self.truth.link(arn, vpc_arn, "member_of")
        self.truth.link(arn, eip, "uses")
        return arn

    # -- machines -------------------------------------------------------------------------------------------

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
                TagSpecifications=_spec("instance", name),
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
                    TagSpecifications=_spec("volume", f"{name}-data"),
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
                Name=name, Protocol=protocol, Port=80, VpcId=vpc, TargetType=kind, Tags=_named(name)
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
            arguments: dict[str, Any] = {"Name": name, "Type": kind, "Tags": _named(name)}
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
        code = _code()
        for index in range(FUNCTIONS):
            name = f"handler-{index}"
            arguments: dict[str, Any] = {
                "FunctionName": name,
                "Runtime": "python3.13",
                "Role": self.roles["lambda"],
                "Handler": "app.handler",
                "Code": {"ZipFile": code},
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

    # -- data -----------------------------------------------------------------------------------------------

    def _databases(self, vpc: str) -> None:
        rds, truth, region = self.rds, self.truth, self.region
        vpc_arn = self.ec2_arn("vpc", vpc)
        group = self.ec2_arn("security-group", self.groups["web-db"])
        rds.create_db_subnet_group(
            DBSubnetGroupName="private", DBSubnetGroupDescription="private", SubnetIds=self.private
        )

        def database(name: str, arn: str) -> None:
            truth.add(arn, "aws.rds.instance", region, parent=vpc_arn, name=name)
            for subnet in self.private:
                truth.link(arn, self.ec2_arn("subnet", subnet), "member_of")

        for index in range(4):
            name = f"orders-{index}"
            said = rds.create_db_instance(
                DBInstanceIdentifier=name,
                DBInstanceClass="db.m5.large",
                Engine="postgres",
                MasterUsername="admin",
                MasterUserPassword="correct horse",
                AllocatedStorage=100,
                DBSubnetGroupName="private",
                VpcSecurityGroupIds=[self.groups["web-db"]],
                Tags=_named(name),
            )["DBInstance"]
            database(name, said["DBInstanceArn"])
            truth.link(said["DBInstanceArn"], group, "guarded_by")
            truth.tags[said["DBInstanceArn"]] = {"Name": name, "env": "prod"}
        replica = rds.create_db_instance_read_replica(
            DBInstanceIdentifier="orders-0-copy", SourceDBInstanceIdentifier="orders-0"
        )["DBInstance"]["DBInstanceArn"]
        database("orders-0-copy", replica)
        truth.link(replica, group, "guarded_by")
        truth.link(replica, f"arn:aws:rds:{region}:{ACCOUNT}:db:orders-0", "uses")
        cluster = rds.create_db_cluster(
            DBClusterIdentifier="ledger",
            Engine="aurora-postgresql",
            MasterUsername="admin",
            MasterUserPassword="correct horse",
            DBSubnetGroupName="private",
            VpcSecurityGroupIds=[self.groups["web-db"]],
            Tags=_named("ledger"),
        )["DBCluster"]["DBClusterArn"]
        truth.add(
            cluster,
            "aws.rds.cluster",
            region,
            parent=vpc_arn,
            name="ledger",
            tags={"Name": "ledger", "env": "prod"},
        )
        truth.link(cluster, group, "guarded_by")
        # What moto calls the key that AWS keeps for databases which name none.
        own_key = f"arn:aws:kms:{region}:{ACCOUNT}:key/default_kms_key_id"
        truth.link(cluster, own_key, "uses")
        for subnet in self.private:
            truth.link(cluster, self.ec2_arn("subnet", subnet), "member_of")
        for index in range(2):
            name = f"ledger-{index}"
            member = rds.create_db_instance(
                DBInstanceIdentifier=name,
                DBInstanceClass="db.r5.large",
                Engine="aurora-postgresql",
                DBClusterIdentifier="ledger",
                DBSubnetGroupName="private",
            )["DBInstance"]["DBInstanceArn"]
            database(name, member)
            truth.link(member, cluster, "member_of")
            truth.link(member, own_key, "uses")
            # The groups of an Aurora member are its cluster's.
            truth.link(member, group, "guarded_by")

    def _tables(self) -> None:
        for index in range(TABLES):
            name = f"table-{index}"
            arguments: dict[str, Any] = {
                "TableName": name,
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
                "Tags": [{"Key": "env", "Value": "prod"}],
            }
            if index == 0:
                arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
            said = self.dynamo.create_table(**arguments)["TableDescription"]
            table = self.truth.add(
                f"arn:aws:dynamodb:{self.region}:{ACCOUNT}:table/{name}",
                "aws.dynamodb.table",
                self.region,
                name=name,
                tags={"env": "prod"},
            )
            if index == 0:
                self.functions.create_event_source_mapping(
                    EventSourceArn=said["LatestStreamArn"], FunctionName="handler-8", StartingPosition="LATEST"
                )
                self.truth.link(table, self.function_arns[8], "routes_to")

    def _buckets(self) -> None:
        s3, truth, region = self.s3, self.truth, self.region
        for index in range(BUCKETS):
            name = f"estate-{region}-{index}"
            if region == "us-east-1":
                s3.create_bucket(Bucket=name)
            else:
                s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
            arn = truth.add(f"arn:aws:s3:::{name}", "aws.s3.bucket", region, name=name)
            if index % 2 == 0:
                s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": _named(name)})
                truth.tags[arn] = {"Name": name, "env": "prod"}
            if index == 0:
                s3.put_bucket_notification_configuration(
                    Bucket=name,
                    NotificationConfiguration={
                        "LambdaFunctionConfigurations": [
                            {"LambdaFunctionArn": self.function_arns[1], "Events": ["s3:ObjectCreated:*"]}
                        ],
                        "QueueConfigurations": [{"QueueArn": self.queues[9], "Events": ["s3:ObjectRemoved:*"]}],
                    },
                )
                truth.link(arn, self.function_arns[1], "routes_to")
                truth.link(arn, self.queues[9], "routes_to")
            if index == 2:
                s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def seed(url: str, *, whole: bool = False) -> Truth:
    """Fill an empty server and say what is in it: the web estate, or things of every service."""
    return Estate(url, whole=whole).seed()
