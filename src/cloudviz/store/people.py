"""People: who may sign in, their sessions, and the keys of their programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cloudviz.store.engine import Database
from cloudviz.store.records import ApiKeyRecord, Page, Person, SessionRecord


class People:
    """The tables ``users`` and ``sessions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, username: str, email: str, password_hash: str, roles: Sequence[str] = ("viewer",)
    ) -> Person:
        """A new person. Raises Conflict when the username or the e-mail address is taken, Invalid when too long."""
        raise NotImplementedError

    async def by_username(self, username: str) -> Person | None:
        """The person with exactly this name, if any."""
        raise NotImplementedError

    async def by_id(self, user_id: int) -> Person | None:
        """The person with this id, if any."""
        raise NotImplementedError

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[Person]:
        """People in the order of their ids."""
        raise NotImplementedError

    async def count(self) -> int:
        """How many there are."""
        raise NotImplementedError

    async def set_password_hash(self, user_id: int, password_hash: str) -> None:
        """Raises NotFound."""
        raise NotImplementedError

    async def set_roles(self, user_id: int, roles: Sequence[str]) -> None:
        """Raises NotFound."""
        raise NotImplementedError

    async def delete(self, user_id: int) -> None:
        """Take a person out, with sessions and keys. Raises NotFound."""
        raise NotImplementedError

    async def save_session(self, session_id: str, user_id: int, refresh_hash: str, expires_at: datetime) -> None:
        """Open a session, or give the one with this id a new refresh hash and end. Raises NotFound for the person."""
        raise NotImplementedError

    async def session(self, session_id: str) -> SessionRecord | None:
        """A session, open or not, if there is one."""
        raise NotImplementedError

    async def rotate_session(self, session_id: str, old_hash: str, new_hash: str, expires_at: datetime) -> bool:
        """Exchange the refresh hash in one step. False when the session is closed or holds another hash: reuse."""
        raise NotImplementedError

    async def revoke_session(self, session_id: str) -> None:
        """Close a session for good. Quietly does nothing when there is none."""
        raise NotImplementedError


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
        raise NotImplementedError

    async def by_hash(self, key_hash: str) -> ApiKeyRecord | None:
        """The key with this hash, revoked or not, if any."""
        raise NotImplementedError

    async def page(
        self, user_id: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[ApiKeyRecord]:
        """Keys, newest first; of one person or of all."""
        raise NotImplementedError

    async def used(self, key_id: str) -> None:
        """Note that a key was used now."""
        raise NotImplementedError

    async def revoke(self, key_id: str) -> None:
        """Close a key for good. Raises NotFound."""
        raise NotImplementedError
