"""One unit of a scan: list, tell types apart, lay details in, and say what was seen and what was not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from cloudviz.catalogue.declare import AwsDetail, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import ANY_MEMBER, CoverageStatus, RawItem, Scope
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.details import AFTER, Details, Found
from cloudviz.sources.aws.model import action
from cloudviz.sources.aws.plan import NO_REGION, Unit
from cloudviz.sources.aws.refusals import GONE_CODES, CallFailed, failure
from cloudviz.sources.aws.session import GLOBAL_REGIONS, Account
from cloudviz.sources.aws.tags import Tags
from cloudviz.sources.provider import Listing, NotSeen, Seen

OTHER = "aws.other"
"""The type under which items are reported that a list holds and no declaration claims."""


OWNERS = 16
"""Of how many owners at once the things they own are listed: the calls of one list that run at a time."""


async def look(
    unit: Unit,
    caller: Caller,
    tags: Tags,
    account: Account,
    regions: Sequence[str],
    only_regions: bool,
    seconds: float,
) -> list[Listing]:
    """Everything one list has to say, as one listing per region and type. Does not raise.

    Arguments:
        regions: the regions of the scan; a type whose items say where they are, such as S3 buckets, gets a
            listing for each of them.
        only_regions: leave out items in other regions than these.
        seconds: how long it may take with all pages and details.
    """
    found: list[Found] = []
    broken: CallFailed | None = None
    try:
        async with asyncio.timeout(seconds):
            await _read(unit, caller, tags, account, regions if only_regions else (), found)
    except TimeoutError:
        broken = CallFailed(CoverageStatus.TIMEOUT, f"not done within {seconds:g} s")
    except CallFailed as failed:
        broken = failed
    except Exception as error:
        # Not foreseen: a reply of a shape no model describes. The other listings go on.
        broken = failure(error, unit.permission)
    return _listings(unit, account, regions, found, broken)


async def _read(
    unit: Unit, caller: Caller, tags: Tags, account: Account, wanted: Sequence[str], found: list[Found]
) -> None:
    region = unit.region if unit.region not in ("", NO_REGION) else _home(account)
    details = Details(caller, unit.call.service, region, tags)
    told_apart = any(each.only is not None for each in unit.types)
    async for bodies in _bodies(unit, caller, region):
        items = [Found(body, None, unit.region) for body in bodies]
        # Kept before their details are there: what breaks later must not lose what was listed.
        found.extend(items)
        for overlay, _ in unit.details:
            if not overlay.into:
                await details.lay(overlay, items)
        for item in items:
            if not (told_apart and item.failures):
                item.declared = next((each for each in unit.types if is_of_type(each, item.body)), None)
        items = _placed(items, wanted)
        for detail, keys in unit.details:
            if detail.into:
                mine = [item for item in items if item.declared is not None and item.declared.key in keys]
                await details.lay(detail, mine)
                items = _placed(items, wanted)


def _home(account: Account) -> str:
    """Where what is in no region is asked for."""
    return GLOBAL_REGIONS.get(account.partition, "us-east-1")


async def _bodies(unit: Unit, caller: Caller, region: str) -> AsyncIterator[list[dict[str, Any]]]:
    """The items of the list, page by page; of a list by owners, those of all owners of a page."""
    call = unit.call
    read = read_path(call.result)
    async for page in caller.pages(call.service, region, call.operation, call.arguments, unit.permission):
        values = read(page)
        if call.each is None:
            yield [_body(unit, value) for value in values]
            continue
        for start in range(0, len(values), OWNERS):
            owned = await asyncio.gather(
                *(_owned(unit, call.each, caller, region, owner) for owner in values[start : start + OWNERS])
            )
            yield [body for bodies in owned for body in bodies]


async def _owned(unit: Unit, each: AwsDetail, caller: Caller, region: str, owner: Any) -> list[dict[str, Any]]:
    """What one owner has; nothing where it was deleted in the meantime."""
    service = unit.call.service
    body = owner if isinstance(owner, Mapping) else {"@item": owner}
    arguments = {name: read_path(path)(body)[0] for name, path in each.arguments.items()}
    parent = next(iter(arguments.values()))
    permission = each.permission or action(service, each.operation)
    read = read_path(each.result)
    found: list[dict[str, Any]] = []
    try:
        async for page in caller.pages(service, region, each.operation, arguments, permission):
            found.extend({**_body(unit, value), "@parent": parent} for value in read(page))
    except CallFailed as failed:
        if failed.code not in GONE_CODES:
            raise
    return found


def _body(unit: Unit, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        body = dict(value)
        tidy = AFTER.get((unit.call.service, unit.call.operation))
        if tidy is not None:
            tidy(body)
        return body
    body = {"@item": value}
    if unit.call.item_key:
        body[unit.call.item_key] = str(value).rstrip("/").rsplit("/", 1)[-1] if "://" in str(value) else value
    return body


def _placed(items: Iterable[Found], wanted: Sequence[str]) -> list[Found]:
    """Read where each item is, and mark those that nobody asked for as gone from this scan."""
    kept: list[Found] = []
    for item in items:
        declared = item.declared
        if declared is not None and declared.region is not None and declared.listing.is_global:
            item.region = str(declared.region.one(item.body, {}) or item.region)
            if wanted and item.region and item.region not in wanted:
                item.gone = True
        if not item.gone:
            kept.append(item)
    return kept


def _listings(
    unit: Unit, account: Account, regions: Sequence[str], found: Sequence[Found], broken: CallFailed | None
) -> list[Listing]:
    here = [item for item in found if not item.gone]
    if broken is not None:
        # Which details had been laid in when it broke nobody noted; those that had are there.
        for item in here:
            item.unseen.update(
                detail.into or ANY_MEMBER for detail, _ in unit.details if detail.into not in item.body
            )
    listings: list[Listing] = []
    for declared in unit.types:
        mine = [item for item in here if item.declared is declared]
        places: list[str] = [unit.region]
        if declared.region is not None and declared.listing.is_global and not unit.region:
            places = sorted({*regions, *(item.region for item in mine)})
        # An item that could be in any region leaves none of them wholly seen, and one that could be of any type
        # leaves none of those.
        homeless = [item for item in mine if not item.region and item.failures] if places != [""] else []
        homeless += [item for item in here if item.declared is None and item.failures]
        for place in places:
            items = [item for item in mine if item.region == place]
            listings.append(_listing(unit, account, declared, place, items, [*items, *homeless], broken))
    strangers = [item for item in here if item.declared is None and not item.failures]
    if strangers and unit.whole and broken is None:
        listings.append(_unknown(unit, account, strangers))
    return listings


def _listing(
    unit: Unit,
    account: Account,
    declared: ResourceType,
    place: str,
    items: Sequence[Found],
    judged: Sequence[Found],
    broken: CallFailed | None,
) -> Listing:
    scope = Scope("aws", account.id, place, account.partition)
    native = catalogue().native_name(declared)
    where = _where(unit, scope)
    raw = [
        RawItem(scope, native, item.body, declared.key, where=where, unseen=tuple(sorted(item.unseen)))
        for item in items
    ]
    if broken is not None:
        return NotSeen(scope, declared.key, broken.status, broken.permission, broken.detail, raw)
    failures = [each for item in judged for each in item.failures]
    if not failures:
        return Seen(scope, declared.key, raw)
    worst = min(failures, key=lambda each: _GRAVITY.index(each.status))
    short = sum(1 for item in judged if item.failures)
    detail = f"{short} of {len(judged)} are incomplete: {worst.detail}"
    return NotSeen(scope, declared.key, worst.status, worst.permission, detail, raw)


_GRAVITY = (
    CoverageStatus.DENIED,
    CoverageStatus.THROTTLED,
    CoverageStatus.TIMEOUT,
    CoverageStatus.FAILED,
    CoverageStatus.SKIPPED,
    CoverageStatus.UNSUPPORTED,
    CoverageStatus.SEEN,
)
"""Which failure is named first: the one somebody can do something about."""


def _unknown(unit: Unit, account: Account, items: Sequence[Found]) -> NotSeen:
    """Items of a shared list that no declaration claims: kept, and never a reason to call others gone."""
    scope = Scope("aws", account.id, unit.region, account.partition)
    native = unit.types[0].known_as.cloudformation or unit.types[0].known_as.config
    raw = [RawItem(scope, native, item.body, where=_where(unit, scope)) for item in items]
    detail = f"listed by {unit.call.service}:{unit.call.operation}, of no type that CloudViz knows"
    return NotSeen(scope, OTHER, CoverageStatus.SKIPPED, None, detail, raw)


def _where(unit: Unit, scope: Scope) -> str:
    place = "/".join(part for part in (scope.account, scope.region) if part)
    return f"aws {place} {unit.call.service}:{unit.call.operation}"
