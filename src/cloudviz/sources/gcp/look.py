"""Looking at one project, folder or organisation: by Cloud Asset Inventory first, else list by list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.gcp.names import ASSET
from cloudviz.inventory.model import BLIND, CoverageStatus, RawItem, Scope
from cloudviz.sources.flow import as_done, within
from cloudviz.sources.gcp import assets
from cloudviz.sources.gcp.assets import LATER, PROJECT_ASSET, Found, is_unknown_type
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.gcp.direct import Direct, placed, together
from cloudviz.sources.gcp.groups import GROUP_ASSET, lay_in, unmanaged
from cloudviz.sources.gcp.plan import HOLDER_KEYS, OTHER, Plan, Sorter, asset_list
from cloudviz.sources.gcp.projects import identity_of, projects_under
from cloudviz.sources.gcp.refusals import is_switched_off
from cloudviz.sources.pages import Trail, Trails, words_in
from cloudviz.sources.progress import Report
from cloudviz.sources.provider import Listing, NotSeen, Part, Seen
from cloudviz.sources.refusals import CallFailed

Parts = AsyncGenerator[Part, None]

LISTS_AT_ONCE = 8
"""Groups of lists that are read at a time in a project; calls are bounded besides."""

_FUNCTION = "cloudfunctions.googleapis.com/Function"


@dataclass
class Below:
    """What is known so far of a parent that is looked at.

    Attributes:
        project: its id, ``""`` for a folder or an organisation.
        numbers: the id of each project by its number.
        read_time: the moment that the first answer tells of.
        is_read: whether any page came, now or in an earlier try.
        unknown: asset types that Cloud Asset Inventory does not know.
        later: asset types that are still to be read together with others.
        beside: (account, type key) of what was seen besides the types of the projects.
        broken: what broke Cloud Asset Inventory off.
        failed: the same for single types.
    """

    parent: str
    project: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    read_time: str = ""
    is_read: bool = False
    unknown: list[str] = field(default_factory=list)
    later: set[str] = field(default_factory=set)
    beside: set[tuple[str, str]] = field(default_factory=set)
    broken: CallFailed | None = None
    failed: dict[str, CallFailed] = field(default_factory=dict)

    def learn(self, note: Mapping[str, Any]) -> None:
        """Take note of what a page told."""
        self.is_read = True
        self.read_time = self.read_time or str(note.get("read_time") or "")
        self.numbers.update(note.get("numbers") or {})
        self.later.update(words_in([note], "later"))
        self.beside.update((account, key) for account, key in words_in([note], "beside"))


class Look:
    """How the parents of one scan are looked at.

    Arguments:
        client: makes the calls.
        plan: what is asked for.
        sorter: tells types apart.
        seconds: how long one listing may take with all its pages.
        read_time: the moment to see; now when empty.
        trails: what an earlier try read.
        report: told of what is found.
    """

    def __init__(
        self,
        client: Client,
        plan: Plan,
        sorter: Sorter,
        seconds: float,
        read_time: str,
        trails: Trails,
        report: Report,
    ) -> None:
        self._client = client
        self._plan = plan
        self._sorter = sorter
        self._seconds = seconds
        self._read_time = read_time
        self._trails = trails
        self._report = report
        self._by_key = {each.key: each for each in plan.types}
        self.token_refused = False

    async def parts(self, parent: str) -> Parts:
        """Everything below a parent, as it comes. Does not raise for what fails there.

        Arguments:
            parent: ``projects/ID``, ``folders/NUMBER`` or ``organizations/NUMBER``.
        """
        last = f"{parent}/coverage"
        if self._trails.note(last) is None:
            below = Below(parent, parent.removeprefix("projects/") if parent.startswith("projects/") else "")
            async with aclosing(self._everything(below, last)) as parts:
                async for part in parts:
                    yield part
        self._report.step(parent.removeprefix("projects/"))

    async def _everything(self, below: Below, last: str) -> Parts:
        number = ""
        if below.project.isdigit():
            async for part in self._identity(below, below.project):
                yield part
            number = next(iter(below.numbers), "")
            below.project = below.numbers.get(number, below.project)
        async with aclosing(self._inventory(below)) as parts:
            async for part in parts:
                yield part
        if below.broken is not None and not below.is_read and _is_closed(below.broken):
            async with aclosing(self._directly(below, last)) as parts:
                async for part in parts:
                    yield part
            return
        direct = [
            each
            for each in self._plan.types
            if each in self._plan.elsewhere
            or (below.broken is None and set(asset_list(each).asset_types) & set(below.unknown))
        ]
        by_project = {project: number for number, project in below.numbers.items()}
        for project in self._projects(below):
            async with aclosing(self._lists(below, project, by_project.get(project, ""), direct)) as parts:
                async for part in parts:
                    yield part
        yield Part(last, self._closing(below))

    async def _identity(self, below: Below, project: str) -> Parts:
        """Learn the id and the number of a project named by either."""
        key = f"{below.parent}/{project}/identity"
        note = self._trails.note(key)
        if note is None:
            try:
                found, number = await identity_of(self._client, project)
            except CallFailed as failed:
                self._note(failed)  # it goes by what it was named then
                return
            note = {"numbers": {number: found} if number else {}}
            yield Part(key, (), note, is_whole=True)
        below.numbers.update(note["numbers"])

    # -- Cloud Asset Inventory --------------------------------------------------------------------------------

    async def _inventory(self, below: Below) -> Parts:
        """Everything that Cloud Asset Inventory tells."""
        wanted = self._plan.asset_types()
        if not wanted and not self._plan.is_whole:
            return
        try:
            if not below.project:
                # Which project has which number: most assets say no more of where they are.
                async with aclosing(self._query(below, "numbers", (PROJECT_ASSET,), numbers_only=True)) as parts:
                    async for part in parts:
                        yield part
            async with aclosing(self._query(below, "assets", wanted)) as parts:
                async for part in parts:
                    yield part
        except TimeoutError:
            below.broken = CallFailed(CoverageStatus.TIMEOUT, f"not done within {self._seconds:g} s")
        except CallFailed as failed:
            self._note(failed)
            below.broken = failed
        if below.broken is None:
            for asset_type in sorted(below.later):
                async for part in self._together(below, asset_type):
                    yield part

    async def _query(self, below: Below, word: str, wanted: Sequence[str], *, numbers_only: bool = False) -> Parts:
        """One query, or its halves where an asset type in it is not known."""
        name = f"{below.parent}/{word}"
        if wanted:
            name += "-" + blake2b(" ".join(wanted).encode(), digest_size=6).hexdigest()
        trail = self._trails.of(name)
        for note in trail.notes:
            below.learn(note)
        try:
            async with aclosing(self._pages(below, trail, wanted, numbers_only)) as parts:
                async for part in parts:
                    yield part
        except CallFailed as failed:
            if not is_unknown_type(failed) or not wanted or trail.notes:
                raise
            if len(wanted) == 1:
                below.unknown.append(wanted[0])
                return
            half = len(wanted) // 2
            for some in (wanted[:half], wanted[half:]):
                async with aclosing(self._query(below, word, some, numbers_only=numbers_only)) as parts:
                    async for part in parts:
                        yield part

    async def _pages(self, below: Below, trail: Trail, wanted: Sequence[str], numbers_only: bool) -> Parts:
        """The pages of a query that were not read before."""
        while not trail.is_done:
            # A token holds for the very same query; who begins anew sees the same moment as the first answer.
            moment = trail.notes[-1]["moment"] if trail.notes else self._read_time or below.read_time
            asked = assets.pages(self._client, below.parent, wanted, moment, trail.token)
            try:
                async for page in within(self._seconds, asked):
                    found = Found(below.project, below.numbers)
                    before = dict(below.numbers)
                    assets.sort(page, self._plan, self._sorter, found)
                    if numbers_only:
                        found.items.clear()
                        found.later.clear()
                    note = {
                        "moment": moment,
                        "read_time": str(page.get("readTime") or ""),
                        "numbers": dict(below.numbers.items() - before.items()),
                        "later": sorted(found.later),
                        "beside": sorted(self._beside(below, found)),
                    }
                    below.learn(note)
                    listings = self._listings(found)
                    if not numbers_only:
                        self._report.found(sum(len(each.items) for each in listings), below.parent)
                    yield trail.page(listings, str(page.get("nextPageToken") or ""), **note)
            except CallFailed as failed:
                if not trail.begins_anew(failed.http):
                    raise

    async def _together(self, below: Below, asset_type: str) -> Parts:
        """An asset type with those it says enough beside, as one part. What fails is in ``below.failed``."""
        key = f"{below.parent}/{asset_type.rpartition('/')[2]}"
        if self._trails.note(key) is not None:
            return
        found = Found(below.project, below.numbers, reads_later=True)
        detail = ""
        try:
            asked = assets.pages(self._client, below.parent, LATER[asset_type], below.read_time, "")
            async for page in within(self._seconds, asked):
                assets.sort(page, self._plan, self._sorter, found)
            failed = None
        except TimeoutError:
            failed = CallFailed(CoverageStatus.TIMEOUT, f"not done within {self._seconds:g} s")
        except CallFailed as error:
            self._note(error)
            failed = error
        chosen: dict[tuple[str, str], list[RawItem]] = {}
        for place, mine in found.items.items():
            if asset_type == GROUP_ASSET:
                mine, detail = await self._with_members(place[0], mine)
            else:
                # Those that are told of under both names came with the pages.
                names = {item.body.get(ASSET) for item in mine if item.native_type == _FUNCTION}
                mine = [item for item in mine if item.body.get(ASSET) not in names]
            chosen[place] = mine
        if failed is not None:
            names = set(LATER[asset_type][:1])
            below.failed.update(
                (each.key, failed) for each in self._plan.types if set(asset_list(each).asset_types) & names
            )
        listings = self._listings(Found(below.project, below.numbers, chosen), detail)
        self._report.found(sum(len(each.items) for each in listings), below.parent)
        yield Part(key, listings, is_whole=failed is None)

    async def _with_members(self, project: str, items: Sequence[RawItem]) -> tuple[list[RawItem], str]:
        """The instance groups among some assets, with the machines of those that no manager has. Where that may
        not be known the groups are there all the same, and the second says why."""
        groups = [item for item in items if item.native_type == GROUP_ASSET]
        managers = [item.body for item in items if item.native_type != GROUP_ASSET]
        bodies = [dict(item.body) for item in groups]
        why = ""

        async def ask(body: dict[str, Any]) -> None:
            nonlocal why
            if why:
                return
            try:
                await lay_in(self._client, project, body)
            except CallFailed as failed:
                if failed.http != 404:
                    why = f"which machines are in unmanaged groups is not known: {failed.detail}"

        async with aclosing(as_done(unmanaged(bodies, managers), ask, LISTS_AT_ONCE)) as done:
            async for _ in done:
                pass
        made = [
            RawItem(item.scope, item.native_type, body, item.type_key, where=item.where)
            for item, body in zip(groups, bodies, strict=True)
        ]
        return made, why

    def _beside(self, below: Below, found: Found) -> set[tuple[str, str]]:
        """Places that no project and type of the plan stands for."""
        known = {below.project, *below.numbers.values()}
        return {
            (account, key)
            for account, key in found.items
            if key in HOLDER_KEYS or key == OTHER or account not in known
        }

    def _listings(self, found: Found, detail: str = "") -> list[Listing]:
        """What a page holds. That more may follow is said by who reads the next page, or can't."""
        return [
            listing
            for (account, key), items in sorted(found.items.items())
            for listing in self._told(account, key, items, None, detail)
            if listing.items
        ]

    def _projects(self, below: Below) -> list[str]:
        return [below.project] if below.project else sorted(set(below.numbers.values()))

    def _closing(self, below: Below) -> list[Listing]:
        """What is to be said of every project and type when all was read, without items."""
        unknown = set(below.unknown)
        places = {
            (project, each.key)
            for project in self._projects(below)
            for each in self._plan.inventoried
            if each.key not in HOLDER_KEYS and not set(asset_list(each).asset_types) & unknown
        }
        if not below.project:
            # What has no project is told of under its own name; without any, the parent stands for them.
            places |= {(below.parent, key) for key in HOLDER_KEYS if key in self._by_key}
            if not below.numbers:
                places |= {(below.parent, each.key) for each in self._plan.inventoried}
        if below.broken is not None:
            places |= below.beside
        return [
            listing
            for account, key in sorted(places)
            for listing in self._told(account, key, (), below.broken or below.failed.get(key))
        ]

    def _told(
        self, account: str, key: str, items: Sequence[RawItem], broken: CallFailed | None, detail: str = ""
    ) -> list[Listing]:
        scope = Scope("gcp", account)
        declared = self._by_key.get(key)
        if broken is not None:
            return [NotSeen(scope, key, broken.status, broken.permission, broken.detail, items)]
        if declared is not None:
            return placed(Seen(scope, key, items, detail), declared, self._plan)
        if self._plan.regions:
            return [NotSeen(scope, key, CoverageStatus.SKIPPED, None, "only some regions were asked for", items)]
        return [Seen(scope, key, items)]

    # -- the services' own lists ------------------------------------------------------------------------------

    async def _directly(self, below: Below, last: str) -> Parts:
        """The direct lists of every project, where Cloud Asset Inventory lets nobody in."""
        reason = below.broken
        assert reason is not None
        projects = [below.project] if below.project else []
        if not projects:
            key = f"{below.parent}/projects"
            note = self._trails.note(key)
            if note is None:
                try:
                    note = {"projects": await projects_under(self._client, below.parent)}
                    yield Part(key, (), note, is_whole=True)
                except CallFailed as failed:
                    self._note(failed)
            projects = list(note["projects"]) if note is not None else []
            if not projects:
                scope = Scope("gcp", below.parent)
                status = CoverageStatus.DENIED if is_switched_off(reason) else reason.status
                blind = [
                    NotSeen(scope, each.key, status, reason.permission, reason.detail) for each in self._plan.types
                ]
                yield Part(last, blind)
                return
        wanted = [declared for declared in self._plan.types if declared.key not in HOLDER_KEYS]
        is_whole = True
        for project in projects:
            if project not in below.numbers.values():
                async for part in self._identity(below, project):
                    yield part
            number = next((each for each, known in below.numbers.items() if known == project), "")
            async with aclosing(self._lists(below, project, number, wanted)) as parts:
                async for part in parts:
                    is_whole = is_whole and not any(
                        isinstance(each, NotSeen) and each.status in BLIND | {CoverageStatus.SKIPPED}
                        for each in part.listings
                    )
                    yield part
        yield Part(last, (), is_whole=is_whole)

    async def _lists(self, below: Below, project: str, number: str, wanted: Sequence[ResourceType]) -> Parts:
        """The direct lists of a project; those that need one another are a part."""
        groups = {f"{below.parent}/{project}/{group[0].key}": group for group in together(wanted)}
        left = [key for key in groups if self._trails.note(key) is None]

        async def one(key: str) -> list[Listing]:
            direct = Direct(self._client, project, number, self._plan, self._sorter)
            try:
                found = await asyncio.gather(*(direct.listing(each, self._seconds) for each in groups[key]))
            finally:
                direct.close()
            return [listing for listings in found for listing in listings]

        async with aclosing(as_done(left, one, LISTS_AT_ONCE)) as done:
            async for key, listings in done:
                self._report.found(sum(len(each.items) for each in listings), project)
                yield Part(key, listings)

    def _note(self, failed: CallFailed) -> None:
        self.token_refused = self.token_refused or failed.code == "TOKEN"


def _is_closed(failed: CallFailed) -> bool:
    """Whether Cloud Asset Inventory is off, not permitted or not there, so that the services may still answer."""
    return failed.code in ("SERVICE_DISABLED", "NOT_FOUND") or (
        failed.status is CoverageStatus.DENIED and failed.code != "TOKEN"
    )
