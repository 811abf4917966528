"""The three looks at the demo estate, and what each of them saw."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.catalogue.registry import Catalogue, catalogue
from cloudviz.inventory.model import Coverage, CoverageStatus, RawItem
from cloudviz.sources.demo.aws import build_aws
from cloudviz.sources.demo.aws_place import ACCOUNT
from cloudviz.sources.demo.azure import SUBSCRIPTION, build_azure
from cloudviz.sources.demo.estate import DemoSnapshot, Estate, Plan
from cloudviz.sources.demo.gcp import PROJECT, build_gcp

AWS_REGIONS = ("us-east-1", "eu-west-1")

PLANS = (
    Plan(1, "Before the sale", "2026-11-10T06:00:00Z", 6, "db.r6g.large", "platform", "Standard_D2s_v5", 7),
    Plan(2, "Scaled up", "2026-11-17T06:00:00Z", 8, "db.r6g.xlarge", "team-web", "Standard_D2s_v5", 8),
    Plan(3, "The sale", "2026-11-24T06:00:00Z", 8, "db.r6g.xlarge", "team-web", "Standard_D4s_v5", 8),
)
"""What differs: machines for each zone, the size of the order database, an owner, Azure's size, GCP's workers."""

DENIED = ("us-east-1", "aws.dynamodb.table", "dynamodb:ListTables")
"""Region, type and missing permission of the second look. Its tables are not in that scan, and yet not gone."""

DENIED_AT = 2


@lru_cache(maxsize=1)
def _all() -> tuple[DemoSnapshot, ...]:
    return tuple(_snapshot(plan) for plan in PLANS)


def snapshots() -> list[DemoSnapshot]:
    """The demo's three looks, oldest first. Built once a process, the same bytes every time."""
    return list(_all())


def _snapshot(plan: Plan) -> DemoSnapshot:
    estate = Estate(plan)
    build_aws(estate)
    build_azure(estate)
    build_gcp(estate)
    items = [item for item in estate.items if not _is_denied(plan, item)]
    return DemoSnapshot(plan.name, plan.taken_at, items, _coverage(plan, items), dict(estate.costs))


def _is_denied(plan: Plan, item: RawItem) -> bool:
    region, type_key, _ = DENIED
    return plan.moment == DENIED_AT and item.scope.region == region and item.type_key == type_key


def _coverage(plan: Plan, items: list[RawItem]) -> list[Coverage]:
    """One entry for each (account, region, type) that a full scan looks at, those without items included."""
    known = catalogue()
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for item in items:
        declared = known.get(item.type_key or "")
        counts[_place(declared, item)] += 1
    for declared in known.types.values():
        for place in _places(known, declared):
            counts.setdefault(place, 0)
    entries = [
        Coverage(provider, account, region, type_key, CoverageStatus.SEEN, count)
        for (provider, account, region, type_key), count in counts.items()
    ]
    if plan.moment == DENIED_AT:
        entries = [_denied(entry) if (entry.region, entry.type) == DENIED[:2] else entry for entry in entries]
    return sorted(entries, key=lambda entry: (entry.provider, entry.account, entry.region, entry.type))


def _place(declared: ResourceType | None, item: RawItem) -> tuple[str, str, str, str]:
    scope = item.scope
    region = scope.region if scope.provider == "aws" else ""
    return scope.provider, scope.account, region, declared.key if declared else f"{scope.provider}.other"


def _places(known: Catalogue, declared: ResourceType) -> list[tuple[str, str, str, str]]:
    """Where a scan looks for a type: in each region of AWS, once for the subscription or project elsewhere."""
    listing = declared.listing
    if isinstance(listing, AwsCall):
        regions = ("",) if listing.is_global else AWS_REGIONS
        return [("aws", ACCOUNT, region, declared.key) for region in regions]
    account = SUBSCRIPTION if declared.provider == "azure" else PROJECT
    return [(declared.provider, account, "", declared.key)]


def _denied(entry: Coverage) -> Coverage:
    permission = DENIED[2]
    return Coverage(
        entry.provider,
        entry.account,
        entry.region,
        entry.type,
        CoverageStatus.DENIED,
        0,
        permission,
        f"AccessDeniedException: User is not authorized to perform: {permission}",
    )
