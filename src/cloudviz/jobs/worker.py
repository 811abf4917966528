"""The worker: claims jobs, keeps their leases alive, runs them, writes how they ended.

The row is the truth (architecture, decision 5). A worker that dies leaves a lease that runs out; another takes
the job over with a higher fencing token, and whatever the dead one still tries to write is refused. Doorbells (the
API in the same process, PostgreSQL's notifications, Celery) only make it look sooner.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable

from cloudviz.errors import CloudVizError
from cloudviz.jobs.attempts import Attempt
from cloudviz.jobs.tasks import TASKS
from cloudviz.runtime import process
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.settings import Settings
from cloudviz.sources.breaker import Breakers
from cloudviz.store import Store
from cloudviz.store.job_rows import CHANNEL
from cloudviz.store.records import JobRecord

log = get_logger(__name__)


class Worker:
    """Runs up to ``settings.jobs.concurrency`` jobs at once until it is told to stop.

    ``breakers`` are the circuits of the cloud endpoints, which all scans of the process share. ``role`` is what it
    is called in ``/health``: ``embedded``, ``worker``, ``celery``.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        name: str = "",
        breakers: Breakers | None = None,
        role: str = "embedded",
    ) -> None:
        self._store = store
        self._settings = settings
        self._breakers = breakers or Breakers()
        self._doorbell = asyncio.Event()
        self._stopping = asyncio.Event()
        self._hurried = asyncio.Event()
        self._running: dict[asyncio.Task[None], Attempt] = {}
        self._role = role
        self.name = name or f"{process.identity()}#{secrets.token_hex(4)}"

    @property
    def busy(self) -> int:
        """How many jobs are under way."""
        return len(self._running)

    def ring(self) -> None:
        """Look for a job now instead of at the next poll. Only ever a hint: the row is the truth."""
        self._doorbell.set()

    async def run(self) -> None:
        """Work until :meth:`stop`; then let the jobs under way finish, for ``jobs.drain_seconds`` at most.

        What has not finished by then is put back, for another worker to take at once.
        """
        beside = [
            asyncio.create_task(self._reap(), name="reaper"),
            asyncio.create_task(self._store.listen(CHANNEL, self.ring), name="listener"),
        ]
        try:
            while not self._stopping.is_set():
                job = await self._claimed() if self.busy < self._settings.jobs.concurrency else None
                if job is None:
                    await self._wait()
                    continue
                self._begin(job)
            await self._drain()
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            with contextlib.suppress(CloudVizError):
                await self._store.jobs.leave(self.name)

    async def stop(self, *, at_once: bool = False) -> None:
        """Take no further job. :meth:`run` returns when those under way have ended, or been put back.

        ``at_once`` puts them back without waiting.
        """
        self._stopping.set()
        self._doorbell.set()
        if at_once:
            self._hurried.set()

    async def run_once(self) -> bool:
        """Claim and run one job here and now; False when none waits. For the command line and tests."""
        job = await self._claim()
        if job is None:
            return False
        await self._attempt(job).run()
        return True

    async def _claim(self) -> JobRecord | None:
        jobs = self._settings.jobs
        # While releases change, a newer one may put kinds into the queue that this one has never heard of.
        return await self._store.jobs.claim(
            self.name, list(TASKS), lease_seconds=jobs.lease_seconds, per_account=jobs.per_account
        )

    async def _claimed(self) -> JobRecord | None:
        """A job, if there is one and the database answers: whatever happens, the worker goes on."""
        try:
            return await self._claim()
        except CloudVizError as error:
            log.warning("the queue can't be reached", detail=error.detail)
        except Exception:
            log.exception("a job could not be claimed")
        return None

    def _attempt(self, job: JobRecord) -> Attempt:
        return Attempt(self._store, self._settings, self.name, job, self._breakers)

    def _begin(self, job: JobRecord) -> None:
        attempt = self._attempt(job)
        task = asyncio.create_task(attempt.run(), name=f"job {job.id}")
        self._running[task] = attempt
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._doorbell.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("an attempt broke", task=task.get_name(), error=repr(error))

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._doorbell.wait(), self._settings.jobs.poll_seconds)
        self._doorbell.clear()

    async def _drain(self) -> None:
        hurry = asyncio.create_task(self._hurried.wait())
        end = time.monotonic() + self._settings.jobs.drain_seconds
        while self._running and not self._hurried.is_set() and (left := end - time.monotonic()) > 0:
            await asyncio.wait({*self._running, hurry}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if self._running:
            log.warning("jobs are put back for another worker", jobs=len(self._running))
            for attempt in list(self._running.values()):
                attempt.give_up()
            await asyncio.wait(list(self._running), timeout=10)

    async def _reap(self) -> None:
        """Every few seconds: say that this worker lives, and end what dead ones left."""

        async def report() -> None:
            await self._store.jobs.report(self.name, self._role, self._settings.jobs.concurrency, self.busy)

        async def reap() -> None:
            if await self._store.jobs.reap():
                self.ring()

        await every(self._settings.jobs.reaper_seconds, report, reap)


async def every(seconds: float, *steps: Callable[[], Awaitable[None]]) -> None:
    """Take steps again and again, until cancelled. One that fails is logged, and taken again the next time."""
    while True:
        for step in steps:
            try:
                await step()
            except CloudVizError as error:
                log.warning("the database can't be reached", detail=error.detail)
            except Exception:
                log.exception("a step of the housekeeping broke")
        await asyncio.sleep(seconds)


__all__ = ["Worker", "every"]
