"""``cloudviz scheduler``: make jobs of schedules when their time comes."""

from __future__ import annotations

from cloudviz.cli.output import note
from cloudviz.cli.session import Database, opened, run, settings_for
from cloudviz.cli.worker import until_stopped


def scheduler(database: Database = None) -> None:
    """Start the jobs of schedules until SIGTERM or Ctrl-C.

    Any number of them may run beside each other and beside servers, which do the same: each tick starts one job.

    Example: cloudviz scheduler
    """
    settings = settings_for(database_url=database).settings

    async def work() -> None:
        async with opened(settings, serves=True) as store:
            note(f"Starting the jobs of schedules in {store.shown}.")
            await until_stopped(settings, store)
        note("Stopped.")

    run(work())
