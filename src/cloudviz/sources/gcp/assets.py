"""Listing through Cloud Asset Inventory: everything of a project, folder or organisation in pages of 1,000.

Source: https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets/list
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cloudviz.catalogue.gcp.names import ASSET, NUMBER, PARENT
from cloudviz.inventory.model import RawItem, Scope
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.gcp.plan import HOLDER_KEYS, OTHER, PROJECT_KEY, Plan, Sorter, region_of
from cloudviz.sources.gcp.refusals import CallFailed
from cloudviz.sources.packed_items import PackedItems

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

_IN_PROJECT = re.compile(r"^//[^/]+/projects/([^/]+)")
_RESOURCE_MANAGER = "cloudresourcemanager.googleapis.com/"
# Function holds the functions of both generations, CloudFunction those of the first once more.
_TWICE = "cloudfunctions.googleapis.com/CloudFunction"


@dataclass
class Found:
    """The assets of one parent, by account and type.

    ``numbers`` is the id of each project by its number. Assets come in any order, so an account may be a number
    until the project itself has come; :meth:`accounts` puts ids in their place.
    """

    home: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    items: dict[tuple[str, str], PackedItems] = field(default_factory=dict)
    places: dict[tuple[str, str], tuple[Scope, str]] = field(default_factory=dict)
    read_time: str = ""
    count: int = 0

    def add(self, account: str, type_key: str, item: RawItem) -> None:
        """Keep an asset."""
        self.items.setdefault((account, type_key), PackedItems()).append(item)
        self.count += 1

    def place(self, account: str, location: str) -> tuple[Scope, str]:
        """The scope of an account and location, and how messages call it: one object for all that is there."""
        key = (account, location)
        if key not in self.places:
            self.places[key] = (Scope("gcp", account, region_of(location)), f"gcp {account} {HOST}")
        return self.places[key]

    def accounts(self) -> Iterator[tuple[str, str, PackedItems]]:
        """(account, type key, items), each handed over once and then let go."""
        while self.items:
            (account, type_key), items = self.items.popitem()
            known = self.numbers.get(account, account)
            if _TWICE in items.native_types():
                items = _once(items)
            if known != account:
                items = items.moved(partial(self._moved, known))
            yield known, type_key, items

    def _moved(self, account: str, scope: Scope) -> tuple[Scope, str]:
        return self.place(account, scope.region)


def _once(items: Sequence[RawItem]) -> PackedItems:
    """Without the echoes of what is there under its other asset type."""
    names = {item.body.get(ASSET) for item in items if item.native_type != _TWICE}
    return PackedItems(item for item in items if item.native_type != _TWICE or item.body.get(ASSET) not in names)


async def read_assets(
    client: Client,
    parent: str,
    asset_types: Sequence[str],
    plan: Plan,
    sorter: Sorter,
    found: Found,
    read_time: str = "",
) -> AsyncIterator[int]:
    """Read all pages into ``found``; yields the number of assets after each page.

    Arguments:
        parent: ``projects/…``, ``folders/…`` or ``organizations/…``.
        asset_types: what to ask for; all there is when empty.
        found: what was read before, added to. What came before a page failed stays in it.
        read_time: the moment to see, RFC 3339; now when empty.

    Raises :class:`CallFailed`.
    """
    parameters = [("contentType", "RESOURCE"), ("pageSize", str(PAGE_SIZE))]
    parameters += [("assetTypes", name) for name in asset_types]
    if read_time:
        parameters.append(("readTime", read_time))
    # The quota is that of the project that asks, whatever it asks about.
    async for page in client.pages(HOST, f"/v1/{parent}/assets", parameters, PERMISSION):
        found.read_time = found.read_time or str(page.get("readTime") or "")
        assets = page.get("assets")
        for asset in assets if isinstance(assets, list) else ():
            if isinstance(asset, Mapping):
                _sort(asset, plan, sorter, found)
        yield found.count


def _sort(asset: Mapping[str, Any], plan: Plan, sorter: Sorter, found: Found) -> None:
    """Put one asset where it belongs, without copying what it holds."""
    name, asset_type = str(asset.get("name") or ""), str(asset.get("assetType") or "")
    resource = asset.get("resource")
    if not name or not isinstance(resource, Mapping) or asset_type in SETTINGS:
        return
    data = resource.get("data")
    body: dict[str, Any] = data if isinstance(data, dict) else {}
    number, account = _owner(asset, name, found)
    declared = sorter.type_of(asset_type, body)
    key = declared.key if declared is not None else OTHER
    if key == PROJECT_KEY:
        number = str(body.get("projectNumber") or number)
        account = str(body.get("projectId") or "") or account
        if number and account and not account.isdigit():
            found.numbers[number] = account
    elif key in HOLDER_KEYS:
        number, account = "", name.removeprefix(f"//{_RESOURCE_MANAGER}")
    if not (sorter.is_wanted(declared) if declared is not None else plan.is_whole):
        return
    location = str(resource.get("location") or "")
    if not plan.wants(location):
        return
    body[ASSET] = name
    if number:
        body[NUMBER] = number
    if asset_type.startswith(_RESOURCE_MANAGER) and resource.get("parent"):
        body[PARENT] = str(resource["parent"])
    scope, where = found.place(account, location)
    found.add(account, key, RawItem(scope, asset_type, body, declared.key if declared else None, where=where))


def _owner(asset: Mapping[str, Any], name: str, found: Found) -> tuple[str, str]:
    """The number of the project that an asset is of, and its id as far as known."""
    ancestors = asset.get("ancestors")
    nearest = str(ancestors[0]) if isinstance(ancestors, list) and ancestors else ""
    number = nearest.removeprefix("projects/") if nearest.startswith("projects/") else ""
    match = _IN_PROJECT.match(name)
    named = match[1] if match else ""
    if number and named and not named.isdigit():
        # Most names hold the id; a shared thing may lie under another project than its name says.
        found.numbers.setdefault(number, named)
    if found.home:
        return number, found.home
    if number:
        return number, found.numbers.get(number, number)
    return "", named


def is_unknown_type(failed: CallFailed) -> bool:
    """Whether Cloud Asset Inventory does not know one of the asset types it was asked for."""
    return failed.http == 400
