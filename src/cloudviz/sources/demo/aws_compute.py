"""Instances with their volumes, autoscaling groups and load balancers of the demo's AWS account.

Shapes: DescribeInstances and DescribeVolumes (EC2), DescribeAutoScalingGroups, and DescribeLoadBalancers with
the listeners, target groups and target health of Elastic Load Balancing v2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloudviz.sources.demo.aws_network import Network, network_interface
from cloudviz.sources.demo.aws_place import ACCOUNT, AwsPlace
from cloudviz.sources.demo.estate import Body, addresses, gigabytes, hex_of, hourly

HOURLY = {
    "m6i.large": "0.096",
    "c6i.xlarge": "0.17",
    "t3.micro": "0.0104",
    "t3.small": "0.0208",
    "t3.medium": "0.0416",
    "r6i.large": "0.126",
}
"""On-demand Linux prices in us-east-1, dollars an hour."""


@dataclass(frozen=True, slots=True)
class Machine:
    """How a kind of machine is built; ``disks`` are sizes in GiB, the first holds the system."""

    size: str
    group: str
    owner: str
    role: str = ""
    disks: tuple[int, ...] = (30,)
    public: bool = False
    state: str = "running"


def instance(
    place: AwsPlace,
    network: Network,
    name: str,
    subnet: str,
    zone: str,
    private: str,
    machine: Machine,
    **tags: str,
) -> str:
    """One machine and its volumes. Returns its id."""
    identifier = place.id("i", f"{name}/{private}")
    volumes = [_volume(place, name, zone, identifier, index, size) for index, size in enumerate(machine.disks)]
    dashed = private.replace(".", "-")
    interface = network_interface(
        place,
        network,
        name,
        identifier,
        subnet,
        zone,
        private,
        network.groups[machine.group],
        instance_id=identifier,
    )
    body: Body = {
        "Architecture": "x86_64",
        "BlockDeviceMappings": [
            {
                "DeviceName": _device(index),
                "Ebs": {
                    "AttachTime": "2025-11-03T06:12:09+00:00",
                    "DeleteOnTermination": index == 0,
                    "Status": "attached",
                    "VolumeId": volume,
                },
            }
            for index, volume in enumerate(volumes)
        ],
        "EbsOptimized": True,
        "EnaSupport": True,
        "Hypervisor": "xen",
        "NetworkInterfaces": [
            {
                "Attachment": {"AttachmentId": place.id("eni-attach", identifier), "DeviceIndex": 0},
                "Groups": [{"GroupId": network.groups[machine.group], "GroupName": machine.group}],
                "NetworkInterfaceId": interface,
                "PrivateIpAddress": private,
                "Status": "in-use",
                "SubnetId": subnet,
                "VpcId": network.vpc,
            }
        ],
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "SecurityGroups": [{"GroupId": network.groups[machine.group], "GroupName": machine.group}],
        "SourceDestCheck": True,
        "Tags": place.tags(name, owner=machine.owner, **tags),
        "VirtualizationType": "hvm",
        "MetadataOptions": {"State": "applied", "HttpTokens": "required", "HttpEndpoint": "enabled"},
        "PlatformDetails": "Linux/UNIX",
        "InstanceId": identifier,
        "ImageId": place.id("ami", "al2023-x86_64"),
        "State": {"Code": 16 if machine.state == "running" else 80, "Name": machine.state},
        "PrivateDnsName": f"ip-{dashed}.{place.region}.compute.internal",
        "InstanceType": machine.size,
        "LaunchTime": "2025-11-03T06:12:08+00:00",
        "Placement": {"AvailabilityZone": zone, "GroupName": "", "Tenancy": "default"},
        "Monitoring": {"State": "disabled"},
        "SubnetId": subnet,
        "VpcId": network.vpc,
        "PrivateIpAddress": private,
    }
    if machine.role:
        body["IamInstanceProfile"] = {
            "Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/{machine.role}",
            "Id": f"AIPA{hex_of(machine.role, 17).upper()}",
        }
    if machine.public:
        body["PublicIpAddress"] = f"198.51.100.{int(hex_of(name, 2), 16)}"
    price = hourly(HOURLY[machine.size]) if machine.state == "running" else Decimal(0)
    place.add("aws.ec2.instance", "AWS::EC2::Instance", body, place.arn("ec2", f"instance/{identifier}"), price)
    return identifier


def _device(index: int) -> str:
    return f"/dev/xvd{'abcdefg'[index]}"


def _volume(place: AwsPlace, name: str, zone: str, instance_id: str, index: int, size: int) -> str:
    title = name if index == 0 else f"{name}-data-{index}"
    attachment: Body = {
        "AttachTime": "2025-11-03T06:12:09+00:00",
        "DeleteOnTermination": index == 0,
        "Device": _device(index),
        "InstanceId": instance_id,
        "State": "attached",
    }
    return volume(place, title, f"{instance_id}/{index}", zone, size, attachment)


def volume(place: AwsPlace, title: str, unique: str, zone: str, size: int, attachment: Body | None = None) -> str:
    """One gp3 volume, attached or, without ``attachment``, forgotten. Returns its id."""
    identifier = place.id("vol", unique)
    attachments = [{**attachment, "VolumeId": identifier}] if attachment else []
    place.add(
        "aws.ec2.volume",
        "AWS::EC2::Volume",
        {
            "Iops": 3000,
            "Tags": place.tags(title),
            "VolumeType": "gp3",
            "MultiAttachEnabled": False,
            "Throughput": 125,
            "VolumeId": identifier,
            "Size": size,
            "SnapshotId": place.id("snap", "al2023") if attachment else "",
            "AvailabilityZone": zone,
            "State": "in-use" if attachment else "available",
            "CreateTime": "2025-11-03T06:12:09.118000+00:00",
            "Attachments": attachments,
            "Encrypted": True,
            "KmsKeyId": place.kms_key("ebs"),
        },
        place.arn("ec2", f"volume/{identifier}"),
        gigabytes(size, "0.08"),
    )
    return identifier


def scaling_group(
    place: AwsPlace,
    network: Network,
    name: str,
    machine: Machine,
    per_zone: int,
    first: int,
    targets: Sequence[str] = (),
) -> list[str]:
    """An autoscaling group over the application subnets, with its machines. Returns the machines' ids."""
    machines: list[Body] = []
    template = {
        "LaunchTemplateId": place.id("lt", name),
        "LaunchTemplateName": name,
        "Version": "7",
    }
    for zone in network.zones:
        free = addresses(network.prefix("app", zone), first)
        for _ in range(per_zone):
            identifier = instance(
                place,
                network,
                name.removesuffix("-asg"),
                network.subnets["app", zone],
                zone,
                next(free),
                machine,
                **{"aws:autoscaling:groupName": name},
            )
            machines.append(
                {
                    "InstanceId": identifier,
                    "InstanceType": machine.size,
                    "AvailabilityZone": zone,
                    "LifecycleState": "InService",
                    "HealthStatus": "Healthy",
                    "LaunchTemplate": template,
                    "ProtectedFromScaleIn": False,
                }
            )
    wanted = len(machines)
    place.add(
        "aws.ec2.launch_template",
        "AWS::EC2::LaunchTemplate",
        {
            "LaunchTemplateId": template["LaunchTemplateId"],
            "LaunchTemplateName": name,
            "CreateTime": "2024-02-13T09:00:00+00:00",
            "CreatedBy": f"arn:aws:iam::{ACCOUNT}:role/acme-deployer",
            "DefaultVersionNumber": 7,
            "LatestVersionNumber": 7,
            "Tags": place.tags(name, owner=machine.owner),
        },
    )
    place.add(
        "aws.autoscaling.group",
        "AWS::AutoScaling::AutoScalingGroup",
        {
            "AutoScalingGroupName": name,
            "AutoScalingGroupARN": place.arn(
                "autoscaling", f"autoScalingGroup:{_asg_uuid(place, name)}:autoScalingGroupName/{name}"
            ),
            "LaunchTemplate": template,
            "MinSize": len(network.zones),
            "MaxSize": wanted * 2,
            "DesiredCapacity": wanted,
            "DefaultCooldown": 300,
            "AvailabilityZones": list(network.zones),
            "LoadBalancerNames": [],
            "TargetGroupARNs": list(targets),
            "HealthCheckType": "ELB" if targets else "EC2",
            "HealthCheckGracePeriod": 60,
            "Instances": machines,
            "CreatedTime": "2024-02-13T09:02:11.310000+00:00",
            "SuspendedProcesses": [],
            "VPCZoneIdentifier": ",".join(network.in_tier("app")),
            "EnabledMetrics": [],
            "Tags": [
                {
                    "ResourceId": name,
                    "ResourceType": "auto-scaling-group",
                    "Key": pair["Key"],
                    "Value": pair["Value"],
                    "PropagateAtLaunch": True,
                }
                for pair in place.tags(name, owner=machine.owner)
            ],
            "TerminationPolicies": ["Default"],
            "ServiceLinkedRoleARN": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/"
            "AWSServiceRoleForAutoScaling",
        },
    )
    return [str(each["InstanceId"]) for each in machines]


