"""Reading everything of a plan by part: pages of Resource Graph, then the lists that ARM keeps for each owner."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.paths import at, read_path
from cloudviz.inventory.model import CoverageStatus, RawItem, Scope
from cloudviz.sources.azure.client import ArmClient
from cloudviz.sources.azure.graph import GraphPage, pages, query_text
from cloudviz.sources.azure.listing import Found, closing_listings, listings_of
from cloudviz.sources.azure.permissions import actions_of
from cloudviz.sources.azure.plan import OTHER, Plan, TablePlan, arm_list, child_of
from cloudviz.sources.azure.quota import Quota
from cloudviz.sources.azure.refusals import GONE_CODES
from cloudviz.sources.azure.rights import Rights, rights_in
from cloudviz.sources.azure.session import Limits
from cloudviz.sources.flow import as_done, interleaved, within
from cloudviz.sources.pages import Trail, Trails, words_in
from cloudviz.sources.progress import Report
from cloudviz.sources.provider import Part
from cloudviz.sources.refusals import CallFailed, one_line

TRIAL = 8
"""Where so many lists of one type in one subscription are all denied, the rest are not asked for."""

LISTS_A_PART = 8
"""So many lists that ARM keeps for owners are one part: what a killed scan reads again of them."""

_LOCATION = at("location").as_location()
_CONTAINERS = "resourcecontainers"

Place = tuple[str, str]
"""(subscription, type key)."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What ARM lists things for: a storage account."""

    id: str
    kind: str
    region: str


