"""People: who may sign in, their sessions, and the keys of their programs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Conflict, Invalid, NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import ApiKeyRecord, Page, Person, SessionRecord
from cloudviz.store.rows import plain_text
from cloudviz.store.types import AnyRow, new_uuid

MAX_USERNAME = 50
MAX_EMAIL = 100
_MAX_ID = 2**31 - 1


class People:
    """The tables ``users`` and ``sessions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, username: str, email: str, password_hash: str, roles: Sequence[str] = ("viewer",)
    ) -> Person:
        """A new person. Raises Conflict when the username or e-mail address is taken, Invalid when too long."""
        for what, value, limit in (("username", username, MAX_USERNAME), ("e-mail address", email, MAX_EMAIL)):
            if not value or len(value) > limit or plain_text(value) != value:
                raise Invalid(f"the {what} is not acceptable", hint=f"Give 1 to {limit} characters.")
        table = tables.users
        try:
            async with self._database.writing() as connection:
                made = await connection.execute(
                    insert(table)
                    .values(
                        username=username,
                        email=email,
                        password_hash=password_hash,
                        roles=_words(roles),
                        created_at=await self._database.now(connection),
                    )
                    .returning(table)
                )
                return _person(made.one())
        except IntegrityError as error:
            what = "e-mail address" if "email" in str(error.orig) else "username"
            value = email if what == "e-mail address" else username
            raise Conflict(f"the {what} {value!r} is taken", hint="Choose another.") from error

    async def by_username(self, username: str) -> Person | None:
        """The person with exactly this name, if any."""
        return await self._one(tables.users.c.username == plain_text(username))

    async def by_id(self, user_id: int) -> Person | None:
        """The person with this id, if any."""
        return await self._one(tables.users.c.id == user_id) if 0 < user_id <= _MAX_ID else None

    async def _one(self, condition: Any) -> Person | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(tables.users).where(condition))).first()
        return None if row is None else _person(row)

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[Person]:
        """People in the order of their ids."""
        table = tables.users
        async with self._database.reading() as connection:
            return await fetch_page(connection, select(table), [(table.c.id, int)], _person, limit, cursor)

    async def count(self) -> int:
        """How many there are."""
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.count()).select_from(tables.users)) or 0)

    async def set_password_hash(self, user_id: int, password_hash: str) -> None:
        """Raises NotFound."""
        await self._set(user_id, password_hash=password_hash)

    async def set_roles(self, user_id: int, roles: Sequence[str]) -> None:
        """Raises NotFound."""
        await self._set(user_id, roles=_words(roles))

    async def _set(self, user_id: int, **values: Any) -> None:
        table = tables.users
        async with self._database.writing() as connection:
            await _person_exists(connection, user_id)
            await connection.execute(update(table).where(table.c.id == user_id).values(**values))

    async def delete(self, user_id: int) -> None:
        """Take a person out, with sessions and keys. Raises NotFound."""
        async with self._database.writing() as connection:
            await _person_exists(connection, user_id)
            await connection.execute(delete(tables.users).where(tables.users.c.id == user_id))

    async def save_session(self, session_id: str, user_id: int, refresh_hash: str, expires_at: datetime) -> None:
        """Open a session, or give the person's open one a new refresh hash and end.

        Raises NotFound for an unknown person, Conflict when the session is closed or somebody else's.
        """
        table = tables.sessions
        async with self._database.writing() as connection:
            await _person_exists(connection, user_id)
            found = (await connection.execute(select(table).where(table.c.id == session_id))).first()
            if found is None:
                await connection.execute(
                    insert(table).values(
                        id=session_id,
                        user_id=user_id,
                        refresh_hash=refresh_hash,
                        expires_at=expires_at,
                        created_at=await self._database.now(connection),
                    )
                )
                return
            if found.user_id != user_id or found.revoked_at is not None:
                raise Conflict("the session is closed", hint="Sign in again.")
            await connection.execute(
                update(table)
                .where(table.c.id == session_id)
                .values(refresh_hash=refresh_hash, expires_at=expires_at)
            )

    async def session(self, session_id: str) -> SessionRecord | None:
        """A session, open or not, if there is one."""
        table = tables.sessions
        async with self._database.reading() as connection:
            query = select(table).where(table.c.id == plain_text(session_id))
            row = (await connection.execute(query)).first()
        return None if row is None else _session(row)

    async def rotate_session(self, session_id: str, old_hash: str, new_hash: str, expires_at: datetime) -> bool:
        """Exchange the refresh hash in one step. False when the session is closed or holds another hash: reuse."""
        table = tables.sessions
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            done = await connection.execute(
                update(table)
                .where(
                    table.c.id == plain_text(session_id),
                    table.c.refresh_hash == old_hash,
                    table.c.revoked_at.is_(None),
                    table.c.expires_at > now,
                )
                .values(refresh_hash=new_hash, expires_at=expires_at)
            )
            return done.rowcount == 1

    async def revoke_session(self, session_id: str) -> None:
        """Close a session for good. Quietly does nothing when there is none."""
        await self._revoke(tables.sessions.c.id == plain_text(session_id))

    async def revoke_sessions(self, user_id: int) -> None:
        """Close all sessions of a person: after a new password, or when a refresh token was used twice."""
        await self._revoke(tables.sessions.c.user_id == user_id)

    async def _revoke(self, condition: Any) -> None:
        table = tables.sessions
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            closing = update(table).where(condition, table.c.revoked_at.is_(None))
            await connection.execute(closing.values(revoked_at=now))


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
    ) -> ApiKeyRecord:
        """A new key. Raises NotFound for the person."""
        table = tables.api_keys
        async with self._database.writing() as connection:
            await _person_exists(connection, user_id)
            made = await connection.execute(
                insert(table)
                .values(
                    id=new_uuid(),
                    user_id=user_id,
                    name=plain_text(name),
                    prefix=prefix,
                    key_hash=key_hash,
                    roles=_words(roles),
                    created_at=await self._database.now(connection),
                    expires_at=expires_at,
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
        """Close a key for good. Raises NotFound."""
        await self._set(key_id, "revoked_at")

    async def _set(self, key_id: str, column: str) -> None:
        table = tables.api_keys
        unknown = NotFound(f"there is no API key {plain_text(key_id)[:80]!r}", hint="List the keys there are.")
        try:
            key = str(uuid.UUID(key_id))
        except ValueError:
            raise unknown from None
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            done = await connection.execute(update(table).where(table.c.id == key).values({column: now}))
            if not done.rowcount:
                raise unknown


async def _person_exists(connection: AsyncConnection, user_id: int) -> None:
    query = select(tables.users.c.id).where(tables.users.c.id == user_id)
    if not 0 < user_id <= _MAX_ID or (await connection.execute(query)).first() is None:
        raise NotFound(f"there is no user with the id {user_id}", hint="`cloudviz users list` shows them.")


def _words(roles: Sequence[str]) -> list[str]:
    return [plain_text(str(role)) for role in roles]


def _person(row: AnyRow) -> Person:
    return Person(row.id, row.username, row.email, row.password_hash, tuple(row.roles), row.created_at)


def _session(row: AnyRow) -> SessionRecord:
    return SessionRecord(row.id, row.user_id, row.refresh_hash, row.expires_at, row.created_at, row.revoked_at)


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
    )
