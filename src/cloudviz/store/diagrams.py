"""Diagrams: the pictures that were made, to be shown and exported again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from cloudviz.errors import NotFound
from cloudviz.store import tables
from cloudviz.store.discoveries import checked_id
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import DiagramRecord, Page
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.types import AnyRow, new_uuid


class Diagrams:
    """The table ``diagrams``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self,
        discovery_ids: Sequence[str],
        mermaid_code: str,
        theme: str,
        layout: str,
        metadata: Mapping[str, Any],
        scene: bytes | None,
        options: Mapping[str, Any],
        diagram_id: str = "",
    ) -> str:
        """Store a picture; ``scene`` is its scene document. Returns the id, a UUID.

        Arguments:
            diagram_id: the id it shall have, a UUID; a picture of that id is replaced. A new id when empty.

        Raises NotFound for a discovery id that is no UUID.
        """
        key = str(uuid.UUID(diagram_id)) if diagram_id else new_uuid()
        made_from = [checked_id(each) for each in discovery_ids]
        async with self._database.writing() as connection:
            if diagram_id:
                await connection.execute(delete(tables.diagrams).where(tables.diagrams.c.id == key))
            await connection.execute(
                insert(tables.diagrams).values(
                    id=key,
                    discovery_ids=made_from,
                    mermaid_code=plain_text(mermaid_code),
                    theme=key_text(theme),
                    layout=key_text(layout),
                    metadata=json_value(metadata),
                    scene=scene,
                    options=json_value(options),
                    created_at=await self._database.now(connection),
                )
            )
        return key

    async def get(self, diagram_id: str) -> DiagramRecord:
        """One picture with its scene. Raises NotFound."""
        table = tables.diagrams
        unknown = NotFound(f"there is no diagram {plain_text(diagram_id)[:80]!r}", hint="Draw it anew.")
        try:
            key = str(uuid.UUID(diagram_id))
        except ValueError:
            raise unknown from None
        async with self._database.reading(from_replica=True) as connection:
            row = (await connection.execute(select(table).where(table.c.id == key))).first()
        if row is None:
            raise unknown
        return _record(row, row.scene)

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[DiagramRecord]:
        """Pictures, newest first, without their scenes."""
        table = tables.diagrams
        query = select(*(column for column in table.c if column is not table.c.scene))
        keys = [(table.c.created_at, datetime), (table.c.id, str)]
        async with self._database.reading(from_replica=True) as connection:
            return await fetch_page(connection, query, keys, _record, limit, cursor, newest_first=True)


def _record(row: AnyRow, scene: bytes | None = None) -> DiagramRecord:
    return DiagramRecord(
        id=row.id,
        discovery_ids=row.discovery_ids,
        mermaid_code=row.mermaid_code,
        theme=row.theme,
        layout=row.layout,
        metadata=row.metadata or {},
        options=row.options or {},
        scene=scene,
        created_at=row.created_at,
    )
