"""Which machines are in an unmanaged instance group: neither the group nor the machine says it.

Source: https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroups/listInstances
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from cloudviz.catalogue.gcp.names import MEMBERS
from cloudviz.sources.gcp.client import Client

HOST = "compute.googleapis.com"
PERMISSION = "compute.instanceGroups.list"
GROUP_ASSET = "compute.googleapis.com/InstanceGroup"


def unmanaged(groups: Iterable[dict[str, Any]], managers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The groups that no manager has, and that have any machines."""
    managed = {_path(manager.get("instanceGroup")) for manager in managers}
    return [
        group
        for group in groups
        if (path := _path(group.get("selfLink"))) and path not in managed and str(group.get("size", "")) != "0"
    ]


async def lay_in(client: Client, project: str, group: dict[str, Any]) -> None:
    """Lay a group's machines into its body. Raises :class:`CallFailed`."""
    path = f"/compute/v1/{_path(group.get('selfLink'))}/listInstances"
    members: list[str] = []
    token = ""
    while True:
        paged = f"{path}?pageToken={quote(token)}" if token else path
        reply = await client.post(HOST, paged, {"instanceState": "ALL"}, PERMISSION, project=project)
        items = reply.get("items")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Mapping) and item.get("instance"):
                members.append(str(item["instance"]))
        following = str(reply.get("nextPageToken") or "")
        if not following or following == token:
            break
        token = following
    group[MEMBERS] = sorted(set(members))


def _path(link: Any) -> str:
    """``projects/…`` of a link to a group; ``""`` for what is none."""
    text = str(link or "")
    at = text.find("projects/")
    return text[at:] if at >= 0 and "/instanceGroups/" in text else ""
