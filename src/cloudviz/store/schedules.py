"""Schedules, and the ticks of theirs that were dealt with: one row a tick, so that each starts one job at most."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Conflict, NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.job_rows import NewJob, insert_job
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import JobRecord, Page, ScheduleRecord, ScheduleRun
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.types import AnyRow, new_uuid

_TABLE = tables.schedules
_COLUMNS = tables.schedules.c


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a schedule now: ticks with the jobs they start, ticks that were missed, the next tick."""

    started: Sequence[tuple[datetime, NewJob]]
    skipped: Sequence[datetime]
    next_at: datetime | None


Planning = Callable[[ScheduleRecord, datetime], Plan]
"""Given a schedule and the present instant."""


class Schedules:
    """The tables ``schedules`` and ``schedule_runs``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self) -> datetime:
        """The time by the clock that all schedulers of this database share."""
        async with self._database.reading() as connection:
            return await self._database.now(connection)

    async def save(self, schedule: ScheduleRecord) -> ScheduleRecord:
        """Write a schedule: a new one where its id is empty, else in place of the one of that id.

        Raises Conflict when another has its name; NotFound for an id that no schedule has.
        """
        values = {
            "name": key_text(schedule.name),
            "cron": schedule.cron,
            "time_zone": schedule.time_zone,
            "kind": key_text(schedule.kind),
            "arguments": json_value(schedule.arguments),
            "jitter_seconds": schedule.jitter_seconds,
            "priority": schedule.priority,
            "missed": schedule.missed,
            "paused": schedule.paused,
            "next_at": schedule.next_at,
        }
        try:
            async with self._database.writing() as connection:
                now = await self._database.now(connection)
                values["updated_at"] = now
                if schedule.id:
                    row = await _schedule_row(connection, schedule.id)
                    done = update(_TABLE).where(_COLUMNS.id == row.id).values(values)
                    return _schedule((await connection.execute(done.returning(_TABLE))).one())
                values |= {"id": new_uuid(), "created_at": now, "created_by": plain_text(schedule.created_by)}
                made = insert(_TABLE).values(values).returning(_TABLE)
                return _schedule((await connection.execute(made)).one())
        except IntegrityError as error:
            raise Conflict(
                f"there is a schedule {schedule.name[:80]!r} already",
                hint="Change that one, or choose another name.",
            ) from error

    async def get(self, schedule_id: str) -> ScheduleRecord:
        """One schedule by its id. Raises NotFound."""
        async with self._database.reading() as connection:
            return _schedule(await _schedule_row(connection, schedule_id))

    async def by_name(self, name: str) -> ScheduleRecord:
        """One schedule by its name, or by its id where none has that name. Raises NotFound."""
        query = select(_TABLE).where(_COLUMNS.name == key_text(name))
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
            return _schedule(row if row is not None else await _schedule_row(connection, name))

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[ScheduleRecord]:
        """Schedules by name."""
        async with self._database.reading() as connection:
            return await fetch_page(connection, select(_TABLE), [(_COLUMNS.name, str)], _schedule, limit, cursor)

    async def delete(self, schedule_id: str) -> None:
        """Take a schedule away with its history; jobs that it started stay. Raises NotFound."""
        async with self._database.writing() as connection:
            row = await _schedule_row(connection, schedule_id)
            await connection.execute(delete(_TABLE).where(_COLUMNS.id == row.id))

    async def runs(self, schedule_id: str, limit: int = 50, cursor: str | None = None) -> Page[ScheduleRun]:
        """The ticks that were dealt with, newest first, with the status of the job of each. Raises NotFound."""
        runs, jobs = tables.schedule_runs.c, tables.jobs.c
        async with self._database.reading() as connection:
            row = await _schedule_row(connection, schedule_id)
            joined = tables.schedule_runs.outerjoin(tables.jobs, jobs.id == runs.job_id)
            query = select(runs.tick, runs.created_at, runs.job_id, jobs.status).select_from(joined)
            query = query.where(runs.schedule_id == row.id)
            return await fetch_page(
                connection, query, [(runs.tick, datetime)], _run, limit, cursor, newest_first=True
            )

    async def fire(self, planning: Planning, now: datetime | None = None) -> list[JobRecord]:
        """Start the jobs of all schedules that are due; gives those that this call started.

        Any number of schedulers may do so at once: a schedule is planned by one at a time, and a tick that has a
        row starts nothing again.

        Arguments:
            now: the present; by the database's clock when None.
        """
        started: list[JobRecord] = []
        while True:
            async with self._database.reading() as connection:
                present = now or await self._database.now(connection)
                due = select(_COLUMNS.id).where(_COLUMNS.paused.is_(False), _COLUMNS.next_at <= present)
                if (await connection.execute(due.limit(1))).first() is None:
                    return started
            async with self._database.writing() as connection:
                present = now or await self._database.now(connection)
                query = select(_TABLE).where(_COLUMNS.paused.is_(False), _COLUMNS.next_at <= present)
                query = query.order_by(_COLUMNS.next_at, _COLUMNS.id).limit(1).with_for_update(skip_locked=True)
                row = (await connection.execute(query)).first()
                if row is None:  # another scheduler is at it
                    return started
                started += await self._carry_out(connection, row, planning(_schedule(row), present), present)

    async def set_right(self, planning: Planning, now: datetime | None = None) -> None:
        """Plan every schedule anew: the clock may have been set back, to before the tick that is kept as next.

        Ticks that were dealt with are not dealt with again.
        """
        async with self._database.reading() as connection:
            present = now or await self._database.now(connection)
            waiting = select(_TABLE).where(_COLUMNS.paused.is_(False), _COLUMNS.next_at > present)
            rows = (await connection.execute(waiting)).all()
        for row in rows:
            plan = planning(_schedule(row), present)
            if plan.next_at is None or plan.next_at == row.next_at:
                continue
            same = (_COLUMNS.id == row.id, _COLUMNS.next_at == row.next_at)
            async with self._database.writing() as connection:
                await connection.execute(update(_TABLE).where(*same).values(next_at=plan.next_at))

    async def _carry_out(
        self, connection: AsyncConnection, row: AnyRow, plan: Plan, now: datetime
    ) -> list[JobRecord]:
        runs = tables.schedule_runs
        ticks = [*(tick for tick, _ in plan.started), *plan.skipped]
        known = set(
            await connection.scalars(
                select(runs.c.tick).where(runs.c.schedule_id == row.id, runs.c.tick.in_(ticks))
            )
        )
        started: list[JobRecord] = []
        noted: list[dict[str, Any]] = [
            {"schedule_id": row.id, "tick": tick, "created_at": now, "job_id": None}
            for tick in plan.skipped
            if tick not in known
        ]
        for tick, job in plan.started:
            if tick in known:
                continue
            made = await insert_job(self._database, connection, job, now)
            noted.append({"schedule_id": row.id, "tick": tick, "created_at": now, "job_id": made.id})
            started.append(made)
        for each in noted:
            await connection.execute(insert(runs).values(each))
        await connection.execute(update(_TABLE).where(_COLUMNS.id == row.id).values(next_at=plan.next_at))
        return started

    async def start_now(self, schedule_id: str, job: NewJob) -> JobRecord:
        """Start a schedule's job out of turn. It stands in the history under the instant. Raises NotFound."""
        async with self._database.writing() as connection:
            row = await _schedule_row(connection, schedule_id)
            now = await self._database.now(connection)
            made = await insert_job(self._database, connection, job, now)
            values = {"schedule_id": row.id, "tick": now, "created_at": now, "job_id": made.id}
            await connection.execute(insert(tables.schedule_runs).values(values))
            return made


async def _schedule_row(connection: AsyncConnection, schedule_id: str) -> AnyRow:
    unknown = NotFound(
        f"there is no schedule {plain_text(schedule_id)[:80]!r}", hint="List the schedules there are."
    )
    try:
        query = select(_TABLE).where(_COLUMNS.id == str(uuid.UUID(schedule_id)))
    except ValueError:
        raise unknown from None
    row = (await connection.execute(query)).first()
    if row is None:
        raise unknown
    return row


def _schedule(row: AnyRow) -> ScheduleRecord:
    names = ScheduleRecord.__slots__
    values: Mapping[str, Any] = {name: row._mapping[name] for name in names}
    return ScheduleRecord(**values)


def _run(row: AnyRow) -> ScheduleRun:
    return ScheduleRun(tick=row.tick, created_at=row.created_at, job_id=row.job_id, status=row.status)


__all__ = ["Plan", "Planning", "Schedules"]
