"""Load balancers and the groups of targets behind them."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    InConfig,
    KnownAs,
    LinkRule,
    Only,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    guarded_by,
    inside,
    member_of,
    routes_to,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE
from cloudviz.inventory.model import LinkKind

_LOAD_BALANCER_CALL = AwsCall(
    "elbv2",
    "describe_load_balancers",
    "LoadBalancers[]",
    arguments={"PageSize": 400},
    details=(
        AwsDetail(
            "describe_tags",
            {"ResourceArns": "LoadBalancerArn[]"},
            result="TagDescriptions[]",
            into="TagDescriptions",
            match=("ResourceArn", "LoadBalancerArn"),
            batch=20,
            is_tags=True,
        ),
        AwsDetail(
            "describe_listeners",
            {"LoadBalancerArn": "LoadBalancerArn"},
            result="Listeners[]",
            into="Listeners",
        ),
    ),
)


def _load_balancer(
    key: str,
    title: str,
    icon: str,
    word: str,
    path: str,
    *,
    more: tuple[LinkRule, ...] = (),
    supporting: bool = False,
) -> ResourceType:
    """One of the types that ``describe_load_balancers`` returns together, told apart by ``Type``."""
    return ResourceType(
        key=key,
        kind=Kind.LOAD_BALANCER,
        title=title,
        icon=icon,
        listing=_LOAD_BALANCER_CALL,
        known_as=KnownAs(
            cloudformation="AWS::ElasticLoadBalancingV2::LoadBalancer",
            config="AWS::ElasticLoadBalancingV2::LoadBalancer",
            in_config=InConfig(items=False),
            terraform=("aws_lb", "aws_alb"),
            terraform_fields={
                "LoadBalancerArn": "arn|id",
                "LoadBalancerName": "name",
                "Type": "load_balancer_type",
                "AvailabilityZones[].SubnetId": "subnets[]|subnet_mapping[].subnet_id",
                "AvailabilityZones[].LoadBalancerAddresses[].AllocationId": "subnet_mapping[].allocation_id",
                # A state says internal = true or false, and keeps listeners as resources of their own: see JOINS.
                "Scheme": "",
                "State.Code": "",
                "Listeners[].Port": "",
                "Listeners[].DefaultActions[].TargetGroupArn": "",
                "Listeners[].DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn": "",
                "Listeners[].Certificates[].CertificateArn": "",
            },
        ),
        id=arn("elasticloadbalancing", f"loadbalancer/{path}/{{LoadBalancerName}}", given=at("LoadBalancerArn")),
        name=at("LoadBalancerName"),
        state=at("State.Code").as_state(AWS_LIFECYCLE),
        tags=at("TagDescriptions[].Tags[]"),
        facts={
            "scheme": at("Scheme"),
            "dns_name": at("DNSName").lowered(),
            "address_type": at("IpAddressType"),
            "ports": at("Listeners[].Port"),
        },
        sublabel=("scheme",),
        links=(
            inside("aws.ec2.vpc", at("VpcId")),
            member_of("aws.ec2.subnet", at("AvailabilityZones[].SubnetId")),
            guarded_by("aws.ec2.security_group", at("SecurityGroups[]")),
            routes_to("aws.elbv2.target_group", at("Listeners[].DefaultActions[].TargetGroupArn")),
            routes_to(
                "aws.elbv2.target_group",
                at("Listeners[].DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn"),
            ),
            uses("aws.acm.certificate", at("Listeners[].Certificates[].CertificateArn")),
            *more,
        ),
        only=Only("Type", equals=(word,)),
        # DNS records and distributions name a balancer by its host name.
        aliases=("dns_name",),
        supporting=supporting,
    )


ALB = _load_balancer(
    "aws.elbv2.alb", "Application Load Balancer", "aws/application-load-balancer", "application", "app"
)

NLB = _load_balancer(
    "aws.elbv2.nlb",
    "Network Load Balancer",
    "aws/network-load-balancer",
    "network",
    "net",
    more=(uses("aws.ec2.eip", at("AvailabilityZones[].LoadBalancerAddresses[].AllocationId")),),
)

GATEWAY_LOAD_BALANCER = _load_balancer(
    "aws.elbv2.gwlb",
    "Gateway Load Balancer",
    "aws/gateway-load-balancer",
    "gateway",
    "gwy",
    supporting=True,
)

TARGET_GROUP = ResourceType(
    key="aws.elbv2.target_group",
    kind=Kind.TARGET_GROUP,
    title="Target group",
    icon="aws/target-group",
    listing=AwsCall(
        "elbv2",
        "describe_target_groups",
        "TargetGroups[]",
        arguments={"PageSize": 400},
        details=(
            AwsDetail(
                "describe_tags",
                {"ResourceArns": "TargetGroupArn[]"},
                result="TagDescriptions[]",
                into="TagDescriptions",
                match=("ResourceArn", "TargetGroupArn"),
                batch=20,
                is_tags=True,
            ),
            AwsDetail(
                "describe_target_health",
                {"TargetGroupArn": "TargetGroupArn"},
                result="TargetHealthDescriptions[]",
                into="TargetHealth",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ElasticLoadBalancingV2::TargetGroup",
        terraform=("aws_lb_target_group", "aws_alb_target_group"),
        terraform_fields={
            "TargetGroupArn": "arn|id",
            "TargetGroupName": "name",
            # Targets are resources of their own in a state: see JOINS.
            "TargetHealth[]": "",
            "TargetHealth[].Target.Id": "",
        },
    ),
    id=arn("elasticloadbalancing", "targetgroup/{TargetGroupName}", given=at("TargetGroupArn")),
    name=at("TargetGroupName"),
    tags=at("TagDescriptions[].Tags[]"),
    facts={
        "protocol": at("Protocol"),
        "port": at("Port"),
        "target_type": at("TargetType"),
        "targets": at("TargetHealth[]").count(),
    },
    sublabel=("protocol",),
    links=(
        inside("aws.ec2.vpc", at("VpcId")),
        # Listener rules forward here too, not only default actions; this list holds both.
        routes_to("aws.elbv2.alb|aws.elbv2.nlb|aws.elbv2.gwlb", at("LoadBalancerArns[]"), reverse=True),
        # Target.Id is an instance id, an ARN (function, ALB) or an IP address.
        routes_to("aws.ec2.instance", at("TargetHealth[].Target.Id").starting("i-")),
        routes_to(
            "aws.elbv2.alb", at("TargetHealth[].Target.Id").matching(r"^(arn:[^:]*:elasticloadbalancing:.+)$")
        ),
        # A function may be a target by alias (…:function:name:live); the function is what there is to see.
        routes_to(
            "aws.lambda.function",
            at("TargetHealth[].Target.Id").matching(r"^(arn:[^:]*:lambda:.*:function:[^:]+)"),
        ),
    ),
    # Health comes and goes with every check. That a target is registered is the fact.
    volatile=("TargetHealth[].TargetHealth", "TargetHealth[].HealthCheckPort"),
    supporting=True,
)

CLASSIC = ResourceType(
    key="aws.elb.load_balancer",
    kind=Kind.LOAD_BALANCER,
    title="Classic Load Balancer",
    icon="aws/classic-load-balancer",
    listing=AwsCall(
        "elb",
        "describe_load_balancers",
        "LoadBalancerDescriptions[]",
        arguments={"PageSize": 400},
        details=(
            AwsDetail(
                "describe_tags",
                {"LoadBalancerNames": "LoadBalancerName[]"},
                result="TagDescriptions[]",
                into="TagDescriptions",
                match=("LoadBalancerName", "LoadBalancerName"),
                batch=20,
                is_tags=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ElasticLoadBalancing::LoadBalancer",
        config="AWS::ElasticLoadBalancing::LoadBalancer",
        in_config=InConfig(items=False),
        terraform=("aws_elb",),
        terraform_fields={
            "LoadBalancerName": "name|id",
            "VPCId": "",
            "Scheme": "",
            "ListenerDescriptions[].Listener.LoadBalancerPort": "listener[].lb_port",
            "ListenerDescriptions[].Listener.SSLCertificateId": "listener[].ssl_certificate_id",
            "Instances[].InstanceId": "instances[]",
        },
    ),
    id=arn("elasticloadbalancing", "loadbalancer/{LoadBalancerName}"),
    name=at("LoadBalancerName"),
    tags=at("TagDescriptions[].Tags[]"),
    facts={
        "scheme": at("Scheme"),
        "dns_name": at("DNSName").lowered(),
        "ports": at("ListenerDescriptions[].Listener.LoadBalancerPort"),
    },
    sublabel=("scheme",),
    links=(
        inside("aws.ec2.vpc", at("VPCId")),
        member_of("aws.ec2.subnet", at("Subnets[]")),
        guarded_by("aws.ec2.security_group", at("SecurityGroups[]")),
        routes_to("aws.ec2.instance", at("Instances[].InstanceId")),
        uses(
            "aws.acm.certificate",
            at("ListenerDescriptions[].Listener.SSLCertificateId").matching(r"^(arn:[^:]*:acm:.+)$"),
        ),
    ),
    aliases=("dns_name",),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (ALB, NLB, GATEWAY_LOAD_BALANCER, CLASSIC, TARGET_GROUP)

JOINS: tuple[TerraformJoin, ...] = (
    *(
        TerraformJoin(
            name,
            LinkKind.ROUTES_TO,
            ("aws.elbv2.target_group", "target_group_arn"),
            # A target may also be an IP address, which names nothing that could be found here.
            ("aws.ec2.instance|aws.lambda.function|aws.elbv2.alb", at("target_id").matching(r"^(i-.+|arn:.+)$")),
        )
        for name in ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")
    ),
    *(
        TerraformJoin(
            name,
            LinkKind.ROUTES_TO,
            ("aws.elbv2.alb|aws.elbv2.nlb|aws.elbv2.gwlb", "load_balancer_arn"),
            (
                "aws.elbv2.target_group",
                at("default_action[].target_group_arn") | at("default_action[].forward[].target_group[].arn"),
            ),
        )
        for name in ("aws_lb_listener", "aws_alb_listener")
    ),
)
