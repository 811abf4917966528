"""What happened, for whoever wants to be told: an outbox, written in the transaction that made it true.

An event that is here did happen, and what happened and is told of is here: there is no moment between the two at
which a process could die. Webhooks, server-sent events and the like read it by position and remember how far they
came (transactional outbox, https://microservices.io/patterns/data/transactional-outbox.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.rows import json_value, key_text
from cloudviz.store.types import AnyRow

# "cvevents" in ASCII. Writers wait for each other until they commit: positions then become visible in their order,
# and who has read up to one has missed none before it.
_EVENTS_LOCK = 0x63766576656E7473

CHANNEL = "cloudviz_events"
"""PostgreSQL notifies it when events were committed; a hint to look, with nothing in it."""


class EventKind(StrEnum):
    """The kinds of events, and what their bodies hold beside the words every one has (docs/guide/jobs.md)."""

    DISCOVERY_COMPLETED = "discovery.completed"
    DISCOVERY_PARTIAL = "discovery.partial"
    DISCOVERY_FAILED = "discovery.failed"
    CHANGE_DETECTED = "change.detected"
    DIAGRAM_READY = "diagram.ready"
    COST_THRESHOLD = "cost.threshold"
    COST_ANOMALY = "cost.anomaly"
    JOB_FAILED = "job.failed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something to be told. ``subject`` is what it is about, ``discovery:ID``, ``job:ID``, ``diagram:ID``."""

    kind: str
    subject: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event that is in the outbox. ``position`` grows from event to event, with holes; ``at`` is when."""

    position: int
    at: datetime
    kind: str
    subject: str
    body: Mapping[str, Any] = field(default_factory=dict)


class Events:
    """The table ``events``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, kind: str, subject: str, body: Mapping[str, Any]) -> None:
        """Write an event that belongs to no other transaction; :func:`append_events` is for one that does."""
        async with self._database.writing() as connection:
            await append_events(self._database, connection, [Event(kind, subject, body)])

    async def after(
        self, position: int, *, kinds: Sequence[str] | None = None, limit: int = 100
    ) -> list[EventRecord]:
        """The next events after a position, in order; all kinds when None.

        An event whose transaction commits later never has a position before one that could be read already.
        """
        table = tables.events
        query = select(table).where(table.c.id > position).order_by(table.c.id).limit(limit)
        if kinds is not None:
            query = query.where(self._database.among(table.c.kind, list(kinds)))
        async with self._database.reading() as connection:
            return [_record(row) for row in await connection.execute(query)]

    async def has(self, kind: str, subject: str) -> bool:
        """Whether an event of this kind was told about this, as far back as events are kept."""
        table = tables.events
        query = select(table.c.id).where(table.c.kind == kind, table.c.subject == key_text(subject)).limit(1)
        async with self._database.reading() as connection:
            return await connection.scalar(query) is not None

    async def newest(self) -> int:
        """The position of the newest event there is, 0 without any: where who is new begins to listen."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(func.coalesce(func.max(tables.events.c.id), 0))) or 0


async def append_events(database: Database, connection: AsyncConnection, events: Sequence[Event]) -> None:
    """Write events in a transaction that is open for writing, as the last thing that it does.

    Last, since on PostgreSQL whoever else writes events waits from here to its commit.
    """
    if not events:
        return
    if database.is_postgres:
        await connection.execute(select(func.pg_advisory_xact_lock(_EVENTS_LOCK)))
    now = await database.now(connection)
    rows = [
        {"at": now, "kind": key_text(each.kind), "subject": key_text(each.subject), "body": json_value(each.body)}
        for each in events
    ]
    for row in rows:  # one by one: the order of a statement of many rows is not promised
        await connection.execute(insert(tables.events).values(row))
    if database.is_postgres:
        await connection.execute(text(f"NOTIFY {CHANNEL}"))


def _record(row: AnyRow) -> EventRecord:
    return EventRecord(position=row.id, at=row.at, kind=row.kind, subject=row.subject, body=row.body or {})
