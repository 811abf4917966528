"""What meets the users first: names, distributions, APIs."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    Field,
    InConfig,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    attached,
    guarded_by,
    routes_to,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import State
from cloudviz.inventory.model import LinkKind

_BALANCER_HOST = r"(?i)^(?:dualstack\.)?([a-z0-9-]+(?:\.elb)?\.[a-z0-9-]+(?:\.elb)?\.amazonaws\.com(?:\.cn)?)\.?$"
"""``front-1.eu-west-1.elb.amazonaws.com`` of an ALB, ``front-1.elb.eu-west-1.amazonaws.com`` of an NLB."""

_BUCKET_HOST = r"^(.+?)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?\.?$"
"""``name.s3.amazonaws.com``, ``name.s3.eu-west-1.amazonaws.com``, ``name.s3-website-eu-west-1.amazonaws.com``."""

_API_HOST = r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\.?$"
_DISTRIBUTION_HOST = r"^([a-z0-9]+\.cloudfront\.net)\.?$"


def _balancer(where: Field) -> Field:
    return where.matching(_BALANCER_HOST).lowered()


_BALANCERS = "aws.elbv2.alb|aws.elbv2.nlb|aws.elb.load_balancer"
_ORIGIN = at("Origins.Items[].DomainName")
_ALIAS = at("Records[].AliasTarget.DNSName")
# A CNAME names its target as text.
_CNAME = at("Records[Type=CNAME].ResourceRecords[].Value")

DISTRIBUTION = ResourceType(
    key="aws.cloudfront.distribution",
    kind=Kind.CDN,
    title="CloudFront distribution",
    icon="aws/cloudfront-distribution",
    listing=AwsCall(
        "cloudfront",
        "list_distributions",
        "DistributionList.Items[]",
        is_global=True,
        details=(
            AwsDetail(
                "list_tags_for_resource",
                {"Resource": "ARN"},
                result="Tags.Items[]",
                into="Tags",
                is_tags=True,
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::CloudFront::Distribution",
        config="AWS::CloudFront::Distribution",
        terraform=("aws_cloudfront_distribution",),
        terraform_fields={
            "ARN": "arn",
            "Id": "id",
            "Status": "status",
            "Aliases.Items[]": "aliases[]",
            "Origins.Items[].DomainName": "origin[].domain_name",
            "DefaultCacheBehavior.LambdaFunctionAssociations.Items[].LambdaFunctionARN": (
                "default_cache_behavior[].lambda_function_association[].lambda_arn"
            ),
            "ViewerCertificate.ACMCertificateArn": "viewer_certificate[].acm_certificate_arn",
            "WebACLId": "web_acl_id",
        },
    ),
    id=arn("cloudfront", "distribution/{Id}", given=at("ARN"), has_region=False),
    name=at("Aliases.Items[]") | at("DomainName"),
    state=at("Status").as_state({"deployed": State.RUNNING, "inprogress": State.UPDATING}),
    tags=at("Tags"),
    facts={
        "dns_name": at("DomainName").lowered(),
        "names": at("Aliases.Items[]"),
        "enabled": at("Enabled"),
        "class": at("PriceClass"),
    },
    sublabel=("dns_name",),
    links=(
        routes_to(_BALANCERS, _balancer(_ORIGIN)),
        routes_to("aws.s3.bucket", _ORIGIN.matching(_BUCKET_HOST)),
        routes_to("aws.apigateway.rest_api|aws.apigatewayv2.api", _ORIGIN.matching(_API_HOST)),
        # The association names a version (…:function:name:3); the function is what there is to see.
        uses(
            "aws.lambda.function",
            at("DefaultCacheBehavior.LambdaFunctionAssociations.Items[].LambdaFunctionARN").matching(
                r"^(arn:[^:]*:lambda:.*:function:[^:]+)"
            ),
        ),
        uses("aws.acm.certificate", at("ViewerCertificate.ACMCertificateArn")),
        # Before WAFv2 the id of a WAF Classic ACL stands here.
        guarded_by("aws.wafv2.web_acl", at("WebACLId").starting("arn:")),
    ),
    aliases=("dns_name",),
    volatile=("LastModifiedTime",),
)

HOSTED_ZONE = ResourceType(
    key="aws.route53.hosted_zone",
    kind=Kind.DNS_ZONE,
    title="Route 53 hosted zone",
    icon="aws/route53-hosted-zone",
    listing=AwsCall(
        "route53",
        "list_hosted_zones",
        "HostedZones[]",
        is_global=True,
        details=(
            AwsDetail(
                "list_tags_for_resource",
                {"ResourceType": "=hostedzone", "ResourceId": "Id"},
                result="ResourceTagSet.Tags[]",
                into="Tags",
                is_tags=True,
            ),
            AwsDetail("get_hosted_zone", {"Id": "Id"}, result="VPCs[]", into="VPCs"),
            AwsDetail(
                "list_resource_record_sets", {"HostedZoneId": "Id"}, result="ResourceRecordSets[]", into="Records"
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::Route53::HostedZone",
        config="AWS::Route53::HostedZone",
        terraform=("aws_route53_zone",),
        terraform_fields={
            "Id": "zone_id|id",
            "ResourceRecordSetCount": "",
            "Config.PrivateZone": "",
            "Config.Comment": "comment",
            "VPCs[].VPCId": "vpc[].vpc_id",
            # Records are resources of their own in a state: see JOINS.
            "Records[].AliasTarget.DNSName": "",
            "Records[Type=CNAME].ResourceRecords[].Value": "",
        },
    ),
    id=arn("route53", "hostedzone/{Id}", has_region=False, has_account=False),
    # AWS ends the name in a dot, Terraform does not.
    name=at("Name").rewritten(r"^(.+)\.$", r"\1"),
    tags=at("Tags"),
    facts={
        "private": at("Config.PrivateZone"),
        "records": at("ResourceRecordSetCount"),
        "description": at("Config.Comment"),
    },
    sublabel=("description",),
    links=(
        attached("aws.ec2.vpc", at("VPCs[].VPCId")),
        routes_to(_BALANCERS, _balancer(_ALIAS)),
        routes_to(_BALANCERS, _balancer(_CNAME)),
        routes_to("aws.cloudfront.distribution", _ALIAS.matching(_DISTRIBUTION_HOST).lowered()),
        routes_to("aws.cloudfront.distribution", _CNAME.matching(_DISTRIBUTION_HOST).lowered()),
        routes_to("aws.apigateway.rest_api|aws.apigatewayv2.api", _ALIAS.matching(_API_HOST)),
    ),
)

_LAMBDA_IN_URI = r"functions/(arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:/]+)"
_INTEGRATION = "Resources[].resourceMethods.*.methodIntegration.uri"

REST_API = ResourceType(
    key="aws.apigateway.rest_api",
    kind=Kind.API,
    title="API Gateway REST API",
    icon="aws/api-gateway-rest-api",
    listing=AwsCall(
        "apigateway",
        "get_rest_apis",
        "items[]",
        arguments={"limit": 500},
        # IAM knows API Gateway's actions by HTTP method.
        permission="apigateway:GET",
        details=(
            AwsDetail(
                "get_stages", {"restApiId": "id"}, result="item[]", into="Stages", permission="apigateway:GET"
            ),
            AwsDetail(
                "get_resources",
                {"restApiId": "id", "embed": "=methods"},
                result="items[]",
                into="Resources",
                permission="apigateway:GET",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ApiGateway::RestApi",
        config="AWS::ApiGateway::RestApi",
        in_config=InConfig(items=False),
        terraform=("aws_api_gateway_rest_api",),
        terraform_fields={
            # Stages and integrations are resources of their own in a state: see JOINS.
            "Stages[].stageName": "",
            _INTEGRATION: "",
            "endpointConfiguration.types[]": "endpoint_configuration[].types[]",
            "endpointConfiguration.vpcEndpointIds[]": "endpoint_configuration[].vpc_endpoint_ids[]",
        },
    ),
    id=arn("apigateway", "/restapis/{id}", has_account=False),
    name=at("name"),
    tags=at("tags"),
    facts={
        "description": at("description"),
        "scope": at("endpointConfiguration.types[]"),
        "stages": at("Stages[].stageName"),
    },
    sublabel=("scope",),
    links=(
        routes_to("aws.lambda.function", at(_INTEGRATION).matching(_LAMBDA_IN_URI)),
        routes_to(_BALANCERS, at(_INTEGRATION).matching(r"^https?://([^/:]+)").lowered()),
        uses("aws.ec2.vpc_endpoint", at("endpointConfiguration.vpcEndpointIds[]")),
        guarded_by("aws.wafv2.web_acl", at("Stages[].webAclArn")),
    ),
    volatile=("Stages[].lastUpdatedDate", "Stages[].deploymentId"),
)

HTTP_API = ResourceType(
    key="aws.apigatewayv2.api",
    kind=Kind.API,
    title="API Gateway HTTP or WebSocket API",
    icon="aws/api-gateway-http-api",
    listing=AwsCall(
        "apigatewayv2",
        "get_apis",
        "Items[]",
        permission="apigateway:GET",
        details=(
            AwsDetail(
                "get_integrations",
                {"ApiId": "ApiId"},
                result="Items[]",
                into="Integrations",
                permission="apigateway:GET",
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::ApiGatewayV2::Api",
        config="AWS::ApiGatewayV2::Api",
        in_config=InConfig(items=False),
        terraform=("aws_apigatewayv2_api",),
        terraform_fields={"ApiId": "id", "Integrations[].IntegrationUri": ""},
    ),
    id=arn("apigateway", "/apis/{ApiId}", has_account=False),
    name=at("Name"),
    tags=at("Tags"),
    facts={"protocol": at("ProtocolType"), "endpoint": at("ApiEndpoint"), "description": at("Description")},
    sublabel=("protocol",),
    links=(
        # The function's ARN, or a URI that holds it.
        routes_to(
            "aws.lambda.function",
            at("Integrations[].IntegrationUri").matching(r"(arn:[^:]*:lambda:[^:]*:\d*:function:[^:/]+)"),
        ),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (DISTRIBUTION, HOSTED_ZONE, REST_API, HTTP_API)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "aws_route53_record",
        LinkKind.ROUTES_TO,
        ("aws.route53.hosted_zone", "zone_id"),
        (_BALANCERS, at("alias[].name").matching(_BALANCER_HOST).lowered()),
    ),
    TerraformJoin(
        "aws_route53_record",
        LinkKind.ROUTES_TO,
        ("aws.route53.hosted_zone", "zone_id"),
        ("aws.cloudfront.distribution", at("alias[].name").matching(_DISTRIBUTION_HOST).lowered()),
    ),
    TerraformJoin(
        "aws_route53_zone_association",
        LinkKind.ATTACHED_TO,
        ("aws.route53.hosted_zone", "zone_id"),
        ("aws.ec2.vpc", "vpc_id"),
    ),
    TerraformJoin(
        "aws_api_gateway_integration",
        LinkKind.ROUTES_TO,
        ("aws.apigateway.rest_api", "rest_api_id"),
        ("aws.lambda.function", at("uri").matching(_LAMBDA_IN_URI)),
    ),
    TerraformJoin(
        "aws_apigatewayv2_integration",
        LinkKind.ROUTES_TO,
        ("aws.apigatewayv2.api", "api_id"),
        (
            "aws.lambda.function",
            at("integration_uri").matching(r"(arn:[^:]*:lambda:[^:]*:\d*:function:[^:/]+)"),
        ),
    ),
)
