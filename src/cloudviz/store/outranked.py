"""What files say of resources that another source knows better.

The present state of a resource is that of one source: of a live scan where one saw it, else of the file read last.
What other files say is kept beside it by validity, as the history is, so that it can be told which sources have a
resource, what an import said, and how far what is written down is from what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, insert, literal, or_, select, table, update
from sqlalchemy import column as sql_column
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.rows import ResourceRow

_SEEN = table("seen_now", sql_column("id"))


class Outranked:
    """What one recording writes there.

    Arguments:
        seq: the number of the discovery that is recorded.
        origin: the file that it read; empty for a live scan.
        seen_at: when that was.
    """

    def __init__(
        self, database: Database, connection: AsyncConnection, seq: int, origin: str, seen_at: datetime
    ) -> None:
        self._database = database
        self._connection = connection
        self._seq = seq
        self._origin = origin
        self._seen_at = seen_at

    async def keep(self, keys: Sequence[str], columns: Sequence[str]) -> None:
        """Keep the present states of resources that other files brought, before this one takes their place.

        Arguments:
            columns: of a state, the same in every table.
        """
        if not keys:
            return
        known, kept = tables.resources.c, tables.outranked
        instant = literal(self._seen_at, kept.c.valid_from.type)
        names = [name for name in columns if name != "valid_from"]
        copied = select(
            known.id,
            literal(self._seq),
            known.discovery_id,
            self._database.later(instant, known.valid_from),
            *(known[name] for name in names),
        ).where(self._database.among(known.id, keys))
        into = ["resource_id", "first_seq", "discovery_id", "valid_from", *names]
        await self._connection.execute(insert(kept).from_select(into, copied))

    async def note(
        self, rows: Mapping[str, ResourceRow], discovery_id: str, content: Any, columns: Sequence[str]
    ) -> None:
        """Write down what this file says of resources that live scans know.

        Arguments:
            content: gives the values of the columns from a row.
        """
        if not rows:
            return
        kept = tables.outranked.c
        mine = (
            kept.origin == self._origin,
            kept.end_seq.is_(None),
            self._database.among(kept.resource_id, list(rows)),
        )
        stored = await self._connection.execute(select(kept.resource_id, kept.content_hash).where(*mine))
        known = {row.resource_id: row.content_hash for row in stored}
        fresh = {key: row for key, row in rows.items() if known.get(key) != row.content_hash}
        outdated = [key for key in fresh if key in known]
        if outdated:
            await self._end(kept.origin == self._origin, self._database.among(kept.resource_id, outdated))
        names = ("resource_id", "first_seq", "discovery_id", *columns)
        values = [(key, self._seq, discovery_id, *content(row)) for key, row in fresh.items()]
        await self._database.insert_many(self._connection, tables.outranked, names, values)

    async def settle(self) -> None:
        """When this file has been recorded: end what it does not say any more, or says as the one that counts."""
        kept, known = tables.outranked.c, tables.resources.c
        counts = exists().where(known.id == kept.resource_id, known.origin == self._origin)
        is_seen = exists().where(_SEEN.c.id == kept.resource_id)
        await self._end(kept.origin == self._origin, or_(~is_seen, counts))

    async def _end(self, *conditions: ColumnElement[bool]) -> None:
        kept = tables.outranked
        instant = literal(self._seen_at, kept.c.valid_to.type)
        await self._connection.execute(
            update(kept)
            .where(kept.c.end_seq.is_(None), *conditions)
            .values(end_seq=self._seq, valid_to=self._database.later(instant, kept.c.valid_from))
        )
