"""Relational, document and wide-column databases, and caches."""

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
from cloudviz.catalogue.gcp.names import FULL_NAME, REGION, SELF_LINK, account, kms_key
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
    id=asset_name("cloudsql.googleapis.com", "projects/{project}/instances/{name}", given=SELF_LINK),
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
        uses("gcp.security.kms_key", kms_key("diskEncryptionConfiguration.kmsKeyName")),
        # The instance's own account lies in a project of Google's. It is named for who grants it access.
        runs_as("gcp.security.service_account", account(at("serviceAccountEmailAddress"))),
    ),
    volatile=("etag", "serverCaCert", "settings.settingsVersion"),
)

FIRESTORE = ResourceType(
    key="gcp.database.firestore",
    kind=Kind.DATABASE,
    title="Firestore database",
    icon="gcp/firestore",
    listing=AssetList("firestore.googleapis.com/Database", "firestore.projects.databases.list"),
    known_as=KnownAs(
        terraform=("google_firestore_database",),
        terraform_fields={"name": "id", "cmekConfig.kmsKeyName": "cmek_config[].kms_key_name"},
    ),
    id=asset_name("firestore.googleapis.com", "projects/{project}/databases/{name}", given=FULL_NAME),
    name=at("name").tail("/"),
    region=at("locationId").as_location(),
    facts={"engine": at("type"), "edition": at("databaseEdition")},
    links=(uses("gcp.security.kms_key", kms_key("cmekConfig.kmsKeyName")),),
    volatile=("etag", "updateTime", "earliestVersionTime"),
)

BIGTABLE = ResourceType(
    key="gcp.database.bigtable",
    kind=Kind.DATABASE,
    title="Bigtable instance",
    icon="gcp/bigtable",
    listing=AssetList(
        "bigtableadmin.googleapis.com/Instance", "bigtableadmin.projects.instances.list", is_global=True
    ),
    known_as=KnownAs(
        terraform=("google_bigtable_instance",),
        terraform_fields={"name": "id", "displayName": "display_name|name", "state": "", "type": "instance_type"},
    ),
    # Cloud Asset Inventory lists bigtableadmin.googleapis.com/Instance and names each //bigtable.googleapis.com/….
    id=asset_name("bigtable.googleapis.com", "projects/{project}/instances/{name}", given=FULL_NAME),
    name=at("displayName") | at("name"),
    state=at("state").as_state(GCP_STATUS),
    tags=at("labels"),
    facts={"class": at("type")},
    sublabel=("class",),
)

BIGTABLE_CLUSTER = ResourceType(
    key="gcp.support.bigtable_cluster",
    kind=Kind.DATABASE_CLUSTER,
    title="Bigtable cluster",
    icon="gcp/bigtable",
    listing=AssetList("bigtableadmin.googleapis.com/Cluster", "bigtableadmin.projects.instances.clusters.list"),
    id=asset_name(
        "bigtable.googleapis.com", "projects/{project}/instances/{instance}/clusters/{name}", given=FULL_NAME
    ),
    name=at("name").tail("/"),
    state=at("state").as_state(GCP_STATUS),
    zone=at("location").as_location(),
    region=at("location").as_location().matching(r"^(.+)-[a-z]$"),
    facts={"nodes": at("serveNodes"), "class": at("defaultStorageType")},
    sublabel=("class",),
    links=(
        member_of("gcp.database.bigtable", FULL_NAME.matching(r"^(.+)/clusters/")),
        uses("gcp.security.kms_key", kms_key("encryptionConfig.kmsKeyName")),
    ),
    volatile=("serveNodes",),
    supporting=True,
)

