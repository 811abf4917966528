"""The IAM permissions a scan needs, derived from the declarations (architecture, decision 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cloudviz.catalogue.declare import ResourceType
from cloudviz.sources.gcp.assets import PERMISSION
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.gcp.methods import permissions_of
from cloudviz.sources.gcp.plan import asset_list
from cloudviz.sources.gcp.projects import HOST
from cloudviz.sources.refusals import CallFailed

ALWAYS: tuple[str, ...] = ("resourcemanager.projects.get",)
"""What every scan calls: which projects there are, and their numbers."""

TESTED_AT_ONCE = 100
"""Permissions that one call of testIamPermissions takes."""

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
            needed.update(permissions_of(method))
    return sorted(needed)


async def lacking_in(client: Client, parent: str, types: Sequence[ResourceType]) -> list[tuple[str, str]]:
    """(permission, detail) of what is not granted in a project, folder or organisation and hides some types.

    Where Cloud Asset Inventory may be read, the direct lists of what is in it need nothing. Does not raise: what
    can't be tested is ``("", why)``.
    Source: https://cloud.google.com/resource-manager/reference/rest/v3/projects/testIamPermissions
    """
    needed = permissions(types)
    granted: set[str] = set()
    for start in range(0, len(needed), TESTED_AT_ONCE):
        asked = {"permissions": needed[start : start + TESTED_AT_ONCE]}
        try:
            reply = await client.post(HOST, f"/v3/{parent}:testIamPermissions", asked, ALWAYS[0])
        except CallFailed as failed:
            return [(failed.permission or "", failed.detail)]
        granted.update(map(str, reply.get("permissions") or ()))
    if PERMISSION in granted:
        needed = permissions(each for each in types if not asset_list(each).in_inventory)
    return [(permission, "") for permission in needed if permission not in granted]


def role(types: Iterable[ResourceType]) -> dict[str, Any]:
    """A custom role with just these permissions, as ``gcloud iam roles create --file`` takes it."""
    return {
        "title": "CloudViz scan",
        "description": "Lists the resources that CloudViz shows. Reads no data and no secrets.",
        "stage": "GA",
        "includedPermissions": permissions(types),
    }
