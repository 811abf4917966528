"""Relational databases."""

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
    runs_as,
    uses,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS

CLOUD_SQL = ResourceType(
    key="gcp.database.cloud_sql",
    kind=Kind.DATABASE,
    title="Cloud SQL instance",
    icon="gcp/cloud-sql",
    listing=AssetList("sqladmin.googleapis.com/Instance", "sql.instances.list"),
    known_as=KnownAs(
        terraform=("google_sql_database_instance",),
        terraform_fields={
            "gceZone": "settings[].location_preference[].zone",
            "settings.userLabels": "settings[].user_labels",
            "settings.dataDiskSizeGb": "settings[].disk_size",
            "ipAddresses[].ipAddress": "ip_address[].ip_address",
            "diskEncryptionConfiguration.kmsKeyName": "encryption_key_name",
            # A state does not say whether the instance runs.
            "state": "",
        },
    ),
    # Cloud Asset Inventory lists sqladmin.googleapis.com/Instance and names each //cloudsql.googleapis.com/….
    id=asset_name("cloudsql.googleapis.com", "projects/{project}/instances/{name}", given=at("selfLink")),
    name=at("name"),
    state=at("state").as_state({**GCP_STATUS, "maintenance": "updating", "pending_create": "pending"}),
    zone=at("gceZone"),
    region=at("region"),
    tags=at("settings.userLabels"),
    facts={
        "engine": at("databaseVersion"),
        "size": at("settings.tier"),
        "capacity_gb": at("settings.dataDiskSizeGb"),
        "availability": at("settings.availabilityType"),
        "address": at("ipAddresses[].ipAddress"),
    },
    sublabel=("engine", "size"),
    links=(
        # The instance lives in a network of Google's that is peered with this one.
        attached("gcp.network.network", at("settings.ipConfiguration.privateNetwork")),
        # A replica writes its primary as project:name.
        member_of("gcp.database.cloud_sql", at("masterInstanceName").tail(":")),
        uses("gcp.security.kms_key", at("diskEncryptionConfiguration.kmsKeyName")),
        runs_as("gcp.security.service_account", at("serviceAccountEmailAddress")),
    ),
    volatile=("etag", "serverCaCert", "settings.settingsVersion"),
)

TYPES: tuple[ResourceType, ...] = (CLOUD_SQL,)

JOINS: tuple[TerraformJoin, ...] = ()
