"""Audit: who did what to which thing, when, and from where. Rows are only added, each chained to the one before.

There is one chain for all processes. Whoever adds to it holds the row of its end for as long as his transaction
takes, so that numbers have no gaps and no two entries follow the same one (PostgreSQL: the row's lock; SQLite: its
one writer).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Unavailable
from cloudviz.store import chain, tables
from cloudviz.store.accesses import Access, Chained
from cloudviz.store.chain import ChainedRow, ChainReport, Head
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import AuditEntry, AuditRecord, Page
from cloudviz.store.rows import json_bytes, json_value, key_text
from cloudviz.store.types import AnyRow

_COLUMNS = ("at", "actor", "action", "target", "address", "detail", "seq", "hash")
_VERIFIED_AT_ONCE = 1000
_CHAINED_AT_ONCE = 200  # accesses: what is done in one go holds up the requests beside it, here for a millisecond


class Audit:
    """The table ``audit``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(
        self, actor: str, action: str, target: str, detail: Mapping[str, Any], address: str = ""
    ) -> None:
        """Add one entry. ``detail`` holds no secrets."""
        async with self._database.writing() as connection:
            end = await self._end(connection)
            # The clock is read with the chain in hand, so that times do not run against its order.
            now = await self._database.now(connection)
            await self._add(connection, end, [AuditEntry(now, actor, action, target, address, detail)])

    async def append_many(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries in their order, all or none: for what is recorded in batches."""
        if not entries:
            return
        async with self._database.writing() as connection:
            await self._add(connection, await self._end(connection), entries)

    async def append_accesses(self, accesses: Sequence[Access]) -> None:
        """Add an entry for each access, all or none: as :meth:`append_many`, at a fifth of the time."""
        if not accesses:
            return
        async with self._database.writing() as connection:
            chained = Chained(await self._end(connection), as_lines=self._database.is_postgres)
            for start in range(0, len(accesses), _CHAINED_AT_ONCE):
                chained.add(accesses[start : start + _CHAINED_AT_ONCE])
                await asyncio.sleep(0)
            if chained.lines:
                await self._database.copy_lines(connection, tables.audit, _COLUMNS, chained.lines)
            else:
                await self._database.insert_many(connection, tables.audit, _COLUMNS, chained.rows)
            await self._set_end(connection, chained.head)

    async def _end(self, connection: AsyncConnection) -> Head:
        """The end of the chain, held until the transaction is over."""
        query = select(tables.audit_heads).where(tables.audit_heads.c.name == "end").with_for_update()
        row = (await connection.execute(query)).first()
        if row is None:
            raise Unavailable("the audit has lost its head", hint="Restore the database from a backup.")
        return Head(row.seq, row.hash)

    async def _add(self, connection: AsyncConnection, end: Head, entries: Sequence[AuditEntry]) -> None:
        rows: list[tuple[Any, ...]] = []
        seq, previous = end.seq, end.hash
        for each in entries:
            seq += 1
            actor, action = key_text(each.actor), key_text(each.action)
            target, address = key_text(each.target), key_text(each.address)
            detail = chain.settled(json_value(each.detail) or {})
            previous = chain.entry_hash(previous, seq, each.at, actor, action, target, address, detail)
            # The text is made of what was hashed: written and read back, it makes the same hash.
            text = json_bytes(detail).decode()
            rows.append((self._database.time(each.at), actor, action, target, address, text, seq, previous))
        await self._database.insert_many(connection, tables.audit, _COLUMNS, rows)
        await self._set_end(connection, Head(seq, previous))

    async def _set_end(self, connection: AsyncConnection, head: Head) -> None:
        await connection.execute(
            update(tables.audit_heads)
            .where(tables.audit_heads.c.name == "end")
            .values(seq=head.seq, hash=head.hash)
        )

    async def head(self) -> Head:
        """The end of the chain, to be noted where whoever can write to the database can't."""
        async with self._database.reading() as connection:
            return (await self._heads(connection))["end"]

    async def verify(self, witnesses: Sequence[Head] = ()) -> ChainReport:
        """Hold every entry against the chain, as of one instant; reads the whole table.

        Arguments:
            witnesses: heads that were noted elsewhere, by :meth:`head`.
        """
        async with self._database.reading() as connection:
            heads = await self._heads(connection)
            return await chain.verify(self._chained(connection), heads["start"], heads["end"], witnesses)

    async def prune(self, before: datetime) -> int:
        """Take out entries older than an instant, from the oldest on, and let the chain begin after them.

        Returns how many. An entry that is younger than one after it holds back both.
        """
        table = tables.audit
        async with self._database.writing() as connection:
            await self._end(connection)  # nobody adds meanwhile
            kept = await connection.scalar(select(func.min(table.c.seq)).where(table.c.at >= before))
            query = select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
            if kept is not None:
                query = query.where(table.c.seq < kept)
            last = (await connection.execute(query.where(table.c.seq.is_not(None)))).first()
            if last is None:
                return 0
            gone = await connection.execute(delete(table).where(table.c.seq <= last.seq))
            await connection.execute(
                update(tables.audit_heads)
                .where(tables.audit_heads.c.name == "start")
                .values(seq=last.seq, hash=last.hash)
            )
            return int(gone.rowcount)

    async def page(
        self,
        actor: str | None = None,
        action: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        *,
        target: str | None = None,
        address: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[AuditRecord]:
        """Entries, newest first.

        Arguments:
            actor, action, target, address: only entries with exactly this.
            since, until: only entries from this instant on, and before that one.
        """
        table = tables.audit
        query = select(table)
        for column, wanted in (
            (table.c.actor, actor),
            (table.c.action, action),
            (table.c.target, target),
            (table.c.address, address),
        ):
            if wanted is not None:
                query = query.where(column == key_text(wanted))
        if since is not None:
            query = query.where(table.c.at >= since)
        if until is not None:
            query = query.where(table.c.at < until)
        async with self._database.reading() as connection:
            return await fetch_page(
                connection, query, [(table.c.id, int)], _record, limit, cursor, newest_first=True
            )

    async def _heads(self, connection: AsyncConnection) -> dict[str, Head]:
        rows = (await connection.execute(select(tables.audit_heads))).all()
        found = {row.name: Head(row.seq, row.hash) for row in rows}
        # Heads that are gone are a finding, not a failure: the chain is then too long by all its entries.
        return {name: found.get(name, Head(0, chain.GENESIS)) for name in ("start", "end")}

    async def _chained(self, connection: AsyncConnection) -> AsyncIterator[list[ChainedRow]]:
        table = tables.audit
        last = -(2**63)
        while True:
            query = select(table).where(table.c.seq > last).order_by(table.c.seq).limit(_VERIFIED_AT_ONCE)
            rows = (await connection.execute(query)).all()
            if not rows:
                break
            yield [_chained_row(row) for row in rows]
            last = rows[-1].seq
        query = select(table).where(table.c.seq.is_(None)).order_by(table.c.id).limit(_VERIFIED_AT_ONCE)
        yield [_chained_row(row) for row in (await connection.execute(query)).all()]


def _chained_row(row: AnyRow) -> ChainedRow:
    return ChainedRow(
        row.id, row.seq, row.hash, row.at, row.actor, row.action, row.target, row.address, row.detail or {}
    )


def _record(row: AnyRow) -> AuditRecord:
    return AuditRecord(row.id, row.at, row.actor, row.action, row.target, row.address, row.detail or {})
