"""The demo's GCP project: a data platform with workers, a Kubernetes cluster, databases and buckets.

Shapes: REST resources as Cloud Asset Inventory carries them in ``resource.data`` (compute v1, container v1,
sqladmin v1, storage v1, pubsub v1, iam v1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cloudviz.inventory.model import Scope
from cloudviz.sources.demo.estate import Body, Estate, gigabytes, hex_of, hourly, number_of

PROJECT = "acme-data-prod"
PROJECT_NUMBER = number_of(PROJECT, 12)
COMPUTE = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}"
NETWORK = f"{COMPUTE}/global/networks/data"
CREATED = "2024-09-02T02:11:45.103-07:00"
HOURLY = {"e2-standard-4": "0.134", "n2-highmem-8": "0.524", "e2-medium": "0.0335"}
"""On-demand prices in us-central1, dollars an hour."""


@dataclass(frozen=True, slots=True)
class Project:
    """The project as a place to put resources into."""

    estate: Estate

    def add(
        self,
        type_key: str,
        native_type: str,
        body: Body,
        *,
        location: str = "",
        name: str = "",
        monthly: Decimal | None = None,
    ) -> None:
        """Put one resource into the snapshot; ``name`` is its full resource name, needed only with a price."""
        costs = (name, monthly) if monthly is not None else None
        self.estate.add(Scope("gcp", PROJECT, location), type_key, native_type, body, costs=costs)


def asset(self_link: str) -> str:
    """The full resource name of a Compute Engine selfLink."""
    return "//compute.googleapis.com/" + self_link.removeprefix("https://www.googleapis.com/compute/v1/")


def _labels(**more: str) -> dict[str, str]:
    return {"env": "prod", "owner": "team-data", **more}


def build_gcp(estate: Estate) -> None:
    """Everything of the project."""
    project, plan = Project(estate), estate.plan
    _network(project)
    subnets = {
        region: _subnetwork(project, f"data-{region}", region, octet)
        for region, octet in (("us-central1", 64), ("europe-west1", 65))
    }
    for name, port in (
        ("allow-ssh-from-iap", "22"),
        ("allow-internal", "0-65535"),
        ("allow-health-checks", "8080"),
    ):
        _firewall(project, name, port)
    worker = _service_account(project, "etl-worker", "Runs the nightly load")
    cluster_account = _service_account(project, "gke-nodes", "Nodes of the analytics cluster")
    _service_account(project, "ci-deployer", "Deploys from the build")
    for index in range(1, plan.gcp_worker_count + 1):
        zone = f"us-central1-{'abc'[index % 3]}"
        _instance(
            project,
            f"etl-worker-{index}",
            "n2-highmem-8",
            zone,
            subnets["us-central1"],
            f"10.64.0.{9 + index}",
            worker,
            disk=200,
        )
    for index in range(1, 5):
        _instance(
            project,
            f"kafka-{index}",
            "e2-standard-4",
            f"us-central1-{'abcf'[index - 1]}",
            subnets["us-central1"],
            f"10.64.0.{99 + index}",
            worker,
            disk=500,
        )
    if plan.until(2):
        _instance(
            project,
            "airflow-old",
            "e2-medium",
            "us-central1-a",
            subnets["us-central1"],
            "10.64.0.200",
            worker,
            disk=50,
            status="TERMINATED",
        )
    _instance(
        project, "reader-eu", "e2-medium", "europe-west1-b", subnets["europe-west1"], "10.65.0.10", worker, disk=30
    )
    _cluster(project, "analytics", "us-central1", subnets["us-central1"], cluster_account)
    if plan.since(3):
        _cluster(project, "features", "europe-west1", subnets["europe-west1"], cluster_account)
    _sql(project, "events-db", "POSTGRES_16", "db-custom-4-15360", "us-central1", "299.12", regional=True)
    _sql(project, "metabase", "POSTGRES_15", "db-custom-1-3840", "us-central1", "51.10", regional=False)
    buckets = [
        ("acme-raw-events", "US", "STANDARD", 18000),
        ("acme-curated", "US", "STANDARD", 7400),
        ("acme-exports", "EU", "STANDARD", 900),
        ("acme-archive", "US", "ARCHIVE", 52000),
        ("acme-tf-state", "US", "STANDARD", 1),
    ]
    if plan.since(2):
        buckets.append(("acme-ml-features", "EU", "STANDARD", 340))
    for bucket in buckets:
        _bucket(project, *bucket)
    _messaging(project)


def _network(project: Project) -> None:
    project.add(
        "gcp.network.network",
        "compute.googleapis.com/Network",
        {
            "kind": "compute#network",
            "id": number_of("network/data", 19),
            "creationTimestamp": CREATED,
            "name": "data",
            "selfLink": NETWORK,
            "autoCreateSubnetworks": False,
            "mtu": 1460,
            "routingConfig": {"routingMode": "GLOBAL"},
            "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
        },
        location="global",
    )


def _subnetwork(project: Project, name: str, region: str, octet: int) -> str:
    link = f"{COMPUTE}/regions/{region}/subnetworks/{name}"
    project.add(
        "gcp.network.subnetwork",
        "compute.googleapis.com/Subnetwork",
        {
            "kind": "compute#subnetwork",
            "id": number_of(link, 19),
            "creationTimestamp": CREATED,
            "name": name,
            "network": NETWORK,
            "ipCidrRange": f"10.{octet}.0.0/20",
            "gatewayAddress": f"10.{octet}.0.1",
            "region": f"{COMPUTE}/regions/{region}",
            "selfLink": link,
            "privateIpGoogleAccess": True,
            "purpose": "PRIVATE",
            "stackType": "IPV4_ONLY",
            "secondaryIpRanges": [
                {"rangeName": "pods", "ipCidrRange": f"10.{octet + 40}.0.0/16"},
                {"rangeName": "services", "ipCidrRange": f"10.{octet}.16.0/20"},
            ],
        },
        location=region,
    )
    return link


def _firewall(project: Project, name: str, port: str) -> None:
    source = {"22": "35.235.240.0/20", "8080": "130.211.0.0/22"}.get(port, "10.0.0.0/8")
    project.add(
        "gcp.network.firewall",
        "compute.googleapis.com/Firewall",
        {
            "kind": "compute#firewall",
            "id": number_of(f"firewall/{name}", 19),
            "creationTimestamp": CREATED,
            "name": name,
            "network": NETWORK,
            "priority": 1000,
            "sourceRanges": [source],
            "allowed": [{"IPProtocol": "tcp", "ports": [port]}],
            "direction": "INGRESS",
            "disabled": False,
            "selfLink": f"{COMPUTE}/global/firewalls/{name}",
        },
        location="global",
    )


def _service_account(project: Project, name: str, description: str) -> str:
    email = f"{name}@{PROJECT}.iam.gserviceaccount.com"
    project.add(
        "gcp.security.service_account",
        "iam.googleapis.com/ServiceAccount",
        {
            "name": f"projects/{PROJECT}/serviceAccounts/{email}",
            "projectId": PROJECT,
            "uniqueId": number_of(email, 21),
            "email": email,
            "displayName": name,
            "description": description,
            "oauth2ClientId": number_of(email, 21),
        },
        location="global",
    )
    return email


def _instance(
    project: Project,
    name: str,
    size: str,
    zone: str,
    subnetwork: str,
    private: str,
    account: str,
    *,
    disk: int,
    status: str = "RUNNING",
) -> None:
    """A machine and its boot disk."""
    here = f"{COMPUTE}/zones/{zone}"
    link, disk_link = f"{here}/instances/{name}", f"{here}/disks/{name}"
    project.add(
        "gcp.storage.disk",
        "compute.googleapis.com/Disk",
        {
            "kind": "compute#disk",
            "id": number_of(disk_link, 19),
            "creationTimestamp": CREATED,
            "name": name,
            "sizeGb": str(disk),
            "zone": here,
            "status": "READY",
            "selfLink": disk_link,
            "type": f"{here}/diskTypes/pd-balanced",
            "users": [link],
            "labels": _labels(),
            "physicalBlockSizeBytes": "4096",
        },
        location=zone,
        name=asset(disk_link),
        monthly=gigabytes(disk, "0.10"),
    )
    project.add(
        "gcp.compute.instance",
        "compute.googleapis.com/Instance",
        {
            "kind": "compute#instance",
            "id": number_of(link, 19),
            "creationTimestamp": CREATED,
            "name": name,
            "tags": {"items": ["data"]},
            "machineType": f"{here}/machineTypes/{size}",
            "status": status,
            "zone": here,
            "canIpForward": False,
            "networkInterfaces": [
                {
                    "kind": "compute#networkInterface",
                    "network": NETWORK,
                    "subnetwork": subnetwork,
                    "networkIP": private,
                    "name": "nic0",
                    "stackType": "IPV4_ONLY",
                }
            ],
            "disks": [
                {
                    "kind": "compute#attachedDisk",
                    "type": "PERSISTENT",
                    "mode": "READ_WRITE",
                    "source": disk_link,
                    "deviceName": name,
                    "index": 0,
                    "boot": True,
                    "autoDelete": True,
                    "interface": "SCSI",
                    "diskSizeGb": str(disk),
                }
            ],
            "serviceAccounts": [{"email": account, "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}],
            "selfLink": link,
            "scheduling": {"onHostMaintenance": "MIGRATE", "automaticRestart": True, "preemptible": False},
            "cpuPlatform": "Intel Cascade Lake",
            "labels": _labels(role=name.rsplit("-", 1)[0]),
            "deletionProtection": False,
        },
        location=zone,
        name=asset(link),
        monthly=hourly(HOURLY[size]) if status == "RUNNING" else Decimal(0),
    )


def _cluster(project: Project, name: str, region: str, subnetwork: str, account: str) -> None:
    link = f"https://container.googleapis.com/v1/projects/{PROJECT}/locations/{region}/clusters/{name}"
    project.add(
        "gcp.compute.gke_cluster",
        "container.googleapis.com/Cluster",
        {
            "name": name,
            "description": "",
            "selfLink": link,
            "location": region,
            "locations": [f"{region}-b", f"{region}-c"],
            "network": "data",
            "subnetwork": subnetwork.rsplit("/", 1)[-1],
            "networkConfig": {
                "network": f"projects/{PROJECT}/global/networks/data",
                "subnetwork": f"projects/{PROJECT}/regions/{region}/subnetworks/{subnetwork.rsplit('/', 1)[-1]}",
            },
            "status": "RUNNING",
            "currentMasterVersion": "1.33.4-gke.1036000",
            "currentNodeCount": 6,
            "createTime": "2024-09-03T09:20:31+00:00",
            "resourceLabels": _labels(),
            "releaseChannel": {"channel": "REGULAR"},
            "privateClusterConfig": {"enablePrivateNodes": True},
            "nodePools": [
                {
                    "name": "default-pool",
                    "initialNodeCount": 3,
                    "status": "RUNNING",
                    "version": "1.33.4-gke.1036000",
                    "config": {
                        "machineType": "e2-standard-4",
                        "diskSizeGb": 100,
                        "diskType": "pd-balanced",
                        "serviceAccount": account,
                    },
                    "autoscaling": {"enabled": True, "minNodeCount": 3, "maxNodeCount": 12},
                }
            ],
        },
        location=region,
        name=f"//container.googleapis.com/projects/{PROJECT}/locations/{region}/clusters/{name}",
        monthly=hourly("0.10"),
    )


def _sql(
    project: Project, name: str, version: str, tier: str, region: str, monthly: str, *, regional: bool
) -> None:
    project.add(
        "gcp.database.cloud_sql",
        "sqladmin.googleapis.com/Instance",
        {
            "kind": "sql#instance",
            "name": name,
            "project": PROJECT,
            "region": region,
            "gceZone": f"{region}-a",
            "state": "RUNNABLE",
            "databaseVersion": version,
            "backendType": "SECOND_GEN",
            "instanceType": "CLOUD_SQL_INSTANCE",
            "connectionName": f"{PROJECT}:{region}:{name}",
            "createTime": "2024-09-04T12:01:10.221Z",
            "ipAddresses": [{"type": "PRIVATE", "ipAddress": f"10.64.30.{len(name)}"}],
            "selfLink": f"https://sqladmin.googleapis.com/sql/v1beta4/projects/{PROJECT}/instances/{name}",
            "settings": {
                "kind": "sql#settings",
                "tier": tier,
                "activationPolicy": "ALWAYS",
                "availabilityType": "REGIONAL" if regional else "ZONAL",
                "dataDiskSizeGb": "100",
                "dataDiskType": "PD_SSD",
                "deletionProtectionEnabled": True,
                "userLabels": _labels(),
                "ipConfiguration": {
                    "ipv4Enabled": False,
                    "privateNetwork": f"projects/{PROJECT}/global/networks/data",
                    "sslMode": "ENCRYPTED_ONLY",
                },
                "backupConfiguration": {"kind": "sql#backupConfiguration", "enabled": True, "startTime": "03:00"},
            },
        },
        location=region,
        name=f"//cloudsql.googleapis.com/projects/{PROJECT}/instances/{name}",
        monthly=Decimal(monthly),
    )


def _bucket(project: Project, name: str, place: str, storage_class: str, size: int) -> None:
    price = "0.0012" if storage_class == "ARCHIVE" else "0.026"
    project.add(
        "gcp.storage.bucket",
        "storage.googleapis.com/Bucket",
        {
            "kind": "storage#bucket",
            "id": name,
            "name": name,
            "selfLink": f"https://www.googleapis.com/storage/v1/b/{name}",
            "projectNumber": PROJECT_NUMBER,
            "location": place,
            "locationType": "multi-region",
            "storageClass": storage_class,
            "timeCreated": "2024-09-02T09:30:00.512Z",
            "labels": _labels(),
            "iamConfiguration": {
                "publicAccessPrevention": "enforced",
                "uniformBucketLevelAccess": {"enabled": True},
            },
            "versioning": {"enabled": storage_class == "STANDARD"},
            "etag": hex_of(name, 8),
        },
        location=place.lower(),
        name=f"//storage.googleapis.com/{name}",
        monthly=gigabytes(size, price),
    )


def _messaging(project: Project) -> None:
    topics = ["orders", "clicks", "clicks-dead-letter"]
    for topic in topics:
        project.add(
            "gcp.data.pubsub_topic",
            "pubsub.googleapis.com/Topic",
            {"name": f"projects/{PROJECT}/topics/{topic}", "labels": _labels()},
            location="global",
        )
    for name, topic in (("orders-to-bq", "orders"), ("clicks-to-bq", "clicks")):
        project.add(
            "gcp.data.pubsub_subscription",
            "pubsub.googleapis.com/Subscription",
            {
                "name": f"projects/{PROJECT}/subscriptions/{name}",
                "topic": f"projects/{PROJECT}/topics/{topic}",
                "ackDeadlineSeconds": 30,
                "messageRetentionDuration": "604800s",
                "labels": _labels(),
                "state": "ACTIVE",
                "deadLetterPolicy": {
                    "deadLetterTopic": f"projects/{PROJECT}/topics/clicks-dead-letter",
                    "maxDeliveryAttempts": 5,
                },
            },
            location="global",
        )
