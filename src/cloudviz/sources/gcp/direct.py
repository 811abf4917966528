"""Listing through the services' own APIs, where Cloud Asset Inventory is switched off or lacks a type."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.gcp.names import ASSET, NUMBER, PARENT
from cloudviz.catalogue.paths import read_path
from cloudviz.inventory.model import CoverageStatus, RawItem, Scope
from cloudviz.sources.gcp.assets import PROJECT_ASSET
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.gcp.groups import lay_in, unmanaged
from cloudviz.sources.gcp.methods import METHODS, Method, detail_permission, lists_before, permission_of
from cloudviz.sources.gcp.plan import GLOBAL, OTHER, Plan, Sorter, asset_list, region_of
from cloudviz.sources.gcp.refusals import is_switched_off
from cloudviz.sources.provider import Listing, NotSeen, Seen
from cloudviz.sources.refusals import CallFailed, one_line

Body = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_LOCATION = re.compile(r"(?:^|/)(?:locations|zones|regions)/([a-z0-9-]+)(?:/|$)")
_INCOMPLETE = ("unreachable", "unreachables", "missingZones", "failedLocations", "failedLocation")
"""Members of a reply that name places which gave no answer: what is there was not seen."""


class Direct:
    """The direct lists of one project. A list that several types or other lists need is read once."""

    def __init__(self, client: Client, project: str, number: str, plan: Plan, sorter: Sorter) -> None:
        self._client = client
        self._project = project
        self._number = number
        self._plan = plan
        self._sorter = sorter
        self._lists: dict[str, asyncio.Task[list[Body]]] = {}
        self._partly: dict[str, CallFailed] = {}

    def close(self) -> None:
        """End what is still under way."""
        for task in self._lists.values():
            task.cancel()

    async def listing(self, declared: ResourceType, seconds: float) -> list[Listing]:
        """Everything of one type in the project. Does not raise."""
        listing = asset_list(declared)
        found: list[RawItem] = []
        failures: list[CallFailed] = []
        methods = {listing.asset_type: listing.direct, **listing.also}
        for asset_type, name in methods.items():
            if not name:
                continue  # another method of this type lists these too
            try:
                async with asyncio.timeout(seconds):
                    bodies = await self._read(name)
                found.extend(self._items(declared, asset_type, METHODS[name], bodies))
                if name in self._partly:
                    failures.append(self._partly[name])
            except TimeoutError:
                failures.append(CallFailed(CoverageStatus.TIMEOUT, f"not done within {seconds:g} s"))
            except CallFailed as failed:
                failures.append(failed)
        return self._judged(declared, found, failures)

    def _judged(
        self, declared: ResourceType, found: Sequence[RawItem], failures: Sequence[CallFailed]
    ) -> list[Listing]:
        scope = Scope("gcp", self._project)
        gaps = [each for each in failures if not is_switched_off(each)]
        if gaps:
            worst = min(gaps, key=lambda each: _GRAVITY.index(each.status))
            return [NotSeen(scope, declared.key, worst.status, worst.permission, worst.detail, found)]
        # A project that has not enabled an API has nothing there, which is an answer.
        detail = failures[0].detail if failures else ""
        claimed = [item for item in found if item.type_key is not None]
        listings = placed(Seen(scope, declared.key, claimed, detail), declared, self._plan)
        strangers = [item for item in found if item.type_key is None]
        if strangers and self._plan.is_whole:
            said = f"listed beside {declared.key}, of no type that CloudViz knows"
            listings.append(NotSeen(scope, OTHER, CoverageStatus.SKIPPED, None, said, strangers))
        return listings

    def _items(
        self, declared: ResourceType, asset_type: str, method: Method, bodies: Sequence[Body]
    ) -> Iterator[RawItem]:
        for body in bodies:
            # What is listed for the whole project and says no place is in none: a secret, a global address.
            location = location_of(body) or ("" if method.parents else GLOBAL)
            if not self._plan.wants(location):
                continue
            # Shared with the lists that walk over it, so what is laid in goes into a copy of the outermost level.
            body = dict(body)
            if method.asset:
                body[ASSET] = filled(method.asset, body)
            if self._number:
                body[NUMBER] = self._number
            if asset_type == PROJECT_ASSET and isinstance(body.get("parent"), Mapping):
                body[PARENT] = filled("//cloudresourcemanager.googleapis.com/{type}s/{id}", body["parent"])
            claims = self._sorter.type_of(asset_type, body) is declared
            if not claims and str(body.get("name")).startswith("projects/"):
                body[ASSET] = f"//{method.host.rpartition('{location}-')[2]}/{body['name']}"
            yield RawItem(
                Scope("gcp", self._project, region_of(location)),
                asset_type,
                body,
                declared.key if claims else None,
                where=f"gcp {self._project} {method.host}",
            )

    async def _read(self, name: str) -> list[Body]:
        """The items of a method, listed once whoever asks. Raises :class:`CallFailed`."""
        if name not in self._lists:
            self._lists[name] = asyncio.create_task(self._list(name))
        return await asyncio.shield(self._lists[name])

    async def _list(self, name: str) -> list[Body]:
        method = METHODS[name]
        places = await self._places(name, method)
        if not places:
            return []
        # The first alone: where the API is switched off, one call tells it.
        first = await self._pages(name, *places[0])
        rest = await asyncio.gather(*(self._pages(name, *place) for place in places[1:]), return_exceptions=True)
        for outcome in rest:
            if isinstance(outcome, BaseException):
                raise outcome
        bodies = [*first, *(body for outcome in rest if isinstance(outcome, list) for body in outcome)]
        if name == "compute.instanceGroups.aggregatedList":
            await self._filled(name, unmanaged(bodies, await self._read(_MANAGERS)), self._lay_in)
        elif method.detail:
            await self._filled(name, bodies, self._detail(name, method))
        return bodies

    async def _filled(self, name: str, bodies: Sequence[Body], fill: Callable[[Body], Awaitable[None]]) -> None:
        """Ask for the rest of what a list says little of. What may not be known is said of the whole list."""
        for outcome in await asyncio.gather(*map(fill, bodies), return_exceptions=True):
            if isinstance(outcome, CallFailed):
                if outcome.http != 404:  # deleted since it was listed
                    self._partly.setdefault(name, outcome)
            elif outcome is not None:
                raise outcome

    async def _lay_in(self, body: Body) -> None:
        await lay_in(self._client, self._project, body)

    def _detail(self, name: str, method: Method) -> Callable[[Body], Awaitable[None]]:
        async def fill(body: Body) -> None:
            path = filled(method.detail, body)
            permission = detail_permission(name)
            body.update(await self._client.get(method.host, path, (), permission, project=self._project))

        return fill

    async def _places(self, name: str, method: Method) -> list[tuple[str, str]]:
        """(host, path) of each list that the method consists of."""
        values = {"project": self._project}
        if method.locations:
            places = [each for each in method.locations if self._plan.wants(each)]
            return [(method.host, filled(method.path, {**values, "location": each})) for each in places]
        if not method.parents:
            return [(method.host, filled(method.path, values))]
        found: list[tuple[str, str]] = []
        for parent in await self._read(method.parents):
            location = str(parent.get("locationId") or parent.get("location") or "")
            if "locationId" in parent and not self._plan.wants(location):
                continue
            if "{location}" in method.host and location in ("", "global"):
                continue  # these have no regional host
            known = {**parent, **values, "location": location}
            known["parent"] = filled(method.parent, known)
            found.append((filled(method.host, known), filled(method.path, known)))
        return found

    async def _pages(self, name: str, host: str, path: str) -> list[Body]:
        method = METHODS[name]
        parameters = [(key, filled(value, {"project": self._project})) for key, value in method.parameters]
        bodies: list[Body] = []
        pages = self._client.pages(host, path, parameters, permission_of(name), project=self._project)
        try:
            async for page in pages:
                gap = _gap(page)
                if gap:
                    raise CallFailed(CoverageStatus.FAILED, f"{host} had no answer from {gap}")
                bodies.extend(_members(page, method))
        except CallFailed as failed:
            if failed.http not in method.quiet:
                raise
        return bodies


def together(types: Sequence[ResourceType]) -> list[list[ResourceType]]:
    """The types in groups that share no list, so that none is read for the sake of two."""
    groups: list[tuple[set[str], list[ResourceType]]] = []
    for declared in types:
        listing = asset_list(declared)
        methods = {
            each for name in (listing.direct, *listing.also.values()) if name for each in lists_before(name)
        }
        mine = [group for group in groups if group[0] & methods]
        groups = [group for group in groups if not group[0] & methods]
        members = [each for _, several in mine for each in several]
        groups.append((methods.union(*(names for names, _ in mine)), [*members, declared]))
    return [members for _, members in groups]


_MANAGERS = "compute.instanceGroupManagers.aggregatedList"

_GRAVITY = (
    CoverageStatus.DENIED,
    CoverageStatus.THROTTLED,
    CoverageStatus.TIMEOUT,
    CoverageStatus.FAILED,
    CoverageStatus.SKIPPED,
    CoverageStatus.UNSUPPORTED,
)
"""Which failure is named first: the one somebody can do something about."""


def placed(seen: Seen, declared: ResourceType, plan: Plan) -> list[Listing]:
    """One listing for a whole project; where only some regions were asked for, one for each, and one for what is
    in none. Only then does nobody take what is in other regions for gone."""
    scope = seen.scope
    if not plan.regions or asset_list(declared).is_global:
        return [seen]
    by_region: dict[str, list[RawItem]] = {region: [] for region in (*plan.regions, "global")}
    for item in seen.items:
        by_region.setdefault(item.scope.region or "global", []).append(item)
    return [
        Seen(Scope("gcp", scope.account, region), seen.type_key, items, seen.detail)
        for region, items in by_region.items()
    ]


def location_of(body: Mapping[str, Any]) -> str:
    """Where a thing says it is, as it says it."""
    for field in ("zone", "region", "location", "locationId", "gceZone"):
        value = body.get(field)
        if isinstance(value, str) and value:
            return value.rstrip("/").rsplit("/", 1)[-1]
    for field in ("name", "selfLink"):
        value = body.get(field)
        match = _LOCATION.search(value) if isinstance(value, str) else None
        if match:
            return match[1]
    return ""


def filled(template: str, body: Mapping[str, Any]) -> str:
    """A template with the body's fields in place of its ``{paths}``."""

    def value(match: re.Match[str]) -> str:
        found = read_path(match[1])(body)
        return str(found[0]) if found else ""

    return _PLACEHOLDER.sub(value, template) if "{" in template else template


def _members(page: Mapping[str, Any], method: Method) -> Iterator[Body]:
    if not method.items:
        yield dict(page)
        return
    holders: list[Any] = [page]
    if method.is_aggregated:
        # {"items": {"zones/a": {"instances": […]}, "zones/b": {"warning": {…}}}}
        places = page.get("items")
        holders = list(places.values()) if isinstance(places, Mapping) else []
    for holder in holders:
        members = holder.get(method.items) if isinstance(holder, Mapping) else None
        for member in members if isinstance(members, list) else ():
            if isinstance(member, dict):
                yield member


def _gap(page: Mapping[str, Any]) -> str:
    """The places that gave no answer, for people; ``""`` when all did."""
    named: list[str] = []
    for field in _INCOMPLETE:
        value = page.get(field)
        if isinstance(value, list):
            named.extend(str(each.get("name") if isinstance(each, Mapping) else each) for each in value)
    return one_line(", ".join(named), 200)
