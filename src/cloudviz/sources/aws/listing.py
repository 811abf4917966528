"""One unit of a scan: list, tell types apart, lay details in, and say what was seen and what was not."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import orjson

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
from cloudviz.sources.flow import within
from cloudviz.sources.packed_items import PackedItems
from cloudviz.sources.pages import Trail, words_in
from cloudviz.sources.provider import Listing, Note, NotSeen, Part, Seen

OTHER = "aws.other"
"""The type under which items are reported that a list holds and no declaration claims."""


OWNERS = 16
"""Of how many owners at once the things they own are listed: the calls of one list that run at a time."""


_OLD_TOKEN = re.compile(r"token|marker|pagina|invalid|validation|expired", re.IGNORECASE)
"""Error codes that a token from an earlier try may be refused with."""


async def look(
    unit: Unit,
    caller: Caller,
    tags: Tags,
    account: Account,
    regions: Sequence[str],
    only_regions: bool,
    seconds: float,
    trail: Trail,
) -> AsyncGenerator[Part, None]:
    """Everything one list has to say, as one listing per region and type. Does not raise.

    A page that another one follows is a part of its own, which notes where that is. What comes last is one listing
    for each place, and says of all items whether they were seen. From the first item on that lacks something, or
    that is of no known type, pages are pieces of that last part: whoever tries again is to read it again.

    Arguments:
        regions: the regions of the scan; a type whose items say where they are, such as S3 buckets, gets a
            listing for each of them.
        only_regions: leave out items in other regions than these.
        seconds: how long it may take with all pages and details.
        trail: the pages of it that were read before; its name is that of the last part.
    """
    while True:
        said = _Said(unit, account, regions, trail.notes)
        found: list[Found] = []
        broken: CallFailed | None = None
        read = _read(unit, caller, tags, account, regions if only_regions else (), found, trail.token)
        is_noting, done = True, 0
        try:
            async with aclosing(read), aclosing(within(seconds, read)) as pages:
                async for token in pages:
                    is_noting = is_noting and said.is_plain(found)
                    if is_noting:
                        if token:
                            ready, found[:] = found[:], []
                            listings = said.so_far(ready)
                            del ready
                            yield trail.page(listings, token, counts=_counts(listings))
                            del listings
                        continue
                    if done:
                        ready, found[:done] = found[:done], []
                        yield Part(trail.name, said.so_far(ready), goes_on=True)
                        del ready
                    done = len(found)
        except TimeoutError:
            broken = CallFailed(CoverageStatus.TIMEOUT, f"not done within {seconds:g} s")
        except CallFailed as failed:
            broken = failed
            if _OLD_TOKEN.search(failed.code) and trail.begins_anew(400):
                continue
        except Exception as error:
            # Not foreseen: a reply of a shape no model describes. The other listings go on.
            broken = failure(error, unit.permission)
        yield Part(trail.name, said.at_last(found, broken), replaces=trail.outdated())
        return


def _counts(listings: Sequence[Listing]) -> list[tuple[str, str, int]]:
    return [(each.type_key, each.scope.region, len(each.items)) for each in listings]


async def _read(
    unit: Unit,
    caller: Caller,
    tags: Tags,
    account: Account,
    wanted: Sequence[str],
    found: list[Found],
    token: str,
) -> AsyncGenerator[str, None]:
    """Add the items of page after page, and say when they are done with their details.

    What it says is the token of the next page, at the end of one that another follows; else an empty text.
    """
    region = unit.region if unit.region not in ("", NO_REGION) else _home(account)
    details = Details(caller, unit.call.service, region, tags)
    told_apart = any(each.only is not None for each in unit.types)
    async with aclosing(_bodies(unit, caller, region, token)) as pages:
        async for bodies, following in pages:
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
            del bodies, items
            yield following


def _home(account: Account) -> str:
    """Where what is in no region is asked for."""
    return GLOBAL_REGIONS.get(account.partition, "us-east-1")


async def _bodies(
    unit: Unit, caller: Caller, region: str, token: str
) -> AsyncGenerator[tuple[list[dict[str, Any]], str], None]:
    """The items of the list, page by page; of a list by owners, those of all owners of a page.

    Each with the token of the next page, where it is the end of one that another follows.
    """
    call = unit.call
    read = read_path(call.result)
    after: Mapping[str, Any] = orjson.loads(token) if token else {}
    asked = caller.pages_after(after, call.service, region, call.operation, call.arguments, unit.permission)
    async with aclosing(asked) as pages:
        async for page, following in pages:
            values, next_token = read(page), _token(following)
            if call.each is None:
                yield [_body(unit, value) for value in values], next_token
                continue
            for start in range(0, len(values), OWNERS):
                owners = values[start : start + OWNERS]
                owned = await asyncio.gather(*(_owned(unit, call.each, caller, region, owner) for owner in owners))
                is_end = start + OWNERS >= len(values)
                yield [body for bodies in owned for body in bodies], next_token if is_end else ""


def _token(following: Mapping[str, Any] | None) -> str:
    """The arguments that ask for the next page as a text; empty where there is none, or they are no JSON."""
    try:
        return orjson.dumps(following).decode() if following else ""
    except TypeError:
        return ""


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


class _Said:
    """What a list says of each of its places: how many items there are, and which of them are incomplete."""

    def __init__(self, unit: Unit, account: Account, regions: Sequence[str], notes: Sequence[Note]) -> None:
        self._unit = unit
        self._account = account
        self._regions = regions
        self._counts: Counter[tuple[str, str]] = Counter()
        self._failing: list[Found] = []
        self._strangers: list[Found] = []
        for key, place, count in words_in(notes, "counts"):
            self._counts[key, place] += count

    def is_plain(self, found: Sequence[Found]) -> bool:
        """Whether these items are whole and of known types, so that nothing is to be said of them at the end."""
        return all(item.gone or (item.declared is not None and not item.failures) for item in found)

    def so_far(self, found: Sequence[Found]) -> list[Listing]:
        """The items of pages that are done: all that could be read of them was."""
        places = self._take(found)
        by_key = {each.key: each for each in self._unit.types}
        made: list[Listing] = []
        for (key, place), items in sorted(places.items()):
            scope = Scope("aws", self._account.id, place, self._account.partition)
            made.append(Seen(scope, key, PackedItems(self._raw(by_key[key], scope, items))))
        return made

    def at_last(self, found: Sequence[Found], broken: CallFailed | None) -> list[Listing]:
        """The other items, and what is to be said of all of them.

        Arguments:
            found: the items of the last page that was done, and of one that broke.
        """
        if broken is not None:
            # Which details had been laid in when it broke nobody noted; those that had are there.
            for item in found:
                item.unseen.update(
                    detail.into or ANY_MEMBER for detail, _ in self._unit.details if detail.into not in item.body
                )
        unit, here = self._unit, self._take(found)
        lost = [item for item in self._failing if item.declared is None]
        listings: list[Listing] = []
        for declared in unit.types:
            places: list[str] = [unit.region]
            mine = [place for key, place in self._counts if key == declared.key]
            if declared.region is not None and declared.listing.is_global and not unit.region:
                places = sorted({*self._regions, *mine})
            # An item that could be in any region leaves none of them wholly seen, and one that could be of any
            # type leaves none of those.
            failing = [item for item in self._failing if item.declared is declared]
            homeless = [item for item in failing if not item.region] if places != [""] else []
            homeless += lost
            for place in places:
                short = [*(item for item in failing if item.region == place), *homeless]
                count = self._counts[declared.key, place] + len(homeless)
                items = here.get((declared.key, place), ())
                listings.append(self._listing(declared, place, items, short, count, broken))
        if self._strangers and unit.whole and broken is None:
            listings.append(_unknown(unit, self._account, self._strangers))
        return listings

    def _take(self, found: Sequence[Found]) -> dict[tuple[str, str], list[Found]]:
        """Count items, and give them by type and place."""
        places: dict[tuple[str, str], list[Found]] = {}
        for item in found:
            if item.gone:
                continue
            if item.failures:
                self._failing.append(item if item.declared is None else _without_body(item))
            elif item.declared is None:
                self._strangers.append(item)
            if item.declared is not None:
                places.setdefault((item.declared.key, item.region), []).append(item)
        self._counts.update({place: len(items) for place, items in places.items()})
        return places

    def _raw(self, declared: ResourceType, scope: Scope, items: Iterable[Found]) -> Iterator[RawItem]:
        native, where = catalogue().native_name(declared), _where(self._unit, scope)
        for item in items:
            unseen = tuple(sorted(item.unseen))
            yield RawItem(scope, native, item.body, declared.key, where=where, unseen=unseen)

    def _listing(
        self,
        declared: ResourceType,
        place: str,
        items: Sequence[Found],
        short: Sequence[Found],
        count: int,
        broken: CallFailed | None,
    ) -> Listing:
        scope = Scope("aws", self._account.id, place, self._account.partition)
        raw = list(self._raw(declared, scope, items))
        if broken is not None:
            return NotSeen(scope, declared.key, broken.status, broken.permission, broken.detail, raw)
        failures = [each for item in short for each in item.failures]
        if not failures:
            return Seen(scope, declared.key, raw)
        worst = min(failures, key=lambda each: _GRAVITY.index(each.status))
        detail = f"{len(short)} of {count} are incomplete: {worst.detail}"
        return NotSeen(scope, declared.key, worst.status, worst.permission, detail, raw)


def _without_body(item: Found) -> Found:
    """What is still asked of an item whose page is done."""
    return Found({}, item.declared, item.region, failures=item.failures)


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
