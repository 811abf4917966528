"""Listing through Cloud Asset Inventory: everything of a project, folder or organisation in pages of 1,000.

Source: https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.gcp.names import ASSET, NUMBER, PARENT
from cloudviz.inventory.model import RawItem, Scope
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.gcp.plan import HOLDER_KEYS, OTHER, PROJECT_KEY, Plan, Sorter, region_of
from cloudviz.sources.refusals import CallFailed

HOST = "cloudasset.googleapis.com"
PERMISSION = "cloudasset.assets.listResource"
PAGE_SIZE = 1000

SETTINGS: Mapping[str, str] = {
    "cloudbilling.googleapis.com/ProjectBillingInfo": "which account pays for the project",
    "compute.googleapis.com/Project": "Compute Engine's settings of the project",
    "iam.googleapis.com/ServiceAccountKey": "a credential of its account",
    "serviceusage.googleapis.com/Service": "a switch of the project, about a hundred of them in each",
}
"""Asset types that are settings of a thing and no thing of their own, left out, each with the reason."""

LATER: Mapping[str, Sequence[str]] = {
    # Function holds the functions of both generations, CloudFunction those of the first once more.
    "cloudfunctions.googleapis.com/CloudFunction": (
        "cloudfunctions.googleapis.com/CloudFunction",
        "cloudfunctions.googleapis.com/Function",
    ),
    # Those of managed groups are told from the others by their managers.
    "compute.googleapis.com/InstanceGroup": (
        "compute.googleapis.com/InstanceGroup",
        "compute.googleapis.com/InstanceGroupManager",
    ),
}
"""Asset types that say enough only beside others: where there are any they are read together, after the pages."""

PROJECT_ASSET = "cloudresourcemanager.googleapis.com/Project"

_RESOURCE_MANAGER = "cloudresourcemanager.googleapis.com/"


@dataclass
class Found:
    """What a page holds, by account and type.

    Attributes:
        home: the project that is looked at, ``""`` for an organisation or folder.
        numbers: the id of each project by its number, as far as it is known.
        items: by (account, type key).
        later: asset types of :data:`LATER` that there are.
        reads_later: whether these are what is read now.
    """

    home: str
    numbers: dict[str, str]
    items: dict[tuple[str, str], list[RawItem]] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    reads_later: bool = False

    def add(self, account: str, type_key: str, item: RawItem) -> None:
        """Keep an asset."""
        self.items.setdefault((account, type_key), []).append(item)


async def pages(
    client: Client, parent: str, asset_types: Sequence[str], read_time: str, token: str
) -> AsyncIterator[Mapping[str, Any]]:
    """The answers of Cloud Asset Inventory, page by page.

    Arguments:
        parent: ``projects/…``, ``folders/…`` or ``organizations/…``.
        asset_types: what to ask for; all there is when empty.
        read_time: the moment to see, RFC 3339; now when empty.
        token: where to go on, of an earlier try with the same other arguments.

    Raises :class:`CallFailed`.
    """
    parameters = [("contentType", "RESOURCE"), ("pageSize", str(PAGE_SIZE))]
    parameters += [("assetTypes", name) for name in asset_types]
    if read_time:
        parameters.append(("readTime", read_time))
    # The quota is that of the project that asks, whatever it asks about.
    async for page in client.pages(HOST, f"/v1/{parent}/assets", parameters, PERMISSION, token=token):
        yield page


def sort(page: Mapping[str, Any], plan: Plan, sorter: Sorter, found: Found) -> None:
    """Put the assets of a page where they belong."""
    assets = page.get("assets")
    assets = [each for each in assets if isinstance(each, Mapping)] if isinstance(assets, list) else []
    if not found.home:
        for asset in assets:  # what tells the ids of projects may come after what needs them
            learn(asset, found.numbers)
    for asset in assets:
        _sort(asset, plan, sorter, found)


def learn(asset: Mapping[str, Any], numbers: dict[str, str]) -> None:
    """Note which project has which number, where an asset says so."""
    if asset.get("assetType") == PROJECT_ASSET:
        resource = asset.get("resource")
        data = resource.get("data") if isinstance(resource, Mapping) else None
        data = data if isinstance(data, Mapping) else {}
        number, project = str(data.get("projectNumber") or ""), str(data.get("projectId") or "")
        if number and project and not project.isdigit():
            numbers[number] = project
    number, named = _owner(asset)
    if number and named and not named.isdigit():
        # Most names hold the id; a shared thing may lie under another project than its name says.
        numbers.setdefault(number, named)


def _sort(asset: Mapping[str, Any], plan: Plan, sorter: Sorter, found: Found) -> None:
    """Put one asset where it belongs, without copying what it holds."""
    name, asset_type = str(asset.get("name") or ""), str(asset.get("assetType") or "")
    resource = asset.get("resource")
    if not name or not isinstance(resource, dict | Mapping) or asset_type in SETTINGS:
        return
    data = resource.get("data")
    body: dict[str, Any] = data if isinstance(data, dict) else {}
    number, named = _owner(asset)
    account = found.home or (found.numbers.get(number, number) if number else named)
    declared = sorter.type_of(asset_type, body)
    key = declared.key if declared is not None else OTHER
    if key == PROJECT_KEY:
        number = str(body.get("projectNumber") or number)
        account = str(body.get("projectId") or "") or account
    elif key in HOLDER_KEYS:
        number, account = "", name.removeprefix(f"//{_RESOURCE_MANAGER}")
    if not (sorter.is_wanted(declared) if declared is not None else plan.is_whole):
        return
    location = str(resource.get("location") or "")
    if not plan.wants(location):
        return
    if asset_type in LATER and not found.reads_later:
        found.later.add(asset_type)
        return
    body[ASSET] = name
    if number:
        body[NUMBER] = number
    if asset_type.startswith(_RESOURCE_MANAGER) and resource.get("parent"):
        body[PARENT] = str(resource["parent"])
    scope, where = _place(account, location)
    found.add(account, key, RawItem(scope, asset_type, body, declared.key if declared else None, where=where))


@lru_cache(maxsize=4096)
def _place(account: str, location: str) -> tuple[Scope, str]:
    """The scope of an account and location, and how messages call it: one object for all that is there."""
    return Scope("gcp", account, region_of(location)), f"gcp {account} {HOST}"


def _owner(asset: Mapping[str, Any]) -> tuple[str, str]:
    """The number of the project that an asset is of, and the project that is in its name."""
    ancestors = asset.get("ancestors")
    nearest = str(ancestors[0]) if isinstance(ancestors, list) and ancestors else ""
    number = nearest[9:] if nearest.startswith("projects/") else ""
    parts = str(asset.get("name") or "").split("/", 5)  # //service/projects/ID/…
    is_named = len(parts) > 4 and parts[3] == "projects" and parts[2] and not parts[0] and not parts[1]
    return number, parts[4] if is_named else ""


def is_unknown_type(failed: CallFailed) -> bool:
    """Whether Cloud Asset Inventory does not know one of the asset types it was asked for."""
    return failed.http == 400
