"""What a scan has read so far: written as it comes, read again by whoever resumes the scan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, tuple_

from cloudviz.inventory.model import Coverage
from cloudviz.store import tables
from cloudviz.store.discoveries import checked_id, discovery_row
from cloudviz.store.engine import Database
from cloudviz.store.records import DiscoveryStatus
from cloudviz.store.rows import json_value, key_text
from cloudviz.store.types import AnyRow


@dataclass(frozen=True, slots=True)
class CheckpointPage:
    """One page of what a listing of a part held. ``coverage`` is the same on every page of a listing."""

    part: str
    listing: int
    page: int
    coverage: Coverage
    data: bytes


class Checkpoints:
    """The tables ``discovery_parts`` and ``discovery_listings``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self,
        discovery_id: str,
        part: str,
        listings: Sequence[tuple[Coverage, Sequence[bytes]]],
        note: Mapping[str, Any] = MappingProxyType({}),
        replaces: Collection[str] = (),
    ) -> None:
        """Write a part down: all of its listings or, when the process dies, none. One already there is replaced.

        Arguments:
            part: its key, the same in every try.
            listings: what each listing said of its place, and its pages, one at least.
            note: what :meth:`parts` gives back.
            replaces: keys of other parts that it stands for.

        Raises NotFound for an unknown discovery.
        """
        table, parts = tables.discovery_listings, tables.discovery_parts
        async with self._database.writing() as connection:
            found = await discovery_row(connection, discovery_id)
            name = key_text(part)
            for gone in (name, *map(key_text, replaces)):
                for each in (table, parts):
                    mine = (each.c.discovery_id == found.id, each.c.part == gone)
                    await connection.execute(delete(each).where(*mine))
            values = {"discovery_id": found.id, "part": name, "note": json_value(note)}
            await connection.execute(insert(parts).values(**values))
            rows = [
                {
                    "discovery_id": found.id,
                    "part": name,
                    "listing": number,
                    "page": page,
                    "coverage": _words(coverage),
                    "data": data,
                }
                for number, (coverage, pages) in enumerate(listings)
                for page, data in enumerate(pages)
            ]
            if rows:
                await connection.execute(insert(table), rows)

    async def parts(self, discovery_id: str) -> dict[str, dict[str, Any]]:
        """The note of every part written down, by the part's key."""
        table = tables.discovery_parts
        query = select(table.c.part, table.c.note).where(table.c.discovery_id == checked_id(discovery_id))
        async with self._database.reading() as connection:
            return {row.part: row.note for row in await connection.execute(query)}

    async def pages(self, discovery_id: str) -> AsyncIterator[CheckpointPage]:
        """Every page written down, in the order of parts, listings and pages; one at a time is held in memory."""
        key = checked_id(discovery_id)
        table = tables.discovery_listings.c
        order = (table.part, table.listing, table.page)
        last: tuple[str, int, int] | None = None
        while True:
            query = select(tables.discovery_listings).where(table.discovery_id == key).order_by(*order).limit(1)
            if last is not None:
                query = query.where(tuple_(*order) > tuple_(*last))
            async with self._database.reading() as connection:
                row = (await connection.execute(query)).first()
            if row is None:
                return
            last = (row.part, row.listing, row.page)
            yield _page(row)

    async def clear(self, discovery_id: str) -> None:
        """Forget what a discovery wrote down, and what nobody will come back to.

        That is: what discoveries wrote that are complete, and older ones of the same source that ended otherwise.
        """
        discoveries = tables.discoveries.c
        this = tables.discoveries.alias()
        key = checked_id(discovery_id)
        stale = (
            select(discoveries.id)
            .join(this, this.c.id == key)
            .where(
                or_(
                    discoveries.id == key,
                    discoveries.status.in_([DiscoveryStatus.COMPLETED.value, DiscoveryStatus.PARTIAL.value]),
                    and_(
                        discoveries.status.in_([DiscoveryStatus.FAILED.value, DiscoveryStatus.CANCELLED.value]),
                        discoveries.source == this.c.source,
                        discoveries.created_at < this.c.created_at,
                    ),
                )
            )
        )
        async with self._database.writing() as connection:
            for table in (tables.discovery_listings, tables.discovery_parts):
                await connection.execute(delete(table).where(table.c.discovery_id.in_(stale)))


def _words(entry: Coverage) -> dict[str, object] | None:
    return json_value({name: getattr(entry, name) for name in Coverage.__slots__})


def _page(row: AnyRow) -> CheckpointPage:
    return CheckpointPage(row.part, row.listing, row.page, Coverage(**row.coverage), bytes(row.data))
