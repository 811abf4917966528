"""The accounts, keys, secrets and serverless services of a made-up project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_clouds.gcp_estate import REGION

if TYPE_CHECKING:
    from fake_clouds.gcp_estate import _Project as Project


def fill(project: Project) -> None:
    """Identities and keys, and what runs without machines."""
    _security(project)
    _serverless(project)


def place(project: Project) -> str:
    return f"projects/{project.id}/locations/{REGION}"


def application(project: Project) -> tuple[str, str]:
    """The e-mail address of the application's account, and its id."""
    address = f"app@{project.id}.iam.gserviceaccount.com"
    return address, f"//iam.googleapis.com/projects/{project.id}/serviceAccounts/{address}"


def disk_key(project: Project) -> tuple[str, str]:
    name = f"{place(project)}/keyRings/shop/cryptoKeys/disks"
    return name, f"//cloudkms.googleapis.com/{name}"


def _security(project: Project) -> None:
    address, app = application(project)
    name, _ = disk_key(project)
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
        f"//cloudkms.googleapis.com/{place(project)}/keyRings/shop",
        {"name": f"{place(project)}/keyRings/shop"},
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
        f"//artifactregistry.googleapis.com/{place(project)}/repositories/images",
        {"name": f"{place(project)}/repositories/images", "format": "DOCKER", "kmsKeyName": name},
        location=REGION,
        links=(("uses", f"//cloudkms.googleapis.com/{name}"),),
    )


def _serverless(project: Project) -> None:
    address, app = application(project)
    compute = project.compute
    connector_name = f"{place(project)}/connectors/shop"
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
        f"//run.googleapis.com/{place(project)}/services/api",
        {
            "name": f"{place(project)}/services/api",
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
        f"//run.googleapis.com/{place(project)}/services/jobs",
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
            "name": f"{place(project)}/services/jobs",
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
        f"//run.googleapis.com/{place(project)}/jobs/nightly",
        {
            "name": f"{place(project)}/jobs/nightly",
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
        f"//cloudfunctions.googleapis.com/{place(project)}/functions/resize",
        {
            "name": f"{place(project)}/functions/resize",
            "environment": "GEN_2",
            "state": "ACTIVE",
            "buildConfig": {
                "runtime": "python312",
                "source": {"storageSource": {"bucket": f"{project.id}-assets", "object": "resize.zip"}},
            },
            "serviceConfig": {
                "service": f"{place(project)}/services/api",
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
