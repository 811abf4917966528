"""``cloudviz cleanup``: let go of what is older than the settings keep it."""

from __future__ import annotations

from cloudviz.cli.output import note
from cloudviz.cli.remote import chosen
from cloudviz.cli.session import Database, opened, run, settings_for


def cleanup(database: Database = None) -> None:
    """Remove what is older than the settings ``retention.*`` keep: history, audit, jobs, pictures, files.

    Exported files that nothing leads to any more leave the storage. What is current is never removed, and without
    such settings history, audit and pictures stay for ever.

    Example: cloudviz cleanup
    """
    if server := chosen():
        job = server.followed(server.ask("POST", "/jobs", json={"kind": "cleanup"}).json()["job_id"])
        done: dict[str, int] = job["result"]["removed"]
    else:
        settings = settings_for(database_url=database).settings

        async def work() -> dict[str, int]:
            async with opened(settings) as store:
                from cloudviz.jobs.cleanup import clean_up

                return await clean_up(store, settings)

        done = run(work())
    removed = {name: count for name, count in done.items() if count}
    if not removed:
        note("Nothing is older than it is kept.")
    for name, count in removed.items():
        note(f"{count:,} of {name.replace('_', ' ')} removed.")
