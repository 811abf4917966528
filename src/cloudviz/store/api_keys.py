"""The keys of people's programs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from cloudviz.errors import Conflict, NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import ApiKeyRecord, Page
from cloudviz.store.rows import plain_text
from cloudviz.store.types import AnyRow, UtcTime, new_uuid


class ApiKeys:
    """The table ``api_keys``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        user_id: int,
        name: str,
        prefix: str,
        key_hash: str,
        roles: Sequence[str],
        expires_at: datetime | None = None,
        *,
        access: str = "write",
        limits: Mapping[str, int] | None = None,
        most: int = 1000,
    ) -> ApiKeyRecord:
        """A new key. Raises NotFound for the person, Conflict when they have ``most`` open keys already."""
        table = tables.api_keys
        async with self._database.writing() as connection:
            person = select(tables.users.c.id).where(tables.users.c.id == user_id).with_for_update()
            if (await connection.execute(person)).first() is None:
                raise NotFound(f"there is no user with the id {user_id}", hint="`cloudviz users list` shows them.")
            mine = select(func.count()).where(table.c.user_id == user_id, table.c.revoked_at.is_(None))
            if int(await connection.scalar(mine) or 0) >= most:
                raise Conflict(f"there are {most} API keys already", hint="Revoke one that is not used any more.")
            made = await connection.execute(
                insert(table)
                .values(
                    id=new_uuid(),
                    user_id=user_id,
                    name=plain_text(name),
                    prefix=prefix,
                    key_hash=key_hash,
                    roles=[plain_text(str(role)) for role in roles],
                    created_at=await self._database.now(connection),
                    expires_at=expires_at,
                    access=access,
                    limits=dict(limits or {}),
                )
                .returning(table)
            )
            return _api_key(made.one())

    async def by_hash(self, key_hash: str) -> ApiKeyRecord | None:
        """The key with this hash, revoked or not, if any."""
        table = tables.api_keys
        async with self._database.reading() as connection:
            row = (await connection.execute(select(table).where(table.c.key_hash == key_hash))).first()
        return None if row is None else _api_key(row)

    async def get(self, key_id: str) -> ApiKeyRecord:
        """The key with this id, revoked or not. Raises NotFound."""
        table = tables.api_keys
        async with self._database.reading() as connection:
            row = (await connection.execute(select(table).where(table.c.id == _id(key_id)))).first()
        if row is None:
            raise _unknown(key_id)
        return _api_key(row)

    async def page(
        self, user_id: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[ApiKeyRecord]:
        """Keys, newest first; of one person or of all."""
        table = tables.api_keys
        query = select(table)
        if user_id is not None:
            query = query.where(table.c.user_id == user_id)
        keys = [(table.c.created_at, datetime), (table.c.id, str)]
        async with self._database.reading() as connection:
            return await fetch_page(connection, query, keys, _api_key, limit, cursor, newest_first=True)

    async def used(self, key_id: str) -> None:
        """Note that a key was used now. Raises NotFound."""
        await self._set(key_id, "last_used_at")

    async def revoke(self, key_id: str) -> None:
        """Close a key for good; the first time counts. Raises NotFound."""
        await self._set(key_id, "revoked_at", once=True)

    async def _set(self, key_id: str, column: str, *, once: bool = False) -> None:
        table = tables.api_keys
        new = func.coalesce(table.c[column], bindparam("now", type_=UtcTime()))
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            change = update(table).where(table.c.id == _id(key_id)).values({column: new if once else now})
            done = await connection.execute(change, {"now": now} if once else {})
            if not done.rowcount:
                raise _unknown(key_id)


def _id(key_id: str) -> str:
    try:
        return str(uuid.UUID(key_id))
    except ValueError:
        raise _unknown(key_id) from None


def _unknown(key_id: str) -> NotFound:
    return NotFound(f"there is no API key {plain_text(key_id)[:80]!r}", hint="List the keys there are.")


def _api_key(row: AnyRow) -> ApiKeyRecord:
    return ApiKeyRecord(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        prefix=row.prefix,
        key_hash=row.key_hash,
        roles=tuple(row.roles),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        access=row.access,
        limits=dict(row.limits or {}),
    )
