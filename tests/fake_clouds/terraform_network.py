"""The networks of a Terraform state: VPCs, routes, gateways, firewalls, balancers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fake_clouds.terraform_writer import StateWriter, tags_of


def _rule(permission: Mapping[str, Any], group: str) -> dict[str, Any]:
    pairs = [pair["GroupId"] for pair in permission.get("UserIdGroupPairs", ())]
    return {
        "cidr_blocks": [each["CidrIp"] for each in permission.get("IpRanges", ())],
        "description": "",
        "from_port": permission.get("FromPort", 0),
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": [],
        "protocol": permission["IpProtocol"],
        "security_groups": [each for each in pairs if each != group],
        "self": group in pairs,
        "to_port": permission.get("ToPort", 0),
    }


class Networks(StateWriter):
    """Writes what the other resources stand in."""

    def networks(self) -> None:
        ec2 = self._client("ec2")
        for vpc in ec2.describe_vpcs()["Vpcs"]:
            self._put(
                "aws_default_vpc" if vpc["IsDefault"] else "aws_vpc",
                {
                    "arn": self._arn("vpc", vpc["VpcId"]),
                    "cidr_block": vpc["CidrBlock"],
                    "enable_dns_support": True,
                    "id": vpc["VpcId"],
                    "instance_tenancy": vpc["InstanceTenancy"],
                    "owner_id": self._account,
                    **tags_of(vpc.get("Tags")),
                },
            )
        for subnet in ec2.describe_subnets()["Subnets"]:
            self._put(
                "aws_default_subnet" if subnet["DefaultForAz"] else "aws_subnet",
                {
                    "arn": subnet["SubnetArn"],
                    "availability_zone": subnet["AvailabilityZone"],
                    "availability_zone_id": subnet["AvailabilityZoneId"],
                    "cidr_block": subnet["CidrBlock"],
                    "id": subnet["SubnetId"],
                    "map_public_ip_on_launch": subnet["MapPublicIpOnLaunch"],
                    "owner_id": self._account,
                    "vpc_id": subnet["VpcId"],
                    **tags_of(subnet.get("Tags")),
                },
            )
        for table in ec2.describe_route_tables()["RouteTables"]:
            key = table["RouteTableId"]
            main = any(each.get("Main") for each in table["Associations"])
            self._put(
                "aws_default_route_table" if main else "aws_route_table",
                {
                    "arn": self._arn("route-table", key),
                    "id": key,
                    "owner_id": self._account,
                    "propagating_vgws": [],
                    "route": [
                        {
                            "cidr_block": route["DestinationCidrBlock"],
                            "gateway_id": route.get("GatewayId", ""),
                            "instance_id": "",
                            "nat_gateway_id": route.get("NatGatewayId", ""),
                            "network_interface_id": "",
                            "transit_gateway_id": "",
                            "vpc_peering_connection_id": "",
                        }
                        for route in table["Routes"]
                        if route.get("GatewayId") != "local"
                    ],
                    "vpc_id": table["VpcId"],
                    **tags_of(table.get("Tags")),
                },
            )
            for each in table["Associations"]:
                if each.get("SubnetId"):
                    self._put(
                        "aws_route_table_association",
                        {
                            "gateway_id": "",
                            "id": each["RouteTableAssociationId"],
                            "route_table_id": key,
                            "subnet_id": each["SubnetId"],
                        },
                    )

    def gateways(self) -> None:
        ec2 = self._client("ec2")
        for gateway in ec2.describe_internet_gateways()["InternetGateways"]:
            self._put(
                "aws_internet_gateway",
                {
                    "arn": self._arn("internet-gateway", gateway["InternetGatewayId"]),
                    "id": gateway["InternetGatewayId"],
                    "owner_id": self._account,
                    "vpc_id": gateway["Attachments"][0]["VpcId"],
                    **tags_of(gateway.get("Tags")),
                },
            )
        for nat in ec2.describe_nat_gateways()["NatGateways"]:
            address = nat["NatGatewayAddresses"][0]
            self._put(
                "aws_nat_gateway",
                {
                    "allocation_id": address["AllocationId"],
                    "association_id": "",
                    "connectivity_type": nat.get("ConnectivityType", "public"),
                    "id": nat["NatGatewayId"],
                    "network_interface_id": address.get("NetworkInterfaceId", ""),
                    "private_ip": address.get("PrivateIp", ""),
                    "public_ip": address.get("PublicIp", ""),
                    "secondary_allocation_ids": None,
                    "subnet_id": nat["SubnetId"],
                    **tags_of(nat.get("Tags")),
                },
            )
        for address in ec2.describe_addresses()["Addresses"]:
            self._put(
                "aws_eip",
                {
                    "allocation_id": address["AllocationId"],
                    "arn": self._arn("elastic-ip", address["AllocationId"]),
                    "association_id": address.get("AssociationId", ""),
                    "domain": "vpc",
                    "id": address["AllocationId"],
                    "instance": address.get("InstanceId", ""),
                    "network_interface": address.get("NetworkInterfaceId", ""),
                    "private_ip": address.get("PrivateIpAddress", ""),
                    "public_ip": address["PublicIp"],
                    **tags_of(address.get("Tags")),
                },
            )

    def groups(self) -> None:
        for group in self._client("ec2").describe_security_groups()["SecurityGroups"]:
            key = group["GroupId"]
            self._put(
                "aws_default_security_group" if group["GroupName"] == "default" else "aws_security_group",
                {
                    "arn": self._arn("security-group", key),
                    "description": group["Description"],
                    "egress": [_rule(each, key) for each in group["IpPermissionsEgress"]],
                    "id": key,
                    "ingress": [_rule(each, key) for each in group["IpPermissions"]],
                    "name": group["GroupName"],
                    "name_prefix": "",
                    "owner_id": self._account,
                    "revoke_rules_on_delete": False,
                    "vpc_id": group["VpcId"],
                    **tags_of(group.get("Tags")),
                },
            )

    def balancers(self) -> None:
        elb = self._client("elbv2")
        for balancer in elb.describe_load_balancers()["LoadBalancers"]:
            arn = balancer["LoadBalancerArn"]
            subnets = [each["SubnetId"] for each in balancer["AvailabilityZones"]]
            (tags,) = elb.describe_tags(ResourceArns=[arn])["TagDescriptions"]
            self._put(
                "aws_lb",
                {
                    "arn": arn,
                    "arn_suffix": arn.split("loadbalancer/")[1],
                    "dns_name": balancer["DNSName"],
                    "id": arn,
                    "internal": balancer.get("Scheme") == "internal",
                    "ip_address_type": balancer.get("IpAddressType", "ipv4"),
                    "load_balancer_type": balancer["Type"],
                    "name": balancer["LoadBalancerName"],
                    "security_groups": balancer.get("SecurityGroups", []),
                    "subnet_mapping": [{"allocation_id": "", "subnet_id": each} for each in subnets],
                    "subnets": subnets,
                    "vpc_id": balancer["VpcId"],
                    **tags_of(tags["Tags"]),
                },
            )
            for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
                self._put(
                    "aws_lb_listener",
                    {
                        "arn": listener["ListenerArn"],
                        "certificate_arn": None,
                        "default_action": [
                            {"order": 1, "target_group_arn": each.get("TargetGroupArn", ""), "type": each["Type"]}
                            for each in listener["DefaultActions"]
                        ],
                        "id": listener["ListenerArn"],
                        "load_balancer_arn": arn,
                        "port": listener["Port"],
                        "protocol": listener["Protocol"],
                        **tags_of(()),
                    },
                )
        for target in elb.describe_target_groups()["TargetGroups"]:
            arn = target["TargetGroupArn"]
            (tags,) = elb.describe_tags(ResourceArns=[arn])["TagDescriptions"]
            self._put(
                "aws_lb_target_group",
                {
                    "arn": arn,
                    "id": arn,
                    "load_balancer_arns": target.get("LoadBalancerArns", []),
                    "name": target["TargetGroupName"],
                    "port": target.get("Port"),
                    "protocol": target.get("Protocol"),
                    "target_type": target["TargetType"],
                    "vpc_id": target.get("VpcId", ""),
                    **tags_of(tags["Tags"]),
                },
            )
            for health in elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]:
                self._put(
                    "aws_lb_target_group_attachment",
                    {
                        "availability_zone": None,
                        "id": f"{arn}-{len(self.resources)}",
                        "port": health["Target"].get("Port"),
                        "target_group_arn": arn,
                        "target_id": health["Target"]["Id"],
                    },
                )
