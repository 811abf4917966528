"""Audit: who did what to which thing, when, and from where. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import AuditRecord, Page
from cloudviz.store.rows import json_value, key_text
from cloudviz.store.types import AnyRow


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
