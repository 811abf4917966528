"""The inventory: what is now, and by validity ranges what was at any instant (architecture, decision 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Invalid, NotFound, Unavailable
from cloudviz.inventory.diff import Diff
from cloudviz.inventory.model import (
    Coverage,
    CoverageStatus,
    DiscoveryInfo,
    Graph,
    Inventory,
    Link,
    Problem,
    Resource,
)
from cloudviz.inventory.select import Selection
from cloudviz.store import tables
from cloudviz.store.comparing import compare
from cloudviz.store.cost_tables import cost_revision
from cloudviz.store.costs import lay_costs, with_costs
from cloudviz.store.discoveries import coverage_entry, coverage_of, coverage_order, discovery_row, problems_of
from cloudviz.store.engine import Database
from cloudviz.store.facets import count_facets
from cloudviz.store.instants import write_instant
from cloudviz.store.moments import After, At, Now, moment_of, shown_at, shown_for
from cloudviz.store.pages import fetch_page
from cloudviz.store.prepared import Prepared
from cloudviz.store.reach import Reach
from cloudviz.store.record import record
from cloudviz.store.records import Ending, Page, RecordedChanges, ResourceDetail, ResourceVersion
from cloudviz.store.rows import key_text, plain_text
from cloudviz.store.selecting import (
    conditions,
    hits_further,
    links_from,
    present_ids,
    read_graph,
    resource_columns,
    resource_of,
    resources_by_id,
    some_further,
)
from cloudviz.store.types import AnyRow

MAX_HOPS = 20


class Inventories:
    """The tables ``resources`` and ``links`` (now), ``resource_versions`` and ``link_versions`` (ever)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version = 0
        self._when_recorded: list[Callable[[], Awaitable[None]]] = []

    def when_recorded(self, action: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Await ``action`` each time that this process has changed what the inventory tells.

        Returns what ends that. The action must not raise.
        """
        self._when_recorded.append(action)
        return lambda: self._when_recorded.remove(action)

    async def tell(self) -> None:
        """Await them: what the inventory tells has changed."""
        for action in tuple(self._when_recorded):
            await action()

    async def record(
        self,
        discovery_id: str,
        seen: Graph | Prepared,
        coverage: Sequence[Coverage],
        problems: Sequence[Problem],
        seen_at: datetime,
        ending: Ending | None = None,
    ) -> RecordedChanges:
        """Lay what a discovery saw over what is known, in one transaction: all of it is stored, or nothing.

        A resource that was not seen is gone only where the discovery looked with success: a coverage entry
        ``seen`` takes in its provider, account, region and type, and no entry of another status does (see
        :class:`~cloudviz.store.reach.Reach` for the words that take in several). A file (see
        :meth:`Discoveries.create`) was read as a whole: everything that came from the same source and is not
        in it any more is gone, also of types it no longer holds, except under its entries of another status.

        Safe to call again for the same discovery.

        Arguments:
            seen: what was seen: a graph, or one that another process has made ready.
            seen_at: the instant the look was true, with a time zone. A state never begins before the one
                it follows: looks that come out of order are recorded as of the later instant.
            ending: how the discovery ends with this, in the same transaction; who gives none ends it by itself.

        Raises NotFound for an unknown discovery.
        """
        if seen_at.tzinfo is None:
            raise Invalid("the time of a discovery has no zone", hint="Give it in UTC.")
        changes = await record(self._database, discovery_id, seen, coverage, problems, seen_at, ending)
        await self.tell()
        return changes

    async def read(self, selection: Selection, with_links: bool = True) -> Graph:
        """The resources that match, with their ancestors, and the links between them, in canonical order.

        Links whose target is in no inventory at all stay and are marked unresolved. Raises Invalid when
        ``at`` is neither an instant nor a discovery, NotFound for an unknown discovery.
        """
        async with self._database.reading(from_replica=True) as connection:
            shown = await shown_for(connection, selection)
            graph = await read_graph(self._database, connection, selection, shown, with_links=with_links)
            await lay_costs(self._database, connection, graph.resources, shown.moment)
            return graph

    async def inventory(self, selection: Selection) -> Inventory:
        """The same with coverage and problems: of the one discovery asked for, else the latest of each scope."""
        async with self._database.reading(from_replica=True) as connection:
            shown = await shown_for(connection, selection)
            graph = await read_graph(self._database, connection, selection, shown, with_links=True)
            await lay_costs(self._database, connection, graph.resources, shown.moment)
            rows, coverage, problems = await self._notes(connection, selection)
        return Inventory(_origin(rows, graph), graph, coverage, problems)

    async def notes(self, selection: Selection) -> tuple[DiscoveryInfo, list[Coverage], list[Problem]]:
        """What :meth:`inventory` says beside the resources: whence they come, what was looked at, what was odd."""
        async with self._database.reading(from_replica=True) as connection:
            rows, coverage, problems = await self._notes(connection, selection)
        return _origin(rows, Graph()), coverage, problems

    async def _notes(
        self, connection: AsyncConnection, selection: Selection
    ) -> tuple[list[AnyRow], list[Coverage], list[Problem]]:
        if selection.discoveries:
            rows = [await discovery_row(connection, each) for each in dict.fromkeys(selection.discoveries)]
            coverage = await coverage_of(connection, [row.id for row in rows])
        else:
            until = await moment_of(connection, selection.at) if selection.at else None
            entries = (await connection.execute(_latest_coverage(until))).all()
            coverage = sorted(map(coverage_entry, entries), key=coverage_order)
            keys = sorted({entry.discovery_id for entry in entries})
            table = tables.discoveries
            query = select(table).where(self._database.among(table.c.id, keys)).order_by(table.c.seq)
            rows = list(await connection.execute(query))
        problems = await problems_of(connection, [row.id for row in rows])
        return rows, [_within(selection, entry) for entry in coverage if _concerns(selection, entry)], problems

    async def page(self, selection: Selection, limit: int = 50, cursor: str | None = None) -> Page[Resource]:
        """The resources that match, without ancestors, in the order of their ids."""
        async with self._database.reading(from_replica=True) as connection:
            shown = await shown_for(connection, selection)
            query = select(*resource_columns(shown))
            order = [(shown.id, str)]
            met = await conditions(self._database, connection, selection, shown, by_index=False)
            # No planner can know how often a part of a text occurs, and what it chooses for the one case takes a
            # second in the other. So: the resources that come next; if they fill no page, the index.
            near = await some_further(connection, shown, cursor) if selection.text else None
            page = None
            if near is not None:
                page = await fetch_page(connection, query.where(*met, near), order, resource_of, limit, cursor)
            if page is None or not page.next_cursor:
                wanted = met
                if selection.text:
                    wanted = await conditions(self._database, connection, selection, shown)
                # SQLite has one condition more where its index has found no more than can be sorted.
                if page is not None and (self._database.is_postgres or len(wanted) > len(met)):
                    wanted = [await hits_further(self._database, connection, shown, wanted, limit, cursor)]
                page = await fetch_page(connection, query.where(*wanted), order, resource_of, limit, cursor)
            return Page(await with_costs(self._database, connection, page.items), page.next_cursor)

    async def count(self, selection: Selection) -> int:
        """How many resources match, without ancestors."""
        async with self._database.reading(from_replica=True) as connection:
            shown = await shown_for(connection, selection)
            query = select(func.count()).select_from(shown.rows)
            query = query.where(*await conditions(self._database, connection, selection, shown))
            return int(await connection.scalar(query) or 0)

    async def get(self, resource_id: str) -> Resource:
        """A resource as it is now. Raises NotFound."""
        key = key_text(resource_id)
        async with self._database.reading(from_replica=True) as connection:
            found = await resources_by_id(self._database, connection, [key], Now())
            await lay_costs(self._database, connection, found)
        if key not in found:
            raise _unknown_resource(resource_id)
        return found[key]

    async def detail(self, resource_id: str) -> ResourceDetail:
        """A resource as it is now with its links and origin. Raises NotFound."""
        key = key_text(resource_id)
        resources = tables.resources.c
        async with self._database.reading(from_replica=True) as connection:
            shown = shown_at(Now())
            query = select(*resource_columns(shown), resources.source, resources.created_at)
            row = (await connection.execute(query.where(resources.id == key))).first()
            if row is None:
                raise _unknown_resource(resource_id)
            table = tables.links.c
            named = select(table.source_id, table.target_id, table.kind).where(
                table.end_seq.is_(None), or_(table.source_id == key, table.target_id == key)
            )
            names = sorted({(each[0], each[1], each[2]) for each in await connection.execute(named)})
            ends = sorted({name[1] for name in names})
            there = await present_ids(self._database, connection, ends, Now())
            versions = await self._versions(connection, key)
            told = tables.outranked.c
            saying = select(told.source).where(told.resource_id == key, told.end_seq.is_(None))
            others = set(await connection.scalars(saying)) - {row.source}
            (shown_item,) = await with_costs(self._database, connection, [resource_of(row)])
        links = [Link(source, target, kind, target in there) for source, target, kind in names]
        newest, oldest = versions[0], versions[-1]
        return ResourceDetail(
            resource=shown_item,
            links=links,
            source=row.source,
            seen_by=[row.source, *sorted(others)],
            first_seen_at=oldest.valid_from,
            last_seen_at=newest.last_seen_at,
            first_discovery=oldest.first_discovery,
            last_discovery=newest.last_discovery,
        )

    async def neighbours(self, resource_id: str, hops: int = 1, limit: int = 500) -> Graph:
        """What can be reached over links and containment, in either direction, within ``hops`` steps.

        The nearest come first when ``limit`` cuts. Raises NotFound.
        """
        if not 0 <= hops <= MAX_HOPS or limit < 1:
            raise Invalid(f"{hops} hops, {limit} resources", hint=f"Ask for 0 to {MAX_HOPS} hops, and for some.")
        start = key_text(resource_id)
        async with self._database.reading(from_replica=True) as connection:
            found = await resources_by_id(self._database, connection, [start], Now())
            if start not in found:
                raise _unknown_resource(resource_id)
            edge = [start]
            for _ in range(hops):
                if not edge or len(found) >= limit:
                    break
                near = await self._beside(connection, edge)
                fresh = await present_ids(self._database, connection, sorted(near - found.keys()), Now())
                edge = sorted(fresh)[: limit - len(found)]
                found.update(await resources_by_id(self._database, connection, edge, Now()))
            links = await links_from(self._database, connection, found, Now())
            await lay_costs(self._database, connection, found)
        inside = [link for link in links if link.resolved]
        return Graph(found, inside).sorted()

    async def _beside(self, connection: AsyncConnection, keys: list[str]) -> set[str]:
        """The ids one step away, over a link or in and out of a container."""
        links, resources = tables.links.c, tables.resources.c
        now = links.end_seq.is_(None)
        steps: list[Select[Any]] = [
            select(links.target_id).where(now, self._database.among(links.source_id, keys)),
            select(links.source_id).where(now, self._database.among(links.target_id, keys)),
            select(resources.parent).where(
                self._database.among(resources.id, keys), resources.parent.is_not(None)
            ),
            select(resources.id).where(self._database.among(resources.parent, keys)),
        ]
        found: set[str] = set()
        for step in steps:
            found.update(await connection.scalars(step))
        return found

    async def history(self, resource_id: str) -> list[ResourceVersion]:
        """Every distinct state, newest first, also of a resource that is gone. Raises NotFound."""
        async with self._database.reading(from_replica=True) as connection:
            versions = await self._versions(connection, key_text(resource_id))
        if not versions:
            raise _unknown_resource(resource_id)
        return versions

    async def _versions(self, connection: AsyncConnection, key: str) -> list[ResourceVersion]:
        versions = tables.resource_versions.c
        shown = shown_at(After(0))
        query = (
            select(
                *resource_columns(shown),
                versions.content_hash,
                versions.source,
                versions.valid_from,
                versions.valid_to,
                versions.discovery_id,
                *_last_sight(),
            )
            .where(versions.resource_id == key)
            .order_by(versions.first_seq.desc())
        )
        rows = (await connection.execute(query)).all()
        table = tables.discoveries.c
        numbers = {number for row in rows for number in (row.looked, row.sighted) if number is not None}
        query = select(table.seq, table.id, table.seen_at).where(table.seq.in_(numbers))
        by_number = {each.seq: each for each in await connection.execute(query)}
        return [_version(row, by_number) for row in rows]

    async def known(
        self, ids: Collection[str] = (), places: Collection[tuple[str, str, str, str]] = ()
    ) -> dict[str, Resource]:
        """Resources of live scans as they are now, by id: those with some ids, and those of some places.

        Arguments:
            places: (provider, account, region, type) of each.
        """
        table, scopes = tables.resources.c, tables.scopes.c
        wanted = {tuple(map(key_text, place)) for place in places}
        kinds = sorted({place[3] for place in wanted})
        query = select(*resource_columns(shown_at(Now()))).where(table.origin == "")
        found: dict[str, Resource] = {}
        async with self._database.reading() as connection:
            if ids:
                named = query.where(self._database.among(table.id, sorted({key_text(each) for each in ids})))
                found.update((row[0], resource_of(row)) for row in await connection.execute(named))
            of_kinds = select(tables.scopes).where(self._database.among(scopes.resource_type, kinds))
            for scope in (await connection.execute(of_kinds)).all() if wanted else ():
                if (scope.provider, scope.account, scope.region, scope.resource_type) in wanted:
                    rows = await connection.execute(query.where(table.scope_id == scope.id))
                    found.update((row[0], resource_of(row)) for row in rows)
        return found

    async def beside(
        self,
        coverage: Sequence[Coverage],
        types: Collection[str],
        *,
        with_properties: Collection[str] = (),
        anywhere: Collection[str] = (),
    ) -> list[Resource]:
        """What a scan with this coverage leaves as it is: live resources of some types where it did not see all.

        What the scan saw may refer to them. They are those of the accounts that it looked into.

        Arguments:
            with_properties: types whose resources come with their properties; the others have none.
            anywhere: types of which those of other accounts are wanted too.
        """
        reach, table, scopes = Reach(coverage), tables.resources.c, tables.scopes.c
        accounts = {key_text(entry.account) for entry in coverage} | {""}
        kinds = sorted(map(key_text, types))
        found: list[Resource] = []
        async with self._database.reading() as connection:
            query = select(tables.scopes).where(self._database.among(scopes.resource_type, kinds))
            columns = resource_columns(shown_at(Now()))
            for row in (await connection.execute(query)).all():
                is_near = row.account in accounts or row.resource_type in anywhere
                if (
                    not is_near
                    or reach.verdict((row.provider, row.account, row.region, row.resource_type)) is True
                ):
                    continue
                is_whole = row.resource_type in with_properties
                chosen = columns if is_whole else [*columns[:-1], literal(None)]
                live = select(*chosen).where(table.scope_id == row.id, table.origin == "")
                found += map(resource_of, await connection.execute(live))
        return found

    async def facets(self, selection: Selection) -> dict[str, dict[str, int]]:
        """How many of the matching resources have each ``provider``, ``type``, ``region``, ``account``, ``state``.

        A resource without a region, account or state is counted under ``""``.
        """
        async with self._database.reading(from_replica=True) as connection:
            return await count_facets(self._database, connection, selection)

    async def diff(self, a: str, b: str) -> Diff:
        """What changed from ``a`` to ``b``: each a discovery id (the inventory just after it was recorded) or an
        RFC 3339 instant. Raises NotFound for an unknown discovery, Invalid for what is neither."""
        async with self._database.reading(from_replica=True) as connection:
            first, second = await moment_of(connection, a), await moment_of(connection, b)
            return await compare(self._database, connection, first, second)

    async def coverage(self, providers: Sequence[str] = ()) -> list[Coverage]:
        """The latest coverage entry of each (provider, account, region, type), sorted."""
        async with self._database.reading(from_replica=True) as connection:
            rows = await connection.execute(_latest_coverage(None))
            found = [coverage_entry(row) for row in rows]
        return sorted((each for each in found if not providers or each.provider in providers), key=coverage_order)

    async def data_version(self) -> int:
        """A number that grows whenever a discovery or a bill is recorded: for caches and ETags.

        The primary says; what is read for a new version then comes from a replica only when that has it too. While
        the primary is away it is the replica's.
        """
        try:
            async with self._database.reading() as connection:
                version = await _newest(connection)
                if version > self._version:
                    await self._database.has_seen(connection)
                    self._version = version
                return version
        except Unavailable:
            async with self._database.reading(from_replica=True) as connection:
                return await _newest(connection)


async def _newest(connection: AsyncConnection) -> int:
    costs = select(func.max(cost_revision.c.number)).scalar_subquery()
    found = (await connection.execute(select(func.max(tables.discoveries.c.seq), costs))).one()
    # Both only grow, so that no sum comes twice.
    return int(found[0] or 0) + int(found[1] or 0)


def _unknown_resource(resource_id: str) -> NotFound:
    return NotFound(
        f"there is no resource {plain_text(resource_id)[:200]!r}", hint="`cloudviz resources search` finds ids."
    )


def _latest_coverage(until: After | At | None) -> Select[Any]:
    """The newest coverage entries of each scope and origin: of all, or of what was seen until a moment."""
    table, discoveries = tables.coverage.c, tables.discoveries.c
    if until is None:
        return select(tables.coverage).where(table.latest)
    # rank, not row_number: a discovery may have listed one type twice, once denied.
    rank = func.rank().over(partition_by=table.key, order_by=discoveries.seq.desc())
    ranked = (
        select(tables.coverage, rank.label("rank"))
        .join(tables.discoveries, discoveries.id == table.discovery_id)
        .where(discoveries.seq <= until.seq if isinstance(until, After) else discoveries.seen_at <= until.instant)
        .subquery()
    )
    return select(ranked).where(ranked.c.rank == 1)


def _concerns(selection: Selection, entry: Coverage) -> bool:
    """Whether a coverage entry says something of what a selection asks for."""
    probe = Resource("", entry.provider, entry.type, "", "", "", entry.account, entry.region)
    asked = Selection(
        providers=selection.providers,
        types=selection.types,
        regions=selection.regions,
        accounts=selection.accounts,
    )
    return asked.matches(probe)


def _within(selection: Selection, entry: Coverage) -> Coverage:
    """The entry as it is true of a selection: by name or tag a part was picked, and the rest was not looked at.

    Whoever records such an inventory again must not find that the rest is gone.
    """
    asks_more = (selection.kinds, selection.states, selection.ids, selection.tags, selection.text)
    if entry.status != CoverageStatus.SEEN or not any(asks_more):
        return entry
    return replace(entry, status=CoverageStatus.SKIPPED.value, detail="only what matched a filter is here")


def _origin(rows: Sequence[AnyRow], graph: Graph) -> DiscoveryInfo:
    """Whence an inventory comes: its one discovery, or the store over the time of several."""
    if len(rows) == 1:
        row = rows[0]
        started = write_instant(row.started_at or row.created_at)
        return DiscoveryInfo(row.id, row.provider, row.source, started, write_instant(row.completed_at))
    providers = {row.provider for row in rows} or {item.provider for item in graph.resources.values()}
    seen = [row.seen_at for row in rows if row.seen_at is not None]
    return DiscoveryInfo(
        id="",
        provider=providers.pop() if len(providers) == 1 else "mixed",
        source="store",
        started_at=write_instant(min(seen, default=None)),
        completed_at=write_instant(max(seen, default=None)),
    )


def _last_sight() -> tuple[Any, Any]:
    """Of a version: the number of the last discovery that saw the whole of its scope, and the last that saw it."""
    versions, looks, sightings = tables.resource_versions.c, tables.looks.c, tables.sightings.c
    looked = select(func.max(looks.seq)).where(
        looks.scope_id == versions.scope_id,
        looks.origin == versions.origin,
        looks.seq >= versions.first_seq,
        or_(versions.end_seq.is_(None), looks.seq < versions.end_seq),
    )
    sighted = select(func.max(sightings.seq)).where(
        sightings.resource_id == versions.resource_id,
        sightings.seq >= versions.first_seq,
        or_(versions.end_seq.is_(None), sightings.seq < versions.end_seq),
    )
    return looked.scalar_subquery().label("looked"), sighted.scalar_subquery().label("sighted")


def _version(row: AnyRow, seen: dict[int, AnyRow]) -> ResourceVersion:
    last = seen.get(max(row.looked or 0, row.sighted or 0))
    return ResourceVersion(
        resource=resource_of(row),
        content_hash=row.content_hash,
        source=row.source,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        first_discovery=row.discovery_id,
        last_discovery=row.discovery_id if last is None else last.id,
        last_seen_at=row.valid_from if last is None else max(row.valid_from, last.seen_at),
    )
