"""One attempt at a job, from its claim to the words that its row ends with."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from cloudviz.errors import CloudVizError, Conflict, Invalid, NotFound, Unavailable
from cloudviz.jobs.tasks import Ended, Run, task_for
from cloudviz.runtime import traces
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.settings import JobSettings, Settings
from cloudviz.sources.breaker import Breakers
from cloudviz.store import Store
from cloudviz.store.records import JobRecord

log = get_logger(__name__)

CLOSE_SECONDS = 600
"""How long a worker goes on trying to write how a job ended while the database is away."""


class Attempt:
    """A job that this worker holds. ``run`` never raises what a job or the database may raise."""

    def __init__(
        self, store: Store, settings: Settings, owner: str, job: JobRecord, breakers: Breakers | None = None
    ) -> None:
        self._store = store
        self._settings = settings
        self._owner = owner
        self._given_up = False
        self._lost = False
        self._work: asyncio.Task[Ended | CloudVizError] | None = None
        self.job = job
        self.task = Run(store, settings, job, breakers=breakers or Breakers())

    async def run(self) -> None:
        """Do the work and write its end; where the job was taken over or given up, write nothing of it."""
        self._work = asyncio.create_task(self._worked(), name=f"work of {self.job.id}")
        beat = asyncio.create_task(self._beat(), name=f"heartbeat of {self.job.id}")
        try:
            try:
                ended = await self._work
            except asyncio.CancelledError:
                if self._lost:
                    log.warning("a job was taken over by another worker", job=self.job.id)
                    return
                if not self._given_up:
                    raise
                await self._write(self._release)
                return
            await self._write(lambda: self._close(ended))
        finally:
            beat.cancel()
            if not self._work.done():
                self._work.cancel()

    def give_up(self) -> None:
        """Stop the work and put the job back for another worker."""
        self._given_up = True
        self.task.stop.set()
        if self._work is not None:
            self._work.cancel()

    async def _worked(self) -> Ended | CloudVizError:
        job = self.job
        with traces.span(f"job {job.kind}", cloudviz_job_kind=job.kind, cloudviz_job_id=job.id) as span:
            ended = await self._carried_out()
            if isinstance(ended, CloudVizError):
                traces.failed(span, ended.code)
            return ended

    async def _carried_out(self) -> Ended | CloudVizError:
        refused = self.job.arguments.get("refused")
        if refused:
            return Invalid(str(refused.get("detail", "")), hint=str(refused.get("hint", "")))
        try:
            return await task_for(self.job.kind)(self.task)
        except CloudVizError as error:
            return error
        except Exception as error:  # the last line of defence: a bug must end the job, not the worker
            log.exception("a job broke", job=self.job.id, kind=self.job.kind)
            return CloudVizError(
                f"{type(error).__name__} while running the job",
                hint=f"The server log has the details of job {self.job.id}.",
            )

    async def _beat(self) -> None:
        """Renew the lease every few seconds, and write progress sooner where there is some."""
        jobs, job = self._settings.jobs, self.job
        told: dict[str, Any] = {}
        last = time.monotonic()
        while True:
            await asyncio.sleep(min(jobs.progress_seconds, jobs.heartbeat_seconds))
            progress = dict(self.task.progress)
            is_news = progress != told
            if not is_news and time.monotonic() - last < jobs.heartbeat_seconds:
                continue
            try:
                alive = await self._store.jobs.heartbeat(
                    job.id, self._owner, job.token, progress if is_news else None
                )
                told, last = progress, time.monotonic()
                if alive:
                    continue
                self.task.stop.set()
                if not (await self._store.jobs.get(job.id)).cancel_requested:
                    self._lost = True
                    if self._work is not None:
                        self._work.cancel()
                    return
            except CloudVizError as error:
                log.warning("a heartbeat failed", job=job.id, detail=error.detail)
            except Exception:
                log.exception("a heartbeat broke", job=job.id)

    async def _write(self, writing: Any) -> None:
        """Write how it ended. While the database is away that is tried again: the work need not be done twice.

        The fencing token makes that safe. A commit whose answer was lost is recognised by the row.
        """
        end = time.monotonic() + CLOSE_SECONDS
        wait, doubtful = 0.1, False
        while True:
            try:
                await writing()
                return
            except (Conflict, NotFound):
                if not (doubtful and await self._is_written()):
                    log.warning("a job had been taken over; its result was not written", job=self.job.id)
                return
            except Unavailable as error:
                doubtful = True
                log.warning("the end of a job could not be written yet", job=self.job.id, detail=error.detail)
                if time.monotonic() > end:
                    return
                await asyncio.sleep(wait)
                wait = min(wait * 2, 2.0)
            except Exception:
                log.exception("the end of a job could not be written; its lease will run out", job=self.job.id)
                return

    async def _is_written(self) -> bool:
        """Whether the row shows this very attempt's end: nobody claimed it since."""
        try:
            row = await self._store.jobs.get(self.job.id)
        except CloudVizError:
            return False
        return row.token == self.job.token and row.owner is None

    async def _release(self) -> None:
        await self._store.jobs.release(self.job.id, self._owner, self.job.token)

    async def _close(self, ended: Ended | CloudVizError) -> None:
        job = self.job
        if isinstance(ended, Ended):
            await self._store.jobs.finish(
                job.id, self._owner, job.token, ended.result, ended.status, ended.events, ended.followers
            )
            return
        error = {"code": ended.code, "detail": ended.detail, "where": ended.where, "hint": ended.hint}
        delay = retry_delay(self._settings.jobs, job.attempt)
        if isinstance(ended, Unavailable) and ended.retry_after:
            delay = max(delay, ended.retry_after)
        await self._store.jobs.fail(
            job.id, self._owner, job.token, error, retry=isinstance(ended, Unavailable), delay_seconds=delay
        )


def retry_delay(jobs: JobSettings, attempt: int) -> float:
    """Seconds until the attempt after this one: doubled each time, bounded, and spread over its upper half.

    Spread, so that a hundred jobs that one outage failed do not come back in one moment (AWS Architecture Blog,
    "Exponential Backoff And Jitter": equal jitter).
    """
    longest = min(jobs.retry_most_seconds, jobs.retry_seconds * 2.0 ** min(attempt - 1, 30))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
