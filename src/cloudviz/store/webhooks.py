"""Webhooks as they are kept: address and keys sealed. This room knows neither the master key nor the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from cloudviz.errors import Conflict, NotFound
from cloudviz.store import tables, webhook_tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import Page
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.types import AnyRow

_TABLE = webhook_tables.webhooks


class WebhookStatus(StrEnum):
    """``paused`` by people: events wait. ``disabled`` by CloudViz, with a reason: events pass by."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """A webhook. ``sealed`` holds its address and keys, ``shown_url`` what may be seen of the address.

    ``subject`` is the one thing it is for, or empty. Events after the position ``since`` are for it.
    """

    id: str
    description: str
    shape: str
    events: tuple[str, ...]
    filters: Mapping[str, Any]
    status: str
    reason: str
    shown_url: str
    subject: str
    since: int
    key_id: str
    created_by: str
    created_at: datetime
    quiet_until: datetime | None
    failing_since: datetime | None
    last_success_at: datetime | None
    sealed: bytes = field(repr=False)


class Webhooks:
    """The table ``webhooks``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        webhook_id: str,
        sealed: bytes,
        key_id: str,
        *,
        shown_url: str,
        shape: str,
        events: Sequence[str],
        filters: Mapping[str, Any],
        description: str,
        created_by: str,
        most: int,
        subject: str = "",
    ) -> WebhookRecord:
        """Add one: what happens from now on is for it. Its id is chosen by who sealed it, for that row.

        Raises Conflict when there are ``most`` already; those for one thing alone are not counted.
        """
        async with self._database.writing() as connection:
            kept = select(func.count()).select_from(_TABLE).where(_TABLE.c.subject == "")
            count = 0 if subject else await connection.scalar(kept) or 0
            if count >= most:
                raise Conflict(
                    f"there are {count} webhooks, and no more than {most} are kept",
                    hint="Delete one, or raise the setting webhooks.most.",
                )
            newest = await connection.scalar(select(func.coalesce(func.max(tables.events.c.id), 0))) or 0
            # What cleaned up outboxes forget, the reader knows.
            reader = select(func.coalesce(func.max(webhook_tables.event_readers.c.position), 0))
            made = await connection.execute(
                insert(_TABLE)
                .values(
                    id=webhook_id,
                    description=plain_text(description),
                    shape=shape,
                    events=list(events),
                    filters=json_value(filters),
                    shown_url=plain_text(shown_url),
                    subject=plain_text(subject),
                    since=max(newest, await connection.scalar(reader) or 0),
                    sealed=sealed,
                    key_id=plain_text(key_id),
                    created_by=plain_text(created_by),
                    created_at=await self._database.now(connection),
                )
                .returning(_TABLE)
            )
            return webhook_of(made.one())

    async def get(self, webhook_id: str) -> WebhookRecord:
        """One. Raises NotFound."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(_TABLE).where(_TABLE.c.id == key_text(webhook_id)))).first()
        if row is None:
            raise unknown_webhook(webhook_id)
        return webhook_of(row)

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[WebhookRecord]:
        """All, newest first."""
        keys = [(_TABLE.c.created_at, datetime), (_TABLE.c.id, str)]
        async with self._database.reading() as connection:
            return await fetch_page(connection, select(_TABLE), keys, webhook_of, limit, cursor, newest_first=True)

    async def listening(self, subjects: Sequence[str]) -> list[WebhookRecord]:
        """Those that events may be for: active and paused ones, for all or for one of the subjects alone."""
        this = _TABLE.c
        concerned = or_(this.subject == "", self._database.among(this.subject, sorted(set(subjects))))
        query = select(_TABLE).where(this.status != WebhookStatus.DISABLED.value, concerned).order_by(this.id)
        async with self._database.reading() as connection:
            return [webhook_of(row) for row in (await connection.execute(query)).all()]

    async def change(self, webhook_id: str, values: Mapping[str, Any]) -> WebhookRecord:
        """Set columns: ``description``, ``shape``, ``events``, ``filters``, ``shown_url`` with ``sealed`` and
        ``key_id``. Raises NotFound."""
        return await self._set(webhook_id, {name: _stored(name, value) for name, value in values.items()})

    async def set_status(self, webhook_id: str, status: str, reason: str = "") -> WebhookRecord:
        """Another status. One that becomes active begins without a history of failures. Raises NotFound."""
        values: dict[str, Any] = {"status": status, "reason": plain_text(reason)}
        if status == WebhookStatus.ACTIVE:
            values |= {"failing_since": None, "quiet_until": None}
        return await self._set(webhook_id, values)

    async def _set(self, webhook_id: str, values: dict[str, Any]) -> WebhookRecord:
        async with self._database.writing() as connection:
            changed = update(_TABLE).where(_TABLE.c.id == key_text(webhook_id)).values(values).returning(_TABLE)
            row = (await connection.execute(changed)).first()
        if row is None:
            raise unknown_webhook(webhook_id)
        return webhook_of(row)

    async def delete(self, webhook_id: str) -> None:
        """Take one out, with all that waits for it. Raises NotFound."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(_TABLE).where(_TABLE.c.id == key_text(webhook_id)))
            if not gone.rowcount:
                raise unknown_webhook(webhook_id)

    async def after(self, last_id: str, limit: int) -> list[WebhookRecord]:
        """Up to ``limit`` of them in the order of their ids, behind ``last_id``: for going through all."""
        query = select(_TABLE).where(_TABLE.c.id > last_id).order_by(_TABLE.c.id).limit(limit)
        async with self._database.reading() as connection:
            return [webhook_of(row) for row in (await connection.execute(query)).all()]

    async def reseal(self, record: WebhookRecord, sealed: bytes, key_id: str) -> bool:
        """Put another envelope in place of the one that was read. False when that one is no longer there."""
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(_TABLE)
                .where(_TABLE.c.id == record.id, _TABLE.c.sealed == record.sealed)
                .values(sealed=sealed, key_id=plain_text(key_id))
            )
            return bool(changed.rowcount)


def _stored(name: str, value: Any) -> Any:
    if name == "filters":
        return json_value(value)
    if name == "events":
        return list(value)
    return plain_text(value) if isinstance(value, str) else value


def unknown_webhook(webhook_id: str) -> NotFound:
    """The refusal for an id that no webhook has."""
    return NotFound(f"there is no webhook {plain_text(webhook_id)[:80]!r}", hint="GET /webhooks lists them.")


def webhook_of(row: AnyRow) -> WebhookRecord:
    """A webhook from its row."""
    return WebhookRecord(
        id=row.id,
        description=row.description,
        shape=row.shape,
        events=tuple(row.events or ()),
        filters=row.filters or {},
        status=row.status,
        reason=row.reason,
        shown_url=row.shown_url,
        subject=row.subject,
        since=row.since,
        key_id=row.key_id,
        created_by=row.created_by,
        created_at=row.created_at,
        quiet_until=row.quiet_until,
        failing_since=row.failing_since,
        last_success_at=row.last_success_at,
        sealed=bytes(row.sealed),
    )
