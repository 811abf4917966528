"""Jobs as rows: how one is put in the queue, by a request, a schedule or the job before it, and read back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Invalid, NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.records import JobRecord, JobStatus
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.types import AnyRow, new_uuid

MAX_ATTEMPTS = 5
"""A job whose worker died this often is not tried again: it probably kills its worker."""

MAX_KEY = 500
"""Characters of an idempotency key and of a requester's name: both are in one index."""

PRIORITIES = range(-10, 11)
"""Higher ones first. People's own jobs have 0, what schedules start -1 unless they say otherwise."""

CHANNEL = "cloudviz_jobs"
"""PostgreSQL notifies it when a job was put in the queue; a hint to look, with nothing in it."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is to be put in the queue.

    ``accounts`` are the cloud accounts it reads (``aws:123456789012``): only so many jobs at once may read one.
    ``delay_seconds`` is how long it must wait at least. ``id`` is for who needs to know it before; new when empty.
    """

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    requested_by: str = ""
    idempotency_key: str | None = None
    priority: int = 0
    accounts: tuple[str, ...] = ()
    delay_seconds: float = 0
    max_attempts: int = MAX_ATTEMPTS
    id: str = ""


def checked_job(job: NewJob) -> NewJob:
    """The job. Raises Invalid for a key or a requester's name over ``MAX_KEY``, or a priority there is not."""
    for what, value in (("idempotency key", job.idempotency_key or ""), ("requester's name", job.requested_by)):
        if len(value) > MAX_KEY:
            raise Invalid(f"the {what} is too long", hint=f"Use up to {MAX_KEY} characters.")
    if job.priority not in PRIORITIES:
        raise Invalid(f"the priority is {job.priority}", hint=f"Use {PRIORITIES[0]} to {PRIORITIES[-1]}.")
    return job


async def insert_job(database: Database, connection: AsyncConnection, job: NewJob, now: datetime) -> JobRecord:
    """Put a job in the queue, in a transaction that is open for writing."""
    checked_job(job)
    made = await connection.execute(
        insert(tables.jobs)
        .values(
            id=job.id or new_uuid(),
            kind=key_text(job.kind),
            status=JobStatus.QUEUED.value,
            arguments=json_value(job.arguments),
            requested_by=plain_text(job.requested_by),
            idempotency_key=None if job.idempotency_key is None else plain_text(job.idempotency_key),
            priority=job.priority,
            max_attempts=job.max_attempts,
            run_after=now + timedelta(seconds=job.delay_seconds),
            created_at=now,
        )
        .returning(tables.jobs)
    )
    row = made.one()
    for account in sorted({key_text(each) for each in job.accounts if each}):
        await connection.execute(insert(tables.job_accounts).values(account=account, job_id=row.id))
    if database.is_postgres:
        await connection.execute(text(f"NOTIFY {CHANNEL}"))
    return job_of(row)


async def note_event(
    connection: AsyncConnection, job_id: str, now: datetime, what: str, body: Mapping[str, Any]
) -> None:
    """Write what happened to a job, for whoever follows it."""
    await connection.execute(
        insert(tables.job_events).values(job_id=job_id, at=now, what=what, body=json_value(body))
    )


async def job_row(connection: AsyncConnection, job_id: str, *, lock: bool = False) -> AnyRow:
    """The row of a job, locked until the transaction ends when asked to. Raises NotFound."""
    unknown = NotFound(f"there is no job {plain_text(job_id)[:80]!r}", hint="List the jobs there are.")
    try:
        query = select(tables.jobs).where(tables.jobs.c.id == str(uuid.UUID(job_id)))
    except ValueError:
        raise unknown from None
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise unknown
    return row


def job_of(row: AnyRow) -> JobRecord:
    """The record of a row."""
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
        priority=row.priority,
        max_attempts=row.max_attempts,
        run_after=row.run_after,
    )


def jobs_of(rows: Sequence[AnyRow]) -> list[JobRecord]:
    """The records of rows."""
    return [job_of(row) for row in rows]
