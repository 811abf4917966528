"""VPCs and what is in them."""

from __future__ import annotations

from typing import Any

from fake_clouds.aws_web_place import WebPlace, spec


class Network(WebPlace):
    """Seeds them."""

    def _network(self, name: str, prefix: str) -> str:
        truth, ec2, region = self.truth, self.ec2, self.region
        vpc = ec2.create_vpc(CidrBlock=f"{prefix}.0.0/16", TagSpecifications=spec("vpc", name))["Vpc"]["VpcId"]
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
                TagSpecifications=spec("subnet", label),
            )["Subnet"]["SubnetId"]
            truth.add(self.ec2_arn("subnet", subnet), "aws.ec2.subnet", region, parent=vpc_arn, name=label)
            (public if index < 3 else private).append(subnet)
        for label, subnets in (("public", public), ("private", private)):
            table = ec2.create_route_table(VpcId=vpc, TagSpecifications=spec("route-table", f"{name}-{label}"))
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
