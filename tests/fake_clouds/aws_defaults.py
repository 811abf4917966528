"""What AWS makes by itself, asked of the server with calls of this file's own."""

from __future__ import annotations

from typing import Any

from fake_clouds.aws_truth import Truth
from fake_clouds.moto import ACCOUNT


def made_by_aws(ec2: Any, truth: Truth, region: str) -> None:
    """Default VPC and subnets, main route tables, default groups, root volumes, interfaces."""

    def named(kind: str, key: str) -> str:
        return f"arn:aws:ec2:{region}:{ACCOUNT}:{kind}/{key}"

    # Every region of every account has it, and it can't be deleted.
    truth.add(
        f"arn:aws:athena:{region}:{ACCOUNT}:workgroup/primary", "aws.athena.workgroup", region, name="primary"
    )
    known = {identifier for identifier, _ in truth.resources}
    for vpc in ec2.describe_vpcs()["Vpcs"]:
        if (arn := named("vpc", vpc["VpcId"])) not in known:
            truth.add(arn, "aws.ec2.vpc", region)
    for subnet in ec2.describe_subnets()["Subnets"]:
        if (arn := named("subnet", subnet["SubnetId"])) not in known:
            truth.add(arn, "aws.ec2.subnet", region, parent=named("vpc", subnet["VpcId"]))
    for table in ec2.describe_route_tables()["RouteTables"]:
        if (arn := named("route-table", table["RouteTableId"])) not in known:
            truth.add(arn, "aws.ec2.route_table", region, parent=named("vpc", table["VpcId"]))
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        if (arn := named("security-group", group["GroupId"])) not in known:
            truth.add(
                arn,
                "aws.ec2.security_group",
                region,
                parent=named("vpc", group["VpcId"]),
                name=group["GroupName"],
            )
    for listed in ec2.describe_network_acls()["NetworkAcls"]:
        arn = truth.add(
            named("network-acl", listed["NetworkAclId"]),
            "aws.ec2.network_acl",
            region,
            parent=named("vpc", listed["VpcId"]),
        )
        for placed in listed["Associations"]:
            truth.link(named("subnet", placed["SubnetId"]), arn, "guarded_by")
    for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
        arn = truth.add(f"arn:aws:ec2:{region}::snapshot/{snapshot['SnapshotId']}", "aws.ec2.snapshot", region)
        truth.link(arn, named("volume", snapshot["VolumeId"]), "uses")
    for reservation in ec2.describe_instances()["Reservations"]:
        for instance in reservation["Instances"]:
            arn = truth.add(
                named("instance", instance["InstanceId"]),
                "aws.ec2.instance",
                region,
                parent=named("subnet", instance["SubnetId"]),
            )
            truth.link(arn, named("vpc", instance["VpcId"]), "member_of")
            for group in instance["SecurityGroups"]:
                truth.link(arn, named("security-group", group["GroupId"]), "guarded_by")
    for volume in ec2.describe_volumes()["Volumes"]:
        arn = truth.add(named("volume", volume["VolumeId"]), "aws.ec2.volume", region)
        for attachment in volume["Attachments"]:
            truth.link(named("instance", attachment["InstanceId"]), arn, "attached_to")
    for interface in ec2.describe_network_interfaces()["NetworkInterfaces"]:
        arn = truth.add(
            named("network-interface", interface["NetworkInterfaceId"]),
            "aws.ec2.network_interface",
            region,
            parent=named("subnet", interface["SubnetId"]),
        )
        truth.link(arn, named("vpc", interface["VpcId"]), "member_of")
        for group in interface["Groups"]:
            truth.link(arn, named("security-group", group["GroupId"]), "guarded_by")
        holder = interface.get("Attachment", {}).get("InstanceId")
        if holder:
            truth.link(arn, named("instance", holder), "attached_to")
    for gateway in ec2.describe_nat_gateways()["NatGateways"]:
        for address in gateway["NatGatewayAddresses"]:
            if address.get("NetworkInterfaceId"):
                truth.link(
                    named("network-interface", address["NetworkInterfaceId"]),
                    named("natgateway", gateway["NatGatewayId"]),
                    "attached_to",
                )
    for address in ec2.describe_addresses()["Addresses"]:
        if address.get("NetworkInterfaceId"):
            truth.link(
                named("elastic-ip", address["AllocationId"]),
                named("network-interface", address["NetworkInterfaceId"]),
                "attached_to",
            )
