"""Machines, their groups, and Kubernetes clusters."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    attached,
    contains,
    guarded_by,
    inside,
    member_of,
    runs_as,
    uses,
)
from cloudviz.catalogue.gcp.names import MEMBERS, SELF_LINK, account, kms_key
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS
from cloudviz.inventory.model import LinkKind

_REGION_OF_PLACE = r"^([a-z]+-[a-z]+\d+)(?:-[a-z])?$"

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
            "tags.items[]": "tags[]",
            "metadata.items[].value": "metadata.created-by",
        },
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/zones/{zone}/instances/{name}", given=SELF_LINK),
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
        runs_as("gcp.security.service_account", account(at("serviceAccounts[].email"))),
        # Which machines a managed group has is written in the machines, as metadata "created-by".
        member_of(
            "gcp.compute.instance_group",
            at("metadata.items[].value").matching(
                r"^(projects/[^/\s]+/(?:zones|regions)/[^/\s]+/instanceGroupManagers/[^/\s]+)$"
            ),
        ),
        guarded_by("gcp.network.firewall", at("tags.items[]"), every=True),
    ),
    volatile=("lastStartTimestamp", "fingerprint", "labelFingerprint", "metadata.fingerprint", "tags.fingerprint"),
)

INSTANCE_GROUP = ResourceType(
    key="gcp.compute.instance_group",
    kind=Kind.SCALING_GROUP,
    title="Instance group",
    icon="gcp/compute-engine",
    listing=AssetList(
        "compute.googleapis.com/InstanceGroupManager",
        "compute.instanceGroupManagers.aggregatedList",
        also={"compute.googleapis.com/InstanceGroup": "compute.instanceGroups.aggregatedList"},
    ),
    known_as=KnownAs(
        terraform=(
            "google_compute_instance_group_manager",
            "google_compute_region_instance_group_manager",
            "google_compute_instance_group",
        ),
        terraform_fields={
            "instanceTemplate": "version[].instance_template",
            "instanceGroup": "instance_group",
            "targetPools[]": "target_pools[]",
            f"{MEMBERS}[]": "instances[]",
        },
    ),
    id=asset_name(
        "compute.googleapis.com",
        "projects/{project}/zones/{zone}/instanceGroupManagers/{name}",
        given=SELF_LINK,
        collections=("instanceGroups",),
    ),
    name=at("name"),
    zone=at("zone").as_location(),
    region=(at("region") | at("zone")).as_location().matching(_REGION_OF_PLACE),
    facts={"target_size": at("targetSize"), "machines": at("size"), "base_name": at("baseInstanceName")},
    sublabel=("target_size",),
    links=(
        inside("gcp.network.subnetwork", at("subnetwork")),
        inside("gcp.network.network", at("network")),
        uses("gcp.support.instance_template", at("instanceTemplate")),
        contains("gcp.compute.instance_group", at("instanceGroup")),
        # What a manager has made says so itself: this is for groups that somebody filled by hand.
        contains("gcp.compute.instance", at(f"{MEMBERS}[]")),
        member_of("gcp.support.target_pool", at("targetPools[]")),
    ),
    volatile=("fingerprint", "status", "currentActions"),
)

INSTANCE_TEMPLATE = ResourceType(
    key="gcp.support.instance_template",
    kind=Kind.OTHER,
    title="Instance template",
    icon="gcp/compute-engine",
    listing=AssetList("compute.googleapis.com/InstanceTemplate", "compute.instanceTemplates.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_instance_template", "google_compute_region_instance_template"),
        terraform_fields={
            "properties.machineType": "machine_type",
            "properties.networkInterfaces[].network": "network_interface[].network",
            "properties.networkInterfaces[].subnetwork": "network_interface[].subnetwork",
            "properties.serviceAccounts[].email": "service_account[].email",
        },
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/instanceTemplates/{name}", given=SELF_LINK),
    name=at("name"),
    region=at("region").as_location(),
    facts={"size": at("properties.machineType")},
    links=(
        uses("gcp.network.network", at("properties.networkInterfaces[].network")),
        uses("gcp.network.subnetwork", at("properties.networkInterfaces[].subnetwork")),
        uses("gcp.security.service_account", account(at("properties.serviceAccounts[].email"))),
    ),
    supporting=True,
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
            "nodePools[].instanceGroupUrls[]": "node_pool[].instance_group_urls[]",
            "autopilot.enabled": "enable_autopilot",
            "databaseEncryption.keyName": "database_encryption[].key_name",
            "currentNodeCount": "",
        },
    ),
    # A zonal cluster's link says zones/, a regional one's locations/, and so does Cloud Asset Inventory.
    id=asset_name(
        "container.googleapis.com", "projects/{project}/locations/{location}/clusters/{name}", given=SELF_LINK
    ),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    zone=at("location").as_location().matching(r"^(.+-[a-z])$"),
    region=at("location").as_location().matching(_REGION_OF_PLACE),
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
        contains("gcp.compute.instance_group", at("nodePools[].instanceGroupUrls[]")),
        runs_as("gcp.security.service_account", account(at("nodePools[].config.serviceAccount"))),
        uses("gcp.security.kms_key", kms_key("databaseEncryption.keyName")),
    ),
    volatile=("etag", "labelFingerprint", "conditions"),
)

GKE_NODE_POOL = ResourceType(
    key="gcp.support.gke_node_pool",
    kind=Kind.SCALING_GROUP,
    title="GKE node pool",
    icon="gcp/kubernetes-engine",
    listing=AssetList("container.googleapis.com/NodePool", "container.projects.locations.clusters.nodePools.list"),
    known_as=KnownAs(
        terraform=("google_container_node_pool",),
        terraform_fields={
            "config.machineType": "node_config[].machine_type",
            "config.serviceAccount": "node_config[].service_account",
            "instanceGroupUrls[]": "instance_group_urls[]",
            "initialNodeCount": "node_count|initial_node_count",
            "selfLink": "id",
            "status": "",
        },
    ),
    id=asset_name(
        "container.googleapis.com",
        "projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{name}",
        given=SELF_LINK,
    ),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    facts={"size": at("config.machineType"), "version": at("version"), "nodes": at("initialNodeCount")},
    links=(
        member_of("gcp.compute.gke_cluster", SELF_LINK.matching(r"^(.+/clusters/[^/]+)/nodePools/")),
        contains("gcp.compute.instance_group", at("instanceGroupUrls[]")),
        runs_as("gcp.security.service_account", account(at("config.serviceAccount"))),
    ),
    volatile=("etag", "conditions"),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (INSTANCE, INSTANCE_GROUP, INSTANCE_TEMPLATE, GKE_CLUSTER, GKE_NODE_POOL)

JOINS: tuple[TerraformJoin, ...] = (
    TerraformJoin(
        "google_compute_attached_disk",
        LinkKind.ATTACHED_TO,
        ("gcp.compute.instance", "instance"),
        ("gcp.storage.disk", "disk"),
    ),
)
