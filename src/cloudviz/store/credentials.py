"""Named credentials as they are kept: sealed. This room knows neither their keys nor what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cloudviz.errors import Conflict, NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import Page
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.types import AnyRow

_TABLE = tables.credentials


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """A named credential. ``facts`` may be shown, ``sealed`` may not be used without its key."""

    id: str
    name: str
    provider: str
    facts: Mapping[str, Any]
    key_id: str
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    sealed: bytes = field(repr=False)


class SealedCredentials:
    """The table ``credentials``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        credential_id: str,
        name: str,
        provider: str,
        facts: Mapping[str, Any],
        sealed: bytes,
        key_id: str,
        created_by: str,
    ) -> CredentialRecord:
        """Add one. Its id is chosen by who sealed it, since it is sealed for that row. Raises Conflict."""
        try:
            async with self._database.writing() as connection:
                made = await connection.execute(
                    insert(_TABLE)
                    .values(
                        id=credential_id,
                        name=key_text(name),
                        provider=provider,
                        facts=json_value(facts),
                        sealed=sealed,
                        key_id=plain_text(key_id),
                        created_by=plain_text(created_by),
                        created_at=await self._database.now(connection),
                    )
                    .returning(_TABLE)
                )
                return _record(made.one())
        except IntegrityError:
            raise Conflict(
                f"there is a credential {name[:80]!r} already", hint="Choose another name, or delete that one."
            ) from None

    async def by_name(self, name: str) -> CredentialRecord:
        """The one of a name. Raises NotFound."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(_TABLE).where(_TABLE.c.name == key_text(name)))).first()
        if row is None:
            raise _unknown(name)
        return _record(row)

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[CredentialRecord]:
        """All, in the order of their names."""
        async with self._database.reading() as connection:
            return await fetch_page(connection, select(_TABLE), [(_TABLE.c.name, str)], _record, limit, cursor)

    async def delete(self, name: str) -> None:
        """Take one out. Raises NotFound."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(_TABLE).where(_TABLE.c.name == key_text(name)))
            if not gone.rowcount:
                raise _unknown(name)

    async def used(self, credential_id: str) -> None:
        """Note that one was used now."""
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            await connection.execute(update(_TABLE).where(_TABLE.c.id == credential_id).values(last_used_at=now))

    async def after(self, last_id: str, limit: int) -> list[CredentialRecord]:
        """Up to ``limit`` of them in the order of their ids, behind ``last_id``: for going through all."""
        query = select(_TABLE).where(_TABLE.c.id > last_id).order_by(_TABLE.c.id).limit(limit)
        async with self._database.reading() as connection:
            return [_record(row) for row in (await connection.execute(query)).all()]

    async def reseal(self, record: CredentialRecord, sealed: bytes, key_id: str) -> bool:
        """Put another envelope in place of the one that was read. False when that one is no longer there."""
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(_TABLE)
                .where(_TABLE.c.id == record.id, _TABLE.c.sealed == record.sealed)
                .values(sealed=sealed, key_id=plain_text(key_id))
            )
            return bool(changed.rowcount)


def _unknown(name: str) -> NotFound:
    return NotFound(
        f"there is no credential {plain_text(name)[:80]!r}", hint="GET /admin/credentials lists those there are."
    )


def _record(row: AnyRow) -> CredentialRecord:
    return CredentialRecord(
        row.id,
        row.name,
        row.provider,
        row.facts,
        row.key_id,
        row.created_by,
        row.created_at,
        row.last_used_at,
        bytes(row.sealed),
    )
