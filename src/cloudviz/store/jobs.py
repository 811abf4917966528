"""Jobs: rows with a lease, a heartbeat and a fencing token (architecture, decision 5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Conflict, Invalid, NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.events import Event, append_events
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import JobRecord, JobStatus, Page
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.telling import job_failed
from cloudviz.store.types import AnyRow, new_uuid

MAX_ATTEMPTS = 5
"""A job whose worker died this often is not tried again: it probably kills its worker."""

MAX_KEY = 500
"""Characters of an idempotency key and of a requester's name: both are in one index."""

KEY_HOURS = 24
"""How long an idempotency key is remembered: whoever repeats a request does so within minutes."""

_TABLE = tables.jobs
_COLUMNS = tables.jobs.c


class Jobs:
    """The table ``jobs``. Every write of a worker names its owner and token, and is refused when outlived.

    Leases are measured by the database's clock, so that workers on machines with different clocks agree.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enqueue(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        *,
        requested_by: str = "",
        idempotency_key: str | None = None,
    ) -> JobRecord:
        """Put a job in the queue. With a key that this requester used before, the job made then is returned.

        A key is remembered for ``KEY_HOURS``. Raises Invalid for a key or a requester's name over ``MAX_KEY``
        characters.
        """
        for what, value in (("idempotency key", idempotency_key or ""), ("requester's name", requested_by)):
            if len(value) > MAX_KEY:
                raise Invalid(f"the {what} is too long", hint=f"Use up to {MAX_KEY} characters.")
        try:
            async with self._database.writing() as connection:
                now = await self._database.now(connection)
                if idempotency_key is not None:
                    await connection.execute(
                        update(_TABLE)
                        .where(
                            _COLUMNS.requested_by == plain_text(requested_by),
                            _COLUMNS.idempotency_key == plain_text(idempotency_key),
                            _COLUMNS.created_at < now - timedelta(hours=KEY_HOURS),
                        )
                        .values(idempotency_key=None)
                    )
                made = await connection.execute(
                    insert(_TABLE)
                    .values(
                        id=new_uuid(),
                        kind=key_text(kind),
                        status=JobStatus.QUEUED.value,
                        arguments=json_value(arguments),
                        requested_by=plain_text(requested_by),
                        idempotency_key=None if idempotency_key is None else plain_text(idempotency_key),
                        run_after=now,
                        created_at=now,
                    )
                    .returning(_TABLE)
                )
                return _job(made.one())
        except IntegrityError:
            if idempotency_key is None:
                raise
        found = await self.by_idempotency_key(requested_by, idempotency_key)
        if found is None:
            raise Conflict("the job made with this idempotency key has just been removed", hint="Try again.")
        return found

    async def by_idempotency_key(self, requested_by: str, key: str) -> JobRecord | None:
        """The job that a requester made with a key in the last ``KEY_HOURS``, if any."""
        query = select(_TABLE).where(
            _COLUMNS.requested_by == plain_text(requested_by), _COLUMNS.idempotency_key == plain_text(key)
        )
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            query = query.where(_COLUMNS.created_at >= now - timedelta(hours=KEY_HOURS))
            row = (await connection.execute(query)).first()
        return None if row is None else _job(row)

    async def claim(
        self, owner: str, kinds: Sequence[str] | None = None, lease_seconds: float = 30
    ) -> JobRecord | None:
        """Take the oldest job that waits, or whose lease ran out; ``None`` when there is none.

        The attempt and the fencing token grow by one. On the way, expired jobs that were cancelled are
        closed as cancelled, and those that failed ``MAX_ATTEMPTS`` times as failed.
        """
        wanted = true() if kinds is None else self._database.among(_COLUMNS.kind, list(kinds))
        # Asking first costs no write lock: most polls find nothing.
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            ready = select(_COLUMNS.id).where(wanted, _is_ready(now)).limit(1)
            if (await connection.execute(ready)).first() is None:
                return None
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            await _close_the_lost(self._database, connection, now)
            query = (
                select(_TABLE)
                .where(wanted, _is_ready(now))
                .order_by(_COLUMNS.run_after, _COLUMNS.created_at, _COLUMNS.id)
                .limit(1)
                # PostgreSQL: two workers look past each other's row. SQLite has one writer and leaves this out.
                .with_for_update(skip_locked=True)
            )
            row = (await connection.execute(query)).first()
            if row is None:
                return None
            taken = (
                update(_TABLE)
                .where(_COLUMNS.id == row.id)
                .values(
                    status=JobStatus.RUNNING.value,
                    owner=plain_text(owner),
                    token=row.token + 1,
                    attempt=row.attempt + 1,
                    lease_seconds=lease_seconds,
                    lease_until=now + timedelta(seconds=lease_seconds),
                    started_at=row.started_at or now,
                    error=None,
                )
                .returning(_TABLE)
            )
            return _job((await connection.execute(taken)).one())

    async def heartbeat(
        self, job_id: str, owner: str, token: int, progress: Mapping[str, Any] | None = None
    ) -> bool:
        """Renew the lease by its length, and replace the progress unless it is ``None``.

        False: stop. Either the job was taken over, or it is to be cancelled (:meth:`get` tells by
        ``cancel_requested``); in that case the lease is renewed so that the worker can close it.
        """
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            row = await self._held(connection, job_id, owner, token)
            if row is None:
                return False
            values: dict[str, Any] = {"lease_until": now + timedelta(seconds=row.lease_seconds)}
            if progress is not None:
                values["progress"] = json_value(progress)
            await connection.execute(update(_TABLE).where(_COLUMNS.id == row.id).values(values))
            return not row.cancel_requested

    async def finish(
        self,
        job_id: str,
        owner: str,
        token: int,
        result: Mapping[str, Any],
        status: str = "succeeded",
        events: Sequence[Event] = (),
    ) -> JobRecord:
        """Close a job as ``succeeded``, ``partial`` or ``cancelled``.

        Arguments:
            events: what is to be told when, and only when, this end is written.

        Raises Conflict when it is not, or no longer, this owner's with this token; NotFound; Invalid for
        another status.
        """
        if status not in (JobStatus.SUCCEEDED, JobStatus.PARTIAL, JobStatus.CANCELLED):
            raise Invalid(f"a job does not finish as {status!r}", hint="Use succeeded, partial or cancelled.")
        values = {"status": str(status), "result": json_value(result)}
        return await self._close(job_id, owner, token, values, events=events)

    async def fail(
        self, job_id: str, owner: str, token: int, error: Mapping[str, Any], retry: bool, delay_seconds: float = 0
    ) -> JobRecord:
        """Close a job as failed, or with ``retry`` put it back, unless it had ``MAX_ATTEMPTS`` or was cancelled.

        One that failed for good is told of as ``job.failed``. Raises Conflict like :meth:`finish`.
        """
        values = {"status": JobStatus.FAILED.value, "error": json_value(error)}
        return await self._close(job_id, owner, token, values, delay_seconds if retry else None)

    async def _close(
        self,
        job_id: str,
        owner: str,
        token: int,
        values: dict[str, Any],
        retry_after: float | None = None,
        *,
        events: Sequence[Event] = (),
    ) -> JobRecord:
        async with self._database.writing() as connection:
            row = await self._held(connection, job_id, owner, token)
            if row is None:
                await _job_row(connection, job_id)
                raise Conflict(
                    f"the job {job_id} is not held by {plain_text(owner)[:80]!r} with the token {token}",
                    hint="Its lease ran out and another worker took it over, or it is finished: drop the result.",
                )
            now = await self._database.now(connection)
            if retry_after is not None and row.attempt < MAX_ATTEMPTS and not row.cancel_requested:
                values |= {
                    "status": JobStatus.QUEUED.value,
                    "run_after": now + timedelta(seconds=retry_after),
                }
            else:
                values["finished_at"] = now
            values |= {"owner": None, "lease_until": None}
            closing = update(_TABLE).where(_COLUMNS.id == row.id).values(values).returning(_TABLE)
            closed = (await connection.execute(closing)).one()
            failed = job_failed(closed) if closed.status == JobStatus.FAILED else []
            await append_events(self._database, connection, [*events, *failed])
            return _job(closed)

    async def _held(self, connection: AsyncConnection, job_id: str, owner: str, token: int) -> AnyRow | None:
        """The row, locked, when this owner holds it with this token.

        A lease that ran out and that nobody took over is still held: the work was done after all.
        """
        row = await _job_row(connection, job_id, lock=True)
        held = row.status == JobStatus.RUNNING and row.owner == plain_text(owner) and row.token == token
        return row if held else None

    async def request_cancel(self, job_id: str) -> JobRecord:
        """A waiting job is cancelled at once; a running one is told at its next heartbeat. Raises NotFound."""
        async with self._database.writing() as connection:
            row = await _job_row(connection, job_id, lock=True)
            values: dict[str, Any] = {"cancel_requested": True}
            if row.status == JobStatus.QUEUED:
                values |= {
                    "status": JobStatus.CANCELLED.value,
                    "finished_at": await self._database.now(connection),
                }
            elif row.status != JobStatus.RUNNING:
                return _job(row)
            changed = update(_TABLE).where(_COLUMNS.id == row.id).values(values).returning(_TABLE)
            return _job((await connection.execute(changed)).one())

    async def get(self, job_id: str) -> JobRecord:
        """One job. Raises NotFound."""
        async with self._database.reading() as connection:
            return _job(await _job_row(connection, job_id))

    async def page(
        self,
        status: str | None = None,
        kind: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[JobRecord]:
        """Jobs, newest first."""
        query = select(_TABLE)
        if status is not None:
            query = query.where(_COLUMNS.status == key_text(status))
        if kind is not None:
            query = query.where(_COLUMNS.kind == key_text(kind))
        keys = [(_COLUMNS.created_at, datetime), (_COLUMNS.id, str)]
        async with self._database.reading() as connection:
            return await fetch_page(connection, query, keys, _job, limit, cursor, newest_first=True)


def _is_expired(now: datetime) -> ColumnElement[bool]:
    return and_(_COLUMNS.status == JobStatus.RUNNING.value, _COLUMNS.lease_until <= now)


def _is_ready(now: datetime) -> ColumnElement[bool]:
    waits = and_(_COLUMNS.status == JobStatus.QUEUED.value, _COLUMNS.run_after <= now)
    return or_(waits, _is_expired(now))


async def _close_the_lost(database: Database, connection: AsyncConnection, now: datetime) -> None:
    """Close expired jobs that nobody shall take over."""
    cancelled = _COLUMNS.cancel_requested.is_not(false())
    closing = (
        (cancelled, {"status": JobStatus.CANCELLED.value}),
        (
            _COLUMNS.attempt >= MAX_ATTEMPTS,
            {
                "status": JobStatus.FAILED.value,
                "error": {
                    "code": "worker_lost",
                    "detail": f"the worker was lost {MAX_ATTEMPTS} times while running this job",
                    "hint": "The job probably needs more memory than the worker has. See its log.",
                },
            },
        ),
    )
    told: list[Event] = []
    for condition, values in closing:
        closed = await connection.execute(
            update(_TABLE)
            .where(_is_expired(now), condition)
            .values(**values, owner=None, lease_until=None, finished_at=now)
            .returning(_TABLE)
        )
        for row in closed.all():
            told += job_failed(row) if row.status == JobStatus.FAILED else []
    await append_events(database, connection, told)


async def _job_row(connection: AsyncConnection, job_id: str, *, lock: bool = False) -> AnyRow:
    unknown = NotFound(f"there is no job {plain_text(job_id)[:80]!r}", hint="List the jobs there are.")
    try:
        query = select(_TABLE).where(_COLUMNS.id == str(uuid.UUID(job_id)))
    except ValueError:
        raise unknown from None
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise unknown
    return row


def _job(row: AnyRow) -> JobRecord:
    return JobRecord(
        id=row.id,
        kind=row.kind,
        status=row.status,
        arguments=row.arguments,
        requested_by=row.requested_by,
        idempotency_key=row.idempotency_key,
        owner=row.owner,
        token=row.token,
        attempt=row.attempt,
        lease_until=row.lease_until,
        cancel_requested=row.cancel_requested,
        progress=row.progress or {},
        result=row.result,
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
