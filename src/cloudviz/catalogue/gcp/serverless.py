"""Code and containers that run without machines of one's own."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    attached,
    member_of,
    routes_to,
    runs_as,
    uses,
)
from cloudviz.catalogue.gcp.names import ASSET, FULL_NAME, REGION, account, bucket, kms_key
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS

# Cloud Asset Inventory may hand out the v1 shape, which is Knative's, and direct lists the v2 shape.
_V1 = "spec.template.spec"
_V1_NOTES = "spec.template.metadata.annotations"

_SQL = (r"^(.+):([^:/]+):([^:/]+)$", r"projects/\1/instances/\3")
"""``project:region:instance``, as connectors write a Cloud SQL instance."""

CLOUD_RUN_SERVICE = ResourceType(
    key="gcp.compute.cloud_run_service",
    kind=Kind.CONTAINER_SERVICE,
    title="Cloud Run service",
    icon="gcp/cloud-run",
    listing=AssetList("run.googleapis.com/Service", "run.projects.locations.services.list"),
    known_as=KnownAs(
        terraform=("google_cloud_run_v2_service", "google_cloud_run_service"),
        terraform_fields={
            "name": "id",
            "uri": "uri|status[].url",
            "status.url": "",
            "metadata.name": "",
            "metadata.labels": "",
            "terminalCondition.state": "",
            "template.serviceAccount": "template[].service_account|template[].spec[].service_account_name",
            "template.containers[].image": "template[].containers[].image|template[].spec[].containers[].image",
            "template.vpcAccess.networkInterfaces[].subnetwork": (
                "template[].vpc_access[].network_interfaces[].subnetwork"
            ),
            "template.volumes[].cloudSqlInstance.instances[]": (
                "template[].volumes[].cloud_sql_instance[].instances[]"
            ),
            "template.containers[].env[].valueSource.secretKeyRef.secret": (
                "template[].containers[].env[].value_source[].secret_key_ref[].secret"
            ),
        },
    ),
    id=asset_name(
        "run.googleapis.com",
        "projects/{project}/locations/{location}/services/{metadata.name}",
        # The v1 resource of a state has the id locations/…/namespaces/PROJECT/services/….
        given=(at(ASSET) | at("name"))
        .rewritten(r"^locations/([^/]+)/namespaces/([^/]+)/services/", r"projects/\2/locations/\1/services/")
        .matching(r"^((?:https?:|//|projects/).+)$"),
    ),
    name=at("name").tail("/") | at("metadata.name").tail("/"),
    state=at("terminalCondition.state").as_state(GCP_STATUS),
    region=at("name").matching(r"(?:^|/)locations/([^/]+)/"),
    tags=at("labels") | at("metadata.labels"),
    facts={
        "endpoint": at("uri") | at("status.url"),
        "host": at("uri").matching(r"^https?://([^/]+)") | at("status.url").matching(r"^https?://([^/]+)"),
        "image": at("template.containers[].image") | at(f"{_V1}.containers[].image"),
        "ingress": at("ingress"),
    },
    sublabel=("ingress",),
    links=(
        runs_as(
            "gcp.security.service_account",
            account(at("template.serviceAccount") | at(f"{_V1}.serviceAccountName")),
        ),
        attached(
            "gcp.support.vpc_connector",
            (at("template.vpcAccess.connector") | at(_V1_NOTES)).key("run.googleapis.com/vpc-access-connector"),
        ),
        attached("gcp.network.subnetwork", at("template.vpcAccess.networkInterfaces[].subnetwork")),
        uses(
            "gcp.database.cloud_sql",
            (at("template.volumes[].cloudSqlInstance.instances[]") | at(_V1_NOTES))
            .key("run.googleapis.com/cloudsql-instances")
            .split(",")
            .rewritten(*_SQL),
        ),
        uses(
            "gcp.security.secret",
            at("template.containers[].env[].valueSource.secretKeyRef.secret")
            | at(f"{_V1}.containers[].env[].valueFrom.secretKeyRef.name"),
        ),
        uses("gcp.security.kms_key", kms_key("template.encryptionKey")),
    ),
    aliases=("host",),
    volatile=("etag", "generation", "observedGeneration", "updateTime", "conditions", "metadata.resourceVersion"),
)

CLOUD_RUN_JOB = ResourceType(
    key="gcp.support.cloud_run_job",
    kind=Kind.BATCH,
    title="Cloud Run job",
    icon="gcp/cloud-run",
    listing=AssetList("run.googleapis.com/Job", "run.projects.locations.jobs.list"),
    known_as=KnownAs(
        terraform=("google_cloud_run_v2_job",),
        terraform_fields={
            "name": "id",
            "terminalCondition.state": "",
            "template.template.serviceAccount": "template[].template[].service_account",
            "template.template.containers[].image": "template[].template[].containers[].image",
            "template.template.vpcAccess.connector": "template[].template[].vpc_access[].connector",
        },
    ),
    id=asset_name("run.googleapis.com", "projects/{project}/locations/{location}/jobs/{name}", given=FULL_NAME),
    name=at("name").tail("/"),
    state=at("terminalCondition.state").as_state(GCP_STATUS),
    region=REGION,
    tags=at("labels"),
    facts={"image": at("template.template.containers[].image")},
    links=(
        runs_as("gcp.security.service_account", account(at("template.template.serviceAccount"))),
        attached("gcp.support.vpc_connector", at("template.template.vpcAccess.connector")),
    ),
    volatile=("etag", "generation", "observedGeneration", "updateTime", "conditions", "executionCount"),
    supporting=True,
)

CLOUD_FUNCTION = ResourceType(
    key="gcp.compute.cloud_function",
    kind=Kind.FUNCTION,
    title="Cloud Function",
    icon="gcp/cloud-functions",
    # Function holds both generations. CloudFunction, the first alone, has the same names and adds nothing.
    listing=AssetList(
        "cloudfunctions.googleapis.com/Function",
        "cloudfunctions.projects.locations.functions.list",
        also={"cloudfunctions.googleapis.com/CloudFunction": ""},
    ),
    known_as=KnownAs(
        terraform=("google_cloudfunctions2_function", "google_cloudfunctions_function"),
        terraform_fields={
            "name": "id",
            "status": "",
            "buildConfig.runtime": "build_config[].runtime|runtime",
            "runtime": "",
            "serviceConfig.availableMemory": "service_config[].available_memory|available_memory_mb",
            "availableMemoryMb": "",
            "serviceConfig.serviceAccountEmail": "service_config[].service_account_email|service_account_email",
            "serviceAccountEmail": "",
            "serviceConfig.vpcConnector": "service_config[].vpc_connector|vpc_connector",
            "vpcConnector": "",
            "eventTrigger.pubsubTopic": "event_trigger[].pubsub_topic|event_trigger[].resource",
            "eventTrigger.resource": "",
            "buildConfig.source.storageSource.bucket": (
                "build_config[].source[].storage_source[].bucket|source_archive_bucket"
            ),
            "sourceArchiveUrl": "",
            "serviceConfig.uri": "service_config[].uri|https_trigger_url",
            "httpsTrigger.url": "",
        },
    ),
    id=asset_name(
        "cloudfunctions.googleapis.com",
        "projects/{project}/locations/{location}/functions/{name}",
        given=FULL_NAME,
    ),
    name=at("name").tail("/"),
    state=(at("state") | at("status")).as_state(GCP_STATUS),
    region=REGION,
    tags=at("labels"),
    facts={
        "runtime": at("buildConfig.runtime") | at("runtime"),
        "memory": at("serviceConfig.availableMemory") | at("availableMemoryMb"),
        "endpoint": at("serviceConfig.uri") | at("httpsTrigger.url"),
        "generation": at("environment"),
    },
    sublabel=("runtime",),
    links=(
        runs_as(
            "gcp.security.service_account",
            account(at("serviceConfig.serviceAccountEmail") | at("serviceAccountEmail")),
        ),
        uses("gcp.compute.cloud_run_service", at("serviceConfig.service").starting("projects/")),
        attached(
            "gcp.support.vpc_connector",
            (at("serviceConfig.vpcConnector") | at("vpcConnector")).starting("projects/"),
        ),
        routes_to(
            "gcp.data.pubsub_topic",
            (at("eventTrigger.pubsubTopic") | at("eventTrigger.resource")).matching(
                r"^(projects/[^/]+/topics/.+)$"
            ),
            reverse=True,
        ),
        uses("gcp.storage.bucket", bucket("buildConfig.source.storageSource.bucket")),
        uses("gcp.storage.bucket", at("sourceArchiveUrl").matching(r"^gs://([^/]+)")),
        uses("gcp.security.kms_key", kms_key("kmsKeyName")),
    ),
    volatile=("updateTime", "versionId"),
)

APP_ENGINE = ResourceType(
    key="gcp.compute.app_engine",
    kind=Kind.CONTAINER_SERVICE,
    title="App Engine application",
    icon="gcp/app-engine",
    listing=AssetList("appengine.googleapis.com/Application", "appengine.apps.get"),
    known_as=KnownAs(
        terraform=("google_app_engine_application",),
        terraform_fields={"id": "app_id|id", "servingStatus": "serving_status", "serviceAccount": ""},
    ),
    id=asset_name("appengine.googleapis.com", "apps/{id}", given=at(ASSET)),
    name=at("id"),
    state=at("servingStatus").as_state(GCP_STATUS),
    # "europe-west" and "us-central" are what App Engine calls europe-west1 and us-central1.
    region=at("locationId").rewritten(r"^([a-z]+-[a-z]+)$", r"\g<1>1"),
    facts={"endpoint": at("defaultHostname"), "database": at("databaseType")},
    sublabel=(),
    links=(
        uses("gcp.storage.bucket", bucket("codeBucket")),
        uses("gcp.storage.bucket", bucket("defaultBucket")),
        runs_as("gcp.security.service_account", account(at("serviceAccount"))),
    ),
)

APP_ENGINE_SERVICE = ResourceType(
    key="gcp.support.app_engine_service",
    kind=Kind.CONTAINER_SERVICE,
    title="App Engine service",
    icon="gcp/app-engine",
    listing=AssetList("appengine.googleapis.com/Service", "appengine.apps.services.list"),
    id=asset_name("appengine.googleapis.com", "apps/{project}/services/{id}", given=at(ASSET) | at("name")),
    name=at("id"),
    links=(member_of("gcp.compute.app_engine", (at(ASSET) | at("name")).matching(r"(apps/[^/]+)/services/")),),
    supporting=True,
)

APP_ENGINE_VERSION = ResourceType(
    key="gcp.support.app_engine_version",
    kind=Kind.CONTAINER_SERVICE,
    title="App Engine version",
    icon="gcp/app-engine",
    listing=AssetList("appengine.googleapis.com/Version", "appengine.apps.services.versions.list"),
    known_as=KnownAs(
        terraform=("google_app_engine_standard_app_version", "google_app_engine_flexible_app_version"),
        terraform_fields={"id": "version_id", "vpcAccessConnector.name": "vpc_access_connector[].name"},
    ),
    id=asset_name(
        "appengine.googleapis.com", "apps/{project}/services/{service}/versions/{id}", given=at(ASSET) | at("name")
    ),
    name=at("id"),
    state=at("servingStatus").as_state({**GCP_STATUS, "stopped": GCP_STATUS["stopped"]}),
    facts={"runtime": at("runtime"), "size": at("instanceClass"), "environment": at("env")},
    links=(
        member_of(
            "gcp.support.app_engine_service",
            (at(ASSET) | at("name")).matching(r"(apps/[^/]+/services/[^/]+)/versions/"),
        ),
        runs_as("gcp.security.service_account", account(at("serviceAccount"))),
        attached("gcp.support.vpc_connector", at("vpcAccessConnector.name")),
    ),
    volatile=("diskUsageBytes",),
    supporting=True,
)

VPC_CONNECTOR = ResourceType(
    key="gcp.support.vpc_connector",
    kind=Kind.GATEWAY,
    title="Serverless VPC connector",
    icon="gcp/vpc-network",
    listing=AssetList("vpcaccess.googleapis.com/Connector", "vpcaccess.projects.locations.connectors.list"),
    known_as=KnownAs(
        terraform=("google_vpc_access_connector",),
        terraform_fields={"name": "id", "subnet.name": "subnet[].name"},
    ),
    id=asset_name(
        "vpcaccess.googleapis.com", "projects/{project}/locations/{location}/connectors/{name}", given=FULL_NAME
    ),
    name=at("name").tail("/"),
    state=at("state").as_state(GCP_STATUS),
    region=REGION,
    facts={"address_range": at("ipCidrRange"), "size": at("machineType")},
    links=(
        attached("gcp.network.network", at("network")),
        attached("gcp.network.subnetwork", at("subnet.name")),
    ),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (
    CLOUD_RUN_SERVICE,
    CLOUD_RUN_JOB,
    CLOUD_FUNCTION,
    APP_ENGINE,
    APP_ENGINE_SERVICE,
    APP_ENGINE_VERSION,
    VPC_CONNECTOR,
)

JOINS: tuple[TerraformJoin, ...] = ()
