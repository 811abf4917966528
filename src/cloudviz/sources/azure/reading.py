"""Reading everything of a plan: tables of Resource Graph, then the lists that ARM keeps for each owner."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.paths import at, read_path
from cloudviz.inventory.model import CoverageStatus, RawItem, Scope
from cloudviz.sources.azure.client import ArmClient
from cloudviz.sources.azure.graph import SUBSCRIPTIONS_AT_ONCE, query_text, rows
from cloudviz.sources.azure.permissions import actions_of
from cloudviz.sources.azure.plan import OTHER, Plan, TablePlan, arm_list, child_of
from cloudviz.sources.azure.quota import Quota
from cloudviz.sources.azure.refusals import GONE_CODES, CallFailed, one_line
from cloudviz.sources.azure.session import Limits
from cloudviz.sources.packed_items import PackedItems

TRIAL = 8
"""Where so many lists of one type in one subscription are all denied, the rest are not asked for."""

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


@dataclass
class Reading:
    """One scan's reading. ``found`` and ``failed`` hold what came of it; nothing is held twice.

    Arguments:
        client, quota, limits: how to ask.
        plan: what to read.
        regions, groups: what to leave out; empty leaves out nothing.
        step: told of each query or kind of list that is done.
    """

    client: ArmClient
    quota: Quota
    limits: Limits
    plan: Plan
    regions: Sequence[str]
    groups: Sequence[str]
    step: Callable[[int, str], None]
    found: defaultdict[Place, PackedItems] = field(default_factory=lambda: defaultdict(PackedItems))
    failed: dict[Place, CallFailed] = field(default_factory=dict)
    _owners: defaultdict[Place, list[Owner]] = field(default_factory=lambda: defaultdict(list))
    _whole: list[tuple[Place, RawItem]] = field(default_factory=list)
    _bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    _laid: defaultdict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def steps(self, subscriptions: int) -> int:
        """How many steps a scan of so many subscriptions has."""
        batches = -(-subscriptions // SUBSCRIPTIONS_AT_ONCE)
        return batches * len(self.plan.tables) + sum(len(children) for children in self.plan.listed.values())

    async def read(self, subscriptions: Sequence[str]) -> None:
        """Read everything. Does not raise: what could not be read is in ``failed``."""
        batches = [
            subscriptions[start : start + SUBSCRIPTIONS_AT_ONCE]
            for start in range(0, len(subscriptions), SUBSCRIPTIONS_AT_ONCE)
        ]
        tables = [self._table(table, batch) for batch in batches for table in self.plan.tables]
        await asyncio.gather(*tables)
        for (owner, into), laid in self._laid.items():
            body = self._bodies.get(owner)
            if body is not None:
                body[into] = sorted(laid, key=lambda row: str(row.get("id")))
        for place, item in self._whole:
            self.found[place].append(item)
        self._whole.clear()
        self._laid.clear()
        self._bodies.clear()
        for owner_key, children in self.plan.listed.items():
            for declared in children:
                await self._lists(declared, owner_key, subscriptions)

    # -- tables of Resource Graph -----------------------------------------------------------------------------

    async def _table(self, table: TablePlan, batch: Sequence[str]) -> None:
        is_home = table.table == _CONTAINERS
        query = query_text(
            table.table,
            table.arm_types,
            groups=() if is_home or table.having else self.groups,
            having=table.having,
        )
        count = 0
        failed: CallFailed | None = None
        try:
            async with asyncio.timeout(self.limits.listing):
                async for page in rows(self.client, self.quota, query, {"subscriptions": list(batch)}):
                    count += len(page)
                    self._sort(table, page)
        except TimeoutError:
            failed = CallFailed(CoverageStatus.TIMEOUT, f"not done within {self.limits.listing:g} s")
        except CallFailed as error:
            failed = error
        except Exception as error:
            # Not foreseen: an answer of a shape nobody described. The other tables go on.
            failed = CallFailed(CoverageStatus.FAILED, one_line(f"{type(error).__name__}: {error}"))
        if failed is not None:
            keys = {declared.key for declared in table.types.values()} | {key for _, key in table.parts.values()}
            # What is in a row is as unseen as the row.
            keys |= {inner.key for key in tuple(keys) for inner in self.plan.embedded.get(key, ())}
            for subscription in batch:
                for key in (*keys, *([OTHER] if table.whole else [])):
                    self.failed.setdefault((subscription, key), failed)
        self.step(count, f"Resource Graph {table.table}")

    def _sort(self, table: TablePlan, page: Sequence[dict[str, Any]]) -> None:
        for row in page:
            identifier = str(row.get("id") or "")
            arm_type = str(row.get("type") or type_in(identifier)).lower()
            part = table.parts.get(arm_type)
            if part is not None:
                # …/dnszones/example.com/a/www belongs to …/dnszones/example.com.
                owner = identifier.lower().rsplit("/", 2)[0]
                kept: dict[str, Any] = {
                    name: row[name] for name in ("id", "name", "type", "properties") if name in row
                }
                self._laid[(owner, part[0])].append(kept)
                continue
            declared = table.types.get(arm_type)
            if self._is_elsewhere(table, row):
                continue
            if declared is not None:
                self._keep(table, row, arm_type, identifier, declared)
            elif table.whole:
                scope = _scope(subscription_of(row), _location_of(row))
                item = RawItem(scope, arm_type, _trimmed(row), where=_where(scope.account, table.table))
                self.found[(scope.account, OTHER)].append(item)

    def _is_elsewhere(self, table: TablePlan, row: dict[str, Any]) -> bool:
        """Whether a row is in a region that nobody asked for. What is in none is not, nor is a group, which may
        hold what is elsewhere. Not a matter for the query: some services write "West Europe"."""
        if not self.regions or table.table == _CONTAINERS:
            return False
        return _location_of(row) not in (*self.regions, "global", "")

    def _keep(
        self, table: TablePlan, row: dict[str, Any], arm_type: str, identifier: str, declared: ResourceType
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
                self._whole.append((place, item))  # its parts are laid in when all have come
            else:
                self.found[place].append(item)
        if listing.parts:
            self._bodies[identifier.lower()] = row
        for inner in self.plan.embedded.get(declared.key, ()):
            child = child_of(inner)
            native = arm_list(inner).arm_type
            for body in read_path(child.path)(row) if child is not None else ():
                if isinstance(body, dict):
                    item = RawItem(scope, native, body, inner.key, where=where)
                    self.found[(scope.account, inner.key)].append(item)
        if declared.key in self.plan.listed:
            owner = Owner(identifier, str(row.get("kind") or "").lower(), scope.region)
            self._owners[(scope.account, declared.key)].append(owner)

    # -- lists that ARM keeps for each owner ------------------------------------------------------------------

    async def _lists(self, declared: ResourceType, owner_key: str, subscriptions: Sequence[str]) -> None:
        child = child_of(declared)
        tried: defaultdict[str, Tried] = defaultdict(Tried)
        before = sum(len(self.found[(each, declared.key)]) for each in subscriptions)

        def jobs() -> Iterator[tuple[str, Owner]]:
            for subscription in subscriptions:
                for owner in self._owners[(subscription, owner_key)]:
                    if child is not None and owner.kind not in child.not_kinds:
                        yield subscription, owner

        waiting = jobs()

        async def work() -> None:
            for subscription, owner in waiting:
                if not tried[subscription].is_hopeless:
                    await self._list(declared, subscription, owner, tried[subscription])

        try:
            async with asyncio.timeout(self.limits.listing):
                await asyncio.gather(*(work() for _ in range(self.client.workers)))
        except TimeoutError:
            late = CallFailed(CoverageStatus.TIMEOUT, f"not done within {self.limits.listing:g} s")
            for subscription in subscriptions:
                self.failed.setdefault((subscription, declared.key), late)
        for subscription in subscriptions:
            unseen = self.failed.get((subscription, owner_key))
            if unseen is not None:
                # Whose owners are not all known is not all known either.
                self.failed.setdefault((subscription, declared.key), unseen)
            elif tried[subscription].last is not None:
                self.failed.setdefault((subscription, declared.key), tried[subscription].last)  # type: ignore[arg-type]
        count = sum(len(self.found[(each, declared.key)]) for each in subscriptions) - before
        self.step(count, declared.title)

    async def _list(self, declared: ResourceType, subscription: str, owner: Owner, tried: Tried) -> None:
        child = child_of(declared)
        listing = arm_list(declared)
        assert child is not None
        scope = _scope(subscription, owner.region)
        items: list[RawItem] = []
        where = f"azure {subscription} {owner.id}"
        try:
            pages = self.client.pages(
                f"{owner.id}{child.suffix}",
                actions_of(declared)[0],
                api_version=listing.api_version,
                part=declared.title,
            )
            async for page in pages:
                items.extend(RawItem(scope, listing.arm_type, body, declared.key, where=where) for body in page)
        except CallFailed as failed:
            if failed.http == 404 and failed.code in GONE_CODES:
                return
            if failed.code == "FeatureNotSupportedForAccount":
                tried.answered += 1
                return
            if failed.status is CoverageStatus.DENIED:
                tried.denied += 1
            if tried.last is None:
                tried.last = failed
        except Exception as error:
            # Not foreseen: an answer of a shape nobody described. The other lists go on.
            tried.last = CallFailed(CoverageStatus.FAILED, one_line(f"{type(error).__name__}: {error}"))
        else:
            tried.answered += 1
        self.found[(subscription, declared.key)].extend(items)


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
