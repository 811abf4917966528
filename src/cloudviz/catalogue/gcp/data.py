"""Warehouse, streams of messages and the jobs that work on them."""

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
from cloudviz.catalogue.gcp.names import ASSET, FULL_NAME, SELF_LINK, account, bucket, kms_key
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_JOB, GCP_STATUS

_TABLE = (r"^([^./]+(?:\.[a-z]+:[^./]+)?)[.:]([^./]+)\.([^./]+)$", r"projects/\1/datasets/\2/tables/\3")
"""``project.dataset.table``, as queries and subscriptions write a BigQuery table."""

BIGQUERY = ResourceType(
    key="gcp.data.bigquery",
    kind=Kind.WAREHOUSE,
    title="BigQuery dataset",
    icon="gcp/bigquery",
    listing=AssetList(
        "bigquery.googleapis.com/Dataset",
        "bigquery.datasets.list",
        also={"bigquery.googleapis.com/Table": "bigquery.tables.list"},
    ),
    known_as=KnownAs(
        terraform=("google_bigquery_dataset", "google_bigquery_table"),
        terraform_fields={
            "datasetReference.projectId": "project",
            "datasetReference.datasetId": "dataset_id",
            "tableReference.tableId": "table_id",
            "defaultEncryptionConfiguration.kmsKeyName": "default_encryption_configuration[].kms_key_name",
            "encryptionConfiguration.kmsKeyName": "encryption_configuration[].kms_key_name",
            "externalDataConfiguration.sourceUris[]": "external_data_configuration[].source_uris[]",
        },
    ),
    id=asset_name(
        "bigquery.googleapis.com",
        "projects/{datasetReference.projectId}/datasets/{datasetReference.datasetId}",
        given=SELF_LINK,
    ),
    name=at("tableReference.tableId") | at("datasetReference.datasetId"),
    region=at("location").as_location(),
    tags=at("labels"),
    facts={"class": at("type"), "rows": at("numRows")},
    sublabel=("class",),
    links=(
        member_of("gcp.data.bigquery", SELF_LINK.matching(r"^(.+/datasets/[^/]+)/tables/")),
        uses("gcp.security.kms_key", kms_key("defaultEncryptionConfiguration.kmsKeyName")),
        uses("gcp.security.kms_key", kms_key("encryptionConfiguration.kmsKeyName")),
        uses("gcp.storage.bucket", at("externalDataConfiguration.sourceUris[]").matching(r"^gs://([^/]+)")),
    ),
    volatile=(
        "etag",
        "lastModifiedTime",
        "numRows",
        "numBytes",
        "numLongTermBytes",
        "numActiveLogicalBytes",
        "numTotalLogicalBytes",
        "numLongTermLogicalBytes",
        "streamingBuffer",
    ),
)

DATAFLOW_JOB = ResourceType(
    key="gcp.data.dataflow_job",
    kind=Kind.ANALYTICS,
    title="Dataflow job",
    icon="gcp/dataflow",
    listing=AssetList("dataflow.googleapis.com/Job", "dataflow.projects.jobs.aggregated"),
    known_as=KnownAs(
        terraform=("google_dataflow_job", "google_dataflow_flex_template_job"),
        terraform_fields={
            "id": "job_id",
            "currentState": "state",
            "location": "region",
            "environment.workerPools[].network": "network",
            "environment.workerPools[].subnetwork": "subnetwork",
            "environment.serviceAccountEmail": "service_account_email",
            "environment.tempStoragePrefix": "temp_gcs_location",
            "environment.serviceKmsKeyName": "kms_key_name",
        },
    ),
    id=asset_name("dataflow.googleapis.com", "projects/{project}/locations/{location}/jobs/{id}", given=at(ASSET)),
    name=at("name"),
    state=at("currentState").as_state(GCP_JOB),
    region=at("location").as_location(),
    tags=at("labels"),
    facts={"class": at("type")},
    sublabel=("class",),
    links=(
        attached("gcp.network.network", at("environment.workerPools[].network")),
        attached("gcp.network.subnetwork", at("environment.workerPools[].subnetwork")),
        runs_as("gcp.security.service_account", account(at("environment.serviceAccountEmail"))),
        uses("gcp.storage.bucket", bucket("environment.tempStoragePrefix")),
        uses(
            "gcp.data.pubsub_topic",
            at("jobMetadata.pubsubDetails[].topic").matching(r"^(?:projects/[^/]+/topics/)?([^/]+)$"),
        ),
        uses("gcp.data.bigquery", at("jobMetadata.bigqueryDetails[].dataset")),
        uses("gcp.security.kms_key", kms_key("environment.serviceKmsKeyName")),
    ),
    volatile=("currentStateTime", "stageStates"),
)

