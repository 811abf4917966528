"""What a scan will list: the types asked for, by the names that Google's services give them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloudviz.catalogue.declare import AssetList, ResourceType
from cloudviz.catalogue.registry import Catalogue, is_of_type
from cloudviz.errors import Invalid

GLOBAL = "global"
OTHER = "gcp.other"
"""The type under which assets are kept that no declaration claims."""

PROJECT_KEY = "gcp.support.project"
HOLDER_KEYS = frozenset({"gcp.support.folder", "gcp.support.organization"})
"""Types that are in no project."""

_ZONE = re.compile(r"^([a-z]+-[a-z]+\d+)-[a-z]$")


@dataclass(frozen=True)
class Plan:
    """The types of a scan.

    Attributes:
        types: those asked for, in the order of their keys.
        is_whole: whether they are all of Google's, so that assets of no declared type are wanted too.
        regions: the regions asked for; none for all.
    """

    types: tuple[ResourceType, ...]
    is_whole: bool
    regions: tuple[str, ...] = ()

    @property
    def inventoried(self) -> tuple[ResourceType, ...]:
        """Those that Cloud Asset Inventory lists."""
        return tuple(each for each in self.types if asset_list(each).in_inventory)

    @property
    def elsewhere(self) -> tuple[ResourceType, ...]:
        """Those that only the API of their service lists."""
        return tuple(each for each in self.types if not asset_list(each).in_inventory)

    def asset_types(self) -> tuple[str, ...]:
        """What to ask Cloud Asset Inventory for; ``()`` asks for everything it has."""
        if self.is_whole:
            return ()
        return tuple(name for each in self.inventoried for name in asset_list(each).asset_types)

    def wants(self, location: str) -> bool:
        """Whether something in this location is asked for. What is in no region always is."""
        return not self.regions or location in ("", GLOBAL) or region_of(location) in self.regions


class Sorter:
    """Tells which declared type an asset is of."""

    def __init__(self, known: Catalogue, plan: Plan) -> None:
        self._chosen = {each.key for each in plan.types}
        self._by_asset: dict[str, list[ResourceType]] = {}
        for declared in known.of("gcp"):
            for name in asset_list(declared).asset_types:
                self._by_asset.setdefault(name, []).append(declared)

    def type_of(self, asset_type: str, body: Mapping[str, Any]) -> ResourceType | None:
        """The declaration that claims it, asked for or not."""
        return next((each for each in self._by_asset.get(asset_type, ()) if is_of_type(each, body)), None)

    def is_wanted(self, declared: ResourceType) -> bool:
        """Whether the type is asked for."""
        return declared.key in self._chosen


def asset_list(declared: ResourceType) -> AssetList:
    """How Google lists a type."""
    assert isinstance(declared.listing, AssetList)
    return declared.listing


def selected(known: Catalogue, patterns: Sequence[str]) -> tuple[ResourceType, ...]:
    """The types that ``patterns`` name, all when there is none. Raises Invalid for one that names no type."""
    chosen: dict[str, ResourceType] = {}
    declared = known.of("gcp")
    for pattern in patterns or ("*",):
        found = [each for each in declared if fnmatch.fnmatchcase(each.key, pattern)]
        if not found:
            raise Invalid(
                f"{pattern!r} is no Google Cloud resource type that CloudViz lists",
                hint="See `cloudviz types list --provider gcp`; a pattern such as gcp.compute.* works too.",
            )
        chosen.update((each.key, each) for each in found)
    return tuple(chosen[key] for key in sorted(chosen))


def region_of(location: str) -> str:
    """The region of a location as Google writes it: a region, a zone, ``US``, ``global``."""
    plain = location.rstrip("/").rsplit("/", 1)[-1].lower()
    zone = _ZONE.match(plain)
    return zone[1] if zone else plain
