"""The in-process worker: claims jobs, keeps their leases alive, runs them, writes how they ended.

The row is the truth (architecture, decision 5). A worker that dies leaves a lease that runs out; another takes
the job over with a higher fencing token, and whatever the dead one still tries to write is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from typing import Any

from cloudviz.errors import CloudVizError, Conflict, Unavailable
from cloudviz.jobs.tasks import Ended, Run, task_for
from cloudviz.runtime import traces
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.settings import Settings
from cloudviz.sources.breaker import Breakers
from cloudviz.store import Store
from cloudviz.store.records import JobRecord

log = get_logger(__name__)


class Worker:
    """Runs up to ``settings.jobs.concurrency`` jobs at once until it is told to stop.

    ``breakers`` are the circuits of the cloud endpoints, which all scans of the process share.
    """

    def __init__(
        self, store: Store, settings: Settings, *, name: str = "", breakers: Breakers | None = None
    ) -> None:
        self._store = store
        self._settings = settings
        self._breakers = breakers or Breakers()
        self._doorbell = asyncio.Event()
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def ring(self) -> None:
        """Look for a job now instead of at the next poll. Only ever a hint: the row is the truth."""
        self._doorbell.set()

    async def run(self) -> None:
        """Work until :meth:`stop`, then let the jobs under way finish."""
        limit = self._settings.jobs.concurrency
        while not self._stopping.is_set():
            job = None
            if len(self._running) < limit:
                try:
                    job = await self._store.jobs.claim(self.name, lease_seconds=self._settings.jobs.lease_seconds)
                except Unavailable as error:
                    log.warning("the queue can't be reached", detail=error.detail)
            if job is None:
                await self._wait()
                continue
            task = asyncio.create_task(self._attempt(job), name=f"job {job.id}")
            self._running.add(task)
            task.add_done_callback(self._ended)
        if self._running:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """Take no further job. :meth:`run` returns when those under way have ended."""
        self._stopping.set()
        self._doorbell.set()

    async def run_once(self) -> bool:
        """Claim and run one job here and now; False when none waits. For the command line and tests."""
        job = await self._store.jobs.claim(self.name, lease_seconds=self._settings.jobs.lease_seconds)
        if job is None:
            return False
        await self._attempt(job)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._doorbell.set()

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._doorbell.wait(), self._settings.jobs.poll_seconds)
        self._doorbell.clear()

    async def _attempt(self, job: JobRecord) -> None:
        with traces.span(f"job {job.kind}", cloudviz_job_kind=job.kind, cloudviz_job_id=job.id) as span:
            await self._carry_out(job, span)

    async def _carry_out(self, job: JobRecord, span: Any) -> None:
        run = Run(self._store, self._settings, job, breakers=self._breakers)
        work = asyncio.create_task(self._work(run))
        beat = asyncio.create_task(self._beat(run, work))
        try:
            ended = await work
            if isinstance(ended, CloudVizError):
                traces.failed(span, ended.code)
            await self._close(job, ended)
        except asyncio.CancelledError:
            log.warning("a job was taken over by another worker", job=job.id)
        except Conflict:
            log.warning("a job had been taken over; its result was not written", job=job.id)
        except Unavailable as error:
            log.error(
                "the end of a job could not be written; its lease will run out", job=job.id, detail=error.detail
            )
        finally:
            beat.cancel()

    async def _work(self, run: Run) -> Ended | CloudVizError:
        try:
            return await task_for(run.job.kind)(run)
        except CloudVizError as error:
            return error
        except Exception as error:  # the last line of defence: a bug must end the job, not the worker
            log.exception("a job broke", job=run.job.id, kind=run.job.kind)
            return CloudVizError(
                f"{type(error).__name__} while running the job",
                hint=f"The server log has the details of job {run.job.id}.",
            )

    async def _beat(self, run: Run, work: asyncio.Task[Any]) -> None:
        job = run.job
        while True:
            await asyncio.sleep(self._settings.jobs.heartbeat_seconds)
            try:
                alive = await self._store.jobs.heartbeat(job.id, self.name, job.token, run.progress or None)
                if alive:
                    continue
                run.stop.set()
                if not (await self._store.jobs.get(job.id)).cancel_requested:
                    work.cancel()
                    return
            except CloudVizError as error:
                log.warning("a heartbeat failed", job=job.id, detail=error.detail)

    async def _close(self, job: JobRecord, ended: Ended | CloudVizError) -> None:
        if isinstance(ended, Ended):
            await self._store.jobs.finish(job.id, self.name, job.token, ended.result, ended.status, ended.events)
            return
        error = {"code": ended.code, "detail": ended.detail, "where": ended.where, "hint": ended.hint}
        await self._store.jobs.fail(job.id, self.name, job.token, error, retry=isinstance(ended, Unavailable))