@dataclass(slots=True)
class Tried:
    """How the lists of one type went in one subscription so far."""

    answered: int = 0
    denied: int = 0
    last: CallFailed | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether asking on would be denied once more."""
        return self.answered == 0 and self.denied >= TRIAL


@dataclass(slots=True)
class Sorted:
    """The rows of a page: items by place, what is laid into what, by owner and field, and what lists will be asked
    for, as (subscription, type key, id, kind, region)."""

    found: Found = field(default_factory=lambda: defaultdict(list))
    owners: list[list[str]] = field(default_factory=list)
    whole: list[tuple[Place, RawItem]] = field(default_factory=list)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    laid: defaultdict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Reading:
    """The reading of some subscriptions, at most as many as one query takes.

    Arguments:
        client, quota, limits: how to ask.
        plan: what to read.
        regions, groups: what to leave out; empty leaves out nothing.
        subscriptions: where.
        trails: what an earlier try read.
        report: told of what is done.
    """

    client: ArmClient
    quota: Quota
    limits: Limits
    plan: Plan
    regions: Sequence[str]
    groups: Sequence[str]
    subscriptions: Sequence[str]
    trails: Trails
    report: Report
    _failed: dict[Place, CallFailed] = field(default_factory=dict)
    _rights: dict[str, Rights] = field(default_factory=dict)
    _owners: defaultdict[Place, list[Owner]] = field(default_factory=lambda: defaultdict(list))

    @property
    def key(self) -> str:
        """What these subscriptions together are called in every scan of the same ones."""
        digest = blake2b(" ".join(self.subscriptions).encode(), digest_size=8).hexdigest()
        return f"{self.subscriptions[0]}+{len(self.subscriptions) - 1}/{digest}"

    @property
    def steps(self) -> int:
        """How many steps there are."""
        lists = sum(len(children) for children in self.plan.listed.values())
        return len(self.plan.tables) + bool(self.plan.joined) + lists

    async def parts(self) -> AsyncGenerator[Part, None]:
        """Everything, as it comes. Does not raise: what could not be read is in the last part."""
        last = f"{self.key}/coverage"
        if self.trails.note(last) is not None:
            return
        streams = [self._table(table) for table in self.plan.tables]
        if self.plan.joined:
            streams.append(self._together())
        streams += [self._allowed(subscription) for subscription in self.subscriptions]
        async with aclosing(interleaved(streams, min(len(streams), self.client.workers))) as parts:
            async for part in parts:
                yield part
        for owner_key, children in self.plan.listed.items():
            for declared in children:
                async with aclosing(self._lists(declared, owner_key)) as parts:
                    async for part in parts:
                        yield part
        closing = closing_listings(
            self.plan, self.regions, self.groups, self.subscriptions, self._rights, self._failed
        )
        yield Part(last, list(closing))

    async def _allowed(self, subscription: str) -> AsyncGenerator[Part, None]:
        """What may be read in a subscription."""
        key = f"{self.key}/permissions/{subscription}"
        note = self.trails.note(key)
        if note is not None:
            self._rights[subscription] = Rights(note["entries"])
            return
        rights = self._rights[subscription] = await rights_in(self.client, subscription)
        if rights.failed is None:
            yield Part(key, (), {"entries": rights.entries}, is_whole=True)

    # -- tables of Resource Graph -----------------------------------------------------------------------------

    def _query(self, table: TablePlan) -> str:
        is_home = table.table == _CONTAINERS
        return query_text(
            table.table,
            table.arm_types,
            groups=() if is_home or table.having else self.groups,
            having=table.having,
        )

    async def _pages(self, table: TablePlan, token: str = "", read: int = 0) -> AsyncIterator[GraphPage]:
        among = {"subscriptions": list(self.subscriptions)}
        asked = pages(self.client, self.quota, self._query(table), among, token, read)
        async for page in within(self.limits.listing, asked):
            yield page

    async def _table(self, table: TablePlan) -> AsyncGenerator[Part, None]:
        """The pages of a table that were not read before, each a part."""
        trail = self.trails.of(f"{self.key}/{table.table}")
        try:
            async with aclosing(self._go_on(table, trail)) as parts:
                async for part in parts:
                    yield part
        except Exception as error:
            self._broke((table,), _failure(error, self.limits.listing))
        self._learn(words_in(trail.notes, "owners"))
        self.report.step(f"Resource Graph {table.table}")

    async def _go_on(self, table: TablePlan, trail: Trail) -> AsyncGenerator[Part, None]:
        while not trail.is_done:
            read = int(trail.notes[-1]["read"]) if trail.notes else 0
            try:
                async for page in self._pages(table, trail.token, read):
                    found = Sorted()
                    self._sort(table, page.rows, found)
                    self.report.found(len(page.rows), f"Resource Graph {table.table}")
                    listings = list(listings_of(found.found, self.plan.types, self.regions))
                    owners = found.owners
                    if page.token is None:
                        self._learn(owners)
                        yield trail.broken(listings)
                        continue
                    yield trail.page(listings, page.token, read=page.read, owners=owners)
            except CallFailed as failed:
                if not trail.begins_anew(failed.http):
                    raise

    def _learn(self, owners: Iterable[Sequence[str]]) -> None:
        for subscription, key, *owner in owners:
            self._owners[(subscription, key)].append(Owner(*owner))

    async def _together(self) -> AsyncGenerator[Part, None]:
        """The tables whose rows are laid into one another: few rows, in one part."""
        key = f"{self.key}/joined"
        if self.trails.note(key) is None:
            found = Sorted()
            is_whole = True
            for table in self.plan.joined:
                try:
                    async for page in self._pages(table):
                        self._sort(table, page.rows, found)
                except Exception as error:
                    is_whole = False
                    self._broke(self.plan.joined, _failure(error, self.limits.listing))
            for (owner, into), laid in found.laid.items():
                body = found.bodies.get(owner)
                if body is not None:
                    body[into] = sorted(laid, key=lambda row: str(row.get("id")))
            for place, item in found.whole:
                unseen = self._unseen_parts(place, is_whole)
                found.found[place].append(replace(item, unseen=unseen) if unseen else item)
            self.report.found(len(found.whole), "Resource Graph zones")
            listings = list(listings_of(found.found, self.plan.types, self.regions))
            yield Part(key, listings, is_whole=is_whole)
        self.report.step("Resource Graph zones")

    def _unseen_parts(self, place: Place, is_whole: bool) -> tuple[str, ...]:
        """Which parts of a row may be missing: the query broke, or what may not be read was left out."""
        subscription, key = place
        rights = self._rights.get(subscription)
        is_open = is_whole and rights is not None and rights.failed is None
        return tuple(
            part.into
            for part in arm_list(self.plan.types[key]).parts
            if rights is None or not is_open or not all(rights.allow(f"{name}/read") for name in part.arm_types)
        )

    def _broke(self, tables: Iterable[TablePlan], failed: CallFailed) -> None:
        """Note that not all of some tables was read."""
        for table in tables:
            keys = {declared.key for declared in table.types.values()} | {key for _, key in table.parts.values()}
            # What is in a row is as unseen as the row.
            keys |= {inner.key for key in tuple(keys) for inner in self.plan.embedded.get(key, ())}
            for subscription in self.subscriptions:
                for key in (*keys, *([OTHER] if table.whole else [])):
                    self._failed.setdefault((subscription, key), failed)

    def _sort(self, table: TablePlan, rows: Sequence[dict[str, Any]], into: Sorted) -> None:
        for row in rows:
            identifier = str(row.get("id") or "")
            arm_type = str(row.get("type") or type_in(identifier)).lower()
            if arm_type in table.without:
                continue
            part = table.parts.get(arm_type)
            if part is not None:
                # …/dnszones/example.com/a/www belongs to …/dnszones/example.com.
                owner = identifier.lower().rsplit("/", 2)[0]
                kept: dict[str, Any] = {
                    name: row[name] for name in ("id", "name", "type", "properties") if name in row
                }
                into.laid[(owner, part[0])].append(kept)
                continue
            declared = table.types.get(arm_type)
            if self._is_elsewhere(table, row):
                continue
            if declared is not None:
                self._keep(table, row, arm_type, identifier, declared, into)
            elif table.whole:
                scope = _scope(subscription_of(row), _location_of(row))
                item = RawItem(scope, arm_type, _trimmed(row), where=_where(scope.account, table.table))
                into.found[(scope.account, OTHER)].append(item)

    def _is_elsewhere(self, table: TablePlan, row: dict[str, Any]) -> bool:
        """Whether a row is in a region that nobody asked for. What is in none is not, nor is a group, which may
        hold what is elsewhere. Not a matter for the query: some services write "West Europe"."""
        if not self.regions or table.table == _CONTAINERS:
            return False
        return _location_of(row) not in (*self.regions, "global", "")

    def _keep(
        self,
        table: TablePlan,
        row: dict[str, Any],
        arm_type: str,
        identifier: str,
        declared: ResourceType,
        into: Sorted,
    ) -> None:
        listing = arm_list(declared)
        name = str(row.get("name") or "").lower()
        is_group = table.table == _CONTAINERS and "/resourcegroups/" in identifier.lower()
        if name in listing.system_names or (is_group and self.groups and name not in self.groups):
            return
        scope = _scope(subscription_of(row), _location_of(row))
        where = _where(scope.account, table.table)
        if table.table != _CONTAINERS:
            _trimmed(row)
        if declared.key not in self.plan.carried:
            place = (scope.account, declared.key)
            item = RawItem(scope, arm_type, row, declared.key, where=where)
            if listing.parts:
                into.whole.append((place, item))  # its parts are laid in when all have come
            else:
                into.found[place].append(item)
        if listing.parts:
            into.bodies[identifier.lower()] = row
        for inner in self.plan.embedded.get(declared.key, ()):
            child = child_of(inner)
            native = arm_list(inner).arm_type
            for body in read_path(child.path)(row) if child is not None else ():
                if isinstance(body, dict):
                    item = RawItem(scope, native, body, inner.key, where=where)
                    into.found[(scope.account, inner.key)].append(item)
        if declared.key in self.plan.listed:
            kind = str(row.get("kind") or "").lower()
            into.owners.append([scope.account, declared.key, identifier, kind, scope.region])

    # -- lists that ARM keeps for each owner ------------------------------------------------------------------

    async def _lists(self, declared: ResourceType, owner_key: str) -> AsyncGenerator[Part, None]:
        """The lists of one type, some at a time."""
        child = child_of(declared)
        not_kinds = child.not_kinds if child is not None else ()
        tried: defaultdict[str, Tried] = defaultdict(Tried)
        batches = []
        for subscription in self.subscriptions:
            owners = sorted(self._owners[(subscription, owner_key)], key=lambda owner: owner.id)
            owners = [owner for owner in owners if owner.kind not in not_kinds]
            batches += [
                self._batch(declared, subscription, owners[start : start + LISTS_A_PART], tried[subscription])
                for start in range(0, len(owners), LISTS_A_PART)
            ]
        at_once = max(1, self.client.workers // LISTS_A_PART)
        async with aclosing(interleaved(batches, min(len(batches), at_once))) as parts:
            async for part in parts:
                yield part
        for subscription in self.subscriptions:
            # Whose owners are not all known is not all known either.
            failed = self._failed.get((subscription, owner_key)) or tried[subscription].last
            if failed is not None:
                self._failed.setdefault((subscription, declared.key), failed)
        self.report.step(declared.title)

    async def _batch(
        self, declared: ResourceType, subscription: str, owners: Sequence[Owner], tried: Tried
    ) -> AsyncGenerator[Part, None]:
        named = blake2b("\n".join(owner.id for owner in owners).encode(), digest_size=8).hexdigest()
        key = f"{self.key}/{declared.key}/{subscription}/{named}"
        if self.trails.note(key) is not None:
            return
        items: Found = defaultdict(list)
        is_whole = True
        read = as_done(
            owners,
            lambda owner: self._list(declared, subscription, owner, tried),
            min(LISTS_A_PART, self.client.workers),
        )
        async with aclosing(read) as lists:
            async for _, (found, answered) in lists:
                items[(subscription, declared.key)].extend(found)
                is_whole = is_whole and answered
        self.report.found(len(items[(subscription, declared.key)]), declared.title)
        listings = list(listings_of(items, self.plan.types, self.regions))
        yield Part(key, listings, is_whole=is_whole)

    async def _list(
        self, declared: ResourceType, subscription: str, owner: Owner, tried: Tried
    ) -> tuple[list[RawItem], bool]:
        """What one owner has, and whether that is all of it."""
        child = child_of(declared)
        listing = arm_list(declared)
        assert child is not None
        items: list[RawItem] = []
        if tried.is_hopeless:
            return items, False
        scope = _scope(subscription, owner.region)
        where = f"azure {subscription} {owner.id}"
        try:
            async with asyncio.timeout(self.limits.listing):
                async for page in self.client.pages(
                    f"{owner.id}{child.suffix}",
                    actions_of(declared)[0],
                    api_version=listing.api_version,
                    part=declared.title,
                ):
                    items.extend(
                        RawItem(scope, listing.arm_type, body, declared.key, where=where) for body in page
                    )
        except Exception as error:
            failed = _failure(error, self.limits.listing)
            if failed.http == 404 and failed.code in GONE_CODES:
                return items, True
            if failed.code == "FeatureNotSupportedForAccount":
                tried.answered += 1
                return items, True
            tried.denied += failed.status is CoverageStatus.DENIED
            tried.last = tried.last or failed
            return items, False
        tried.answered += 1
        return items, True


def _failure(error: Exception, seconds: float) -> CallFailed:
    """What an error means. One that was not foreseen is an answer of a shape nobody described: others go on."""
    if isinstance(error, CallFailed):
        return error
    if isinstance(error, TimeoutError):
        return CallFailed(CoverageStatus.TIMEOUT, f"not done within {seconds:g} s")
    return CallFailed(CoverageStatus.FAILED, one_line(f"{type(error).__name__}: {error}"))


@lru_cache(maxsize=4096)
def _scope(subscription: str, region: str) -> Scope:
    # One for all rows of a place: an estate has many rows and few places.
    return Scope("azure", subscription, region)


@lru_cache(maxsize=4096)
def _where(subscription: str, table: str) -> str:
    return f"azure {subscription} Resource Graph {table}"


def _trimmed(row: dict[str, Any]) -> dict[str, Any]:
    """The row without what Resource Graph adds and the id says already: ARM's own bodies have none of it."""
    for name in ("resourceGroup", "subscriptionId", "tenantId"):
        row.pop(name, None)
    return row


def subscription_of(row: dict[str, Any]) -> str:
    """The subscription of a row, from its column or its id; ``""`` for what is above subscriptions."""
    given = row.get("subscriptionId")
    if given:
        return str(given).lower()
    parts = str(row.get("id") or "").lower().split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""


def type_in(identifier: str) -> str:
    """The ARM type that an id names: ``microsoft.sql/servers/databases``."""
    _, providers, tail = identifier.lower().rpartition("/providers/")
    parts = tail.split("/")
    return "/".join([parts[0], *parts[1::2]]) if providers else ""


def _location_of(row: dict[str, Any]) -> str:
    return str(_LOCATION.one(row, {}) or "")
