"""Models that answer, notebooks, and what they know by sight."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AwsCall,
    AwsDetail,
    InConfig,
    KnownAs,
    ResourceType,
    TerraformJoin,
    arn,
    at,
    guarded_by,
    inside,
    member_of,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AWS_LIFECYCLE, State

ENDPOINT = ResourceType(
    key="aws.sagemaker.endpoint",
    kind=Kind.MACHINE_LEARNING,
    title="SageMaker endpoint",
    icon="aws/sagemaker-endpoint",
    listing=AwsCall(
        "sagemaker",
        "list_endpoints",
        "Endpoints[]",
        arguments={"MaxResults": 100},
        details=(
            AwsDetail("describe_endpoint", {"EndpointName": "EndpointName"}),
            AwsDetail(
                "describe_endpoint_config",
                {"EndpointConfigName": "EndpointConfigName"},
                into="EndpointConfig",
            ),
            AwsDetail("list_tags", {"ResourceArn": "EndpointArn"}, result="Tags[]", into="Tags", is_tags=True),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::SageMaker::Endpoint",
        terraform=("aws_sagemaker_endpoint",),
        terraform_fields={
            "EndpointArn": "arn",
            "EndpointName": "name",
            "EndpointStatus": "",
            "EndpointConfigName": "endpoint_config_name",
            "ProductionVariants[].VariantName": "",
            # The configuration is a resource of its own in a state.
            "EndpointConfig.ProductionVariants[].InstanceType": "",
            "EndpointConfig.KmsKeyId": "",
            "EndpointConfig.ExecutionRoleArn": "",
            "EndpointConfig.VpcConfig.Subnets[]": "",
            "EndpointConfig.VpcConfig.SecurityGroupIds[]": "",
        },
    ),
    id=arn("sagemaker", "endpoint/{EndpointName}", given=at("EndpointArn")),
    name=at("EndpointName"),
    state=at("EndpointStatus").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "size": at("EndpointConfig.ProductionVariants[].InstanceType"),
        "variants": at("ProductionVariants[].VariantName"),
        "configuration_name": at("EndpointConfigName"),
    },
    links=(
        member_of("aws.ec2.subnet", at("EndpointConfig.VpcConfig.Subnets[]")),
        guarded_by("aws.ec2.security_group", at("EndpointConfig.VpcConfig.SecurityGroupIds[]")),
        runs_as("aws.iam.role", at("EndpointConfig.ExecutionRoleArn")),
        uses("aws.kms.key", at("EndpointConfig.KmsKeyId")),
    ),
    volatile=("ProductionVariants[].CurrentInstanceCount", "ProductionVariants[].CurrentWeight"),
)

NOTEBOOK = ResourceType(
    key="aws.sagemaker.notebook_instance",
    kind=Kind.MACHINE_LEARNING,
    title="SageMaker notebook instance",
    icon="aws/sagemaker-notebook-instance",
    listing=AwsCall(
        "sagemaker",
        "list_notebook_instances",
        "NotebookInstances[]",
        arguments={"MaxResults": 100},
        details=(
            AwsDetail("describe_notebook_instance", {"NotebookInstanceName": "NotebookInstanceName"}),
            AwsDetail(
                "list_tags", {"ResourceArn": "NotebookInstanceArn"}, result="Tags[]", into="Tags", is_tags=True
            ),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::SageMaker::NotebookInstance",
        config="AWS::SageMaker::NotebookInstance",
        in_config=InConfig(items=False),
        terraform=("aws_sagemaker_notebook_instance",),
        terraform_fields={
            "NotebookInstanceArn": "arn",
            "NotebookInstanceName": "name",
            "NotebookInstanceStatus": "",
            "VolumeSizeInGB": "volume_size",
            "SecurityGroups[]": "security_groups[]",
        },
    ),
    id=arn("sagemaker", "notebook-instance/{NotebookInstanceName}", given=at("NotebookInstanceArn")),
    name=at("NotebookInstanceName"),
    state=at("NotebookInstanceStatus").as_state(AWS_LIFECYCLE),
    tags=at("Tags"),
    facts={
        "size": at("InstanceType"),
        "capacity_gb": at("VolumeSizeInGB"),
        "public": at("DirectInternetAccess"),
    },
    links=(
        inside("aws.ec2.subnet", at("SubnetId")),
        guarded_by("aws.ec2.security_group", at("SecurityGroups[]")),
        runs_as("aws.iam.role", at("RoleArn")),
        uses("aws.kms.key", at("KmsKeyId")),
    ),
)

COMPREHEND_ENDPOINT = ResourceType(
    key="aws.comprehend.endpoint",
    kind=Kind.MACHINE_LEARNING,
    title="Comprehend endpoint",
    icon="aws/comprehend-endpoint",
    listing=AwsCall(
        "comprehend",
        "list_endpoints",
        "EndpointPropertiesList[]",
        arguments={"MaxResults": 500},
        details=(
            AwsDetail(
                "list_tags_for_resource",
                {"ResourceArn": "EndpointArn"},
                result="Tags[]",
                into="Tags",
                is_tags=True,
            ),
        ),
    ),
    # Neither CloudFormation nor Terraform nor Config know it.
    known_as=KnownAs(),
    # A second kind of endpoint, entity-recognizer-endpoint, says so in its ARN, which the API always gives.
    id=arn("comprehend", "document-classifier-endpoint/{EndpointArn}", given=at("EndpointArn")),
    name=at("EndpointArn").matching(r"endpoint/([^/]+)"),
    state=at("Status").as_state({**AWS_LIFECYCLE, "in_service": State.RUNNING}),
    tags=at("Tags"),
    facts={"units": at("DesiredInferenceUnits"), "model": at("ModelArn")},
    sublabel=(),
    links=(
        uses("aws.comprehend.document_classifier", at("ModelArn")),
        runs_as("aws.iam.role", at("DataAccessRoleArn")),
    ),
    volatile=("CurrentInferenceUnits",),
)

DOCUMENT_CLASSIFIER = ResourceType(
    key="aws.comprehend.document_classifier",
    kind=Kind.MACHINE_LEARNING,
    title="Comprehend document classifier",
    icon="aws/comprehend-document-classifier",
    listing=AwsCall(
        "comprehend",
        "list_document_classifiers",
        "DocumentClassifierPropertiesList[]",
        arguments={"MaxResults": 500},
    ),
    known_as=KnownAs(
        cloudformation="AWS::Comprehend::DocumentClassifier",
        terraform=("aws_comprehend_document_classifier",),
        terraform_fields={"DocumentClassifierArn": "arn", "Status": ""},
    ),
    id=arn("comprehend", "document-classifier/{DocumentClassifierArn}", given=at("DocumentClassifierArn")),
    # …:document-classifier/<name>/version/<version>
    name=at("DocumentClassifierArn").matching(r"document-classifier/([^/]+)"),
    state=at("Status").as_state(
        {
            **AWS_LIFECYCLE,
            "submitted": State.PENDING,
            "training": State.PENDING,
            "trained": State.RUNNING,
            "in_error": State.FAILED,
        }
    ),
    facts={"language": at("LanguageCode"), "version": at("VersionName"), "mode": at("Mode")},
    sublabel=("mode",),
    links=(
        runs_as("aws.iam.role", at("DataAccessRoleArn")),
        uses("aws.kms.key", at("ModelKmsKeyId")),
        member_of("aws.ec2.subnet", at("VpcConfig.Subnets[]")),
        guarded_by("aws.ec2.security_group", at("VpcConfig.SecurityGroupIds[]")),
    ),
    supporting=True,
)

COLLECTION = ResourceType(
    key="aws.rekognition.collection",
    kind=Kind.MACHINE_LEARNING,
    title="Rekognition collection",
    icon="aws/rekognition-collection",
    listing=AwsCall(
        "rekognition",
        "list_collections",
        "CollectionIds[]",
        arguments={"MaxResults": 4096},
        item_key="CollectionId",
        details=(
            AwsDetail("describe_collection", {"CollectionId": "@item"}),
            AwsDetail("list_tags_for_resource", {"ResourceArn": "@arn"}, result="Tags", into="Tags", is_tags=True),
        ),
    ),
    known_as=KnownAs(
        cloudformation="AWS::Rekognition::Collection",
        terraform=("aws_rekognition_collection",),
        terraform_fields={
            "CollectionARN": "arn",
            "CollectionId": "collection_id|id",
            "CreationTimestamp": "",
        },
    ),
    # CollectionARN begins with "aws:", as in the API reference's sample, and is then no ARN: it is built.
    id=arn("rekognition", "collection/{CollectionId}", given=at("CollectionARN").starting("arn:")),
    name=at("CollectionId"),
    tags=at("Tags"),
    facts={"version": at("FaceModelVersion"), "created": at("CreationTimestamp")},
    sublabel=("version",),
    volatile=("FaceCount", "UserCount"),
)

TYPES: tuple[ResourceType, ...] = (
    ENDPOINT,
    NOTEBOOK,
    COMPREHEND_ENDPOINT,
    DOCUMENT_CLASSIFIER,
    COLLECTION,
)

JOINS: tuple[TerraformJoin, ...] = ()
