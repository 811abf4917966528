"""Looking at one project, folder or organisation: by Cloud Asset Inventory first, else list by list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from cloudviz.catalogue.declare import ResourceType
from cloudviz.inventory.model import CoverageStatus, RawItem, Scope
from cloudviz.sources.gcp.assets import Found, is_unknown_type, read_assets
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.gcp.direct import PROJECT_ASSET, Direct, placed
from cloudviz.sources.gcp.plan import HOLDER_KEYS, Plan, Sorter, asset_list
from cloudviz.sources.gcp.projects import identity_of, projects_under
from cloudviz.sources.gcp.refusals import CallFailed
from cloudviz.sources.provider import Listing, NotSeen, Seen

Tell = Callable[[int], None]


class Look:
    """How the parts of one scan are looked at.

    Arguments:
        client: makes the calls.
        plan: what is asked for.
        sorter: tells types apart.
        seconds: how long one listing may take with all its pages.
        read_time: the moment to see; now when empty.
    """

    def __init__(self, client: Client, plan: Plan, sorter: Sorter, seconds: float, read_time: str) -> None:
        self._client = client
        self._plan = plan
        self._sorter = sorter
        self._seconds = seconds
        self._read_time = read_time
        self.token_refused = False

    async def at(self, parent: str, tell: Tell) -> list[Listing]:
        """Everything below a parent, as one listing per project and type. Does not raise for what fails there.

        Arguments:
            parent: ``projects/ID``, ``folders/NUMBER`` or ``organizations/NUMBER``.
            tell: called with the number of resources so far.
        """
        project = parent.removeprefix("projects/") if parent.startswith("projects/") else ""
        number = ""
        if project.isdigit():
            try:
                project, number = await identity_of(self._client, project)
            except CallFailed as failed:
                self._note(failed)  # it goes by its number then
        found = Found(home=project)
        if project and number:
            found.numbers[number] = project
        failed_types, broken = await self._inventory(parent, found, tell)
        if broken is not None and not found.items and _is_closed(broken):
            return await self._directly(parent, project, number, broken, tell)
        by_project = {account: n for n, account in found.numbers.items()}
        projects = [project] if project else sorted(set(found.numbers.values()))
        listings = self._listings(parent, projects, found, failed_types, broken)
        for each in projects:
            direct = [*self._plan.elsewhere, *(self._plan.types if broken is None else ())]
            wanted = [t for t in direct if t in self._plan.elsewhere or t.key in failed_types]
            listings.extend(await self._lists(each, by_project.get(each, ""), wanted))
        return listings

    async def _inventory(
        self, parent: str, found: Found, tell: Tell
    ) -> tuple[dict[str, CallFailed], CallFailed | None]:
        """Read Cloud Asset Inventory into ``found``. Returns the types it does not know, and what broke it off."""
        wanted = self._plan.asset_types()
        if not wanted and not self._plan.is_whole:
            return {}, None
        if wanted and not parent.startswith("projects/") and PROJECT_ASSET not in wanted:
            wanted = (*wanted, PROJECT_ASSET)  # which project has which number
        unknown: list[str] = []
        try:
            async with asyncio.timeout(self._seconds):
                await self._read(parent, wanted, found, tell, unknown)
        except TimeoutError:
            return {}, CallFailed(CoverageStatus.TIMEOUT, f"not done within {self._seconds:g} s")
        except CallFailed as failed:
            self._note(failed)
            return {}, failed
        refused = CallFailed(CoverageStatus.UNSUPPORTED, "Cloud Asset Inventory does not know this asset type")
        failed_types = {
            each.key: refused for each in self._plan.types if set(asset_list(each).asset_types) & set(unknown)
        }
        return failed_types, None

    async def _read(
        self, parent: str, wanted: Sequence[str], found: Found, tell: Tell, unknown: list[str]
    ) -> None:
        """One query, or its halves where an asset type in it is not known."""
        moment = self._read_time or found.read_time
        try:
            pages = read_assets(self._client, parent, wanted, self._plan, self._sorter, found, moment)
            async for count in pages:
                tell(count)
        except CallFailed as failed:
            if not is_unknown_type(failed) or not wanted:
                raise
            if len(wanted) == 1:
                unknown.append(wanted[0])
                return
            half = len(wanted) // 2
            await self._read(parent, wanted[:half], found, tell, unknown)
            await self._read(parent, wanted[half:], found, tell, unknown)

    def _listings(
        self,
        parent: str,
        projects: Iterable[str],
        found: Found,
        failed_types: dict[str, CallFailed],
        broken: CallFailed | None,
    ) -> list[Listing]:
        listings: list[Listing] = []
        by_key = {each.key: each for each in self._plan.types}
        open_keys = {
            (project, each.key)
            for project in projects
            for each in self._plan.inventoried
            if each.key not in HOLDER_KEYS and each.key not in failed_types
        }
        if not parent.startswith("projects/"):
            # What has no project is told of under its own name; without any, the parent stands for them.
            open_keys |= {(parent, key) for key in HOLDER_KEYS if key in by_key}
            if not found.numbers:
                open_keys |= {(parent, each.key) for each in self._plan.inventoried}
        for account, key, items in found.accounts():
            open_keys.discard((account, key))
            listings.extend(self._told(account, key, by_key.get(key), items, broken))
        for account, key in sorted(open_keys):
            listings.extend(self._told(account, key, by_key.get(key), [], broken))
        return listings

    def _told(
        self,
        account: str,
        key: str,
        declared: ResourceType | None,
        items: Sequence[RawItem],
        broken: CallFailed | None,
    ) -> list[Listing]:
        scope = Scope("gcp", account)
        if broken is not None:
            return [NotSeen(scope, key, broken.status, broken.permission, broken.detail, items)]
        if declared is not None:
            return placed(Seen(scope, key, items), declared, self._plan)
        if self._plan.regions:
            return [NotSeen(scope, key, CoverageStatus.SKIPPED, None, "only some regions were asked for", items)]
        return [Seen(scope, key, items)]

    async def _directly(
        self, parent: str, project: str, number: str, reason: CallFailed, tell: Tell
    ) -> list[Listing]:
        """The direct lists of every project, where Cloud Asset Inventory lets nobody in."""
        projects = [project] if project else []
        if not projects:
            try:
                projects = await projects_under(self._client, parent)
            except CallFailed as failed:
                self._note(failed)
            if not projects:
                scope = Scope("gcp", parent)
                status = CoverageStatus.DENIED if reason.is_switched_off else reason.status
                return [
                    NotSeen(scope, each.key, status, reason.permission, reason.detail) for each in self._plan.types
                ]
        listings: list[Listing] = []
        for each in projects:
            if not number or len(projects) > 1:
                try:
                    _, number = await identity_of(self._client, each)
                except CallFailed as failed:
                    self._note(failed)
                    number = ""
            wanted = [declared for declared in self._plan.types if declared.key not in HOLDER_KEYS]
            found = await self._lists(each, number, wanted)
            listings.extend(found)
            tell(sum(len(listing.items) for listing in listings))
        return listings

    async def _lists(self, project: str, number: str, wanted: Sequence[ResourceType]) -> list[Listing]:
        if not wanted:
            return []
        direct = Direct(self._client, project, number, self._plan, self._sorter)
        try:
            listings = await asyncio.gather(*(direct.listing(each, self._seconds) for each in wanted))
        finally:
            direct.close()
        return [listing for found in listings for listing in found]

    def _note(self, failed: CallFailed) -> None:
        self.token_refused = self.token_refused or failed.reason == "TOKEN"


def _is_closed(failed: CallFailed) -> bool:
    """Whether Cloud Asset Inventory is off, not permitted or not there, so that the services may still answer."""
    return failed.reason in ("SERVICE_DISABLED", "NOT_FOUND") or (
        failed.status is CoverageStatus.DENIED and failed.reason != "TOKEN"
    )
