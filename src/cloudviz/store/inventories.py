"""The inventory: what is now, and by validity ranges what was at any instant (architecture, decision 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cloudviz.inventory.diff import Diff
from cloudviz.inventory.model import Coverage, Graph, Inventory, Problem, Resource
from cloudviz.inventory.select import Selection
from cloudviz.store.engine import Database
from cloudviz.store.records import Page, RecordedChanges, ResourceDetail, ResourceVersion


class Inventories:
    """The tables ``resources`` and ``links`` (now), ``resource_versions`` and ``link_versions`` (ever)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self,
        discovery_id: str,
        graph: Graph,
        coverage: Sequence[Coverage],
        problems: Sequence[Problem],
        seen_at: datetime,
    ) -> RecordedChanges:
        """Lay what a discovery saw over what is known, in one transaction: all of it is stored, or nothing.

        A resource that was not seen is gone only where the discovery looked with success: a coverage entry
        ``seen`` takes in its provider, account, region and type, and no entry of another status does. In an
        entry ``""`` or ``*`` takes in every account or region, and a type may end in ``*``; a global AWS type
        is taken in whatever the region. A file (see :meth:`Discoveries.create`) that gives any ``seen`` entry
        was read as a whole: everything that came from the same source and is not in it any more is gone, also
        of types it no longer holds, except under its entries of another status.

        Safe to call again for the same discovery.

        Arguments:
            seen_at: the instant the look was true, with a time zone. A state never begins before the one
                it follows: looks that come out of order are recorded as of the later instant.

        Raises NotFound for an unknown discovery.
        """
        raise NotImplementedError

    async def read(self, selection: Selection, with_links: bool = True) -> Graph:
        """The resources that match, with their ancestors, and the links between them, in canonical order.

        Links whose target is in no inventory at all stay and are marked unresolved. Raises Invalid when
        ``at`` is no instant, NotFound for an unknown discovery.
        """
        raise NotImplementedError

    async def inventory(self, selection: Selection) -> Inventory:
        """The same with coverage and problems: of the one discovery asked for, else the latest of each scope."""
        raise NotImplementedError

    async def page(self, selection: Selection, limit: int = 50, cursor: str | None = None) -> Page[Resource]:
        """The resources that match, without ancestors, in the order of their ids."""
        raise NotImplementedError

    async def count(self, selection: Selection) -> int:
        """How many resources match, without ancestors."""
        raise NotImplementedError

    async def get(self, resource_id: str) -> Resource:
        """A resource as it is now. Raises NotFound."""
        raise NotImplementedError

    async def detail(self, resource_id: str) -> ResourceDetail:
        """A resource as it is now with its links and origin. Raises NotFound."""
        raise NotImplementedError

    async def neighbours(self, resource_id: str, hops: int = 1, limit: int = 500) -> Graph:
        """What can be reached over links and containment, in either direction, within ``hops`` steps.

        The nearest come first when ``limit`` cuts. Raises NotFound.
        """
        raise NotImplementedError

    async def history(self, resource_id: str) -> list[ResourceVersion]:
        """Every distinct state, newest first, also of a resource that is gone. Raises NotFound."""
        raise NotImplementedError

    async def facets(self, selection: Selection) -> dict[str, dict[str, int]]:
        """How many of the matching resources have each ``provider``, ``type``, ``region``, ``account``, ``state``.

        A resource without a region, account or state is counted under ``""``.
        """
        raise NotImplementedError

    async def diff(self, a: str, b: str) -> Diff:
        """What changed from ``a`` to ``b``: each a discovery id (the inventory just after it was recorded) or an
        RFC 3339 instant. Raises NotFound for an unknown discovery, Invalid for what is neither."""
        raise NotImplementedError

    async def coverage(self, providers: Sequence[str] = ()) -> list[Coverage]:
        """The latest coverage entry of each (provider, account, region, type), sorted."""
        raise NotImplementedError

    async def data_version(self) -> int:
        """A number that grows whenever a discovery is recorded: for caches and ETags."""
        raise NotImplementedError
