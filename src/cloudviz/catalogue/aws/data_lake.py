"""Warehouses without servers, catalogues of tables over files, and the jobs that fill them."""

from __future__ import annotations

from cloudviz.catalogue.aws.analytics import S3_URI
from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    guarded_by,
    member_of,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE

SERVERLESS_WORKGROUP = ResourceType(
    key="aws.redshift.serverless_workgroup",
    kind=Kind.WAREHOUSE,
    title="Redshift Serverless workgroup",
    icon="aws/redshift-serverless-workgroup",
    listing=AwsCall("redshift-serverless", "list_workgroups", "workgroups[]", arguments={"maxResults": 100}),
    known_as=KnownAs(
        cloudformation="AWS::RedshiftServerless::Workgroup",
        terraform=("aws_redshiftserverless_workgroup",),
        terraform_fields={
            "workgroupArn": "arn",
            "workgroupId": "workgroup_id",
            "workgroupName": "workgroup_name|id",
            "status": "",
            "namespaceName": "namespace_name",
            "baseCapacity": "base_capacity",
            "publiclyAccessible": "publicly_accessible",
            "endpoint.address": "endpoint[].address",
            "subnetIds[]": "subnet_ids[]",
            "securityGroupIds[]": "security_group_ids[]",
            "customDomainCertificateArn": "",
        },
    ),
    # A UUID ends the real ARN.
    id=arn("redshift-serverless", "workgroup/{workgroupId}", given=at("workgroupArn")),
    name=at("workgroupName"),
    state=at("status").as_state(AWS_LIFECYCLE),
    facts={
        "namespace": at("namespaceName"),
        "capacity": at("baseCapacity"),
        "public": at("publiclyAccessible"),
        "endpoint": at("endpoint.address"),
    },
    sublabel=("namespace",),
    links=(
        member_of("aws.ec2.subnet", at("subnetIds[]")),
        guarded_by("aws.ec2.security_group", at("securityGroupIds[]")),
        uses("aws.acm.certificate", at("customDomainCertificateArn")),
    ),
    supporting=True,
)

GLUE_DATABASE = ResourceType(
    key="aws.glue.database",
    kind=Kind.ANALYTICS,
    title="Glue database",
    icon="aws/glue-database",
    listing=AwsCall("glue", "get_databases", "DatabaseList[]", arguments={"MaxResults": 100}),
    known_as=KnownAs(
        cloudformation="AWS::Glue::Database",
        terraform=("aws_glue_catalog_database",),
        terraform_fields={"Name": "name", "LocationUri": "location_uri", "CreateTime": ""},
    ),
    id=arn("glue", "database/{Name}"),
    name=at("Name"),
    facts={"description": at("Description"), "location": at("LocationUri"), "created": at("CreateTime")},
    sublabel=(),
    links=(
        uses("aws.s3.bucket", at("LocationUri").matching(S3_URI)),
        # A link to a database, often of another account.
        uses("aws.glue.database", at("TargetDatabase.DatabaseName")),
    ),
    supporting=True,
)

GLUE_JOB = ResourceType(
    key="aws.glue.job",
    kind=Kind.BATCH,
    title="Glue job",
    icon="aws/glue-job",
    listing=AwsCall(
        "glue",
        "get_jobs",
        "Jobs[]",
        arguments={"MaxResults": 200},
        details=(AwsDetail("get_tags", {"ResourceArn": "@arn"}, result="Tags", into="Tags", is_tags=True),),
    ),
    known_as=KnownAs(
        cloudformation="AWS::Glue::Job",
        terraform=("aws_glue_job",),
        terraform_fields={
            "Name": "name|id",
            "Role": "role_arn",
            "Command.Name": "command[].name",
            "Command.ScriptLocation": "command[].script_location",
            "NumberOfWorkers": "number_of_workers",
        },
    ),
    id=arn("glue", "job/{Name}"),
    name=at("Name"),
    tags=at("Tags"),
    facts={
        "class": at("Command.Name"),
        "version": at("GlueVersion"),
        "size": at("WorkerType"),
        "workers": at("NumberOfWorkers"),
        "description": at("Description"),
    },
    sublabel=("class",),
    links=(
        runs_as("aws.iam.role", at("Role")),
        uses("aws.s3.bucket", at("Command.ScriptLocation").matching(S3_URI)),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (SERVERLESS_WORKGROUP, GLUE_DATABASE, GLUE_JOB)

JOINS: tuple[TerraformJoin, ...] = ()
