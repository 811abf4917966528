"""``cloudviz secrets rotate``: credentials and webhooks under the key that seals now."""

from __future__ import annotations

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import note
from cloudviz.cli.session import Database, opened, run, settings_for

app = Commands(help="Credentials at rest and the keys that seal them.")


@app.command("rotate", only_here=True)
def rotate(database: Database = None) -> None:
    """Put every credential and webhook under the master key that seals now.

    Add the new key in front of secrets.keys, or name it in secrets.master_key with the old one in
    secrets.former_keys; run this; then take the old one out. Exit 1 when one could not be moved.

    Example: cloudviz secrets rotate
    """
    from cloudviz.access.audit import Event, SecurityLog
    from cloudviz.access.credentials import Credentials, Rotated
    from cloudviz.jobs.webhooks.endpoints import Endpoints

    loaded = settings_for(database_url=database)

    async def work() -> Rotated:
        async with opened(loaded.settings) as store:
            done = await Credentials.of(loaded.settings, store).rotate()
            moved, current, failed = await Endpoints.of(loaded.settings, store).reseal()
            done = Rotated(done.moved + moved, done.current + current, (*done.failed, *failed))
            await SecurityLog(store).note(
                Event.SECRETS_ROTATED,
                actor="command line",
                detail={"moved": done.moved, "current": done.current, "failed": len(done.failed)},
            )
            return done

    done = run(work())
    note(f"{done.moved} moved, {done.current} were under the present key already, {len(done.failed)} failed.")
    for line in done.failed:
        note(line)
    if done.failed:
        raise typer.Exit(1)
