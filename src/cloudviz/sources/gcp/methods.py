"""The REST lists of Google's services by the names of their methods, as the discovery documents have them.

A test holds each path and each member against those documents.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """One list.

    Attributes:
        host: where it is; ``{location}`` stands for the region of a regional host.
        path: with ``{project}``, ``{location}`` and ``{parent}``.
        items: the member of the reply that holds the items; ``""`` when the reply is the item itself.
        is_aggregated: whether ``items`` is in each place of an object of places.
        parents: the method whose items are listed one by one, with ``{parent}`` from each.
        parent: how ``{parent}`` is written with fields of such an item.
        locations: places to ask one by one, where the service has no list of its own.
        parameters: further query parameters.
        asset: the asset's name with fields of the item, where its body does not hold it.
        permission: the IAM permission when it is not service.collection.list.
        quiet: HTTP statuses that mean "none".
        detail: the path at which all of an item is, where the list says only part of it.
    """

    host: str
    path: str
    items: str = ""
    is_aggregated: bool = False
    parents: str = ""
    parent: str = "{name}"
    locations: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    asset: str = ""
    permission: str = ""
    quiet: tuple[int, ...] = ()
    detail: str = ""


VISION_LOCATIONS = ("asia-east1", "europe-west1", "us-east1", "us-west1")
"""https://cloud.google.com/vision/product-search/docs/get-list-resources: the locations it is offered in."""

_COMPUTE = "compute.googleapis.com"
_MANY = (("maxResults", "500"),)
_PAGE = (("pageSize", "500"),)


def _aggregated(collection: str) -> Method:
    path = f"/compute/v1/projects/{{project}}/aggregated/{collection}"
    return Method(_COMPUTE, path, collection, is_aggregated=True, parameters=_MANY)


def _global(collection: str) -> Method:
    return Method(_COMPUTE, f"/compute/v1/projects/{{project}}/global/{collection}", "items", parameters=_MANY)


def _everywhere(host: str, version: str, collection: str, items: str = "", asset: str = "") -> Method:
    path = f"/{version}/projects/{{project}}/locations/-/{collection}"
    return Method(host, path, items or collection, parameters=_PAGE, asset=asset)


def _vertex(collection: str) -> Method:
    path = f"/v1/projects/{{project}}/locations/{{location}}/{collection}"
    return Method(
        "{location}-aiplatform.googleapis.com",
        path,
        collection,
        parents="aiplatform.projects.locations.list",
        parameters=(("pageSize", "100"),),
    )


