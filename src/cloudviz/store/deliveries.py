"""What is to be delivered to webhooks: rows with a lease and a fencing token, as jobs are.

A delivery is held by one worker at a time, those of one lane go out in the order of their events, and what was
taken with a 2xx is never held again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Conflict, NotFound
from cloudviz.store import tables, webhook_tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import Page
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.types import AnyRow, new_uuid
from cloudviz.store.webhooks import WebhookRecord, WebhookStatus, unknown_webhook, webhook_of

READER = "webhooks"
"""The name under which it is kept how far the outbox was read for webhooks."""

_TABLE, _HOOKS = webhook_tables.webhook_deliveries, webhook_tables.webhooks
_TRIES = webhook_tables.webhook_attempts


class DeliveryStatus(StrEnum):
    """``failed``: given up after all tries. Both of the last are final."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An event for a webhook. Those with the same ``lane`` are delivered in the order of their positions."""

    webhook_id: str
    position: int | None
    kind: str
    subject: str
    lane: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what came back. ``status`` is None where no answer came, and ``error`` says why."""

    number: int
    at: datetime
    status: int | None
    error: str
    body: str
    duration_ms: float


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """An event for a webhook, and how far it is. ``due_at`` is when it is tried next, while it waits."""

    id: str
    webhook_id: str
    position: int | None
    kind: str
    subject: str
    document: Mapping[str, Any]
    status: str
    attempt: int
    due_at: datetime
    owner: str | None
    token: int
    created_at: datetime
    finished_at: datetime | None
    attempts: Sequence[Attempt] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class After:
    """What follows from a try.

    Attributes:
        status: of the delivery.
        due_at: when the next try is due, where it still waits.
        quiet_until: until when the endpoint asked not to be asked at all.
        disabled: why the endpoint is asked no more; empty where it is.
    """

    status: str
    due_at: datetime | None = None
    quiet_until: datetime | None = None
    disabled: str = ""


class Deliveries:
    """The tables ``webhook_deliveries`` and ``webhook_attempts``, and the reader of the outbox behind them.

    Every method takes the time from who calls, or from the database when that is None.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _now(self, connection: AsyncConnection, now: datetime | None) -> datetime:
        return await self._database.now(connection) if now is None else now

    # -- from the outbox ---------------------------------------------------------------------------------------

    async def position(self) -> int:
        """How far the outbox was read."""
        readers = webhook_tables.event_readers.c
        async with self._database.reading() as connection:
            found = await connection.scalar(select(readers.position).where(readers.name == READER))
        return found or 0

    async def spread(
        self, read_from: int, read_to: int, made: Sequence[NewDelivery], now: datetime | None = None
    ) -> bool:
        """Put deliveries in and move the reader on, in one transaction. False when another reader was faster."""
        readers = webhook_tables.event_readers
        async with self._database.writing() as connection:
            instant = await self._now(connection, now)
            query = select(readers.c.position).where(readers.c.name == READER).with_for_update()
            found = await connection.scalar(query)
            if found is None:  # the first of all; of two at once the other one's row is taken
                first = text("INSERT INTO event_readers (name, position) VALUES (:name, 0) ON CONFLICT DO NOTHING")
                await connection.execute(first, {"name": READER})
                found = await connection.scalar(query)
            if found != read_from:
                return False
            moved = update(readers).where(readers.c.name == READER).values(position=read_to)
            await connection.execute(moved)
            # A webhook that was deleted meanwhile wants nothing.
            wanted = sorted({each.webhook_id for each in made})
            there = set(
                await connection.scalars(
                    select(_HOOKS.c.id).where(self._database.among(_HOOKS.c.id, wanted)).with_for_update(read=True)
                )
            )
            rows = [_row(each, instant) for each in made if each.webhook_id in there]
            if rows:
                await connection.execute(insert(_TABLE), rows)
        return True

    async def add(self, made: NewDelivery, now: datetime | None = None) -> DeliveryRecord:
        """One that comes from no event: a test. Raises NotFound for an unknown webhook."""
        async with self._database.writing() as connection:
            known = await connection.scalar(select(_HOOKS.c.id).where(_HOOKS.c.id == made.webhook_id))
            if known is None:
                raise unknown_webhook(made.webhook_id)
            row = _row(made, await self._now(connection, now))
            return _record((await connection.execute(insert(_TABLE).values(row).returning(_TABLE))).one())

    async def touched(self, discovery_id: str, limit: int) -> list[tuple[str, Mapping[str, str]]]:
        """(account, tags) of up to ``limit`` of the resources that a discovery added, changed or removed."""
        versions, discoveries = tables.resource_versions.c, tables.discoveries.c
        seq = select(discoveries.seq).where(discoveries.id == discovery_id).scalar_subquery()
        query = select(versions.account, versions.tags).where(
            or_(versions.first_seq == seq, versions.end_seq == seq)
        )
        async with self._database.reading() as connection:
            return [(row[0], row[1] or {}) for row in await connection.execute(query.limit(limit))]

    # -- at work ----------------------------------------------------------------------------------------------

    async def claim(
        self,
        owner: str,
        *,
        lease_seconds: float = 60,
        busy: Sequence[str] = (),
        only_well: bool = False,
        only: str = "",
        now: datetime | None = None,
    ) -> tuple[DeliveryRecord, WebhookRecord] | None:
        """Take the delivery that is due first; None when none is.

        Arguments:
            busy: webhooks that are asked often enough just now.
            only_well: leave out webhooks whose last try failed.
            only: this delivery and no other, also when its next try is not due.
        """
        async with self._database.reading() as connection:  # most polls find nothing, and need no lock to see it
            instant = await self._now(connection, now)
            due = self._due(instant, busy, only_well, only)
            if (await connection.execute(select(_TABLE.c.id).join(_HOOKS).where(due).limit(1))).first() is None:
                return None
        async with self._database.writing() as connection:
            instant = await self._now(connection, now)
            query = (
                select(_TABLE)
                .join(_HOOKS)
                .where(self._due(instant, busy, only_well, only))
                .order_by(_TABLE.c.due_at, _TABLE.c.position, _TABLE.c.id)
                .limit(1)
                .with_for_update(of=_TABLE, skip_locked=True)
            )
            row = (await connection.execute(query)).first()
            if row is None:
                return None
            taken = {
                "owner": plain_text(owner),
                "token": row.token + 1,
                "attempt": row.attempt + 1,
                "lease_until": instant + timedelta(seconds=lease_seconds),
            }
            held = update(_TABLE).where(_TABLE.c.id == row.id).values(taken).returning(_TABLE)
            delivery = _record((await connection.execute(held)).one())
            hook = (await connection.execute(select(_HOOKS).where(_HOOKS.c.id == row.webhook_id))).one()
            return delivery, webhook_of(hook)

    def _due(self, now: datetime, busy: Sequence[str], only_well: bool, only: str) -> ColumnElement[bool]:
        this, hooks, earlier = _TABLE.c, _HOOKS.c, _TABLE.alias().c
        # While an earlier one of its lane waits, whatever it waits for, this one does too.
        is_first = ~exists().where(
            earlier.webhook_id == this.webhook_id,
            earlier.lane == this.lane,
            earlier.status == DeliveryStatus.WAITING.value,
            earlier.position < this.position,
        )
        conditions: list[ColumnElement[bool]] = [
            this.status == DeliveryStatus.WAITING.value,
            or_(this.lease_until.is_(None), this.lease_until <= now),
            is_first,
        ]
        if only:
            conditions.append(this.id == only)
        else:
            conditions.append(this.due_at <= now)
            conditions.append(hooks.status == WebhookStatus.ACTIVE.value)
            conditions.append(or_(hooks.quiet_until.is_(None), hooks.quiet_until <= now))
        if busy:
            conditions.append(this.webhook_id.not_in(list(busy)))
        if only_well:
            conditions.append(hooks.failing_since.is_(None))
        return and_(*conditions)

    async def finish(
        self, delivery: DeliveryRecord, attempt: Attempt, after: After, now: datetime | None = None
    ) -> bool:
        """Write what a try came to. False when the delivery is no longer its holder's: nothing is written then."""
        async with self._database.writing() as connection:
            instant = await self._now(connection, now)
            row = (
                await connection.execute(select(_TABLE).where(_TABLE.c.id == delivery.id).with_for_update())
            ).first()
            if row is None or row.owner != delivery.owner or row.token != delivery.token:
                return False
            if row.status != DeliveryStatus.WAITING:
                return False
            values: dict[str, Any] = {"status": after.status, "owner": None, "lease_until": None}
            if after.status == DeliveryStatus.WAITING:
                values["due_at"] = after.due_at or instant
            else:
                values["finished_at"] = instant
            await connection.execute(update(_TABLE).where(_TABLE.c.id == row.id).values(values))
            await connection.execute(
                insert(_TRIES).values(
                    delivery_id=row.id,
                    number=attempt.number,
                    at=attempt.at,
                    response_status=attempt.status,
                    error=plain_text(attempt.error),
                    body=plain_text(attempt.body),
                    duration_ms=attempt.duration_ms,
                )
            )
            await self._note(connection, row.webhook_id, after, instant)
        return True

    async def _note(self, connection: AsyncConnection, webhook_id: str, after: After, now: datetime) -> None:
        """What a try says of its endpoint."""
        this = update(_HOOKS).where(_HOOKS.c.id == webhook_id)
        if after.status == DeliveryStatus.DELIVERED:
            await connection.execute(this.values(failing_since=None, quiet_until=None, last_success_at=now))
            return
        await connection.execute(this.where(_HOOKS.c.failing_since.is_(None)).values(failing_since=now))
        if after.quiet_until is not None:
            await connection.execute(this.values(quiet_until=after.quiet_until))
        if after.disabled:
            # Who paused it meanwhile is not overruled.
            active = this.where(_HOOKS.c.status == WebhookStatus.ACTIVE.value)
            disabled = {"status": WebhookStatus.DISABLED.value, "reason": plain_text(after.disabled)}
            await connection.execute(active.values(disabled))

    # -- for people -------------------------------------------------------------------------------------------

    async def get(self, webhook_id: str, delivery_id: str) -> DeliveryRecord:
        """One with its tries. Raises NotFound, also for one of another webhook."""
        query = select(_TABLE).where(
            _TABLE.c.id == key_text(delivery_id), _TABLE.c.webhook_id == key_text(webhook_id)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
            if row is None:
                raise _unknown(delivery_id)
            return (await self._with_attempts(connection, [_record(row)]))[0]

    async def page(
        self, webhook_id: str, status: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[DeliveryRecord]:
        """Those of a webhook with their tries, newest first."""
        query = select(_TABLE).where(_TABLE.c.webhook_id == key_text(webhook_id))
        if status is not None:
            query = query.where(_TABLE.c.status == key_text(status))
        keys = [(_TABLE.c.created_at, datetime), (_TABLE.c.id, str)]
        async with self._database.reading() as connection:
            page = await fetch_page(connection, query, keys, _record, limit, cursor, newest_first=True)
            return Page(await self._with_attempts(connection, page.items), page.next_cursor)

    async def again(self, webhook_id: str, delivery_id: str, now: datetime | None = None) -> DeliveryRecord:
        """Deliver once more what was delivered or given up, or now what waits. Raises NotFound, Conflict."""
        await self.get(webhook_id, delivery_id)
        async with self._database.writing() as connection:
            instant = await self._now(connection, now)
            this = _TABLE.c
            free = or_(this.lease_until.is_(None), this.lease_until <= instant)
            values = {"status": DeliveryStatus.WAITING.value, "attempt": 0, "due_at": instant, "finished_at": None}
            values["lane"] = key_text(f"again:{delivery_id}")  # those behind it went out long ago, or go on
            again = update(_TABLE).where(this.id == key_text(delivery_id), free).values(values).returning(_TABLE)
            row = (await connection.execute(again)).first()
        if row is None:
            raise Conflict("the delivery is under way", hint="Look at it again in a minute.")
        return _record(row)

    async def _with_attempts(
        self, connection: AsyncConnection, records: Sequence[DeliveryRecord]
    ) -> list[DeliveryRecord]:
        found: dict[str, list[Attempt]] = {each.id: [] for each in records}
        among = self._database.among(_TRIES.c.delivery_id, list(found)) if found else false()
        for row in await connection.execute(select(_TRIES).where(among).order_by(_TRIES.c.id)):
            found[row.delivery_id].append(
                Attempt(row.number, row.at, row.response_status, row.error, row.body, row.duration_ms)
            )
        return [replace(each, attempts=tuple(found[each.id])) for each in records]


def _row(made: NewDelivery, now: datetime) -> dict[str, Any]:
    return {
        "id": new_uuid(),
        "webhook_id": made.webhook_id,
        "position": made.position,
        "kind": key_text(made.kind),
        "subject": key_text(made.subject),
        "lane": key_text(made.lane),
        "document": json_value(made.document),
        "due_at": now,
        "created_at": now,
    }


def _unknown(delivery_id: str) -> NotFound:
    return NotFound(
        f"there is no delivery {plain_text(delivery_id)[:80]!r} of this webhook",
        hint="GET /webhooks/{id}/deliveries lists them.",
    )


def _record(row: AnyRow) -> DeliveryRecord:
    return DeliveryRecord(
        id=row.id,
        webhook_id=row.webhook_id,
        position=row.position,
        kind=row.kind,
        subject=row.subject,
        document=row.document or {},
        status=row.status,
        attempt=row.attempt,
        due_at=row.due_at,
        owner=row.owner,
        token=row.token,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
