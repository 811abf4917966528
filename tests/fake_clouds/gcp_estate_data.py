"""The services, databases, messages, models and keys of a made-up project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_clouds.gcp_estate import REGION, ZONE

if TYPE_CHECKING:
    from fake_clouds.gcp_estate import _Project as Project


def fill(project: Project) -> None:
    """Everything that is not of Compute Engine."""
    _security(project)
    _serverless(project)
    _storage(project)
    _databases(project)
    _messages(project)
    _models(project)


def _at(project: Project) -> str:
    return f"projects/{project.id}/locations/{REGION}"


def _app(project: Project) -> tuple[str, str]:
    """The e-mail address of the application's account, and its id."""
    address = f"app@{project.id}.iam.gserviceaccount.com"
    return address, f"//iam.googleapis.com/projects/{project.id}/serviceAccounts/{address}"


def _key(project: Project) -> tuple[str, str]:
    name = f"{_at(project)}/keyRings/shop/cryptoKeys/disks"
    return name, f"//cloudkms.googleapis.com/{name}"


def _security(project: Project) -> None:
    address, app = _app(project)
    name, _ = _key(project)
    project.add(
        "gcp.security.service_account",
        "iam.googleapis.com/ServiceAccount",
        # The asset's name ends in the account's number; everybody else writes the e-mail address.
        f"//iam.googleapis.com/projects/{project.id}/serviceAccounts/9900{project.number}",
        {
            "name": f"projects/{project.id}/serviceAccounts/{address}",
            "projectId": project.id,
            "email": address,
            "uniqueId": f"9900{project.number}",
            "displayName": "The shop",
        },
        identity=app,
        label="The shop",
    )
    ring = project.add(
        "gcp.support.kms_key_ring",
        "cloudkms.googleapis.com/KeyRing",
        f"//cloudkms.googleapis.com/{_at(project)}/keyRings/shop",
        {"name": f"{_at(project)}/keyRings/shop"},
        location=REGION,
    )
    project.add(
        "gcp.security.kms_key",
        "cloudkms.googleapis.com/CryptoKey",
        f"//cloudkms.googleapis.com/{name}",
        {
            "name": name,
            "purpose": "ENCRYPT_DECRYPT",
            "primary": {"name": f"{name}/cryptoKeyVersions/3", "state": "ENABLED"},
            "versionTemplate": {"protectionLevel": "HSM"},
        },
        location=REGION,
        part_of=ring,
        label="disks",
    )
    # Secret Manager names by the project's number.
    project.add(
        "gcp.security.secret",
        "secretmanager.googleapis.com/Secret",
        f"//secretmanager.googleapis.com/projects/{project.number}/secrets/api-key",
        {
            "name": f"projects/{project.number}/secrets/api-key",
            "labels": {"env": "prod"},
            "replication": {
                "userManaged": {
                    "replicas": [{"location": REGION, "customerManagedEncryption": {"kmsKeyName": name}}]
                }
            },
            "topics": [{"name": f"projects/{project.id}/topics/orders"}],
        },
        links=(
            ("uses", f"//cloudkms.googleapis.com/{name}"),
            ("routes_to", f"//pubsub.googleapis.com/projects/{project.id}/topics/orders"),
        ),
        label="api-key",
    )
    project.add(
        "gcp.support.artifact_repository",
        "artifactregistry.googleapis.com/Repository",
        f"//artifactregistry.googleapis.com/{_at(project)}/repositories/images",
        {"name": f"{_at(project)}/repositories/images", "format": "DOCKER", "kmsKeyName": name},
        location=REGION,
        links=(("uses", f"//cloudkms.googleapis.com/{name}"),),
    )


