"""Machines and Kubernetes clusters."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    attached,
    inside,
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS
from cloudviz.inventory.model import LinkKind

INSTANCE = ResourceType(
    key="gcp.compute.instance",
    kind=Kind.VIRTUAL_MACHINE,
    title="Compute Engine instance",
    icon="gcp/compute-engine",
    listing=AssetList("compute.googleapis.com/Instance", "compute.instances.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_instance", "google_compute_instance_from_template"),
        terraform_fields={
            "status": "current_status",
            "networkInterfaces[].network": "network_interface[].network",
            "networkInterfaces[].subnetwork": "network_interface[].subnetwork",
            "networkInterfaces[].networkIP": "network_interface[].network_ip",
            "networkInterfaces[].accessConfigs[].natIP": "network_interface[].access_config[].nat_ip",
            "disks[].source": "boot_disk[].source+attached_disk[].source",
            "serviceAccounts[].email": "service_account[].email",
            "cpuPlatform": "cpu_platform",
        },
    ),
    id=asset_name(
        "compute.googleapis.com", "projects/{project}/zones/{zone}/instances/{name}", given=at("selfLink")
    ),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    zone=at("zone").as_location(),
    region=at("zone").as_location().matching(r"^(.+)-[a-z]$"),
    tags=at("labels"),
    facts={
        "size": at("machineType").as_location(),
        "private_ip": at("networkInterfaces[].networkIP"),
        "public_ip": at("networkInterfaces[].accessConfigs[].natIP"),
        "platform": at("cpuPlatform"),
    },
    links=(
        inside("gcp.network.subnetwork", at("networkInterfaces[].subnetwork")),
        inside("gcp.network.network", at("networkInterfaces[].network")),
        attached("gcp.storage.disk", at("disks[].source")),
        runs_as("gcp.security.service_account", at("serviceAccounts[].email")),
    ),
    volatile=("lastStartTimestamp", "fingerprint", "labelFingerprint", "metadata.fingerprint", "tags.fingerprint"),
)

GKE_CLUSTER = ResourceType(
    key="gcp.compute.gke_cluster",
    kind=Kind.CONTAINER_CLUSTER,
    title="GKE cluster",
    icon="gcp/kubernetes-engine",
    listing=AssetList("container.googleapis.com/Cluster", "container.projects.locations.clusters.list"),
    known_as=KnownAs(
        terraform=("google_container_cluster",),
        terraform_fields={
            "currentMasterVersion": "master_version",
            "networkConfig.network": "network",
            "networkConfig.subnetwork": "subnetwork",
            "nodePools[].config.serviceAccount": (
                "node_config[].service_account+node_pool[].node_config[].service_account"
            ),
            "autopilot.enabled": "enable_autopilot",
            "databaseEncryption.keyName": "database_encryption[].key_name",
            "currentNodeCount": "",
        },
    ),
    # A zonal cluster's link says zones/, a regional one's locations/, and so does Cloud Asset Inventory.
    id=asset_name(
        "container.googleapis.com", "projects/{project}/locations/{location}/clusters/{name}", given=at("selfLink")
    ),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    zone=at("location").as_location().matching(r"^(.+-[a-z])$"),
    region=at("location").as_location().matching(r"^([a-z]+-[a-z]+\d+)(?:-[a-z])?$"),
    tags=at("resourceLabels"),
    facts={
        "version": at("currentMasterVersion"),
        "nodes": at("currentNodeCount"),
        "autopilot": at("autopilot.enabled"),
        "endpoint": at("endpoint"),
    },
    sublabel=("version",),
    links=(
        inside("gcp.network.subnetwork", at("networkConfig.subnetwork")),
        inside("gcp.network.network", at("networkConfig.network")),
        runs_as("gcp.security.service_account", at("nodePools[].config.serviceAccount")),
        uses("gcp.security.kms_key", at("databaseEncryption.keyName")),
    ),
    volatile=("etag", "labelFingerprint", "conditions"),
)

TYPES: tuple[ResourceType, ...] = (INSTANCE, GKE_CLUSTER)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "google_compute_attached_disk",
        LinkKind.ATTACHED_TO,
        ("gcp.compute.instance", "instance"),
        ("gcp.storage.disk", "disk"),
    ),
)
