"""What the links of the other services lead to besides: transit gateways, a classic balancer, search, brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_clouds.moto import ACCOUNT

if TYPE_CHECKING:
    from fake_clouds.aws_services import Services


class Hubs:
    """Seeds them into one region."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.web = services.web
        self.truth = services.truth
        self.region = services.region

    def seed(self) -> None:
        self._transit()
        self._classic()
        self._data()
        self._watching()
        if self.region == "us-east-1":
            iam = self.services.client("iam")
            iam.create_user(UserName="ada", Tags=[{"Key": "team", "Value": "web"}])
            self.truth.add(f"arn:aws:iam::{ACCOUNT}:user/ada", "aws.iam.user", "global", name="ada")

    def _transit(self) -> None:
        ec2, truth = self.web.ec2, self.truth
        made = ec2.create_transit_gateway(Description="hub")["TransitGateway"]
        hub = truth.add(
            self.web.ec2_arn("transit-gateway", made["TransitGatewayId"]), "aws.ec2.transit_gateway", self.region
        )
        vpc = self.services.vpc
        joined = ec2.create_transit_gateway_vpc_attachment(
            TransitGatewayId=made["TransitGatewayId"],
            VpcId=vpc.rsplit("/", 1)[1],
            SubnetIds=self.web.private[:1],
        )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
        arn = truth.add(
            self.web.ec2_arn("transit-gateway-attachment", joined),
            "aws.ec2.transit_gateway_attachment",
            self.region,
        )
        truth.link(arn, hub, "attached_to")
        truth.link(arn, vpc, "attached_to")

    def _classic(self) -> None:
        truth, web = self.truth, self.web
        elb = self.services.client("elb")
        elb.create_load_balancer(
            LoadBalancerName="old",
            Listeners=[{"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 80}],
            Subnets=web.public[:2],
            SecurityGroups=[web.groups["web-lb"]],
            Tags=[{"Key": "env", "Value": "prod"}],
        )
        elb.register_instances_with_load_balancer(
            LoadBalancerName="old", Instances=[{"InstanceId": web.machines[0]}]
        )
        arn = truth.add(
            self.services.arn("elasticloadbalancing", "loadbalancer/old"),
            "aws.elb.load_balancer",
            self.region,
            name="old",
            tags={"env": "prod"},
        )
        # moto's bulk tags leave classic balancers out.
        self.services.bulk[arn] = {"env": "prod"}
        self.services.parent(arn, self.services.vpc)
        self.services.subnets(arn, web.public[:2])
        self.services.guarded(arn, "web-lb", adopted=False)
        truth.link(arn, web.ec2_arn("instance", web.machines[0]), "routes_to")

    def _data(self) -> None:
        truth, web = self.truth, self.web
        made = self.services.client("opensearch").create_domain(
            DomainName="logs",
            EngineVersion="OpenSearch_2.13",
            EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": self.services.key},
        )["DomainStatus"]["ARN"]
        truth.add(made, "aws.opensearch.domain", self.region, name="logs")
        truth.link(made, self.services.key, "uses")
        broker = self.services.client("kafka").create_cluster_v2(
            ClusterName="orders",
            Provisioned={
                "BrokerNodeGroupInfo": {
                    "InstanceType": "kafka.m5.large",
                    "ClientSubnets": web.private[:2],
                    "SecurityGroups": [web.groups["web-db"]],
                },
                "KafkaVersion": "3.6.0",
                "NumberOfBrokerNodes": 2,
                "EncryptionInfo": {"EncryptionAtRest": {"DataVolumeKMSKeyId": self.services.key}},
            },
            Tags={"env": "prod"},
        )["ClusterArn"]
        truth.add(broker, "aws.msk.cluster", self.region, name="orders", tags={"env": "prod"})
        self.services.subnets(broker, web.private[:2])
        self.services.guarded(broker, "web-db")
        # moto's reply has no encryption.
        share = self.services.client("fsx").create_file_system(
            FileSystemType="LUSTRE",
            StorageCapacity=1200,
            SubnetIds=web.private[:1],
            SecurityGroupIds=[web.groups["web-app"]],
            KmsKeyId=self.services.key,
            Tags=[{"Key": "Name", "Value": "scratch"}],
        )["FileSystem"]
        arn = truth.add(share["ResourceARN"], "aws.fsx.file_system", self.region, name="scratch")
        self.services.subnets(arn, web.private[:1], "attached_to")
        truth.link(arn, self.services.key, "uses")

    def _watching(self) -> None:
        truth, web = self.truth, self.web
        bucket = f"estate-{self.region}-5"
        made = self.services.client("cloudtrail").create_trail(
            Name=f"audit-{self.region}", S3BucketName=bucket, IsMultiRegionTrail=True
        )["TrailARN"]
        truth.add(made, "aws.cloudtrail.trail", self.region, name=f"audit-{self.region}")
        truth.link(made, f"arn:aws:s3:::{bucket}", "routes_to")
        pool = self.services.client("cognito-idp").create_user_pool(
            PoolName="people",
            LambdaConfig={"PreSignUp": web.function_arns[11], "PostConfirmation": web.function_arns[10]},
        )["UserPool"]
        arn = truth.add(
            self.services.arn("cognito-idp", f"userpool/{pool['Id']}"),
            "aws.cognito.user_pool",
            self.region,
            name="people",
        )
        truth.link(arn, web.function_arns[11], "uses")
        truth.link(arn, web.function_arns[10], "uses")
