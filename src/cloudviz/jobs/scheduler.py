"""Schedules into jobs: each second whatever is due is started, once however many schedulers there are."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from cloudviz.errors import CloudVizError, Invalid
from cloudviz.jobs.requests import accounts_read, stored_arguments
from cloudviz.jobs.tasks import TASKS
from cloudviz.jobs.ticks import MOST_JITTER, checked_cron, checked_zone, due, jitter, next_ticks
from cloudviz.runtime import process
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store
from cloudviz.store.job_rows import PRIORITIES, NewJob
from cloudviz.store.records import JobRecord, ScheduleRecord
from cloudviz.store.schedules import Plan

log = get_logger(__name__)

MISSED = ("skip", "once", "all")
TICK_SECONDS = 1.0
SET_RIGHT_SECONDS = 60.0

Clock = Callable[[], datetime]


class Scheduler:
    """Starts the jobs of schedules until it is told to stop.

    Arguments:
        ring: called when it has started a job.
        clock: what tells the present; the database's clock when None, which all schedulers of it share.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        ring: Callable[[], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._store = store
        self._late = timedelta(seconds=settings.jobs.missed_seconds)
        self._reaper_seconds = settings.jobs.reaper_seconds
        self._ring = ring
        self._clock = clock
        self._stopping = asyncio.Event()
        self._last: datetime | None = None
        self._right_since: datetime | None = None
        self.name = f"{process.identity()}#scheduler-{secrets.token_hex(4)}"

    def stop(self) -> None:
        """Let :meth:`run` end."""
        self._stopping.set()

    async def run(self) -> None:
        """Tick until :meth:`stop`; a database that is away is tried again at the next tick."""
        said: float = float("-inf")
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            try:
                await self.tick()
                if loop.time() - said > self._reaper_seconds:
                    said = loop.time()
                    await self._store.jobs.report(self.name, "scheduler", 0, 0)
            except CloudVizError as error:
                log.warning("the schedules can't be reached", detail=error.detail)
            except Exception:
                log.exception("a tick of the scheduler broke")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), TICK_SECONDS)
        with contextlib.suppress(CloudVizError):
            await self._store.jobs.leave(self.name)

    async def tick(self) -> list[JobRecord]:
        """Start what is due now, once; gives the jobs that this scheduler started."""
        now = self._clock() if self._clock else await self._store.schedules.now()
        # After the clock was set back, the next tick may lie before the one that is kept. Others may have noticed
        # a jump that this one did not see: once a minute it looks anyhow.
        jumped = self._last is not None and now < self._last
        if jumped or self._right_since is None or (now - self._right_since).total_seconds() > SET_RIGHT_SECONDS:
            await self._store.schedules.set_right(self._plan, now)
            self._right_since = now
        self._last = now
        started = await self._store.schedules.fire(self._plan, now)
        if started and self._ring is not None:
            self._ring()
        return started

    def _plan(self, schedule: ScheduleRecord, now: datetime) -> Plan:
        next_at = schedule.next_at or now
        found = due(schedule.cron, schedule.time_zone, schedule.missed, next_at, now, self._late)
        started = []
        for tick in found.started:
            wait = (tick - now).total_seconds() + jitter(schedule.id, tick, schedule.jitter_seconds)
            started.append((tick, job_of(schedule, delay_seconds=max(0.0, wait))))
        return Plan(started, found.skipped, found.next_at)


def job_of(schedule: ScheduleRecord, *, delay_seconds: float = 0) -> NewJob:
    """The job that a schedule starts."""
    try:
        arguments = stored_arguments(schedule.kind, schedule.arguments)
    except CloudVizError as error:  # another release made the schedule: its job says so, at its time
        arguments = {"refused": {"detail": error.detail, "hint": error.hint}}
    return NewJob(
        schedule.kind,
        arguments,
        f"schedule:{schedule.name}",
        priority=schedule.priority,
        accounts=accounts_read(schedule.kind, arguments),
        delay_seconds=delay_seconds,
    )


def checked_schedule(schedule: ScheduleRecord, now: datetime) -> ScheduleRecord:
    """The schedule with its next tick after ``now``.

    Raises Invalid for an expression, time zone, kind or word that is none. The arguments are checked by who takes
    them from people.
    """
    name = schedule.name.strip()
    if not name or len(name) > 100:
        raise Invalid("a schedule needs a name of up to 100 characters", hint="Say what it is for: nightly-scan.")
    if schedule.kind not in TASKS:
        raise Invalid(f"there is no job kind {schedule.kind[:40]!r}", hint=f"Known: {', '.join(sorted(TASKS))}.")
    if schedule.missed not in MISSED:
        raise Invalid(f"{schedule.missed[:40]!r} says nothing of missed runs", hint=f"Use {', '.join(MISSED)}.")
    if not 0 <= schedule.jitter_seconds <= MOST_JITTER:
        raise Invalid(f"the jitter is {schedule.jitter_seconds} s", hint=f"Use 0 to {MOST_JITTER}.")
    if schedule.priority not in PRIORITIES:
        raise Invalid(f"the priority is {schedule.priority}", hint=f"Use {PRIORITIES[0]} to {PRIORITIES[-1]}.")
    cron, zone = checked_cron(schedule.cron), checked_zone(schedule.time_zone)
    coming = next_ticks(cron, zone, now)
    if not coming:
        raise Invalid(f"{cron!r} never comes again", hint="Choose another time.")
    return replace(schedule, name=name, cron=cron, time_zone=zone, next_at=coming[0])


def upcoming(schedule: ScheduleRecord, now: datetime, count: int = 5) -> list[datetime]:
    """The next times that a schedule starts its job, without jitter; none while it is paused."""
    return [] if schedule.paused else next_ticks(schedule.cron, schedule.time_zone, now, count)


__all__ = ["MISSED", "Scheduler", "checked_schedule", "job_of", "upcoming"]
