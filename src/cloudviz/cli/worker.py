"""``cloudviz worker``: work on jobs in a process of its own, as many as there shall be, on any machine."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from cloudviz.cli.output import note
from cloudviz.cli.session import Database, opened, run, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudviz.runtime.settings import Settings
    from cloudviz.store import Store

DELIVERY_SECONDS = 5.0
"""For webhooks that are being told when the worker stops."""


def worker(
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, max=64, help="Jobs at once.", show_default=False)
    ] = None,
    celery: Annotated[
        bool | None,
        typer.Option(
            "--celery/--no-celery",
            help="Also be woken through Celery on Redis; on where REDIS_URL is set and the extra is installed.",
            show_default=False,
        ),
    ] = None,
    scheduler: Annotated[bool, typer.Option("--scheduler", help="Also start the jobs of schedules.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop when no job is ready any more.")] = False,
    database: Database = None,
) -> None:
    """Work on jobs, and tell webhooks, until SIGTERM or Ctrl-C: then take no more, and finish those under way.

    What is not finished after `jobs.drain_seconds`, or at a second signal, is put back for another worker. Servers
    whose jobs others shall do are started with CLOUDVIZ_SERVER__EMBEDDED_WORKER=false.

    Example: cloudviz worker --concurrency 4
    """
    flags = {"database_url": database, "jobs.concurrency": concurrency, "jobs.celery": celery}
    settings = settings_for(**flags).settings
    run(_work_once(settings) if once else _work(settings, with_scheduler=scheduler))


async def _work_once(settings: Settings) -> None:
    from cloudviz.jobs.worker import Worker

    async with opened(settings, serves=True) as store:
        here = Worker(store, settings, role="worker")
        count = 0
        while await here.run_once():
            count += 1
    note(f"{count} job{'' if count == 1 else 's'} done; none is ready.")


async def _work(settings: Settings, *, with_scheduler: bool) -> None:
    from cloudviz.jobs.celery_doorbell import Listening, celery_is_wanted
    from cloudviz.jobs.scheduler import Scheduler
    from cloudviz.jobs.webhooks.deliverer import Deliverer
    from cloudviz.jobs.worker import Worker
    from cloudviz.sources.breaker import Breakers

    by_celery = celery_is_wanted(settings)
    breakers = Breakers()
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened(settings, serves=True))
        if port := settings.jobs.metrics_port:
            from cloudviz.api.worker_figures import serve_figures

            figures = await serve_figures(settings.server.host, port, breakers)
            stack.callback(figures.close)
        here = Worker(store, settings, breakers=breakers, role="celery" if by_celery else "worker")
        listening = Listening(settings, here.ring) if by_celery else None
        delivering = Deliverer(store, settings)
        beside = [asyncio.create_task(delivering.run(), name="webhooks")]
        if with_scheduler:
            ticking = Scheduler(store, settings, ring=here.ring)
            beside.append(asyncio.create_task(ticking.run()))
        if listening is not None:
            listening.start()
        woken = (
            "Celery" if by_celery else "PostgreSQL" if settings.database().startswith("postgres") else "polling"
        )
        note(f"Working on up to {settings.jobs.concurrency} jobs at once in {store.shown}, woken by {woken}.")
        try:
            with stopped_by_signals(lambda times: asyncio.ensure_future(here.stop(at_once=times > 1))):
                await here.run()
        finally:
            await delivering.stop()  # what is being sent arrives
            await asyncio.wait(beside[:1], timeout=DELIVERY_SECONDS)
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if listening is not None:
                await asyncio.to_thread(listening.stop)
    note("Stopped.")


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[int], object]):  # type: ignore[no-untyped-def]
    """Call ``stop`` with the number of signals so far at each SIGTERM and SIGINT inside the body."""
    loop = asyncio.get_running_loop()
    times = 0

    def heard() -> None:
        nonlocal times
        times += 1
        note("Stopping: finishing what is under way." if times == 1 else "Stopping at once.")
        stop(times)

    numbers = (signal.SIGTERM, signal.SIGINT)
    with contextlib.suppress(NotImplementedError):  # no signal handlers on Windows
        for number in numbers:
            loop.add_signal_handler(number, heard)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)


async def until_stopped(settings: Settings, store: Store) -> None:
    """Make jobs of schedules until a signal comes."""
    from cloudviz.jobs.celery_doorbell import Doorbell, celery_is_wanted
    from cloudviz.jobs.scheduler import Scheduler

    bell = Doorbell(settings) if celery_is_wanted(settings) else None
    ticking = Scheduler(store, settings, ring=bell.ring if bell else None)
    try:
        with stopped_by_signals(lambda _: ticking.stop()):
            await ticking.run()
    finally:
        if bell is not None:
            await asyncio.to_thread(bell.close)
