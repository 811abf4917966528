"""What keeps an estate, and its ways out by VPN: snapshots, stacks, parameters, vaults, Glue, gateways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_clouds.aws_services import Services

PROD = {"env": "prod"}


class Keeping:
    """Seeds them into one region."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.web = services.web
        self.truth = services.truth
        self.region = services.region

    def seed(self) -> None:
        self._vpn()
        self._copies()
        self._stacks()
        self._parameters()
        self._lake()

    def _tagged(self, kind: str, name: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]

    def _vpn(self) -> None:
        ec2, truth = self.web.ec2, self.truth
        office = ec2.create_customer_gateway(
            Type="ipsec.1",
            PublicIp="203.0.113.7",
            BgpAsn=65010,
            TagSpecifications=self._tagged("customer-gateway", "office"),
        )["CustomerGateway"]["CustomerGatewayId"]
        far = truth.add(
            self.web.ec2_arn("customer-gateway", office), "aws.ec2.customer_gateway", self.region, name="office"
        )
        gateway = ec2.create_vpn_gateway(
            Type="ipsec.1", AmazonSideAsn=64600, TagSpecifications=self._tagged("vpn-gateway", "door")
        )["VpnGateway"]["VpnGatewayId"]
        ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=self.services.vpc.rsplit("/", 1)[1])
        near = truth.add(self.web.ec2_arn("vpn-gateway", gateway), "aws.ec2.vpn_gateway", self.region, name="door")
        truth.link(near, self.services.vpc, "attached_to")
        tunnel = ec2.create_vpn_connection(
            Type="ipsec.1",
            CustomerGatewayId=office,
            VpnGatewayId=gateway,
            Options={"StaticRoutesOnly": True},
            TagSpecifications=self._tagged("vpn-connection", "tunnel"),
        )["VpnConnection"]["VpnConnectionId"]
        arn = truth.add(
            self.web.ec2_arn("vpn-connection", tunnel), "aws.ec2.vpn_connection", self.region, name="tunnel"
        )
        truth.link(arn, far, "attached_to")
        truth.link(arn, near, "attached_to")

    def _copies(self) -> None:
        ec2, truth = self.web.ec2, self.truth
        volume = ec2.describe_volumes()["Volumes"][0]["VolumeId"]
        made = ec2.create_snapshot(
            VolumeId=volume, Description="nightly", TagSpecifications=self._tagged("snapshot", "nightly")
        )["SnapshotId"]
        arn = truth.add(
            f"arn:aws:ec2:{self.region}::snapshot/{made}", "aws.ec2.snapshot", self.region, name="nightly"
        )
        truth.link(arn, self.web.ec2_arn("volume", volume), "uses")
        vault = self.services.client("backup").create_backup_vault(
            BackupVaultName="nightly", EncryptionKeyArn=self.services.key
        )["BackupVaultArn"]
        truth.add(vault, "aws.backup.vault", self.region, name="nightly")
        truth.link(vault, self.services.key, "uses")

    def _stacks(self) -> None:
        template = {"Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
        made = self.services.client("cloudformation").create_stack(
            StackName="base",
            TemplateBody=json.dumps({"Description": "what all need", **template}),
            RoleARN=self.web.roles["deploy"],
            NotificationARNs=[self.services.topics["alerts"]],
            Tags=[{"Key": "env", "Value": "prod"}],
        )["StackId"]
        self.truth.add(made, "aws.cloudformation.stack", self.region, name="base", tags=PROD)
        self.truth.link(made, self.web.roles["deploy"], "runs_as")
        self.truth.link(made, self.services.topics["alerts"], "routes_to")

    def _parameters(self) -> None:
        ssm = self.services.client("ssm")
        for name, kind, more in (
            ("/shop/database/password", "SecureString", {"KeyId": self.services.key}),
            ("flags", "String", {}),
        ):
            ssm.put_parameter(
                Name=name,
                Value="hunter2",
                Type=kind,
                Description="of the shop",
                Tags=[{"Key": "env", "Value": "prod"}],
                **more,
            )
            arn = self.truth.add(
                self.services.arn("ssm", f"parameter/{name.lstrip('/')}"),
                "aws.ssm.parameter",
                self.region,
                name=name,
                tags=PROD,
            )
            self.services.bulk[arn] = PROD
            if more:
                self.truth.link(arn, self.services.key, "uses")

    def _lake(self) -> None:
        truth, glue = self.truth, self.services.client("glue")
        bucket = f"estate-{self.region}-6"
        glue.create_database(
            DatabaseInput={"Name": "lake", "Description": "all clicks", "LocationUri": f"s3://{bucket}/lake/"}
        )
        lake = truth.add(self.services.arn("glue", "database/lake"), "aws.glue.database", self.region, name="lake")
        truth.link(lake, f"arn:aws:s3:::{bucket}", "uses")
        glue.create_job(
            Name="fill",
            Role=self.web.roles["batch"],
            Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/fill.py", "PythonVersion": "3"},
            DefaultArguments={"--job-language": "python"},
            GlueVersion="4.0",
            WorkerType="G.1X",
            NumberOfWorkers=2,
            Tags=PROD,
        )
        job = truth.add(self.services.arn("glue", "job/fill"), "aws.glue.job", self.region, name="fill", tags=PROD)
        self.services.bulk[job] = PROD
        truth.link(job, self.web.roles["batch"], "runs_as")
        truth.link(job, f"arn:aws:s3:::{bucket}", "uses")
        made = self.services.client("redshift-serverless").create_workgroup(
            workgroupName="adhoc",
            namespaceName="reports",
            baseCapacity=8,
            subnetIds=self.web.private[:2],
            securityGroupIds=[self.web.groups["web-db"]],
        )["workgroup"]["workgroupArn"]
        truth.add(made, "aws.redshift.serverless_workgroup", self.region, name="adhoc")
        self.services.subnets(made, self.web.private[:2])
        self.services.guarded(made, "web-db")
