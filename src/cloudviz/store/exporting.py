"""The inventory in pieces, all of one moment: what is too large for memory, or must go on where it broke off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from cloudviz.inventory.model import Graph, Link, Resource
from cloudviz.inventory.select import Selection
from cloudviz.store import tables
from cloudviz.store.costs import lay_costs
from cloudviz.store.engine import Database
from cloudviz.store.instants import read_instant
from cloudviz.store.moments import After, At, Moment, moment_of, shown_at
from cloudviz.store.selecting import conditions, present_ids, resources_by_id


@dataclass(frozen=True, slots=True)
class Frozen:
    """A moment that later recordings leave as it is: after the discovery of this number, or an instant."""

    seq: int = 0
    at: str = ""

    def moment(self) -> Moment:
        """The same as the store's queries take it."""
        return At(read_instant(self.at)) if self.at else After(self.seq)


class Exporting:
    """Reading in pieces. Memory holds the ids of what is exported, and one piece of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def freeze(self, selection: Selection) -> Frozen:
        """The moment that an export is of: the one that is asked for, or just after the newest recording."""
        async with self._database.reading() as connection:
            if selection.at:
                asked = await moment_of(connection, selection.at)
                return Frozen(seq=asked.seq) if isinstance(asked, After) else Frozen(at=selection.at)
            return Frozen(seq=int(await connection.scalar(select(func.max(tables.discoveries.c.seq))) or 0))

    async def ids(self, selection: Selection, frozen: Frozen) -> list[str]:
        """The ids of what matches at a moment, and of what that is contained in, sorted."""
        shown = shown_at(frozen.moment())
        found: dict[str, str | None] = {}
        async with self._database.reading(from_replica=True) as connection:
            wanted = await conditions(self._database, connection, selection, shown)
            query = select(shown.id, shown.rows.c.parent).where(*wanted)
            async for rows in (await connection.stream(query)).partitions(2000):
                found.update((row[0], row[1]) for row in rows)
            missing = {parent for parent in found.values() if parent} - found.keys()
            while missing:
                held = select(shown.id, shown.rows.c.parent).where(
                    self._database.among(shown.id, sorted(missing)), shown.condition
                )
                above = {row[0]: row[1] for row in await connection.execute(held)}
                found.update(above)
                missing = {parent for parent in above.values() if parent} - found.keys()
        return sorted(found)

    async def resources(self, ids: Sequence[str], frozen: Frozen) -> list[Resource]:
        """Some resources as they were at a moment, in the order of their ids, with what the bill says of them."""
        async with self._database.reading(from_replica=True) as connection:
            found = await resources_by_id(self._database, connection, list(ids), frozen.moment())
            await lay_costs(self._database, connection, found, frozen.moment())
        return [found[key] for key in sorted(found)]

    async def links(self, sources: Sequence[str], exported: frozenset[str], frozen: Frozen) -> list[Link]:
        """The links from some resources to exported ones, or to what is in no inventory, in canonical order."""
        table, moment = tables.links.c, frozen.moment()
        query = select(table.source_id, table.target_id, table.kind, table.stated_by)
        query = query.where(self._database.among(table.source_id, list(sources)), moment.holds(table))
        links: list[Link] = []
        async with self._database.reading(from_replica=True) as connection:
            rows = (await connection.execute(query)).all()
            outside = sorted({row.target_id for row in rows} - exported)
            elsewhere = await present_ids(self._database, connection, outside, moment)
        for source, target, kind, stater in rows:
            if target in exported or target not in elsewhere:
                links.append(Link(source, target, kind, target in exported, () if stater == source else (stater,)))
        # Twins become one where the whole graph is sorted; here it has the links of these sources.
        made = Graph(dict.fromkeys({link.target for link in links} & exported, _NOBODY), links).sorted()
        return made.links


_NOBODY = Resource("", "", "", "", "", "", "", "")
