"""Identities, keys, secrets, and the images that are run."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    member_of,
    routes_to,
    uses,
)
from cloudviz.catalogue.gcp.names import FULL_NAME, REGION, kms_key
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS

SERVICE_ACCOUNT = ResourceType(
    key="gcp.security.service_account",
    kind=Kind.IDENTITY,
    title="IAM service account",
    icon="gcp/service-account",
    listing=AssetList("iam.googleapis.com/ServiceAccount", "iam.projects.serviceAccounts.list", is_global=True),
    known_as=KnownAs(terraform=("google_service_account",)),
    # Everybody else refers to it by e-mail address, so that is its name here, though assets may end in the number.
    id=asset_name("iam.googleapis.com", "projects/{project}/serviceAccounts/{email}"),
    name=at("displayName") | at("email"),
    facts={"email": at("email"), "number": at("uniqueId")},
    sublabel=(),
    volatile=("etag",),
)

KMS_KEY = ResourceType(
    key="gcp.security.kms_key",
    kind=Kind.KEY,
    title="Cloud KMS key",
    icon="gcp/kms",
    listing=AssetList("cloudkms.googleapis.com/CryptoKey", "cloudkms.projects.locations.keyRings.cryptoKeys.list"),
    known_as=KnownAs(
        terraform=("google_kms_crypto_key",),
        terraform_fields={
            "name": "id",
            "primary.state": "primary[].state",
            "versionTemplate.protectionLevel": "version_template[].protection_level",
        },
    ),
    id=asset_name(
        "cloudkms.googleapis.com",
        "projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{name}",
        given=FULL_NAME,
    ),
    name=at("name").tail("/"),
    state=at("primary.state").as_state(GCP_STATUS),
    region=REGION,
    tags=at("labels"),
    facts={"class": at("purpose"), "protection": at("versionTemplate.protectionLevel")},
    sublabel=("class",),
    links=(member_of("gcp.support.kms_key_ring", FULL_NAME.matching(r"^(.+)/cryptoKeys/")),),
    volatile=("primary", "nextRotationTime"),
)

KMS_KEY_RING = ResourceType(
    key="gcp.support.kms_key_ring",
    kind=Kind.KEY,
    title="KMS key ring",
    icon="gcp/kms",
    listing=AssetList("cloudkms.googleapis.com/KeyRing", "cloudkms.projects.locations.keyRings.list"),
    known_as=KnownAs(terraform=("google_kms_key_ring",), terraform_fields={"name": "id"}),
    id=asset_name(
        "cloudkms.googleapis.com", "projects/{project}/locations/{location}/keyRings/{name}", given=FULL_NAME
    ),
    name=at("name").tail("/"),
    region=REGION,
    supporting=True,
)

SECRET = ResourceType(
    key="gcp.security.secret",
    kind=Kind.SECRET,
    title="Secret Manager secret",
    icon="gcp/secret-manager",
    listing=AssetList("secretmanager.googleapis.com/Secret", "secretmanager.projects.secrets.list"),
    known_as=KnownAs(
        terraform=("google_secret_manager_secret",),
        terraform_fields={
            "replication.userManaged.replicas[].customerManagedEncryption.kmsKeyName": (
                "replication[].user_managed[].replicas[].customer_managed_encryption[].kms_key_name"
            ),
            "topics[].name": "topics[].name",
        },
    ),
    id=asset_name(
        "secretmanager.googleapis.com", "projects/{project}/secrets/{name}", given=FULL_NAME, by_number=True
    ),
    name=at("name").tail("/"),
    region=REGION,
    tags=at("labels"),
    links=(
        uses(
            "gcp.security.kms_key",
            kms_key("replication.userManaged.replicas[].customerManagedEncryption.kmsKeyName"),
        ),
        routes_to("gcp.data.pubsub_topic", at("topics[].name").starting("projects/")),
    ),
    volatile=("etag",),
)

ARTIFACT_REPOSITORY = ResourceType(
    key="gcp.support.artifact_repository",
    kind=Kind.OTHER,
    title="Artifact Registry repository",
    icon="gcp/artifact-registry",
    listing=AssetList(
        "artifactregistry.googleapis.com/Repository", "artifactregistry.projects.locations.repositories.list"
    ),
    known_as=KnownAs(terraform=("google_artifact_registry_repository",), terraform_fields={"name": "id"}),
    id=asset_name(
        "artifactregistry.googleapis.com",
        "projects/{project}/locations/{location}/repositories/{name}",
        given=FULL_NAME,
    ),
    name=at("name").tail("/"),
    region=REGION,
    tags=at("labels"),
    facts={"class": at("format")},
    links=(uses("gcp.security.kms_key", kms_key("kmsKeyName")),),
    volatile=("updateTime", "sizeBytes"),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (SERVICE_ACCOUNT, KMS_KEY, KMS_KEY_RING, SECRET, ARTIFACT_REPOSITORY)

JOINS: tuple[TerraformJoin, ...] = ()
