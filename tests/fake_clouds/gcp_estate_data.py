"""The buckets, databases, messages and models of a made-up project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_clouds.gcp_estate import REGION, ZONE
from fake_clouds.gcp_estate_services import application, disk_key, place

if TYPE_CHECKING:
    from fake_clouds.gcp_estate import _Project as Project


def fill(project: Project) -> None:
    """Everything that holds data."""
    _storage(project)
    _databases(project)
    _messages(project)
    _models(project)


def _storage(project: Project) -> None:
    name, key = disk_key(project)
    project.add(
        "gcp.storage.bucket",
        "storage.googleapis.com/Bucket",
        f"//storage.googleapis.com/{project.id}-assets",
        {
            "name": f"{project.id}-assets",
            "location": "EU",
            "storageClass": "STANDARD",
            "encryption": {"defaultKmsKeyName": name},
            "logging": {"logBucket": f"{project.id}-logs"},
            "labels": {"env": "prod"},
        },
        location="eu",
        links=(("uses", key), ("uses", f"//storage.googleapis.com/{project.id}-logs")),
    )
    project.add(
        "gcp.storage.bucket",
        "storage.googleapis.com/Bucket",
        f"//storage.googleapis.com/{project.id}-logs",
        {"name": f"{project.id}-logs", "location": REGION.upper(), "storageClass": "NEARLINE"},
        location=REGION,
    )
    at = f"projects/{project.id}/locations/{ZONE}/instances/share"
    project.add(
        "gcp.storage.filestore",
        "file.googleapis.com/Instance",
        f"//file.googleapis.com/{at}",
        {
            "name": at,
            "tier": "BASIC_SSD",
            "state": "READY",
            "fileShares": [{"name": "vol1", "capacityGb": "2560"}],
            "networks": [{"network": "main", "ipAddresses": ["10.1.0.2"]}],
            "kmsKeyName": name,
        },
        location=ZONE,
        links=(("attached_to", f"{project.compute}/global/networks/main"), ("uses", key)),
    )


def _databases(project: Project) -> None:
    name, key = disk_key(project)
    main = f"{project.compute}/global/networks/main"
    sql = f"//cloudsql.googleapis.com/projects/{project.id}/instances"
    project.add(
        "gcp.database.cloud_sql",
        "sqladmin.googleapis.com/Instance",
        f"{sql}/orders",
        {
            "name": "orders",
            "project": project.id,
            "region": REGION,
            "gceZone": ZONE,
            "state": "RUNNABLE",
            "databaseVersion": "POSTGRES_16",
            "selfLink": f"https://sqladmin.googleapis.com/sql/v1beta4/projects/{project.id}/instances/orders",
            "settings": {
                "tier": "db-custom-2-7680",
                "ipConfiguration": {"privateNetwork": f"projects/{project.id}/global/networks/main"},
                "userLabels": {"env": "prod"},
            },
            "diskEncryptionConfiguration": {"kmsKeyName": name},
        },
        location=REGION,
        links=(("attached_to", main), ("uses", key)),
    )
    project.add(
        "gcp.database.cloud_sql",
        "sqladmin.googleapis.com/Instance",
        f"{sql}/orders-copy",
        {
            "name": "orders-copy",
            "region": REGION,
            "state": "RUNNABLE",
            "masterInstanceName": f"{project.id}:orders",
            "selfLink": f"https://www.googleapis.com/sql/v1beta4/projects/{project.id}/instances/orders-copy",
        },
        location=REGION,
        links=(("member_of", f"{sql}/orders"),),
    )
    project.add(
        "gcp.database.firestore",
        "firestore.googleapis.com/Database",
        f"//firestore.googleapis.com/projects/{project.id}/databases/(default)",
        {
            "name": f"projects/{project.id}/databases/(default)",
            "locationId": "eur3",
            "type": "FIRESTORE_NATIVE",
            "cmekConfig": {"kmsKeyName": name},
        },
        location="eur3",
        links=(("uses", key),),
    )
    bigtable = project.add(
        "gcp.database.bigtable",
        "bigtableadmin.googleapis.com/Instance",
        f"//bigtable.googleapis.com/projects/{project.id}/instances/events",
        {"name": f"projects/{project.id}/instances/events", "displayName": "Events", "state": "READY"},
        label="Events",
    )
    project.add(
        "gcp.support.bigtable_cluster",
        "bigtableadmin.googleapis.com/Cluster",
        f"//bigtable.googleapis.com/projects/{project.id}/instances/events/clusters/c1",
        {
            "name": f"projects/{project.id}/instances/events/clusters/c1",
            "location": f"projects/{project.id}/locations/{ZONE}",
            "state": "READY",
            "serveNodes": 3,
            "encryptionConfig": {"kmsKeyName": name},
        },
        location=ZONE,
        part_of=bigtable,
        links=(("uses", key),),
    )
    spanner = project.add(
        "gcp.database.spanner",
        "spanner.googleapis.com/Instance",
        f"//spanner.googleapis.com/projects/{project.id}/instances/ledger",
        {
            "name": f"projects/{project.id}/instances/ledger",
            "config": f"projects/{project.id}/instanceConfigs/regional-{REGION}",
            "displayName": "Ledger",
            "state": "READY",
            "nodeCount": 1,
        },
        location=REGION,
        label="Ledger",
    )
    project.add(
        "gcp.support.spanner_database",
        "spanner.googleapis.com/Database",
        f"//spanner.googleapis.com/projects/{project.id}/instances/ledger/databases/books",
        {
            "name": f"projects/{project.id}/instances/ledger/databases/books",
            "state": "READY",
            "encryptionConfig": {"kmsKeyName": name},
        },
        location=REGION,
        region="",
        part_of=spanner,
        links=(("uses", key),),
    )
    redis = f"{place(project)}/instances/sessions"
    project.add(
        "gcp.database.memorystore",
        "redis.googleapis.com/Instance",
        f"//redis.googleapis.com/{redis}",
        {
            "name": redis,
            "tier": "STANDARD_HA",
            "memorySizeGb": 5,
            "state": "READY",
            "redisVersion": "REDIS_7_2",
            "locationId": ZONE,
            "authorizedNetwork": f"projects/{project.id}/global/networks/main",
            "customerManagedKey": name,
        },
        location=REGION,
        links=(("attached_to", main), ("uses", key)),
    )
    cluster = f"{place(project)}/clusters/carts"
    project.add(
        "gcp.database.memorystore",
        "redis.googleapis.com/Cluster",
        f"//redis.googleapis.com/{cluster}",
        {
            "name": cluster,
            "state": "ACTIVE",
            "shardCount": 3,
            "pscConfigs": [{"network": f"projects/{project.id}/global/networks/main"}],
        },
        location=REGION,
        links=(("attached_to", main),),
    )
    memcache = f"{place(project)}/instances/pages"
    project.add(
        "gcp.database.memorystore",
        "memcache.googleapis.com/Instance",
        f"//memcache.googleapis.com/{memcache}",
        {
            "name": memcache,
            "state": "READY",
            "nodeCount": 2,
            "authorizedNetwork": f"projects/{project.id}/global/networks/main",
        },
        location=REGION,
        links=(("attached_to", main),),
    )


def _messages(project: Project) -> None:
    name, key = disk_key(project)
    address, app = application(project)
    pubsub = f"//pubsub.googleapis.com/projects/{project.id}"
    own = f"projects/{project.id}"
    schema = project.add(
        "gcp.support.pubsub_schema",
        "pubsub.googleapis.com/Schema",
        f"{pubsub}/schemas/order",
        {"name": f"{own}/schemas/order", "type": "AVRO"},
    )
    orders = project.add(
        "gcp.data.pubsub_topic",
        "pubsub.googleapis.com/Topic",
        f"{pubsub}/topics/orders",
        {
            "name": f"{own}/topics/orders",
            "kmsKeyName": name,
            "schemaSettings": {"schema": f"{own}/schemas/order"},
            "labels": {"env": "prod"},
        },
        links=(("uses", key), ("uses", schema)),
    )
    dead = project.add(
        "gcp.data.pubsub_topic",
        "pubsub.googleapis.com/Topic",
        f"{pubsub}/topics/dead",
        {"name": f"{own}/topics/dead"},
    )
    bigquery = f"//bigquery.googleapis.com/{own}/datasets/sales"
    link = f"https://bigquery.googleapis.com/bigquery/v2/{own}/datasets/sales"
    dataset = project.add(
        "gcp.data.bigquery",
        "bigquery.googleapis.com/Dataset",
        bigquery,
        {
            "id": f"{project.id}:sales",
            "selfLink": link,
            "datasetReference": {"projectId": project.id, "datasetId": "sales"},
            "location": "EU",
            "defaultEncryptionConfiguration": {"kmsKeyName": name},
            "labels": {"env": "prod"},
        },
        location="eu",
        links=(("uses", key),),
        label="sales",
        # The list of datasets says little of each.
        direct={
            "kind": "bigquery#dataset",
            "id": f"{project.id}:sales",
            "datasetReference": {"projectId": project.id, "datasetId": "sales"},
            "location": "EU",
            "labels": {"env": "prod"},
        },
    )
    bucket = f"//storage.googleapis.com/{project.id}-logs"
    table = project.add(
        "gcp.data.bigquery",
        "bigquery.googleapis.com/Table",
        f"{bigquery}/tables/orders",
        {
            "selfLink": f"{link}/tables/orders",
            "tableReference": {"projectId": project.id, "datasetId": "sales", "tableId": "orders"},
            "type": "EXTERNAL",
            "location": "EU",
            "externalDataConfiguration": {"sourceUris": [f"gs://{project.id}-logs/orders/*"]},
        },
        location="eu",
        part_of=dataset,
        links=(("uses", bucket),),
        label="orders",
        direct={
            "kind": "bigquery#table",
            "id": f"{project.id}:sales.orders",
            "tableReference": {"projectId": project.id, "datasetId": "sales", "tableId": "orders"},
            "type": "EXTERNAL",
        },
    )
    project.add(
        "gcp.data.pubsub_subscription",
        "pubsub.googleapis.com/Subscription",
        f"{pubsub}/subscriptions/to-api",
        {
            "name": f"{own}/subscriptions/to-api",
            "topic": f"{own}/topics/orders",
            "state": "ACTIVE",
            "pushConfig": {"pushEndpoint": f"https://api-{project.number}.{REGION}.run.app/orders?x=1"},
            "deadLetterPolicy": {"deadLetterTopic": f"{own}/topics/dead"},
        },
        links=(
            ("member_of", orders),
            ("routes_to", f"//run.googleapis.com/{place(project)}/services/api"),
            ("routes_to", dead),
        ),
    )
    # Somebody else's address is no resource of ours.
    project.add(
        "gcp.data.pubsub_subscription",
        "pubsub.googleapis.com/Subscription",
        f"{pubsub}/subscriptions/to-partner",
        {
            "name": f"{own}/subscriptions/to-partner",
            "topic": f"{own}/topics/orders",
            "pushConfig": {"pushEndpoint": "https://hooks.example.org/orders"},
        },
        links=(("member_of", orders),),
    )
    project.add(
        "gcp.data.pubsub_subscription",
        "pubsub.googleapis.com/Subscription",
        f"{pubsub}/subscriptions/to-warehouse",
        {
            "name": f"{own}/subscriptions/to-warehouse",
            "topic": f"{own}/topics/orders",
            "state": "ACTIVE",
            "bigqueryConfig": {"table": f"{project.id}.sales.orders"},
        },
        links=(("member_of", orders), ("routes_to", table)),
    )
    project.add(
        "gcp.data.pubsub_subscription",
        "pubsub.googleapis.com/Subscription",
        f"{pubsub}/subscriptions/left-over",
        {
            "name": f"{own}/subscriptions/left-over",
            "topic": "_deleted-topic_",
            "cloudStorageConfig": {"bucket": f"{project.id}-logs"},
        },
        links=(("routes_to", bucket),),
    )
    job = f"2026-11-01_00_00_00-{project.number}"
    project.add(
        "gcp.data.dataflow_job",
        "dataflow.googleapis.com/Job",
        f"//dataflow.googleapis.com/{place(project)}/jobs/{job}",
        {
            "id": job,
            "projectId": project.id,
            "name": "orders-to-sales",
            "location": REGION,
            "type": "JOB_TYPE_STREAMING",
            "currentState": "JOB_STATE_RUNNING",
            "environment": {
                "serviceAccountEmail": address,
                "tempStoragePrefix": f"storage.googleapis.com/{project.id}-logs/tmp",
                "workerPools": [{"network": "main", "subnetwork": f"regions/{REGION}/subnetworks/web"}],
            },
            "jobMetadata": {
                "pubsubDetails": [{"topic": "orders"}],
                "bigqueryDetails": [{"dataset": "sales", "table": "orders"}],
            },
        },
        location=REGION,
        links=(
            ("runs_as", app),
            ("uses", bucket),
            ("attached_to", f"{project.compute}/global/networks/main"),
            ("attached_to", f"{project.compute}/regions/{REGION}/subnetworks/web"),
            ("uses", orders),
            ("uses", dataset),
        ),
    )


def _models(project: Project) -> None:
    name, key = disk_key(project)
    # Vertex AI names by the project's number, and refers to networks by it as well.
    at = f"projects/{project.number}/locations/{REGION}"
    vertex = f"//aiplatform.googleapis.com/{at}"
    pipeline = f"{vertex}/trainingPipelines/31"
    model = project.add(
        "gcp.ai.vertex_ai",
        "aiplatform.googleapis.com/Model",
        f"{vertex}/models/21",
        {
            "name": f"{at}/models/21",
            "displayName": "ranking",
            "artifactUri": f"gs://{project.id}-assets/models/21",
            "trainingPipeline": f"{at}/trainingPipelines/31",
            "encryptionSpec": {"kmsKeyName": name},
            "versionId": "1",
        },
        location=REGION,
        links=(
            ("uses", f"//storage.googleapis.com/{project.id}-assets"),
            ("uses", pipeline),
            ("uses", key),
        ),
        label="ranking",
    )
    project.add(
        "gcp.ai.vertex_ai",
        "aiplatform.googleapis.com/Endpoint",
        f"{vertex}/endpoints/11",
        {
            "name": f"{at}/endpoints/11",
            "displayName": "ranking-endpoint",
            "network": f"projects/{project.number}/global/networks/main",
            "deployedModels": [{"id": "1", "model": f"{at}/models/21@1", "displayName": "ranking"}],
        },
        location=REGION,
        links=(("uses", model), ("attached_to", f"{project.compute}/global/networks/main")),
        label="ranking-endpoint",
    )
    dataset = project.add(
        "gcp.support.vertex_dataset",
        "aiplatform.googleapis.com/Dataset",
        f"{vertex}/datasets/41",
        {"name": f"{at}/datasets/41", "displayName": "clicks"},
        location=REGION,
        label="clicks",
    )
    project.add(
        "gcp.ai.automl",
        "aiplatform.googleapis.com/TrainingPipeline",
        pipeline,
        {
            "name": f"{at}/trainingPipelines/31",
            "displayName": "train-ranking",
            "state": "PIPELINE_STATE_SUCCEEDED",
            "trainingTaskDefinition": (
                "gs://google-cloud-aiplatform/schema/trainingjob/definition/automl_tabular_1.0.0.yaml"
            ),
            "inputDataConfig": {"datasetId": "41"},
            "modelToUpload": {"name": f"{at}/models/21"},
        },
        location=REGION,
        links=(("uses", dataset), ("routes_to", model)),
        label="train-ranking",
    )
    # One that trains one's own code is none of AutoML's, and of no declared type.
    project.add(
        "gcp.other",
        "aiplatform.googleapis.com/TrainingPipeline",
        f"{vertex}/trainingPipelines/32",
        {
            "name": f"{at}/trainingPipelines/32",
            "displayName": "train-own",
            "trainingTaskDefinition": (
                "gs://google-cloud-aiplatform/schema/trainingjob/definition/custom_task_1.0.0.yaml"
            ),
        },
        location=REGION,
    )
    project.add(
        "gcp.ai.vision_product_set",
        "vision.googleapis.com/ProductSet",
        f"//vision.googleapis.com/{place(project)}/productSets/shoes",
        {"name": f"{place(project)}/productSets/shoes", "displayName": "Shoes"},
        location=REGION,
        label="Shoes",
    )
