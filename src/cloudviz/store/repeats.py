"""Requests with an ``Idempotency-Key``: which were sent, and what was answered, for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.rows import json_value, key_text
from cloudviz.store.types import new_uuid

KEPT_HOURS = 24

ABANDONED_SECONDS = 120
"""So long may the first request be under way; then its process is taken for dead, and a repeat is carried out."""

_TABLE = tables.repeatable_requests


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request that was sent before with the same key. ``status`` is None while it is under way."""

    request_hash: str
    status: int | None
    headers: Mapping[str, str]
    body: bytes


class Repeats:
    """The table ``repeatable_requests``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, caller: str, key: str, request_hash: str) -> str | Earlier:
        """Take a key for a request: a token when it is the first, else what came of the first."""
        one = (_TABLE.c.caller == key_text(caller)) & (_TABLE.c.key == key_text(key))
        token = new_uuid()
        for _ in range(3):
            try:
                async with self._database.writing() as connection:
                    now = await self._database.now(connection)
                    await connection.execute(delete(_TABLE).where(one, _is_over(now)))
                    await connection.execute(delete(_TABLE).where(_TABLE.c.expires_at <= now))
                    await connection.execute(
                        insert(_TABLE).values(
                            caller=key_text(caller),
                            key=key_text(key),
                            request_hash=request_hash,
                            token=token,
                            created_at=now,
                            expires_at=now + timedelta(hours=KEPT_HOURS),
                        )
                    )
                    return token
            except IntegrityError:
                async with self._database.reading() as connection:
                    row = (await connection.execute(select(_TABLE).where(one))).first()
                if row is not None:
                    return Earlier(row.request_hash, row.status, row.headers or {}, bytes(row.body or b""))
            # The one that was in the way has just failed and been forgotten: it is ours now.
        return Earlier(request_hash, None, {}, b"")

    async def finish(
        self, caller: str, key: str, token: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Keep the answer to the first request."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(_TABLE)
                .where(_TABLE.c.caller == key_text(caller), _TABLE.c.key == key_text(key), _TABLE.c.token == token)
                .values(status=status, headers=json_value(headers), body=body)
            )

    async def forget(self, caller: str, key: str, token: str) -> None:
        """Give the key back: the request was refused and changed nothing."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(_TABLE).where(
                    _TABLE.c.caller == key_text(caller), _TABLE.c.key == key_text(key), _TABLE.c.token == token
                )
            )


def _is_over(now: datetime) -> ColumnElement[bool]:
    abandoned = _TABLE.c.status.is_(None) & (_TABLE.c.created_at <= now - timedelta(seconds=ABANDONED_SECONDS))
    return (_TABLE.c.expires_at <= now) | abandoned
