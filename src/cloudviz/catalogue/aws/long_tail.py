"""Types beyond the declared ones, as AWS Cloud Control knows them: which are of no region, and their ARNs.

Most of them say their ARN themselves. Of those that do not, the ones that Terraform and other sources know by ARN
are here, so that a thing has one id however it was found.
Source: https://docs.aws.amazon.com/service-authorization/latest/reference/ (resource types of each service).
"""

from __future__ import annotations

from collections.abc import Mapping

from cloudviz.catalogue.declare import Arn, arn

IDENTIFIER = "@identifier"
"""Where a source lays what Cloud Control, or the ARN, calls a thing."""

GLOBAL_SERVICES = frozenset(
    {
        "Account",
        "BillingConductor",
        "Budgets",
        "CE",
        "CUR",
        "CloudFront",
        "GlobalAccelerator",
        "IAM",
        "Organizations",
        "Route53",
        "Route53RecoveryControl",
        "Route53RecoveryReadiness",
        "Shield",
    }
)
"""Services whose things are in no region; every region would list the same."""


def _ec2(noun: str, key: str) -> Arn:
    return arn("ec2", f"{noun}/{{{key}}}")


ARNS: Mapping[str, Arn] = {
    "AWS::AppConfig::Application": arn("appconfig", "application/{ApplicationId}"),
    "AWS::CloudWatch::Dashboard": arn("cloudwatch", "dashboard/{DashboardName}", has_region=False),
    "AWS::Cognito::IdentityPool": arn("cognito-identity", "identitypool/{Id}"),
    "AWS::EC2::DHCPOptions": _ec2("dhcp-options", "DhcpOptionsId"),
    "AWS::EC2::EgressOnlyInternetGateway": _ec2("egress-only-internet-gateway", "Id"),
    "AWS::EC2::FlowLog": _ec2("vpc-flow-log", "Id"),
    "AWS::EC2::KeyPair": _ec2("key-pair", "KeyPairId"),
    "AWS::EC2::PlacementGroup": _ec2("placement-group", "GroupName"),
    "AWS::ElastiCache::ParameterGroup": arn("elasticache", "parametergroup:{CacheParameterGroupName}"),
    "AWS::ElastiCache::SubnetGroup": arn("elasticache", "subnetgroup:{CacheSubnetGroupName}"),
    "AWS::Glue::Crawler": arn("glue", "crawler/{Name}"),
    "AWS::Glue::Trigger": arn("glue", "trigger/{Name}"),
    "AWS::Glue::Workflow": arn("glue", "workflow/{Name}"),
    "AWS::IAM::Group": arn("iam", "group/{GroupName}", has_region=False),
    "AWS::RDS::DBClusterParameterGroup": arn("rds", "cluster-pg:{DBClusterParameterGroupName}"),
    "AWS::RDS::DBParameterGroup": arn("rds", "pg:{DBParameterGroupName}"),
    "AWS::RDS::DBSubnetGroup": arn("rds", "subgrp:{DBSubnetGroupName}"),
    "AWS::RDS::OptionGroup": arn("rds", "og:{OptionGroupName}"),
    "AWS::Redshift::ClusterSubnetGroup": arn("redshift", "subnetgroup:{ClusterSubnetGroupName}"),
    "AWS::SES::ConfigurationSet": arn("ses", "configuration-set/{Name}"),
    "AWS::SSM::Document": arn("ssm", "document/{Name}"),
}
"""CloudFormation's name of a type → how its ARN is built of its properties."""
