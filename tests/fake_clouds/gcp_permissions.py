"""The IAM permission that each call to Google needs, by its URL alone, written down by hand.

Source: the "Authorization" part of each method's reference page, and
https://cloud.google.com/iam/docs/permissions-reference.
"""

from __future__ import annotations

import re

from fake_clouds.gcp import Call

_BY_PATH = (
    (r"^cloudasset\.googleapis\.com/v1/[^/]+/[^/]+/assets$", "cloudasset.assets.listResource"),
    (r"^cloudresourcemanager\.googleapis\.com/v3/folders:search$", "resourcemanager.folders.get"),
    (r"^cloudresourcemanager\.googleapis\.com/", "resourcemanager.projects.get"),
    (r"^storage\.googleapis\.com/storage/v1/b$", "storage.buckets.list"),
    (r"^appengine\.googleapis\.com/v1/apps/[^/]+$", "appengine.applications.get"),
    (r"^container\.googleapis\.com/.*/nodePools$", "container.clusters.get"),
    (r"^bigquery\.googleapis\.com/bigquery/v2/projects/[^/]+/datasets(/[^/]+)?$", "bigquery.datasets.get"),
    (r"^bigquery\.googleapis\.com/.*/tables/[^/]+$", "bigquery.tables.get"),
    (r"^compute\.googleapis\.com/.*/listInstances$", "compute.instanceGroups.list"),
    (r"^firestore\.googleapis\.com/", "datastore.databases.list"),
    (r"^dataflow\.googleapis\.com/v1b3/projects/[^/]+/jobs:aggregated$", "dataflow.jobs.list"),
    (r"^vision\.googleapis\.com/", "serviceusage.services.use"),
)
_SERVICES = {"sqladmin": "cloudsql", "bigtableadmin": "bigtable"}


def permission_for(call: Call) -> str:
    """``compute.instances.list`` for a list of instances, and so on."""
    where = call.host + call.path
    for pattern, permission in _BY_PATH:
        if re.search(pattern, where):
            return permission
    service = call.host.removesuffix(".googleapis.com").rpartition("-")[2]
    return f"{_SERVICES.get(service, service)}.{call.path.rpartition('/')[2]}.list"
