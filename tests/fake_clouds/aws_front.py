"""What meets the users first: APIs, firewalls, doors between networks, and what belongs to no region."""

from __future__ import annotations

from typing import Any

from fake_clouds.aws_place import PAIRS, PROD, Place


class Front(Place):
    """Seeds what is in a region."""

    def _front(self) -> None:
        truth, web = self.truth, self.web
        api = self.client("apigateway")
        made = api.create_rest_api(name="shop", tags=PROD, endpointConfiguration={"types": ["REGIONAL"]})["id"]
        rest = truth.add(
            f"arn:aws:apigateway:{self.region}::/restapis/{made}",
            "aws.apigateway.rest_api",
            self.region,
            name="shop",
            tags=PROD,
        )
        (root,) = api.get_resources(restApiId=made)["items"]
        api.put_method(restApiId=made, resourceId=root["id"], httpMethod="POST", authorizationType="NONE")
        uri = (
            f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/{web.function_arns[4]}/invocations"
        )
        api.put_integration(
            restApiId=made,
            resourceId=root["id"],
            httpMethod="POST",
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=uri,
        )
        api.create_deployment(restApiId=made, stageName="prod")
        truth.link(rest, web.function_arns[4], "routes_to")
        http = self.client("apigatewayv2")
        made = http.create_api(Name="hooks", ProtocolType="HTTP", Tags=PROD)["ApiId"]
        hooks = truth.add(
            f"arn:aws:apigateway:{self.region}::/apis/{made}",
            "aws.apigatewayv2.api",
            self.region,
            name="hooks",
            tags=PROD,
        )
        http.create_integration(ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=web.function_arns[10])
        truth.link(hooks, web.function_arns[10], "routes_to")

        certificate = self.client("acm").request_certificate(DomainName="shop.example.com", Tags=PAIRS)[
            "CertificateArn"
        ]
        self.certificate = truth.add(
            certificate, "aws.acm.certificate", self.region, name="shop.example.com", tags=PROD
        )
        balancer = web.elb.describe_load_balancers(Names=["front"])["LoadBalancers"][0]
        self.front = balancer
        web.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTPS",
            Port=443,
            Certificates=[{"CertificateArn": certificate}],
            DefaultActions=[{"Type": "forward", "TargetGroupArn": web.targets["instances"]}],
        )
        truth.link(balancer["LoadBalancerArn"], certificate, "uses")
        waf = self.client("wafv2")
        acl = waf.create_web_acl(
            Name="shield",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={
                "SampledRequestsEnabled": False,
                "CloudWatchMetricsEnabled": False,
                "MetricName": "shield",
            },
        )["Summary"]["ARN"]
        truth.add(acl, "aws.wafv2.web_acl", self.region, name="shield")
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=balancer["LoadBalancerArn"])
        truth.link(balancer["LoadBalancerArn"], acl, "guarded_by")

    def _doors(self) -> None:
        truth, web, ec2 = self.truth, self.web, self.web.ec2
        vpc = self.vpc.rsplit("/", 1)[1]
        tables = ec2.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": ["web-private"]}])[
            "RouteTables"
        ]
        table = tables[0]["RouteTableId"]
        door = ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName=f"com.amazonaws.{self.region}.s3", RouteTableIds=[table]
        )["VpcEndpoint"]["VpcEndpointId"]
        arn = truth.add(self.web.ec2_arn("vpc-endpoint", door), "aws.ec2.vpc_endpoint", self.region)
        self.parent(arn, self.vpc)
        truth.link(arn, web.ec2_arn("route-table", table), "attached_to")
        other = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["data"]}])["Vpcs"][0]["VpcId"]
        peer = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"]
        bridge = truth.add(
            web.ec2_arn("vpc-peering-connection", peer["VpcPeeringConnectionId"]),
            "aws.ec2.vpc_peering",
            self.region,
        )
        truth.link(bridge, self.vpc, "attached_to")
        truth.link(bridge, web.ec2_arn("vpc", other), "attached_to")
        self.other_vpc = web.ec2_arn("vpc", other)