PUBSUB_TOPIC = ResourceType(
    key="gcp.data.pubsub_topic",
    kind=Kind.TOPIC,
    title="Pub/Sub topic",
    icon="gcp/pubsub",
    listing=AssetList("pubsub.googleapis.com/Topic", "pubsub.projects.topics.list", is_global=True),
    known_as=KnownAs(
        terraform=("google_pubsub_topic",),
        terraform_fields={"name": "id", "schemaSettings.schema": "schema_settings[].schema", "state": ""},
    ),
    id=asset_name("pubsub.googleapis.com", "projects/{project}/topics/{name}", given=FULL_NAME),
    name=at("name").tail("/"),
    state=at("state").as_state(GCP_STATUS),
    tags=at("labels"),
    facts={"retention": at("messageRetentionDuration")},
    links=(
        uses("gcp.security.kms_key", kms_key("kmsKeyName")),
        uses("gcp.support.pubsub_schema", at("schemaSettings.schema").starting("projects/")),
    ),
)

PUBSUB_SUBSCRIPTION = ResourceType(
    key="gcp.data.pubsub_subscription",
    kind=Kind.QUEUE,
    title="Pub/Sub subscription",
    icon="gcp/pubsub",
    listing=AssetList("pubsub.googleapis.com/Subscription", "pubsub.projects.subscriptions.list", is_global=True),
    known_as=KnownAs(
        terraform=("google_pubsub_subscription",),
        terraform_fields={
            "name": "id",
            "state": "",
            "pushConfig.pushEndpoint": "push_config[].push_endpoint",
            "bigqueryConfig.table": "bigquery_config[].table",
            "cloudStorageConfig.bucket": "cloud_storage_config[].bucket",
            "deadLetterPolicy.deadLetterTopic": "dead_letter_policy[].dead_letter_topic",
        },
    ),
    id=asset_name("pubsub.googleapis.com", "projects/{project}/subscriptions/{name}", given=FULL_NAME),
    name=at("name").tail("/"),
    state=at("state").as_state(GCP_STATUS),
    tags=at("labels"),
    facts={"push_to": at("pushConfig.pushEndpoint"), "retention": at("messageRetentionDuration")},
    sublabel=(),
    links=(
        # The topic of one that outlived its topic is "_deleted-topic_".
        member_of("gcp.data.pubsub_topic", at("topic").starting("projects/")),
        routes_to("gcp.compute.cloud_run_service", at("pushConfig.pushEndpoint").matching(r"^https://([^/?#]+)")),
        routes_to("gcp.data.bigquery", at("bigqueryConfig.table").rewritten(*_TABLE)),
        routes_to("gcp.storage.bucket", bucket("cloudStorageConfig.bucket")),
        routes_to("gcp.data.pubsub_topic", at("deadLetterPolicy.deadLetterTopic").starting("projects/")),
    ),
)

PUBSUB_SCHEMA = ResourceType(
    key="gcp.support.pubsub_schema",
    kind=Kind.OTHER,
    title="Pub/Sub schema",
    icon="gcp/pubsub",
    listing=AssetList("pubsub.googleapis.com/Schema", "pubsub.projects.schemas.list", is_global=True),
    known_as=KnownAs(terraform=("google_pubsub_schema",), terraform_fields={"name": "id"}),
    id=asset_name("pubsub.googleapis.com", "projects/{project}/schemas/{name}", given=FULL_NAME),
    name=at("name").tail("/"),
    facts={"class": at("type")},
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (BIGQUERY, DATAFLOW_JOB, PUBSUB_TOPIC, PUBSUB_SUBSCRIPTION, PUBSUB_SCHEMA)

JOINS: tuple[TerraformJoin, ...] = ()
