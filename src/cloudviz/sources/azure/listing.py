"""What was seen and what was not: one listing per subscription, place and type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cloudviz.catalogue.declare import ResourceType
from cloudviz.inventory.model import CoverageStatus, RawItem, Scope
from cloudviz.sources.azure.permissions import actions_of
from cloudviz.sources.azure.plan import OTHER, arm_list
from cloudviz.sources.azure.reading import Reading
from cloudviz.sources.azure.refusals import CallFailed
from cloudviz.sources.azure.rights import Rights
from cloudviz.sources.packed_items import PackedItems
from cloudviz.sources.provider import Listing, NotSeen, Seen

_LEFT_OUT = "Resource Graph leaves out what may not be read"


def listings(reading: Reading, subscriptions: Sequence[str], rights: Mapping[str, Rights]) -> Iterator[Listing]:
    """Every listing of a scan. What was read is handed on and not kept here."""
    for subscription in subscriptions:
        for key, declared in reading.plan.types.items():
            if key == "azure.support.management_group":
                continue
            items = reading.found.pop((subscription, key), PackedItems())
            failed = reading.failed.get((subscription, key)) or _unreadable(declared, rights[subscription])
            if failed is None and reading.groups:
                # A part of the subscription says nothing of the rest of it.
                failed = CallFailed(
                    CoverageStatus.SKIPPED, f"only resource groups {', '.join(reading.groups)} were looked into"
                )
            yield from _by_place(reading.regions, subscription, declared, items, failed)
        strangers = reading.found.pop((subscription, OTHER), PackedItems())
        broken = reading.failed.get((subscription, OTHER))
        if strangers or broken is not None:
            yield _unknown(subscription, strangers, broken)
    for (subscription, key), items in sorted(reading.found.items()):
        # Management groups are above subscriptions, and only those that may be read are told of.
        if items:
            detail = "Resource Graph tells only of those that may be read"
            yield NotSeen(Scope("azure", subscription), key, CoverageStatus.SKIPPED, None, detail, items)
    reading.found.clear()


def unentered(subscription: str, failed: CallFailed, types: Mapping[str, ResourceType]) -> Iterator[Listing]:
    """The listings of a subscription that can't be looked into."""
    for key in types:
        yield NotSeen(Scope("azure", subscription), key, failed.status, failed.permission, failed.detail)


def _unreadable(declared: ResourceType, rights: Rights) -> CallFailed | None:
    """Why a listing without an error may still not be whole."""
    if rights.failed is not None:
        detail = f"{_LEFT_OUT}, and what may be read is not known: {rights.failed.detail}"
        return CallFailed(rights.failed.status, detail, rights.failed.permission)
    for action in actions_of(declared):
        if not rights.allow(action):
            return CallFailed(CoverageStatus.DENIED, _LEFT_OUT, action)
    return None


def _by_place(
    regions: Sequence[str],
    subscription: str,
    declared: ResourceType,
    items: PackedItems,
    failed: CallFailed | None,
) -> Iterator[Listing]:
    listing = arm_list(declared)
    if not regions or listing.is_global or listing.table == "resourcecontainers":
        yield _listing(Scope("azure", subscription), declared.key, items, failed)
        return
    for region in regions:
        here = Scope("azure", subscription, region)
        yield _listing(here, declared.key, items.placed(here.__eq__), failed)
    nowhere = items.placed(lambda scope: scope.region not in regions)
    if nowhere:
        detail = "in no region, and found in a scan of some regions"
        scope = Scope("azure", subscription, "global")
        yield NotSeen(scope, declared.key, CoverageStatus.SKIPPED, None, detail, nowhere)


def _listing(scope: Scope, key: str, items: Sequence[RawItem], failed: CallFailed | None) -> Listing:
    if failed is None:
        return Seen(scope, key, items)
    return NotSeen(scope, key, failed.status, failed.permission, failed.detail, items)


def _unknown(subscription: str, items: Sequence[RawItem], broken: CallFailed | None) -> NotSeen:
    """Rows that no declaration claims: kept, and never a reason to call others gone."""
    scope = Scope("azure", subscription)
    if broken is not None:
        return NotSeen(scope, OTHER, broken.status, broken.permission, broken.detail, items)
    detail = "of no type that CloudViz knows"
    return NotSeen(scope, OTHER, CoverageStatus.SKIPPED, None, detail, items)
