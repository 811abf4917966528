"""Buckets, disks and file shares."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    attached,
    uses,
)
from cloudviz.catalogue.gcp.names import ASSET, FULL_NAME, REGION, SELF_LINK, ZONE, bucket, kms_key
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS

BUCKET = ResourceType(
    key="gcp.storage.bucket",
    kind=Kind.BUCKET,
    title="Cloud Storage bucket",
    icon="gcp/cloud-storage",
    listing=AssetList("storage.googleapis.com/Bucket", "storage.buckets.list"),
    known_as=KnownAs(
        terraform=("google_storage_bucket",),
        terraform_fields={
            "encryption.defaultKmsKeyName": "encryption[].default_kms_key_name",
            "versioning.enabled": "versioning[].enabled",
            "logging.logBucket": "logging[].log_bucket",
            "iamConfiguration.publicAccessPrevention": "public_access_prevention",
            # Not in a state, and "location" there is the same word.
            "locationType": "",
        },
    ),
    # Bucket names are global: the full resource name carries no project.
    id=asset_name("storage.googleapis.com", "{name}", given=at(ASSET)),
    name=at("name"),
    region=at("location").as_location(),
    tags=at("labels"),
    facts={
        "class": at("storageClass"),
        "spread": at("locationType"),
        "versioning": at("versioning.enabled"),
        "public_access": at("iamConfiguration.publicAccessPrevention"),
    },
    sublabel=("class",),
    links=(
        uses("gcp.security.kms_key", kms_key("encryption.defaultKmsKeyName")),
        uses("gcp.storage.bucket", bucket("logging.logBucket")),
    ),
    volatile=("metageneration", "updated", "etag"),
)

_REGION_OF_PLACE = r"^([a-z]+-[a-z]+\d+)(?:-[a-z])?$"

DISK = ResourceType(
    key="gcp.storage.disk",
    kind=Kind.DISK,
    title="Persistent Disk",
    icon="gcp/persistent-disk",
    listing=AssetList(
        "compute.googleapis.com/Disk",
        "compute.disks.aggregatedList",
        also={"compute.googleapis.com/RegionDisk": ""},
    ),
    known_as=KnownAs(
        terraform=("google_compute_disk", "google_compute_region_disk"),
        terraform_fields={
            "sizeGb": "size",
            "diskEncryptionKey.kmsKeyName": "disk_encryption_key[].kms_key_self_link",
            "sourceSnapshot": "source_snapshot_id|snapshot",
            "sourceImage": "image",
        },
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/zones/{zone}/disks/{name}", given=SELF_LINK),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    zone=at("zone").as_location(),
    region=(at("region") | at("zone")).as_location().matching(_REGION_OF_PLACE),
    tags=at("labels"),
    facts={
        "size": at("type").as_location(),
        "capacity_gb": at("sizeGb"),
    },
    links=(
        attached("gcp.compute.instance", at("users[]"), reverse=True),
        uses("gcp.security.kms_key", kms_key("diskEncryptionKey.kmsKeyName")),
        uses("gcp.support.snapshot", at("sourceSnapshot").matching(r"(.+/snapshots/.+)")),
        uses("gcp.support.image", at("sourceImage").matching(r"(.+/images/(?!family/).+)")),
    ),
    volatile=("lastAttachTimestamp", "lastDetachTimestamp", "labelFingerprint"),
)

SNAPSHOT = ResourceType(
    key="gcp.support.snapshot",
    kind=Kind.OTHER,
    title="Disk snapshot",
    icon="gcp/persistent-disk",
    listing=AssetList("compute.googleapis.com/Snapshot", "compute.snapshots.list", is_global=True),
    known_as=KnownAs(
        terraform=("google_compute_snapshot",),
        terraform_fields={"sourceDisk": "source_disk_link|source_disk", "status": ""},
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/snapshots/{name}", given=SELF_LINK),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    tags=at("labels"),
    facts={"capacity_gb": at("diskSizeGb")},
    links=(uses("gcp.storage.disk", at("sourceDisk")),),
    volatile=("labelFingerprint",),
    supporting=True,
)

IMAGE = ResourceType(
    key="gcp.support.image",
    kind=Kind.OTHER,
    title="Machine image",
    icon="gcp/compute-engine",
    listing=AssetList("compute.googleapis.com/Image", "compute.images.list", is_global=True),
    known_as=KnownAs(terraform=("google_compute_image",), terraform_fields={"status": ""}),
    id=asset_name("compute.googleapis.com", "projects/{project}/global/images/{name}", given=SELF_LINK),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    tags=at("labels"),
    facts={"family": at("family"), "capacity_gb": at("diskSizeGb")},
    links=(
        uses("gcp.storage.disk", at("sourceDisk")),
        uses("gcp.support.snapshot", at("sourceSnapshot")),
    ),
    volatile=("labelFingerprint",),
    supporting=True,
)

FILESTORE = ResourceType(
    key="gcp.storage.filestore",
    kind=Kind.FILE_SHARE,
    title="Filestore instance",
    icon="gcp/filestore",
    listing=AssetList("file.googleapis.com/Instance", "file.projects.locations.instances.list"),
    known_as=KnownAs(
        terraform=("google_filestore_instance",),
        terraform_fields={
            "name": "id",
            "state": "",
            "fileShares[].capacityGb": "file_shares[].capacity_gb",
            "networks[].network": "networks[].network",
            "networks[].ipAddresses[]": "networks[].ip_addresses[]",
        },
    ),
    id=asset_name(
        "file.googleapis.com", "projects/{project}/locations/{location}/instances/{name}", given=FULL_NAME
    ),
    name=at("name").tail("/"),
    state=at("state").as_state(GCP_STATUS),
    zone=ZONE,
    region=REGION,
    tags=at("labels"),
    facts={
        "size": at("tier"),
        "capacity_gb": at("fileShares[].capacityGb"),
        "private_ip": at("networks[].ipAddresses[]"),
    },
    links=(
        attached("gcp.network.network", at("networks[].network")),
        uses("gcp.security.kms_key", kms_key("kmsKeyName")),
    ),
    volatile=("etag",),
)

TYPES: tuple[ResourceType, ...] = (BUCKET, DISK, SNAPSHOT, IMAGE, FILESTORE)

JOINS: tuple[TerraformJoin, ...] = ()
