"""The IAM permissions a scan needs, derived from the declarations (architecture, decision 1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudviz.catalogue.declare import ResourceType
from cloudviz.sources.gcp.assets import PERMISSION
from cloudviz.sources.gcp.methods import lists_before, permission_of
from cloudviz.sources.gcp.plan import asset_list

ALWAYS: tuple[str, ...] = ("resourcemanager.projects.get",)
"""What every scan calls: which projects there are, and their numbers."""

COSTS: tuple[str, ...] = ("bigquery.jobs.create", "bigquery.tables.getData")
"""What reading the bill's export in BigQuery needs, the second on its table."""


def permissions(types: Iterable[ResourceType]) -> list[str]:
    """The permissions needed to scan these types, sorted, without repeats.

    Cloud Asset Inventory needs one for all types. Those of the direct lists are there for projects that have not
    enabled it, which a scan finds out by itself.
    """
    needed = set(ALWAYS)
    for declared in types:
        listing = asset_list(declared)
        if listing.in_inventory:
            needed.add(PERMISSION)
        for method in filter(None, (listing.direct, *listing.also.values())):
            needed.update(permission_of(each) for each in lists_before(method))
    return sorted(needed)


def role(types: Iterable[ResourceType]) -> dict[str, Any]:
    """A custom role with just these permissions, as ``gcloud iam roles create --file`` takes it."""
    return {
        "title": "CloudViz scan",
        "description": "Lists the resources that CloudViz shows. Reads no data and no secrets.",
        "stage": "GA",
        "includedPermissions": permissions(types),
    }
