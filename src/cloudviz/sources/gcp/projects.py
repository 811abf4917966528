"""Which projects there are, and which hold which.

Source: https://cloud.google.com/resource-manager/reference/rest/v3/projects/search
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.refusals import CallFailed

HOST = "cloudresourcemanager.googleapis.com"
PERMISSION = "resourcemanager.projects.get"
FOLDERS_PERMISSION = "resourcemanager.folders.get"


async def visible_projects(client: Client) -> dict[str, str]:
    """The parent of every active project that the credentials may see, by project id. Raises ``CallFailed``."""
    found: dict[str, str] = {}
    parameters = [("query", "state:ACTIVE"), ("pageSize", "500")]
    async for page in client.pages(HOST, "/v3/projects:search", parameters, PERMISSION):
        for project in _mappings(page.get("projects")):
            if project.get("projectId"):
                found[str(project["projectId"])] = str(project.get("parent") or "")
    return dict(sorted(found.items()))


async def projects_under(client: Client, parent: str) -> list[str]:
    """The visible projects below a folder or organisation, at any depth. Raises ``CallFailed``."""
    projects = await visible_projects(client)
    holders: dict[str, str] = {}
    try:
        async for page in client.pages(HOST, "/v3/folders:search", [("pageSize", "500")], FOLDERS_PERMISSION):
            for folder in _mappings(page.get("folders")):
                holders[str(folder.get("name") or "")] = str(folder.get("parent") or "")
    except CallFailed as failed:
        if failed.status is not CoverageStatus.DENIED or failed.code == "TOKEN":
            raise
        # Who may not see the folders may still ask each project what it lies in.
        above = await asyncio.gather(*(_ancestors(client, project) for project in projects))
        return [project for project, names in zip(projects, above, strict=True) if parent in names]

    def is_below(holder: str) -> bool:
        for _ in range(len(holders) + 1):
            if holder == parent:
                return True
            holder = holders.get(holder, "")
        return False

    return [project for project, holder in projects.items() if is_below(holder)]


async def _ancestors(client: Client, project: str) -> set[str]:
    """The folders and the organisation above a project, by name. Raises ``CallFailed``.

    Source: https://cloud.google.com/resource-manager/reference/rest/v1/projects/getAncestry
    """
    reply = await client.post(HOST, f"/v1/projects/{project}:getAncestry", {}, PERMISSION)
    found = [each.get("resourceId") for each in _mappings(reply.get("ancestor"))]
    return {f"{each.get('type')}s/{each.get('id')}" for each in _mappings(found)}


async def identity_of(client: Client, project: str) -> tuple[str, str]:
    """The id and number of a project named by either. Raises ``CallFailed``."""
    reply = await client.get(HOST, f"/v1/projects/{project}", (), PERMISSION)
    return str(reply.get("projectId") or project), str(reply.get("projectNumber") or "")


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
