"""Buckets and disks."""

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
    id=asset_name("storage.googleapis.com", "{name}"),
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
        uses("gcp.security.kms_key", at("encryption.defaultKmsKeyName")),
        uses("gcp.storage.bucket", at("logging.logBucket")),
    ),
    volatile=("metageneration", "updated", "etag"),
)

DISK = ResourceType(
    key="gcp.storage.disk",
    kind=Kind.DISK,
    title="Persistent Disk",
    icon="gcp/persistent-disk",
    listing=AssetList("compute.googleapis.com/Disk", "compute.disks.aggregatedList"),
    known_as=KnownAs(
        terraform=("google_compute_disk", "google_compute_region_disk"),
        terraform_fields={
            "sizeGb": "size",
            "diskEncryptionKey.kmsKeyName": "disk_encryption_key[].kms_key_self_link",
        },
        asset=("compute.googleapis.com/RegionDisk",),
    ),
    id=asset_name("compute.googleapis.com", "projects/{project}/zones/{zone}/disks/{name}", given=at("selfLink")),
    name=at("name"),
    state=at("status").as_state(GCP_STATUS),
    zone=at("zone").as_location(),
    region=(at("region") | at("zone")).as_location().matching(r"^([a-z]+-[a-z]+\d+)(?:-[a-z])?$"),
    tags=at("labels"),
    facts={
        "size": at("type").as_location(),
        "capacity_gb": at("sizeGb"),
    },
    links=(
        attached("gcp.compute.instance", at("users[]"), reverse=True),
        uses("gcp.security.kms_key", at("diskEncryptionKey.kmsKeyName")),
    ),
    volatile=("lastAttachTimestamp", "lastDetachTimestamp", "labelFingerprint"),
)

TYPES: tuple[ResourceType, ...] = (BUCKET, DISK)

JOINS: tuple[TerraformJoin, ...] = ()