def _asg_uuid(place: AwsPlace, name: str) -> str:
    digits = hex_of(f"{place.region}/asg/{name}", 32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def target_group_arn(place: AwsPlace, name: str) -> str:
    """The ARN that a target group of this name has."""
    return place.arn("elasticloadbalancing", f"targetgroup/{name}/{hex_of(f'{place.region}/{name}', 16)}")


def load_balancer_arn(place: AwsPlace, name: str, network_kind: bool = False) -> str:
    """The ARN that a load balancer of this name has."""
    kind = "net" if network_kind else "app"
    return place.arn("elasticloadbalancing", f"loadbalancer/{kind}/{name}/{hex_of(f'{place.region}/{name}', 16)}")


def target_group(
    place: AwsPlace, network: Network, name: str, balancer: str, port: int, machines: Sequence[str], sick: int = 0
) -> str:
    """A target group with the health of its targets; the last ``sick`` of them fail. Returns its ARN."""
    arn = target_group_arn(place, name)
    healthy = len(machines) - sick
    place.add(
        "aws.elbv2.target_group",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        {
            "TargetGroupArn": arn,
            "TargetGroupName": name,
            "Protocol": "HTTP",
            "Port": port,
            "VpcId": network.vpc,
            "HealthCheckProtocol": "HTTP",
            "HealthCheckPort": "traffic-port",
            "HealthCheckEnabled": True,
            "HealthCheckIntervalSeconds": 15,
            "HealthCheckTimeoutSeconds": 5,
            "HealthyThresholdCount": 3,
            "UnhealthyThresholdCount": 3,
            "HealthCheckPath": "/healthz",
            "Matcher": {"HttpCode": "200"},
            "LoadBalancerArns": [balancer],
            "TargetType": "instance",
            "ProtocolVersion": "HTTP1",
            "IpAddressType": "ipv4",
            "TagDescriptions": [{"ResourceArn": arn, "Tags": place.tags(name)}],
            "TargetHealth": [
                {
                    "Target": {"Id": machine, "Port": port},
                    "HealthCheckPort": str(port),
                    "TargetHealth": {"State": "healthy"}
                    if index < healthy
                    else {
                        "State": "unhealthy",
                        "Reason": "Target.ResponseCodeMismatch",
                        "Description": "Health checks failed with these codes: [502]",
                    },
                }
                for index, machine in enumerate(machines)
            ],
        },
    )
    return arn


def load_balancer(
    place: AwsPlace,
    network: Network,
    name: str,
    target: str,
    *,
    group: str = "",
    port: int = 443,
    internal: bool = False,
) -> str:
    """An ALB guarded by ``group``, or an NLB when there is none. Returns its ARN."""
    is_network = not group
    arn = load_balancer_arn(place, name, is_network)
    tier = "app" if internal else "public"
    suffix = hex_of(f"{place.region}/{name}", 16)
    kind = "net" if is_network else "app"
    forward: Body = {
        "Type": "forward",
        "TargetGroupArn": target,
        "Order": 1,
        "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": target, "Weight": 1}]},
    }
    place.add(
        "aws.elbv2.nlb" if is_network else "aws.elbv2.alb",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {
            "LoadBalancerArn": arn,
            "DNSName": f"{name}-{suffix[:10]}.elb.{place.region}.amazonaws.com",
            "CanonicalHostedZoneId": "Z35SXDOTRQ7X7K",
            "CreatedTime": "2024-02-13T08:40:02.550000+00:00",
            "LoadBalancerName": name,
            "Scheme": "internal" if internal else "internet-facing",
            "VpcId": network.vpc,
            "State": {"Code": "active"},
            "Type": "network" if is_network else "application",
            "AvailabilityZones": [
                {"ZoneName": zone, "SubnetId": network.subnets[tier, zone], "LoadBalancerAddresses": []}
                for zone in network.zones
            ],
            "SecurityGroups": [network.groups[group]] if group else [],
            "IpAddressType": "ipv4",
            "TagDescriptions": [{"ResourceArn": arn, "Tags": place.tags(name, owner="team-web")}],
            "Listeners": [
                {
                    "ListenerArn": place.arn(
                        "elasticloadbalancing", f"listener/{kind}/{name}/{suffix}/{suffix[::-1]}"
                    ),
                    "LoadBalancerArn": arn,
                    "Port": port,
                    "Protocol": "TCP" if is_network else "HTTPS",
                    "DefaultActions": [forward],
                }
            ],
        },
        arn,
        hourly("0.0225"),
    )
    return arn