SPANNER = ResourceType(
    key="gcp.database.spanner",
    kind=Kind.DATABASE,
    title="Spanner instance",
    icon="gcp/spanner",
    listing=AssetList("spanner.googleapis.com/Instance", "spanner.projects.instances.list"),
    known_as=KnownAs(terraform=("google_spanner_instance",), terraform_fields={"nodeCount": "num_nodes"}),
    id=asset_name("spanner.googleapis.com", "projects/{project}/instances/{name}", given=FULL_NAME),
    name=at("displayName") | at("name"),
    state=at("state").as_state(GCP_STATUS),
    # regional-europe-west1, or a multi-region such as nam3.
    region=at("config").matching(r"(?:^|/)(?:regional-)?([a-z0-9-]+)$"),
    tags=at("labels"),
    facts={"nodes": at("nodeCount"), "processing_units": at("processingUnits"), "edition": at("edition")},
    sublabel=("edition",),
    volatile=("updateTime",),
)

SPANNER_DATABASE = ResourceType(
    key="gcp.support.spanner_database",
    kind=Kind.DATABASE,
    title="Spanner database",
    icon="gcp/spanner",
    listing=AssetList("spanner.googleapis.com/Database", "spanner.projects.instances.databases.list"),
    known_as=KnownAs(
        terraform=("google_spanner_database",),
        terraform_fields={
            "encryptionConfig.kmsKeyName": "encryption_config[].kms_key_name",
            "databaseDialect": "database_dialect",
        },
    ),
    id=asset_name(
        "spanner.googleapis.com", "projects/{project}/instances/{instance}/databases/{name}", given=FULL_NAME
    ),
    name=at("name").tail("/"),
    state=at("state").as_state(GCP_STATUS),
    facts={"engine": at("databaseDialect")},
    links=(
        member_of("gcp.database.spanner", FULL_NAME.matching(r"^(.+)/databases/")),
        uses("gcp.security.kms_key", kms_key("encryptionConfig.kmsKeyName")),
    ),
    volatile=("earliestVersionTime",),
    supporting=True,
)

MEMORYSTORE = ResourceType(
    key="gcp.database.memorystore",
    kind=Kind.CACHE,
    title="Memorystore instance",
    icon="gcp/memorystore",
    listing=AssetList(
        "redis.googleapis.com/Instance",
        "redis.projects.locations.instances.list",
        also={
            "redis.googleapis.com/Cluster": "redis.projects.locations.clusters.list",
            "memcache.googleapis.com/Instance": "memcache.projects.locations.instances.list",
        },
    ),
    known_as=KnownAs(
        terraform=("google_redis_instance", "google_redis_cluster", "google_memcache_instance"),
        terraform_fields={
            "name": "id",
            "state": "",
            "redisVersion": "redis_version",
            "memcacheFullVersion": "memcache_full_version|memcache_version",
            "host": "host",
            "discoveryEndpoint": "discovery_endpoint",
            "pscConfigs[].network": "psc_configs[].network",
        },
    ),
    id=asset_name(
        "redis.googleapis.com",
        "projects/{project}/locations/{location}/instances/{name}",
        given=FULL_NAME,
        collections=("clusters",),
        hosts={"google_memcache_instance": "memcache.googleapis.com"},
    ),
    name=at("name").tail("/"),
    state=at("state").as_state(GCP_STATUS),
    zone=at("locationId"),
    region=REGION,
    tags=at("labels"),
    facts={
        "size": at("tier") | at("nodeType"),
        "capacity_gb": at("memorySizeGb"),
        "version": at("redisVersion") | at("memcacheFullVersion"),
        "address": at("host") | at("discoveryEndpoint"),
        "nodes": at("nodeCount") | at("shardCount"),
    },
    sublabel=("size", "version"),
    links=(
        attached("gcp.network.network", at("authorizedNetwork")),
        attached("gcp.network.network", at("pscConfigs[].network")),
        uses("gcp.security.kms_key", kms_key("customerManagedKey")),
        uses("gcp.security.kms_key", kms_key("kmsKey")),
    ),
    volatile=("updateTime", "serverCaCerts"),
)

TYPES: tuple[ResourceType, ...] = (
    CLOUD_SQL,
    FIRESTORE,
    BIGTABLE,
    BIGTABLE_CLUSTER,
    SPANNER,
    SPANNER_DATABASE,
    MEMORYSTORE,
)

JOINS: tuple[TerraformJoin, ...] = ()