def seed_global(home: Front) -> None:
    """What belongs to no region: the distribution before the front of one, and the zones that name it."""
    truth, region = home.truth, home.region
    estate = home.web.estate
    bucket = f"estate-{region}-3"
    acl = estate.client("wafv2", "us-east-1").create_web_acl(
        Name="edge",
        Scope="CLOUDFRONT",
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": False,
            "MetricName": "edge",
        },
    )["Summary"]["ARN"]
    truth.add(acl, "aws.wafv2.web_acl", "global", name="edge")
    cloudfront = estate.client("cloudfront", "us-east-1")
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={
            "DistributionConfig": {
                "CallerReference": "shop",
                "Comment": "shop",
                "Enabled": True,
                "WebACLId": acl,
                "Aliases": {"Quantity": 1, "Items": ["shop.example.com"]},
                "Origins": {
                    "Quantity": 2,
                    "Items": [
                        {
                            "Id": "front",
                            "DomainName": home.front["DNSName"],
                            "CustomOriginConfig": {
                                "HTTPPort": 80,
                                "HTTPSPort": 443,
                                "OriginProtocolPolicy": "https-only",
                            },
                        },
                        {
                            "Id": "static",
                            "DomainName": f"{bucket}.s3.{region}.amazonaws.com",
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        },
                    ],
                },
                "DefaultCacheBehavior": {
                    "TargetOriginId": "front",
                    "ViewerProtocolPolicy": "redirect-to-https",
                    "MinTTL": 0,
                    "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
                },
                "ViewerCertificate": {
                    "ACMCertificateArn": home.certificate,
                    "SSLSupportMethod": "sni-only",
                    "MinimumProtocolVersion": "TLSv1.2_2021",
                },
            },
            "Tags": {"Items": PAIRS},
        }
    )["Distribution"]
    arn = truth.add(made["ARN"], "aws.cloudfront.distribution", "global", name="shop.example.com", tags=PROD)
    truth.link(arn, home.front["LoadBalancerArn"], "routes_to")
    truth.link(arn, f"arn:aws:s3:::{bucket}", "routes_to")
    truth.link(arn, home.certificate, "uses")
    truth.link(arn, acl, "guarded_by")

    dns = estate.client("route53", "us-east-1")
    zone = dns.create_hosted_zone(Name="example.com.", CallerReference="1")["HostedZone"]["Id"]
    key = zone.removeprefix("/hostedzone/")
    public = truth.add(
        f"arn:aws:route53:::hostedzone/{key}",
        "aws.route53.hosted_zone",
        "global",
        name="example.com",
        tags=PROD,
    )
    dns.change_tags_for_resource(ResourceType="hostedzone", ResourceId=key, AddTags=PAIRS)
    estate.tell_tags("us-east-1", {public: PROD})
    records: list[dict[str, Any]] = [
        {
            "Name": "shop.example.com.",
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": "Z2FDTNDATAQYW2",
                "DNSName": f"{made['DomainName']}.",
                "EvaluateTargetHealth": False,
            },
        },
        {
            "Name": "direct.example.com.",
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": "Z35SXDOTRQ7X7K",
                "DNSName": f"dualstack.{home.front['DNSName']}.",
                "EvaluateTargetHealth": False,
            },
        },
        {
            "Name": "elsewhere.example.com.",
            "Type": "CNAME",
            "TTL": 300,
            "ResourceRecords": [{"Value": "status.example.net"}],
        },
    ]
    dns.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": each} for each in records]},
    )
    truth.link(public, arn, "routes_to")
    truth.link(public, home.front["LoadBalancerArn"], "routes_to")
    inner = dns.create_hosted_zone(
        Name="internal.",
        CallerReference="2",
        VPC={"VPCRegion": region, "VPCId": home.vpc.rsplit("/", 1)[1]},
        HostedZoneConfig={"PrivateZone": True, "Comment": "inside"},
    )["HostedZone"]["Id"].removeprefix("/hostedzone/")
    private = truth.add(
        f"arn:aws:route53:::hostedzone/{inner}", "aws.route53.hosted_zone", "global", name="internal"
    )
    truth.link(private, home.vpc, "attached_to")
