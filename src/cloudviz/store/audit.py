"""Audit: who did what to which thing, when, and from where. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import AuditEntry, AuditRecord, Page
from cloudviz.store.rows import json_bytes, json_value, key_text
from cloudviz.store.types import AnyRow

_COLUMNS = ("at", "actor", "action", "target", "address", "detail")


class Audit:
    """The table ``audit``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(
        self, actor: str, action: str, target: str, detail: Mapping[str, Any], address: str = ""
    ) -> None:
        """Add one entry. ``detail`` holds no secrets."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(tables.audit).values(
                    at=await self._database.now(connection),
                    actor=key_text(actor),
                    action=key_text(action),
                    target=key_text(target),
                    address=key_text(address),
                    detail=json_value(detail),
                )
            )

    async def append_many(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries in their order, all or none: for what is recorded in batches."""
        rows = [
            (
                self._database.time(each.at),
                key_text(each.actor),
                key_text(each.action),
                key_text(each.target),
                key_text(each.address),
                json_bytes(each.detail).decode(),
            )
            for each in entries
        ]
        async with self._database.writing() as connection:
            await self._database.insert_many(connection, tables.audit, _COLUMNS, rows)

    async def page(
        self,
        actor: str | None = None,
        action: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[AuditRecord]:
        """Entries, newest first."""
        table = tables.audit
        query = select(table)
        if actor is not None:
            query = query.where(table.c.actor == key_text(actor))
        if action is not None:
            query = query.where(table.c.action == key_text(action))
        async with self._database.reading() as connection:
            return await fetch_page(
                connection, query, [(table.c.id, int)], _record, limit, cursor, newest_first=True
            )


def _record(row: AnyRow) -> AuditRecord:
    return AuditRecord(row.id, row.at, row.actor, row.action, row.target, row.address, row.detail or {})