def _serverless(project: Project) -> None:
    address, app = _app(project)
    compute = project.compute
    connector_name = f"{_at(project)}/connectors/shop"
    connector = project.add(
        "gcp.support.vpc_connector",
        "vpcaccess.googleapis.com/Connector",
        f"//vpcaccess.googleapis.com/{connector_name}",
        {"name": connector_name, "network": "main", "ipCidrRange": "10.8.0.0/28", "state": "READY"},
        location=REGION,
        links=(("attached_to", f"{compute}/global/networks/main"),),
    )
    secret = f"//secretmanager.googleapis.com/projects/{project.number}/secrets/api-key"
    orders = f"//cloudsql.googleapis.com/projects/{project.id}/instances/orders"
    api = project.add(
        "gcp.compute.cloud_run_service",
        "run.googleapis.com/Service",
        f"//run.googleapis.com/{_at(project)}/services/api",
        {
            "name": f"{_at(project)}/services/api",
            "uri": f"https://api-{project.number}.{REGION}.run.app",
            "ingress": "INGRESS_TRAFFIC_ALL",
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
            "labels": {"env": "prod"},
            "template": {
                "serviceAccount": address,
                "vpcAccess": {
                    "connector": connector_name,
                    "networkInterfaces": [
                        {"subnetwork": f"projects/{project.id}/regions/{REGION}/subnetworks/web"}
                    ],
                },
                "volumes": [{"name": "sql", "cloudSqlInstance": {"instances": [f"{project.id}:{REGION}:orders"]}}],
                "containers": [
                    {
                        "image": f"{REGION}-docker.pkg.dev/{project.id}/images/api:1",
                        "env": [
                            {"name": "LEVEL", "value": "info"},
                            # By the project's id, where the secret is named by its number.
                            {
                                "name": "KEY",
                                "valueSource": {
                                    "secretKeyRef": {
                                        "secret": f"projects/{project.id}/secrets/api-key",
                                        "version": "latest",
                                    }
                                },
                            },
                        ],
                    }
                ],
            },
        },
        location=REGION,
        links=(
            ("runs_as", app),
            ("attached_to", connector),
            ("attached_to", f"{compute}/regions/{REGION}/subnetworks/web"),
            ("uses", orders),
            ("uses", secret),
        ),
        label="api",
    )
    # The v1 shape of the same service, which Cloud Asset Inventory may hand out; its own list says v2.
    project.add(
        "gcp.compute.cloud_run_service",
        "run.googleapis.com/Service",
        f"//run.googleapis.com/{_at(project)}/services/jobs",
        {
            "metadata": {"name": "jobs", "namespace": project.number, "labels": {"env": "prod"}},
            "spec": {
                "template": {
                    "metadata": {
                        "annotations": {
                            "run.googleapis.com/vpc-access-connector": connector_name,
                            "run.googleapis.com/cloudsql-instances": f"{project.id}:{REGION}:orders",
                        }
                    },
                    "spec": {
                        "serviceAccountName": address,
                        "containers": [
                            {
                                "image": "jobs:1",
                                "env": [
                                    {
                                        "name": "KEY",
                                        "valueFrom": {"secretKeyRef": {"name": "api-key", "key": "latest"}},
                                    }
                                ],
                            }
                        ],
                    },
                }
            },
            "status": {"url": f"https://jobs-{project.number}.{REGION}.run.app"},
        },
        direct={
            "name": f"{_at(project)}/services/jobs",
            "uri": f"https://jobs-{project.number}.{REGION}.run.app",
            "labels": {"env": "prod"},
            "template": {
                "serviceAccount": address,
                "vpcAccess": {"connector": connector_name},
                "volumes": [{"name": "sql", "cloudSqlInstance": {"instances": [f"{project.id}:{REGION}:orders"]}}],
                "containers": [
                    {
                        "image": "jobs:1",
                        "env": [{"name": "KEY", "valueSource": {"secretKeyRef": {"secret": "api-key"}}}],
                    }
                ],
            },
        },
        location=REGION,
        links=(("runs_as", app), ("attached_to", connector), ("uses", orders), ("uses", secret)),
        label="jobs",
    )
    project.add(
        "gcp.support.cloud_run_job",
        "run.googleapis.com/Job",
        f"//run.googleapis.com/{_at(project)}/jobs/nightly",
        {
            "name": f"{_at(project)}/jobs/nightly",
            "template": {
                "template": {
                    "serviceAccount": address,
                    "vpcAccess": {"connector": connector_name},
                    "containers": [{"image": "nightly:1"}],
                }
            },
        },
        location=REGION,
        links=(("runs_as", app), ("attached_to", connector)),
    )
    bucket = f"//storage.googleapis.com/{project.id}-assets"
    topic = f"//pubsub.googleapis.com/projects/{project.id}/topics/orders"
    project.add(
        "gcp.compute.cloud_function",
        "cloudfunctions.googleapis.com/Function",
        f"//cloudfunctions.googleapis.com/{_at(project)}/functions/resize",
        {
            "name": f"{_at(project)}/functions/resize",
            "environment": "GEN_2",
            "state": "ACTIVE",
            "buildConfig": {
                "runtime": "python312",
                "source": {"storageSource": {"bucket": f"{project.id}-assets", "object": "resize.zip"}},
            },
            "serviceConfig": {
                "service": f"{_at(project)}/services/api",
                "serviceAccountEmail": address,
                "vpcConnector": connector_name,
                "availableMemory": "256M",
            },
            "eventTrigger": {"pubsubTopic": f"projects/{project.id}/topics/orders"},
        },
        location=REGION,
        links=(("uses", api), ("runs_as", app), ("attached_to", connector), ("uses", bucket)),
        inverse=(("routes_to", topic),),
        label="resize",
    )
    project.add(
        "gcp.compute.app_engine",
        "appengine.googleapis.com/Application",
        f"//appengine.googleapis.com/apps/{project.id}",
        {
            "name": f"apps/{project.id}",
            "id": project.id,
            "locationId": "europe-west",
            "servingStatus": "SERVING",
            "codeBucket": f"staging.{project.id}.appspot.com",
            "serviceAccount": f"{project.id}@appspot.gserviceaccount.com",
        },
        location=REGION,
        # The bucket and the account are Google's, made with the application, and not in this estate.
        links=(
            ("uses", f"//storage.googleapis.com/staging.{project.id}.appspot.com"),
            (
                "runs_as",
                f"//iam.googleapis.com/projects/{project.id}/serviceAccounts/"
                f"{project.id}@appspot.gserviceaccount.com",
            ),
        ),
    )
    service = project.add(
        "gcp.support.app_engine_service",
        "appengine.googleapis.com/Service",
        f"//appengine.googleapis.com/apps/{project.id}/services/default",
        {"name": f"apps/{project.id}/services/default", "id": "default"},
        location=REGION,
        region="",
        part_of=f"//appengine.googleapis.com/apps/{project.id}",
    )
    project.add(
        "gcp.support.app_engine_version",
        "appengine.googleapis.com/Version",
        f"//appengine.googleapis.com/apps/{project.id}/services/default/versions/v1",
        {
            "name": f"apps/{project.id}/services/default/versions/v1",
            "id": "v1",
            "runtime": "python312",
            "servingStatus": "SERVING",
            "vpcAccessConnector": {"name": connector_name},
        },
        location=REGION,
        region="",
        part_of=service,
        links=(("attached_to", connector),),
    )


def _storage(project: Project) -> None:
    name, key = _key(project)
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
    name, key = _key(project)
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
    redis = f"{_at(project)}/instances/sessions"
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
    cluster = f"{_at(project)}/clusters/carts"
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
    memcache = f"{_at(project)}/instances/pages"
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
    name, key = _key(project)
    address, app = _app(project)
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
            ("routes_to", f"//run.googleapis.com/{_at(project)}/services/api"),
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
        f"//dataflow.googleapis.com/{_at(project)}/jobs/{job}",
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
    name, key = _key(project)
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
        f"//vision.googleapis.com/{_at(project)}/productSets/shoes",
        {"name": f"{_at(project)}/productSets/shoes", "displayName": "Shoes"},
        location=REGION,
        label="Shoes",
    )
