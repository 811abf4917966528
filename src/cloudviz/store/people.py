"""People: who may sign in, whom an identity provider vouches for, and their sessions."""

from __future__ import annotations

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
from cloudviz.store.records import IdentityRecord, Page, Person, SessionRecord
from cloudviz.store.rows import plain_text
from cloudviz.store.types import AnyRow

MAX_USERNAME = 50
MAX_EMAIL = 100
_MAX_ID = 2**31 - 1


class People:
    """The tables ``users``, ``identities``, ``sessions`` and ``sign_in_attempts``."""

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

    async def is_like(self, username: str) -> bool:
        """Whether somebody has another spelling of this name, by capitals; the very same is none."""
        users = tables.users.c
        given = plain_text(username)
        query = select(users.id).where(func.lower(users.username) == given.lower(), users.username != given)
        async with self._database.reading() as connection:
            return (await connection.execute(query.limit(1))).first() is not None

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

    async def renew_password_hash(self, user_id: int, old_hash: str, new_hash: str) -> bool:
        """Exchange a hash for one of the same password. False when the password was changed meanwhile."""
        table = tables.users
        async with self._database.writing() as connection:
            done = await connection.execute(
                update(table)
                .where(table.c.id == user_id, table.c.password_hash == old_hash)
                .values(password_hash=new_hash)
            )
            return done.rowcount == 1

    async def set_roles(self, user_id: int, roles: Sequence[str], *, keep: str = "") -> None:
        """Raises NotFound; Conflict when nobody would hold the role ``keep`` any more."""
        await self._set(user_id, keep=keep, roles=_words(roles))

    async def set_disabled(self, user_id: int, disabled: bool, *, keep: str = "") -> None:
        """Let somebody sign in no more, or again. Raises as :meth:`set_roles` does."""
        await self._set(user_id, keep=keep, disabled=disabled)

    async def _set(self, user_id: int, *, keep: str = "", disabled: bool | None = None, **values: Any) -> None:
        table = tables.users
        async with self._database.writing() as connection:
            await _person_exists(connection, user_id)
            if keep and (disabled or keep not in values.get("roles", [keep])):
                await _somebody_else_is(connection, keep, user_id)
            if disabled is not None:
                values["disabled_at"] = await self._database.now(connection) if disabled else None
            await connection.execute(update(table).where(table.c.id == user_id).values(**values))

    async def delete(self, user_id: int, *, keep: str = "") -> None:
        """Take a person out, with sessions and keys. Raises as :meth:`set_roles` does."""
        async with self._database.writing() as connection:
            await _person_exists(connection, user_id)
            if keep:
                await _somebody_else_is(connection, keep, user_id)
            await connection.execute(delete(tables.users).where(tables.users.c.id == user_id))

    async def by_identity(self, issuer: str, subject: str) -> Person | None:
        """The person for whom an identity provider vouches under this name, if any."""
        mine = tables.identities
        query = (
            select(tables.users)
            .join(mine, mine.c.user_id == tables.users.c.id)
            .where(mine.c.issuer == plain_text(issuer), mine.c.subject == plain_text(subject))
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _person(row)

    async def add_identity(self, user_id: int, issuer: str, subject: str, provider: str) -> None:
        """Let an identity provider vouch for somebody. Raises NotFound; Conflict when it does for another."""
        table = tables.identities
        try:
            async with self._database.writing() as connection:
                await _person_exists(connection, user_id)
                await connection.execute(
                    insert(table).values(
                        issuer=plain_text(issuer),
                        subject=plain_text(subject),
                        user_id=user_id,
                        provider=plain_text(provider),
                        created_at=await self._database.now(connection),
                    )
                )
        except IntegrityError as error:
            raise Conflict("the identity belongs to somebody already", hint="Sign in again.") from error

    async def identities(self, user_id: int) -> list[IdentityRecord]:
        """The identities of somebody, oldest first."""
        table = tables.identities
        query = select(table).where(table.c.user_id == user_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(table.c.created_at, table.c.subject))).all()
        return [IdentityRecord(row.issuer, row.subject, row.user_id, row.provider, row.created_at) for row in rows]

    async def remove_identity(self, user_id: int, issuer: str, subject: str) -> None:
        """Let a provider vouch for somebody no more; nothing happens when it does not."""
        mine = tables.identities.c
        async with self._database.writing() as connection:
            await connection.execute(
                delete(tables.identities).where(
                    mine.user_id == user_id, mine.issuer == issuer, mine.subject == subject
                )
            )

    async def begin_attempt(self, attempt_id: str, provider: str, expires_at: datetime) -> None:
        """Note that a sign-in by an identity provider began; those whose time is over go."""
        table = tables.sign_in_attempts
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            await connection.execute(delete(table).where(table.c.expires_at < now))
            await connection.execute(
                insert(table).values(id=attempt_id, provider=provider, created_at=now, expires_at=expires_at)
            )

    async def end_attempt(self, attempt_id: str, provider: str) -> bool:
        """Take an attempt away. False when there is none, or it is over its time: it counts only once."""
        table = tables.sign_in_attempts
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            done = await connection.execute(
                delete(table).where(
                    table.c.id == attempt_id, table.c.provider == provider, table.c.expires_at >= now
                )
            )
            return done.rowcount == 1

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


async def _person_exists(connection: AsyncConnection, user_id: int) -> None:
    query = select(tables.users.c.id).where(tables.users.c.id == user_id)
    if not 0 < user_id <= _MAX_ID or (await connection.execute(query)).first() is None:
        raise NotFound(f"there is no user with the id {user_id}", hint="`cloudviz users list` shows them.")


async def _somebody_else_is(connection: AsyncConnection, role: str, user_id: int) -> None:
    """Raise Conflict when this person alone holds a role. The rows stay locked, so that two can't go at once."""
    table = tables.users
    query = select(table).where(table.c.disabled_at.is_(None)).order_by(table.c.id).with_for_update()
    holders = [row.id for row in await connection.execute(query) if role in row.roles]
    if holders == [user_id]:
        raise Conflict(
            f"nobody else has the role {role}, and somebody must", hint="Give the role to somebody else first."
        )


def _words(roles: Sequence[str]) -> list[str]:
    return [plain_text(str(role)) for role in roles]


def _person(row: AnyRow) -> Person:
    return Person(
        row.id, row.username, row.email, row.password_hash, tuple(row.roles), row.created_at, row.disabled_at
    )


def _session(row: AnyRow) -> SessionRecord:
    return SessionRecord(row.id, row.user_id, row.refresh_hash, row.expires_at, row.created_at, row.revoked_at)