METHODS: dict[str, Method] = {
    **{
        f"compute.{collection}.aggregatedList": _aggregated(collection)
        for collection in (
            "addresses",
            "backendServices",
            "disks",
            "forwardingRules",
            "healthChecks",
            "instanceGroupManagers",
            "instanceGroups",
            "instanceTemplates",
            "instances",
            "networkEndpointGroups",
            "routers",
            "securityPolicies",
            "subnetworks",
            "targetHttpProxies",
            "targetHttpsProxies",
            "targetPools",
            "targetTcpProxies",
            "urlMaps",
            "vpnGateways",
            "vpnTunnels",
        )
    },
    **{
        f"compute.{collection}.list": _global(collection)
        for collection in (
            "backendBuckets",
            "firewalls",
            "images",
            "networks",
            "routes",
            "snapshots",
            "targetSslProxies",
        )
    },
    "container.projects.locations.clusters.list": Method(
        "container.googleapis.com", "/v1/projects/{project}/locations/-/clusters", "clusters"
    ),
    "container.projects.locations.clusters.nodePools.list": Method(
        "container.googleapis.com",
        "/v1/{parent}/nodePools",
        "nodePools",
        parents="container.projects.locations.clusters.list",
        parent="projects/{project}/locations/{location}/clusters/{name}",
        permission="container.clusters.get",
    ),
    "run.projects.locations.services.list": _everywhere("run.googleapis.com", "v2", "services"),
    "run.projects.locations.jobs.list": _everywhere("run.googleapis.com", "v2", "jobs"),
    "cloudfunctions.projects.locations.functions.list": _everywhere(
        "cloudfunctions.googleapis.com", "v2", "functions"
    ),
    "appengine.apps.get": Method(
        "appengine.googleapis.com",
        "/v1/apps/{project}",
        permission="appengine.applications.get",
        quiet=(404,),
    ),
    "appengine.apps.services.list": Method(
        "appengine.googleapis.com", "/v1/apps/{project}/services", "services", quiet=(404,)
    ),
    "appengine.apps.services.versions.list": Method(
        "appengine.googleapis.com",
        "/v1/{parent}/versions",
        "versions",
        parents="appengine.apps.services.list",
    ),
    "vpcaccess.projects.locations.connectors.list": _everywhere("vpcaccess.googleapis.com", "v1", "connectors"),
    "storage.buckets.list": Method(
        "storage.googleapis.com",
        "/storage/v1/b",
        "items",
        parameters=(("project", "{project}"), ("maxResults", "1000"), ("projection", "noAcl")),
    ),
    "file.projects.locations.instances.list": _everywhere("file.googleapis.com", "v1", "instances"),
    "sql.instances.list": Method(
        "sqladmin.googleapis.com",
        "/v1/projects/{project}/instances",
        "items",
        parameters=_MANY,
        permission="cloudsql.instances.list",
    ),
    "firestore.projects.databases.list": Method(
        "firestore.googleapis.com",
        "/v1/projects/{project}/databases",
        "databases",
        permission="datastore.databases.list",
    ),
    "bigtableadmin.projects.instances.list": Method(
        "bigtableadmin.googleapis.com",
        "/v2/projects/{project}/instances",
        "instances",
        permission="bigtable.instances.list",
    ),
    "bigtableadmin.projects.instances.clusters.list": Method(
        "bigtableadmin.googleapis.com",
        "/v2/projects/{project}/instances/-/clusters",
        "clusters",
        permission="bigtable.clusters.list",
    ),
    "spanner.projects.instances.list": Method(
        "spanner.googleapis.com", "/v1/projects/{project}/instances", "instances", parameters=_PAGE
    ),
    "spanner.projects.instances.databases.list": Method(
        "spanner.googleapis.com",
        "/v1/{parent}/databases",
        "databases",
        parents="spanner.projects.instances.list",
        parameters=_PAGE,
    ),
    "redis.projects.locations.instances.list": _everywhere("redis.googleapis.com", "v1", "instances"),
    "redis.projects.locations.clusters.list": _everywhere("redis.googleapis.com", "v1", "clusters"),
    "memcache.projects.locations.instances.list": _everywhere(
        "memcache.googleapis.com", "v1", "instances", asset="//memcache.googleapis.com/{name}"
    ),
    "dns.managedZones.list": Method(
        "dns.googleapis.com", "/dns/v1/projects/{project}/managedZones", "managedZones", parameters=_MANY
    ),
    "bigquery.datasets.list": Method(
        "bigquery.googleapis.com",
        "/bigquery/v2/projects/{project}/datasets",
        "datasets",
        parameters=_MANY,
        permission="bigquery.datasets.get",
        detail="/bigquery/v2/projects/{datasetReference.projectId}/datasets/{datasetReference.datasetId}",
    ),
    "bigquery.tables.list": Method(
        "bigquery.googleapis.com",
        "/bigquery/v2/{parent}/tables",
        "tables",
        parents="bigquery.datasets.list",
        parent="projects/{datasetReference.projectId}/datasets/{datasetReference.datasetId}",
        parameters=_MANY,
        asset=(
            "//bigquery.googleapis.com/projects/{tableReference.projectId}"
            "/datasets/{tableReference.datasetId}/tables/{tableReference.tableId}"
        ),
        detail=(
            "/bigquery/v2/projects/{tableReference.projectId}"
            "/datasets/{tableReference.datasetId}/tables/{tableReference.tableId}"
        ),
    ),
    "dataflow.projects.jobs.aggregated": Method(
        "dataflow.googleapis.com",
        "/v1b3/projects/{project}/jobs:aggregated",
        "jobs",
        parameters=(("pageSize", "500"), ("view", "JOB_VIEW_ALL")),
        permission="dataflow.jobs.list",
    ),
    **{
        f"pubsub.projects.{collection}.list": Method(
            "pubsub.googleapis.com", f"/v1/projects/{{project}}/{collection}", collection, parameters=_PAGE
        )
        for collection in ("topics", "subscriptions", "schemas")
    },
    "aiplatform.projects.locations.list": Method(
        "aiplatform.googleapis.com", "/v1/projects/{project}/locations", "locations"
    ),
    **{
        f"aiplatform.projects.locations.{collection}.list": _vertex(collection)
        for collection in ("endpoints", "models", "trainingPipelines", "datasets")
    },
    "vision.projects.locations.productSets.list": Method(
        "vision.googleapis.com",
        "/v1/projects/{project}/locations/{location}/productSets",
        "productSets",
        locations=VISION_LOCATIONS,
        parameters=(("pageSize", "100"),),
        # Vision has no permissions of its own in IAM: whoever may use the service in a project sees them.
        permission="serviceusage.services.use",
    ),
    "iam.projects.serviceAccounts.list": Method(
        "iam.googleapis.com",
        "/v1/projects/{project}/serviceAccounts",
        "accounts",
        parameters=(("pageSize", "100"),),
    ),
    "cloudkms.projects.locations.list": Method(
        "cloudkms.googleapis.com", "/v1/projects/{project}/locations", "locations", parameters=_PAGE
    ),
    "cloudkms.projects.locations.keyRings.list": Method(
        "cloudkms.googleapis.com",
        "/v1/{parent}/keyRings",
        "keyRings",
        parents="cloudkms.projects.locations.list",
        parameters=_PAGE,
    ),
    "cloudkms.projects.locations.keyRings.cryptoKeys.list": Method(
        "cloudkms.googleapis.com",
        "/v1/{parent}/cryptoKeys",
        "cryptoKeys",
        parents="cloudkms.projects.locations.keyRings.list",
        parameters=_PAGE,
    ),
    "secretmanager.projects.secrets.list": Method(
        "secretmanager.googleapis.com", "/v1/projects/{project}/secrets", "secrets", parameters=_PAGE
    ),
    "artifactregistry.projects.locations.list": Method(
        "artifactregistry.googleapis.com", "/v1/projects/{project}/locations", "locations", parameters=_PAGE
    ),
    "artifactregistry.projects.locations.repositories.list": Method(
        "artifactregistry.googleapis.com",
        "/v1/{parent}/repositories",
        "repositories",
        parents="artifactregistry.projects.locations.list",
        parameters=_PAGE,
    ),
    "cloudresourcemanager.projects.get": Method(
        "cloudresourcemanager.googleapis.com",
        "/v1/projects/{project}",
        permission="resourcemanager.projects.get",
    ),
}


def permission_of(name: str) -> str:
    """The IAM permission that a method needs: ``compute.instances.list`` for its aggregated list too."""
    method = METHODS[name]
    if method.permission:
        return method.permission
    service, *_, collection, _ = name.split(".")
    return f"{service}.{collection}.list"


def detail_permission(name: str) -> str:
    """The IAM permission that asking for the rest of an item needs: ``bigquery.tables.get``."""
    service, *_, collection, _ = name.split(".")
    return f"{service}.{collection}.get"


def permissions_of(name: str) -> set[str]:
    """The IAM permissions of a method, of those whose items it needs, and of asking for the rest of an item."""
    needed = {permission_of(each) for each in lists_before(name)}
    return needed | {detail_permission(each) for each in lists_before(name) if METHODS[each].detail}


def lists_before(name: str) -> list[str]:
    """The method and those whose items it needs, the first to be called first."""
    chain = [name]
    while METHODS[chain[0]].parents:
        chain.insert(0, METHODS[chain[0]].parents)
    return chain
