"""Jobs: rows with a lease, a heartbeat and a fencing token (architecture, decision 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Conflict, Invalid
from cloudviz.store import tables
from cloudviz.store.claiming import Claiming, is_dead, is_expired, is_waiting
from cloudviz.store.engine import Database
from cloudviz.store.events import Event, append_events
from cloudviz.store.job_rows import (
    MAX_ATTEMPTS,
    MAX_KEY,
    NewJob,
    checked_job,
    insert_job,
    job_of,
    job_row,
    note_event,
)
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import JobEvent, JobRecord, JobStatus, Page, QueueState, WorkerRecord
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.telling import job_failed
from cloudviz.store.types import AnyRow

KEY_HOURS = 24
"""How long an idempotency key is remembered: whoever repeats a request does so within minutes."""

SEEN_SECONDS = 30
"""A worker that said nothing for so long is not there any more."""

_TABLE = tables.jobs
_COLUMNS = tables.jobs.c


class Jobs:
    """The table ``jobs``. Every write of a worker names its owner and token, and is refused when outlived.

    Leases are measured by the database's clock, so that workers on machines with different clocks agree.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claiming = Claiming(database)

    async def enqueue(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        *,
        requested_by: str = "",
        idempotency_key: str | None = None,
        priority: int = 0,
        accounts: Sequence[str] = (),
    ) -> JobRecord:
        """Put a job in the queue. With a key that this requester used before, the job made then is returned.

        A key is remembered for ``KEY_HOURS``. Raises Invalid for a key or a requester's name over ``MAX_KEY``
        characters.

        Arguments:
            priority: -10 to 10, higher ones first.
            accounts: the cloud accounts that it reads (``aws:123456789012``).
        """
        return await self.add(
            NewJob(kind, arguments, requested_by, idempotency_key, priority=priority, accounts=tuple(accounts))
        )

    async def add(self, job: NewJob) -> JobRecord:
        """The same, from a value."""
        checked_job(job)
        key = job.idempotency_key
        try:
            async with self._database.writing() as connection:
                now = await self._database.now(connection)
                if key is not None:
                    await connection.execute(
                        update(_TABLE)
                        .where(
                            _COLUMNS.requested_by == plain_text(job.requested_by),
                            _COLUMNS.idempotency_key == plain_text(key),
                            _COLUMNS.created_at < now - timedelta(hours=KEY_HOURS),
                        )
                        .values(idempotency_key=None)
                    )
                return await insert_job(self._database, connection, job, now)
        except IntegrityError:
            if key is None:
                raise
        found = await self.by_idempotency_key(job.requested_by, key)
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
        return None if row is None else job_of(row)

    async def claim(
        self,
        owner: str,
        kinds: Sequence[str] | None = None,
        lease_seconds: float = 30,
        *,
        per_account: int = 0,
    ) -> JobRecord | None:
        """Take a job whose lease ran out, or the first that waits; ``None`` when there is none.

        First is who has the highest priority, then who has been ready for longest. The attempt and the fencing
        token grow by one. On the way, expired jobs that were cancelled are closed as cancelled, and those that had
        all their attempts as failed.

        Arguments:
            per_account: how many jobs at once may read one cloud account; 0 for any number.
        """
        row = await self._claiming.take(owner, kinds, lease_seconds, per_account)
        return None if row is None else job_of(row)

    async def reap(self) -> int:
        """End what the dead left: their leases, and the expired jobs that nobody shall take over.

        Gives how many jobs wait to be taken, ready or expired. Safe to call by any number of processes at once.
        """
        owners = select(_COLUMNS.owner).where(_COLUMNS.status == JobStatus.RUNNING.value)
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            lost = await connection.scalar(select(func.count()).where(is_expired(now)))
            waiting = await connection.scalar(select(func.count()).where(is_waiting(now)))
            dead = [owner for owner in await connection.scalars(owners) if is_dead(owner)]
        if lost or dead:
            async with self._database.writing() as connection:
                now = await self._database.now(connection)
                lost = int(lost or 0) + await self._claiming.expire_the_dead(connection, now)
                await self._claiming.close_the_lost(connection, now)
        return int(lost or 0) + int(waiting or 0)

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
                await note_event(connection, row.id, now, "progress", progress)
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
        followers: Sequence[NewJob] = (),
    ) -> JobRecord:
        """Close a job as ``succeeded``, ``partial`` or ``cancelled``.

        Arguments:
            events: what is to be told when, and only when, this end is written.
            followers: jobs that are put in the queue when, and only when, it is.

        Raises Conflict when it is not, or no longer, this owner's with this token; NotFound; Invalid for
        another status.
        """
        if status not in (JobStatus.SUCCEEDED, JobStatus.PARTIAL, JobStatus.CANCELLED):
            raise Invalid(f"a job does not finish as {status!r}", hint="Use succeeded, partial or cancelled.")
        values = {"status": str(status), "result": json_value(result)}
        return await self._close(job_id, owner, token, values, events=events, followers=followers)

    async def fail(
        self, job_id: str, owner: str, token: int, error: Mapping[str, Any], retry: bool, delay_seconds: float = 0
    ) -> JobRecord:
        """Close a job as failed, or with ``retry`` put it back, unless it had its attempts or was cancelled.

        One that failed for good is told of as ``job.failed``. Raises Conflict like :meth:`finish`.
        """
        values = {"status": JobStatus.FAILED.value, "error": json_value(error)}
        return await self._close(job_id, owner, token, values, delay_seconds if retry else None)

    async def release(self, job_id: str, owner: str, token: int) -> None:
        """Put a job back that this owner can't finish, so that another takes it at once: a worker that stops.

        The attempt does not count. Raises Conflict like :meth:`finish`.
        """
        async with self._database.writing() as connection:
            row = await self._held_or_refused(connection, job_id, owner, token)
            now = await self._database.now(connection)
            await connection.execute(
                update(_TABLE)
                .where(_COLUMNS.id == row.id)
                .values(
                    status=JobStatus.QUEUED.value,
                    attempt=row.attempt - 1,
                    owner=None,
                    lease_until=None,
                    run_after=now,
                )
            )
            await note_event(connection, row.id, now, "released", {"attempt": row.attempt})

    async def _close(
        self,
        job_id: str,
        owner: str,
        token: int,
        values: dict[str, Any],
        retry_after: float | None = None,
        *,
        events: Sequence[Event] = (),
        followers: Sequence[NewJob] = (),
    ) -> JobRecord:
        async with self._database.writing() as connection:
            row = await self._held_or_refused(connection, job_id, owner, token)
            now = await self._database.now(connection)
            if retry_after is not None and row.attempt < row.max_attempts and not row.cancel_requested:
                values |= {
                    "status": JobStatus.QUEUED.value,
                    "run_after": now + timedelta(seconds=retry_after),
                }
            else:
                values["finished_at"] = now
            values |= {"owner": None, "lease_until": None}
            closing = update(_TABLE).where(_COLUMNS.id == row.id).values(values).returning(_TABLE)
            closed = (await connection.execute(closing)).one()
            is_over = closed.status != JobStatus.QUEUED
            what = closed.status if is_over else "retried"
            body = {"attempt": closed.attempt, "result": closed.result, "error": closed.error}
            if is_over:
                await _forget_progress(connection, closed.id)
            else:
                body["after_seconds"] = retry_after
            await note_event(connection, closed.id, now, what, body)
            for each in followers:
                await insert_job(self._database, connection, each, now)
            failed = job_failed(closed) if closed.status == JobStatus.FAILED else []
            await append_events(self._database, connection, [*events, *failed])
            return job_of(closed)

    async def _held(self, connection: AsyncConnection, job_id: str, owner: str, token: int) -> AnyRow | None:
        """The row, locked, when this owner holds it with this token.

        A lease that ran out and that nobody took over is still held: the work was done after all.
        """
        row = await job_row(connection, job_id, lock=True)
        held = row.status == JobStatus.RUNNING and row.owner == plain_text(owner) and row.token == token
        return row if held else None

    async def _held_or_refused(self, connection: AsyncConnection, job_id: str, owner: str, token: int) -> AnyRow:
        row = await self._held(connection, job_id, owner, token)
        if row is None:
            raise Conflict(
                f"the job {job_id} is not held by {plain_text(owner)[:80]!r} with the token {token}",
                hint="Its lease ran out and another worker took it over, or it is finished: drop the result.",
            )
        return row

    async def request_cancel(self, job_id: str) -> JobRecord:
        """A waiting job is cancelled at once; a running one is told at its next heartbeat. Raises NotFound."""
        async with self._database.writing() as connection:
            row = await job_row(connection, job_id, lock=True)
            values: dict[str, Any] = {"cancel_requested": True}
            now = await self._database.now(connection)
            if row.status == JobStatus.QUEUED:
                values |= {"status": JobStatus.CANCELLED.value, "finished_at": now}
                await note_event(connection, row.id, now, JobStatus.CANCELLED.value, {"attempt": row.attempt})
            elif row.status != JobStatus.RUNNING:
                return job_of(row)
            changed = update(_TABLE).where(_COLUMNS.id == row.id).values(values).returning(_TABLE)
            return job_of((await connection.execute(changed)).one())

    async def get(self, job_id: str) -> JobRecord:
        """One job. Raises NotFound."""
        async with self._database.reading() as connection:
            return job_of(await job_row(connection, job_id))

    async def events(self, job_id: str, after: int = 0, limit: int = 200) -> tuple[JobRecord, list[JobEvent]]:
        """A job, and what happened to it after a position, in order. Raises NotFound."""
        table = tables.job_events
        async with self._database.reading() as connection:
            row = await job_row(connection, job_id)
            query = select(table).where(table.c.job_id == row.id, table.c.id > after).order_by(table.c.id)
            found = (await connection.execute(query.limit(limit))).all()
        return job_of(row), [JobEvent(each.id, each.at, each.what, each.body or {}) for each in found]

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
            return await fetch_page(connection, query, keys, job_of, limit, cursor, newest_first=True)

    async def state(self) -> QueueState:
        """How the queue stands, and who works on it."""
        workers = tables.job_workers
        counting = select(_COLUMNS.kind, _COLUMNS.status, func.count()).group_by(_COLUMNS.kind, _COLUMNS.status)
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            counts = {(row[0], row[1]): row[2] for row in await connection.execute(counting)}
            oldest = select(func.min(_COLUMNS.run_after)).where(is_waiting(now))
            reads = exists().where(tables.job_accounts.c.job_id == _COLUMNS.id)
            since = [await connection.scalar(each) for each in (oldest, oldest.where(~reads))]
            fresh = select(workers).where(workers.c.seen_at > now - timedelta(seconds=SEEN_SECONDS))
            rows = (await connection.execute(fresh.order_by(workers.c.name))).all()
        waited, free = (0.0 if each is None else max(0.0, (now - each).total_seconds()) for each in since)
        names = ("name", "role", "slots", "busy", "started_at", "seen_at")
        return QueueState(
            counts, waited, free, [WorkerRecord(**{name: row._mapping[name] for name in names}) for row in rows]
        )

    async def report(self, name: str, role: str, slots: int, busy: int) -> None:
        """Say that a worker or scheduler lives. Those that said nothing for an hour are forgotten on the way."""
        table, key = tables.job_workers, plain_text(name)
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            values = {"role": role, "slots": slots, "busy": busy, "seen_at": now}
            done = await connection.execute(update(table).where(table.c.name == key).values(values))
            if not done.rowcount:
                await connection.execute(insert(table).values(name=key, started_at=now, **values))
                await connection.execute(delete(table).where(table.c.seen_at < now - timedelta(hours=1)))

    async def leave(self, name: str) -> None:
        """Say that a worker or scheduler has stopped."""
        table = tables.job_workers
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.name == plain_text(name)))


async def _forget_progress(connection: AsyncConnection, job_id: str) -> None:
    """Of a job that is over, only the last word on its progress is of use."""
    table = tables.job_events
    steps: ColumnElement[bool] = and_(table.c.job_id == job_id, table.c.what == "progress")
    last = select(func.max(table.c.id)).where(steps).scalar_subquery()
    await connection.execute(delete(table).where(steps, table.c.id < last))


__all__ = ["KEY_HOURS", "MAX_ATTEMPTS", "MAX_KEY", "Jobs", "NewJob"]
