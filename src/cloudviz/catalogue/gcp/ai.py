"""Models, what serves them and what trains them."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    Only,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    attached,
    routes_to,
    uses,
)
from cloudviz.catalogue.gcp.names import FULL_NAME, REGION, bucket, kms_key
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_JOB

VERTEX_AI = ResourceType(
    key="gcp.ai.vertex_ai",
    kind=Kind.MACHINE_LEARNING,
    title="Vertex AI endpoint or model",
    icon="gcp/vertex-ai",
    listing=AssetList(
        "aiplatform.googleapis.com/Endpoint",
        "aiplatform.projects.locations.endpoints.list",
        also={"aiplatform.googleapis.com/Model": "aiplatform.projects.locations.models.list"},
    ),
    known_as=KnownAs(
        terraform=("google_vertex_ai_endpoint",),
        terraform_fields={
            "name": "id",
            "deployedModels[].model": "deployed_models[].model",
            "encryptionSpec.kmsKeyName": "encryption_spec[].kms_key_name",
        },
    ),
    id=asset_name(
        "aiplatform.googleapis.com",
        "projects/{project}/locations/{location}/endpoints/{name}",
        given=FULL_NAME,
        collections=("models",),
        by_number=True,
    ),
    name=at("displayName"),
    region=REGION,
    tags=at("labels"),
    facts={"models": at("deployedModels[].displayName"), "version": at("versionId")},
    sublabel=("version",),
    links=(
        uses("gcp.ai.vertex_ai", at("deployedModels[].model").matching(r"^([^@]+)")),
        attached("gcp.network.network", at("network")),
        uses("gcp.security.kms_key", kms_key("encryptionSpec.kmsKeyName")),
        uses("gcp.storage.bucket", bucket("artifactUri")),
        uses("gcp.ai.automl", at("trainingPipeline")),
    ),
    volatile=("etag", "updateTime", "versionUpdateTime"),
)

_AUTOML = "gs://google-cloud-aiplatform/schema/trainingjob/definition/automl_"

AUTOML = ResourceType(
    key="gcp.ai.automl",
    kind=Kind.MACHINE_LEARNING,
    title="AutoML training pipeline",
    icon="gcp/vertex-ai",
    listing=AssetList(
        "aiplatform.googleapis.com/TrainingPipeline", "aiplatform.projects.locations.trainingPipelines.list"
    ),
    id=asset_name(
        "aiplatform.googleapis.com",
        "projects/{project}/locations/{location}/trainingPipelines/{name}",
        given=FULL_NAME,
        by_number=True,
    ),
    name=at("displayName"),
    state=at("state").as_state(GCP_JOB),
    region=REGION,
    tags=at("labels"),
    facts={"class": at("trainingTaskDefinition").matching(r"/(automl_[a-z_]+?)_\d")},
    sublabel=("class",),
    links=(
        uses(
            "gcp.support.vertex_dataset",
            # The number alone: the dataset is in the pipeline's project and region.
            at("inputDataConfig.datasetId"),
        ),
        routes_to("gcp.ai.vertex_ai", at("modelToUpload.name").matching(r"^([^@]+/models/[^@]+)")),
        uses("gcp.security.kms_key", kms_key("encryptionSpec.kmsKeyName")),
    ),
    # A pipeline that trains custom code is none of AutoML's.
    only=Only("trainingTaskDefinition", prefix=_AUTOML),
    volatile=("updateTime",),
)

VERTEX_DATASET = ResourceType(
    key="gcp.support.vertex_dataset",
    kind=Kind.MACHINE_LEARNING,
    title="Vertex AI dataset",
    icon="gcp/vertex-ai",
    listing=AssetList("aiplatform.googleapis.com/Dataset", "aiplatform.projects.locations.datasets.list"),
    known_as=KnownAs(
        terraform=("google_vertex_ai_dataset",),
        terraform_fields={"encryptionSpec.kmsKeyName": "encryption_spec[].kms_key_name"},
    ),
    id=asset_name(
        "aiplatform.googleapis.com",
        "projects/{project}/locations/{location}/datasets/{name}",
        given=FULL_NAME,
        by_number=True,
    ),
    name=at("displayName"),
    region=REGION,
    tags=at("labels"),
    links=(uses("gcp.security.kms_key", kms_key("encryptionSpec.kmsKeyName")),),
    volatile=("etag", "updateTime", "dataItemCount"),
    supporting=True,
)

VISION_PRODUCT_SET = ResourceType(
    key="gcp.ai.vision_product_set",
    kind=Kind.MACHINE_LEARNING,
    title="Vision product set",
    icon="gcp/cloud-vision",
    # Absent from Cloud Asset Inventory: only Vision's own API lists it.
    listing=AssetList(
        "vision.googleapis.com/ProductSet", "vision.projects.locations.productSets.list", in_inventory=False
    ),
    id=asset_name(
        "vision.googleapis.com", "projects/{project}/locations/{location}/productSets/{name}", given=FULL_NAME
    ),
    name=at("displayName"),
    region=REGION,
    facts={"indexed": at("indexTime")},
    sublabel=(),
    volatile=("indexTime",),
)

TYPES: tuple[ResourceType, ...] = (VERTEX_AI, AUTOML, VERTEX_DATASET, VISION_PRODUCT_SET)

JOINS: tuple[TerraformJoin, ...] = ()
