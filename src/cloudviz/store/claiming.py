"""Who gets which job: leases that ran out first, then by priority, and only so many for one cloud account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.runtime import process
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.events import Event, append_events
from cloudviz.store.job_rows import note_event
from cloudviz.store.records import JobStatus
from cloudviz.store.rows import plain_text
from cloudviz.store.telling import job_failed
from cloudviz.store.types import AnyRow

PATIENCE = timedelta(minutes=5)
"""How long a lease may have run out while its process is known to live: it may only be kept from writing."""

# "cvacct" in ASCII, high enough that the hashes below it are ours alone.
_ACCOUNT_LOCK = 0x637661636374

_TABLE = tables.jobs
_COLUMNS = tables.jobs.c


def is_expired(now: datetime) -> ColumnElement[bool]:
    """Taken by a worker that has not been heard of for a lease."""
    return and_(_COLUMNS.status == JobStatus.RUNNING.value, _COLUMNS.lease_until <= now)


def is_waiting(now: datetime) -> ColumnElement[bool]:
    """In the queue, and not to be waited for any longer."""
    return and_(_COLUMNS.status == JobStatus.QUEUED.value, _COLUMNS.run_after <= now)


class Claiming:
    """Taking jobs out of the queue, one transaction each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, owner: str, kinds: Sequence[str] | None, lease_seconds: float, per_account: int
    ) -> AnyRow | None:
        """See :meth:`cloudviz.store.jobs.Jobs.claim`."""
        wanted = true() if kinds is None else self._database.among(_COLUMNS.kind, list(kinds))
        # Asking first costs no write lock: most polls find nothing.
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            ready = select(_COLUMNS.id).where(wanted, or_(is_waiting(now), is_expired(now))).limit(1)
            if (await connection.execute(ready)).first() is None:
                return None
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            row = await self._lost(connection, wanted, now)
            if row is None:
                row = await self._first(connection, wanted, now, per_account)
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
            if row.status == JobStatus.RUNNING:
                await note_event(connection, row.id, now, "lost", {"attempt": row.attempt})
            await note_event(connection, row.id, now, "started", {"attempt": row.attempt + 1})
            claimed: AnyRow = (await connection.execute(taken)).one()
            return claimed

    async def _lost(
        self, connection: AsyncConnection, wanted: ColumnElement[bool], now: datetime
    ) -> AnyRow | None:
        """A job whose worker died, locked; those that nobody shall take over are closed on the way."""
        if (await connection.execute(select(_COLUMNS.id).where(is_expired(now)).limit(1))).first() is None:
            return None
        await self.close_the_lost(connection, now)
        query = select(_TABLE).where(wanted, is_expired(now)).order_by(_COLUMNS.lease_until, _COLUMNS.id)
        # PostgreSQL: two workers look past each other's row. SQLite has one writer and leaves this out.
        for row in (await connection.execute(query.limit(20).with_for_update(skip_locked=True))).all():
            if not is_patient_with(row, now):
                return row
        return None

    async def expire_the_dead(self, connection: AsyncConnection, now: datetime) -> int:
        """End the leases of processes that are known to be dead: they ran on this machine. Gives how many."""
        query = select(_TABLE).where(_COLUMNS.status == JobStatus.RUNNING.value, _COLUMNS.lease_until > now)
        dead = [row for row in (await connection.execute(query)).all() if is_dead(row.owner)]
        for row in dead:
            same = and_(_COLUMNS.id == row.id, _COLUMNS.token == row.token, _COLUMNS.owner == row.owner)
            await connection.execute(update(_TABLE).where(same).values(lease_until=now))
        return len(dead)

    async def _first(
        self, connection: AsyncConnection, wanted: ColumnElement[bool], now: datetime, per_account: int
    ) -> AnyRow | None:
        """The job that is next, locked, together with a place in each of its accounts."""
        passed_over: set[str] = set()
        while True:
            full = passed_over | (await self._full_accounts(connection, per_account) if per_account else set())
            waiting = and_(wanted, is_waiting(now), self._outside(full))
            # Two steps along one index, where sorting by both would read the whole queue.
            highest = select(_COLUMNS.priority).where(waiting).order_by(_COLUMNS.priority.desc()).limit(1)
            priority = await connection.scalar(highest)
            if priority is None:
                return None
            query = (
                select(_TABLE)
                .where(waiting, _COLUMNS.priority == priority)
                .order_by(_COLUMNS.run_after, _COLUMNS.created_at, _COLUMNS.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = (await connection.execute(query)).first()
            if row is None:
                # All of this priority are being taken by others at this moment; lower ones can wait for a poll.
                return None
            if not per_account:
                return row
            accounts = select(tables.job_accounts.c.account).where(tables.job_accounts.c.job_id == row.id)
            held = set(await connection.scalars(accounts))
            taken = {account for account in sorted(held) if not await self._entered(connection, account)}
            if held and not taken:
                # Others may have filled it between the count and the lock.
                taken = held & await self._full_accounts(connection, per_account)
            if not taken:
                return row
            passed_over |= taken

    async def _entered(self, connection: AsyncConnection, account: str) -> bool:
        """Whether this transaction alone may now count and take the places of an account."""
        if not self._database.is_postgres:
            return True
        key = func.hashtextextended(account, _ACCOUNT_LOCK)
        return bool(await connection.scalar(select(func.pg_try_advisory_xact_lock(key))))

    async def _full_accounts(self, connection: AsyncConnection, per_account: int) -> set[str]:
        table = tables.job_accounts.c
        query = (
            select(table.account)
            .join(_TABLE, _COLUMNS.id == table.job_id)
            .where(_COLUMNS.status == JobStatus.RUNNING.value)
            .group_by(table.account)
            .having(func.count() >= per_account)
        )
        return set(await connection.scalars(query))

    def _outside(self, accounts: set[str]) -> ColumnElement[bool]:
        if not accounts:
            return true()
        table = tables.job_accounts.c
        return _COLUMNS.id.not_in(
            select(table.job_id).where(self._database.among(table.account, sorted(accounts)))
        )

    async def close_the_lost(self, connection: AsyncConnection, now: datetime) -> None:
        """Close expired jobs that nobody shall take over: those that were cancelled, or kill their workers."""
        error = {
            "code": "worker_lost",
            "detail": "the worker was lost each time that it ran this job",
            "hint": "The job probably needs more memory than the worker has. See its log.",
        }
        closing: list[tuple[ColumnElement[bool], dict[str, Any]]] = [
            (_COLUMNS.cancel_requested.is_not(false()), {"status": JobStatus.CANCELLED.value}),
            (_COLUMNS.attempt >= _COLUMNS.max_attempts, {"status": JobStatus.FAILED.value, "error": error}),
        ]
        told: list[Event] = []
        for condition, values in closing:
            query = select(_TABLE).where(is_expired(now), condition).with_for_update(skip_locked=True)
            for row in (await connection.execute(query)).all():
                if is_patient_with(row, now):
                    continue
                closed = await connection.execute(
                    update(_TABLE)
                    .where(_COLUMNS.id == row.id)
                    .values(**values, owner=None, lease_until=None, finished_at=now)
                    .returning(_TABLE)
                )
                ended = closed.one()
                await note_event(connection, ended.id, now, ended.status, {"error": ended.error})
                told += job_failed(ended) if ended.status == JobStatus.FAILED else []
        await append_events(self._database, connection, told)


def is_patient_with(row: AnyRow, now: datetime) -> bool:
    """Whether an expired lease is left alone: its process lives, on this machine, and may soon write again.

    On SQLite a worker that waits for somebody's long transaction can't renew its lease either.
    """
    if now - row.lease_until > PATIENCE:
        return False
    return process.is_running(_process_of(row.owner)) is True


def is_dead(owner: str | None) -> bool:
    """Whether the process of a worker is known not to run any more. Its identity ends at the ``#`` of the name."""
    return bool(owner) and process.is_running(_process_of(owner)) is False


def _process_of(owner: str | None) -> str:
    return (owner or "").partition("#")[0]
