"""The cross-cloud words. Icons, shapes, tiers and themes key off a kind, never off a provider's type."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a resource is, whichever cloud it runs in."""

    ACCOUNT = "account"
    REGION = "region"
    ZONE = "zone"
    RESOURCE_GROUP = "resource_group"
    NETWORK = "network"
    SUBNET = "subnet"
    GATEWAY = "gateway"
    ROUTE_TABLE = "route_table"
    FIREWALL = "firewall"
    NETWORK_INTERFACE = "network_interface"
    PUBLIC_ADDRESS = "public_address"
    LOAD_BALANCER = "load_balancer"
    TARGET_GROUP = "target_group"
    CDN = "cdn"
    DNS_ZONE = "dns_zone"
    API = "api"
    VIRTUAL_MACHINE = "virtual_machine"
    SCALING_GROUP = "scaling_group"
    FUNCTION = "function"
    CONTAINER_CLUSTER = "container_cluster"
    CONTAINER_SERVICE = "container_service"
    BATCH = "batch"
    DISK = "disk"
    BUCKET = "bucket"
    FILE_SHARE = "file_share"
    DATABASE = "database"
    DATABASE_CLUSTER = "database_cluster"
    TABLE = "table"
    CACHE = "cache"
    WAREHOUSE = "warehouse"
    ANALYTICS = "analytics"
    QUEUE = "queue"
    TOPIC = "topic"
    STREAM = "stream"
    WORKFLOW = "workflow"
    MACHINE_LEARNING = "machine_learning"
    IDENTITY = "identity"
    KEY = "key"
    SECRET = "secret"  # noqa: S105 - a kind of resource, not a password
    CERTIFICATE = "certificate"
    ALARM = "alarm"
    OTHER = "other"


class Tier(StrEnum):
    """The row a kind belongs to in a top-down picture: who talks to whom, from users down to data."""

    EDGE = "edge"
    ENTRY = "entry"
    COMPUTE = "compute"
    INTEGRATION = "integration"
    DATA = "data"
    SECURITY = "security"
    OTHER = "other"


TIERS: dict[Kind, Tier] = {
    Kind.CDN: Tier.EDGE,
    Kind.DNS_ZONE: Tier.EDGE,
    Kind.GATEWAY: Tier.EDGE,
    Kind.PUBLIC_ADDRESS: Tier.EDGE,
    Kind.API: Tier.ENTRY,
    Kind.LOAD_BALANCER: Tier.ENTRY,
    Kind.TARGET_GROUP: Tier.ENTRY,
    Kind.VIRTUAL_MACHINE: Tier.COMPUTE,
    Kind.SCALING_GROUP: Tier.COMPUTE,
    Kind.FUNCTION: Tier.COMPUTE,
    Kind.CONTAINER_CLUSTER: Tier.COMPUTE,
    Kind.CONTAINER_SERVICE: Tier.COMPUTE,
    Kind.BATCH: Tier.COMPUTE,
    Kind.WORKFLOW: Tier.INTEGRATION,
    Kind.QUEUE: Tier.INTEGRATION,
    Kind.TOPIC: Tier.INTEGRATION,
    Kind.STREAM: Tier.INTEGRATION,
    Kind.BUCKET: Tier.DATA,
    Kind.DISK: Tier.DATA,
    Kind.FILE_SHARE: Tier.DATA,
    Kind.DATABASE: Tier.DATA,
    Kind.DATABASE_CLUSTER: Tier.DATA,
    Kind.TABLE: Tier.DATA,
    Kind.CACHE: Tier.DATA,
    Kind.WAREHOUSE: Tier.DATA,
    Kind.ANALYTICS: Tier.DATA,
    Kind.MACHINE_LEARNING: Tier.DATA,
    Kind.IDENTITY: Tier.SECURITY,
    Kind.KEY: Tier.SECURITY,
    Kind.SECRET: Tier.SECURITY,
    Kind.CERTIFICATE: Tier.SECURITY,
    Kind.FIREWALL: Tier.SECURITY,
    Kind.ALARM: Tier.SECURITY,
}

CONTAINER_KINDS = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.ZONE, Kind.RESOURCE_GROUP, Kind.NETWORK, Kind.SUBNET})
"""Kinds that are drawn as a box around others."""

PLUMBING_KINDS = frozenset(
    {
        Kind.ROUTE_TABLE,
        Kind.FIREWALL,
        Kind.NETWORK_INTERFACE,
        Kind.PUBLIC_ADDRESS,
        Kind.TARGET_GROUP,
        Kind.IDENTITY,
        Kind.DISK,
    }
)
"""Kinds that a picture folds into what they serve, and counts in its footer."""


def tier_of(kind: str) -> Tier:
    """The row of a kind; kinds without one of their own stand in ``other``."""
    try:
        return TIERS.get(Kind(kind), Tier.OTHER)
    except ValueError:
        return Tier.OTHER
