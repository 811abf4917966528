"""What was seen and what was not: one listing per subscription, place and type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from cloudviz.catalogue.declare import ResourceType
from cloudviz.inventory.model import CoverageStatus, RawItem, Scope
from cloudviz.sources.azure.permissions import actions_of
from cloudviz.sources.azure.plan import ABOVE, OTHER, Plan, arm_list
from cloudviz.sources.azure.rights import Rights
from cloudviz.sources.provider import Listing, NotSeen, Seen
from cloudviz.sources.refusals import CallFailed

_LEFT_OUT = "Resource Graph leaves out what may not be read"


Found = defaultdict[tuple[str, str], list[RawItem]]
"""Items by (subscription, type key)."""


def listings_of(
    found: Mapping[tuple[str, str], Sequence[RawItem]], types: Mapping[str, ResourceType], regions: Sequence[str]
) -> Iterator[Listing]:
    """What a page holds. That more may follow is said by who reads the next page, or can't."""
    for (subscription, key), items in sorted(found.items()):
        if not items:
            continue
        if key == OTHER:
            yield _unknown(subscription, items, None)
        elif key == ABOVE:
            # Management groups are above subscriptions, and only those that may be read are told of.
            detail = "Resource Graph tells only of those that may be read"
            yield NotSeen(Scope("azure", subscription), key, CoverageStatus.SKIPPED, None, detail, items)
        else:
            for listing in _by_place(regions, subscription, types[key], items, None):
                if listing.items:
                    yield listing


def closing_listings(
    plan: Plan,
    regions: Sequence[str],
    groups: Sequence[str],
    subscriptions: Sequence[str],
    rights: Mapping[str, Rights],
    failures: Mapping[tuple[str, str], CallFailed],
) -> Iterator[Listing]:
    """What is to be said of every subscription and type when all was read, without items."""
    for subscription in subscriptions:
        for key, declared in plan.types.items():
            if key == ABOVE:
                continue
            failed = failures.get((subscription, key)) or _unreadable(declared, rights[subscription])
            if failed is None and groups:
                # A part of the subscription says nothing of the rest of it.
                failed = CallFailed(
                    CoverageStatus.SKIPPED, f"only resource groups {', '.join(groups)} were looked into"
                )
            yield from _by_place(regions, subscription, declared, (), failed)
        broken = failures.get((subscription, OTHER))
        if broken is not None:
            yield _unknown(subscription, (), broken)


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
    items: Sequence[RawItem],
    failed: CallFailed | None,
) -> Iterator[Listing]:
    listing = arm_list(declared)
    if not regions or listing.is_global or listing.table == "resourcecontainers":
        yield _listing(Scope("azure", subscription), declared.key, items, failed)
        return
    for region in regions:
        here = Scope("azure", subscription, region)
        yield _listing(here, declared.key, [item for item in items if item.scope == here], failed)
    nowhere = [item for item in items if item.scope.region not in regions]
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
